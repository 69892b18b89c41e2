"""The year as Excel: at once when the plan is small, by a worker when it is large; the same bytes, for the eyes of whoever asked."""

import io
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook

from followup import exporting
from followup.tasks import run_jobs
from stakeholders import clock
from stakeholders.models import Job, Membership
from tests.factories import a_period, a_report, a_target, an_actor, an_assignment, an_indicator, an_obligation
from tests.followup.test_year import MARCH, a_big_plan, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def few_people(plan, measure, workspace, coordinator, reviewer):
    """Three young people with a summer job: fewer than may be told outside the review."""
    a_target(an_indicator(measure, kind="people", name="ungdomar med sommarjobb"), baseline=0, target=40, year=2028)
    obligation = an_obligation(an_assignment(measure, an_actor(workspace, "Norrbruks IF (Exempel)")), a_period(plan))
    a_report(obligation, by=coordinator, approved_by=reviewer, figures=[3])
    return plan


@pytest.fixture
def large(monkeypatch) -> None:
    """Every plan is a large one."""
    monkeypatch.setattr(exporting, "LARGE_PLAN", 0)


def asked(client, plan, query: str = ""):
    return client.post(f"/plans/{plan.pk}/years/2026/excel/{query}")


def made(client, plan, query: str = "") -> bytes:
    """By a worker: watched on its page, and fetched there."""
    answer = asked(client, plan, query)
    assert "Väntar på sin tur." in text_of(client.get(answer["Location"]))
    run_jobs()
    assert "Ladda ner arsuppfoljning-2026.xlsx" in text_of(client.get(answer["Location"]))
    return b"".join(client.get(f"{answer['Location']}file/").streaming_content)


def cells(content: bytes) -> list[object]:
    return [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet.iter_rows(values_only=True) for cell in row]


def figures(content: bytes) -> list[object]:
    (row,) = (
        row for row in load_workbook(io.BytesIO(content))["Mål och utfall"].iter_rows(values_only=True) if "ungdomar" in str(row).lower()
    )
    return list(row)


def test_a_small_plan_is_had_at_once_and_a_large_one_by_way_of_a_worker(client, workspace, coordinator, reviewer, manager):
    client.force_login(manager)
    for measures in (exporting.LARGE_PLAN, exporting.LARGE_PLAN + 1):
        plan = a_big_plan(workspace, measures, coordinator, reviewer)
        answer = asked(client, plan)
        assert answer.status_code == (200 if measures == exporting.LARGE_PLAN else 302)
    assert len(cells(made(client, plan))) > exporting.LARGE_PLAN


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_is_the_same_bytes_either_way(client, few_people, manager, monkeypatch, language):
    client.force_login(manager)
    client.cookies["django_language"] = language
    at_once = asked(client, few_people).content
    monkeypatch.setattr(exporting, "LARGE_PLAN", 0)
    answer = asked(client, few_people)
    run_jobs()
    assert b"".join(client.get(f"{answer['Location']}file/").streaming_content) == at_once


def test_small_numbers_are_protected_for_whoever_asked(client, few_people, manager, reviewer, large):
    client.force_login(reviewer)
    assert 3 in figures(made(client, few_people))
    client.force_login(manager)
    assert 3 not in figures(made(client, few_people))


def test_nobody_else_gets_the_file(client, few_people, manager, reviewer, coordinator, large):
    client.force_login(reviewer)
    made(client, few_people)
    job = Job.objects.get()
    for other in (manager, coordinator):
        client.force_login(other)
        for address in (f"/jobs/{job.pk}/", f"/jobs/{job.pk}/file/"):
            assert client.get(address).status_code == 404


def test_a_chosen_part_is_what_the_worker_makes(client, few_people, measure, manager, large):
    client.force_login(manager)
    other = an_actor(few_people.workspace, "Bruksskolan (Exempel)")
    an_assignment(measure, other)
    content = made(client, few_people, f"?actor={other.pk}")
    assert "Norrbruks IF (Exempel)" not in cells(content)
    assert "Norrbruks IF (Exempel)" in cells(made(client, few_people))


def test_whoever_has_lost_the_right_meanwhile_is_told_so_and_gets_nothing(client, few_people, manager, large):
    client.force_login(manager)
    asked(client, few_people)
    Membership.objects.filter(user=manager).update(ended_at=clock.now())
    run_jobs()
    job = Job.objects.get()
    assert (job.state, job.result) == ("failed", {})
    assert job.failure == "Du har inte behörighet att göra det här."


def test_it_can_be_stopped_and_the_way_back_leads_to_the_chosen_part(client, few_people, manager, large):
    client.force_login(manager)
    answer = asked(client, few_people, "?actor=7")
    page = client.post(f"{answer['Location']}cancel/", follow=True)
    assert "Avbrutet. Ingenting är sparat." in text_of(page)
    assert f"/plans/{few_people.pk}/years/2026/?actor=7" in page.content.decode()
    run_jobs()
    assert client.get(f"{answer['Location']}file/").status_code == 404
