"""The figures as a machine asks for them: the same numbers, the same protection, the same walls."""

from fractions import Fraction

import pytest
from django.test import Client
from knox.models import AuthToken

from followup.explain import in_units
from followup.words import Audience, ImplementationStatus
from measures.rules import IndicatorKind
from stakeholders import clock
from stakeholders.rules import Role
from tests.factories import a_user
from tests.followup.database_world import DatabaseWorld
from tests.followup.test_year import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> DatabaseWorld:
    """Two partners, 3 women and 40 men at A, nothing yet from B."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True, dimensions=("gender",))
    for actor in ("A", "B"):
        world.asks(actor, ["deltagare"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 43, cells={"gender": {"kvinna": 3, "man": 40}}, status=ImplementationStatus.DONE)
    world.on("2026-06-01")
    return world


def ask(world: DatabaseWorld, user, **query):
    client = Client()
    client.force_login(user)
    with clock.at(world.tick()):
        return client.get("/api/v1/figures/", {"plan": world.plan.pk, "window": "2026-T1", **query})


def test_a_figure_with_its_honesty(world):
    (figure,) = ask(world, world.coordinator).json()["figures"]
    assert (figure["low"], figure["high"], figure["approved"], figure["expected"]) == ("43", "43", 1, 2)
    assert [(each["name"], each["reason"]) for each in figure["missing"]] == [("B", "not_answered")]
    assert {cell["name"]: cell["low"] for cell in figure["cells"]} == {"kvinna": "3", "man": "40"}
    assert figure["window"] == {"start": "2026-01-01", "end": "2026-04-30"}
    assert figure["rule"].startswith("Varje aktörs godkända antal")


def test_management_is_shown_no_small_numbers(world):
    answer = ask(world, world.manager).json()
    assert answer["audience"] == Audience.MANAGEMENT
    (figure,) = answer["figures"]
    assert figure["low"] == "43"
    assert {cell["name"]: (cell["low"], cell["protection"]) for cell in figure["cells"]} == {
        "kvinna": (None, "few"),
        "man": (None, "hidden"),
    }


def test_a_partner_is_shown_its_own_answers_only(world):
    own, other = (a_user(world._actor(name), Role.REPORTER) for name in ("A", "B"))
    (figure,) = ask(world, own).json()["figures"]
    assert (figure["low"], [part["name"] for part in figure["parts"]], figure["missing"]) == ("43", ["A"], [])
    (figure,) = ask(world, other).json()["figures"]
    assert (figure["low"], figure["parts"], [each["name"] for each in figure["missing"]]) == (None, [], ["B"])
    (figure,) = ask(world, other, actor=world._actor("A").pk).json()["figures"]
    assert (figure["low"], figure["approved"], figure["expected"], figure["reports"]) == (None, 0, 0, [])


def test_as_of_a_moment_that_was(world):
    (figure,) = ask(world, world.coordinator, as_of="2026-05-05T12:00:00Z").json()["figures"]
    assert (figure["low"], figure["expected"], figure["requested"]) == (None, 0, 2)
    assert ask(world, world.coordinator, as_of="2099-01-01T00:00:00Z").status_code == 422


def test_what_is_not_due_yet_is_not_missing(world):
    """Words differ: nothing is late on the ninth of May, and the year after nobody has been asked."""
    client = Client()
    client.force_login(world.coordinator)
    page = f"/indicators/{world._indicator('deltagare').pk}/figure/"
    with clock.at(world.tick()):
        said = [
            text_of(client.get(page, query)) for query in ({"year": 2026, "as_of": "2026-05-05"}, {"window": "2026-T1"}, {"year": 2027})
        ]
    assert [
        "Deltagare: inte förfallen än 2026" in said[0],
        "Deltagare: 43 januari" in said[1],
        "Deltagare: inte begärd 2027" in said[2],
    ] == [True] * 3


@pytest.mark.parametrize(
    "query",
    [
        {"window": "2026-T4"},
        {"window": "hela året"},
        {"window": "2026-02-30"},
        {"plan": "planen"},
        {"window": ["2026"] * 13},
        {"indicator": "x"},
        {"include": "allt"},
    ],
)
def test_what_cannot_be_read_is_said_to_be_wrong(world, query):
    answer = ask(world, world.coordinator, **query)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_another_plan_s_goal_is_not_found(world):
    assert ask(world, world.coordinator, goal=10**6).status_code == 404


@pytest.fixture
def years() -> DatabaseWorld:
    """20 visits in 2025 and 30 in 2026, on the way from 10 to 50; 40 children and then 3."""
    world = DatabaseWorld()
    world.indicator("besök", IndicatorKind.COUNT)
    world.indicator("barn", IndicatorKind.COUNT, counts_people=True)
    for name in ("besök", "barn"):
        world.baseline(name, 2024, 10)
        world.target(name, 2028, 50)
    world.asks("A", ["besök", "barn"], ["2025", "2026"])
    for day, period, visits, children in (("2026-01-10", "2025", 20, 40), ("2027-01-10", "2026", 30, 3)):
        world.on(day)
        world.reports("A", period, lines={"besök": visits, "barn": children})
    world.on("2027-03-01")
    return world


def figures(world: DatabaseWorld, user, **query) -> list[dict]:
    client = Client()
    client.force_login(user)
    with clock.at(world.tick()):
        return client.get("/api/v1/figures/", {"plan": world.plan.pk, "window": "2026", **query}).json()["figures"]


def test_what_is_asked_for_stands_beside_and_nothing_else(years):
    besok, _barn = figures(years, years.coordinator)
    assert not {"targets", "trend", "revision"} & besok.keys()
    besok, _barn = figures(years, years.coordinator, include=["targets", "trend"])
    assert besok["targets"]["original"] == besok["targets"]["current"]
    said = besok["targets"]["current"]
    assert (said["baseline"], said["target"], said["target_year"], said["path"], said["verdict"]) == (
        "10",
        "50",
        2028,
        "29.9863",
        "on_path",
    )
    assert said["attainment"] == {"low": "0.5", "high": "0.5"}
    assert besok["trend"] == {"trend": "better", "pairs": 1, "before": {"low": "20", "high": "20"}, "now": {"low": "30", "high": "30"}}
    assert "revision" not in besok


def test_a_small_number_is_not_given_away_by_what_stands_beside_it(years):
    _besok, barn = figures(years, years.manager, include=["targets", "trend"])
    assert (barn["low"], barn["protection"]) == (None, "few")
    assert (barn["targets"]["current"]["attainment"], barn["targets"]["current"]["verdict"]) == (None, "hidden")
    assert barn["trend"] == {"trend": "unknown", "pairs": 1, "before": None, "now": None}


def test_the_plan_s_target_is_not_held_against_a_part_nor_told_to_a_partner(years):
    part = figures(years, years.coordinator, include="targets", actor=years._actor("A").pk)
    partner = figures(years, a_user(years._actor("A"), Role.REPORTER), include=["targets", "revision"])
    assert [each["targets"] for each in (*part, *partner)] == [{"original": None, "current": None}] * 4
    assert [each["revision"] for each in partner] == [None, None]


def test_a_revised_figure_of_a_measure_says_old_new_who_and_why(years):
    years.closes("2026")
    years.publishes("2026")
    years.unlocks("2026", "2027-04-01")
    correction = years.reports("A", "2026", lines={"besök": 33, "barn": 3})
    besok, barn = figures(years, years.coordinator, include="revision", measure=years._measure("m").pk)
    revised = besok["revision"]
    assert (revised["old"]["low"], revised["new"]["low"], barn["revision"]) == ("30", "33", None)
    assert [(each["by"], each["why"], each["report"]) for each in revised["because"]] == [
        (years.coordinator.name, "Rätt siffra (exempel).", correction)
    ]
    assert [each["revision"] for each in figures(years, years.coordinator, include="revision", actor=years._actor("A").pk)] == [None, None]


def test_a_token_opens_what_its_owner_may_see(world):
    _, token = AuthToken.objects.create(world.coordinator)
    with clock.at(world.tick()):
        address = f"/api/v1/figures/?plan={world.plan.pk}&window=2026-T1"
        assert Client().get(address, headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert Client().get(address, headers={"Authorization": "Bearer guessed"}).status_code == 401
        assert Client().get(address).status_code == 401


def test_the_same_number_of_queries_for_one_partner_as_for_many(world, django_assert_max_num_queries):
    for number in range(5):
        world.asks(f"C{number}", ["deltagare"], ["2026T2"], measure=f"m{number}")
    client = Client()
    client.force_login(world.manager)
    with clock.at(world.tick()), django_assert_max_num_queries(25):
        client.get("/api/v1/figures/", {"plan": world.plan.pk, "window": ["2026-T1", "2026-T2", "2026"]})
    with clock.at(world.tick()), django_assert_max_num_queries(28):
        include = ["targets", "trend", "revision"]
        client.get("/api/v1/figures/", {"plan": world.plan.pk, "window": ["2026-T1", "2026-T2", "2026"], "include": include})


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (6000, "0.6"),
        (430_000, "43"),
        (-5000, "-0.5"),
        (Fraction(10_000, 3), "0.3333"),
        (Fraction(20_000, 3), "0.6667"),
        (Fraction(-1, 2), "-0.0001"),
    ],
)
def test_numbers_are_written_exactly(number, text):
    assert in_units(number) == text
