"""What an audience is shown of a plan: enough is hidden that nothing below the threshold can be worked out from all the pages together."""

import random
from collections.abc import Iterable, Set
from datetime import UTC, date, datetime

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from followup import rollup
from followup.figures import Window
from followup.reference import facts as f
from followup.rollup.small_numbers import amounts_of
from followup.words import Audience, LineState, Overlap, Protection
from measures.rules import SCALE, EffectLevel, IndicatorKind
from tests.followup.counted import counted
from tests.followup.database_world import DatabaseWorld
from tests.followup.random_facts import LAST, YEARS, RandomPlan
from tests.followup.stored import stored
from tests.followup.worlds import window

K = 5
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)

pytestmark = pytest.mark.django_db


class PlanOfPeople(RandomPlan):
    """A plan with one indicator that counts people, answered in whole small numbers, by gender."""

    kind = IndicatorKind.COUNT

    def _indicator(self) -> f.Indicator:
        indicator = f.Indicator(next(self.ids), EffectLevel.OUTPUT, frozenset(measure.id for measure in self.measures))
        dimensions = ("gender",) if self.rnd.random() < 0.5 and self.kind != IndicatorKind.RATIO else ()
        known = datetime(2024, 1, 1, tzinfo=UTC)
        self.versions.append(
            f.IndicatorVersion(next(self.ids), indicator.id, date(2024, 1, 1), self.kind, known, counts_people=True, dimensions=dimensions)
        )
        return indicator

    def _line(self, version: f.IndicatorVersion) -> f.Line:
        if version.kind == IndicatorKind.RATIO:
            denominator = self.rnd.choice((0, 3, 7, 10, 12, 20, 33, 40))
            numerator = self.rnd.randint(0, denominator)
            return f.Line(version.id, LineState.VALUE, numerator=numerator * SCALE, denominator=denominator * SCALE)
        number = self.rnd.choice((0, 1, 2, 3, 4, 5, 7, 9, 15, 40)) * SCALE
        women = self.rnd.randint(0, number // SCALE) * SCALE
        cells = (("gender", "kvinna", women), ("gender", "man", number - women)) if version.dimensions else ()
        return f.Line(version.id, LineState.VALUE if number else LineState.ZERO, number=number, cells=cells if number else ())


Numbers = dict[tuple, tuple[int, frozenset]]
"""What is shown by some name: a value, and the single numbers (report, cell, which of its two amounts) that it is the sum of."""

Words = dict[tuple, frozenset]
"""What is called *färre än k*, by the same names."""

Limits = Set[tuple[frozenset, int, int]]
"""Sums of single numbers that are at least and at most something."""

LOW, COUNTED = "low", "counted"


def everything_shown(shown: rollup.Shown, indicator: int, windows: list[Window]) -> tuple[Numbers, Words]:
    """Each number that some page could show, and each word in its place."""
    numbers: Numbers = {}
    words: Words = {}
    for name, scope in shown.scopes.items():
        for days in windows:
            figure = shown.figure(indicator, days, scope)
            ends = [
                ("", amounts_of(figure), figure.protection),
                *((cell.name, (cell.low, cell.high), cell.protection) for cell in figure.cells),
            ]
            for cell, both, protection in ends:
                of_whom = counted(shown.rollup, figure, scope, cell) if figure.kind == IndicatorKind.PEOPLE else ()
                told(numbers, words, (name, days, cell), both, figure.kind, protection, figure.reports, of_whom)
    return numbers, words


def told(
    numbers: Numbers,
    words: Words,
    name: tuple,
    both: tuple,
    kind: str,
    protection: str | None,
    reports: Iterable[int],
    of_whom: Iterable[tuple[Set[int], int]] = (),
) -> None:
    """One number, or the word in its place. Of an interval the high end is a sum; of a rate those in it and those outside it are."""
    for end in (0, 1) if kind == IndicatorKind.RATIO else (1,):
        singles = frozenset((report, name[-1], end) for report in reports)
        if singles and protection == Protection.FEW and kind != IndicatorKind.RATIO:
            words[*name, end] = singles
        elif singles and not protection and both[end] is not None:
            numbers[*name, end] = (int(both[end]), singles)
            if kind == IndicatorKind.PEOPLE:
                numbers[*name, LOW] = (int(both[0]), singles)
            for place, (own, off) in enumerate(of_whom):
                numbers[*name, place, COUNTED] = (int(both[1]) + off, frozenset(single for single in singles if single[0] in own))


def single_numbers(shown: Iterable[Numbers]) -> tuple[dict[tuple, int], dict[tuple, list[tuple]]]:
    """The truth: what each report says, whole and by cell; and which cells make which whole."""
    truth: dict[tuple, int] = {}
    cells: dict[tuple, list[tuple]] = {}
    for value, singles in (each for numbers in shown for each in numbers.values()):
        if len(singles) == 1:
            (single,) = singles
            truth[single] = value
            report, cell, end = single
            if cell and single not in cells.setdefault((report, "", end), []):
                cells[report, "", end].append(single)
    whole = {single: parts for single, parts in cells.items() if single in truth and truth[single] == sum(truth[part] for part in parts)}
    return truth, whole


def understood(numbers: Numbers, words: Words, truth: dict[tuple, int]) -> tuple[Numbers, Limits]:
    """What a reader who knows the rules makes of it. Sums: people who may be the same are not, always, but the low end is the largest of
    them, and whoever has heard of the partners guesses which that is. Limits: what is few is 1 to k−1, and none is more than the largest.
    """
    sums: Numbers = {}
    limits: Limits = {(singles, SCALE, (K - 1) * SCALE) for singles in words.values()}
    for name, (value, singles) in numbers.items():
        amounts = sorted((truth[single], single) for single in singles if single in truth)
        if name[-1] != LOW and value == sum(amount for amount, _ in amounts):
            sums[name] = (value, singles)
        elif name[-1] == LOW and amounts and value == amounts[-1][0]:
            limits |= {(frozenset({single}), 0, value) for single in singles}
            if value not in [amount for amount, _ in amounts[:-1]]:
                sums[name] = (value, frozenset({amounts[-1][1]}))
    known = {name: each for name, each in sums.items() if each[1] <= truth.keys()}
    true = {limit for limit in limits if limit[0] <= truth.keys() and limit[1] <= sum(truth[single] for single in limit[0]) <= limit[2]}
    return known, true


def recovered(numbers: Numbers, truth: dict[tuple, int], cells: dict[tuple, list[tuple]], limits: Limits = frozenset()) -> set[tuple]:
    """The single numbers that are exactly determined by all that is shown: by subtraction of any two sums, and by bounds."""
    sums = {atoms: value for value, atoms in numbers.values() if atoms}
    grown = dict(sums)
    for one, value in sums.items():
        for other, smaller in sums.items():
            if other < one:
                grown[one - other] = value - smaller
    known = {atom: value for atoms, value in grown.items() if len(atoms) == 1 for atom in atoms}
    low = {atom: known.get(atom, 0) for atom in truth}
    high = {atom: known.get(atom, 10**9) for atom in truth}
    equations = [(dict.fromkeys(atoms, 1), value, value) for atoms, value in grown.items()]
    equations += [({whole: -1, **dict.fromkeys(parts, 1)}, 0, 0) for whole, parts in cells.items()]
    equations += [(dict.fromkeys(atoms, 1), least, most) for atoms, least, most in limits if atoms not in grown]
    moved = True
    while moved:
        moved = False
        for signs, least, most in equations:
            for atom, sign in signs.items():
                rest_low = sum(low[other] if s > 0 else -high[other] for other, s in signs.items() if other != atom)
                rest_high = sum(high[other] if s > 0 else -low[other] for other, s in signs.items() if other != atom)
                bounds = (least - rest_high, most - rest_low) if sign > 0 else (rest_low - most, rest_high - least)
                new = max(low[atom], bounds[0]), min(high[atom], bounds[1])
                if new != (low[atom], high[atom]):
                    (low[atom], high[atom]), moved = new, True
    return {atom for atom in truth if low[atom] == high[atom]}


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ((20, 3), "hidden"),  # 23 − 20
        ((20, 4, 4), "hidden"),  # 28 − 20, and both are few
        ((20, 20, 4), "hidden"),  # 44 − 20 is 24, and none is more than 20
        ((20, 3, 9), (20, 32)),
    ],
)
def test_the_two_ends_of_people_who_may_be_the_same_give_no_partner_away(people, shown):
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.PEOPLE, counts_people=True)
    world.on("2026-05-10")
    for actor, number in zip("ABC", people, strict=False):
        world.asks(actor, ["deltagare"], ["2026T1"])
        world.reports(actor, "2026T1", number)
    world.on("2026-06-20")
    seen = rollup.load_shown(world.plan, [window("2026T1")], Audience.MANAGEMENT, as_of=world.now)
    figure = seen.figure(world._indicator("deltagare").pk, window("2026T1"))
    assert (figure.protection or (figure.low // SCALE, figure.high // SCALE)) == shown


@pytest.mark.parametrize("decision", [{"kind": Overlap.LEAD, "lead": "B"}, {"kind": Overlap.SAME_PEOPLE}])
def test_who_is_counted_for_others_in_one_window_does_not_give_them_away_in_another(decision):
    """3, 20 and 40. In the tertial B counts for A too: 40–60. In the year nothing is decided: 40–63 would tell that A has 3."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.PEOPLE, counts_people=True)
    world.on("2026-05-10")
    for actor, number in zip("ABC", (3, 20, 40), strict=True):
        world.asks(actor, ["deltagare"], ["2026T1"])
        world.reports(actor, "2026T1", number)
    world.on("2026-06-20")
    assert world.shown("deltagare", "2026-12-31", Audience.MANAGEMENT) == {"": 40 * SCALE}
    world.overlaps("deltagare", "2026T1", decision["kind"], "A", "B", lead=decision.get("lead"))
    told = [world.shown("deltagare", when, Audience.MANAGEMENT) for when in ("2026T1", "2026-12-31")]
    assert {"": "hidden"} in told


def test_a_lead_that_says_nothing_counts_for_the_others_all_the_same():
    """B leads A and never answers the indicator: of A's 3 and C's 20 the tertial counts 20, and the year, where nothing is decided, 23."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.PEOPLE, counts_people=True)
    world.indicator("timmar", IndicatorKind.COUNT)
    world.on("2026-05-10")
    for actor, number in (("A", 3), ("C", 20), ("D", 40)):
        world.asks(actor, ["deltagare"], ["2026T1"])
        world.reports(actor, "2026T1", number)
    world.asks("B", ["timmar"], ["2026T1"])
    world.overlaps("deltagare", "2026T1", Overlap.LEAD, "A", "B", lead="B")
    world.on("2026-06-20")
    told = [world.shown("deltagare", when, Audience.MANAGEMENT) for when in ("2026T1", "2026-12-31")]
    assert {"": "hidden"} in told


def test_what_is_declared_to_overlap_gives_nobody_away():
    """3 and 20, of whom 2 are said to be at both, are 21: beside the 20 it would tell the 3."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.PEOPLE, counts_people=True)
    world.on("2026-05-10")
    for actor, number in (("A", 3), ("B", 20)):
        world.asks(actor, ["deltagare"], ["2026T1"])
        world.reports(actor, "2026T1", number)
    for when in ("2026T1", "2026-12-31"):
        world.overlaps("deltagare", when, Overlap.DECLARED, "A", "B", overlap=2)
    world.on("2026-06-20")
    seen = rollup.load_shown(world.plan, [window("2026T1")], Audience.MANAGEMENT, as_of=world.now)
    figure = seen.figure(world._indicator("deltagare").pk, window("2026T1"))
    assert (figure.low, [part.low for part in figure.parts]) == (21 * SCALE, [None, None])


def test_a_declared_overlap_with_somebody_who_has_not_answered_takes_nothing_off():
    """15 and 4 are the same people, and 30, 20 and who has not answered overlap by 4: with 60 more, 125. The year's 129 would tell the 4."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.PEOPLE, counts_people=True)
    world.on("2026-05-10")
    for actor, number in (("A", 15), ("B", 4), ("C", 30), ("D", 20), ("E", None), ("F", 60)):
        world.asks(actor, ["deltagare"], ["2026T1"])
        if number:
            world.reports(actor, "2026T1", number)
    world.overlaps("deltagare", "2026T1", Overlap.SAME_PEOPLE, "A", "B")
    world.overlaps("deltagare", "2026T1", Overlap.DECLARED, *"CDE", overlap=4)
    world.on("2026-06-20")
    assert _unprotected(world, "2026T1") == (60, 125)
    assert _unprotected(world, "2026-12-31") == (60, 129)
    told = [world.shown("deltagare", when, Audience.MANAGEMENT) for when in ("2026T1", "2026-12-31")]
    assert {"": "hidden"} in told


def _unprotected(world: DatabaseWorld, when: str) -> tuple[int, int]:
    figure = world.figure("deltagare", when)
    return figure.low // SCALE, figure.high // SCALE


def test_few_people_who_may_be_the_same_are_not_taken_for_the_sum_of_what_they_are():
    """Four ones who are the same people are 1. From "färre än 5", taken for their sum, each of the four would be worked out."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.PEOPLE, counts_people=True)
    world.on("2026-05-10")
    for actor in "ABCD":
        world.asks(actor, ["deltagare"], ["2026T1"])
        world.reports(actor, "2026T1", 1)
    for when in ("2026T1", "2026-12-31"):
        world.overlaps("deltagare", when, Overlap.SAME_PEOPLE, *"ABCD")
    world.on("2026-06-20")
    assert world.shown("deltagare", "2026T1", Audience.MANAGEMENT) == {"": "hidden"}


KINDS = (IndicatorKind.COUNT, IndicatorKind.STOCK, IndicatorKind.RATIO, IndicatorKind.PEOPLE)


@settings(max_examples=25, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from(KINDS))
@example(1620, IndicatorKind.PEOPLE)  # who was counted for by a lead in one window was what two sums differed by
@example(158, IndicatorKind.PEOPLE)  # the same, of a lead that never answered
@example(7011, IndicatorKind.PEOPLE)  # of the same answer, a group whose lead had none had no figure, and the partner alone had
def test_no_page_nor_all_of_them_together_give_a_small_number_away(seed, kind):
    PlanOfPeople.kind = kind
    facts = PlanOfPeople(random.Random(seed), indicators=1).facts
    year = random.Random(seed).choice((2024, 2025, 2026))
    with stored(facts) as plan:
        indicator = facts.indicators[0].id
        shown = rollup.load_shown(plan, [Window.year(year)], Audience.MANAGEMENT, as_of=LAST)
        windows = sorted(shown._windows(indicator, year))
        raw, _ = everything_shown(shown.to(Audience.REVIEW), indicator, windows)
        numbers, words = everything_shown(shown, indicator, windows)
    truth, cells = single_numbers([raw])
    secrets = {single for single, value in truth.items() if 0 < value < K * SCALE}
    sums, limits = understood(numbers, words, truth)
    assert not secrets & recovered(sums, truth, cells, limits)
    assert not {name for name, (value, _) in numbers.items() if name[-1] != COUNTED and 0 < value < K * SCALE}
    assert secrets <= recovered(understood(raw, {}, truth)[0], truth, cells)  # the attack works on what is not protected


@settings(max_examples=10, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32))
@example(5)
@example(14)
def test_what_is_shown_does_not_depend_on_what_else_is_asked_about(seed):
    """May to December is no window of any round: whoever asks for it first is shown the same of all others."""
    PlanOfPeople.kind = IndicatorKind.COUNT
    facts = PlanOfPeople(random.Random(seed), indicators=1).facts
    year = random.Random(seed).choice((2024, 2025, 2026))
    odd = Window(Window.period(year, "tertial", 2).start, Window.period(year, "tertial", 3).end)
    with stored(facts) as plan:
        indicator = facts.indicators[0].id
        told = []
        for asked_first in ([], [odd]):
            shown = rollup.load_shown(plan, [Window.year(year)], Audience.MANAGEMENT, as_of=LAST)
            everything_shown(shown, indicator, asked_first)
            told.append(everything_shown(shown, indicator, sorted(shown._windows(indicator, year))))
    assert told[0] == told[1]


@settings(max_examples=10, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from([IndicatorKind.COUNT, IndicatorKind.STOCK]))
def test_sums_over_several_years_give_no_small_number_of_a_year_away(seed, kind):
    PlanOfPeople.kind = kind
    facts = PlanOfPeople(random.Random(seed), indicators=1).facts
    spans = [Window.years(first, last) for first in YEARS for last in YEARS if first < last]
    spans += [Window.since_start(Window.period(year, "tertial", number).end) for year in YEARS for number in (1, 2, 3)]
    with stored(facts) as plan:
        indicator = facts.indicators[0].id
        shown = rollup.load_shown(plan, [*spans, *(Window.year(year) for year in YEARS)], Audience.MANAGEMENT, as_of=LAST)
        windows = [*sorted(shown._windows(indicator, 0)), *spans]
        raw, _ = everything_shown(shown.to(Audience.REVIEW), indicator, windows)
        numbers, _ = everything_shown(shown, indicator, windows)
    truth, _ = single_numbers([raw])
    secrets = {single for single, value in truth.items() if 0 < value < K * SCALE}
    known = {name: each for name, each in numbers.items() if each[1] <= truth.keys()}
    assert not secrets & recovered(known, truth, {})
