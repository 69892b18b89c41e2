"""Questions to management: from a measure, a goal or what a partner needs; answered with body, day and number."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from followup.actions.decisions import ask_for_decision, record_decision
from followup.models import Decision
from followup.words import Audience
from followup.year.build import year_of
from stakeholders import clock
from stakeholders.models import Event
from tests.factories import a_goal, a_measure, a_plan, a_report, a_workspace
from tests.followup.test_year import text_of

pytestmark = pytest.mark.django_db
MARCH = datetime(2027, 3, 9, 8, 5, tzinfo=UTC)
ASKED = {"question": "Fler handledare?", "why": "Elva personer köar.", "asked_by": "Rektorn", "proposal": "Två från augusti."}
DECIDED = {"outcome": "Enligt förslaget.", "body": "Styrelsen, § 31", "decided_on": "2027-03-05", "dnr": "NB 2027/031"}


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def decision(plan, measure, coordinator) -> Decision:
    return ask_for_decision(plan, 2026, by=coordinator, measures=[measure], **ASKED)


def test_a_question_is_asked_from_a_measure_and_answered(client, plan, measure, coordinator, manager):
    client.force_login(coordinator)
    link = f"/plans/{plan.pk}/years/2026/decisions/new/?measure={measure.pk}"
    assert f'value="{measure.number}"' in client.get(link).content.decode()
    answer = client.post(link, ASKED | {"measures": "3.1", "answer_by": "2027-04-30"})
    decision = Decision.objects.get()
    assert answer["Location"] == f"/decisions/{decision.pk}/"
    assert list(decision.measures.all()) == [measure]
    for address in (f"/plans/{plan.pk}/years/2026/", f"/measures/{measure.pk}/", f"/plans/{plan.pk}/years/2026/decisions/"):
        assert "Fler handledare?" in text_of(client.get(address)), address
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "Styrelsen behöver besluta om 1 sak." in page
    assert "svar senast 30 april 2027" in page, "it is printed and frozen, and read long after"

    client.force_login(manager)
    assert client.post(f"/decisions/{decision.pk}/record/", DECIDED | {"version": 1}).status_code == 302
    decision.refresh_from_db()
    assert (decision.outcome_at, decision.outcome_by, decision.decided_on) == (MARCH, manager, date(2027, 3, 5))
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "Enligt förslaget. (Styrelsen, § 31, 5 mars 2027, dnr NB 2027/031)" in page
    assert "Inget beslut väntar på styrelsen." in page
    assert "dnr NB 2027/031" in text_of(client.get(f"/measures/{measure.pk}/"))
    assert list(Event.objects.about(decision).order_by("id").values_list("verb", flat=True)) == ["decision.asked_for", "decision.recorded"]
    history = text_of(client.get(f"/measures/{measure.pk}/history/"))
    assert "Ledningen fick en fråga: Fler handledare?" in history
    assert "Ledningen beslutade: Fler handledare?" in history


def test_a_decision_of_a_day_to_come_is_not_taken_for_true(client, decision, manager):
    client.force_login(manager)
    answer = client.post(f"/decisions/{decision.pk}/record/", DECIDED | {"decided_on": "2099-01-01", "version": 1})
    assert answer.status_code == 422
    assert "Dagen har inte varit än. Välj dagen då beslutet togs." in text_of(answer)
    assert 'value="2099-01-01"' in answer.content.decode(), "what was typed is kept"
    assert "Enligt förslaget." in answer.content.decode()
    decision.refresh_from_db()
    assert (decision.outcome_at, decision.decided_on) == (None, None)
    assert client.post(f"/decisions/{decision.pk}/record/", DECIDED | {"decided_on": "2027-03-09", "version": 1}).status_code == 302, (
        "today"
    )


def test_no_answer_is_asked_for_by_a_day_gone_by(client, plan, coordinator):
    client.force_login(coordinator)
    link = f"/plans/{plan.pk}/years/2026/decisions/new/"
    answer = client.post(link, ASKED | {"answer_by": "2027-03-08"})
    assert answer.status_code == 422
    assert "Dagen har redan passerat. Välj i dag eller en senare dag." in text_of(answer)
    assert 'value="2027-03-08"' in answer.content.decode(), "what was typed is kept"
    assert not Decision.objects.exists()

    client.post(link, ASKED | {"answer_by": "2027-03-09"})
    decision = Decision.objects.get()
    with clock.at(MARCH + timedelta(days=7)):
        edit = f"/decisions/{decision.pk}/edit/"
        client.logout()
        client.force_login(coordinator)
        assert client.post(edit, ASKED | {"why": "Tolv köar.", "answer_by": "2027-03-09", "version": 1})["Location"] == edit[:-5], (
            "as it was"
        )
        assert client.post(edit, ASKED | {"answer_by": "2027-03-10", "version": 2}).status_code == 422
    decision.refresh_from_db()
    assert (decision.why, decision.answer_by) == ("Tolv köar.", date(2027, 3, 9))


def test_what_a_partner_needs_becomes_a_question_in_its_own_words(client, obligation, measure, plan, reviewer, coordinator):
    report = a_report(obligation, figures=[3], implementation_status="delayed", what_is_needed="En handledare till på torsdagar.")
    client.force_login(reviewer)
    link = f"/plans/{plan.pk}/years/2026/decisions/new/?report={report.pk}"
    assert link in client.get(f"/reports/{report.pk}/").content.decode()
    page = client.get(link).content.decode()
    for known in ("En handledare till på torsdagar.", str(obligation.assignment.actor), 'value="3.1"'):
        assert known in page
    client.post(link, ASKED | {"measures": "3.1"})
    decision = Decision.objects.get()
    assert decision.report == report
    assert f"/reports/{report.pk}/" in client.get(f"/decisions/{decision.pk}/").content.decode()


def test_a_report_that_needs_nothing_offers_no_question(client, obligation, reviewer):
    report = a_report(obligation, figures=[3])
    client.force_login(reviewer)
    assert "Ta upp för beslut" not in text_of(client.get(f"/reports/{report.pk}/"))


def test_a_question_is_asked_about_a_goal(client, plan, measure, coordinator):
    client.force_login(coordinator)
    link = f"/plans/{plan.pk}/years/2026/decisions/new/?goal={measure.goal_id}"
    assert f'value="{measure.goal_id}" selected' in client.get(link).content.decode()
    client.post(link, ASKED | {"goal": measure.goal_id})
    assert Decision.objects.get().goal == measure.goal
    assert measure.goal.title in text_of(client.get(f"/plans/{plan.pk}/years/2026/"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"question": ""}, "Skriv frågan."),
        ({"proposal": ""}, "Skriv ett förslag."),
        ({"measures": "3.1, 9.9"}, "Det finns ingen åtgärd 9.9 i planen."),
        ({"why": "Anna 850709-9805 slutar."}, "Det ser ut som ett personnummer."),
    ],
)
def test_half_a_question_is_refused_and_kept(client, plan, coordinator, measure, wrong, sentence):
    client.force_login(coordinator)
    answer = client.post(f"/plans/{plan.pk}/years/2026/decisions/new/", ASKED | wrong)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert ASKED["asked_by"] in answer.content.decode()
    assert not Decision.objects.exists()


def test_measures_and_goals_of_another_plan_are_strange_here(client, plan, measure, workspace, coordinator):
    strange = a_measure(a_plan(workspace), number="7.7")
    client.force_login(coordinator)
    address = f"/plans/{plan.pk}/years/2026/decisions/new/"
    assert client.post(address, ASKED | {"measures": "7.7"}).status_code == 422
    assert client.post(address, ASKED | {"goal": strange.goal_id}).status_code == 422
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.create(plan=plan, year=2026, goal=a_goal(a_plan(a_workspace())), **ASKED)


def test_a_decision_without_body_or_day_is_refused(client, decision, manager):
    client.force_login(manager)
    answer = client.post(f"/decisions/{decision.pk}/record/", {"outcome": "Ja.", "version": 1})
    assert answer.status_code == 422
    assert "Skriv vem som beslutade." in text_of(answer)
    assert "Välj vilken dag beslutet togs." in text_of(answer)
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(outcome="Ja.")


def test_two_who_write_down_different_decisions_see_both(client, decision, manager, coordinator):
    client.force_login(manager)
    client.post(f"/decisions/{decision.pk}/record/", DECIDED | {"version": 1})
    client.force_login(coordinator)
    answer = client.post(f"/decisions/{decision.pk}/record/", DECIDED | {"outcome": "Avslag.", "version": 1})
    assert answer.status_code == 409
    page = text_of(answer)
    assert f"{manager} ändrade samma uppgifter" in page
    assert "Avslag." in page
    assert "Enligt förslaget." in page
    assert Decision.objects.get().outcome == "Enligt förslaget."
    assert client.post(f"/decisions/{decision.pk}/record/", DECIDED | {"outcome": "Avslag.", "version": 2}).status_code == 302


def test_two_who_put_the_question_in_other_words_see_both(client, decision, coordinator, reviewer):
    address = f"/decisions/{decision.pk}/edit/"
    client.force_login(coordinator)
    assert client.post(address, ASKED | {"why": "Tolv köar.", "version": 1}).status_code == 302
    client.force_login(reviewer)
    answer = client.post(address, ASKED | {"why": "Nio köar.", "version": 1})
    assert answer.status_code == 409
    assert "Tolv köar." in text_of(answer)
    assert "Nio köar." in text_of(answer)


def test_a_decided_question_keeps_its_words(client, decision, manager):
    record_decision(decision, by=manager, version=1, outcome="Ja.", decided_on=date(2027, 3, 5), body="Styrelsen")
    client.force_login(manager)
    answer = client.post(f"/decisions/{decision.pk}/edit/", ASKED | {"why": "Något annat.", "version": 2})
    assert answer.status_code == 409
    assert "Frågan är beslutad." in text_of(answer)
    assert "Ändra frågan" not in text_of(client.get(f"/decisions/{decision.pk}/"))


def test_the_year_as_it_was_before_the_decision_still_waits_for_it(plan, decision, manager):
    with clock.at(MARCH + timedelta(days=40)):
        record_decision(decision, by=manager, version=1, outcome="Ja.", decided_on=date(2027, 3, 5), body="Styrelsen")
        assert year_of(plan, 2026, audience=Audience.MANAGEMENT).decisions[0].outcome == "Ja. (Styrelsen, 5 mars 2027)"
        assert year_of(plan, 2026, audience=Audience.MANAGEMENT, as_of=MARCH).decisions[0].outcome == ""


@pytest.mark.parametrize("size", [2, 60])
def test_the_list_costs_the_same_at_any_size(client, plan, measure, coordinator, django_assert_max_num_queries, size):
    for number in range(size):
        ask_for_decision(plan, 2026, by=coordinator, measures=[a_measure(plan)], **ASKED | {"question": f"Fråga {number}?"})
    client.force_login(coordinator)
    client.get("/years/")
    with django_assert_max_num_queries(12):
        assert f"Fråga {size - 1}?" in text_of(client.get(f"/plans/{plan.pk}/years/2026/decisions/"))


def test_a_question_that_waits_is_there_after_new_year_and_one_that_was_answered_is_not(client, plan, measure, decision, manager):
    client.force_login(manager)
    with clock.at(MARCH + timedelta(days=365)):
        page = text_of(client.get(f"/plans/{plan.pk}/years/2027/"))
        assert "Styrelsen behöver besluta om 1 sak." in page
        assert "frågan är från 2026" in page
        assert "Fler handledare?" in text_of(client.get(f"/plans/{plan.pk}/years/2027/decisions/"))
        record_decision(decision, by=manager, version=1, **DECIDED | {"decided_on": date(2028, 3, 1)})
        assert "Fler handledare?" not in text_of(client.get(f"/plans/{plan.pk}/years/2027/"))
        assert "Fler handledare?" in text_of(client.get(f"/plans/{plan.pk}/years/2026/"))


def test_management_meets_what_waits_for_a_decision_first_thing(client, plan, decision, manager, coordinator):
    client.force_login(manager)
    answer = client.get("/")
    assert "1 fråga väntar på beslut" in text_of(answer)
    assert f"/plans/{plan.pk}/years/2026/decisions/" in answer.content.decode()
    record_decision(decision, by=manager, version=1, **DECIDED | {"decided_on": date(2027, 3, 1)})
    assert "väntar på beslut" not in text_of(client.get("/"))


def test_each_plan_has_its_own_line_of_what_waits_for_a_decision(client, plan, decision, workspace, manager, coordinator):
    """Each line counts what its list holds, so that nobody looks for a question in the list of another plan."""
    other = a_plan(workspace, title="Trygghetsplanen (Exempel)")
    for question in ("Ska hallen hyras?", "Fler värdar?"):
        ask_for_decision(other, 2026, by=coordinator, **ASKED | {"question": question})
    client.force_login(manager)
    page = text_of(today := client.get("/"))
    for each, count, lists in ((plan, "1 fråga", ["Fler handledare?"]), (other, "2 frågor", ["Ska hallen hyras?", "Fler värdar?"])):
        assert f"{count} väntar på beslut i {each}" in page
        address = f"/plans/{each.pk}/years/2026/decisions/"
        assert address in today.content.decode()
        assert all(question in text_of(client.get(address)) for question in lists)
    assert "3 frågor" not in page


def test_a_question_without_a_day_comes_after_those_with_one(client, plan, measure, coordinator, manager):
    """Also where the database would put what is missing first."""
    for question, day in (("Utan dag?", None), ("Med dag?", date(2027, 4, 30))):
        ask_for_decision(plan, 2026, by=coordinator, measures=[measure], **ASKED | {"question": question, "answer_by": day})
    client.force_login(manager)
    for address in (f"/plans/{plan.pk}/years/2026/", f"/plans/{plan.pk}/years/2026/decisions/"):
        page = text_of(client.get(address))
        assert page.index("Med dag?") < page.index("Utan dag?")
    assert "Med dag? Svar senast 30 april 2027." in text_of(client.get("/"))
