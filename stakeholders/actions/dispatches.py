"""A mail is asked for by a row in the transaction of its cause; the worker sends it."""

from datetime import datetime
from typing import Any

from django.db import models

from stakeholders import clock
from stakeholders.models import ContactPerson, Dispatch, DispatchItem, User, Workspace


def plan_dispatch(
    kind: str,
    *,
    workspace: Workspace,
    to: ContactPerson | User,
    about: list[tuple[models.Model, str]],
    not_before: datetime | None = None,
    **payload: Any,
) -> Dispatch:
    """Put one mail in the queue. `about`: (subject, step) pairs; the same pair is never mailed twice (IntegrityError)."""
    moment = not_before or clock.now()
    dispatch = Dispatch.objects.create(
        workspace=workspace,
        kind=kind,
        contact=to if isinstance(to, ContactPerson) else None,
        user=to if isinstance(to, User) else None,
        day=clock.day_of(moment),
        not_before=moment,
        payload=payload,
    )
    DispatchItem.objects.bulk_create(
        DispatchItem(dispatch=dispatch, subject_type=subject._meta.label_lower, subject_id=subject.pk, step=step) for subject, step in about
    )
    return dispatch
