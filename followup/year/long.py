"""Ten years side by side, of the plan or of one goal, measure, indicator, actor or area: how it went, and the chain from work to effect."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.figures import Window
from followup.models import OutsideValue
from followup.rollup import Shown as SeenBy
from followup.rollup import Statuses, load_shown
from followup.rollup.statuses import reports_of
from followup.words import Audience, Verdict
from followup.year.book import Book
from followup.year.changes import Change, changes_of
from followup.year.choice import Choice, narrow
from followup.year.lines import Line, activity_lines, budget_line, key_of, line_of_indicator, outside_lines
from followup.year.outside import outside_groups
from followup.year.page import OutsideGroup
from followup.year.reading import effect_days, is_running, read_definitions, read_options, read_plan, scope_of
from followup.year.sections import BEST_FIRST, JUDGED, NOT_TOLD, ON_THE_WAY, WHY_NOT_JUDGED, status_word
from measures.models import Assignment, Measure, Plan
from measures.rules import EffectLevel
from stakeholders import clock
from stakeholders.formats import out_of, whole
from stakeholders.templatetags.symbols import words_for

MOST_YEARS = 10


@dataclass(frozen=True)
class StatusRow:
    """A measure, or a focus area of the whole plan: per year the statuses of what had begun ("" words: nothing had)."""

    kind: str
    pk: int
    name: str
    cells: tuple[tuple[int, tuple[str, ...], str], ...]

    @property
    def query(self) -> str:
        """What of a page is about it."""
        return f"?{self.kind}={self.pk}"


@dataclass(frozen=True)
class Step:
    """A link of the chain: its lines, and what they say together, in a sentence."""

    level: str
    word: str
    sentence: str
    lines: tuple[Line, ...]

    @property
    def pictured(self) -> list[Line]:
        """Those that a picture says something of: what is measured, and known in some year."""
        return [line for line in self.lines if line.pk and line.is_known]

    @property
    def key(self) -> str:
        """What the strokes of the pictures are, those that are there."""
        return key_of(self.pictured)


@dataclass(frozen=True)
class LongView:
    about: str
    years: tuple[int, ...]
    is_running: bool
    sentence: str
    statuses: tuple[StatusRow, ...]
    counts: tuple[tuple[int, tuple[tuple[str, int], ...]], ...]
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    outside: tuple[OutsideGroup, ...] = ()
    earlier: tuple[int, ...] = ()
    """Years of the plan before the first that is shown."""

    as_of: str = ""
    took_part: str = ""
    """Of an actor that has not had a part in all of the years: which, and what the others say."""

    @property
    def is_crowded(self) -> bool:
        """Whether there are so many years that a status word must stand under its symbol."""
        return len(self.years) > 4


def long_view(plan: Plan, choice: Choice, *, audience: Audience, as_of: datetime) -> tuple[LongView, Book]:
    """The years that have had rounds, at most ten, as `audience` may see them. The book tells what else can be chosen."""
    last = plan.periods.latest_year(clock.day_of(as_of)) or plan.first_year
    years = tuple(range(max(plan.first_year, last - MOST_YEARS + 1), last + 1))
    book = Book(plan=plan, year=last, as_of=as_of, audience=audience)
    read_plan(book)
    tree, effect_from = book.tree(), effect_days(book)
    assigned = Assignment.objects.filter(measure__plan=plan, recorded_at__lte=as_of)
    columns = ("actor_id", "measure_id", "starts_on", "ends_on", "ended_on", "declined_at")
    parts = list(assigned.filter(actor=choice.actor).values_list(*columns)) if choice.actor else []
    narrow(book, choice, (row[:2] for row in parts))
    told = list(book.indicators) if choice else []
    windows = [Window.year(year) for year in years]
    seen = book.seen = load_shown(plan, windows, audience, as_of=as_of, indicators=told, tree=tree)
    seen.rollup.effect_from, seen.rollup.elsewhere = effect_from, {}  # statistics are read with their lines
    read_options(book, seen.rollup)
    book.is_running = is_running(book, seen.rollup)
    book.is_last_running = is_running(book, seen.rollup, book.window.year_before())
    lines = _counted_lines(book, seen, choice, years)
    with reports_of(seen.rollup, book.measures) as reports:
        steps = _steps(book, seen, choice, years, lines) if choice else ()
        said = reports()
    statuses = book.progress = Statuses(seen.rollup, book.measures, said)
    book.statuses = {window.end.year: {pk: statuses.status(pk, window) for pk in book.measures} for window in windows}
    if book.measures and choice and not choice.indicator:
        first = Window.year(years[0]).year_before()
        steps = _with_budget(steps, budget_line(book, {pk: statuses.status(pk, first) for pk in book.measures}, years))
    counts = tuple((year, _counted(status_word(book, year, each.pk) for each in book.started(year))) for year in years)
    view = LongView(
        about=choice.named(book),
        years=years,
        is_running=book.is_running,
        sentence=_sentence(counts, years),
        statuses=_by_measure(book, years) if choice else _by_focus_area(book, years),
        counts=counts,
        steps=steps,
        changes=tuple(changes_of(book.indicators, book.versions, as_of)) if choice else (),
        outside=_outside(book) if choice.indicator else (),
        earlier=tuple(range(plan.first_year, years[0])),
        as_of=book.moment,
        took_part=_took_part([row[2:5] for row in parts if not row[5]], years),
    )
    return view, book


def _took_part(parts: list[tuple[date, date | None, date | None]], years: tuple[int, ...]) -> str:
    """`parts`: from when, to when and the day it ended of each part that the actor has had. What goes on without it is not its doing."""
    if not parts:
        return ""
    first = min(start for start, _end, _ended in parts).year
    ends = [ended or end for _start, end, ended in parts]
    known = [end.year for end in ends if end]
    last = max(known) if len(known) == len(ends) else years[-1]
    if first <= years[0] and last >= years[-1]:
        return ""
    return _("Aktören har haft uppdrag %(years)s. Andra år visar hur det gick för åtgärderna, inte vad aktören gjorde.") % {
        "years": first if first == last else f"{first}–{min(last, years[-1])}"
    }


def _outside(book: Book) -> tuple[OutsideGroup, ...]:
    """What statistics from elsewhere say of an indicator that no actor reports."""
    if all(each.is_reported for each in book.indicators.values()):
        return ()
    rows = OutsideValue.objects.filter(indicator__in=book.indicators, recorded_at__lte=book.as_of).select_related("area")
    book.outside = list(rows.order_by("indicator_id", "area__name_sort", "year", "id"))
    return outside_groups(book)


def _counted(words: Iterable[str]) -> tuple[tuple[str, int], ...]:
    found = list(words)
    return tuple((word, found.count(word)) for word in BEST_FIRST if word in found)


def _sentence(counts: tuple[tuple[int, tuple[tuple[str, int], ...]], ...], years: tuple[int, ...]) -> str:
    """What the picture shows, in the first and the last year that anything is known of."""
    well = {year: (sum(n for word, n in own if word in ("done", "on_plan")), sum(n for _word, n in own)) for year, own in counts}
    known = {year for year, own in counts if any(word not in NOT_TOLD for word, _n in own)}
    begun = [year for year in years if year in known] or [year for year in years if well[year][1]]
    if not begun:
        return _("Ingen åtgärd har startat än.")
    if not known:
        return _("Ingen rapport har kommit om åtgärderna som har startat.")
    last = begun[-1]
    now = _("%(year)s var %(part)s startade åtgärder klara eller enligt plan") % {"year": last, "part": out_of(*well[last])}
    if len(begun) == 1:
        return _("%(now)s. Från nästa år ser du utvecklingen här.") % {"now": now}
    return _("%(now)s; %(first)s var det %(part)s.") % {"now": now, "first": begun[0], "part": out_of(*well[begun[0]])}


def _by_measure(book: Book, years: tuple[int, ...]) -> tuple[StatusRow, ...]:
    rows = sorted(book.measures.values(), key=lambda each: each.number_sort)
    return tuple(StatusRow("measure", each.pk, str(each), tuple(_cell(book, year, [each]) for year in years)) for each in rows)


def _by_focus_area(book: Book, years: tuple[int, ...]) -> tuple[StatusRow, ...]:
    rows = []
    for area in (goal for goal in book.goals.values() if goal.parent_id is None):
        own = [measure for measure in book.measures.values() if book.focus_area(measure.goal_id).pk == area.pk]
        rows.append(StatusRow("goal", area.pk, area.title, tuple(_cell(book, year, own) for year in years)))
    return tuple(rows)


def _cell(book: Book, year: int, measures: list[Measure]) -> tuple[int, tuple[str, ...], str]:
    words = [status_word(book, year, each.pk) for each in book.started(year, measures)]
    return year, tuple(sorted(words, key=BEST_FIRST.index)), words_for(words)


def _counted_lines(book: Book, seen: SeenBy, choice: Choice, years: tuple[int, ...]) -> dict[str, list[Line]]:
    """What is counted from the plan itself, and what the figures stand beside: all that `_steps` has to ask the database for."""
    lines: dict[str, list[Line]] = {level: [] for level in EffectLevel.values}
    if choice:
        read_definitions(book, seen.rollup, None if choice.indicator else scope_of(book, seen.rollup, choice))
    if choice and not choice.indicator:
        lines[EffectLevel.ACTIVITY] += activity_lines(book, years)
    if choice and not choice.actor:
        for pk, line in outside_lines(book, seen, choice, years).items():
            lines[book.indicators[pk].level].append(line)
    return lines


def _steps(book: Book, seen: SeenBy, choice: Choice, years: tuple[int, ...], lines: dict[str, list[Line]]) -> tuple[Step, ...]:
    """The chain: resources → activities → outputs → outcomes → effects in time."""
    scope = scope_of(book, seen.rollup, choice)
    verdicts = {verdict: str(verdict.label) for verdict in Verdict}
    for pk, indicator in book.indicators.items():
        if indicator.is_reported:
            line = line_of_indicator(book, seen, pk, years, scope, verdicts)
            if line.is_asked or not choice.actor:
                lines[indicator.level].append(line)
    words = {
        EffectLevel.RESOURCE: _("Resurser: det vi lägger in"),
        EffectLevel.ACTIVITY: _("Aktiviteter: det vi gör"),
        EffectLevel.OUTPUT: _("Prestationer: det som lämnar oss"),
        EffectLevel.OUTCOME: _("Utfall: det som ändras för målgruppen"),
        EffectLevel.IMPACT: _("Effekt på sikt: det som ändras i samhället"),
    }
    levels = [level for level in EffectLevel if lines[level] or not choice.indicator]
    none = _("Inget mått som aktören redovisar i det här ledet.") if choice.actor else _("Inget mått i det här ledet.")
    return tuple(Step(str(level), words[level], _of_step(lines[level]) or none, tuple(lines[level])) for level in levels)


def _with_budget(steps: tuple[Step, ...], budget: Line) -> tuple[Step, ...]:
    """The first step begins with what the measures are planned to cost."""
    first = steps[0]
    lines = (budget, *first.lines)
    return (replace(first, lines=lines, sentence=_of_step(list(lines))), *steps[1:])


def _of_step(lines: list[Line]) -> str:
    own = [line for line in lines if line.pk]
    verdicts = [line.values[-1].verdict for line in own if line.values[-1].verdict]
    if not lines:
        return ""
    if not own:
        told = [f"{line.name}: {line.values[-1].shown.text}" for line in lines]
        return f"{'; '.join([told[0], *(each[:1].lower() + each[1:] for each in told[1:])])}."
    judged = [verdict for verdict in verdicts if verdict in JUDGED]
    parts = [ngettext("%(n)s mått", "%(n)s mått", len(own)) % {"n": whole(len(own))}]
    if judged:
        parts.append(_("%(part)s på väg eller före") % {"part": out_of(sum(v in ON_THE_WAY for v in judged), len(judged))})
    parts += [f"{whole(n)} {words}" for verdict, words in WHY_NOT_JUDGED.items() if (n := verdicts.count(verdict))]
    return f"{', '.join(parts)}."
