"""Reads the book: a number of queries that is the same for 61 measures as for 300."""

from collections import defaultdict
from datetime import date, datetime

from django.db.models import F

from followup.figures import Window
from followup.models import Assessment, Decision, OutsideValue, YearText
from followup.rollup import Rollup, Statuses, load_shown
from followup.rollup import Shown as SeenBy
from followup.rollup.beginnings import Elsewhere, as_read, effect_from, elsewhere
from followup.rollup.rows import PeriodRow
from followup.rollup.targets import of_statistics
from followup.words import Audience, Completeness
from followup.year.answers import asked_of, read_answers
from followup.year.book import Book
from followup.year.choice import WHOLE, Choice, area_and_above, line_of, narrow
from followup.year.frozen import frozen_before
from followup.year.outside import held_place
from measures.models import Goal, Indicator, Measure, Plan
from measures.rules import EffectLevel
from stakeholders import clock
from stakeholders.formats import NBSP
from stakeholders.models import Area
from stakeholders.rules import swedish_sort_key

OF_MEASURE = (
    "plan", "goal", "number", "number_sort", "title", "starts_on", "ends_on", "outcome_months", "impact_months", "funding", "budget_per_year",
)  # fmt: skip
"""What the year says of a measure: its texts are long, and its other moments slow to read."""


def read_book(
    plan: Plan,
    year: int,
    *,
    audience: Audience,
    as_of: datetime,
    choice: Choice = WHOLE,
    tertial: int = 0,
    for_partners: bool = False,
) -> Book:
    """Everything the year's page needs, or the chosen part of it, with figures protected for `audience`; of a `tertial` what falls in it.

    `for_partners`: as partners may read it. Nothing is then held against what was published or frozen, which was decided for other readers.
    """
    book = Book(plan=plan, year=year, as_of=as_of, audience=audience, tertial=tertial)
    read_plan(book)
    read_beside(book)
    if not (choice or tertial or for_partners):
        book.frozen_before = frozen_before(plan, year, as_of)
    seen = book.seen = load_shown(
        plan,
        [book.window.year_before(), book.window],
        audience,
        as_of=as_of,
        tree=book.tree(),
        published=None if for_partners else Window.year(year),
        for_partners=for_partners,
    )
    rollup = seen.rollup
    rollup.effect_from, rollup.elsewhere = effect_days(book), said_elsewhere(book)
    book.places_held = {pk: held_place(book, told.area) for pk, told in rollup.elsewhere.items()}
    read_options(book, rollup)
    assignments = rollup.rows.assignments.values()
    narrow(book, choice, ((each.actor, each.measure) for each in assignments))
    scope = scope_of(book, rollup, choice)
    read_definitions(book, rollup, scope)
    with asked_of(book, rollup) as reports:
        read_figures(book, seen, scope)
        said = reports()
    read_answers(book, rollup, said, actor=choice.actor)
    read_statuses(book, Statuses(rollup, said=said))
    book.completeness = _completeness(book, rollup)
    book.is_running, book.is_last_running = is_running(book, rollup), is_running(book, rollup, book.window.year_before())
    return book


def read_options(book: Book, rollup: Rollup) -> None:
    """What the year can be narrowed to: goals in the order of the tree, actors with assignments, areas with measures."""
    depth = {pk: len(line_of(book.goals, pk)) - 1 for pk in book.goals}
    children: dict[int | None, list[int]] = defaultdict(list)
    for pk, goal in book.goals.items():
        children[goal.parent_id].append(pk)
    waiting = children[None][::-1]
    while waiting:
        pk = waiting.pop()
        book.options.goals.append((pk, NBSP * 3 * depth[pk] + book.goals[pk].title))
        waiting += children[pk][::-1]
    actors = {each.actor: each.actor_name for each in rollup.rows.assignments.values()}
    book.options.actors.extend(sorted(actors.items(), key=lambda each: swedish_sort_key(each[1])))


def scope_of(book: Book, rollup: Rollup, choice: Choice) -> frozenset[int] | None:
    """The assignments whose answers count in the chosen part; None for the whole."""
    if not choice:
        return None
    return rollup.assignments(measures=book.measures, actors=[choice.actor] if choice.actor else None)


def read_plan(book: Book) -> None:
    """Tree, measures, indicators, places."""
    plan = book.plan
    book.goals = {goal.pk: goal for goal in Goal.objects.filter(plan=plan)}
    book.whole_goals = set(book.goals)
    measures = Measure.objects.filter(plan=plan).only(*OF_MEASURE)
    book.measures = {measure.pk: measure for measure in measures}
    linked = Indicator.objects.filter(plan=plan).defer("recorded_at").annotate(of_measure=F("measures__pk"))
    for indicator in linked.order_by("pk", "measures__number_sort"):
        book.indicators[indicator.pk] = indicator
        if indicator.of_measure:
            book.measures_of[indicator.pk].append(indicator.of_measure)
    areas = Area.objects.filter(workspace=plan.workspace_id).order_by("name_sort", "pk")
    names: dict[int, str] = {}
    for area, parent, name, measure in areas.values_list("pk", "parent_id", "name", "measures__pk"):
        book.areas[area], names[area] = parent, name
        if measure in book.measures:
            book.places.append((measure, area))
    with_measures = set().union(*(area_and_above(area, book.areas) for area in {area for _measure, area in book.places}))
    book.options.areas.extend((area, name) for area, name in names.items() if area in with_measures)


