"""The subtraction attack over time: whoever keeps every publication, and reads the pages of today, works out nothing small."""

import os
import random
from collections.abc import Iterable

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from followup import rollup
from followup.actions.publications import store_figures
from followup.figures import Figure, Window
from followup.models import Publication, Report
from followup.rollup.publications import latest
from followup.words import Audience
from measures.models import Plan
from measures.rules import SCALE, IndicatorKind, Interval
from stakeholders import clock
from stakeholders.models import User
from tests.followup.database_world import DatabaseWorld
from tests.followup.random_facts import FIRST, LAST
from tests.followup.stored import stored
from tests.followup.test_shown import (
    KINDS,
    K,
    Numbers,
    PlanOfPeople,
    Words,
    everything_shown,
    recovered,
    single_numbers,
    told,
    understood,
)
from tests.followup.worlds import window

ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller seed is not a simpler plan
DRILL = bool(os.environ.get("DRILL"))

pytestmark = pytest.mark.django_db


def published(publications: Iterable[Publication], indicator: int) -> tuple[Numbers, Words]:
    """Every number that stands in the publications about an indicator, partner by partner where it does, and each word in its place."""
    numbers: Numbers = {}
    words: Words = {}
    for publication in publications:
        for entry in publication.content["figures"]:
            if entry["indicator"] == indicator:
                name, kind = (publication.pk, *map(tuple, entry["scopes"])), entry["kind"]
                told(numbers, words, (*name, ""), _both(entry), kind, entry["protection"], entry["reports"])
                for _dimension, cell, low, high, protection in entry["cells"]:
                    told(numbers, words, (*name, cell), (low, high), kind, protection, entry["reports"])
                for assignment, _name, low, high, protection, own in entry["parts"] if kind != IndicatorKind.RATIO else ():
                    told(numbers, words, (*name, assignment, ""), (low, high), kind, protection, own)
    return numbers, words


def _both(entry: dict) -> tuple:
    """As `amounts_of` a figure."""
    if entry["kind"] != IndicatorKind.RATIO or entry["denominator"] is None:
        return entry["low"], entry["high"]
    return entry["numerator"], entry["denominator"] - entry["numerator"]


@settings(max_examples=200 if DRILL else 8, derandomize=not DRILL, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from(KINDS))
@example(29, IndicatorKind.COUNT)  # an exempted answer's own number was thought to be known
@example(19519, IndicatorKind.STOCK)  # a declined assignment's answer stood, and counted nowhere
@example(100086, IndicatorKind.STOCK)
@example(400130, IndicatorKind.STOCK)  # a tertial that nobody was asked about was decided anew
@example(300119, IndicatorKind.STOCK)  # of a declined assignment, some cells had been seen alone
@example(30027, IndicatorKind.COUNT)  # a day gone by, before a correction that was never published
@example(50013, IndicatorKind.PEOPLE)  # the same people at all: the one number is the largest of theirs
@example(30035, IndicatorKind.PEOPLE)  # of the same answers, two groups had two figures, since one had a lead
@example(27769036, IndicatorKind.PEOPLE)  # an answer no longer in force, hidden all along, was taken for known
@example(6079, IndicatorKind.PEOPLE)  # a sum that a lead counted for was taken for one that overlaps by a number
@example(1735, IndicatorKind.PEOPLE)  # called few for its low end, the high end was thought to be no less than k
@example(6087286, IndicatorKind.PEOPLE)  # of what was published, who counted for whom was forgotten
@example(57215, IndicatorKind.PEOPLE)  # of two who said equally much both were thought to count
@example(183777490, IndicatorKind.PEOPLE)  # the same two were thought to be equal also where their sum was hidden
@example(373730952, IndicatorKind.PEOPLE)  # of what was published, a decision that had been revoked since was forgotten
@example(3969783195, IndicatorKind.PEOPLE)  # what was declared was thought to be taken off where it was not, and a sum to be another
@example(125377906, IndicatorKind.PEOPLE)  # that a sum of people had been called few was forgotten
@example(3973381406, IndicatorKind.PEOPLE)  # what was declared was all that the smaller had: both ways of counting came to the same
@example(7009, IndicatorKind.COUNT)  # the public was shown what management was not
def test_all_publications_and_the_pages_of_today_give_no_small_number_away(seed, kind):
    """Two publications of some rounds and of the year, with corrections, withdrawals and new answers in between and after. Whoever reads
    most reads what management and what the public was told, and the pages of today; any other reader knows less."""
    rnd = random.Random(seed)
    PlanOfPeople.kind = kind
    facts = PlanOfPeople(rnd, indicators=1).facts
    indicator, year = facts.indicators[0].id, rnd.choice((2024, 2025, 2026))
    moments = sorted(rnd.uniform(0.2, 0.9) * (LAST - FIRST) + FIRST for _ in range(2))
    with stored(facts) as plan:
        windows = [Window.year(year), *(Window.period(year, Interval.TERTIAL, number) for number in rnd.sample((1, 2, 3), 2))]
        windows.append(Window.to_date(windows[-1].end))
        raw, numbers, words = publish(plan, indicator, windows, moments)
        for_all = published(Publication.objects.filter(plan=plan).exclude(audience=Audience.REVIEW), indicator)
    truth, cells = single_numbers(raw)
    sums, limits = understood(numbers | for_all[0], words | for_all[1], truth)
    secrets = {single for single, value in truth.items() if 0 < value < K * SCALE}
    assert not secrets & recovered(sums, truth, cells, limits)


