"""What people decide about mail: send again, leave it, no more of it."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from stakeholders import clock, events
from stakeholders.actions.dispatches import set_aside
from stakeholders.events import By
from stakeholders.models import ContactPerson, Dispatch, User
from stakeholders.refusals import TooLate
from stakeholders.rules import DIGEST_KINDS, ROUND_KINDS, TO_DECIDE, DispatchState


@transaction.atomic
def resend_dispatch(dispatch: Dispatch, *, by: User) -> Dispatch:
    """Try once more, with the same identity, so that the receiver's mail program can tell that it is the same letter."""
    facts = {"state": DispatchState.PLANNED, "not_before": clock.now(), "attempts": 0, "claimed_by": "", "lease_until": None}
    _decide(dispatch, by, "dispatch.resent", **facts)
    if dispatch.contact_id:
        ContactPerson.objects.filter(pk=dispatch.contact_id).update(bounced_at=None, bounce_reason="", version=F("version") + 1)
    return dispatch


@transaction.atomic
def leave_dispatch(dispatch: Dispatch, *, by: User) -> Dispatch:
    """Let it be; the next reminder comes in its time."""
    _decide(dispatch, by, "dispatch.left", state=DispatchState.CANCELLED, reason=_("Väntar till nästa påminnelse."))
    return dispatch


@transaction.atomic
def cancel_dispatch(dispatch: Dispatch, *, by: User) -> Dispatch:
    """Stop a letter that has not gone. Those about rounds and of mornings come again by themselves: they are stopped where their cause is."""
    if dispatch.kind in (*ROUND_KINDS, *DIGEST_KINDS) or not set_aside(
        Dispatch.objects.filter(pk=dispatch.pk), reason=_("Inställt av samordnaren.")
    ):
        raise TooLate(_("Det här brevet går inte att ställa in längre."))
    events.record("dispatch.cancelled", dispatch, workspace=dispatch.workspace, by=by)
    dispatch.refresh_from_db()
    return dispatch


@transaction.atomic
def opt_out(contact: ContactPerson, *, by: By) -> ContactPerson:
    """No more mail than what the person asks for. Harmless twice."""
    if ContactPerson.objects.filter(pk=contact.pk, opted_out_at=None).update(opted_out_at=clock.now(), version=F("version") + 1):
        events.record("contact.opted_out", contact, workspace=contact.actor.workspace, by=by)
    contact.refresh_from_db()
    return contact


@transaction.atomic
def opt_in(contact: ContactPerson, *, by: By) -> ContactPerson:
    """Mail again, after all. Harmless twice."""
    if ContactPerson.objects.filter(pk=contact.pk).exclude(opted_out_at=None).update(opted_out_at=None, version=F("version") + 1):
        events.record("contact.opted_in", contact, workspace=contact.actor.workspace, by=by)
    contact.refresh_from_db()
    return contact


def _decide(dispatch: Dispatch, by: User, verb: str, **facts: object) -> None:
    """Change a row that waits for a person, once; refused when somebody has already chosen."""
    if not Dispatch.objects.filter(pk=dispatch.pk, state__in=TO_DECIDE).update(**facts):
        raise TooLate(_("Det här mejlet väntar inte längre på ett beslut."))
    events.record(verb, dispatch, workspace=dispatch.workspace, by=by)
    dispatch.refresh_from_db()
