"""A mail is asked for by a row in the transaction of its cause; the worker sends it."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Left

from stakeholders import clock
from stakeholders.doorbell import ring
from stakeholders.models import ContactPerson, Dispatch, DispatchItem, User, Workspace
from stakeholders.rules import GATHERED_KINDS, DispatchState

CANCELLED = "inställt"
"""Stands in the step of what a cancelled letter was about, so that it may be asked for again."""


@transaction.atomic
def plan_dispatch(
    kind: str,
    *,
    workspace: Workspace,
    to: ContactPerson | User,
    about: list[tuple[models.Model, str]],
    not_before: datetime | None = None,
    **payload: Any,
) -> Dispatch:
    """Put one mail in the queue. `about`: (subject, step) pairs; the same pair is never mailed twice (IntegrityError).

    Receipts and proposals of one day that wait for the same person are gathered in one mail. Gives the row.
    """
    moment = not_before or clock.now()
    dispatch = _waiting(kind, workspace, to, moment) if kind in GATHERED_KINDS else None
    if dispatch is None:
        dispatch = _new(kind, workspace, to, moment, payload)
    elif moment > dispatch.not_before:
        dispatch.not_before = moment
        dispatch.save(update_fields=["not_before"])
    DispatchItem.objects.bulk_create(
        DispatchItem(dispatch=dispatch, subject_type=subject._meta.label_lower, subject_id=subject.pk, step=step) for subject, step in about
    )
    ring("mail")
    return dispatch


@transaction.atomic
def set_aside(letters: models.QuerySet[Dispatch], *, reason: str) -> int:
    """Cancel those of the letters that nobody has claimed, and free what they were about. Gives how many."""
    pks = list(letters.filter(state=DispatchState.PLANNED).select_for_update().values_list("pk", flat=True))
    Dispatch.objects.filter(pk__in=pks).update(state=DispatchState.CANCELLED, reason=reason)
    freed = Concat(F("step"), Value(f" {CANCELLED} "), F("dispatch_id"), output_field=DispatchItem._meta.get_field("step"))
    DispatchItem.objects.filter(dispatch__in=pks).update(step=Left(freed, 40))
    return len(pks)


def _waiting(kind: str, workspace: Workspace, to: ContactPerson | User, moment: datetime) -> Dispatch | None:
    """The person's mail of this kind and day that nobody has claimed, held so that nobody does while we add to it."""
    receiver = {"contact": to} if isinstance(to, ContactPerson) else {"user": to}
    that_day = Dispatch.objects.filter(kind=kind, workspace=workspace, day=clock.day_of(moment), **receiver)
    return that_day.select_for_update().filter(state=DispatchState.PLANNED).order_by("id").first()


def _new(kind: str, workspace: Workspace, to: ContactPerson | User, moment: datetime, payload: dict[str, Any]) -> Dispatch:
    return Dispatch.objects.create(
        workspace=workspace,
        kind=kind,
        contact=to if isinstance(to, ContactPerson) else None,
        user=to if isinstance(to, User) else None,
        day=clock.day_of(moment),
        not_before=moment,
        payload=payload,
    )
