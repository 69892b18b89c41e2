"""Rule 9: the scenarios with known answers, told to each world in turn."""

import pytest

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
