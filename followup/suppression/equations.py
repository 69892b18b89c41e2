"""Sums of whole numbers, some of which are hidden: what each is worked out from, and how they may change together (rule 8).

The equations are kept solved for as many hidden cells as they allow, the largest first, while cells are hidden and shown again one by one:
each takes one step of elimination. What a reader knows differs by a few cells from what the next one knows.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from math import gcd, lcm

Cell = int
Equation = dict[Cell, int]
"""Cells and how many times each: together nothing."""

Move = dict[Cell, int]
"""Hidden cells and how much each changes, so that nothing shown does."""


class Equations:
    """`sums`: (total, parts). `size`: how large a cell is. Nothing is hidden at first."""

    def __init__(self, sums: Iterable[tuple[Cell, Sequence[Cell]]], size: Callable[[Cell], int]) -> None:
        self.size = size
        self.hidden: set[Cell] = set()
        self._sums = [{**dict.fromkeys(parts, 1), total: -1} for total, parts in sums]
        self._sums_of: dict[Cell, list[int]] = {}
        for place, cells in enumerate(self._sums):
            for cell in cells:
                self._sums_of.setdefault(cell, []).append(place)
        self._rows = list(self._sums)
        self._rows_of = {cell: set(places) for cell, places in self._sums_of.items()}
        self._row_of_pivot: dict[Cell, int] = {}
        self._pivot_of_row: dict[int, Cell] = {}
        self._moves: dict[Cell, Move] = {}

    def __contains__(self, cell: Cell) -> bool:
        return cell in self._rows_of

    def hide_just(self, hidden: Set[Cell]) -> None:
        """Show and hide what differs from the last time."""
        wanted = {cell for cell in hidden if cell in self._rows_of}
        for cell in sorted(self.hidden - wanted, key=self.order):
            self._show(cell)
        for cell in sorted(wanted - self.hidden, key=self.order):
            self._hide(cell)

    def order(self, cell: Cell) -> tuple[int, Cell]:
        """The largest first."""
        return -self.size(cell), cell

    def worked_out(self, cell: Cell) -> list[Equation]:
        """The solved equations that a hidden cell is in, those with the fewest hidden cells first."""
        rows = [self._rows[place] for place in sorted(self._rows_of[cell]) if place in self._pivot_of_row]
        return sorted(rows, key=lambda row: len(row.keys() & self.hidden))

    def connected(self, start: Cell) -> set[Cell]:
        """The hidden cells that hang together with one, by the sums they are in."""
        cells, sums, waiting = {start}, set[int](), [start]
        while waiting:
            for place in self._sums_of[waiting.pop()]:
                if place not in sums:
                    sums.add(place)
                    new = [cell for cell in self._sums[place] if cell in self.hidden and cell not in cells]
                    cells.update(new)
                    waiting += new
        return cells

    def moves_of(self, cell: Cell) -> list[Cell]:
        """The cells free to choose whose moves change a hidden cell, the largest first."""
        if cell not in self._row_of_pivot:
            return [cell]
        row = self._rows[self._row_of_pivot[cell]]
        return sorted(((row.keys() & self.hidden) - {cell}), key=self.order)

    def move(self, free: Cell) -> Move:
        """What changes when one cell that is free to choose does: those worked out from it follow. The smallest step of whole numbers."""
        if free not in self._moves:
            rows = {pivot: self._rows[place] for place in self._rows_of[free] if (pivot := self._pivot_of_row.get(place)) is not None}
            step = lcm(*(row[pivot] for pivot, row in rows.items()))
            move = {free: step, **{pivot: -row[free] * step // row[pivot] for pivot, row in rows.items()}}
            common = gcd(*move.values())
            self._moves[free] = {cell: change // common for cell, change in move.items()}
        return self._moves[free]

    def _hide(self, cell: Cell) -> None:
        """It is worked out from a sum of shown cells, if there is one; else it takes the place of the smallest that it helps to work out."""
        self.hidden.add(cell)
        self._moves.clear()
        places = sorted(self._rows_of[cell])
        unused = [place for place in places if place not in self._pivot_of_row]
        if unused:
            self._solve(unused[0], cell)
        elif places:
            place = max(places, key=lambda place: self.order(self._pivot_of_row[place]))
            if self.order(cell) < self.order(self._pivot_of_row[place]):
                self._solve(place, cell)

    def _show(self, cell: Cell) -> None:
        """The largest hidden cell of the sum it was worked out from takes its place."""
        self.hidden.discard(cell)
        self._moves.clear()
        place = self._row_of_pivot.get(cell)
        if place is not None:
            left = self._rows[place].keys() & self.hidden
            if left:
                self._solve(place, min(left, key=self.order))
            else:
                del self._row_of_pivot[cell], self._pivot_of_row[place]

    def _solve(self, place: int, pivot: Cell) -> None:
        """Work a cell out from a row, and take it out of all others."""
        former = self._pivot_of_row.get(place)
        if former is not None:
            del self._row_of_pivot[former]
        self._pivot_of_row[place], self._row_of_pivot[pivot] = pivot, place
        by = self._rows[place]
        for other in self._rows_of[pivot] - {place}:
            before = self._rows[other]
            self._rows[other] = after = _without(before, by, pivot)
            for cell in by:
                if cell in before:
                    if cell not in after:
                        self._rows_of[cell].discard(other)
                elif cell in after:
                    self._rows_of[cell].add(other)


def _without(row: Equation, by: Equation, pivot: Cell) -> Equation:
    """The row with the pivot, which both have, taken out by means of the other; whole numbers without common factor."""
    ours, theirs = by[pivot], row[pivot]
    left = {cell: factor * ours for cell, factor in row.items()}
    for cell, factor in by.items():
        mixed = left.get(cell, 0) - factor * theirs
        if mixed:
            left[cell] = mixed
        else:
            left.pop(cell, None)
    common = gcd(*left.values())
    return left if common < 2 else {cell: factor // common for cell, factor in left.items()}
