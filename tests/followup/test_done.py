"""How much of a goal is done: a mean with how many measures it is said by, and what ended early beside. Never a verdict."""

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from followup.words import ImplementationStatus
from measures.rules import AssignmentRole
from stakeholders import clock
from stakeholders.rules import Role
from tests.factories import a_user
from tests.followup.database_world import DatabaseWorld

pytestmark = pytest.mark.django_db
SAID = "I snitt 40 % klart enligt 2 av 3 åtgärder"
ENDED = ", utan avslutade i förtid: 4 4"


@pytest.fixture
def world() -> DatabaseWorld:
    """Under a focus area: 20 and 60 % done, one that has not said, one that ended early at 90 %; and one told by two responsible."""
    world = DatabaseWorld()
    world.goal("fokus")
    world.goal("mål", "fokus")
    for number in ("1", "2", "3", "4"):
        world.measure(number, "mål" if number in "12" else "fokus", start="2025-01-01")
        world.asks("A", [], ["2025", "2026"], measure=number)
    world.asks("B", [], ["2026"], measure="1")
    world.asks("C", [], ["2026"], measure="1", role=AssignmentRole.CONTRIBUTING)
    world.on("2026-01-10")
    world.reports("A", "2025", measure="2", percent=60)
    world.on("2027-01-10")
    world.reports("A", "2026", measure="1", percent=80)
    world.reports("B", "2026", measure="1", percent=20)
    world.reports("C", "2026", measure="1", percent=1)
    world.reports("A", "2026", measure="2")
    world.reports("A", "2026", measure="4", percent=90, status=ImplementationStatus.ENDED_EARLY)
    world.submits("A", "2026", measure="3", percent=100)
    return world


def page(world: DatabaseWorld, user, address: str, **query) -> str:
    client = Client()
    client.force_login(user)
    with clock.at(world.now):
        answer = client.get(address, query)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ").split())


def test_the_plan_says_it_of_each_focus_area_and_goal(world):
    """The lowest of several responsible, the latest that was stated in any year, nothing of what waits for review."""
    for user in (world.coordinator, world.manager):
        words = page(world, user, f"/plans/{world.plan.pk}/").replace(" ,", ",")
        assert SAID + ENDED in words
        assert "I snitt 40 % klart enligt 2 av 2 åtgärder" in words


def test_a_filter_changes_what_is_in_sight_not_what_is_done(world):
    assert SAID in page(world, world.coordinator, f"/plans/{world.plan.pk}/", show="unreported")


def test_a_partner_is_told_nothing_of_the_others(world):
    words = page(world, a_user(world._actor("B"), Role.REPORTER), f"/plans/{world.plan.pk}/")
    assert "fokus" in words
    assert "I snitt" not in words


def test_nothing_is_said_where_nobody_has_said(world):
    world.goal("annat fokus")
    world.measure("5", "annat fokus", start="2025-01-01")
    words = page(world, world.manager, f"/plans/{world.plan.pk}/")
    assert "annat fokus" in words
    assert words.count("I snitt") == 2


def test_the_years_of_a_goal_say_it_year_by_year_with_the_rule(world):
    goal = world.plan.goals.get(title="fokus")
    client = Client()
    with clock.at(world.now):
        client.force_login(world.manager)
        answer = client.get(f"/plans/{world.plan.pk}/long/", {"goal": goal.pk})
    words = " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ").split())
    row = words.partition("Klart i snitt")[2][:200]
    assert "60 % 2025 1 av 4 har angett" in row
    assert "40 % 2026 2 av 3 har angett" in row
    assert f"{SAID}{ENDED}. Så räknade vi: Snittet av det som de ansvariga senast har angett" in words.replace(" ,", ",").replace(" .", ".")
    assert f'href="/plans/{world.plan.pk}/years/2026/reports/?goal={goal.pk}"' in answer.content.decode()


def test_the_years_of_a_measure_or_an_actor_s_part_of_a_goal_have_no_mean(world):
    goal = world.plan.goals.get(title="fokus")
    for query in ({"measure": world._measure("1").pk}, {"goal": goal.pk, "actor": world._actor("A").pk}, {}):
        assert "Klart i snitt" not in page(world, world.manager, f"/plans/{world.plan.pk}/long/", **query)


def test_what_is_done_as_of_a_day_gone_by_is_asked_of_the_api(world):
    goal = world.plan.goals.get(title="fokus")
    client = Client()
    with clock.at(world.now):
        client.force_login(world.manager)
        told = {
            moment: client.get(
                "/api/v1/statuses/",
                {"plan": world.plan.pk, "goal": goal.pk, "window": "..2026-12-31", "as_of": moment.isoformat()},
            ).json()["windows"][0]["percent_done"]
            for moment in (datetime(2026, 6, 1, tzinfo=UTC), world.now)
        }
    before, now = told.values()
    assert (before["mean"], before["stated"], before["measures"], before["ended_early"]) == ("60", 1, 4, [])
    assert (now["mean"], now["stated"], now["measures"], now["ended_early"]) == ("40", 2, 3, [world._measure("4").pk])
    assert date(2026, 6, 1) < world.now.date()
