"""One measure's way from work to effect in a year: its indicators with their figures, as the year's page shows them."""

from dataclasses import dataclass
from datetime import datetime

from followup.figures import Window
from followup.models import Period
from followup.rollup import Statuses, load_shown
from followup.words import Audience
from followup.year.book import Book
from followup.year.page import Shown, TargetRow
from followup.year.reading import is_running, read_definitions, read_figures, read_statuses
from followup.year.sections import held, target_row
from measures.models import Measure
from stakeholders import clock


@dataclass(frozen=True)
class FigureInChain:
    """An indicator's figure of the year, and where it stands to its target; `target` is None where there is none."""

    shown: Shown
    target: TargetRow | None


def latest_year(measure: Measure) -> int:
    """The year of the last round that is due: in January there is nothing to say of the new year yet."""
    due = Period.objects.filter(plan=measure.plan_id, due_on__lt=clock.today()).order_by("-ends_on").values_list("year", flat=True)
    return due.first() or clock.today().year


def figures_in_chain(measure: Measure, year: int, *, audience: Audience, as_of: datetime) -> dict[int, FigureInChain]:
    """{indicator id: its figure} of the measure's indicators, wherever they are reported, protected for `audience`."""
    plan = measure.plan
    book = Book(plan=plan, year=year, as_of=as_of, audience=audience)
    book.indicators = {each.pk: each for each in measure.indicators.all()}
    windows = [Window.year(year - 1), Window.year(year)]
    seen = load_shown(plan, windows, audience, as_of=as_of, indicators=list(book.indicators))
    book.is_running = is_running(book, seen.rollup)
    read_definitions(book, seen.rollup, None)
    read_figures(book, seen, None)
    read_statuses(book, Statuses(seen.rollup, book.measures))
    targets = {each.indicator: target_row(book, year, each) for each in held(book, year)}
    return {pk: FigureInChain(book.shown(pk, year), targets.get(pk)) for pk in book.indicators}
