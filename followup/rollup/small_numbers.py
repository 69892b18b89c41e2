"""Which figures of one indicator are hidden from an audience: every figure that could be shown, as sums of single answers (rule 8)."""

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field

from followup.figures import Figure, Window
from followup.rollup.answers import Answer
from followup.rollup.folds import is_last_only
from followup.rollup.plan import Rollup
from followup.suppression import LOWEST_THRESHOLD, Key, Sums, is_small_rate, protect
from followup.words import UNKNOWN, Overlap, Protection
from measures.rules import SCALE, IndicatorKind

TOTAL = ("", "")
"""The whole of a figure, among its cells (dimension, category)."""

ADDED_UP = (IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.STOCK, IndicatorKind.PEOPLE)


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
    is_carried = is_last_only(definition)
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
        named = [number for of_dimension, name, number in cells.get(answer.line, ()) if of_dimension == dimension and name != UNKNOWN]
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

    def add(self, scope: frozenset[int], window: Window, threshold: int) -> Key:
        """The key of a figure; its cells are (key, dimension, category).

        Of the same answers one group may have no figure, since its lead has none, and another, that the lead is not in, a number.
        """
        if (scope, window) in self.keys:
            return self.keys[scope, window]
        figure = self.rollup.figure(self.indicator, window, scope)
        key: Key = figure.reports if figure.kind != IndicatorKind.PEOPLE or len(figure.reports) < 2 else (figure.reports, window)
        self.keys[scope, window] = key
        if key not in self.cells or (figure.low is not None and (key, *TOTAL) not in self.amounts[0]):
            self._keep(key, figure, threshold)
        return key

    def _keep(self, key: Key, figure: Figure, threshold: int) -> None:
        self.answers[key] = figure.reports
        self.cells[key] = [TOTAL, *((cell.dimension, cell.name) for cell in figure.cells)]
        ends = (figure.low, figure.high)
        if figure.kind == IndicatorKind.RATIO and figure.numerator is not None and figure.denominator is not None:
            ends = (figure.numerator, figure.denominator - figure.numerator)
            if is_small_rate(int(figure.numerator), int(figure.denominator), threshold):
                self.small.add((key, *TOTAL))
        for cell, both in [(TOTAL, ends), *(((cell.dimension, cell.name), (cell.low, cell.high)) for cell in figure.cells)]:
            for amounts, end in zip(self.amounts, both, strict=True):
                if end is not None:
                    amounts[key, *cell] = int(end)
        if figure.kind == IndicatorKind.PEOPLE and not self._is_declared(figure.window):
            self.overlapping.add(key)

    def _is_declared(self, window: Window) -> bool:
        """Whether an overlap is known to readers as a number, so that parts can be worked out in spite of it."""
        decisions = self.rollup.rows.decisions.get(self.indicator, ())
        return any((each.start, each.end) == (window.start, window.end) and each.kind == Overlap.DECLARED for each in decisions)

    def hidden(self, threshold: int, known: Set[Key], before: Set[Key], gone: Set[Key]) -> dict[Key, Protection]:
        """The cells that may not be shown. `known`: the reader's own, and what publications showed; `before`: what they hid; `gone`: what no
        page has a place for any more."""
        parts = [Sums(amounts, list(self._sums(amounts))) for amounts in self.amounts]
        return protect(parts, threshold, also_small=self.small, known=known, hidden_before=before, gone=gone)

    def _sums(self, amounts: Mapping[Key, int]) -> Iterable[tuple[Key, list[Key]]]:
        """Every figure is the sum of its answers, every whole the sum of each of its breakdowns."""
        alone = {reports[0]: key for key, reports in self.answers.items() if len(reports) == 1}
        for key, reports in self.answers.items():
            dimensions: dict[str, list[Key]] = {}
            total: Key = (key, *TOTAL)
            for cell in self.cells[key]:
                whole: Key = (key, *cell)
                if cell != TOTAL:
                    dimensions.setdefault(cell[0], []).append(whole)
                answers: list[Key] = [(alone[report], *cell) for report in reports if report in alone]
                parts = [answer for answer in answers if answer in amounts]
                if len(reports) > 1 and whole in amounts and self._add_up(key, whole, parts, amounts):
                    yield whole, parts
            for cells in dimensions.values():
                parts = [cell for cell in cells if cell in amounts]
                if total in amounts and self._add_up(key, total, parts, amounts):
                    yield total, parts

    def _add_up(self, key: Key, whole: Key, parts: list[Key], amounts: Mapping[Key, int]) -> bool:
        """Numbers that are added always do; of people who may be the same, the ends that happen to."""
        return key not in self.overlapping or amounts[whole] == sum(amounts[part] for part in parts)
