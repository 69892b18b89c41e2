"""Which figures of one indicator are hidden from an audience: every figure that could be shown, as sums of single answers (rule 8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain, count, islice, product
from typing import NamedTuple

from followup.figures import Figure, Number, Window
from followup.rollup.answers import Answer
from followup.rollup.people import Grouping, decided_before
from followup.rollup.plan import Rollup
from followup.rollup.rows import DecisionRow
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

Group = tuple[tuple[int, ...], ...]
"""The reports of each partner in a group."""

Said = Mapping[int, tuple[int, int]]
"""What each report says of a cell and of the whole."""

MOST_WAYS = 16
"""In how many ways a sum is understood, where partners of several groups say equally much."""

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
            self.put_together[key] = PutTogether.of(parts, Grouping(self._decisions, window, scope))

    def decide_as_before(self, name: Name, window: Window, parts: Mapping[int, Sequence[int]], alone: Mapping[int, Key]) -> bool:
        """Whether a cell that does not add up in the words of today did so once, since more, less or something else was decided then."""
        key, today = name[0], self.put_together[name[0]]
        scope = self.rollup.rows.assignments.keys()
        of_window = [each for each in self._decisions if (each.start, each.end) == (window.start, window.end)]
        for decisions in decided_before(of_window):
            self.put_together[key] = PutTogether.of(parts, Grouping(decisions, window, scope))
            if self.adds_up(name, alone):
                return True
        self.put_together[key] = today
        return False

    @property
    def _decisions(self) -> Sequence[DecisionRow]:
        return self.rollup.rows.decisions.get(self.indicator, ())

    def suppression(self, threshold: int) -> Suppression:
        """What must be hidden in the table as it is now, to be asked for one reader after another.

        A figure whose amounts can be understood in several ways has a cell for each: those of an interval's two ends, and those of the sums
        that it may be. They are hidden together.
        """
        lows, highs = (self._as_a_reader_adds(amounts, threshold) for amounts in self.amounts)
        names: list[Name] = [(key, *cell) for key, cells in self.cells.items() if key in self.intervals for cell in cells]
        low_ends: dict[Name, Key] = {name: (*name, "low") for name in names if name in lows}
        together: dict[Key, set[Key]] = {name: {low_end} for name, low_end in low_ends.items()}
        (lows, of_lows), (highs, of_highs) = (self._in_ways(amounts, together) for amounts in (lows, highs))
        largest, most = self._largest(low_ends)
        ends = {**highs, **{low_end: self.amounts[0][name] for name, low_end in low_ends.items()}}
        return Suppression([Sums(lows, of_lows), Sums(ends, of_highs, largest, most)], threshold, also_small=self.small, together=together)

    def _in_ways(self, amounts: Mapping[Key, int], together: dict[Key, set[Key]]) -> tuple[dict[Key, int], list[Sum]]:
        """The amounts and their sums, with a cell more for each further way in which a figure adds up."""
        cells, sums = dict(amounts), list[Sum]()
        for whole, number, parts in self._sums(amounts):
            if number:
                together.setdefault(whole, set()).add((*whole, number))
                cells[*whole, number] = amounts[whole]
            sums.append(((*whole, number) if number else whole, parts))
        return cells, sums

    def _as_a_reader_adds(self, amounts: Mapping[Key, int], threshold: int) -> dict[Key, int]:
        """The amounts; but of people who may be the same, a small number is the sum of its answers where that is small too. Its word is the
        same, and a reader who takes it for the sum is right about the answers by chance."""
        alone = self.alone()
        taken = dict(amounts)
        for key in self.overlapping:
            for cell in self.cells[key]:
                parts = self._parts(key, cell, alone, amounts)
                added = sum(amounts[part] for part in parts)
                is_few = is_small(added, threshold) and is_small(amounts.get((key, *cell), 0), threshold)
                if is_few and parts not in self._ways(key, cell, alone, amounts):
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

    def _sums(self, amounts: Mapping[Key, int]) -> Iterable[tuple[Name, int, list[Key]]]:
        """Every figure is the sum of its answers, in one way or several (the first is 0), every whole the sum of each of its breakdowns."""
        alone = self.alone()
        for key, reports in self.answers.items():
            dimensions: dict[str, list[Key]] = {}
            total: Name = (key, *TOTAL)
            for cell in self.cells[key]:
                whole: Name = (key, *cell)
                if cell != TOTAL:
                    dimensions.setdefault(cell[0], []).append(whole)
                if len(reports) > 1 and whole in amounts:
                    for number, added in enumerate(self._ways(key, cell, alone, amounts)):
                        yield whole, number, added
            for cells in dimensions.values():
                parts = [cell for cell in cells if cell in amounts]
                taken_off = {0, *(off for _, off in self._counted(key, TOTAL, alone, amounts))}
                if total in amounts and (key not in self.overlapping or sum(amounts[part] for part in parts) - amounts[total] in taken_off):
                    yield total, 0, parts

    def alone(self) -> dict[int, Key]:
        """The figure that each report makes by itself, where there is one."""
        return {reports[0]: key for key, reports in self.answers.items() if len(reports) == 1}

    def _parts(self, key: Key, cell: tuple[str, str], alone: Mapping[int, Key], amounts: Mapping[Key, int]) -> list[Key]:
        """The same cell of each answer that a figure is made of."""
        parts: list[Key] = [(alone[report], *cell) for report in self.answers[key] if report in alone]
        return [part for part in parts if part in amounts]

    def _ways(self, key: Key, cell: tuple[str, str], alone: Mapping[int, Key], amounts: Mapping[Key, int]) -> Iterable[list[Key]]:
        """What a figure is the sum of: those of its answers that count for others too, and all, where they happen to add up."""
        parts = self._parts(key, cell, alone, amounts)
        if key not in self.overlapping:
            yield parts
            return
        found: list[list[Key]] = []
        for beside, off in (*self._counted(key, cell, alone, amounts), (frozenset[int](), 0)):
            left_out = {(alone[report], *cell) for report in beside if report in alone}
            counted = [part for part in parts if part not in left_out]
            if counted and counted not in found and sum(amounts[part] for part in counted) - off == amounts[key, *cell]:
                found.append(counted)
                yield counted

    def _counted(
        self, key: Key, cell: tuple[str, str], alone: Mapping[int, Key], amounts: Mapping[Key, int]
    ) -> Iterable[tuple[frozenset[int], int]]:
        """The reports of a figure that are not counted in a cell, and how many people are taken off."""
        if key in self.put_together:
            said = {
                report: (amounts.get((alone[report], *cell), 0), amounts.get((alone[report], *TOTAL), 0))
                for report in self.answers[key]
                if report in alone
            }
            yield from self.put_together[key].ways(said, is_whole=cell == TOTAL)

    def adds_up(self, name: Name, alone: Mapping[int, Key]) -> bool:
        """Whether either amount of a cell is the sum of what is known to count."""
        return any(name in amounts and any(True for _ in self._ways(name[0], name[1:], alone, amounts)) for amounts in self.amounts)


class PutTogether(NamedTuple):
    """How people who may be the same are put together in a figure, as its page says: the reports that are not counted since another partner
    leads; and those of each partner in the groups of people who are the same, and of those of whom so many are declared to be counted twice."""

    beside_a_lead: frozenset[int]
    same: tuple[Group, ...]
    declared: tuple[tuple[int, Group], ...]

    @classmethod
    def of(cls, parts: Mapping[int, Sequence[int]], grouping: Grouping) -> "PutTogether":
        members: dict[int, list[int]] = {}
        for assignment in parts:
            if assignment in grouping.decision_of:
                members.setdefault(grouping.decision_of[assignment], []).append(assignment)
        groups = [(grouping.decisions[number], own, tuple(tuple(parts[each]) for each in own)) for number, own in members.items()]
        groups = [each for each in groups if not each[0].is_revoked]
        beside = (own for assignment, own in parts.items() if grouping.is_beside_a_lead(assignment))
        return cls(
            frozenset(chain.from_iterable(beside)),
            tuple(group for decision, _, group in groups if decision.kind == Overlap.SAME_PEOPLE),
            tuple(
                (decision.overlap, group)
                for decision, own, group in groups
                if decision.kind == Overlap.DECLARED and decision.assignments == set(own)
            ),
        )

    def ways(self, said: Said, *, is_whole: bool) -> Iterable[tuple[frozenset[int], int]]:
        """The reports that are not counted, and how many people are taken off, when each report says this much of a cell and of the whole: of
        partners who say equally much, either may be the one that counts. What is declared is taken off the whole alone, and never so much that
        less is left than the largest.
        """
        choices = [_one_counts(group, said) for group in self.same]
        for overlap, group in self.declared if is_whole else ():
            sizes = [_size(own, said)[0] for own in group]
            left = sum(sizes) - overlap - max(sizes)
            choices.append([*([(frozenset[int](), overlap)] if left >= 0 else []), *(_one_counts(group, said) if left <= 0 else [])])
        for chosen in islice(product(*choices), MOST_WAYS):
            yield self.beside_a_lead.union(*(beside for beside, _ in chosen)), sum(off for _, off in chosen)


def _one_counts(group: Group, said: Said) -> list[tuple[frozenset[int], int]]:
    """For each partner that may be the one that counts in a group, the reports of the others; nothing is taken off."""
    return [(frozenset(report for own in group if own != one for report in own), 0) for one in _largest(group, said)]


def _largest(group: Group, said: Said) -> list[tuple[int, ...]]:
    """Those of a group that say the most; who says the most of the whole first, and of nothing alone."""
    sizes = {own: _size(own, said) for own in group}
    most = max(cell for cell, _ in sizes.values())
    largest = sorted((own for own, (cell, _) in sizes.items() if cell == most), key=lambda own: -sizes[own][1])
    return largest if most else largest[:1]


def _size(own: Iterable[int], said: Said) -> tuple[int, int]:
    """What the reports of a partner say of a cell and of the whole."""
    known = [said[report] for report in own if report in said]
    return sum(cell for cell, _ in known), sum(whole for _, whole in known)
