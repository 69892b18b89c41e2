"""Handing mail over: each row once, whoever sweeps and wherever it is killed.

planned → claimed (lease) → handing_over → handed_over | refused | uncertain, or cancelled when no longer needed. Every step is one
UPDATE that names the state it leaves and who holds the row, committed before the next step is taken. What a letter says, and whether
it is still needed, is asked of `compose` at the last moment, just before the mail server is told to take it.
"""

import os
import socket
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Left
from django.utils.translation import gettext as _

from stakeholders import clock, events
from stakeholders.messages import Letter, as_bytes, in_ascii, is_usable_address, sender_address
from stakeholders.models import ContactPerson, Dispatch, DispatchItem, Heartbeat
from stakeholders.mornings import is_daytime, next_morning
from stakeholders.rules import AT_ONCE_KINDS, DispatchState
from stakeholders.transports import NobodyKnows, NotNow, NoWay, Refused, Transport, from_settings

Compose = Callable[[Dispatch], Letter | None]
"""Writes the letter of a row; None when it is no longer needed."""

LEASE = timedelta(minutes=5)
"""How long a row is held: longer than the slowest mail server may take over one mail."""

BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60)]
GIVE_UP_AFTER = timedelta(days=3)

_OPT_OUT = signing.Signer(salt="stakeholders.opt-out")

log = structlog.get_logger(__name__)


