"""Small numbers (rule 8 of docs/figures.md): which cells are not shown, so that nothing below the threshold can be worked out.

One function for pages, pictures, exports, mail and API alike. Values in, values out: what the cells are and how they sum is the caller's to say.
A hidden small number is safe when another number would fit everything that is shown just as well; `protect` goes on hiding until each has one.
The words say something too – four parts *färre än 5* under a total *färre än 5* can only be ones – so where no more can be hidden, *färre än k* becomes *dold*.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import gcd, lcm
from typing import Generic, TypeVar

from followup.words import Protection
from measures.rules import SCALE

LOWEST_THRESHOLD = 3
Key = Hashable
K = TypeVar("K", bound=Hashable)
Cell = int
"""A key's place among all keys in order: the same as the key itself where it is worked with, and much shorter."""


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


def is_small(amount: int, threshold: int) -> bool:
    """1…k−1. Nobody is no secret, and neither is a crowd."""
    return 0 < amount < max(threshold, LOWEST_THRESHOLD) * SCALE


def is_small_rate(numerator: int, denominator: int, threshold: int) -> bool:
    """A rate is small when those in it, or those outside it, are few; or when it is of fewer than 2k."""
    few = is_small(numerator, threshold) or is_small(denominator - numerator, threshold)
    return few or 0 < denominator < 2 * max(threshold, LOWEST_THRESHOLD) * SCALE


def protect(
    table: Sequence[Sums[Key]],
    threshold: int,
    also_small: Set[Key] = frozenset(),
    known: Set[Key] = frozenset(),
    hidden_before: Set[Key] = frozenset(),
    gone: Set[Key] = frozenset(),
    together: Mapping[Key, Key] | None = None,
) -> dict[Key, Protection]:
    """The cells that may not be shown, and why: *färre än k*, or *dold*, which says only that there is somebody.

    `known` are cells the reader knows (a partner's own): never hidden, and of no help in hiding. `hidden_before` stay hidden.
    `gone` are shown nowhere: a small one is hidden like any other, the rest may be worked out. `together`: both or neither is hidden.
    """
    pairs = together or {}
    keys = {key for each in table for total, parts in (*each.sums, *each.also, *each.most) for key in (total, *parts)}
    keys.update(*(each.amounts for each in table), also_small, known, hidden_before, gone, pairs, pairs.values())
    names = sorted(keys, key=repr)
    number = {key: place for place, key in enumerate(names)}
    small_too, known_to, before, nowhere = [{number[key] for key in some} for some in (also_small, known, hidden_before, gone)]
    both = {number[key]: number[other] for key, other in pairs.items()}
    k = max(threshold, LOWEST_THRESHOLD) * SCALE
    hidden = _protected([each.renamed(number) for each in table], k, small_too, known_to, before, nowhere, both)
    return {names[cell]: word for cell, word in hidden.items()}


def _protected(
    table: Sequence[Sums[Cell]],
    k: int,
    also_small: set[Cell],
    known: set[Cell],
    before: set[Cell],
    gone: set[Cell],
    pairs: Mapping[Cell, Cell],
) -> dict[Cell, Protection]:
    small = {key for each in table for key, amount in each.amounts.items() if 0 < amount < k} | also_small
    hidden = {key: Protection.FEW if key in small else Protection.HIDDEN for key in sorted(small | before | gone) if key not in known}
    free = gone - small
    for key in [key for key in hidden if key in pairs]:
        hidden.setdefault(pairs[key], Protection.HIDDEN)
    while (more := _one_more(table, k, hidden, known, free)) is not None:
        hidden[more] = Protection.HIDDEN
        if more in pairs:
            hidden.setdefault(pairs[more], Protection.HIDDEN)
    return {key: word for key, word in hidden.items() if key not in free}


def _one_more(table: Sequence[Sums[Cell]], k: int, hidden: Mapping[Cell, Protection], known: Set[Cell], free: Set[Cell]) -> Cell | None:
    """The next cell to hide, or none when everything hidden is safe."""
    for each in table:
        for total, parts in each.sums:
            more = _too_thin(each.amounts, total, parts, k, hidden, known, free)
            if more is not None:
                return more
    for each in table:
        more = _given_away(each, k, hidden, known)
        if more is not None:
            return more
    return None


