"""A year against the one before (rule 2), told to the reference and to the live roll-up in turn."""

import pytest

from followup.words import Trend
from measures.rules import IndicatorKind
from tests.followup.database_world import DatabaseWorld
from tests.followup.worlds import ReferenceWorld, World

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[ReferenceWorld, DatabaseWorld])
def world(request) -> World:
    return request.param()


@pytest.mark.parametrize(
    ("before", "now", "trend"),
    [
        ((80, 60), (100, 80), Trend.UNKNOWN),  # 80–140, then 100–180: it may be 40 fewer, or 100 more
        ((80, 60), (200, 10), Trend.BETTER),  # 80–140, then 200–210: more whichever is true
        ((200, 10), (80, 60), Trend.WORSE),
    ],
)
def test_an_interval_is_better_or_worse_only_when_all_of_it_is(world, before, now, trend):
    world.indicator("deltagare", IndicatorKind.PEOPLE)
    for actor in ("A", "B"):
        world.asks(actor, ["deltagare"], ["2025", "2026"])
    for day, period, numbers in (("2026-01-10", "2025", before), ("2027-01-10", "2026", now)):
        world.on(day)
        for actor, number in zip("AB", numbers, strict=True):
            world.reports(actor, period, number)
    found = world.trend("deltagare", "2026")
    assert (found.trend, found.pairs) == (trend, 2)


def test_who_answered_one_year_only_is_not_compared(world):
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2025", "2026"])
    world.asks("B", ["besök"], ["2026"])
    world.on("2026-01-10")
    world.reports("A", "2025", 100)
    world.on("2027-01-10")
    world.reports("A", "2026", 50)
    world.reports("B", "2026", 500)
    found = world.trend("besök", "2026")
    assert (found.trend, found.pairs, found.before, found.now) == (Trend.WORSE, 1, (100_0000, 100_0000), (50_0000, 50_0000))


@pytest.mark.parametrize(
    ("before", "now", "trend"), [(100, 110, Trend.UNCHANGED), (100, 90, Trend.UNCHANGED), (100, 111, Trend.BETTER), (100, 89, Trend.WORSE)]
)
def test_a_change_within_the_tolerance_is_none(world, before, now, trend):
    """Ten per cent of the year before, where there is no target."""
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2025", "2026"])
    for day, period, number in (("2026-01-10", "2025", before), ("2027-01-10", "2026", now)):
        world.on(day)
        world.reports("A", period, number)
    assert world.trend("besök", "2026").trend == trend


def test_a_stock_is_compared_on_those_who_run_at_the_end_of_both_years(world):
    """Who left in November has answered both years, and is in neither sum: not in the earlier one either."""
    world.indicator("kontrakt", IndicatorKind.STOCK)
    world.asks("A", ["kontrakt"], ["2025", "2026"])
    world.asks("B", ["kontrakt"], ["2025", "2026"], end="2026-11-30")
    for day, period, numbers in (("2026-01-10", "2025", (100, 900)), ("2027-01-10", "2026", (150, 900))):
        world.on(day)
        for actor, number in zip("AB", numbers, strict=True):
            world.reports(actor, period, number)
    found = world.trend("kontrakt", "2026")
    assert (found.trend, found.pairs, found.before, found.now) == (Trend.BETTER, 1, (100_0000, 100_0000), (150_0000, 150_0000))
