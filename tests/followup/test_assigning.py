"""A part in a measure: proposed, accepted, declined, ended, handed over, undone – and what the rounds ask for then."""

from datetime import UTC, date, datetime, timedelta

import pytest

from followup.actions.assignments import (
    accept_assignment,
    assign_actor,
    assign_many,
    change_assignment,
    close_actor,
    end_assignment,
    replace_assignment,
    undo_assigning_many,
    undo_assignment,
)
from followup.actions.rounds import make_obligations
from followup.letters import compose
from followup.models import Obligation
from followup.queries import obligation_state
from followup.transitions import State
from measures.actions.assignments import choose_indicators, decline_assignment
from measures.models import Assignment
from stakeholders import clock
from stakeholders.models import Dispatch, Event
from stakeholders.refusals import ChangedMeanwhile, NotRight, TooLate
from tests.factories import a_contact, a_measure, a_period, a_report, a_workspace, an_actor, an_assignment, an_indicator

pytestmark = pytest.mark.django_db


@pytest.fixture
def autumn(plan):
    """The period that the tests live in: September–December 2026, open."""
    return a_period(plan, 2026, 3)


def test_a_proposal_is_mailed_when_it_can_no_longer_be_undone(measure, indicator, club, coordinator):
    contact = club.contacts.get()
    proposal = assign_actor(measure, club, by=coordinator, contact=contact, indicators=[indicator], commitment="Två ledare")

    assert (proposal.accepted_at, proposal.proposed_by) == (None, coordinator)
    mail = Dispatch.objects.get()
    assert (mail.kind, mail.contact, mail.not_before - proposal.recorded_at >= timedelta(minutes=9)) == ("proposal", contact, True)
    assert list(Event.objects.about(proposal).values_list("verb", flat=True)) == ["assignment.proposed"]


def test_a_proposal_is_not_asked_for_until_it_is_accepted(measure, indicator, club, coordinator, autumn):
    contact = club.contacts.get()
    proposal = assign_actor(measure, club, by=coordinator, contact=contact, indicators=[indicator])
    make_obligations([autumn], by=None)
    assert not proposal.obligations.exists()

    accept_assignment(proposal, by=contact)

    obligation = proposal.obligations.get()
    assert obligation.pinned.get().indicator_version.indicator == indicator
    proposal.refresh_from_db()
    assert proposal.accepted_by_contact == contact


def test_what_is_agreed_is_asked_for_at_once(measure, club, coordinator, autumn):
    agreed = assign_actor(measure, club, by=coordinator, is_agreed=True)

    assert agreed.obligations.get().period == autumn
    assert not Dispatch.objects.exists()
    assert list(Event.objects.about(agreed).values_list("verb", flat=True)) == ["assignment.proposed", "assignment.accepted"]


def test_a_proposal_is_declined_with_a_reason_and_can_be_made_again(measure, club, coordinator):
    proposal = assign_actor(measure, club, by=coordinator)
    with pytest.raises(NotRight):
        decline_assignment(proposal, by=club.contacts.get(), reason=" ")

    declined = decline_assignment(proposal, by=club.contacts.get(), reason="Vi har inga ledare i höst.")

    assert declined.declined_reason == "Vi har inga ledare i höst."
    with pytest.raises(TooLate):
        accept_assignment(proposal, by=club.contacts.get())
    assert assign_actor(measure, club, by=coordinator).pk != proposal.pk


def test_the_same_part_twice_is_refused(measure, club, coordinator):
    assign_actor(measure, club, by=coordinator)

    with pytest.raises(TooLate):
        assign_actor(measure, club, by=coordinator)


def test_nobody_is_assigned_across_the_wall(measure, coordinator):
    foreign = an_actor(a_workspace("sjoasen"))

    with pytest.raises(NotRight):
        assign_actor(measure, foreign, by=coordinator)


def test_somebody_elses_contact_is_refused(measure, club, company, coordinator):
    with pytest.raises(NotRight):
        assign_actor(measure, club, by=coordinator, contact=a_contact(company))


