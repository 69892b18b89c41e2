"""The reporting calendar: when rounds are made, what is asked for in them, and what a change of rhythm or of an assignment does to it."""

from datetime import UTC, date, datetime

import pytest

from followup.actions.rounds import exempt_obligation, follow_assignment, keep_ahead, make_obligations, make_round
from followup.models import Draft, Obligation, Period
from followup.queries import obligation_state
from followup.transitions import State
from stakeholders import clock
from tests.factories import a_measure, a_period, a_plan, an_actor, an_assignment, an_indicator
from tests.followup.test_rounds import page, partner

pytestmark = pytest.mark.django_db


def test_the_calendar_shows_the_days_before_anything_is_made(client, plan, measure, club, coordinator):
    an_assignment(measure, club)
    text = page(client, coordinator, f"/plans/{plan.pk}/rounds/?year=2027")

    assert "3 omgångar är inte skapade än." in text
    assert "22 januari 2028" in text, "the last day of tertial 3, 2027"
    assert not Period.objects.exists()
    client.post(f"/plans/{plan.pk}/rounds/", {"year": 2027})
    assert (plan.periods.count(), Obligation.objects.count()) == (3, 3)


def test_a_new_calendar_moves_only_rounds_that_have_not_opened(client, plan, measure, club, coordinator):
    an_assignment(measure, club)
    with clock.at(datetime(2027, 5, 15, 12, tzinfo=UTC)):
        make_round(plan, 2027, by=None)
        form = {"version": 1, "interval": "tertial", "opens_days_before_end": 14, "due_days_after_end": 10, "closes_days_after_due": 21}
        client.force_login(coordinator)
        assert client.post(f"/plans/{plan.pk}/calendar/", form).status_code == 302
        stale = client.post(f"/plans/{plan.pk}/calendar/", form)
    dates = dict(plan.periods.values_list("number", "due_on"))

    assert dates == {1: date(2027, 5, 22), 2: date(2027, 9, 10), 3: date(2028, 1, 10)}
    assert stale.status_code == 409


def test_another_rhythm_asks_anew_and_lets_go_of_what_nobody_has_begun(plan, measure, club, coordinator, client):
    an_assignment(measure, club)
    with clock.at(datetime(2027, 5, 15, 12, tzinfo=UTC)):
        make_round(plan, 2027, by=None)
        form = {"version": 1, "interval": "half_year", "opens_days_before_end": 14, "due_days_after_end": 22, "closes_days_after_due": 21}
        client.force_login(coordinator)
        client.post(f"/plans/{plan.pk}/calendar/", form)
        states = {str(one.period.title): obligation_state(one) for one in Obligation.objects.select_related("period")}

    assert states == {
        "Tertial 1, 2027": State.UNANSWERED,  # it had opened
        "Tertial 2, 2027": State.EXEMPT,
        "Tertial 3, 2027": State.EXEMPT,
        "Halvår 1, 2027": State.UNANSWERED,
        "Halvår 2, 2027": State.UNANSWERED,
    }


def test_rounds_are_kept_a_year_ahead_and_harmless_twice(plan, measure, club):
    an_assignment(measure, club)
    a_plan(plan.workspace, adopted_on=None, title="Utkast")
    with clock.at(datetime(2026, 11, 23, tzinfo=UTC)):
        assert keep_ahead() == 6
        an_assignment(a_measure(plan), club)
        assert keep_ahead() == 0, "once a day is enough"
        an_assignment(a_measure(a_plan(plan.workspace, title="Nyss antagen")), club)
        assert keep_ahead() == 6, "but a plan that has just been adopted does not wait"
    with clock.at(datetime(2026, 11, 24, tzinfo=UTC)):
        assert keep_ahead() == 6
    with clock.at(datetime(2026, 11, 25, tzinfo=UTC)):
        assert keep_ahead() == 0
    assert sorted(set(plan.periods.values_list("year", flat=True))) == [2026, 2027]
    assert not Period.objects.filter(plan__title="Utkast").exists(), "a draft plan asks nobody"


def test_nothing_is_made_beyond_the_last_year_of_the_plan(workspace, club):
    plan = a_plan(workspace, first_year=2025, last_year=2026)
    an_assignment(a_measure(plan), club)
    with clock.at(datetime(2026, 11, 23, tzinfo=UTC)):
        keep_ahead()
    assert set(plan.periods.values_list("year", flat=True)) == {2026}


def test_obligations_follow_an_assignment_that_ends(plan, measure, club, coordinator):
    with clock.at(datetime(2027, 5, 15, 12, tzinfo=UTC)):
        assignment = an_assignment(measure, club)
        make_round(plan, 2027, by=None)
        begun = assignment.obligations.get(period__number=3)
        Draft.objects.create(obligation=begun, content={}, begun_at=clock.now(), saved_at=clock.now())
        assignment.ended_on, assignment.ended_at = date(2027, 6, 30), clock.now()
        assignment.save()
        follow_assignment(assignment, by=coordinator)
        states = {one.period.number: obligation_state(one) for one in assignment.obligations.select_related("period")}

    assert states == {1: State.UNANSWERED, 2: State.UNANSWERED, 3: State.UNANSWERED}, "T2 overlaps; T3 has been begun"
    begun.draft.delete()
    with clock.at(datetime(2027, 5, 15, 12, tzinfo=UTC)):
        follow_assignment(assignment, by=coordinator)
        assert obligation_state(Obligation.objects.get(pk=begun.pk)) == State.EXEMPT
        assignment.ended_on = assignment.ended_at = None
        assignment.save()
        follow_assignment(assignment, by=coordinator)
        assert obligation_state(Obligation.objects.get(pk=begun.pk)) == State.UNANSWERED, "what lapsed by itself comes back"


def test_what_a_person_exempted_does_not_come_back_by_itself(plan, measure, club, coordinator):
    assignment = an_assignment(measure, club)
    make_round(plan, 2027, by=None)
    first = assignment.obligations.first()
    exempt_obligation(first, by=coordinator, reason="stängt hela våren")
    follow_assignment(assignment, by=coordinator)

    assert obligation_state(first) == State.EXEMPT


def test_a_rhythm_of_its_own_gets_its_rounds_at_once(plan, measure, club, workspace, coordinator):
    an_assignment(measure, club)
    with clock.at(datetime(2027, 2, 1, tzinfo=UTC)):
        make_round(plan, 2027, by=None)
        school = an_assignment(a_measure(plan), partner(workspace, "Skolan"), interval="half_year")
        follow_assignment(school, by=coordinator)

    assert list(school.obligations.values_list("period__interval", "period__number")) == [("half_year", 1), ("half_year", 2)]


def test_making_obligations_costs_the_same_at_any_size(plan, workspace, django_assert_max_num_queries):
    period = a_period(plan, 2027, 1)
    for _ in range(20):
        measure = a_measure(plan)
        an_indicator(measure)
        an_assignment(measure, an_actor(workspace))
    with django_assert_max_num_queries(14):
        assert make_obligations([period], by=None) == 20
