"""Small numbers: what is hidden is enough, and not everything. The attack knows the method, the labels and every number shown."""

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from followup.suppression import Sums, Suppression, is_small_rate, refreshed
from followup.words import Protection
from measures.rules import SCALE

K = 5
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller seed is not a simpler table
FEW, HIDDEN = Protection.FEW, Protection.HIDDEN


def hidden_of(amounts: dict, sums: list, **kwargs) -> dict:
    return Suppression([Sums({key: amount * SCALE for key, amount in amounts.items()}, sums)], K).hidden(**kwargs)


def cube(rnd: random.Random, *sizes: int) -> tuple[dict, list]:
    """Counts over some dimensions with every margin, and the sums along each dimension; None stands for "all"."""
    axes = [range(size) for size in sizes]
    amounts = {place: rnd.choice((0, 0, 1, 2, 3, 4, 5, 6, 8, 13, 40)) for place in itertools.product(*axes)}
    sums = []
    for axis, values in enumerate(axes):
        others = [(*axes[other], None) if other < axis else axes[other] for other in range(len(axes))]
        for place in itertools.product(*(others[:axis]), [None], *others[axis + 1 :]):
            parts = [(*place[:axis], value, *place[axis + 1 :]) for value in values]
            amounts[place] = sum(amounts[part] for part in parts)
    full = [(*axis, None) for axis in axes]
    for place in itertools.product(*full):
        for axis, values in enumerate(axes):
            if place[axis] is None:
                sums.append((place, [(*place[:axis], value, *place[axis + 1 :]) for value in values]))
    return amounts, sums


def attack(amounts: dict, sums: list, hidden: dict) -> dict:
    """The smallest and largest value of each hidden cell that fit what is shown, by tightening bounds until nothing moves."""
    least = 1 if any(hidden[key] == HIDDEN and 0 < amounts[key] < K for key in hidden) else K  # what "dold" says here
    low = {key: amounts[key] if key not in hidden else 1 if hidden[key] == FEW else min(least, amounts[key]) for key in amounts}
    high = {key: amounts[key] if key not in hidden else K - 1 if hidden[key] == FEW else 10**9 for key in amounts}
    moved = True
    while moved:
        moved = False
        for total, parts in sums:
            signs = {total: -1, **dict.fromkeys(parts, 1)}
            for key, sign in signs.items():
                rest_low = sum(low[other] if s > 0 else -high[other] for other, s in signs.items() if other != key)
                rest_high = sum(high[other] if s > 0 else -low[other] for other, s in signs.items() if other != key)
                bounds = (-rest_high, -rest_low) if sign > 0 else (rest_low, rest_high)
                new_low, new_high = max(low[key], bounds[0]), min(high[key], bounds[1])
                if (new_low, new_high) != (low[key], high[key]):
                    low[key], high[key], moved = new_low, new_high, True
    return {key: (low[key], high[key]) for key in hidden}


def every_story(amounts: dict, sums: list, hidden: dict) -> Iterator[dict]:
    """Every way to fill the hidden cells so that all sums hold: exact, for small tables. There may be very many: stop when enough is known."""
    bounds = attack(amounts, sums, hidden)
    keys = sorted(hidden, key=repr)

    def fill(index: int, values: dict) -> Iterator[dict]:
        if index == len(keys):
            yield dict(values)
            return
        key = keys[index]
        for value in range(bounds[key][0], min(bounds[key][1], amounts[key] + 12) + 1):
            values[key] = value
            if all(_may_hold(total, parts, values) for total, parts in sums if key in (total, *parts)):
                yield from fill(index + 1, values)
        del values[key]

    def _may_hold(total, parts, values) -> bool:
        cells = (total, *parts)
        if any(cell in hidden and cell not in values for cell in cells):
            return True
        said = {cell: values.get(cell, amounts[cell]) for cell in cells}
        return said[total] == sum(said[part] for part in parts)

    return fill(0, {})


def test_three_women_and_forty_men_are_both_hidden_and_the_total_shown():
    hidden = hidden_of({"all": 43, "women": 3, "men": 40}, [("all", ["women", "men"])])
    assert hidden == {"women": FEW, "men": HIDDEN}


def test_zero_and_the_threshold_itself_are_shown():
    assert hidden_of({"all": 5, "women": 0, "men": 5}, [("all", ["women", "men"])]) == {}


def test_the_smallest_that_is_enough_is_hidden_and_no_more():
    amounts = {"all": 78, "a": 3, "b": 7, "c": 8, "d": 60}
    assert hidden_of(amounts, [("all", ["a", "b", "c", "d"])]) == {"a": FEW, "b": HIDDEN}


def test_the_total_goes_too_when_the_parts_are_not_enough():
    assert hidden_of({"all": 7, "women": 3, "men": 4}, [("all", ["women", "men"])]) == {"women": FEW, "men": FEW, "all": HIDDEN}