def sweep(
    *,
    compose: Compose,
    worker: str = "",
    limit: int = 1000,
    transport: Transport | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Counter[str]:
    """Hand over what is due, at most `limit` mails. Gives how many rows ended in each state. Any number of sweeps may run at once."""
    transport, worker = transport or from_settings(), worker or worker_name()
    done: Counter[str] = Counter()
    release_leases(transport)
    try:
        for pk in _due(limit):
            outcome = _send(pk, compose, f"{worker}/{uuid4().hex[:12]}", transport)
            done[outcome] += 1
            if outcome == "no_way" or is_stopping():
                break  # nobody else would get through: the others wait untouched for the next sweep
    finally:
        transport.close()
    Heartbeat.beat("mail", worker)
    return done


def worker_name() -> str:
    """Which process this is, on which machine."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def release_leases(transport: Transport) -> None:
    """Take care of what a killed worker held: nothing was handed over (plan again), or nobody knows (uncertain, for a person to decide)."""
    held = Dispatch.objects.filter(state__in=[DispatchState.CLAIMED, DispatchState.HANDING_OVER], lease_until__lte=clock.now())
    for dispatch in held.select_related("workspace"):
        was_sent = transport.has(dispatch.message_id) if dispatch.state == DispatchState.HANDING_OVER else False
        if was_sent:
            _move(dispatch, dispatch.state, DispatchState.HANDED_OVER, handed_over_at=clock.now())
        elif was_sent is None:
            _move(dispatch, dispatch.state, DispatchState.UNCERTAIN, reason=_("Avbröts medan mejlet lämnades över."))
        else:
            _move(dispatch, dispatch.state, DispatchState.PLANNED, claimed_by="", lease_until=None)


def opt_out_url(contact: ContactPerson) -> str:
    """The address where this contact, and nobody else, can decline further mail."""
    return f"{settings.BASE_URL}/mail/opt-out/{_OPT_OUT.sign_object(contact.pk)}/"


def contact_of(token: str) -> ContactPerson | None:
    """Whose opt-out address this is; None for one that we have not made."""
    try:
        return ContactPerson.objects.select_related("actor__workspace").filter(pk=_OPT_OUT.unsign_object(token)).first()
    except signing.BadSignature:
        return None


def _due(limit: int) -> list[int]:
    due = Dispatch.objects.filter(state=DispatchState.PLANNED, not_before__lte=clock.now())
    return list(due.order_by("not_before", "id").values_list("pk", flat=True)[:limit])


def _send(pk: int, compose: Compose, claim: str, transport: Transport) -> str:
    """Take one row as far as it goes. Gives the state it is left in, or "taken" (somebody else's) or "no_way"."""
    if not _claim(pk, claim):
        return "taken"
    dispatch = Dispatch.objects.select_related("workspace", "contact__actor", "user").get(pk=pk)
    obstacle = _obstacle(dispatch)
    if obstacle:
        return _cancel(dispatch, obstacle)
    if dispatch.kind not in AT_ONCE_KINDS and not is_daytime(clock.now(), dispatch.workspace.mail_pauses):
        return _again(dispatch, next_morning(clock.now(), dispatch.workspace.mail_pauses))
    receiver = _receiver(dispatch)
    if not is_usable_address(receiver.email):
        return _refuse(dispatch, _("Adressen går inte att skicka till."), is_address=True)
    try:
        transport.open()
        transport.address(sender_address(), in_ascii(receiver.email))
        content = _content(dispatch, compose, transport)
        if content is None:
            return _cancel(dispatch, _("Behövs inte längre."))
        if not _begin_handing_over(dispatch):
            transport.withdraw()
            return "taken"
        transport.hand_over(content, dispatch.message_id)
    except NoWay as error:
        _try_again(dispatch, str(error))
        return "no_way"
    except NotNow as error:
        return _try_again(dispatch, str(error))
    except Refused as error:
        return _refuse(dispatch, str(error), is_address=error.is_address)
    except NobodyKnows as error:
        return _move(dispatch, DispatchState.HANDING_OVER, DispatchState.UNCERTAIN, reason=str(error))
    return _finish(dispatch)


def _claim(pk: int, claim: str) -> bool:
    """Whether the row is ours: at most one worker gets True."""
    now = clock.now()
    planned = Dispatch.objects.filter(pk=pk, state=DispatchState.PLANNED, not_before__lte=now)
    return bool(
        planned.update(
            state=DispatchState.CLAIMED, claimed_by=claim, claimed_at=now, lease_until=now + LEASE, attempts=F("attempts") + 1, reason=""
        )
    )


def _content(dispatch: Dispatch, compose: Compose, transport: Transport) -> bytes | None:
    """The mail's bytes; None when it is no longer needed. A letter that cannot be written waits, and does not stop the others."""
    contact = dispatch.contact if dispatch.kind not in AT_ONCE_KINDS else None
    try:
        letter = compose(dispatch)
        if letter is None:
            transport.withdraw()
            return None
        return as_bytes(letter, dispatch, _receiver(dispatch), opt_out_url(contact) if contact else "")
    except Exception as error:
        transport.withdraw()
        log.exception("mail.cannot_be_written", dispatch=dispatch.pk, kind=dispatch.kind)
        words = _("Brevet går inte att skriva")
        raise NotNow(f"{words}: {type(error).__name__}") from error


def _begin_handing_over(dispatch: Dispatch) -> bool:
    now = clock.now()
    ours = Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.CLAIMED, claimed_by=dispatch.claimed_by, lease_until__gt=now)
    return bool(ours.update(state=DispatchState.HANDING_OVER, handing_over_at=now, lease_until=now + LEASE))


def _finish(dispatch: Dispatch) -> str:
    """The server has it. Said even if we were so slow that somebody has already called it uncertain."""
    ours = Dispatch.objects.filter(
        pk=dispatch.pk, claimed_by=dispatch.claimed_by, state__in=[DispatchState.HANDING_OVER, DispatchState.UNCERTAIN]
    )
    ours.update(state=DispatchState.HANDED_OVER, handed_over_at=clock.now(), lease_until=None, reason="")
    return DispatchState.HANDED_OVER


def _receiver(dispatch: Dispatch) -> Any:
    return dispatch.contact or dispatch.user


def _obstacle(dispatch: Dispatch) -> str:
    """Why this person gets no mail of this kind, if so."""
    contact = dispatch.contact
    if contact is None:
        return "" if dispatch.user and dispatch.user.is_active else _("Kontot är stängt.")
    if contact.left_at or not contact.email:
        return _("Personen är inte kvar, eller har ingen adress.")
    if contact.bounced_at:
        return _("Adressen fungerar inte.")
    if contact.opted_out_at and dispatch.kind not in AT_ONCE_KINDS:
        return _("Personen vill inte ha våra mejl.")
    return ""


def _cancel(dispatch: Dispatch, reason: str) -> str:
    """Set the mail aside and free what it was about, so that somebody else can be asked, or the same person later."""
    with transaction.atomic():
        state = _move(dispatch, DispatchState.CLAIMED, DispatchState.CANCELLED, reason=reason)
        DispatchItem.objects.filter(dispatch=dispatch).update(
            step=Left(Concat(F("step"), Value(f" inställt {dispatch.pk}")), 40),
        )
    return state


def _try_again(dispatch: Dispatch, reason: str) -> str:
    """Wait a while, longer each time; give up in plain sight after some days."""
    if clock.today() - dispatch.day > GIVE_UP_AFTER and dispatch.attempts > len(BACK_OFF):
        return _refuse(dispatch, _("Gav upp efter %(count)d försök: %(reason)s") % {"count": dispatch.attempts, "reason": reason})
    return _again(dispatch, clock.now() + BACK_OFF[min(dispatch.attempts, len(BACK_OFF)) - 1], reason)


def _again(dispatch: Dispatch, not_before: datetime, reason: str = "") -> str:
    ours = Dispatch.objects.filter(
        pk=dispatch.pk, claimed_by=dispatch.claimed_by, state__in=[DispatchState.CLAIMED, DispatchState.HANDING_OVER]
    )
    ours.update(state=DispatchState.PLANNED, not_before=not_before, reason=reason[:500], claimed_by="", lease_until=None)
    return DispatchState.PLANNED


@transaction.atomic
def _refuse(dispatch: Dispatch, reason: str, *, is_address: bool = False) -> str:
    """The server will not have it. Shown to the coordinator; an address that does not exist is not written to again."""
    now = clock.now()
    dispatch.refresh_from_db(fields=["state"])
    _move(dispatch, dispatch.state, DispatchState.REFUSED, reason=reason)
    if is_address and dispatch.contact:
        bounced = ContactPerson.objects.filter(pk=dispatch.contact.pk, email=dispatch.contact.email, bounced_at=None)
        if bounced.update(bounced_at=now, bounce_reason=reason[:300], version=F("version") + 1):
            events.record("contact.bounced", dispatch.contact, workspace=dispatch.workspace, by=None, why=reason)
    return DispatchState.REFUSED


@transaction.atomic
def _move(dispatch: Dispatch, left: str, to: str, **facts: Any) -> str:
    """From one state to another, if the row is still as we know it. What a person must see leaves an event."""
    facts["reason"] = str(facts.get("reason", ""))[:500]
    ours = Dispatch.objects.filter(pk=dispatch.pk, state=left, claimed_by=dispatch.claimed_by)
    if ours.update(state=to, **facts) and to in (DispatchState.REFUSED, DispatchState.UNCERTAIN):
        events.record(f"dispatch.{to}", dispatch, workspace=dispatch.workspace, by=None, why=facts["reason"])
    return to
