"""Rule 9: the scenarios with known answers, told to each world in turn."""

import pytest

from measures.rules import IndicatorKind
from tests.followup.api_world import ApiWorld
from tests.followup.database_world import DatabaseWorld
from tests.followup.page_world import PageWorld
from tests.followup.scenarios import SCENARIOS
from tests.followup.worlds import ReferenceWorld


def test_there_are_all_twenty_six():
    assert sorted(SCENARIOS) == list(range(1, 27))


@pytest.mark.parametrize("number", sorted(SCENARIOS))
def test_the_reference_shows_it(number):
    SCENARIOS[number](ReferenceWorld())


@pytest.mark.django_db
@pytest.mark.parametrize("number", sorted(SCENARIOS))
def test_the_database_shows_it(number):
    SCENARIOS[number](DatabaseWorld())


@pytest.mark.django_db
@pytest.mark.parametrize("number", sorted(SCENARIOS))
def test_the_api_shows_it(number):
    SCENARIOS[number](ApiWorld())


@pytest.mark.django_db
@pytest.mark.parametrize("number", sorted(SCENARIOS))
def test_the_pages_show_it(number):
    SCENARIOS[number](PageWorld())


@pytest.mark.django_db
@pytest.mark.parametrize("told_to", [ReferenceWorld, DatabaseWorld, ApiWorld, PageWorld])
def test_an_answer_is_expected_once_its_last_day_as_extended_has_gone(told_to):
    """Rule 2. Two are asked by 22 May, one of them has until the end of June; nobody has answered."""
    world = told_to()
    world.indicator("deltagare", IndicatorKind.COUNT)
    for actor in "AB":
        world.asks(actor, ["deltagare"], ["2026T1"])
    world.on("2026-05-15")
    world.extends("B", "2026T1", "2026-06-30")
    counted = {}
    for day in ("2026-05-20", "2026-06-15", "2026-07-01"):
        world.on(day)
        figure = world.figure("deltagare", "2026T1")
        counted[day] = (figure.expected, sorted(world.actor_name(each.actor) for each in figure.missing))
    assert counted == {"2026-05-20": (0, []), "2026-06-15": (1, ["A"]), "2026-07-01": (2, ["A", "B"])}
