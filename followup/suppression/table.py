"""The cells of a table, how they sum, and which of them one reader after another may not be shown."""

from collections.abc import Collection, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Generic, TypeVar

from followup.suppression.equations import Cell
from followup.suppression.small import LOWEST_THRESHOLD
from followup.suppression.stories import Few, Stories
from followup.words import Protection
from measures.rules import SCALE

Key = Hashable
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sums(Generic[K]):
    """One set of amounts, in 1/10 000, and how they sum: (total, parts). A figure with two ends or a rate has two sets.

    `also`: what more is known of how they are put together, though nothing is hidden under it. `most`: parts that are at most a number.
    """

    amounts: Mapping[K, int]
    sums: Sequence[tuple[K, Sequence[K]]]
    also: Sequence[tuple[K, Sequence[K]]] = ()
    most: Sequence[tuple[K, Sequence[K]]] = ()

    def renamed(self, names: Mapping[K, Cell]) -> "Sums[Cell]":
        """The same of cells with other names."""
        lists = [[(names[total], [names[part] for part in parts]) for total, parts in each] for each in (self.sums, self.also, self.most)]
        return Sums({names[key]: amount for key, amount in self.amounts.items()}, *lists)


class Suppression:
    """A table of figures, and what must be hidden in it from one reader after another.

    `also_small`: small for another reason than their amount. `together`: of a cell and those beside it all or none are hidden.
    """

    def __init__(
        self,
        table: Sequence[Sums[Key]],
        threshold: int,
        also_small: Set[Key] = frozenset(),
        together: Mapping[Key, Collection[Key]] | None = None,
    ) -> None:
        groups = [(key, *beside) for key, beside in (together or {}).items()]
        keys = {key for each in table for total, parts in (*each.sums, *each.also, *each.most) for key in (total, *parts)}
        keys.update(*(each.amounts for each in table), also_small, *groups)
        self.names = sorted(keys, key=repr)
        self.number = {key: place for place, key in enumerate(self.names)}
        self.k = max(threshold, LOWEST_THRESHOLD) * SCALE
        numbered = [each.renamed(self.number) for each in table]
        self.small = {cell for each in numbered for cell, amount in each.amounts.items() if 0 < amount < self.k}
        self.small |= {self.number[key] for key in also_small}
        self.with_it = {self.number[key]: {self.number[each] for each in group} for group in groups for key in group}
        self.sums = [(each.amounts, total, parts) for each in numbered for total, parts in each.sums]
        self.sums_of: dict[Cell, list[int]] = {}
        for place, (_, total, parts) in enumerate(self.sums):
            for cell in (total, *parts):
                self.sums_of.setdefault(cell, []).append(place)
        self.stories = [Stories(each.amounts, [*each.sums, *each.also], each.most, self.k) for each in numbered]

    def hidden(
        self,
        known: Set[Key] = frozenset(),
        hidden_before: Set[Key] = frozenset(),
        gone: Set[Key] = frozenset(),
        vague: Set[Key] = frozenset(),
        few: Mapping[Key, int] | None = None,
        presumed: Set[Key] = frozenset(),
    ) -> dict[Key, Protection]:
        """The cells that may not be shown, and why: *färre än k*, or *dold*, which says only that there is somebody.

        `known` are cells the reader knows (a partner's own): never hidden, and of no help in hiding. `hidden_before` stay hidden.
        `gone` are shown nowhere: a small one is hidden like any other, the rest may be worked out. `vague` are *dold* also where they are small.
        `few` have been called *färre än k* before, so that another word saves nothing; with the most that each can be.
        `presumed`: what the reader may know too, of no help in hiding either; but of some where a small number is lost without it.
        """
        said = {cell: most for key, most in (few or {}).items() for cell in self._numbered({key})}
        own, maybe, before, nowhere, unsaid = (self._numbered(keys) for keys in (known, presumed, hidden_before, gone, vague))
        hidden = self._hidden(own | maybe, before, nowhere - maybe, unsaid, few=said)
        if maybe:
            unsaid |= {cell for cell, word in hidden.items() if word == Protection.HIDDEN}
            hidden = self._hidden(own, set(hidden), nowhere, unsaid, few=said)
        elsewhere = hidden_before - self.number.keys() - known - gone
        return {**{self.names[cell]: word for cell, word in hidden.items()}, **dict.fromkeys(elsewhere, Protection.HIDDEN)}

    def _numbered(self, keys: Set[Key]) -> set[Cell]:
        return self._all_of({self.number[key] for key in keys if key in self.number})

    def _all_of(self, cells: Set[Cell]) -> set[Cell]:
        """The cells and those beside them."""
        return set(cells).union(*(self.with_it[cell] for cell in cells if cell in self.with_it))

    def _hidden(self, known: Set[Cell], before: Set[Cell], gone: Set[Cell], vague: Set[Cell], *, few: Few) -> dict[Cell, Protection]:
        hidden: dict[Cell, Protection] = {}
        for cell in sorted((self.small | before | gone) - known):
            hidden[cell] = Protection.FEW if cell in self.small and cell not in vague else Protection.HIDDEN
        for cell in self._all_of(hidden.keys()) - hidden.keys():
            hidden[cell] = Protection.HIDDEN
        free = gone - self.small
        waiting = list(range(len(self.sums)))
        safe: list[set[Cell]] = [set() for _ in self.stories]
        while more := self._more(hidden, known, few, free, waiting, safe):
            more = self._all_of(more)
            for place in {place for cell in more - hidden.keys() for place in self.sums_of.get(cell, ())}:
                heappush(waiting, place)
            hidden |= dict.fromkeys(more, Protection.HIDDEN)
        return {cell: word for cell, word in hidden.items() if cell not in free}

    def _more(
        self,
        hidden: Mapping[Cell, Protection],
        known: Set[Cell],
        few: Few,
        free: Set[Cell],
        waiting: list[int],
        safe: list[set[Cell]],
    ) -> set[Cell]:
        """What to hide next; nothing when everything hidden is safe. `waiting`: the sums to look at, in order: at first all of them, then
        those that something was hidden in. `safe`: the cells found safe in each set of amounts."""
        while waiting:
            more = self._too_thin(*self.sums[waiting[0]], hidden, known, free)
            if more is not None:
                return {more}
            heappop(waiting)
        for stories, own in zip(self.stories, safe, strict=True):
            if needed := stories.given_away(hidden, known, few, own):
                return needed
        return set()

    def _too_thin(
        self,
        amounts: Mapping[Cell, int],
        total: Cell,
        parts: Sequence[Cell],
        hidden: Mapping[Cell, Protection],
        known: Set[Cell],
        free: Set[Cell],
    ) -> Cell | None:
        """At least two parts are hidden under a total that is shown, and together they are at least 2k; a hidden total has a hidden part."""
        covered = [part for part in parts if part in hidden]
        if {cell for cell in (total, *covered) if cell in hidden} <= free:
            return None
        if total in hidden and covered:
            return None
        if total not in hidden and len(covered) > 1 and sum(amounts[part] for part in covered) >= 2 * self.k:
            return None
        left = [part for part in parts if part not in hidden and part not in known and amounts[part] > 0]
        if left:
            return min(left, key=lambda part: (amounts[part], part))
        return total if total not in hidden and total not in known else None
