"""Rule 3: how each kind of figure is put together, first over time for each assignment, then over partners."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from followup.figures import Cell, Mark, Number, Part, Window
from followup.reference.answers import Answer, inside
from followup.reference.definitions import Definitions
from followup.reference.facts import Assignment, IndicatorVersion, OverlapDecision
from followup.reference.people import Group, Grouping, Interval, grouping, together
from followup.words import UNKNOWN, Flag, LineState, Overlap
from measures.rules import SCALE, IndicatorKind, RatioOverTime

SUMMED = (IndicatorKind.COUNT, IndicatorKind.MONEY)


@dataclass
class Own:
    """One assignment's answers about an indicator in period order, and those that its figure is made of."""

    assignment: Assignment
    answers: list[Answer]
    used: list[Answer]


@dataclass
class Sum:
    """What came out of putting answers together."""

    low: Number | None = None
    high: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    distribution: tuple[tuple[int, int], ...] = ()
    cells: tuple[Cell, ...] = ()
    parts: list[Part] = field(default_factory=list)
    flags: set[Mark] = field(default_factory=set)


@dataclass(frozen=True)
class Question:
    """Everything a kind needs to know besides the answers. Numbers are given as `definition` counts."""

    definitions: Definitions
    definition: IndicatorVersion
    window: Window
    overlaps: tuple[OverlapDecision, ...]
    in_scope: frozenset[int]

    def bridge(self, answer: Answer, number: int) -> Number:
        return number * self.definitions.factor(answer.version, self.definition)


def by_assignment(found: Iterable[Answer]) -> list[list[Answer]]:
    """The answers of each assignment, in period order."""
    grouped: dict[int, list[Answer]] = {}
    for answer in found:
        grouped.setdefault(answer.assignment.id, []).append(answer)
    return [own for _, own in sorted(grouped.items())]


def is_last_only(definition: IndicatorVersion) -> bool:
    """A stock, or a ratio of stocks: the last answer stands for the assignment, also some time after its period."""
    return definition.kind == IndicatorKind.STOCK or (
        definition.kind == IndicatorKind.RATIO and definition.over_time == RatioOverTime.STOCK
    )


def used_answers(own: list[Answer], definition: IndicatorVersion, window: Window) -> list[Answer]:
    """Which usable answers of one assignment make its figure: all inside the window, the last one, or all up to its end."""
    if is_last_only(definition):
        first_day = a_year_before(window.end)
        near = [answer for answer in own if first_day <= answer.period.end <= window.end]
        return last_usable(near) if own[0].assignment.runs_within(window.end, window.end) else []
    if definition.kind == IndicatorKind.LEVEL:
        return last_usable(inside(own, window))
    if definition.kind == IndicatorKind.MILESTONE:
        is_expected = any(answer.expected for answer in inside(own, window))
        return [answer for answer in own if answer.usable and answer.period.end <= window.end] if is_expected else []
    return [answer for answer in inside(own, window) if answer.usable]


def last_usable(own: list[Answer]) -> list[Answer]:
    """The last usable answer, unless a later one put an end to it."""
    for answer in reversed(own):
        if answer.usable:
            return [answer]
        if answer.ends_carrying:
            return []
    return []


def a_year_before(end: date) -> date:
    """The first day a period may end on to be within the 12 months before `end`."""
    day = end + timedelta(days=1)
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else date(day.year - 1, 3, 1)


def put_together(owns: list[Own], question: Question) -> Sum:
    """The figure of answers that all belong to one series."""
    kind = question.definition.kind
    return _KINDS[kind](owns, question) if kind else Sum(flags={Mark(Flag.NO_KIND)})


def number_of(answer: Answer) -> int:
    return 0 if answer.said.state == LineState.ZERO else answer.said.number or 0


def report_ids(used: Iterable[Answer]) -> tuple[int, ...]:
    return tuple(sorted({answer.in_force.id for answer in used if answer.in_force}))


def exact_sum(numbers: Iterable[Number | None]) -> Number:
    """The sum of what is there."""
    return sum((number for number in numbers if number is not None), start=Fraction(0))


def part(own: Own, low: Number | None, high: Number | None, numerator: Number | None = None, denominator: Number | None = None) -> Part:
    reports = report_ids(own.used)
    return Part(own.assignment.id, own.assignment.actor, low, high, numerator, denominator, reports)


# ── count, money, stock ──────────────────────────────────────────────────────────────────────────────────────────────


def _summed(owns: list[Own], question: Question) -> Sum:
    """Count, money and stock: sums; for a stock only the last answer of each is used."""
    total = Sum()
    for own in owns:
        value = sum(amount(own, answer, number_of, question) for answer in own.used)
        total.parts.append(part(own, value, value))
        total.flags |= _marks(own, question)
    if owns:
        total.low = total.high = exact_sum(each.low for each in total.parts)
    total.cells = _cells(owns, question)
    return total


