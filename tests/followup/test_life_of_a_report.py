"""Submit, return, approve, correct, withdraw, exempt, close: what is stored, and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from followup.actions.reports import approve_report, approve_reports, return_report, submit_report, withdraw_report
from followup.actions.rounds import (
    close_period,
    exempt_obligation,
    extend_obligation,
    make_obligations,
    make_round,
    reinstate_obligation,
    unlock_period,
)
from followup.models import Obligation, ObligationIndicator, Report, ReportLine
from followup.queries import obligation_state
from followup.transitions import State
from measures.models import AssignmentIndicator
from stakeholders import clock
from stakeholders.models import Event
from stakeholders.refusals import NotAllowed, NotRight, TooLate
from tests.factories import a_measure, a_period, a_report, an_actor, an_assignment, an_indicator

pytestmark = pytest.mark.django_db


def test_an_approved_report_leaves_an_event_for_each_step(obligation, reviewer):
    report = a_report(obligation, figures=[12], approved_by=reviewer)

    assert obligation_state(obligation) == State.APPROVED
    assert list(Event.objects.about(report).values_list("verb", flat=True)) == ["report.submitted", "report.approved"]
    assert report.lines.get().value == 120_000


def test_the_author_does_not_approve(obligation, coordinator):
    report = a_report(obligation, figures=[12], by=coordinator)

    with pytest.raises(NotAllowed):
        approve_report(report, by=coordinator)


def test_the_database_refuses_an_author_who_approves(obligation, coordinator):
    report = a_report(obligation, figures=[12], by=coordinator)

    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(approved_at=clock.now(), approved_by=coordinator)


def test_a_colleagues_report_is_internally_approved(measure, company, period, coordinator, reviewer):
    own = an_assignment(measure, company)
    make_obligations([period], by=None)
    report = a_report(own.obligations.get(), by=coordinator, approved_by=reviewer)

    assert report.is_internal_approval


def test_a_returned_report_comes_back_as_the_next_version_and_keeps_its_timeliness(obligation, reviewer):
    with clock.at(datetime(2026, 8, 31, 12, tzinfo=UTC)):
        first = a_report(obligation, figures=[118])
    return_report(first, by=reviewer, reason="Elever eller besök?", new_due_on=None)
    second = a_report(obligation, figures=[61])

    assert (second.version, second.kind, second.was_on_time) == (2, "resubmission", True)


def test_a_late_answer_is_marked_late(obligation):
    assert not a_report(obligation, figures=[1]).was_on_time


def test_an_extension_makes_it_on_time(obligation, coordinator):
    extend_obligation(obligation, by=coordinator, due_on=clock.today() + timedelta(days=1), reason="sjukdom")

    assert a_report(obligation, figures=[1]).was_on_time


def test_a_correction_waits_while_the_approved_version_stands(obligation, reviewer):
    first = a_report(obligation, figures=[10], approved_by=reviewer)
    with pytest.raises(NotRight):
        a_report(obligation, figures=[12])
    second = a_report(obligation, figures=[12], correction_reason="räknat fel")

    assert obligation_state(obligation) == State.CORRECTING
    approve_report(second, by=reviewer)
    assert obligation_state(obligation) == State.APPROVED
    assert Report.objects.get(pk=first.pk).withdrawn_at is None


def test_withdrawal_empties_the_obligation(obligation, reviewer, coordinator):
    a_report(obligation, figures=[10], approved_by=reviewer)
    second = a_report(obligation, figures=[12], approved_by=None, correction_reason="räknat fel")
    approve_report(second, by=reviewer)
    withdraw_report(second, by=coordinator, reason="fel år")

    assert obligation_state(obligation) == State.WITHDRAWN
    assert obligation_state(obligation) != State.APPROVED


def test_it_refuses_a_second_approval(obligation, reviewer):
    report = a_report(obligation, figures=[10], approved_by=reviewer)

    with pytest.raises(TooLate):
        approve_report(report, by=reviewer)


def test_approving_many_is_a_loop_with_an_event_each(measure, indicator, workspace, period, reviewer):
    for _ in range(8):
        an_assignment(measure, an_actor(workspace), indicator)
    make_obligations([period], by=None)
    coordinator_less = [a_report(obligation, figures=[3], by=None, channel="import") for obligation in period.obligations.all()]
    approved, refused = approve_reports([*coordinator_less, coordinator_less[0]], by=reviewer)

    assert (len(approved), len(refused)) == (8, 1)
    assert Event.objects.filter(verb="report.approved").count() == 8


def test_the_same_form_key_gives_the_same_report(obligation):
    key = "0b5c3b0e-2f6e-4a57-9b0a-52b1f6b4f5aa"
    first = a_report(obligation, figures=[10], form_key=key)

    assert a_report(obligation, figures=[10], form_key=key) == first
    assert obligation.reports.count() == 1


def test_every_figure_that_is_asked_for_needs_an_answer(obligation, club):
    with pytest.raises(NotRight):
        submit_report(obligation, by=club.contacts.get(), implementation_status="on_plan")


def test_exempting_and_reinstating(obligation, reviewer, coordinator):
    a_report(obligation, figures=[10], approved_by=reviewer)
    exempt_obligation(obligation, by=coordinator, reason="verksamheten pausad")
    with pytest.raises(TooLate):
        a_report(obligation, figures=[11])
    reinstate_obligation(obligation, by=coordinator, reason="igång igen")

    assert obligation_state(obligation) == State.APPROVED


def test_closing_needs_everything_reviewed_then_writing_needs_an_unlock(obligation, period, reviewer, coordinator):
    report = a_report(obligation, figures=[10])
    with pytest.raises(TooLate):
        close_period(period, by=coordinator)
    approve_report(report, by=reviewer)
    close_period(period, by=coordinator)
    with pytest.raises(TooLate):
        a_report(obligation, figures=[12], correction_reason="räknat fel")
    unlock_period(period, by=coordinator, until=clock.now() + timedelta(days=2), reason="rättelse")

    assert a_report(obligation, figures=[12], correction_reason="räknat fel").version == 2


def test_an_unanswered_obligation_is_closed_without_report(obligation, period, coordinator):
    close_period(period, by=coordinator)

    assert obligation_state(obligation) == State.CLOSED


def test_a_year_of_rounds_is_made_once(plan, measure, indicator, club, workspace, coordinator):
    an_assignment(measure, club, indicator)
    school = an_assignment(measure, an_actor(workspace), indicator, interval="half_year")
    make_round(plan, 2027, by=coordinator)
    periods = make_round(plan, 2027, by=coordinator)

    assert len(periods) == 3 + 2
    assert sum(period.obligations.count() for period in periods) == 3 + 2
    assert set(school.obligations.values_list("period__interval", flat=True)) == {"half_year"}


def test_only_periods_that_the_assignment_overlaps_are_asked_for(plan, measure, indicator, club, coordinator):
    an_assignment(measure, club, indicator, starts_on=date(2027, 4, 30), ends_on=date(2027, 8, 31))
    make_round(plan, 2027, by=coordinator)

    assert sorted(plan.periods.filter(obligations__isnull=False).values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE followup_report SET what_happened = 'x'", "DELETE FROM followup_reportline", "UPDATE followup_reportline SET value = 1"],
)
def test_plain_sql_cannot_change_a_submitted_report(obligation, statement):
    a_report(obligation, figures=[10])

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_line_is_added_to_a_sealed_report(obligation, measure):
    report = a_report(obligation, figures=[10])
    other = an_indicator(measure).versions.get()

    with pytest.raises(DatabaseError), transaction.atomic():
        ReportLine.objects.create(report=report, indicator_version=other, state="value", value=1)


def test_the_wall_stands_in_the_database(measure, outsider):
    foreign = outsider.memberships.get().actor

    with pytest.raises(DatabaseError), transaction.atomic():
        an_assignment(measure, foreign)
    with pytest.raises(DatabaseError), transaction.atomic():
        an_assignment(a_measure(measure.plan), foreign)


def test_what_repeats_the_obligation_never_differs_from_it(obligation, plan, measure, club, coordinator):
    """The roll-up finds answers by the round and the assignment that they repeat."""
    later, other = a_period(plan, 2027, 1), an_assignment(a_measure(plan), club)
    own = {"assignment": obligation.assignment, "period": obligation.period}
    definition = an_indicator(measure).versions.get()
    for wrong in ({"period": later}, {"assignment": other}):
        with pytest.raises(DatabaseError, match="differs from followup_obligation"), transaction.atomic():
            ObligationIndicator.objects.create(obligation=obligation, indicator_version=definition, **{**own, **wrong})
    report = {"obligation": obligation, "version": 1, "channel": "link", "implementation_status": "done", "was_on_time": True}
    with pytest.raises(DatabaseError, match="differs from followup_obligation"), transaction.atomic():
        Report.objects.create(receipt_number="1", period=later, **report)

    ObligationIndicator.objects.create(obligation=obligation, indicator_version=definition, **own)
    begun = Report.objects.create(receipt_number="1", period=obligation.period, **report)
    with pytest.raises(DatabaseError, match="differs from followup_obligation"), transaction.atomic():
        Report.objects.filter(pk=begun.pk).update(period=later)
    with pytest.raises(ProtectedError) as stands:
        obligation.assignment.delete()
    assert {type(each) for each in stands.value.protected_objects} == {Obligation, AssignmentIndicator}, "not what repeats them beside"