def read_beside(book: Book) -> None:
    """Judgements, decisions to take, statistics from elsewhere."""
    plan = book.plan
    judged = Assessment.objects.filter(plan=plan, year=book.year, recorded_at__lte=book.as_of)
    for one in judged.select_related("by_user").order_by("version"):
        book.assessments["goal" if one.goal_id else "measure", one.goal_id or one.measure_id] = one
    done = YearText.objects.filter(plan=plan, year=book.year, done_at__lte=book.as_of)
    book.texts = {text.goal_id or 0: text for text in done.select_related("written_by")}
    asked = Decision.objects.filter(plan=plan, recorded_at__lte=book.as_of).of_year(book.year, book.as_of)
    for decision in (
        asked.annotate(about=F("measures__number"))
        .select_related("goal")
        .order_by(F("answer_by").asc(nulls_last=True), "pk", "measures__number_sort")
    ):
        book.decisions.setdefault(decision.pk, (decision, []))[1].append(decision.about or "")
    outside = OutsideValue.objects.filter(indicator__plan=plan, recorded_at__lte=book.as_of)
    book.outside = list(outside.select_related("area").order_by("indicator_id", "area__name_sort", "year", "id"))


def read_statuses(book: Book, statuses: Statuses) -> None:
    """How it goes with the measures, in the year and the one before."""
    for window in (book.window.year_before(), book.window):
        book.statuses[window.end.year] = {pk: statuses.status(pk, window) for pk in book.measures}


def read_definitions(book: Book, rollup: Rollup, scope: frozenset[int] | None) -> None:
    """What the figures stand beside. `scope`: of which assignments they will be asked."""
    for pk, line in rollup.lines.items():
        version, before = line.on(book.window.end), line.on(book.window.year_before().end)
        if version:
            book.versions[pk] = version
        if version and before and version is not before:
            if line.series_of(version.id) != line.series_of(before.id):
                book.factors[pk] = None
            elif factor := line.factors_to(version).get(before.id):
                book.factors[pk] = factor
    book.baseline_years = {pk: own[-1].year for pk, own in rollup.baselines.items()}
    book.effect_from = rollup.effect_from
    if scope is not None:
        book.parts = {pk for pk in book.indicators if not rollup.answers.get(pk, {}).keys() <= scope}


def read_figures(book: Book, seen: SeenBy, scope: frozenset[int] | None) -> None:
    """Figures and targets from the roll-up, for the year and the one before; the database is asked nothing."""
    for window in (book.window.year_before(), book.window):
        year = window.end.year
        book.against[year] = {}
        for pk in book.indicators:
            figure = seen.figure(pk, window, scope if pk in book.parts else None, parts=False)
            book.figures[pk, year] = figure if book.indicators[pk].is_reported else of_statistics(seen.rollup, figure)
            book.against[year][pk] = seen.against_targets(pk, window, None if pk in book.parts else figure)


def effect_days(book: Book) -> dict[int, date]:
    """From when each outcome and impact can be judged, from what has been read already: the whole plan, not a part of it."""
    linked = [
        (pk, indicator.level, measure.starts_on, measure.outcome_months, measure.impact_months, measure.pk)
        for pk, indicator in book.indicators.items()
        if indicator.level in (EffectLevel.OUTCOME, EffectLevel.IMPACT)
        for measure in (book.measures[each] for each in book.measures_of[pk])
        if measure.starts_on
    ]
    return effect_from(row[:5] for row in sorted(linked, key=lambda row: (row[2], row[5])))


def said_elsewhere(book: Book) -> dict[int, Elsewhere]:
    """What statistics say of indicators that no actor reports, from what has been read already."""
    rows = sorted((row for row in book.outside if not book.indicators[row.indicator_id].is_reported), key=lambda row: row.pk)
    return elsewhere(as_read(row) for row in rows)


def _completeness(book: Book, rollup: Rollup) -> Completeness:
    """Provisional until every round of the window is closed; then final only when nothing is missing."""
    periods = _rounds(rollup, book.window)
    if not periods or not all(period.is_closed for period in periods):
        return Completeness.PROVISIONAL
    expected = [row for row in book.answers.get(book.year, []) if row.is_expected]
    return Completeness.FINAL if all(row.is_approved for row in expected) else Completeness.INCOMPLETE


def is_running(book: Book, rollup: Rollup, window: Window | None = None) -> bool:
    """Whether the window (the book's, if not said) goes on, or some round of it is still to fall due."""
    window = window or book.window
    return clock.day_of(book.as_of) <= window.end or not all(period.is_due for period in _rounds(rollup, window))


def _rounds(rollup: Rollup, window: Window) -> list[PeriodRow]:
    return [period for period in rollup.rows.periods.values() if window.holds(period.start, period.end)]


def _by(as_of: datetime, moment: datetime | None) -> datetime | None:
    """A fact as known at `as_of`."""
    return moment if moment and moment <= as_of else None