def amount(own: Own, answer: Answer, number: Callable[[Answer], int], question: Question) -> Number:
    """What one answer adds: its number, or for a running total the difference from the same assignment's previous total."""
    typed = question.bridge(answer, number(answer))
    before = _previous_total(own, answer, question)
    return typed - question.bridge(before, number(before)) if before else typed


def _previous_total(own: Own, answer: Answer, question: Question) -> Answer | None:
    if not _is_running(question):
        return None
    series = question.definitions.series
    earlier = own.answers[: own.answers.index(answer)]
    totals = [other for other in earlier if other.usable and series(other.version) == series(answer.version)]
    return totals[-1] if totals else None


def _is_running(question: Question) -> bool:
    return question.definition.running_total and question.definition.kind in SUMMED


def _marks(own: Own, question: Question) -> set[Mark]:
    marks = set()
    for answer in own.used:
        if _is_running(question):
            index = own.answers.index(answer)
            if index and not own.answers[index - 1].usable:
                marks.add(Mark(Flag.AFTER_GAP, answer.obligation.id))
            if amount(own, answer, number_of, question) < 0:
                marks.add(Mark(Flag.NEGATIVE_DIFFERENCE, answer.obligation.id))
    return marks


def older_value(own: Own, question: Question) -> set[Mark]:
    """A stock or level whose latest due answer is missing."""
    if not is_last_only(question.definition) and question.definition.kind != IndicatorKind.LEVEL:
        return set()
    last = own.used[-1]
    later = [answer for answer in own.answers if answer.place > last.place and answer.period.end <= question.window.end]
    return {Mark(Flag.OLDER_VALUE, last.obligation.id)} if any(answer.is_due for answer in later) else set()


# ── breakdowns ───────────────────────────────────────────────────────────────────────────────────────────────────────


def cell_number(dimension: str, name: str) -> Callable[[Answer], int]:
    """The number of one cell in an answer. What the cells lack of the total is unknown."""

    def number(answer: Answer) -> int:
        cells = [] if answer.said.state == LineState.ZERO else [cell for cell in answer.said.cells if cell[0] == dimension]
        if name == UNKNOWN:
            return number_of(answer) - sum(value for _, other, value in cells if other != UNKNOWN)
        return sum(value for _, other, value in cells if other == name)

    return number


def _cells(owns: list[Own], question: Question) -> tuple[Cell, ...]:
    """Each breakdown of the figure, cell by cell, put together like the whole. An unknown cell without anyone in it is left out."""
    found = []
    for dimension in sorted(question.definition.dimensions):
        heard = [answer for own in owns for answer in own.used]
        heard += [before for own in owns for answer in own.used if (before := _previous_total(own, answer, question))]
        lines = [answer.said for answer in heard]
        names = {name for line in lines for cell_dimension, name, _ in line.cells if cell_dimension == dimension} | {UNKNOWN}
        for name in sorted(names):
            number = cell_number(dimension, name)
            interval = _cell(owns, number, question)
            if interval and (name != UNKNOWN or interval != (0, 0)):
                found.append(Cell(dimension, name, *interval))
    return tuple(found)


def _cell(owns: list[Own], number: Callable[[Answer], int], question: Question) -> Interval | None:
    values = {own.assignment.id: [amount(own, answer, number, question) for answer in own.used] for own in owns}
    if question.definition.kind != IndicatorKind.PEOPLE:
        total = sum(sum(each) for each in values.values())
        return (total, total) if owns else None
    intervals = {assignment: (max(each), sum(each)) for assignment, each in values.items()}
    return together(intervals, _without_declared(_grouping(question)))[0]


def _without_declared(grouped: Grouping) -> Grouping:
    """A declared overlap is about the whole: how it divides over the cells of a breakdown is not known."""
    groups = tuple(
        Group(None, each.assignments) if each.decision and each.decision.kind == Overlap.DECLARED else each for each in grouped.groups
    )
    return Grouping(groups, grouped.are_disjoint)


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _people(owns: list[Own], question: Question) -> Sum:
    intervals = {own.assignment.id: people_over_time(own, question) for own in owns}
    interval, flags = together(intervals, _grouping(question))
    low, high = interval or (None, None)
    parts = [part(own, *intervals[own.assignment.id]) for own in owns]
    return Sum(low, high, parts=parts, flags={Mark(flag) for flag in flags}, cells=_cells(owns, question))


def _grouping(question: Question) -> Grouping:
    return grouping(question.overlaps, question.definition.indicator, question.window, question.in_scope)


