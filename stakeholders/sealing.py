"""The chain that shows if history has been tampered with: each committed event gets a place, and a hash with the link before.

Events are written freely and in parallel; the worker chains them afterwards, in the order it finds them. The chain is over the digest
of a payload, not the payload, so that an authorised, itself recorded disposal (gallring) can blank a payload without breaking it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from stakeholders.mail import worker_name
from stakeholders.models import Event, EventSeal, Heartbeat, Workspace

BATCH = 2_000
LATE = 100_000
"""How far below the newest sealed event to look for one that was committed later; `seal(everything=True)` looks everywhere."""

GENESIS = "0" * 64


@dataclass(frozen=True)
class Fault:
    """Something in a workspace's history that is not as it was sealed."""

    workspace: str
    position: int
    what: str


def seal(worker: str = "", *, everything: bool = False) -> int:
    """Chain the events that are not chained yet. Gives how many. Two at once: one of them finds the places taken, and comes again."""
    newest = 0 if everything else (EventSeal.objects.aggregate(newest=Max("event_id"))["newest"] or 0)
    unsealed = Event.objects.filter(pk__gt=max(0, newest - LATE), seal=None).order_by("workspace_id", "pk")
    sealed = 0
    try:
        while batch := list(unsealed[:BATCH]):
            sealed += _seal_batch(batch)
    except IntegrityError:
        pass  # another worker sealed the same events just now
    Heartbeat.beat("sealing", worker or worker_name())
    return sealed


@transaction.atomic
def _seal_batch(batch: list[Event]) -> int:
    heads: dict[int, tuple[int, str]] = {}
    seals = []
    for event in batch:
        position, chain_hash = heads.get(event.workspace_id) or _head(event.workspace_id)
        digest = payload_digest(event.payload)
        position, chain_hash = position + 1, link(chain_hash, position + 1, event, digest)
        heads[event.workspace_id] = position, chain_hash
        seals.append(
            EventSeal(workspace_id=event.workspace_id, event=event, position=position, payload_digest=digest, chain_hash=chain_hash)
        )
    EventSeal.objects.bulk_create(seals, batch_size=500)
    return len(seals)


def _head(workspace_id: int) -> tuple[int, str]:
    """The last place of a workspace's chain and its hash."""
    last = EventSeal.objects.filter(workspace=workspace_id).order_by("-position").values_list("position", "chain_hash").first()
    return last or (0, GENESIS)


def payload_digest(payload: Any) -> str:
    """SHA-256 of a payload, written the same way every time."""
    return sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def link(before: str, position: int, event: Event, digest: str) -> str:
    """The hash of one link: the one before, the place, all that the event says, and the digest of its payload."""
    facts = [
        before,
        position,
        event.pk,
        event.workspace_id,
        event.verb,
        event.subject_type,
        event.subject_id,
        event.by_user_id,
        event.by_contact_id,
        event.recorded_at.astimezone(UTC).isoformat(),
        digest,
    ]
    return sha256(json.dumps(facts).encode()).hexdigest()


def verify(workspace: Workspace) -> Iterator[Fault]:
    """Go through a workspace's chain from the beginning and tell what does not hold. Nothing told: nothing has been changed."""
    position, chain_hash = 0, GENESIS
    for seal_row in EventSeal.objects.filter(workspace=workspace).order_by("position").select_related("event").iterator(BATCH):
        event = seal_row.event
        if seal_row.position != position + 1:
            yield Fault(workspace.slug, position + 1, "saknas i kedjan")
        if event.workspace_id != workspace.pk:
            yield Fault(workspace.slug, seal_row.position, "hör till ett annat samverkansrum")
        position, chain_hash = seal_row.position, link(chain_hash, seal_row.position, event, seal_row.payload_digest)
        if chain_hash != seal_row.chain_hash:
            yield Fault(workspace.slug, position, "länken stämmer inte")
            chain_hash = seal_row.chain_hash  # so that one fault is told once
        if not _payload_holds(event, seal_row.payload_digest):
            yield Fault(workspace.slug, position, "innehållet är ändrat")
    unsealed = Event.objects.filter(workspace=workspace, seal=None).count()
    if unsealed:
        yield Fault(workspace.slug, position, f"{unsealed} händelser väntar på att läggas i kedjan")


def head_of(workspace: Workspace) -> str:
    """The newest link, to be written down elsewhere: with it, a chain cut short is seen too."""
    position, chain_hash = _head(workspace.pk)
    return f"{position} {chain_hash}"


def _payload_holds(event: Event, digest: str) -> bool:
    """Whether the payload is as sealed, or was disposed of by a decision that is itself an event."""
    if event.disposed_at is None:
        return payload_digest(event.payload) == digest
    is_recorded = Event.objects.about(event).filter(verb="event.disposed").exists()
    return event.payload == {} and bool(event.disposal_reference) and is_recorded
