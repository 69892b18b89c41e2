"""Every kind of figure, for every part of a plan, over any window, as of any day: by function, API and page alike."""

import html
import re

import pytest
from django.test import Client

from followup import rollup
from followup.explain import headline
from followup.figures import Window
from followup.words import Audience, LineState
from measures.rules import AssignmentRole, IndicatorKind
from stakeholders import clock
from tests.factories import an_area
from tests.followup.api_world import figure_of
from tests.followup.database_world import DatabaseWorld
from tests.followup.worlds import THRESHOLD, moment

pytestmark = pytest.mark.django_db
WINDOWS = ("2026-T1", "2026", "2026-08-31", "2025..2026", "..2026-12-31")
SCALE = ["inte börjat", "på gång", "klart"]


@pytest.fixture
def world() -> DatabaseWorld:
    """A measure at each level of the tree, two partners, all kinds asked for three times; the last round half answered."""
    world = DatabaseWorld()
    for name, parent in (("fokus", None), ("mål", "fokus"), ("delmål", "mål")):
        world.goal(name, parent)
        world.measure(f"m {name}", name)
    place = an_area(world.workspace, "Norrbruk")
    world._measure("m delmål").areas.add(an_area(world.workspace, "Hyttan", parent=place))
    measures = ["m fokus", "m mål", "m delmål"]
    for kind in IndicatorKind:
        world.indicator(kind.value, kind, measures=measures, disjoint_denominators=True, scale=SCALE if kind == IndicatorKind.LEVEL else [])
    kinds = [kind.value for kind in IndicatorKind]
    roles = {"A": AssignmentRole.RESPONSIBLE, "B": AssignmentRole.CONTRIBUTING}
    for measure in measures:
        for actor, role in roles.items():
            world.asks(actor, kinds, ["2025T3", "2026T1", "2026T2"], measure=measure, role=role)
    for day, period, actors in (("2026-01-10", "2025T3", "AB"), ("2026-05-10", "2026T1", "AB"), ("2026-09-10", "2026T2", "A")):
        world.on(day)
        for place_in_tree, measure in enumerate(measures, start=1):
            for actor in actors:
                world.reports(actor, period, measure=measure, lines=said(place_in_tree + (actor == "B")))
    world.on("2026-10-01")
    return world


def said(number: int) -> dict:
    return {
        "count": number,
        "money": 1000 * number,
        "stock": 10 + number,
        "people": 20 * number,
        "ratio": {"fraction": (number, 10)},
        "level": number % 3,
        "milestone": number % 2,
        "narrative": {"state": LineState.VALUE},
    }


def scopes(world: DatabaseWorld) -> dict[str, dict[str, int]]:
    goals = {goal.title: goal.pk for goal in world.plan.goals.all()}
    return {
        "the plan": {},
        "focus area": {"goal": goals["fokus"]},
        "goal": {"goal": goals["mål"]},
        "sub-goal": {"goal": goals["delmål"]},
        "area": {"area": world.workspace.areas.get(name="Norrbruk").pk},
        "measure": {"measure": world._measure("m mål").pk},
        "actor": {"actor": world._actor("B").pk},
        "an actor under a goal": {"actor": world._actor("A").pk, "goal": goals["mål"]},
    }


def asked(world: DatabaseWorld, live: rollup.Rollup, scope: dict[str, int]) -> frozenset[int] | None:
    """The assignments of a scope, worked out here by hand."""
    under = {"fokus": ["m fokus", "m mål", "m delmål"], "mål": ["m mål", "m delmål"], "delmål": ["m delmål"]}
    titles = {goal.pk: goal.title for goal in world.plan.goals.all()}
    measures = None
    if "goal" in scope:
        measures = {world._measure(name).pk for name in under[titles[scope["goal"]]]}
    elif "area" in scope:
        measures = {world._measure("m delmål").pk}
    elif "measure" in scope:
        measures = {scope["measure"]}
    return live.assignments(actors={scope["actor"]} if "actor" in scope else None, measures=measures) if scope else None


@pytest.mark.parametrize("as_of", [None, "2026-05-20"])
def test_function_api_and_page_say_the_same(world, as_of):
    then = moment("2026-10-01") if as_of is None else moment(as_of)
    windows = [Window.named(name) for name in WINDOWS]
    live = rollup.Shown(rollup.load(world.plan, windows, as_of=then), Audience.REVIEW)
    client = Client()
    with clock.at(world.now):
        client.force_login(world.coordinator)
        for words, scope in scopes(world).items():
            members = asked(world, live.rollup, scope)
            query = {"plan": world.plan.pk, "window": WINDOWS, **scope, **({"as_of": then.isoformat()} if as_of else {})}
            told = client.get("/api/v1/figures/", query).json()["figures"]
            assert len(told) == len(WINDOWS) * len(IndicatorKind)
            for answer in told:
                days = next(days for days in windows if days.end.isoformat() == answer["window"]["end"] and same_start(days, answer))
                wanted = live.figure(answer["indicator"], days, members)
                assert rounded(figure_of(answer, wanted.as_of, days)) == rounded(wanted), f"{words} {days} {wanted.kind}"
            for indicator in world.plan.indicators.all():
                days = windows[len(indicator.name) % len(windows)]
                at = {"window": days.name, **scope, **({"as_of": as_of} if as_of else {})}
                page = client.get(f"/indicators/{indicator.pk}/figure/", at).content.decode()
                assert headline_of(page) == words_of(live.figure(indicator.pk, days, members)), f"{words} {days} {indicator.name}"


def same_start(days: Window, answer: dict) -> bool:
    return answer["window"]["start"] == (None if days.is_since_start else days.start.isoformat())


def rounded(figure) -> tuple:
    """What the API writes exactly: all but quotients, which it rounds to four decimals."""
    ends = tuple(None if end is None else round(end) for end in (figure.low, figure.high))
    missing = [(each.actor, each.reason) for each in figure.missing]
    return (
        *ends,
        figure.approved,
        figure.expected,
        figure.received,
        missing,
        figure.distribution,
        figure.denominator,
        tuple(figure.reports),
    )


def headline_of(page: str) -> str:
    found = re.search(r"<h1>[^:]*: (.*?) <span", page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else page[:500]


def words_of(figure) -> str:
    return headline(figure, decimals=0, unit="st", threshold=THRESHOLD, scale=SCALE if figure.kind == IndicatorKind.LEVEL else ())


def test_the_year_s_page_says_levels_and_milestones_in_words(world):
    for name in ("level", "milestone", "people"):
        world.target(name, 2026, 2)
    client = Client()
    with clock.at(world.now):
        client.force_login(world.coordinator)
        page = client.get(f"/plans/{world.plan.pk}/years/2026/", {"show": "all"}).content.decode()
    words = {
        name: re.search(rf'figure/[^"]*">([^<]*)<span class="sr-only"> {name}', page, re.IGNORECASE) for name in ("level", "milestone")
    }
    live = rollup.load(world.plan, [Window.year(2026)], as_of=world.now)
    for name, found in words.items():
        assert found, name
        assert html.unescape(found[1]) == words_of(live.figure(world._indicator(name).pk, Window.year(2026)))
    assert html.unescape(words["level"][1]) in SCALE
