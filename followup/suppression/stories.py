"""What else the hidden numbers could be (rule 8): the other stories that fit all that is shown.

A hidden small number is safe when another number would fit just as well: there is a way to change it, and other hidden cells with it, so that
every sum still holds and each cell is still what its word says. Such a change is a story. What one reader may believe another may as well,
if no cell of it is known to them: so stories that have been found are kept, and tried first.
"""

from collections.abc import Iterable, Mapping, Sequence, Set

from followup.suppression.equations import Cell, Equations, Move
from followup.words import Protection
from measures.rules import SCALE

Hidden = Mapping[Cell, Protection]
"""The hidden cells and the word in the place of each."""

Ends = Mapping[Cell, Sequence[tuple[int, Cell]]]
"""For cells that are parts of an interval: those that they are at most as large as, the smallest first."""


MOST_BEGUN, MOST_TRIED, MOST_MENDS = 8, 16, 12
"""How many moves a story is begun with, how many are tried each time it is mended, and how often it is. Where none is found something more
is hidden, so that a short search shows nothing that a long one would not."""


class Stories:
    """One set of amounts, in 1/10 000, and how they sum; the stories that have been found about it.

    `sums`: (total, parts). `most`: parts that are at most a number. `k`: what is below it is small.
    """

    def __init__(
        self,
        amounts: Mapping[Cell, int],
        sums: Iterable[tuple[Cell, Sequence[Cell]]],
        most: Iterable[tuple[Cell, Sequence[Cell]]],
        k: int,
    ) -> None:
        self.amounts, self.k = amounts, k
        self.equations = Equations(sums, amounts.__getitem__)
        self.small = [cell for cell in sorted(amounts) if self._is_small(cell) and cell in self.equations]
        self.found: dict[Cell, list[Move]] = {}
        self.ends: dict[Cell, list[tuple[int, Cell]]] = {}
        for end, parts in sorted(most, key=lambda each: amounts[each[0]]):
            for part in parts:
                self.ends.setdefault(part, []).append((amounts[end], end))

    def given_away(self, hidden: Hidden, known: Set[Cell], safe: set[Cell]) -> Cell | None:
        """What else to hide because some small number is the only one that fits what is shown: the smallest that it is worked out from.

        `safe`: the cells that have another story already, which they keep when more is hidden; those found safe are added.
        """
        left = [cell for cell in self.small if cell in hidden and cell not in safe]
        if not left:
            return None
        limits = _Limits(self.amounts, self.ends, hidden, self.k)
        safe.update(cell for cell in left if any(limits.allow(story) for story in self.found.get(cell, ())))
        self.equations.hide_just(hidden.keys())
        for cell in left:
            if cell not in safe:
                story = self._another(cell, limits)
                more = self._instead_of(cell, hidden, known) if story is None else None
                if more is not None:
                    return more
                for changed in story or ():
                    if self._is_small(changed):
                        safe.add(changed)
                        self.found.setdefault(changed, []).append(story or {})
        return None

    def _is_small(self, cell: Cell) -> bool:
        return 0 < self.amounts[cell] < self.k

    def _another(self, cell: Cell, limits: "_Limits") -> Move | None:
        """A story in which the number is another: a move, mended by others until every cell is possible."""
        for free in self._short(self.equations.moves_of(cell), MOST_BEGUN):
            for way in (1, -1):
                story = {each: way * change for each, change in self.equations.move(free).items()}
                if self._is_mended(story, cell, limits):
                    return {each: change for each, change in story.items() if change}
        return None

    def _is_mended(self, story: Move, cell: Cell, limits: "_Limits") -> bool:
        """Add other moves, each time the one that helps most, as long as something is impossible."""
        wrong = {each: beyond for each, change in story.items() if (beyond := limits.beyond(each, change))}
        for _ in range(MOST_MENDS):
            if not wrong:
                return True
            best, helps = None, 0
            for free in self._short({free for each in wrong for free in self.equations.moves_of(each)}, MOST_TRIED):
                move = self.equations.move(free)
                for way in (1, -1):
                    if story[cell] + way * move.get(cell, 0):
                        changes = [(each, story.get(each, 0) + way * change) for each, change in move.items()]
                        helped = sum(wrong.get(each, 0) - limits.beyond(each, change) for each, change in changes)
                        if helped > helps:
                            best, helps = changes, helped
            if best is None:
                return False
            for each, change in best:
                story[each] = change
                wrong.pop(each, None)
                if beyond := limits.beyond(each, change):
                    wrong[each] = beyond
        return not wrong

    def _short(self, moves: Iterable[Cell], most: int) -> list[Cell]:
        """Those that change the fewest cells: the likeliest to be possible, and the quickest to look at."""
        return sorted(moves, key=lambda free: (len(self.equations.move(free)), self.equations.order(free)))[:most]

    def _instead_of(self, cell: Cell, hidden: Hidden, known: Set[Cell]) -> Cell | None:
        """What to hide for a number that is given away: a total whose word does it, or the smallest shown cell that it is worked out from,
        where it stands with the fewest other hidden cells; else the largest that can say *dold* instead of *färre än k*."""
        rows = self.equations.worked_out(cell)
        only_words = {each for row in rows if row.keys() <= hidden.keys() for each in row}
        too_much = self._largest_called_few((each for each in only_words if self.amounts[each] > self.amounts[cell]), hidden)
        if too_much is not None:
            return too_much
        for row in rows:
            shown = [each for each in row if each not in hidden and each not in known and self.amounts[each] > 0]
            if shown:
                return min(shown, key=lambda each: (self.amounts[each], each))
        return self._largest_called_few(self.equations.connected(cell), hidden)

    def _largest_called_few(self, cells: Iterable[Cell], hidden: Hidden) -> Cell | None:
        few = [cell for cell in cells if self._is_small(cell) and hidden[cell] == Protection.FEW]
        return min(few, key=self.equations.order, default=None)


class _Limits(dict[Cell, tuple[int, int | None]]):
    """The least and the most each hidden cell can be, as far as the reader knows: *färre än k* is 1…k−1. *Dold* is at least k, or nobody;
    but at least one where a small number had to be called so. A part of an interval is no more than its end, where that is shown."""

    def __init__(self, amounts: Mapping[Cell, int], ends: Ends, hidden: Hidden, k: int) -> None:
        super().__init__()
        self.amounts, self.ends, self.hidden, self.k = amounts, ends, hidden, k

    def __missing__(self, cell: Cell) -> tuple[int, int | None]:
        amount = self.amounts[cell]
        is_small = 0 < amount < self.k
        least = SCALE if is_small else self.k if amount else 0
        most = next((end for end, name in self.ends.get(cell, ()) if name not in self.hidden), None)
        if is_small and self.hidden[cell] == Protection.FEW:
            most = self.k - 1 if most is None else min(self.k - 1, most)
        self[cell] = least, most
        return least, most

    def beyond(self, cell: Cell, change: int) -> int:
        """How far a cell would be beyond its limits, if it were changed."""
        least, most = self[cell]
        after = self.amounts[cell] + change * SCALE
        return max(0, least - after, 0 if most is None else after - most)

    def allow(self, story: Move) -> bool:
        """Whether a story that was found for another reader, or when less was hidden, fits what is shown to this one."""
        return all(cell in self.hidden and not self.beyond(cell, change) for cell, change in story.items())
