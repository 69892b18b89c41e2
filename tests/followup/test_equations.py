"""What every cell is made of: as many ways to choose as there are, and every sum holds whichever is taken."""

import random
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from followup.suppression.equations import Equations
from tests.followup.test_suppression import cube

Sums = list[tuple[int, list[int]]]


def rank(sums: Sums, cells: list[int]) -> int:
    """How many of the cells the sums decide, by plain elimination."""
    rows = [{**dict.fromkeys(parts, 1), total: -1} for total, parts in sums]
    left = [[Fraction(row.get(cell, 0)) for cell in cells] for row in rows]
    found = 0
    for column in range(len(cells)):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is not None:
            left.remove(pivot)
            left = [[a - b * row[column] / pivot[column] for a, b in zip(row, pivot, strict=True)] for row in left]
            left.insert(found, pivot)
            found += 1
    return found


def random_sums(rnd: random.Random) -> tuple[dict[int, int], Sums]:
    """A cube with margins, told in any order; now and then some sums that contradict the rest unless much is nothing."""
    amounts, sums = cube(rnd, *rnd.choice([(3,), (4, 3), (3, 2, 2)]))
    number = {place: n for n, place in enumerate(amounts)}
    numbered = [(number[total], [number[part] for part in parts]) for total, parts in sums]
    for _ in range(rnd.choice((0, 0, 1, 2))):
        total, *parts = rnd.sample(range(len(amounts)), rnd.randint(2, 4))
        numbered.append((total, parts))
    rnd.shuffle(numbered)
    return {number[place]: amount for place, amount in amounts.items()}, numbered


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32))
def test_the_moves_are_all_there_are_and_every_sum_holds(seed):
    amounts, sums = random_sums(random.Random(seed))
    equations = Equations(sums, amounts.__getitem__)
    cells = sorted({cell for total, parts in sums for cell in (total, *parts)})
    assert len(equations.moves) == len(cells) - rank(sums, cells), "as many as there are ways to choose"
    for free, move in equations.moves.items():
        assert free in move
        assert all(isinstance(change, int) and change for change in move.values())
        assert all(move.get(total, 0) == sum(move.get(part, 0) for part in parts) for total, parts in sums)
        assert not move.keys() & (equations.moves.keys() - {free}), "the others that are free stay as they are"
    assert equations.free_in == {cell: [free for free, move in equations.moves.items() if cell in move] for cell in cells}


def test_parts_are_free_and_totals_follow():
    equations = Equations([(9, [7, 8]), (7, [1, 2]), (9, [5, 6]), (5, [1, 3]), (6, [2, 4]), (8, [3, 4])], lambda cell: cell)
    assert equations.moves == {
        1: {1: 1, 5: 1, 7: 1, 9: 1},
        2: {2: 1, 6: 1, 7: 1, 9: 1},
        3: {3: 1, 5: 1, 8: 1, 9: 1},
        4: {4: 1, 6: 1, 8: 1, 9: 1},
    }