def _too_thin(
    amounts: Mapping[Cell, int],
    total: Cell,
    parts: Sequence[Cell],
    k: int,
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
    if total not in hidden and len(covered) > 1 and sum(amounts[part] for part in covered) >= 2 * k:
        return None
    left = [part for part in parts if part not in hidden and part not in known and amounts[part] > 0]
    if left:
        return min(left, key=lambda part: (amounts[part], part))
    return total if total not in hidden and total not in known else None


def _given_away(each: Sums[Cell], k: int, hidden: Mapping[Cell, Protection], known: Set[Cell]) -> Cell | None:
    """What else to hide because some small number is the only one that fits what is shown: the smallest that it is worked out from."""
    most: dict[Cell, int] = {}
    for end, parts in each.most:
        if end not in hidden:
            most.update((part, min(each.amounts[end], most.get(part, each.amounts[end]))) for part in parts)
    for equations in _connected([*each.sums, *each.also], hidden):
        cells = {key for equation in equations for key in equation if key in hidden}
        small = {key for key in cells if 0 < each.amounts[key] < k}
        if small:
            in_order = sorted(cells, key=lambda key: (-each.amounts[key], key))
            solved = _solved(equations, in_order)
            moves = _moves(solved, in_order)
            limits = {key: _limits(each.amounts[key], hidden[key], k, most.get(key)) for key in cells}
            for key in sorted(small):
                if not _has_another_story(each.amounts, key, moves, limits):
                    words = [cell for cell in in_order if cell in small and hidden[cell] == Protection.FEW]
                    more = _called_too_much(each.amounts, key, words, solved, hidden)
                    if more is None:
                        more = _worked_out_from(each.amounts, key, solved, hidden, known)
                    if more is not None or words:
                        return words[0] if more is None else more
    return None


Equation = dict[Cell, int]
"""Cells and how many times each: together nothing."""


def _connected(sums: Iterable[tuple[Cell, Sequence[Cell]]], hidden: Mapping[Cell, Protection]) -> list[list[Equation]]:
    """The sums that hidden cells are in, in groups that have no hidden cell in common."""
    groups: list[tuple[set[Cell], list[Equation]]] = []
    for total, parts in sums:
        cells = {cell for cell in (total, *parts) if cell in hidden}
        if cells:
            joined = [group for group in groups if not group[0].isdisjoint(cells)]
            groups = [group for group in groups if group[0].isdisjoint(cells)]
            equation: Equation = {**dict.fromkeys(parts, 1), total: -1}
            groups.append((cells.union(*(group[0] for group in joined)), [*(one for group in joined for one in group[1]), equation]))
    return [equations for _, equations in groups]


def _solved(equations: list[Equation], in_order: list[Cell]) -> dict[Cell, Equation]:
    """The equations solved for as many hidden cells as they allow, the largest first: by cell, what it is worked out from."""
    rows = [dict(equation) for equation in equations]
    solved: dict[Cell, Equation] = {}
    for pivot in in_order:
        row = next((row for row in rows if pivot in row), None)
        if row is not None:
            rows = [_without(other, row, pivot) if pivot in other else other for other in rows if other is not row]
            solved = {key: _without(other, row, pivot) if pivot in other else other for key, other in solved.items()}
            solved[pivot] = row
    return solved


def _moves(solved: Mapping[Cell, Equation], in_order: list[Cell]) -> list[Equation]:
    """Ways to change hidden cells together without changing anything shown: one for each cell that is free to choose."""
    moves = []
    for free in in_order:
        if free not in solved:
            depending = {pivot: row for pivot, row in solved.items() if free in row}
            step = lcm(*(abs(row[pivot]) for pivot, row in depending.items())) if depending else 1
            moves.append({free: step, **{pivot: -row[free] * step // row[pivot] for pivot, row in depending.items()}})
    return moves


def _without(row: Equation, by: Equation, pivot: Cell) -> Equation:
    """The row with the pivot, which both have, taken out by means of the other; whole numbers without common factor."""
    ours, theirs = by[pivot], row[pivot]
    left = {key: factor * ours for key, factor in row.items()}
    for key, factor in by.items():
        mixed = left.get(key, 0) - factor * theirs
        if mixed:
            left[key] = mixed
        else:
            left.pop(key, None)
    common = gcd(*left.values())
    return left if common < 2 else {key: factor // common for key, factor in left.items()}


Limits = tuple[int, int | None]
"""The least and the most a hidden cell can be, as far as its word tells the reader."""


def _limits(amount: int, word: Protection, k: int, most: int | None) -> Limits:
    """*Färre än k* is 1…k−1. *Dold* is at least k, or nobody; but at least one where a small number had to be called so."""
    if 0 < amount < k:
        return SCALE, min(k - 1, most or k) if word == Protection.FEW else most
    return (k if amount else 0), most


def _has_another_story(amounts: Mapping[Cell, int], key: Cell, moves: list[Equation], limits: Mapping[Cell, Limits]) -> bool:
    """Whether the number could be another, and all that is shown the same: a move, mended by others until every cell is possible."""
    for start in moves:
        for way in (1, -1):
            if key in start and _mended({cell: way * step for cell, step in start.items()}, amounts, key, moves, limits):
                return True
    return False


def _mended(move: Equation, amounts: Mapping[Cell, int], key: Cell, moves: list[Equation], limits: Mapping[Cell, Limits]) -> bool:
    """Add other moves, each time the one that helps most, as long as something is impossible."""
    wrong = _impossible(move, amounts, limits)
    while wrong:
        tries = [_added(move, other, way) for other in moves for way in (1, -1)]
        best = min((tried for tried in tries if key in tried), key=lambda tried: _impossible(tried, amounts, limits), default=move)
        if _impossible(best, amounts, limits) >= wrong:
            return False
        move, wrong = best, _impossible(best, amounts, limits)
    return True


def _added(move: Equation, other: Equation, way: int) -> Equation:
    mixed = {cell: move.get(cell, 0) + way * other.get(cell, 0) for cell in move.keys() | other.keys()}
    return {cell: step for cell, step in mixed.items() if step}


def _impossible(move: Equation, amounts: Mapping[Cell, int], limits: Mapping[Cell, Limits]) -> int:
    """How far the cells would go beyond what the reader knows of them."""
    beyond = 0
    for cell, step in move.items():
        after = amounts[cell] + step * SCALE
        least, most = limits[cell]
        beyond += max(0, least - after) + (max(0, after - most) if most is not None else 0)
    return beyond


def _called_too_much(
    amounts: Mapping[Cell, int], key: Cell, words: Iterable[Cell], solved: Mapping[Cell, Equation], hidden: Mapping[Cell, Protection]
) -> Cell | None:
    """The largest total called *färre än k* where nothing shown gives the number away, only such words."""
    together = {cell for row in solved.values() if key in row and row.keys() <= hidden.keys() for cell in row}
    return next((cell for cell in words if cell in together and amounts[cell] > amounts[key]), None)


def _worked_out_from(
    amounts: Mapping[Cell, int], key: Cell, solved: Mapping[Cell, Equation], hidden: Mapping[Cell, Protection], known: Set[Cell]
) -> Cell | None:
    """The smallest cell shown in what gives the number away: where it stands with the fewest other hidden cells."""
    rows = sorted((row for row in solved.values() if key in row), key=lambda row: sum(cell in hidden for cell in row))
    for row in rows:
        shown = [cell for cell in row if cell not in hidden and cell not in known and amounts[cell] > 0]
        if shown:
            return min(shown, key=lambda cell: (amounts[cell], cell))
    return None


def refreshed(before: int | None, now: int, threshold: int) -> int:
    """What the public is shown of a year to date: the new number only when at least k were added, or none; else the one before."""
    return before if before is not None and is_small(abs(now - before), threshold) else now
