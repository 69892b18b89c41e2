"""This window against the same one a year before, on those who answered both times (rule 2)."""

from fractions import Fraction

from followup.figures import Change, Number, Window
from followup.rollup.answers import Answer, Own
from followup.rollup.definitions import Line
from followup.rollup.folds import PEOPLE, Asked, Used, fold, used_of
from followup.rollup.people import Grouping
from followup.rollup.plan import Rollup
from followup.rollup.rows import VersionRow
from followup.rollup.targets import FLOWS, comparable
from followup.words import Trend
from measures.rules import SCALE, Direction, IndicatorKind, TargetBasis

Interval = tuple[Number, Number]
Pairs = dict[int, list[tuple[Answer, Answer]]]
UNKNOWN = Change(Trend.UNKNOWN, 0, None, None)


def change(rollup: Rollup, indicator: int, window: Window, scope: frozenset[int] | None = None) -> Change:
    """The trend; none over several years. The roll-up must have been loaded for the year before too (`load(…, trends=True)`)."""
    line = rollup.lines.get(indicator)
    definition = line.on(window.end) if line else None
    if (
        line is None
        or definition is None
        or definition.kind in ("", IndicatorKind.MILESTONE, IndicatorKind.NARRATIVE)
        or window.spans_years
    ):
        return UNKNOWN
    before_window = window.year_before()
    pairs = _pairs(rollup, indicator, window, before_window, line, definition, scope)
    before = _Chosen(
        rollup, indicator, {number: [one for one, _ in own] for number, own in pairs.items()}, before_window, line, definition, scope
    )
    now = _Chosen(
        rollup, indicator, {number: [other for _, other in own] for number, own in pairs.items()}, window, line, definition, scope
    )
    both = before.owns.keys() & now.owns.keys()
    earlier, later = before.interval(both), now.interval(both)
    compared = sum(len(own) for number, own in pairs.items() if number in both)
    if not pairs:
        return UNKNOWN
    return Change(_trend(rollup, window, definition, earlier, later), compared, earlier, later)


def _pairs(
    rollup: Rollup, indicator: int, window: Window, before: Window, line: Line, definition: VersionRow, scope: frozenset[int] | None
) -> Pairs:
    """Those usable in both windows, in one series with the definition, by assignment."""
    earlier_periods, later_periods, periods = rollup.span(before).inside, rollup.span(window).inside, rollup.rows.periods
    series = line.series_of(definition.id)
    found: Pairs = {}
    for number, own in rollup.answers.get(indicator, {}).items():
        if scope is not None and number not in scope:
            continue
        earlier = {(periods[a.period].interval, periods[a.period].number): a for a in own if a.period in earlier_periods and a.is_usable}
        for answer in own:
            before_it = earlier.get((periods[answer.period].interval, periods[answer.period].number))
            if before_it and answer.is_usable and answer.period in later_periods:
                answer = _in_older_words(rollup, before_it, answer)
                if line.series_of(before_it.version) == line.series_of(answer.version) == series:
                    found.setdefault(number, []).append((before_it, answer))
    return found


def _in_older_words(rollup: Rollup, before: Answer, answer: Answer) -> Answer:
    """A year asked about in both definitions is compared with the year before in the older one."""
    if before.version == answer.version:
        return answer
    older = (each for each in rollup.older_words.get(answer.obligation, ()) if each.version == before.version and each.is_usable)
    return next(older, answer)


class _Chosen:
    """The chosen answers of each assignment that make a figure in a window; running totals still see all the others."""

    def __init__(
        self,
        rollup: Rollup,
        indicator: int,
        chosen: dict[int, Own],
        window: Window,
        line: Line,
        definition: VersionRow,
        scope: frozenset[int] | None,
    ) -> None:
        in_scope = rollup.rows.assignments.keys() if scope is None else scope
        grouping = Grouping(rollup.rows.decisions.get(indicator, ()), window, in_scope) if definition.kind == PEOPLE else None
        self.asked = Asked(definition, line, rollup.span(window), grouping)
        self.owns: dict[int, Used] = {}
        for number in sorted(chosen):
            assignment = rollup.rows.assignments[number]
            used = used_of([(assignment, chosen[number], self.asked.span.holds(chosen[number]))], self.asked)
            if used:
                replaced = {answer.obligation: answer for answer in chosen[number]}
                own = [replaced.get(answer.obligation, answer) for answer in rollup.answers[indicator][number]]
                self.owns[number] = (assignment, own, used[0][2])

    def interval(self, numbers: set[int]) -> Interval | None:
        total = fold([own for number, own in self.owns.items() if number in numbers], self.asked)
        return None if total.low is None or total.high is None else (total.low, total.high)


def _trend(rollup: Rollup, window: Window, definition: VersionRow, before: Interval | None, now: Interval | None) -> Trend:
    if before is None or now is None or not definition.direction:
        return Trend.UNKNOWN
    way = _way(rollup, window, definition)
    tolerance = Fraction(definition.tolerance, SCALE) * (max(abs(Fraction(end)) for end in before) if way is None else way)
    least, most = now[0] - before[1], now[1] - before[0]
    if definition.direction == Direction.DECREASE:
        least, most = -most, -least
    if least > tolerance:
        return Trend.BETTER
    if most < -tolerance:
        return Trend.WORSE
    return Trend.UNCHANGED if -tolerance <= least and most <= tolerance else Trend.UNKNOWN


def _way(rollup: Rollup, window: Window, definition: VersionRow) -> Number | None:
    """|final yearly target − baseline|, where a year can be held against it."""
    targets = [each for each in rollup.rows.targets.get(definition.indicator, ()) if each.basis == TargetBasis.PER_YEAR]
    baselines = rollup.baselines.get(definition.indicator)
    if not targets or not baselines or (definition.kind in FLOWS and not window.is_whole_year):
        return None
    baseline = comparable(rollup, definition.indicator, window, baselines[-1])
    final = max(enumerate(targets), key=lambda each: (each[1].year, each[0]))[1]
    return None if baseline is None else abs(Fraction(final.value - baseline))
