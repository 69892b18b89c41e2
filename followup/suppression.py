"""Small numbers (rule 8 of docs/figures.md): which cells are not shown, so that nothing below the threshold can be worked out.

One function for pages, pictures, exports, mail and API alike. Values in, values out: what the cells are and how they sum is the caller's to say.
A hidden small number is safe when another number would fit everything that is shown just as well; `protect` goes on hiding until each has one.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import gcd, lcm

from followup.words import Protection
from measures.rules import SCALE

LOWEST_THRESHOLD = 3
Key = Hashable


@dataclass(frozen=True, slots=True)
class Sums:
    """One set of amounts, in 1/10 000, and how they sum: (total, parts). A figure with two ends or a rate has two sets."""

    amounts: Mapping[Key, int]
    sums: Sequence[tuple[Key, Sequence[Key]]]


def is_small(amount: int, threshold: int) -> bool:
    """1…k−1. Nobody is no secret, and neither is a crowd."""
    return 0 < amount < max(threshold, LOWEST_THRESHOLD) * SCALE


def is_small_rate(numerator: int, denominator: int, threshold: int) -> bool:
    """A rate is small when those in it, or those outside it, are few; or when it is of fewer than 2k."""
    few = is_small(numerator, threshold) or is_small(denominator - numerator, threshold)
    return few or 0 < denominator < 2 * max(threshold, LOWEST_THRESHOLD) * SCALE


def protect(
    table: Sequence[Sums],
    threshold: int,
    also_small: Set[Key] = frozenset(),
    known: Set[Key] = frozenset(),
    hidden_before: Set[Key] = frozenset(),
) -> dict[Key, Protection]:
    """The cells that may not be shown, and why: *färre än k* or *dold*.

    `known` are cells the reader knows (a partner's own): never hidden, and of no help in hiding. `hidden_before` stay hidden.
    """
    k = max(threshold, LOWEST_THRESHOLD) * SCALE
    small = {key for each in table for key, amount in each.amounts.items() if 0 < amount < k} | also_small
    hidden = {
        key: Protection.FEW if key in small else Protection.HIDDEN for key in sorted(small | hidden_before, key=repr) if key not in known
    }
    while more := _one_more(table, k, hidden, known):
        hidden[more] = Protection.HIDDEN
    return hidden


def _one_more(table: Sequence[Sums], k: int, hidden: Mapping[Key, Protection], known: Set[Key]) -> Key | None:
    """The next cell to hide, or none when everything hidden is safe."""
    for each in table:
        for total, parts in each.sums:
            more = _too_thin(each.amounts, total, parts, k, hidden, known)
            if more is not None:
                return more
    for each in table:
        more = _given_away(each, k, hidden, known)
        if more is not None:
            return more
    return None


def _too_thin(
    amounts: Mapping[Key, int], total: Key, parts: Sequence[Key], k: int, hidden: Mapping[Key, Protection], known: Set[Key]
) -> Key | None:
    """At least two parts are hidden under a total that is shown, and together they are at least 2k; a hidden total has a hidden part."""
    covered = [part for part in parts if part in hidden]
    if total in hidden and covered:
        return None
    if total not in hidden and (not covered or (len(covered) > 1 and sum(amounts[part] for part in covered) >= 2 * k)):
        return None
    left = [part for part in parts if part not in hidden and part not in known and amounts[part] > 0]
    if left:
        return min(left, key=lambda part: (amounts[part], repr(part)))
    return total if total not in hidden and total not in known else None


def _given_away(each: Sums, k: int, hidden: Mapping[Key, Protection], known: Set[Key]) -> Key | None:
    """What else to hide because some small number is the only one that fits what is shown."""
    for equations in _connected(each.sums, hidden):
        cells = {key for equation in equations for key in equation}
        exposed = [key for key in cells if hidden[key] == Protection.FEW and 0 < each.amounts[key] < k]
        if exposed:
            moves = _moves(equations, pivots_first=sorted(cells, key=lambda key: (-each.amounts[key], repr(key))))
            for key in sorted(exposed, key=repr):
                if not any(key in move and _fits(each.amounts, move, k, hidden) for move in moves):
                    more = _near(each, key, cells, hidden, known)
                    if more is not None:
                        return more
    return None


Equation = dict[Key, int]


def _connected(sums: Iterable[tuple[Key, Sequence[Key]]], hidden: Mapping[Key, Protection]) -> list[list[Equation]]:
    """What is known about the hidden cells: sums of some of them, in groups that have no cell in common."""
    groups: list[tuple[set[Key], list[Equation]]] = []
    for total, parts in sums:
        equation: Equation = {part: 1 for part in parts if part in hidden}
        if total in hidden:
            equation[total] = -1
        if equation:
            joined = [group for group in groups if not group[0].isdisjoint(equation)]
            groups = [group for group in groups if group[0].isdisjoint(equation)]
            cells = set(equation).union(*(group[0] for group in joined))
            groups.append((cells, [*(each for group in joined for each in group[1]), equation]))
    return [equations for _, equations in groups]


def _moves(equations: list[Equation], pivots_first: list[Key]) -> list[Equation]:
    """Ways to change hidden cells together without changing anything shown: one for each cell that is free to choose."""
    rows = [dict(equation) for equation in equations]
    solved: dict[Key, Equation] = {}
    for pivot in pivots_first:
        row = next((row for row in rows if pivot in row), None)
        if row is None:
            continue
        rows = [_without(other, row, pivot) for other in rows if other is not row]
        solved = {key: _without(other, row, pivot) for key, other in solved.items()}
        solved[pivot] = row
    moves = []
    for free in pivots_first:
        if free not in solved:
            depending = {pivot: row for pivot, row in solved.items() if free in row}
            step = lcm(*(abs(row[pivot]) for pivot, row in depending.items())) if depending else 1
            moves.append({free: step, **{pivot: -row[free] * step // row[pivot] for pivot, row in depending.items()}})
    return moves


def _without(row: Equation, by: Equation, pivot: Key) -> Equation:
    """The row with the pivot taken out by means of the other; whole numbers without common factor."""
    if pivot not in row:
        return row
    ours, theirs = by[pivot], row[pivot]
    mixed = {key: row.get(key, 0) * ours - by.get(key, 0) * theirs for key in row.keys() | by.keys()}
    left = {key: factor for key, factor in mixed.items() if factor}
    common = gcd(*left.values()) if left else 1
    return {key: factor // common for key, factor in left.items()}


def _fits(amounts: Mapping[Key, int], move: Equation, k: int, hidden: Mapping[Key, Protection]) -> bool:
    """Whether one step either way leaves every few few, and everything else hidden no fewer than k (who knows the method knows that)."""
    return any(all(_is_possible(amounts[key], amounts[key] + way * factor * SCALE, k) for key, factor in move.items()) for way in (1, -1))


def _is_possible(amount: int, other: int, k: int) -> bool:
    if 0 < amount < k:
        return SCALE <= other < k
    return other >= (k if amount else 0)


def _near(each: Sums, key: Key, cells: Set[Key], hidden: Mapping[Key, Protection], known: Set[Key]) -> Key | None:
    """The smallest cell still shown in a sum with this one, else in a sum with any that it hangs together with."""
    for around in ({key}, cells):
        shown = {
            other
            for total, parts in each.sums
            if not around.isdisjoint((total, *parts))
            for other in (total, *parts)
            if other not in hidden and other not in known and each.amounts[other] > 0
        }
        if shown:
            return min(shown, key=lambda other: (each.amounts[other], repr(other)))
    return None


def refreshed(before: int | None, now: int, threshold: int) -> int:
    """What the public is shown of a year to date: the new number only when at least k were added, or none; else the one before."""
    return before if before is not None and is_small(abs(now - before), threshold) else now
