"""Judging the year: the figures suggest, a person judges and signs, nothing is written over."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from followup.actions.assessments import assess
from followup.models import Assessment, Decision
from stakeholders import clock
from stakeholders.models import Event
from tests.factories import (
    a_goal,
    a_measure,
    a_period,
    a_plan,
    a_report,
    a_target,
    a_user,
    a_workspace,
    an_actor,
    an_assignment,
    an_indicator,
    an_obligation,
)
from tests.followup.test_year import text_of

pytestmark = pytest.mark.django_db
MARCH = datetime(2027, 3, 9, 8, 5, tzinfo=UTC)
JUDGED = {"achievement": "partly", "trend": "better", "text": "Fler kommer än vi trodde.", "next_step": "adjust", "version": 0}


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def address(measure) -> str:
    return f"/measures/{measure.pk}/years/2026/assess/"


@pytest.fixture
def reported(plan, measure, club, coordinator, reviewer):
    """Three figures of the measure: on its way, behind, and one nobody has answered about."""

    def report(*figures: float | None) -> None:
        for _ in figures:
            a_target(an_indicator(measure, direction="increase"), baseline=0, target=100)
        assignment = an_assignment(measure, club)
        for year in (2025, 2026):
            obligation = an_obligation(assignment, a_period(plan, year, 3))
            told = [None if figure is None else figure if year == 2026 else figure / 2 for figure in figures]
            a_report(obligation, by=coordinator, approved_by=reviewer, figures=told)

    return report


@pytest.mark.parametrize(("unsure", "words"), [(1, "1 är osäkert."), (2, "2 är osäkra.")])
def test_what_is_uncertain_is_counted_in_right_words(
    client, plan, measure, club, workspace, coordinator, reviewer, manager, address, unsure, words
):
    """Two partners who may have met the same people: between 40 and 80 of 60."""
    for number in range(unsure):
        a_target(an_indicator(measure, kind="people", name=f"unga {number}"), baseline=0, target=60, year=2026)
    a_target(an_indicator(measure, name="besök"), baseline=0, target=10, year=2026)
    period = a_period(plan, 2026, 3)
    for actor in (club, an_actor(workspace)):
        obligation = an_obligation(an_assignment(measure, actor), period)
        a_report(obligation, by=coordinator, approved_by=reviewer, figures=[40] * unsure + [9])
    client.force_login(manager)
    assert words in text_of(client.get(address))


def test_management_reads_the_suggestion_and_signs_its_own_judgement(client, plan, measure, reported, manager, address):
    reported(60, 10)
    client.force_login(manager)
    page = text_of(client.get(address))
    assert "Vad siffrorna pekar på" in page
    assert "1 av 2 mått som går att bedöma är på väg eller före." in page
    assert "Delvis uppfyllt" in page
    assert "1 av 1 rapporter" in page
    answer = client.post(address, JUDGED, follow=True)
    assert answer.redirect_chain == [(f"/plans/{plan.pk}/years/2026/assessments/", 302)]
    assert "Bedömningen är sparad och signerad." in text_of(answer)

    judged = Assessment.objects.get()
    assert (judged.by_user, judged.version, judged.recorded_at) == (manager, 1, MARCH)
    event = Event.objects.get(verb="assessment.made")
    assert (event.by_user, event.payload["achievement"]) == (manager, "partly")
    for elsewhere in (address, f"/plans/{plan.pk}/years/2026/", f"/measures/{measure.pk}/"):
        page = text_of(client.get(elsewhere))
        assert "Fler kommer än vi trodde." in page, elsewhere
        assert str(manager) in page
        assert "Justera" in page
    assert "2026 bedömdes: delvis uppfyllt" in text_of(client.get(f"/measures/{measure.pk}/history/"))


@pytest.mark.parametrize(
    ("figures", "word", "why"),
    [
        ((60, 70), "Uppfyllt", "2 av 2 mått som går att bedöma är på väg eller före."),
        ((60, 10), "Delvis uppfyllt", "1 av 2 mått som går att bedöma är på väg eller före."),
        ((1, 10), "Inte uppfyllt", "0 av 2 mått som går att bedöma är på väg eller före."),
        ((None, 60), "Uppfyllt", "1 av 1 mått som går att bedöma är på väg eller före."),
        ((None,), "Kan inte bedömas än", "Inget mått går att bedöma: 1 saknar underlag."),
        ((), "Kan inte bedömas än", "Inget mått har ett målvärde."),
    ],
)
def test_the_suggestion_follows_from_the_targets_alone(client, reported, manager, address, figures, word, why):
    reported(*figures)
    client.force_login(manager)
    page = text_of(client.get(address))
    suggested = page[page.index("Vad siffrorna pekar på") :]
    assert suggested.index(word) < suggested.index(why)


def test_nothing_is_suggested_while_the_year_goes_on(client, plan, measure, club, coordinator, reviewer, manager, address):
    """One that says how it stands is on its way; one that grows during the year waits for its end."""
    for kind in ("stock", "count"):
        a_target(an_indicator(measure, kind=kind, direction="increase"), baseline=0, target=100, year=2026)
    obligation = an_obligation(an_assignment(measure, club), a_period(plan, 2026, 3))
    a_report(obligation, by=coordinator, approved_by=reviewer, figures=[100, 60])
    later = a_period(plan, 2026, 2, due_on=date(2027, 5, 1), closes_on=date(2027, 6, 1))
    client.force_login(manager)
    page = text_of(client.get(address))
    assert "Kan inte bedömas än 1 av 1 mått som går att bedöma är på väg eller före. 1 bedöms när året är slut." in page
    assert "Året jämförs med förra året när det är slut." in page
    later.delete()
    assert "Delvis uppfyllt 1 av 2 mått som går att bedöma är på väg eller före." in text_of(client.get(address))


def test_the_trend_is_said_only_when_all_point_the_same_way(client, plan, measure, reported, manager, address):
    reported(60, 10)
    client.force_login(manager)
    page = text_of(client.get(address))
    assert "Jämfört med förra året, för dem som svarat båda åren: 1 bättre och 1 oförändrat." in page


def test_figures_that_point_both_ways_are_left_for_a_person_to_weigh(client, plan, measure, club, coordinator, reviewer, manager, address):
    for name in ("besök", "kvällar"):
        a_target(an_indicator(measure, name=name, direction="increase"), baseline=0, target=100)
    assignment = an_assignment(measure, club)
    for year, figures in ((2025, [10, 60]), (2026, [60, 10])):
        a_report(an_obligation(assignment, a_period(plan, year, 3)), by=coordinator, approved_by=reviewer, figures=figures)
    client.force_login(manager)
    page = text_of(client.get(address))
    assert "1 bättre och 1 sämre. Måtten pekar åt olika håll." in page
    assert "Okänd Jämfört med förra året" in page


def test_a_goal_is_judged_over_all_its_measures(client, plan, measure, reported, manager):
    reported(60, 10)
    a_target(an_indicator(a_measure(plan, measure.goal)), baseline=0, target=10)
    client.force_login(manager)
    address = f"/goals/{measure.goal_id}/years/2026/assess/"
    assert "1 av 2 mått som går att bedöma" in text_of(client.get(address))
    client.post(address, JUDGED)
    assert Assessment.objects.get().goal == measure.goal
    over_time = text_of(client.get(f"/plans/{plan.pk}/long/?goal={measure.goal_id}"))
    assert "Så har det bedömts" in over_time
    assert "Fler kommer än vi trodde." in over_time
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/assessments/"))
    assert "1 av 1 mål är bedömda: 1 delvis uppfyllt. 2 åtgärder är inte bedömda." in page


def test_a_new_judgement_leaves_the_earlier_one_as_it_was(client, manager, coordinator, address):
    client.force_login(manager)
    client.post(address, JUDGED)
    client.force_login(coordinator)
    answer = client.post(address, JUDGED | {"version": 1, "achievement": "met", "text": "Nu är allt på plats."})
    assert answer.status_code == 302
    assert list(Assessment.objects.values_list("version", "achievement", "by_user")) == [
        (1, "partly", manager.pk),
        (2, "met", coordinator.pk),
    ]
    page = text_of(client.get(address))
    assert "Visa 1 tidigare bedömning" in page
    assert "Fler kommer än vi trodde." in page


def test_two_who_judge_at_once_see_both_texts_and_nothing_is_lost(client, manager, coordinator, address):
    client.force_login(manager)
    client.post(address, JUDGED)
    client.force_login(coordinator)
    mine = JUDGED | {"text": "Jag ser det på ett annat sätt."}
    answer = client.post(address, mine)
    assert answer.status_code == 409
    page = text_of(answer)
    assert f"{manager} bedömde samma sak kl. 09.05, medan du skrev." in page
    assert "Fler kommer än vi trodde." in page
    assert "Jag ser det på ett annat sätt." in page
    assert Assessment.objects.count() == 1
    assert 'name="version" value="1"' in answer.content.decode(), "the next save is of what is now read"
    assert client.post(address, mine | {"version": 1}).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": " "}, "Skriv varför du bedömer det så."),
        ({"achievement": ""}, "Välj hur väl målet är uppfyllt."),
        ({"next_step": "guess"}, "guess"),
        ({"text": "Anna 850709-9805 slutade."}, "Det ser ut som ett personnummer."),
    ],
)
def test_a_judgement_without_reasons_is_refused_and_all_that_was_typed_is_kept(client, manager, address, wrong, sentence):
    client.force_login(manager)
    answer = client.post(address, {"text": "Det jag skrev."} | JUDGED | wrong)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "Fel:" in text_of(answer)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE followup_assessment SET text = 'x'", "DELETE FROM followup_assessment"])
def test_plain_sql_cannot_change_what_was_judged(measure, manager, statement):
    assess(measure, 2026, by=manager, **JUDGED)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Assessment.objects.get().text == "Fler kommer än vi trodde."


def test_a_judgement_is_of_the_plan_it_hangs_under(measure, manager):
    other = a_plan(a_workspace())
    with pytest.raises(DatabaseError), transaction.atomic():
        Assessment.objects.create(plan=other, year=2026, measure=measure, achievement="met", trend="better", text="x", by_user=manager)


def test_an_auditor_reads_and_has_no_form(client, measure, manager, auditor, address):
    assess(measure, 2026, by=manager, **JUDGED)
    client.force_login(auditor)
    page = client.get(address).content.decode()
    assert "Fler kommer än vi trodde." in page
    assert "Spara" not in page


def test_years_outside_the_plan_cannot_be_judged(client, manager, measure):
    client.force_login(manager)
    assert client.post(f"/measures/{measure.pk}/years/2024/assess/", JUDGED).status_code == 404


def a_judged_plan(workspace, measures: int, by):
    plan = a_plan(workspace)
    goals = [a_goal(plan) for _ in range(7)]
    actor = an_actor(workspace)
    for number in range(measures):
        measure = a_measure(plan, goals[number % 7], number=f"{number % 7}.{number}")
        a_target(an_indicator(measure), baseline=0, target=100)
        an_assignment(measure, actor)
        assess(measure, 2026, by=by, **JUDGED)
    for goal in goals:
        assess(goal, 2026, by=a_user(actor, "management"), **JUDGED)
    return plan


@pytest.mark.parametrize("measures", [3, 120])
def test_the_list_and_the_page_cost_the_same_at_any_size(client, workspace, manager, django_assert_max_num_queries, measures):
    plan = a_judged_plan(workspace, measures, manager)
    client.force_login(manager)
    client.get("/years/")
    for address in (f"/plans/{plan.pk}/years/2026/assessments/", f"/goals/{plan.goals.first().pk}/years/2026/assess/"):
        with django_assert_max_num_queries(25):
            assert client.get(address).status_code == 200
    with django_assert_max_num_queries(25):
        client.get(f"/plans/{plan.pk}/years/2026/")


def test_a_text_that_is_too_long_is_said_so_in_our_own_words(client, address, coordinator, plan):
    """Once for all forms: one that says its longest itself, one whose model does."""
    client.force_login(coordinator)
    answer = client.post(address, JUDGED | {"text": "x" * 9005})
    assert answer.status_code == 422
    assert "Texten är för lång: 9005 tecken. Det får plats 4000." in text_of(answer)
    assert "x" * 9005 in answer.content.decode(), "what was typed is kept"
    assert not Assessment.objects.exists()

    longest = Decision._meta.get_field("asked_by").max_length
    asked = {"question": "Fler handledare?", "why": "Elva köar.", "asked_by": "x" * (longest + 1), "proposal": "Två till."}
    answer = client.post(f"/plans/{plan.pk}/years/2026/decisions/new/", asked)
    assert f"Texten är för lång: {longest + 1} tecken. Det får plats {longest}." in text_of(answer)
