"""Assigning and what follows from it in the rounds: a mail, answers that are asked for, answers that no longer are."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from followup.actions.links import revoke_link
from followup.actions.rounds import follow_assignment
from followup.models import AccessLink, Obligation
from measures.actions import assignments as parts
from measures.models import Assignment, AssignmentIndicator, Indicator, Measure, Plan
from stakeholders import clock, events
from stakeholders.actions.actors import add_contact, register_actor
from stakeholders.actions.actors import close_actor as close_in_register
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.events import By
from stakeholders.models import Actor, ContactPerson, Event, User
from stakeholders.refusals import NotRight, TooLate
from stakeholders.rules import DispatchKind

UNDO_MINUTES = timedelta(minutes=10)
PROPOSAL_STEP = "proposal"


@transaction.atomic
def assign_actor(measure: Measure, actor: Actor, *, by: User, is_agreed: bool = False, **part: Any) -> Assignment:
    """`measures.actions.assignments.assign_actor`, and what follows: a proposal is mailed once it can no longer be undone;
    what is agreed is asked for in the rounds that are open."""
    assignment = parts.assign_actor(measure, actor, by=by, is_agreed=is_agreed, **part)
    if is_agreed:
        follow_assignment(assignment, by=by)
    else:
        _mail_proposals([assignment])
    return assignment


@transaction.atomic
def assign_new_actor(
    measure: Measure, *, by: User, actor: Mapping[str, Any], contact: Mapping[str, Any], is_another: bool = False, **part: Any
) -> Assignment:
    """Register an actor with a contact person and assign it, in one go. Raises LooksLikeAnother unless `is_another`; then nothing is stored."""
    new = register_actor(measure.plan.workspace, by=by, is_another=is_another, **actor)
    person = add_contact(new, by=by, **contact) if contact else None
    return assign_actor(measure, new, by=by, contact=person, **part)


@transaction.atomic
def assign_many(plan: Plan, choices: Iterable[tuple[Measure, Actor, str]], *, by: User) -> tuple[Event, list[Assignment]]:
    """Propose many parts at once: (measure, actor, role). All or none; one event each, and one for the whole so that it can be undone."""
    made = []
    for measure, actor, role in choices:
        contact = actor.contacts.reachable().first()
        indicators = list(measure.indicators.filter(is_reported=True))
        made.append(parts.assign_actor(measure, actor, by=by, role=role, contact=contact, indicators=indicators))
    if not made:
        raise NotRight(_("Välj minst en ruta."))
    _mail_proposals(made)
    return events.record("plan.actors_assigned", plan, workspace=plan.workspace, by=by, assignments=made), made


@transaction.atomic
def accept_assignment(assignment: Assignment, *, by: By) -> Assignment:
    """The actor says yes: from now its answers are asked for in the open rounds."""
    assignment = parts.accept_assignment(assignment, by=by)
    follow_assignment(assignment, by=by)
    return assignment


@transaction.atomic
def change_assignment(assignment: Assignment, *, by: User, version: int, indicators: Iterable[Indicator], **part: Any) -> Assignment:
    """Edit contact, commitment, rhythm, last day and figures; the rounds ask accordingly. Raises ChangedMeanwhile.

    A contact who no longer answers for anything has no way in any more.
    """
    former = assignment.contact
    assignment = parts.change_assignment(assignment, by=by, version=version, **part)
    parts.choose_indicators(assignment, indicators, by=by)
    follow_assignment(assignment, by=by)
    if former and former != assignment.contact and not Assignment.objects.current().filter(contact=former).exists():
        for link in AccessLink.objects.filter(contact=former, revoked_at=None).select_related("period__plan__workspace"):
            revoke_link(link, by=by, why=_("Någon annan svarar nu."))
    return assignment


@transaction.atomic
def end_assignment(assignment: Assignment, *, by: User, ended_on: date, reason: str) -> Assignment:
    """The part ends with `ended_on` as its last day; a day before the first means that it never ran. Answers that nobody has given
    for later periods are no longer asked for; what has been answered is never touched, and the event names it."""
    assignment = _locked(assignment)
    if assignment.ended_at or assignment.declined_at:
        raise TooLate(_("Uppdraget är redan avslutat."))
    if not reason.strip():
        raise NotRight(_("Skriv varför uppdraget avslutas."))
    ended_on = max(ended_on, assignment.starts_on - timedelta(days=1))
    return _end(assignment, "assignment.ended", by=by, ended_on=ended_on, reason=reason)


@transaction.atomic
def replace_assignment(
    assignment: Assignment,
    successor: Actor,
    *,
    by: User,
    from_date: date,
    reason: str,
    contact: ContactPerson | None = None,
    is_agreed: bool = False,
) -> Assignment:
    """Another actor goes on with the same part from `from_date`. Gives the successor's own, new assignment."""
    if successor.pk == assignment.actor_id:
        raise NotRight(_("Välj en annan aktör som efterträdare."))
    old = end_assignment(assignment, by=by, ended_on=from_date - timedelta(days=1), reason=reason)
    return assign_actor(
        old.measure,
        successor,
        by=by,
        is_agreed=is_agreed,
        role=old.role,
        contact=contact or successor.contacts.reachable().first(),
        commitment=old.commitment,
        interval=old.interval,
        starts_on=from_date,
        ends_on=old.ends_on,
        indicators=[row.indicator for row in old.reported.filter(removed_at=None).select_related("indicator")],
        replaces=old,
    )


