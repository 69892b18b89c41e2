"""What else the hidden numbers could be (rule 8): the other stories that fit all that is shown.

A hidden small number is safe when another number would fit just as well: there is a way to change it, and other hidden cells with it, so that
every sum still holds and each cell is still what its word says. Such a change is a story. Where there is none the story is looked for that
needs the fewest more cells hidden, and they are. A story that one reader may believe is tried on the next, who may know a cell of it.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from followup.suppression.equations import Cell, Equations, Move
from followup.words import Protection
from measures.rules import SCALE

Hidden = Mapping[Cell, Protection]
"""The hidden cells and the word in the place of each."""

Few = Mapping[Cell, int]
"""The cells that have been called *färre än k* before, and the most that each can be."""

Ends = Mapping[Cell, Sequence[tuple[int, Cell]]]
"""For cells that are parts of an interval: those that they are at most as large as, the smallest first."""

HIDE, LESS_SAID, IMPOSSIBLE = 1 << 20, 4 << 20, 1 << 60
"""The price of hiding a cell (more for a large one, less than twice as much), of saying *dold* instead of *färre än k*, and of what cannot be."""

MOST_BEGUN, WIDE, MOST_STEPS, MOST_TRIED, MOST_NEAR, CROWD = 6, 8, 10, 6, 8, 400
"""How many moves a story is begun with, how many times as many when all those fail, and how many are added; of how many free cells each time,
with how many like them, of how many seen. A short search hides more than a long one would, and shows nothing that it would not."""


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
        equations = Equations(sums, amounts.__getitem__)
        self.moves, self.free_in = equations.moves, equations.free_in
        self.small = [cell for cell in sorted(amounts) if self.is_small(cell) and cell in self.free_in]
        self.found: dict[Cell, list[Move]] = {}
        self.ends: dict[Cell, list[tuple[int, Cell]]] = {}
        for end, parts in sorted(most, key=lambda each: amounts[each[0]]):
            for part in parts:
                self.ends.setdefault(part, []).append((amounts[end], end))
        self._near: dict[Cell, list[Cell]] = {}
        self._swaps: dict[tuple[Cell, Cell], Move] = {}

    def is_small(self, cell: Cell) -> bool:
        return 0 < self.amounts[cell] < self.k

    def given_away(self, hidden: Hidden, known: Set[Cell], few: Few, safe: set[Cell]) -> set[Cell]:
        """What else to hide, or to call *dold*, because some small number is the only one that fits what is shown.

        `safe`: the cells that have another story already, which they keep when more is hidden, and those that none was found for, whatever more
        were hidden; what is found so is added.
        """
        left = [cell for cell in self.small if cell in hidden and cell not in safe]
        prices = _Prices(self, hidden, known, few)
        safe.update(cell for cell in left if any(prices.are_nothing(story) for story in self.found.get(cell, ())))
        for cell in left:
            if cell in safe:
                continue
            story = self._cheapest(cell, prices) or {}
            changed = [each for each in story if self.is_small(each)]
            for each in changed:
                self.found.setdefault(each, []).append(story)
            if more := prices.needed_for(story):
                return more
            safe.update((cell, *changed))
        return set()

    def _cheapest(self, cell: Cell, prices: "_Prices") -> Move | None:
        """The story about a cell that needs the least hidden, or none if each that was tried is impossible: many more where a few are."""
        for width in (1, WIDE):
            best, least = None, IMPOSSIBLE
            for move, way in self._beginnings(cell, prices, width):
                story, price = self._told(move, way, cell, prices)
                if price < least:
                    best, least = story, price
                if price < 2 * HIDE:
                    break
            if best is not None:
                return best
        return None

    def _beginnings(self, cell: Cell, prices: "_Prices", width: int) -> list[tuple[Move, int]]:
        """The smallest moves that change a cell, and the same with one like it undone, to and fro: those that cost the least."""
        possible = [free for free in self.free_in[cell] if prices[free].inside < IMPOSSIBLE]
        found: list[tuple[Move, int]] = []
        for free in sorted(possible, key=lambda free: (len(self.moves[free]), self._order(free)))[:width]:
            others = [other for other in self._near_to(free) if self.moves[other].get(cell) != self.moves[free][cell]]
            found += [(move, way) for move in (self.moves[free], *(self._swap(free, other) for other in others)) for way in (1, -1)]
        return sorted(found, key=lambda begun: prices.saved_by(begun[0], begun[1], {}, {}), reverse=True)[: MOST_BEGUN * width]

    def _told(self, begun: Move, way: int, cell: Cell, prices: "_Prices") -> tuple[Move, int]:
        """A story that begins with one move, others added each time the one that helps most; and its price."""
        story = {each: way * change for each, change in begun.items()}
        costs = {each: price for each, change in story.items() if (price := prices.of(each, change))}
        for _ in range(MOST_STEPS):
            best, helps = None, 0
            for move, turn in self._to_try(story, costs) if costs else ():
                if story.get(cell, 0) + turn * move.get(cell, 0):
                    helped = prices.saved_by(move, turn, story, costs)
                    if helped > helps:
                        best, helps = (move, turn), helped
            if best is None:
                break
            move, turn = best
            for each, change in move.items():
                story[each] = story.get(each, 0) + turn * change
                costs.pop(each, None)
                if price := prices.of(each, story[each]):
                    costs[each] = price
        return {each: change for each, change in story.items() if change}, sum(costs.values())

    def _to_try(self, story: Move, costs: Mapping[Cell, int]) -> Iterable[tuple[Move, int]]:
        """Moves that undo most of what costs something, each by itself and with one like it undone."""
        gains: dict[tuple[Cell, int], int] = {}
        seen = 0
        for cell in sorted(costs, key=lambda each: (len(self.free_in[each]), each)):
            frees = self.free_in[cell]
            seen += len(frees)
            if seen > CROWD and gains:
                break
            for free in frees:
                turn = (free, -1 if (self.moves[free][cell] > 0) == (story[cell] > 0) else 1)
                gains[turn] = gains.get(turn, 0) + costs[cell]
        for free, way in sorted(gains, key=lambda each: (-gains[each], self._order(each[0]), each[1]))[:MOST_TRIED]:
            yield self.moves[free], way
            for other in self._near_to(free):
                yield self._swap(free, other), way

    def _near_to(self, free: Cell) -> list[Cell]:
        """The free cells that change most of the same cells: a step from one to the other changes the fewest."""
        if free in self._near:
            return self._near[free]
        own = self.moves[free]
        shared: dict[Cell, int] = {}
        seen = 0
        for cell in sorted(own, key=lambda each: (len(self.free_in[each]), each)):
            seen += len(self.free_in[cell])
            if seen > CROWD and shared:
                break
            for other in self.free_in[cell]:
                shared[other] = 0
        shared.pop(free, None)
        for other in shared:
            shared[other] = sum(own.get(cell) == change for cell, change in self.moves[other].items()) if self.amounts[other] else -1
        near = sorted(shared, key=lambda other: (len(self.moves[other]) - 2 * shared[other], self.amounts[other], other))
        self._near[free] = [other for other in near if shared[other] > 0][:MOST_NEAR]
        return self._near[free]

    def _swap(self, one: Cell, other: Cell) -> Move:
        """One more, and the other less."""
        if (one, other) not in self._swaps:
            changes = dict(self.moves[one])
            for cell, change in self.moves[other].items():
                changes[cell] = changes.get(cell, 0) - change
            self._swaps[one, other] = {cell: change for cell, change in changes.items() if change}
        return self._swaps[one, other]

    def _order(self, cell: Cell) -> tuple[int, Cell]:
        """The largest first."""
        return -self.amounts[cell], cell


class _Bounds(NamedTuple):
    """How much less and more a cell can be as far as the reader knows, in whole numbers; the price of that, and of still more, up to a limit."""

    least: int
    most: int
    limit: int
    inside: int
    above: int


class _Prices(dict[Cell, _Bounds]):
    """What it would cost that a reader could believe another number of each cell. *Färre än k* is 1…k−1. *Dold* is at least k, or nobody; but
    at least one where a small number had to be called so. A part of an interval is no more than its end, where that is shown."""

    def __init__(self, stories: Stories, hidden: Hidden, known: Set[Cell], few: Few) -> None:
        super().__init__()
        self.amounts, self.ends, self.k, self.is_small = stories.amounts, stories.ends, stories.k, stories.is_small
        self.hidden, self.known, self.few = hidden, known, few

    def of(self, cell: Cell, change: int) -> int:
        if not change:
            return 0
        least, most, limit, inside, above = self[cell]
        return inside if least <= change <= most else above if most < change <= limit else IMPOSSIBLE

    def saved_by(self, move: Move, turn: int, story: Move, costs: Mapping[Cell, int]) -> int:
        """How much less a story costs with a move, or with one undone. This is where the time goes: `of` is written out."""
        saved = 0
        for cell, change in move.items():
            saved += costs.get(cell, 0)
            after = story.get(cell, 0) + turn * change
            if after:
                least, most, limit, inside, above = self[cell]
                saved -= inside if least <= after <= most else above if most < after <= limit else IMPOSSIBLE
        return saved

    def are_nothing(self, story: Move) -> bool:
        """Whether a story that was found for another reader, or when less was hidden, fits what is shown to this one."""
        return not any(self.of(cell, change) for cell, change in story.items())

    def needed_for(self, story: Move) -> set[Cell]:
        """What is to be hidden, or called *dold*, for the reader to believe it."""
        more = set()
        for cell, change in story.items():
            after = self.amounts[cell] + change * SCALE
            if cell not in self.hidden or (self._is_called_few(cell) and after > self._few(cell)):
                more.add(cell)
            more.update(end for most, end in self.ends.get(cell, ()) if after > most and end not in self.hidden)
        return more

    def __missing__(self, cell: Cell) -> _Bounds:
        amount, is_hidden = self.amounts[cell], cell in self.hidden
        if cell in self.known or not (is_hidden or amount):
            bounds = _Bounds(0, 0, 0, IMPOSSIBLE, IMPOSSIBLE)
        else:
            is_few = self.is_small(cell) or self.hidden.get(cell) == Protection.FEW  # the other end of the interval may be what is small
            least = SCALE if is_few else self.k if amount >= 0 else amount
            inside = 0 if is_hidden else HIDE + min(amount // SCALE, HIDE - 1)
            most, limit, above = IMPOSSIBLE, IMPOSSIBLE, inside
            if self._is_called_few(cell):
                most, above = self._few(cell), inside + LESS_SAID
            if cell in self.few and amount <= self.few[cell]:
                most = limit = min(most, self.few[cell])
            shown = [(end, name) for end, name in self.ends.get(cell, ()) if name not in self.hidden]
            if shown:
                most, above = min(most, shown[0][0]), above + HIDE * len(shown)
                limit = min([limit, *(end for end, name in shown if name in self.known)])
            bounds = _Bounds(-((amount - least) // SCALE), (most - amount) // SCALE, (limit - amount) // SCALE, inside, above)
        self[cell] = bounds
        return bounds

    def _is_called_few(self, cell: Cell) -> bool:
        return self.hidden.get(cell) == Protection.FEW and self.is_small(cell)

    def _few(self, cell: Cell) -> int:
        return max(self.amounts[cell], self.k - SCALE)
