"""A contact person leaves: the name goes from everything that lives; what is frozen keeps role and organisation."""

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import AccessLink, Draft, ReportSignature
from measures.models import Assignment
from stakeholders import clock, events
from stakeholders.actions.actors import erase_contact
from stakeholders.events import By
from stakeholders.models import ContactPerson, Dispatch
from stakeholders.refusals import NotRight
from stakeholders.rules import DispatchState


@transaction.atomic
def let_contact_leave(contact: ContactPerson, *, by: By, successor: ContactPerson | None = None) -> ContactPerson:
    """Erase the person, close their links, cancel mail that waits for them, and let `successor` take over their assignments.

    Raises TooLate when they have left already, NotRight when the successor is at another actor.
    """
    if successor and (successor.actor_id != contact.actor_id or successor.pk == contact.pk or successor.left_at):
        raise NotRight(_("Välj en annan kontaktperson hos samma aktör."))
    name = contact.name
    contact = erase_contact(contact, by=by)
    workspace = contact.actor.workspace
    for assignment in Assignment.objects.current().filter(contact=contact).select_for_update(of=("self",)):
        assignment.contact, assignment.version = successor, assignment.version + 1
        assignment.save(update_fields=["contact", "version"])
        change = {"contact": [contact.pk, successor.pk if successor else None]}
        events.record("assignment.changed", assignment, workspace=workspace, by=by, changes=change, version=assignment.version)
    AccessLink.objects.filter(contact=contact, revoked_at=None).update(revoked_at=clock.now())
    waiting = Dispatch.objects.filter(contact=contact, state=DispatchState.PLANNED)
    waiting.update(state=DispatchState.CANCELLED, reason=_("Kontaktpersonen har slutat."))
    ReportSignature.objects.filter(report__submitted_by_contact=contact, erased_at=None).update(name="", erased_at=clock.now())
    if name:
        Draft.objects.filter(obligation__assignment__actor=contact.actor, writer=name).update(writer="")
    return contact
