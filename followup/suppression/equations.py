"""Sums of whole numbers: what every cell is made of, and how all change when one that is free to choose does (rule 8).

Solved once for a table, whatever is hidden in it. The parts are free, the totals follow.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm

Cell = int
Sum = tuple[Cell, Sequence[Cell]]
"""A total and its parts."""

Move = dict[Cell, int]
"""Cells and how much each changes, so that every sum holds."""

MadeOf = dict[Cell, int | Fraction]
"""The free cells that a cell is the sum of, and how many times each."""


class Equations:
    """`sums` of cells; `size`: how large one is. `moves`: by free cell. `free_in`: the free cells whose moves change a cell."""

    def __init__(self, sums: Iterable[Sum], size: Callable[[Cell], int]) -> None:
        self.size = size
        self._made_of: dict[Cell, MadeOf] = {}
        self._used_in: dict[Cell, set[Cell]] = {}
        ordered = _parts_first(sums)
        for total, parts in ordered:
            self._hold(total, parts)
        cells = {cell for total, parts in ordered for cell in (total, *parts)}
        self.moves = self._moves(sorted(cells - self._made_of.keys()))
        self.free_in: dict[Cell, list[Cell]] = {cell: [] for cell in cells}
        for free, move in self.moves.items():
            for cell in move:
                self.free_in[cell].append(free)

    def _hold(self, total: Cell, parts: Sequence[Cell]) -> None:
        """The total follows from its parts; where it follows from others already, one of those in both does, if they are not the same."""
        left: MadeOf = {}
        for part in parts:
            _add(left, self._made_of.get(part, {part: 1}), 1)
        _add(left, self._made_of.get(total, {total: 1}), -1)
        if not left:
            return
        follows = total if total in left else max(left, key=lambda free: (left[free] in (1, -1), self.size(free), -free))
        factor = left.pop(follows)
        made_of = {free: -own if factor == 1 else own if factor == -1 else Fraction(-own) / factor for free, own in left.items()}
        for cell in self._used_in.pop(follows, set()):
            if times := self._made_of[cell].pop(follows, 0):
                _add(self._made_of[cell], made_of, times)
                self._use(cell)
        self._made_of[follows] = made_of
        self._use(follows)

    def _use(self, cell: Cell) -> None:
        for free in self._made_of[cell]:
            self._used_in.setdefault(free, set()).add(cell)

    def _moves(self, frees: Iterable[Cell]) -> dict[Cell, Move]:
        """What changes with each free cell: the smallest step of whole numbers."""
        found = {}
        for free in frees:
            changes: MadeOf = {free: 1}
            for cell in sorted(self._used_in.get(free, ())):
                if times := self._made_of[cell].get(free):
                    changes[cell] = times
            step = lcm(*(times.denominator for times in changes.values()))
            move = {cell: int(times * step) for cell, times in changes.items()}
            common = gcd(*move.values())
            found[free] = {cell: change // common for cell, change in move.items()}
        return found


def _add(to: MadeOf, more: Mapping[Cell, int | Fraction], times: int | Fraction) -> None:
    for cell, factor in more.items():
        if together := to.get(cell, 0) + factor * times:
            to[cell] = together
        else:
            del to[cell]


def _parts_first(sums: Iterable[Sum]) -> list[Sum]:
    """The sums in an order in which what is a part of one is worked out before it."""
    of: dict[Cell, list[Sequence[Cell]]] = {}
    for total, parts in sums:
        of.setdefault(total, []).append(parts)
    ordered: list[Sum] = []
    begun: set[Cell] = set()
    for first in of:
        waiting = [(first, False)]
        while waiting:
            total, is_ready = waiting.pop()
            if is_ready:
                ordered += [(total, parts) for parts in of[total]]
            elif total not in begun:
                begun.add(total)
                waiting.append((total, True))
                waiting += [(part, False) for parts in of[total] for part in parts if part in of]
    return ordered
