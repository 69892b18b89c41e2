"""The coordinator's way through the pages: the day, the plan, assigning, two who edit at once, searching, and what it costs."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from followup.models import Obligation
from measures.actions.measures import add_activity
from measures.models import Assignment
from stakeholders import clock
from stakeholders.formats import short_day
from stakeholders.models import Actor, Dispatch
from tests.factories import (
    a_contact,
    a_measure,
    a_period,
    a_plan,
    a_report,
    a_target,
    a_workspace,
    an_actor,
    an_assignment,
    an_indicator,
    an_obligation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, coordinator):
    client.force_login(coordinator)
    return client


def text_of(response) -> str:
    return response.content.decode()


def test_a_measure_is_assigned_by_choosing_and_sending_what_is_filled_in(desk, measure, indicator, club):
    found = desk.get(f"/measures/{measure.pk}/assign/?q=NORRBRUKS if")
    assert f"?actor={club.pk}" in text_of(found)
    page = desk.get(f"/measures/{measure.pk}/assign/?actor={club.pk}")
    assert "Vill ni vara med i ”Läxhjälp”?" in text_of(page)
    form = page.context["form"]
    sent = {name: field.initial for name, field in form.fields.items() if field.initial not in (None, [])}
    sent |= {"contact": club.contacts.get().pk, "indicators": [indicator.pk]}

    answer = desk.post(f"/measures/{measure.pk}/assign/?actor={club.pk}", sent, follow=True)

    part = Assignment.objects.get()
    assert (part.actor, part.role, part.accepted_at, Dispatch.objects.count()) == (club, "responsible", None, 1)
    assert f"/assignments/{part.pk}/undo/" in text_of(answer)
    desk.post(f"/assignments/{part.pk}/undo/")
    assert not Assignment.objects.exists()


def test_an_actor_is_created_on_the_way_and_a_likely_duplicate_asked_about(desk, measure, club):
    given = {"role": "responsible", "starts_on": "2026-12-01", "manner": "ask", "new-name": "Norrbruk IF", "new-kind": "association"}
    question = desk.post(f"/measures/{measure.pk}/assign/?new=", given)
    assert (question.status_code, "Är det samma?" in text_of(question), Actor.objects.filter(name="Norrbruk IF").exists()) == (
        422,
        True,
        False,
    )

    desk.post(f"/measures/{measure.pk}/assign/?new=", {**given, "is_another": "1"})

    assert Assignment.objects.get().actor.name == "Norrbruk IF"


def test_who_saves_second_sees_both_texts_and_chooses(desk, measure):
    given = {"goal": measure.goal_id, "number": "3.1", "starts_on": "2025-01-01", "runs_until_further_notice": "on", "version": 1}
    desk.post(f"/measures/{measure.pk}/edit/", {**given, "title": "Läxhjälp på torsdagar"})

    clash = desk.post(f"/measures/{measure.pk}/edit/", {**given, "title": "Läxhjälp på tisdagar", "target_group": "Årskurs 6–9"})

    assert clash.status_code == 409
    assert "Läxhjälp på torsdagar" in text_of(clash)
    assert "Läxhjälp på tisdagar" in text_of(clash)
    chosen = {**given, "title": "Läxhjälp på torsdagar", "target_group": "Årskurs 6–9", "version": 2}
    assert desk.post(f"/measures/{measure.pk}/edit/", chosen).status_code == 302
    measure.refresh_from_db()
    assert (measure.title, measure.target_group, measure.version) == ("Läxhjälp på torsdagar", "Årskurs 6–9", 3)


def test_the_article_is_a_page_and_a_part(desk, measure):
    part = desk.get(f"/measures/{measure.pk}/edit/", headers={"HX-Request": "true"})

    assert "<html" not in text_of(part)
    assert f'id="measure-{measure.pk}"' in text_of(part)
    assert "<html" in text_of(desk.get(f"/measures/{measure.pk}/edit/"))


def test_neither_search_nor_suggestions_cross_the_wall(desk, measure):
    elsewhere = a_workspace("sjoasen")
    an_actor(elsewhere, "Grannens förening")
    a_measure(a_plan(elsewhere), title="Grannens åtgärd")

    for address in ("/search/?q=grannens", "/actors/?q=grannens", f"/measures/{measure.pk}/assign/?q=grannens"):
        assert "Grannens" not in text_of(desk.get(address))
    assert "Läxhjälp" in text_of(desk.get("/search/?q=LAXHJ"))


def test_the_sheet_shows_the_chain_with_the_way_to_each_figure_and_the_steps(desk, measure, indicator):
    a_target(indicator, baseline=40, year=2028, target=80)
    add_activity(measure, by=None, title="Utbilda läxhjälpare", planned_start=date(2026, 1, 15))

    page = text_of(desk.get(f"/measures/{measure.pk}/"))

    assert f"/indicators/{indicator.pk}/figure/" in page
    assert "mål 80 st år 2028" in page
    assert "Utbilda läxhjälpare" in page


def test_the_chain_shows_the_figure_of_the_last_year_that_is_due(desk, obligation, reviewer, indicator, measure):
    a_target(indicator, baseline=40, year=2028, target=80)
    a_report(obligation, figures=[61], approved_by=reviewer)
    with clock.at(datetime(2027, 2, 10, 9, tzinfo=clock.STOCKHOLM)):
        page = text_of(desk.get(f"/measures/{measure.pk}/"))

    assert re.search(r">61\b[^<]*<span class=\"sr-only\"> [^<]+</span></a> <small>2026</small>", page)
    assert "1 av 1 rapporter" in page
    assert "<desc>" in page


def test_a_step_past_its_day_is_late_in_the_picture_and_one_without_days_is_not_drawn(desk, measure):
    today = clock.today()
    add_activity(measure, by=None, title="Värva handledare", planned_start=today - timedelta(60), planned_end=today - timedelta(30))
    add_activity(measure, by=None, title="Utbilda läxhjälpare", started_on=today - timedelta(90), ended_on=today - timedelta(40))
    add_activity(measure, by=None, title="Utan dagar")

    page = desk.get(f"/measures/{measure.pk}/").content.decode()
    picture = page[page.index('<svg class="picture"') :].partition("</svg>")[0]

    assert picture.count("försenad") == 1
    assert f"klar {short_day(today - timedelta(40))}" in picture
    assert "Utan dagar" not in picture
    assert "Utan dagar" in page


def test_the_day_says_how_the_round_stands(desk, obligation):
    assert "0 av 1 har svarat. 1 saknas" in text_of(desk.get("/"))


def test_a_reporter_sees_the_own_part_and_nobody_elses(client, reporter, assignment, company):
    an_assignment(assignment.measure, company, role="contributing", commitment="Hemligt åtagande")
    client.force_login(reporter)

    assert "Hemligt åtagande" not in text_of(client.get(f"/measures/{assignment.measure_id}/"))


@pytest.mark.parametrize(
    ("address", "most"), [("/plans/{plan}/?show=all&open=all", 15), ("/actors/", 12), ("/collaboration/", 12), ("/", 25)]
)
def test_a_list_costs_the_same_at_any_size(desk, workspace, plan, address, most):
    period = a_period(plan, 2026, 3)

    def grow(count: int) -> int:
        for _number in range(count):
            actor, measure = an_actor(workspace), a_measure(plan, starts_on=date(2025, 1, 1))
            a_contact(actor)
            an_obligation(an_assignment(measure, actor, an_indicator(measure)), period)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.get(address.format(plan=plan.pk)).status_code == 200
        return len(queries)

    grow(1)
    few, many = grow(2), grow(12)
    assert many <= few, f"{few} queries for a few, {many} for many"
    assert many <= most
    assert Obligation.objects.count() == 15
