"""Which figures of one indicator are hidden from an audience: every figure that could be shown, as sums of single answers (rule 8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain, count, product
from typing import NamedTuple

from followup.figures import Figure, Number, Window
from followup.rollup.answers import Answer
from followup.rollup.people import Grouping
from followup.rollup.plan import Rollup
from followup.suppression import LOWEST_THRESHOLD, Key, Sums, Suppression, is_small, is_small_rate
from followup.words import UNKNOWN, Overlap
from measures.rules import SCALE, IndicatorKind

TOTAL = ("", "")
"""The whole of a figure, among its cells (dimension, category)."""

Name = tuple[Key, str, str]
"""A cell of a figure: its key, dimension and category."""

Numbers = Mapping[tuple[str, str], tuple[int, int]]
"""The two amounts of each cell of a figure."""

Sum = tuple[Key, Sequence[Key]]

ADDED_UP = (IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.STOCK, IndicatorKind.PEOPLE)


def amounts_of(figure: Figure) -> tuple[Number | None, Number | None]:
    """What is protected of a figure: the ends of an interval; or, of a rate, those in it and those outside it."""
    if figure.kind == IndicatorKind.RATIO and figure.numerator is not None and figure.denominator is not None:
        return figure.numerator, figure.denominator - figure.numerator
    return figure.low, figure.high


def has_nothing_small(rollup: Rollup, indicator: int, windows: Collection[Window], threshold: int) -> bool:
    """Whether no figure of the indicator can be small, in any scope and any of the windows, so that there is nothing to hide.

    Call a number safe when it is 0 or at least the threshold. Of safe numbers the sum, the largest, and the one of a chosen partner
    are safe too, and these are all that is made of them: counts, money and stocks are summed (a stock of some of the answers), cell by
    cell as well. Of people the low is the largest and the high the sum, over time and then over partners. Two things more are done with
    people. Those who were new take the place of both when they are at least the largest: with any answer but 0 they are then at
    least the threshold, and where all are 0 they are 0, since no answer has more new than people. And a declared overlap is taken
    from a sum but never below the largest in it: where that is 0 so is the sum.

    This is about what is shown now; what was hidden or seen before is asked about beside it.
    False wherever the above does not hold, or need not: rates, levels, running totals, several definitions, unsafe answers, negative overlaps.
    """
    line = rollup.lines[indicator]
    definition = line.versions[0]
    if len(line.versions) > 1 or definition.kind not in ADDED_UP or definition.is_running:
        return False
    if any(decision.overlap < 0 for decision in rollup.rows.decisions.get(indicator, ())):
        return False
    least = max(threshold, LOWEST_THRESHOLD) * SCALE
    periods, first, last = rollup.rows.periods, min(window.start for window in windows), max(window.end for window in windows)
    is_carried = definition.is_last_only
    return all(
        _is_safe(answer, least, definition.dimensions, rollup.rows.cells)
        for own in rollup.answers.get(indicator, {}).values()
        for answer in own
        if answer.is_usable and (is_carried or first <= periods[answer.period].end <= last)
    )


def _is_safe(answer: Answer, least: int, dimensions: tuple[str, ...], cells: Mapping[int, list[tuple[str, str, int]]]) -> bool:
    """Whether the answer and each cell of its breakdowns, with what they leave unknown, is 0 or at least `least`."""
    numbers = [answer.value]
    for dimension in dimensions:
        named = [number for of_dimension, name, number in cells.get(answer.line or 0, ()) if of_dimension == dimension and name != UNKNOWN]
        numbers += [*named, answer.value - sum(named)]
    return (answer.new is None or answer.new <= answer.value) and all(number == 0 or number >= least for number in numbers)


@dataclass(slots=True)
class Table:
    """The figures of an indicator in every scope and window. Those that come to the same answers are one.

    Two sets of amounts: the ends of an interval; or, for a rate, those in it and those outside it.
    """

    rollup: Rollup
    indicator: int
    keys: dict[tuple[frozenset[int], Window], Key] = field(default_factory=dict)
    answers: dict[Key, tuple[int, ...]] = field(default_factory=dict)
    cells: dict[Key, list[tuple[str, str]]] = field(default_factory=dict)
    small: set[Key] = field(default_factory=set)
    amounts: tuple[dict[Key, int], dict[Key, int]] = field(default_factory=lambda: ({}, {}))
    overlapping: set[Key] = field(default_factory=set)
    put_together: dict[Key, "PutTogether"] = field(default_factory=dict)
    intervals: set[Key] = field(default_factory=set)
    has_ties: bool = False

    def add(self, scope: frozenset[int], window: Window, threshold: int) -> Key:
        """The key of a figure; its cells are (key, dimension, category)."""
        if (scope, window) in self.keys:
            return self.keys[scope, window]
        figure = self.rollup.figure(self.indicator, window, scope)
        found = {TOTAL: amounts_of(figure), **{(cell.dimension, cell.name): (cell.low, cell.high) for cell in figure.cells}}
        numbers = {cell: (int(one), int(other)) for cell, (one, other) in found.items() if one is not None and other is not None}
        key = self.keys[scope, window] = self.key(figure.reports, window, figure.kind, numbers)
        is_rate = figure.kind == IndicatorKind.RATIO and figure.numerator is not None and figure.denominator is not None
        if is_rate and is_small_rate(numbers[TOTAL][0], sum(numbers[TOTAL]), threshold):
            self.small.add((key, *TOTAL))
        if figure.kind == IndicatorKind.PEOPLE:
            self.overlapping.add(key)
            self.decide(key, window, {part.assignment: part.reports for part in figure.parts}, scope)
        self.keep(key, figure.reports, found, numbers)
        return key

    def key(self, reports: tuple[int, ...], window: Window, kind: str | None, numbers: Numbers) -> Key:
        """What a figure is known by: the reports it is made of. People who may be the same are counted otherwise in another window, or
        in a group with a lead of its own, or once more has been decided: then it is another figure, though of the same reports."""
        if kind != IndicatorKind.PEOPLE or len(reports) < 2:
            return reports
        lows, highs = self.amounts
        for number in count():
            key = (reports, window, number)
            kept = {cell: (lows.get((key, *cell), one), highs.get((key, *cell), other)) for cell, (one, other) in numbers.items()}
            if kept == numbers:
                break
        self.intervals.add(key)
        return key

    def keep(self, key: Key, reports: tuple[int, ...], cells: Iterable[tuple[str, str]], numbers: Numbers) -> None:
        """Put what is not there already of a figure in the table."""
        self.answers[key] = reports
        self.cells[key] = list(dict.fromkeys([*self.cells.get(key, ()), *cells]))
        for cell, both in numbers.items():
            for amounts, amount in zip(self.amounts, both, strict=True):
                amounts.setdefault((key, *cell), amount)

    def decide(self, key: Key, window: Window, parts: Mapping[int, Sequence[int]], scope: Set[int]) -> None:
        """What is said of how the assignments of a scope were put together in a window; `parts`: the reports of each."""
        if key not in self.put_together:
            self.put_together[key] = PutTogether.of(parts, Grouping(self.rollup.rows.decisions.get(self.indicator, ()), window, scope))

    def suppression(self, threshold: int, *, with_ties: bool = True) -> Suppression:
        """What must be hidden in the table as it is now, to be asked for one reader after another. The two ends of an interval go together.

        Where one of some partners who say equally much counts for all, a sum is taken to be of each of them, or (`with_ties=False`) of the first;
        `has_ties` says afterwards whether there were such.
        """
        lows, highs = (self._as_a_reader_adds(amounts, threshold) for amounts in self.amounts)
        names: list[Name] = [(key, *cell) for key, cells in self.cells.items() if key in self.intervals for cell in cells]
        low_ends: dict[Name, Key] = {name: (*name, "low") for name in names if name in lows}
        ends = {**highs, **{low_end: self.amounts[0][name] for name, low_end in low_ends.items()}}
        largest, most = self._largest(low_ends)
        sums = [Sums(lows, list(self._sums(lows, with_ties))), Sums(ends, list(self._sums(highs, with_ties)), largest, most)]
        return Suppression(sums, threshold, also_small=self.small, together=dict[Key, Key](low_ends.items()))

    def _as_a_reader_adds(self, amounts: Mapping[Key, int], threshold: int) -> dict[Key, int]:
        """The amounts; but of people who may be the same, a small number is the sum of its answers where that is small too. Its word is the
        same, and a reader who takes it for the sum is right about the answers by chance."""
        alone = self.alone()
        taken = dict(amounts)
        for key in self.overlapping:
            for cell in self.cells[key]:
                added = sum(amounts[part] for part in self._parts(key, cell, alone, amounts))
                amount = amounts.get((key, *cell), 0)
                if is_small(added, threshold) and is_small(amount, threshold) and not self._add_up(key, amount, [added]):
                    taken[key, *cell] = added
        return taken

    def _largest(self, low_ends: Mapping[Name, Key]) -> tuple[list[Sum], list[Sum]]:
        """The low end of people who may be the same is the largest answer, or the sum of each partner's largest where nobody is at two.
        Gives which those are, and the answers that are no more than it."""
        lows, _ = self.amounts
        alone = self.alone()
        answers = self.rollup.answers.get(self.indicator, {})
        assignment_of = {answer.report: assignment for assignment, own in answers.items() for answer in own}
        equal: list[Sum] = []
        most: list[Sum] = []
        for (key, *cell), low_end in low_ends.items():
            low = lows[key, *cell]
            parts: dict[int, Key] = {report: (alone[report], *cell) for report in self.answers[key] if report in alone}
            in_order = sorted((report for report in parts if parts[report] in lows), key=lambda report: lows[parts[report]])
            largest = {assignment_of.get(report, 0): parts[report] for report in in_order}
            for own in [parts[report] for report in in_order[-1:]], list(largest.values()):
                if low and low == sum(lows[part] for part in own):
                    equal.append((low_end, own))
                    break
            if in_order and lows[parts[in_order[-1]]] <= low:
                most.append((low_end, [parts[report] for report in in_order]))
        return equal, most

    def _sums(self, amounts: Mapping[Key, int], with_ties: bool) -> Iterable[tuple[Key, list[Key]]]:
        """Every figure is the sum of its answers, every whole the sum of each of its breakdowns."""
        alone = self.alone()
        for key, reports in self.answers.items():
            dimensions: dict[str, list[Key]] = {}
            total: Key = (key, *TOTAL)
            for cell in self.cells[key]:
                whole: Key = (key, *cell)
                if cell != TOTAL:
                    dimensions.setdefault(cell[0], []).append(whole)
                if len(reports) > 1 and whole in amounts:
                    ways = [(whole, parts) for parts in self._ways(key, cell, alone, amounts)]
                    self.has_ties = self.has_ties or len(ways) > 1
                    yield from ways if with_ties else ways[:1]
            for cells in dimensions.values():
                parts = [cell for cell in cells if cell in amounts]
                if total in amounts and self._add_up(key, amounts[total], [amounts[part] for part in parts]):
                    yield total, parts

    def alone(self) -> dict[int, Key]:
        """The figure that each report makes by itself, where there is one."""
        return {reports[0]: key for key, reports in self.answers.items() if len(reports) == 1}

    def _parts(self, key: Key, cell: tuple[str, str], alone: Mapping[int, Key], amounts: Mapping[Key, int]) -> list[Key]:
        """The same cell of each answer that a figure is made of."""
        parts: list[Key] = [(alone[report], *cell) for report in self.answers[key] if report in alone]
        return [part for part in parts if part in amounts]

    def _ways(self, key: Key, cell: tuple[str, str], alone: Mapping[int, Key], amounts: Mapping[Key, int]) -> Iterable[list[Key]]:
        """What a figure is the sum of: all its answers, or else those alone that count for others too."""
        whole, parts = amounts[key, *cell], self._parts(key, cell, alone, amounts)
        if self._add_up(key, whole, [amounts[part] for part in parts]):
            yield parts
            return
        said = {
            report: (amounts.get((alone[report], *cell), 0), amounts.get((alone[report], *TOTAL), 0))
            for report in self.answers[key]
            if report in alone
        }
        for beside in self.put_together[key].beside(said) if key in self.put_together else ():
            left_out = {(alone[report], *cell) for report in beside if report in alone}
            counted = [part for part in parts if part not in left_out]
            if counted and self._add_up(key, whole, [amounts[part] for part in counted]):
                yield counted

    def adds_up(self, name: Name, alone: Mapping[int, Key]) -> bool:
        """Whether either amount of a cell is the sum of what is known to count."""
        return any(name in amounts and any(True for _ in self._ways(name[0], name[1:], alone, amounts)) for amounts in self.amounts)

    def _add_up(self, key: Key, whole: int, parts: list[int]) -> bool:
        """Numbers that are added always do; of people who may be the same, the ends that happen to, but for what is declared to be counted twice."""
        if key not in self.overlapping:
            return True
        return sum(parts) - whole in (self.put_together[key].taken_off if key in self.put_together else {0})


class PutTogether(NamedTuple):
    """How people who may be the same are put together in a figure, as its page says. `taken_off`: how much the sum may lack because it was
    declared to be counted twice. The reports that are not counted since another partner leads; and those of each partner in the groups of
    which one counts for all, the largest: people who are the same, and those declared to overlap so much."""

    taken_off: frozenset[int]
    beside_a_lead: frozenset[int]
    same: tuple[tuple[tuple[int, ...], ...], ...]
    declared: tuple[tuple[tuple[int, ...], ...], ...]

    @classmethod
    def of(cls, parts: Mapping[int, Sequence[int]], grouping: Grouping) -> "PutTogether":
        groups: dict[int, list[tuple[int, ...]]] = {}
        for assignment, own in parts.items():
            if assignment in grouping.decision_of:
                groups.setdefault(grouping.decision_of[assignment], []).append(tuple(own))
        in_force = [
            (grouping.decisions[number], tuple(group)) for number, group in groups.items() if not grouping.decisions[number].is_revoked
        ]
        same, declared = (tuple(group for each, group in in_force if each.kind == kind) for kind in (Overlap.SAME_PEOPLE, Overlap.DECLARED))
        off = {0}
        for decision, _ in in_force:
            if decision.kind == Overlap.DECLARED:
                off |= {each + decision.overlap for each in off}
        beside = (own for assignment, own in parts.items() if grouping.is_beside_a_lead(assignment))
        return cls(frozenset(off), frozenset(chain.from_iterable(beside)), same, declared)

    def beside(self, said: Mapping[int, tuple[int, int]]) -> Iterable[set[int]]:
        """The reports that may not be counted, when each says this much of a cell and of the whole: of partners who say equally much, either."""
        for groups in (self.same, (*self.same, *self.declared)) if self.declared else (self.same,):
            for counted in product(*(_largest(group, said) for group in groups)):
                beside = {report for group in groups for own in group if own not in counted for report in own} | self.beside_a_lead
                if beside:
                    yield beside


def _largest(group: Iterable[tuple[int, ...]], said: Mapping[int, tuple[int, int]]) -> list[tuple[int, ...]]:
    """Those of a group that say the most; who says the most of the whole first."""
    sums = {own: tuple(sum(said[report][place] for report in own if report in said) for place in (0, 1)) for own in group}
    most = max(cell for cell, _ in sums.values())
    return sorted((own for own, (cell, _) in sums.items() if cell == most), key=lambda own: -sums[own][1])