def test_fours_that_sum_to_twelve_give_each_other_away_so_more_is_hidden():
    """Three "färre än 5" with the sum 12 can only be 4, 4 and 4, although they are more than two and more than 2k."""
    hidden = hidden_of({"all": 52, "a": 4, "b": 4, "c": 4, "d": 40}, [("all", ["a", "b", "c", "d"])])
    assert hidden == {"a": FEW, "b": FEW, "c": FEW, "d": HIDDEN}


def test_ones_under_a_small_total_are_not_given_away_by_its_word():
    """Four "färre än 5", at least one each, under a total "färre än 5": only 1 + 1 + 1 + 1 fits. So the total says no more than "dold"."""
    amounts = {"all": 40, "here": 4, "there": 36, "a": 1, "b": 1, "c": 1, "d": 1}
    sums = [("all", ["here", "there"]), ("here", ["a", "b", "c", "d"])]
    hidden = hidden_of(amounts, sums)
    assert hidden == {"a": FEW, "b": FEW, "c": FEW, "d": FEW, "here": HIDDEN, "there": HIDDEN}
    assert all(low < high for low, high in attack(amounts, sums, hidden).values())
    assert attack(amounts, sums, hidden | {"here": FEW})["a"] == (1, 1)


def test_a_number_shared_by_two_blocks_is_not_given_away_by_their_sums():
    """Two blocks of hidden cells joined by one: each row and column has two hidden, and yet the joint is a difference of sums."""
    rows, columns = range(4), range(4)
    amounts = {(row, column): 20 for row in rows for column in columns}
    for place in ((0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)):
        amounts[place] = 8
    amounts[1, 2] = 3
    sums = [((row, None), [(row, column) for column in columns]) for row in rows]
    sums += [((None, column), [(row, column) for row in rows]) for column in columns]
    sums.append(((None, None), [(row, None) for row in rows]))
    for total, parts in sums:
        amounts[total] = sum(amounts[part] for part in parts)
    before = {place for place in amounts if amounts[place] == 8}
    hidden = hidden_of(amounts, sums, hidden_before=before)
    assert any(story[1, 2] != 3 for story in every_story(amounts, sums, hidden))


def test_where_no_story_can_be_nothing_is_hidden_in_vain():
    """Three that have been called few sum to 12: each is 4, whatever else is hidden."""
    parts = {f"part {n}": 50 + n for n in range(20)}
    amounts = {"world": 12 + sum(parts.values()), "all": 12, "a": 4, "b": 4, "c": 4, "there": sum(parts.values()), **parts}
    sums = [("world", ["all", "there"]), ("all", ["a", "b", "c"]), ("there", list(parts))]
    few = dict.fromkeys("abc", (K - 1) * SCALE)
    assert hidden_of(amounts, sums, known={"all"}, few=few) == dict.fromkeys("abc", FEW)


def test_what_was_called_few_when_the_threshold_was_lower_is_no_more_than_it_said():
    """2, called fewer than 3 then, and two 4s that are fewer than 5 now: were 10 shown, only 2 + 4 + 4 would fit."""
    amounts, sums = {"all": 10, "a": 2, "b": 4, "c": 4}, [("all", ["a", "b", "c"])]
    assert hidden_of(amounts, sums, few={"a": 2 * SCALE})["all"] == HIDDEN
    assert "all" not in hidden_of(amounts, sums), "else 3 + 3 + 4 fits as well"


def test_what_a_reader_can_work_out_anyhow_takes_nothing_from_the_others():
    """Who knows the 23 and the 20 of it knows the 3, whatever is hidden."""
    amounts, sums = {"world": 63, "here": 23, "there": 40, "a": 3, "b": 20}, [("world", ["here", "there"]), ("here", ["a", "b"])]
    assert hidden_of(amounts, sums, known={"here", "b"}) == {"a": FEW}


def test_what_was_hidden_stays_hidden():
    assert hidden_of({"all": 90, "a": 40, "b": 50}, [("all", ["a", "b"])], hidden_before={"a"}) == {"a": HIDDEN, "b": HIDDEN}


def test_a_partner_who_knows_its_own_number_is_shown_no_total_that_gives_the_other_away():
    hidden = hidden_of({"all": 43, "own": 40, "other": 3}, [("all", ["own", "other"])], known={"own"})
    assert hidden == {"other": FEW, "all": HIDDEN}


@pytest.mark.parametrize(
    ("numerator", "denominator", "small"),
    [
        (3, 100, True),
        (97, 100, True),
        (5, 9, True),
        (0, 9, True),
        (9, 9, True),
        (5, 10, False),
        (0, 20, False),
        (20, 20, False),
        (0, 0, False),
    ],
)
def test_rates(numerator, denominator, small):
    assert is_small_rate(numerator * SCALE, denominator * SCALE, K) is small


def test_the_threshold_is_never_below_three():
    assert Suppression([Sums({"a": 2 * SCALE}, [])], 1).hidden() == {"a": FEW}


@pytest.mark.parametrize(("before", "now", "shown"), [(None, 3, 3), (40, 43, 40), (40, 45, 45), (40, 40, 40), (40, 38, 40)])
def test_the_public_year_to_date_waits_for_enough_new(before, now, shown):
    assert refreshed(None if before is None else before * SCALE, now * SCALE, K) == shown * SCALE


