"""A plan with nothing in it, and a first year that nobody has reported on: each part says so in words, and nothing is a zero."""

import io
from datetime import UTC, datetime

import pytest
from docx import Document

from followup.words import Audience
from followup.year.build import year_of
from followup.year.word import document
from stakeholders import clock
from tests.factories import a_goal, a_measure, a_period, a_plan, an_actor, an_assignment, an_obligation
from tests.followup.test_year import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_june():
    with clock.at(datetime(2026, 6, 1, 8, tzinfo=UTC)):
        yield


def test_a_plan_without_goals_says_so_instead_of_an_empty_table(client, workspace, manager):
    plan = a_plan(workspace, first_year=2026)
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "Planen har inga fokusområden än." in page
    assert "0 startade" not in page
    assert "0 av 0" not in page
    assert "counted=" not in client.get(f"/plans/{plan.pk}/years/2026/").content.decode(), "what counts nothing has no list to open"
    long = client.get(f"/plans/{plan.pk}/long/")
    assert "Ingen åtgärd har startat än." in text_of(long)
    assert "<table" not in long.content.decode()


def test_an_actor_with_nothing_due_has_no_zero_of_zero(client, workspace, manager):
    plan = a_plan(workspace, first_year=2026)
    assignment = an_assignment(a_measure(plan, a_goal(plan), number="1.1"), an_actor(workspace, "Klubben (Exempel)"))
    an_obligation(assignment, a_period(plan, 2026, 2))
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "Klubben (Exempel) 1.1 inget förfallet än rapporter från Klubben (Exempel) –" in page
    assert "0 av 0" not in page
    word = Document(io.BytesIO(document(year_of(plan, 2026, audience=Audience.MANAGEMENT), created=clock.now())))
    told = [each.text for each in word.paragraphs]
    assert "Ingen rapport har förfallit än" in told
    assert not [each for each in told if "0 av 0" in each]


def test_what_hinders_a_freezing_is_not_gainsaid(client, workspace, manager):
    plan = a_plan(workspace, first_year=2026)
    assignment = an_assignment(a_measure(plan, a_goal(plan), number="1.1"), an_actor(workspace))
    an_obligation(assignment, a_period(plan, 2026, 2))
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/freeze/"))
    assert "Alla rapportrundor för 2026 måste vara stängda innan året fryses." in page
    assert "Året går att frysa ändå" not in page
    assert "Det här är kvar, utöver det som hindrar att året fryses." in page
    assert "0 av 0" not in page


def test_that_goals_are_those_of_today_is_said_where_years_are_counted_by_them(client, workspace, manager):
    plan = a_plan(workspace, first_year=2025)
    goal = a_goal(plan)
    a_measure(plan, goal, number="1.1")
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/long/?goal={goal.pk}"))
    assert "indelningen i mål och områden är dagens." in page