def test_a_part_begins_today_or_when_the_measure_does(plan, club, coordinator):
    running, coming = a_measure(plan, starts_on=date(2025, 1, 1)), a_measure(plan, starts_on=date(2031, 1, 1))

    assert assign_actor(running, club, by=coordinator).starts_on == clock.today()
    assert assign_actor(coming, club, by=coordinator).starts_on == date(2031, 1, 1)


def test_an_end_lets_go_of_later_answers_that_nobody_gave_and_keeps_the_rest(assignment, coordinator, plan):
    spring, summer, autumn = (a_period(plan, 2026, number) for number in (1, 2, 3))
    make_obligations([spring, summer, autumn], by=None)
    answers = {obligation.period: obligation for obligation in assignment.obligations.select_related("period")}
    report = a_report(answers[autumn], figures=[4])

    ended = end_assignment(assignment, by=coordinator, ended_on=date(2026, 4, 15), reason="Föreningen läggs ned.")

    assert [obligation_state(answers[period]) for period in (spring, summer, autumn)] == [
        State.UNANSWERED,
        State.EXEMPT,
        State.SUBMITTED,
    ]
    event = Event.objects.about(ended).get(verb="assignment.ended")
    assert event.payload["answered_after"] == [answers[autumn].pk]
    assert report.obligation.reports.count() == 1


def test_an_ended_part_is_not_asked_for_again(assignment, coordinator, plan):
    end_assignment(assignment, by=coordinator, ended_on=date(2026, 4, 15), reason="Klart.")
    later = a_period(plan, 2026, 2)

    make_obligations([later], by=None)

    assert not assignment.obligations.exists()


def test_an_end_needs_a_reason_and_happens_once(assignment, coordinator):
    with pytest.raises(NotRight):
        end_assignment(assignment, by=coordinator, ended_on=clock.today(), reason="")
    end_assignment(assignment, by=coordinator, ended_on=clock.today(), reason="Klart.")
    with pytest.raises(TooLate):
        end_assignment(assignment, by=coordinator, ended_on=clock.today(), reason="Klart.")


def test_a_successor_goes_on_with_the_same_part(assignment, indicator, coordinator, workspace, plan):
    heir = an_actor(workspace, "Studieförbundet Kanalen (Exempel)")
    period = a_period(plan, 2027, 1)

    successor = replace_assignment(assignment, heir, by=coordinator, from_date=date(2027, 1, 1), reason="Byte.", is_agreed=True)

    assignment.refresh_from_db()
    assert (assignment.ended_on, successor.replaces, successor.role) == (date(2026, 12, 31), assignment, assignment.role)
    assert [row.indicator for row in successor.reported.all()] == [indicator]
    assert [obligation.assignment for obligation in period.obligations.all()] == [successor]


def test_an_assignment_undone_within_ten_minutes_leaves_no_trace_but_its_history(measure, club, coordinator):
    proposal = assign_actor(measure, club, by=coordinator, contact=club.contacts.get())
    pk = proposal.pk

    undo_assignment(proposal, by=coordinator)

    assert not Assignment.objects.filter(pk=pk).exists()
    assert compose(Dispatch.objects.get()) is None
    verbs = Event.objects.filter(subject_type="measures.assignment", subject_id=pk).values_list("verb", flat=True)
    assert list(verbs) == ["assignment.proposed", "assignment.undone"]


def test_what_a_round_already_asks_for_is_undone_as_if_it_never_ran(measure, club, coordinator, autumn, plan):
    agreed = assign_actor(measure, club, by=coordinator, is_agreed=True)

    undo_assignment(agreed, by=coordinator)

    agreed.refresh_from_db()
    assert agreed.ended_on < agreed.starts_on
    assert obligation_state(agreed.obligations.get()) == State.EXEMPT
    month = a_period(plan, 2026, 2, interval="half_year")
    plan.interval = "half_year"
    plan.save()
    make_obligations([month, a_period(plan, 2027, 1)], by=None)
    assert Obligation.objects.filter(assignment=agreed).count() == 1
    assert assign_actor(measure, club, by=coordinator, is_agreed=True).pk != agreed.pk