@settings(max_examples=150, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from([(2,), (3,), (5,), (2, 2), (3, 3), (4, 2), (2, 2, 2), (3, 2, 2)]))
def test_no_subtraction_recovers_anything_below_the_threshold(seed, sizes):
    amounts, sums = cube(random.Random(seed), *sizes)
    hidden = hidden_of(amounts, sums)
    found = attack(amounts, sums, hidden)
    for key in amounts:
        if 0 < amounts[key] < K:
            assert key in hidden
            assert found[key][0] < found[key][1], key
    for total, parts in sums:
        covered = [part for part in parts if part in hidden]
        if covered and total not in hidden:
            assert len(covered) > 1
            assert sum(amounts[part] for part in covered) >= 2 * K


@settings(max_examples=40, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from([(3,), (2, 2), (3, 2), (2, 2, 2)]))
@example(357, (3, 2))  # another story comes late among very many
def test_every_small_number_has_another_story(seed, sizes):
    """Exactly: there is another way to fill in what is hidden that gives every number shown, and another small number."""
    amounts, sums = cube(random.Random(seed), *sizes)
    assert not without_another_story(amounts, sums, hidden_of(amounts, sums))


@settings(max_examples=40, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from([(3,), (2, 2), (3, 2)]))
def test_it_has_for_one_reader_after_another_who_each_know_numbers_of_their_own(seed, sizes):
    """A story that one reader believes is not told to another who knows better."""
    rnd = random.Random(seed)
    amounts, sums = cube(rnd, *sizes)
    suppression = Suppression([Sums({key: amount * SCALE for key, amount in amounts.items()}, sums)], K)
    for known in ({place} for place in [*amounts][:4] if None not in place):
        hidden = suppression.hidden(known=known)
        assert known.isdisjoint(hidden)
        assert not {key for key in without_another_story(amounts, sums, hidden) if None not in key}, known


def without_another_story(amounts: dict, sums: list, hidden: dict) -> set:
    """The small numbers that are the same in every way to fill in what is hidden; none where that would take too long to say."""
    alone = {key for key in hidden if 0 < amounts[key] < K}
    if len(hidden) > 14:
        return set()
    for story in every_story(amounts, sums, hidden) if alone else ():
        alone -= {key for key in alone if story[key] != amounts[key]}
        if not alone:
            break
    return alone


def test_the_attack_finds_what_is_left_unprotected():
    """The attack itself works: with only the small numbers hidden, it recovers them."""
    amounts, sums = {"all": 43, "women": 3, "men": 40}, [("all", ["women", "men"])]
    assert attack(amounts, sums, {"women": FEW})["women"] == (3, 3)


def test_a_part_is_no_more_than_an_end_that_the_reader_has_seen():
    """3 more of b, which the sum would allow, is more than the largest that was told before; so c is hidden too."""
    amounts = {"all": 31, "a": 4, "b": 7, "c": 20, "end": 7}
    table = Sums({key: amount * SCALE for key, amount in amounts.items()}, [("all", ["a", "b", "c"])], most=[("end", ["b"])])
    assert Suppression([table], K).hidden(known={"end"}) == {"a": FEW, "b": HIDDEN, "c": HIDDEN}
    assert Suppression([table], K).hidden() == {"a": FEW, "b": HIDDEN, "end": HIDDEN}


def test_what_was_called_few_before_is_not_saved_by_another_word():
    """4 + 4 + 4 is known to be 12. Unless they have been called few before, one of them is called no more than hidden; else nothing helps,
    but where the sum is not known it is hidden."""
    table = Sums({key: amount * SCALE for key, amount in {"all": 12, "a": 4, "b": 4, "c": 4}.items()}, [("all", ["a", "b", "c"])])
    few = dict.fromkeys("abc", (K - 1) * SCALE)
    assert list(Suppression([table], K).hidden(known={"all"}).values()).count(HIDDEN) > 0
    assert Suppression([table], K).hidden(known={"all"}, few=few) == dict.fromkeys("abc", FEW)
    assert Suppression([table], K).hidden(few=few) == {**dict.fromkeys("abc", FEW), "all": HIDDEN}


def test_what_a_reader_may_know_besides_hides_a_small_number_where_nothing_else_can():
    """a + b is known to be 10. With b known too, a is lost, whatever more is hidden; who does not know it is not told."""
    table = Sums({key: amount * SCALE for key, amount in {"all": 10, "a": 3, "b": 7}.items()}, [("all", ["a", "b"])])
    assert Suppression([table], K).hidden(known={"all"}, presumed={"b"}) == {"a": FEW, "b": HIDDEN}


def test_what_a_reader_may_know_besides_is_not_relied_on_where_something_else_can_be_hidden():
    """c is hidden rather than b, since whoever knows b as well must not work a out."""
    table = Sums({key: amount * SCALE for key, amount in {"all": 30, "a": 3, "b": 7, "c": 20}.items()}, [("all", ["a", "b", "c"])])
    assert Suppression([table], K).hidden(known={"all"}, presumed={"b"}) == {"a": FEW, "c": HIDDEN}
