"""Targets and direction (rule 5), told to the reference and to the live roll-up in turn."""

import pytest

from followup.words import Verdict
from measures.rules import EffectLevel, IndicatorKind
from tests.followup.database_world import DatabaseWorld
from tests.followup.worlds import ReferenceWorld, World

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[ReferenceWorld, DatabaseWorld])
def world(request) -> World:
    return request.param()


def told(world: World, value: int, *, baseline: int = 0, target: int = 100, **definition) -> None:
    """A year's count against a baseline in 2025 and a target in 2026."""
    world.indicator("besök", IndicatorKind.COUNT, **definition)
    world.baseline("besök", 2025, baseline)
    world.target("besök", 2026, target)
    world.asks("A", ["besök"], ["2026"])
    world.on("2027-01-10")
    world.reports("A", "2026", value)


@pytest.mark.parametrize(
    ("baseline", "target", "value", "verdict"),
    [
        (0, 100, 111, Verdict.AHEAD),
        (0, 100, 110, Verdict.ON_PATH),
        (0, 100, 90, Verdict.ON_PATH),
        (0, 100, 89, Verdict.BEHIND),
        (0, 100, -10, Verdict.BEHIND),
        (0, 100, -11, Verdict.WRONG_WAY),
        (100, 0, 111, Verdict.WRONG_WAY),
        (100, 0, 12, Verdict.BEHIND),
        (100, 0, -11, Verdict.AHEAD),
    ],
)
def test_the_verdict_is_outside_the_tolerance_or_on_the_path(world, baseline, target, value, verdict):
    told(world, value, baseline=baseline, target=target)
    assert world.against("besök", "2026")[1].verdict == verdict


def test_an_interval_whose_ends_disagree_is_uncertain(world):
    world.indicator("deltagare", IndicatorKind.PEOPLE)
    world.baseline("deltagare", 2025, 0)
    world.target("deltagare", 2026, 100)
    for actor in ("A", "B"):
        world.asks(actor, ["deltagare"], ["2026"])
    world.on("2027-01-10")
    world.reports("A", "2026", 80)
    world.reports("B", "2026", 60)
    against = world.against("deltagare", "2026")[1]
    assert (against.verdict, [float(end) for end in against.attainment]) == (Verdict.UNCERTAIN, [0.8, 1.4])


def test_an_outcome_is_not_judged_before_its_effect_can_be_expected(world):
    world.measure("m", start="2026-02-01", outcome=24)
    told(world, 100, level=EffectLevel.OUTCOME)
    assert world.against("besök", "2026")[1].verdict == Verdict.TOO_EARLY


def test_a_revised_target_stands_beside_the_original(world):
    told(world, 60)
    world.target("besök", 2026, 50)
    original, current = world.against("besök", "2026")
    assert (original.target, current.target) == (100_0000, 50_0000)
    assert (original.verdict, current.verdict) == (Verdict.BEHIND, Verdict.AHEAD)


def test_the_path_goes_through_each_target_and_the_next_one_counts(world):
    told(world, 50, target=50)
    world.target("besök", 2028, 200)
    _, current = world.against("besök", "2026")
    assert (current.target_year, current.final_year, current.path) == (2026, 2028, 50_0000)
    assert [float(share[0]) for share in (current.attainment, current.final_attainment)] == [1.0, 0.25]