def test_after_ten_minutes_nothing_is_undone(measure, club, coordinator):
    with clock.at(clock.now() - timedelta(minutes=11)):
        proposal = assign_actor(measure, club, by=coordinator)

    with pytest.raises(TooLate):
        undo_assignment(proposal, by=coordinator)
    assert Assignment.objects.filter(pk=proposal.pk).exists()


def test_what_has_been_answered_is_never_undone(measure, club, coordinator, autumn):
    agreed = assign_actor(measure, club, by=coordinator, is_agreed=True)
    a_report(agreed.obligations.get())

    with pytest.raises(TooLate):
        undo_assignment(agreed, by=coordinator)


def test_many_are_assigned_together_and_undone_together(plan, company, club, coordinator):
    first, second = a_measure(plan), a_measure(plan)
    indicator = an_indicator(first)

    event, made = assign_many(
        plan, [(first, club, "responsible"), (second, club, "contributing"), (second, company, "responsible")], by=coordinator
    )

    assert Dispatch.objects.get().items.count() == 2  # one letter to the club, about both; the company has no contact
    assert (len(made), Event.objects.filter(verb="assignment.proposed").count()) == (3, 3)
    assert [row.indicator for row in made[0].reported.all()] == [indicator]
    assert undo_assigning_many(event, by=coordinator) == 3
    assert not Assignment.objects.exists()


def test_many_are_assigned_wholly_or_not_at_all(plan, club, coordinator):
    measure = a_measure(plan)

    with pytest.raises(TooLate):
        assign_many(plan, [(measure, club, "responsible"), (measure, club, "responsible")], by=coordinator)
    assert not Assignment.objects.exists()


def test_a_closed_actor_hands_its_parts_to_the_successor(assignment, coordinator, workspace, plan, club):
    heir = an_actor(workspace, "Sjöåsens IF (Exempel)")
    both = a_measure(plan)
    an_assignment(both, club)
    an_assignment(both, heir)

    close_actor(club, by=coordinator, last_day=date(2026, 12, 31), successor=heir)

    assert not Assignment.objects.current().filter(actor=club).exists()
    taken_over = heir.assignments.exclude(replaces=None).get()
    assert (taken_over.measure, taken_over.starts_on, taken_over.accepted_at is not None) == (assignment.measure, date(2027, 1, 1), True)
    with pytest.raises(TooLate):
        assign_actor(both, club, by=coordinator)


def test_a_part_is_edited_with_its_version_and_the_rounds_follow(assignment, club, coordinator, plan, indicator):
    later, half = a_period(plan, 2027, 1, opens_on=date(2027, 4, 1)), a_period(plan, 2027, 1, interval="half_year")
    make_obligations([later], by=None)
    fields = {"contact": a_contact(club), "commitment": "Fem ledare", "interval": "half_year", "ends_on": None, "indicators": [indicator]}

    change_assignment(assignment, by=coordinator, version=assignment.version, **fields)

    assert obligation_state(later.obligations.get()) == State.EXEMPT
    assert half.obligations.get().assignment == assignment

    with pytest.raises(ChangedMeanwhile):
        change_assignment(assignment, by=coordinator, version=assignment.version, **{**fields, "commitment": "Sex ledare"})


def test_indicators_are_chosen_and_earlier_choices_kept(assignment, indicator, measure, coordinator):
    other = an_indicator(measure)

    choose_indicators(assignment, [other], by=coordinator)

    assert list(assignment.reported.filter(removed_at=None).values_list("indicator", flat=True)) == [other.pk]
    assert assignment.reported.count() == 2


def test_the_day_is_stockholms(measure, club, coordinator):
    with clock.at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        assert assign_actor(measure, club, by=coordinator).starts_on == date(2027, 1, 1)
