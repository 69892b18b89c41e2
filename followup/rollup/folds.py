"""Each kind of figure, over time for each assignment and then over partners (rule 3)."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from followup.figures import Cell, Mark, Number, Part, Window, value
from followup.rollup.answers import Answer, Own, place_of, report_of, value_of
from followup.rollup.definitions import Line
from followup.rollup.people import Grouping, Interval
from followup.rollup.rows import USABLE, ZERO, AssignmentRow, VersionRow
from followup.words import UNKNOWN, Flag
from measures.rules import SCALE, IndicatorKind, sign_of

COUNT, MONEY, STOCK, PEOPLE = IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.STOCK, IndicatorKind.PEOPLE
RATIO, LEVEL, MILESTONE = IndicatorKind.RATIO, IndicatorKind.LEVEL, IndicatorKind.MILESTONE
BROKEN_INTO = (COUNT, MONEY, STOCK, PEOPLE)

Used = tuple[AssignmentRow, Own, list[Answer]]
"""An assignment, all its answers about the indicator, and those that make the figure."""

in_window_of = itemgetter(2)
_new = tuple.__new__


class Sum(NamedTuple):
    """What a fold gives. `parts` in the order of the assignments."""

    low: Number | None = None
    high: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    distribution: tuple[tuple[int, int], ...] = ()
    cells: tuple[Cell, ...] = ()
    parts: tuple[Part, ...] = ()


@value
class Span:
    """A window as places in the order of periods: those that end in it, those that lie inside it, and from where a stock is carried.

    `is_even`: the first two are the same, as they are when all report as often. `is_year_to_date`: from 1 January, in one year.
    """

    window: Window
    inside: frozenset[int]
    still_open: frozenset[int]
    first: int
    after: int
    carried: int
    is_even: bool
    is_year_to_date: bool

    def holds(self, own: Own) -> Own:
        """The answers about periods that lie wholly inside the window."""
        ending = between(own, self.first, self.after)
        return ending if self.is_even else [answer for answer in ending if answer.period in self.inside]


def between(own: Own, first: int, after: int) -> Own:
    """The answers in these places, the last not included."""
    if own:
        start = place_of(own[0])
        if place_of(own[-1]) - start == len(own) - 1:  # one for every period: no need to search
            return own[first - start if first > start else 0 : after - start if after > start else 0]
    return own[bisect_left(own, first, key=place_of) : bisect_left(own, after, key=place_of)]


class Asked:
    """One definition over one window: what a fold needs besides the answers, and the marks it leaves."""

    __slots__ = ("cells", "definition", "factors", "grouping", "has_parts", "line", "marks", "span", "window")

    def __init__(
        self,
        definition: VersionRow,
        line: Line,
        span: Span,
        grouping: Grouping | None = None,
        cells: Mapping[int, list[tuple[str, str, int]]] | None = None,
        has_parts: bool = True,
    ) -> None:
        self.definition = definition
        self.line = line
        self.span = span
        self.window = span.window
        self.grouping = grouping
        self.cells = cells
        self.has_parts = has_parts
        self.factors = line.factors_to(definition) if len(line.versions) > 1 else {}
        self.marks: set[Mark] = set()

    def bridged(self, answer: Answer, number: Number) -> Number:
        return number * self.factors.get(answer.version, 1) if self.factors else number


def looks_back(definition: VersionRow) -> bool:
    """Whether answers from before the window may make the figure."""
    return definition.is_last_only or definition.kind is MILESTONE


def used_of(asked_of: list[Used], asked: Asked, *, is_plain: bool = False) -> list[Used]:
    """Of each assignment, with all its answers and those in the window, the usable answers that make the figure; not those without any.

    `is_plain`: every assignment has answers in the window, all of them plain.
    """
    kind = asked.definition.kind
    if asked.definition.is_last_only:
        span, is_of_year = asked.span, asked.span.is_even and asked.span.first == asked.span.carried
        chosen = [
            (assignment, own, _last(in_window if is_of_year else between(own, span.carried, span.after)))
            for assignment, own, in_window in asked_of
            if _runs_at_end(assignment, span.window)
        ]
    elif kind is LEVEL:
        chosen = [(assignment, own, _last(in_window)) for assignment, own, in_window in asked_of]
    elif kind is MILESTONE:
        chosen = [(assignment, own, _so_far(own, in_window, asked.span)) for assignment, own, in_window in asked_of]
    elif is_plain:
        return asked_of
    else:
        chosen = [(assignment, own, [answer for answer in in_window if answer.state in USABLE]) for assignment, own, in_window in asked_of]
    return [each for each in chosen if each[2]]


def _runs_at_end(assignment: AssignmentRow, window: Window) -> bool:
    end = window.end
    return assignment.start <= end and (assignment.end is None or assignment.end >= end)


def _so_far(own: Own, in_window: Own, span: Span) -> list[Answer]:
    if not any(answer.is_expected for answer in in_window):
        return []
    return [answer for answer in own[: bisect_left(own, span.after, key=place_of)] if answer.is_usable]


def _last(own: Own) -> list[Answer]:
    for answer in reversed(own):
        if answer.state in USABLE:
            return [answer]
        if answer.ends_carrying:
            break
    return []


def year_before(end: date) -> date:
    """The first day of the 12 months that end with `end`."""
    after = end + timedelta(days=1)
    if (after.month, after.day) == (2, 29):
        after += timedelta(days=1)
    return after.replace(year=after.year - 1)


def fold(owns: list[Used], asked: Asked) -> Sum:
    """The figure of answers in one series; an indicator without a kind has none."""
    kind = asked.definition.kind
    if not kind:
        asked.marks.add(Mark(Flag.NO_KIND))
        return Sum()
    return _FOLDS[kind](owns, asked)


def _part(each: Used, low: Number | None, high: Number | None, numerator: Number | None = None, denominator: Number | None = None) -> Part:
    assignment, _, used = each
    reports = tuple(sorted(map(report_of, used)))
    return Part(assignment.id, assignment.actor, low, high, numerator, denominator, reports, assignment.actor_name)


# ── count, money, stock ─────────────────────────────────────────────────────────────────────────────────────────────


def _summed(owns: list[Used], asked: Asked) -> Sum:
    if asked.definition.is_running and asked.definition.kind != STOCK:
        values = [sum(_increments(each, asked)) for each in owns]
    elif asked.factors:
        values = [sum([asked.bridged(answer, answer.value) for answer in used]) for _, _, used in owns]
    elif asked.has_parts:
        values = [sum(map(value_of, used)) for _, _, used in owns]
    else:
        values = list(map(value_of, chain.from_iterable(map(in_window_of, owns))))
    total = sum(values) if owns else None
    parts = tuple(map(_part, owns, values, values)) if asked.has_parts else ()
    return _new(Sum, (total, total, None, None, (), _cells(owns, asked), parts))


def _increments(each: Used, asked: Asked) -> list[Number]:
    """Each total less the one before it in the same series, marked where it may cover more than its period, or went down."""
    _, own, used = each
    found = []
    for answer in used:
        index = own.index(answer)
        before = _total_before(own, index, asked)
        value = asked.bridged(answer, answer.value) - (asked.bridged(before, before.value) if before else 0)
        if index and not own[index - 1].is_usable:
            asked.marks.add(Mark(Flag.AFTER_GAP, answer.obligation))
        if value < 0:
            asked.marks.add(Mark(Flag.NEGATIVE_DIFFERENCE, answer.obligation))
        found.append(value)
    return found


def _total_before(own: Own, index: int, asked: Asked) -> Answer | None:
    series = asked.line.series_of(own[index].version)
    for answer in reversed(own[:index]):
        if answer.is_usable and asked.line.series_of(answer.version) == series:
            return answer
    return None


# ── breakdowns ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _cells(owns: list[Used], asked: Asked) -> tuple[Cell, ...]:
    """Each breakdown, put together as the whole is; what the cells of an answer lack of its number is unknown. None when they have not been read."""
    if asked.cells is None or not asked.definition.dimensions:
        return ()
    found = []
    for dimension in sorted(asked.definition.dimensions):
        added = {assignment.id: [_cell_numbers(own, answer, dimension, asked) for answer in used] for assignment, own, used in owns}
        names = {UNKNOWN}.union(*(numbers for own in added.values() for numbers in own))
        for name in sorted(names):
            interval = _cell({assignment: [numbers.get(name, 0) for numbers in own] for assignment, own in added.items()}, asked)
            if interval and (name != UNKNOWN or interval != (0, 0)):
                found.append(Cell(dimension, name, *interval))
    return tuple(found)


def _cell_numbers(own: Own, answer: Answer, dimension: str, asked: Asked) -> dict[str, Number]:
    """What an answer adds to each cell."""
    added = {name: asked.bridged(answer, number) for name, number in _said_cells(answer, dimension, asked).items()}
    if asked.definition.is_running and asked.definition.kind in (COUNT, MONEY):
        before = _total_before(own, own.index(answer), asked)
        if before:
            for name, number in _said_cells(before, dimension, asked).items():
                added[name] = added.get(name, 0) - asked.bridged(before, number)
    return added


def _said_cells(answer: Answer, dimension: str, asked: Asked) -> dict[str, int]:
    said: dict[str, int] = {}
    left = answer.value
    if answer.state != ZERO:
        for of_dimension, name, number in (asked.cells or {}).get(answer.line or 0, ()):
            if of_dimension == dimension and name != UNKNOWN:
                said[name] = said.get(name, 0) + number
                left -= number
    said[UNKNOWN] = left
    return said


def _cell(numbers: Mapping[int, list[Number]], asked: Asked) -> Interval | None:
    if asked.definition.kind != PEOPLE:
        total = sum(sum(own) for own in numbers.values())
        return (total, total) if numbers else None
    intervals = {assignment: (max(own), sum(own)) for assignment, own in numbers.items()}
    return asked.grouping.together(intervals, use_declared=False)[0] if asked.grouping else None


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _people(owns: list[Used], asked: Asked) -> Sum:
    intervals = {each[0].id: _over_time(each, asked) for each in owns}
    interval, flags = asked.grouping.together(intervals) if asked.grouping else (None, set())
    asked.marks.update(Mark(flag) for flag in flags)
    parts = tuple(_part(each, *intervals[each[0].id]) for each in owns) if asked.has_parts else ()
    low, high = interval or (None, None)
    return _new(Sum, (low, high, None, None, (), _cells(owns, asked), parts))


def _over_time(each: Used, asked: Asked) -> Interval:
    """[most at once, everyone each time], or those who were new when every answer of the year so far says it."""
    _, own, used = each
    if len(used) == 1:
        alone = asked.bridged(used[0], used[0].value)
        return alone, alone
    numbers = [asked.bridged(answer, answer.value) for answer in used] if asked.factors else list(map(value_of, used))
    most, everyone = max(numbers), sum(numbers)
    if not asked.span.is_year_to_date:
        return most, everyone
    distinct: Number = 0
    for answer in used:
        if answer.new is None and answer.state != ZERO:
            return most, everyone
        distinct += asked.bridged(answer, answer.new or 0)
    if distinct < most:
        return most, everyone
    last = used[-1].place
    has_gap = any(not answer.is_usable and answer.applies for answer in asked.span.holds(own) if answer.place < last)
    return (distinct, everyone) if has_gap else (distinct, distinct)


# ── ratio ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_PER = {"%": 100, "‰": 1000}


@lru_cache(maxsize=256)
def _per(unit: str) -> int:
    """What a quotient of one is in 1/10 000 of the unit."""
    return _PER.get(sign_of(unit), 1) * SCALE


def _ratio(owns: list[Used], asked: Asked) -> Sum:
    per = _per(asked.definition.unit)
    parts = []
    numerators: list[Number] = []
    denominators: list[Number] = []
    for each in owns:
        whole = [answer for answer in each[2] if answer.denominator is not None]
        if len(whole) < len(each[2]):
            asked.marks.update(Mark(Flag.BARE_PERCENT, answer.obligation) for answer in each[2] if answer.denominator is None)
        if whole:
            numerator = sum([asked.bridged(answer, answer.numerator or 0) if asked.factors else answer.numerator or 0 for answer in whole])
            denominator: Number = sum([answer.denominator or 0 for answer in whole])
            numerators.append(numerator)
            denominators.append(denominator)
            if asked.has_parts:
                value = _quotient(numerator, denominator, per)
                parts.append(_part(each, value, value, numerator, denominator))
        elif asked.has_parts:
            bare = asked.bridged(each[2][0], each[2][0].value) if len(each[2]) == 1 else None
            parts.append(_part(each, bare, bare))
    if not numerators or (len(numerators) > 1 and not asked.definition.is_disjoint):
        if owns:
            asked.marks.add(Mark(Flag.LISTED))
        return Sum(parts=tuple(parts))
    numerator, denominator = sum(numerators), sum(denominators)
    value = _quotient(numerator, denominator, per)
    if value is None:
        asked.marks.add(Mark(Flag.ZERO_DENOMINATOR))
    return Sum(value, value, numerator, denominator, parts=tuple(parts))


def _quotient(numerator: Number, denominator: Number, per: int) -> Fraction | None:
    return Fraction(numerator * per, denominator) if denominator else None


# ── level, milestone, narrative ─────────────────────────────────────────────────────────────────────────────────────


def _level(owns: list[Used], asked: Asked) -> Sum:
    levels = sorted(used[0].value for _, _, used in owns)
    median = levels[(len(levels) - 1) // 2] if levels else None
    counted = {level: levels.count(level) for level in levels}
    parts = tuple(_part(each, each[2][0].value, each[2][0].value) for each in owns) if asked.has_parts else ()
    return Sum(median, median, distribution=tuple(counted.items()), parts=parts)


def _milestone(owns: list[Used], asked: Asked) -> Sum:
    values = [SCALE * any(answer.value > 0 for answer in used) for _, _, used in owns]
    parts = tuple(map(_part, owns, values, values)) if asked.has_parts else ()
    return Sum(sum(values), sum(values), sum(values) // SCALE, parts=parts) if owns else Sum()


def _narrative(owns: list[Used], asked: Asked) -> Sum:
    return Sum(parts=tuple(_part(each, None, None) for each in owns) if asked.has_parts else ())


_FOLDS: dict[str, Callable[[list[Used], Asked], Sum]] = {
    IndicatorKind.COUNT: _summed,
    IndicatorKind.MONEY: _summed,
    IndicatorKind.STOCK: _summed,
    IndicatorKind.PEOPLE: _people,
    IndicatorKind.RATIO: _ratio,
    IndicatorKind.LEVEL: _level,
    IndicatorKind.MILESTONE: _milestone,
    IndicatorKind.NARRATIVE: _narrative,
}


def reports_of(owns: Iterable[Used]) -> tuple[int, ...]:
    """The ids of the reports that the used answers stand in."""
    return tuple(sorted(map(report_of, chain.from_iterable(map(in_window_of, owns)))))