def people_over_time(own: Own, question: Question) -> Interval:
    """One partner's people over the window: the same or others each time, unless every answer says how many are new this year."""
    numbers = [question.bridge(answer, number_of(answer)) for answer in own.used]
    most, total = max(numbers), sum(numbers)
    new = [0 if answer.said.state == LineState.ZERO else answer.said.new for answer in own.used]
    from_new_year = (question.window.start.month, question.window.start.day) == (1, 1) and not question.window.spans_years
    if not from_new_year or len(numbers) == 1 or any(each is None for each in new):
        return most, total
    distinct = exact_sum(question.bridge(answer, each or 0) for answer, each in zip(own.used, new, strict=True))
    if distinct < most:
        return most, total  # contradicts itself: at least as many are new this year as came at once
    return (distinct, total) if _has_gap(own, question) else (distinct, distinct)


def _has_gap(own: Own, question: Question) -> bool:
    """Whether an answer is lacking before the last one: who was new then cannot be told."""
    asked = [answer for answer in inside(own.answers, question.window) if answer.applies and answer.place < own.used[-1].place]
    return any(not answer.usable for answer in asked)


# ── ratio ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ratio(owns: list[Own], question: Question) -> Sum:
    """Sums of numerators and denominators, never of percentages."""
    total = Sum()
    for own in owns:
        whole = [answer for answer in own.used if answer.said.denominator is not None]
        total.flags |= {Mark(Flag.BARE_PERCENT, answer.obligation.id) for answer in own.used if answer not in whole}
        total.parts.append(_own_ratio(own, whole, question))
    pooled = [each for each in total.parts if each.denominator is not None]
    if not pooled or (len(pooled) > 1 and not question.definition.disjoint_denominators):
        total.flags |= {Mark(Flag.LISTED)} if owns else set()
        return total
    total.numerator, total.denominator = exact_sum(each.numerator for each in pooled), exact_sum(each.denominator for each in pooled)
    total.low = total.high = ratio(total.numerator, total.denominator, question.definition.unit)
    if total.denominator == 0:
        total.flags.add(Mark(Flag.ZERO_DENOMINATOR))
    return total


def _own_ratio(own: Own, whole: list[Answer], question: Question) -> Part:
    if not whole:
        alone = question.bridge(own.used[0], number_of(own.used[0])) if len(own.used) == 1 else None
        return part(own, alone, alone)
    numerator = sum(question.bridge(answer, _numerator(answer)) for answer in whole)
    denominator = exact_sum(answer.said.denominator for answer in whole)
    value = ratio(numerator, denominator, question.definition.unit)
    return part(own, value, value, numerator, denominator)


def _numerator(answer: Answer) -> int:
    return 0 if answer.said.state == LineState.ZERO else answer.said.numerator or 0


def ratio(numerator: Number, denominator: Number, unit: str) -> Fraction | None:
    """The quotient in 1/10 000 of the unit; per cent and per mille are a hundred and a thousand times the quotient."""
    times = {"%": 100, "procent": 100, "‰": 1000, "promille": 1000}.get(unit.strip().lower(), 1)
    return Fraction(numerator * times * SCALE, 1) / denominator if denominator else None


# ── level, milestone, narrative ──────────────────────────────────────────────────────────────────────────────────────


def _level(owns: list[Own], question: Question) -> Sum:
    levels = sorted(number_of(own.used[0]) for own in owns)
    median = levels[(len(levels) - 1) // 2] if levels else None
    distribution = tuple((level, levels.count(level)) for level in sorted(set(levels)))
    parts = [part(own, number_of(own.used[0]), number_of(own.used[0])) for own in owns]
    return Sum(median, median, distribution=distribution, parts=parts)


def _milestone(owns: list[Own], question: Question) -> Sum:
    """Reached by then; `figure` sets beside it how many were expected to."""
    total = Sum()
    for own in owns:
        reached = SCALE if any(number_of(answer) > 0 for answer in own.used) else 0
        total.parts.append(part(own, reached, reached))
    if owns:
        total.low = total.high = exact_sum(each.low for each in total.parts)
        total.numerator = sum(each.low == SCALE for each in total.parts)
    return total


def _narrative(owns: list[Own], question: Question) -> Sum:
    return Sum(parts=[part(own, None, None) for own in owns])


_KINDS = {
    IndicatorKind.COUNT: _summed,
    IndicatorKind.MONEY: _summed,
    IndicatorKind.STOCK: _summed,
    IndicatorKind.PEOPLE: _people,
    IndicatorKind.RATIO: _ratio,
    IndicatorKind.LEVEL: _level,
    IndicatorKind.MILESTONE: _milestone,
    IndicatorKind.NARRATIVE: _narrative,
}