def publish(plan: Plan, indicator: int, windows: list[Window], moments: list) -> tuple[list[Numbers], Numbers, Words]:
    """Publish all windows at each moment. Gives everything there is at each of them and at the end, and what management is shown at the end,
    of that day and of those gone by."""
    user = User.objects.first()
    raw = []
    for moment in [*moments, LAST]:
        for days in windows if moment != LAST else ():
            store_figures(plan, days, by=user, as_of=moment)
        shown = rollup.load_shown(plan, windows, Audience.MANAGEMENT, as_of=moment)
        all_windows = sorted({each for days in windows for each in (days, *shown._windows(indicator, days.end.year))})
        raw.append(everything_shown(shown.to(Audience.REVIEW), indicator, all_windows)[0])
    numbers, words = everything_shown(shown, indicator, all_windows)
    with clock.at(LAST):
        for moment in moments:
            then = rollup.load_shown(plan, windows, Audience.MANAGEMENT, as_of=moment, is_gone_by=True)
            for found, more in zip((numbers, words), everything_shown(then, indicator, all_windows), strict=True):
                found.update({(moment, *name): each for name, each in more.items()})
    return raw, numbers, words


def test_a_round_that_was_published_is_no_cover_for_a_small_one_after_it():
    """20 in the first round, published; 3 in the second. The year so far would be 23, and 23 − 20 is 3."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    world.asks("A", ["deltagare"], ["2026T1", "2026T2"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 20)
    world.on("2026-06-20")
    world.closes("2026T1")
    world.publishes("2026T1")
    world.on("2026-09-10")
    world.reports("A", "2026T2", 3)
    world.on("2026-09-20")
    assert world.shown("deltagare", "2026T1", Audience.MANAGEMENT) == {"": 20 * SCALE}
    assert world.shown("deltagare", "2026T2", Audience.MANAGEMENT) == {"": "few"}
    assert world.shown("deltagare", "2026-08-31", Audience.MANAGEMENT) == {"": "hidden"}


def _corrected_after_publication() -> DatabaseWorld:
    """30 and 20, published; then 3 and 20."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    for actor in ("A", "B"):
        world.asks(actor, ["deltagare"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 30)
    world.reports("B", "2026T1", 20)
    world.on("2026-06-20")
    world.closes("2026T1")
    world.publishes("2026T1")
    world.unlocks("2026T1", "2026-07-08")
    world.reports("A", "2026T1", 3)
    return world


def test_a_partner_that_was_published_is_no_cover_for_one_that_is_corrected_to_a_small_number():
    """30 and 20, published, 50 together. Corrected to 3 and 20: the total would be 23, and 23 − 20 is 3."""
    world = _corrected_after_publication()
    world.on("2026-07-20")
    figure = _figure_for_management(world, "2026T1")
    assert (figure.protection, [part.protection for part in figure.parts], figure.parts[1].low) == ("hidden", ["few", None], 20 * SCALE)


def test_an_answer_that_is_exempted_is_not_given_away_by_what_is_left():
    """Women 4 + 14 + 8 = 26, published. Without A they would be 22, and 26 − 22 is 4."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True, dimensions=("gender",))
    world.on("2026-05-10")
    for actor, women, men in (("A", 4, 11), ("B", 14, 1), ("C", 8, 20)):
        world.asks(actor, ["deltagare"], ["2026T1"])
        world.reports(actor, "2026T1", women + men, cells={"gender": {"kvinna": women, "man": men}})
    world.on("2026-06-20")
    world.closes("2026T1")
    world.publishes("2026T1")
    assert world.shown("deltagare", "2026T1", Audience.MANAGEMENT) == {"": 58 * SCALE, "kvinna": 26 * SCALE, "man": 32 * SCALE}
    world.unlocks("2026T1", "2026-07-08")
    world.exempts("A", "2026T1")
    world.on("2026-07-20")
    assert world.shown("deltagare", "2026T1", Audience.MANAGEMENT) == {"": 43 * SCALE, "kvinna": "hidden", "man": "hidden"}


def test_a_stock_that_no_longer_counts_is_not_given_away_by_what_is_left():
    """3 + 4 + 9 + 20 = 36, published, the first three hidden. A's part turns out to have ended before the round did: 36 − 33 is 3."""
    world = DatabaseWorld()
    world.indicator("medlemmar", IndicatorKind.STOCK, counts_people=True)
    world.on("2026-05-10")
    for actor, number in (("A", 3), ("B", 4), ("C", 9), ("D", 20)):
        world.asks(actor, ["medlemmar"], ["2026T1"])
        world.reports(actor, "2026T1", number)
    world.on("2026-06-20")
    world.closes("2026T1")
    world.publishes("2026T1")
    assert world.shown("medlemmar", "2026T1", Audience.MANAGEMENT) == {"": 36 * SCALE}
    world.ends("A", "2026-04-15")
    world.on("2026-07-20")
    assert world.shown("medlemmar", "2026T1", Audience.MANAGEMENT) == {"": "hidden"}


def test_crowds_that_are_published_and_corrected_are_shown_beside_what_is_small():
    """The first round is of crowds, published and corrected, and again. The 3 of the second hides what it must there, and nothing before it."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    world.on("2026-05-10")
    for actor, number in (("A", 30), ("B", 20), ("C", 40)):
        world.asks(actor, ["deltagare"], ["2026T1", "2026T2"])
        world.reports(actor, "2026T1", number)
    world.on("2026-06-20")
    world.closes("2026T1")
    world.publishes("2026T1")
    world.unlocks("2026T1", "2026-08-08")
    for day, corrected in (("2026-07-10", 36), ("2026-07-20", 31)):
        world.on(day)
        world.reports("A", "2026T1", corrected)
        world.publishes("2026T1")
    world.exempts("C", "2026T1")
    world.on("2026-09-10")
    for actor, number in (("A", 3), ("B", 20), ("C", 40)):
        world.reports(actor, "2026T2", number)
    world.on("2026-09-20")
    first, second = (_figure_for_management(world, when) for when in ("2026T1", "2026T2"))
    assert (first.low, [part.low for part in first.parts]) == (51 * SCALE, [31 * SCALE, 20 * SCALE])
    assert (second.low, [part.low for part in second.parts]) == (63 * SCALE, [None, None, 40 * SCALE])


def test_the_public_is_not_shown_what_management_could_work_a_partner_out_from():
    """30 and 20, published: management sees each, the public 50. Corrected to 3 and 20: were the public shown 23, then 23 − 20 is 3."""
    world = _corrected_after_publication()
    for audience in (Audience.MANAGEMENT, Audience.PUBLIC):
        assert world.shown("deltagare", "2026T1", audience) == {"": "hidden"}
    world.publishes("2026T1")
    for audience in (Audience.MANAGEMENT, Audience.PUBLIC):
        entry = latest(world.plan, window("2026T1"), audience).content["figures"][0]
        assert (entry["low"], entry["protection"]) == (None, "hidden")


def _figure_for_management(world: DatabaseWorld, when: str) -> Figure:
    seen = rollup.load_shown(world.plan, [window(when)], Audience.MANAGEMENT, as_of=world.now)
    return seen.figure(world._indicator("deltagare").pk, window(when))


def test_a_publication_remembers_what_it_called_few_and_what_only_hidden():
    """4 + 4 + 4 + 40 = 52: the fours are called few, D no more than hidden. Whoever kept it knows that they are 1 to 4."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    world.on("2026-05-10")
    for actor, number in (("A", 4), ("B", 4), ("C", 4), ("D", 40)):
        world.asks(actor, ["deltagare"], ["2026T1"])
        world.reports(actor, "2026T1", number)
    world.on("2026-06-20")
    world.closes("2026T1")
    world.publishes("2026T1")
    content = latest(world.plan, window("2026T1"), Audience.MANAGEMENT).content
    assert {each[2] for each in content["hidden"] if each[1] == "actor"} == {world._actor(actor).pk for actor in "ABCD"}
    alone = {each[3][0] for each in content["called_few"] if len(each[3]) == 1}
    assert alone == set(Report.objects.filter(obligation__assignment__actor__name__in="ABC").values_list("pk", flat=True))
    seen = rollup.load_shown(world.plan, [window("2026T1")], Audience.MANAGEMENT, as_of=world.now)
    assert {each[3][0] for each in seen.said_few[world._indicator("deltagare").pk] if len(each[3]) == 1} == alone


@pytest.mark.parametrize(("k_then", "shown"), [(3, "hidden"), (5, 10 * SCALE)])
def test_what_was_called_few_under_a_lower_threshold_is_no_more_than_was_said(k_then, shown):
    """A's 2 is published as fewer than 3. Then C and D have 4, fewer than 5: of a year of 10 only 2 + 4 + 4 would fit."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    world.workspace.small_number_threshold = k_then
    world.workspace.save()
    for actor, period in (("A", "2026T1"), ("C", "2026T2"), ("D", "2026T3")):
        world.asks(actor, ["deltagare"], [period])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 2)
    world.on("2026-06-20")
    world.closes("2026T1")
    world.publishes("2026T1")
    world.workspace.small_number_threshold = 5
    world.workspace.save()
    world.on("2027-01-10")
    for actor, period in (("C", "2026T2"), ("D", "2026T3")):
        world.reports(actor, period, 4)
    world.on("2027-02-20")
    assert world.shown("deltagare", "2026-12-31", Audience.MANAGEMENT) == {"": shown}


@pytest.mark.parametrize(("is_published", "shown"), [(True, None), (False, 10 * SCALE)])
def test_a_sum_that_was_called_few_limits_what_is_left_of_it(is_published, shown):
    """1 + 1 + 2 is published as fewer than 5, so C's is 1 or 2. A and B are corrected; then 2 + 4 + 4, a year of 10, would tell that it is 2."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    rounds = ("2026T1", "2026T2", "2026T3")
    for actor in "ABC":
        world.asks(actor, ["deltagare"], rounds)
    world.on("2026-05-10")
    for actor, number in (("A", 1), ("B", 1), ("C", 2)):
        world.reports(actor, "2026T1", number)
    world.on("2026-06-20")
    world.closes("2026T1")
    if is_published:
        world.publishes("2026T1")
    world.unlocks("2026T1", "2026-07-08")
    for actor in "AB":
        world.reports(actor, "2026T1", 30)
    world.on("2027-01-10")
    for period in rounds[1:]:
        for actor, number in (("A", 30), ("B", 30), ("C", 4)):
            world.reports(actor, period, number)
    world.on("2027-02-20")
    assert _figure_for_management(world, "2026-12-31").parts[2].low == shown
