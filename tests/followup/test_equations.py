"""What hidden numbers are worked out from: solved step by step, it is what it would be from the start."""

import random
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from followup.suppression.equations import Equations
from tests.followup.test_suppression import cube


def rank(rows: list[dict[int, int]], cells: list[int]) -> int:
    """How many of the cells the rows decide, by plain elimination."""
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


def random_sums(rnd: random.Random) -> tuple[dict[int, int], list[tuple[int, list[int]]]]:
    amounts, sums = cube(rnd, *rnd.choice([(3,), (4, 3), (3, 2, 2)]))
    number = {place: n for n, place in enumerate(amounts)}
    return {number[place]: amount for place, amount in amounts.items()}, [
        (number[t], [number[part] for part in parts]) for t, parts in sums
    ]


def moves(equations: Equations, hidden: set[int]) -> list[dict[int, int]]:
    return [equations.move(free) for free in sorted({free for cell in hidden for free in equations.moves_of(cell)})]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_the_moves_are_those_of_what_is_hidden_now_whatever_was_hidden_before(seed):
    rnd = random.Random(seed)
    amounts, sums = random_sums(rnd)
    rows = [{**dict.fromkeys(parts, 1), total: -1} for total, parts in sums]
    equations = Equations(sums, amounts.__getitem__)
    for _ in range(6):
        hidden = {cell for cell in amounts if rnd.random() < rnd.choice((0.2, 0.6, 0.9))}
        equations.hide_just(hidden)
        fresh = Equations(sums, amounts.__getitem__)
        fresh.hide_just(hidden)
        found = moves(equations, hidden)
        assert found == moves(fresh, hidden)
        assert len(found) == len(hidden) - rank(rows, sorted(hidden)), "as many as there are ways to choose"
        for move in found:
            assert move.keys() <= hidden
            assert all(sum(factor * move.get(cell, 0) for cell, factor in row.items()) == 0 for row in rows), "every sum holds"
        for cell in hidden:
            for row in equations.worked_out(cell):
                assert sum(factor * amounts[each] for each, factor in row.items()) == 0, "it follows from the sums"


def test_one_hidden_cell_of_a_sum_is_worked_out_and_two_are_not():
    equations = Equations([(0, [1, 2, 3])], {0: 10, 1: 2, 2: 3, 3: 5}.__getitem__)
    equations.hide_just({1})
    assert (equations.moves_of(1), equations.worked_out(1)) == ([], [{0: -1, 1: 1, 2: 1, 3: 1}])
    equations.hide_just({1, 2})
    assert [equations.move(free) for free in equations.moves_of(1)] == [{1: 1, 2: -1}]
