"""The same people over time (rule 3), told to the reference and to the live roll-up in turn."""

import pytest

from followup.models import OverlapDecision
from followup.words import Overlap
from measures.rules import IndicatorKind
from tests.followup.database_world import DatabaseWorld
from tests.followup.worlds import ReferenceWorld, World

pytestmark = pytest.mark.django_db
DAYS = {"2026T1": "2026-05-10", "2026T2": "2026-09-10", "2026T3": "2027-01-10"}


@pytest.fixture(params=[ReferenceWorld, DatabaseWorld])
def world(request) -> World:
    world = request.param()
    world.indicator("deltagare", IndicatorKind.PEOPLE)
    world.asks("A", ["deltagare"], list(DAYS))
    return world


def told(world: World, *answers: tuple[int, int | None]) -> None:
    """Three tertials' people, and how many of them were new."""
    for (period, day), (value, new) in zip(DAYS.items(), answers, strict=True):
        world.on(day)
        world.reports("A", period, value, new=new)


def test_those_new_are_summed_when_every_answer_says_it(world):
    told(world, (30, 30), (40, 15), (20, 5))
    world.shows("deltagare", "2026", 50)


def test_one_answer_that_does_not_say_it_leaves_the_interval(world):
    told(world, (30, 30), (40, None), (20, 20))
    world.shows("deltagare", "2026", (40, 90))


def test_fewer_new_than_came_at_once_contradicts_itself(world):
    told(world, (30, 10), (40, 5), (20, 0))
    world.shows("deltagare", "2026", (40, 90))


def test_a_part_of_the_year_that_does_not_begin_it_has_no_new(world):
    told(world, (30, 30), (40, 15), (20, 5))
    world.shows("deltagare", "2026T2", 40)
    world.shows("deltagare", "–2026-12-31", None)


def test_a_decision_that_is_taken_back_leaves_them_undecided():
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.PEOPLE)
    for actor in ("A", "B"):
        world.asks(actor, ["deltagare"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 80)
    world.reports("B", "2026T1", 60)
    world.overlaps("deltagare", "2026T1", Overlap.SAME_PEOPLE, "A", "B")
    decided = world.tick()
    world.shows("deltagare", "2026T1", 80)
    OverlapDecision.objects.update(revoked_at=world.tick())
    world.shows("deltagare", "2026T1", (80, 140))
    world.shows("deltagare", "2026T1", 80, as_of=decided)