@transaction.atomic
def undo_assignment(assignment: Assignment, *, by: User) -> None:
    """Take back an assignment made at most ten minutes ago. What counts nowhere is removed; what rounds already ask for is ended
    as if it never ran. Raises TooLate when the time is out, or when somebody has answered."""
    assignment = _locked(assignment)
    if clock.now() - assignment.recorded_at > UNDO_MINUTES:
        raise TooLate(_("Det har gått mer än tio minuter. Avsluta uppdraget i stället."))
    if assignment.ended_at or assignment.declined_at or assignment.accepted_by_contact_id:
        raise TooLate(_("Uppdraget har redan besvarats eller avslutats."))
    if Obligation.objects.filter(assignment=assignment, reports__isnull=False).exists():
        raise TooLate(_("Aktören har redan svarat. Avsluta uppdraget i stället."))
    if assignment.obligations.exists():
        day_before = assignment.starts_on - timedelta(days=1)
        _end(assignment, "assignment.undone", by=by, ended_on=day_before, reason=_("Tilldelningen ångrades."))
        return
    workspace, about = (
        assignment.measure.plan.workspace,
        {"measure": assignment.measure, "actor": assignment.actor, "starts_on": assignment.starts_on},
    )
    events.record("assignment.undone", assignment, workspace=workspace, by=by, **about)
    AssignmentIndicator.objects.filter(assignment=assignment).delete()
    assignment.delete()


@transaction.atomic
def undo_assigning_many(event: Event, *, by: User) -> int:
    """Take back all that one `assign_many` made, or nothing. Gives how many."""
    made = Assignment.objects.filter(pk__in=event.payload["assignments"])
    for assignment in made:
        undo_assignment(assignment, by=by)
    return len(made)


@transaction.atomic
def close_actor(actor: Actor, *, by: User, last_day: date, successor: Actor | None = None, why: str = "") -> Actor:
    """The organisation closes or merges: its parts end with `last_day`, and go on with the successor where it has not the same part.
    Raises TooLate when somebody else closed it first."""
    closed = close_in_register(actor, by=by, successor=successor, why=why)
    reason = why or _("%(actor)s har upphört.") % {"actor": actor}
    for assignment in Assignment.objects.current().filter(actor=actor).select_related("measure"):
        has_it = successor and assignment.measure.assignments.current().filter(actor=successor, role=assignment.role).exists()
        if successor and not has_it:
            from_date = max(last_day + timedelta(days=1), assignment.starts_on)
            replace_assignment(
                assignment, successor, by=by, from_date=from_date, reason=reason, is_agreed=assignment.accepted_at is not None
            )
        else:
            end_assignment(assignment, by=by, ended_on=last_day, reason=reason)
    return closed


def _end(assignment: Assignment, verb: str, *, by: User, ended_on: date, reason: str) -> Assignment:
    assignment.ended_on, assignment.ended_at, assignment.ended_by, assignment.ended_reason = ended_on, clock.now(), by, reason
    assignment.version += 1
    assignment.save(update_fields=["ended_on", "ended_at", "ended_by", "ended_reason", "version"])
    follow_assignment(assignment, by=by)
    workspace = assignment.measure.plan.workspace
    events.record(verb, assignment, workspace=workspace, by=by, ended_on=ended_on, why=reason, answered_after=_answered_after(assignment))
    return assignment


def _answered_after(assignment: Assignment) -> list[Obligation]:
    """What the actor answered for periods that the assignment no longer overlaps: kept, and told."""
    later = assignment.obligations.filter(period__starts_on__gt=assignment.ended_on, reports__isnull=False)
    return list(later.distinct())


def _mail_proposals(proposals: Iterable[Assignment]) -> None:
    """One letter to each contact about all that is proposed to them now, once it can no longer be undone. What is undone or
    answered meanwhile falls out when the letter is written."""
    letters: dict[ContactPerson, list[Assignment]] = {}
    for proposal in proposals:
        if proposal.contact and proposal.contact.email:
            letters.setdefault(proposal.contact, []).append(proposal)
    for contact, together in letters.items():
        plan_dispatch(
            DispatchKind.PROPOSAL,
            workspace=together[0].measure.plan.workspace,
            to=contact,
            about=[(proposal, PROPOSAL_STEP) for proposal in together],
            not_before=clock.now() + UNDO_MINUTES,
        )


def _locked(assignment: Assignment) -> Assignment:
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("measure__plan__workspace", "actor__workspace")
        .get(pk=assignment.pk)
    )
