"""Who takes on what: proposed, accepted or declined. What also touches rounds (ending, replacing, undoing) is in followup."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from measures.models import Assignment, AssignmentIndicator, Indicator, Measure
from measures.rules import AssignmentRole
from stakeholders import clock, events
from stakeholders.actions.changes import save_changes
from stakeholders.events import By
from stakeholders.models import Actor, ContactPerson, User
from stakeholders.refusals import NotRight, TooLate


@transaction.atomic
def assign_actor(
    measure: Measure,
    actor: Actor,
    *,
    by: By,
    role: str = AssignmentRole.RESPONSIBLE,
    contact: ContactPerson | None = None,
    commitment: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    interval: str = "",
    indicators: Iterable[Indicator] = (),
    is_agreed: bool = False,
    replaces: Assignment | None = None,
) -> Assignment:
    """Propose a part in a measure to an actor; with `is_agreed` it is accepted at once. `interval` empty is the plan's.

    Raises NotRight (another room's actor, a contact of somebody else, dates that run backward), TooLate (already assigned, closed).
    """
    actor = Actor.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=actor.pk)  # not closed meanwhile
    measure = Measure.objects.select_for_update(of=("self",)).select_related("plan__workspace").get(pk=measure.pk)
    _refuse_mismatch(measure, actor, contact, starts_on, ends_on)
    if measure.assignments.current().filter(actor=actor, role=role).exists():
        raise TooLate(_("%(actor)s har redan den rollen i åtgärden.") % {"actor": actor})
    assignment = Assignment.objects.create(
        measure=measure,
        actor=actor,
        role=role,
        contact=contact,
        commitment=commitment,
        interval=interval,
        starts_on=starts_on or first_day(measure),
        ends_on=ends_on,
        proposed_by=by if isinstance(by, User) else None,
        replaces=replaces,
    )
    _report_indicators(assignment, indicators)
    events.record("assignment.proposed", assignment, workspace=actor.workspace, by=by, measure=measure, actor=actor, role=role)
    return accept_assignment(assignment, by=by) if is_agreed else assignment


@transaction.atomic
def accept_assignment(assignment: Assignment, *, by: By) -> Assignment:
    """The actor says yes, or the coordinator notes that it has. Raises TooLate when it is answered or ended already."""
    assignment = _unanswered(assignment)
    assignment.accepted_at = clock.now()
    assignment.accepted_by_contact = by if isinstance(by, ContactPerson) else None
    assignment.version += 1
    assignment.save(update_fields=["accepted_at", "accepted_by_contact", "version"])
    events.record("assignment.accepted", assignment, workspace=assignment.actor.workspace, by=by)
    return assignment


@transaction.atomic
def decline_assignment(assignment: Assignment, *, by: By, reason: str) -> Assignment:
    """The actor says no, and why."""
    assignment = _unanswered(assignment)
    if not reason.strip():
        raise NotRight(_("Skriv varför ni tackar nej."))
    assignment.declined_at, assignment.declined_reason = clock.now(), reason
    assignment.version += 1
    assignment.save(update_fields=["declined_at", "declined_reason", "version"])
    events.record("assignment.declined", assignment, workspace=assignment.actor.workspace, by=by, why=reason)
    return assignment


@transaction.atomic
def change_assignment(
    assignment: Assignment, *, by: User, version: int, contact: ContactPerson | None, commitment: str, interval: str, ends_on: date | None
) -> Assignment:
    """Edit contact, commitment, rhythm and last day. Role and actor never change: that is another assignment."""
    if assignment.ended_at or assignment.declined_at:
        raise TooLate(_("Uppdraget är avslutat."))
    _refuse_mismatch(assignment.measure, assignment.actor, contact, assignment.starts_on, ends_on)
    fields = {"contact": contact, "commitment": commitment, "interval": interval, "ends_on": ends_on}
    return save_changes(assignment, fields, version=version, by=by, verb="assignment.changed", workspace=assignment.measure.plan.workspace)


@transaction.atomic
def choose_indicators(assignment: Assignment, indicators: Iterable[Indicator], *, by: User) -> None:
    """Which figures the actor reports from now on. Earlier choices are kept with the day they ended."""
    wanted = {indicator.pk: indicator for indicator in indicators}
    present = {row.indicator_id: row for row in assignment.reported.filter(removed_at=None)}
    gone, new = present.keys() - wanted.keys(), wanted.keys() - present.keys()
    if not gone and not new:
        return
    assignment.reported.filter(removed_at=None, indicator__in=gone).update(removed_at=clock.now())
    _report_indicators(assignment, [wanted[pk] for pk in sorted(new)])
    change = {"indicators": [sorted(present), sorted(wanted)]}
    events.record("assignment.indicators_chosen", assignment, workspace=assignment.actor.workspace, by=by, changes=change)


def first_day(measure: Measure) -> date:
    """The day an assignment begins when nobody says: today, or the measure's first day when that is still to come."""
    return max(clock.today(), measure.starts_on or date.min)


def _report_indicators(assignment: Assignment, indicators: Iterable[Indicator]) -> None:
    chosen = list(indicators)
    if any(indicator.plan_id != assignment.measure.plan_id for indicator in chosen):
        raise NotRight(_("Indikatorn hör till en annan plan."))
    AssignmentIndicator.objects.bulk_create(AssignmentIndicator(assignment=assignment, indicator=indicator) for indicator in chosen)


def _unanswered(assignment: Assignment) -> Assignment:
    """The assignment, locked, when it still waits for an answer."""
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("actor__workspace", "measure__plan__workspace")
        .get(pk=assignment.pk)
    )
    if assignment.accepted_at:
        raise TooLate(_("Uppdraget är redan accepterat."))
    if assignment.declined_at:
        raise TooLate(_("Uppdraget är redan avböjt."))
    if assignment.ended_at:
        raise TooLate(_("Uppdraget är avslutat."))
    return assignment


def _refuse_mismatch(measure: Measure, actor: Actor, contact: ContactPerson | None, starts_on: date | None, ends_on: date | None) -> None:
    if actor.workspace_id != measure.plan.workspace_id:
        raise NotRight(_("Aktören hör till ett annat samverkansrum."))
    if actor.closed_at:
        raise TooLate(_("Aktören är avslutad."))
    if contact and (contact.actor_id != actor.pk or contact.left_at):
        raise NotRight(_("Kontaktpersonen hör inte till aktören."))
    if ends_on and ends_on < (starts_on or first_day(measure)):
        raise NotRight(_("Sista dagen ligger före den första."))
