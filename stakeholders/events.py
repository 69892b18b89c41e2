"""What happened: one row a change, in the transaction of the change."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from stakeholders.models import ContactPerson, Event, User, Workspace

By = User | ContactPerson | None
"""Who acts: a signed-in user, a contact through a reporting link, or nobody (the system's own work)."""


def record(verb: str, subject: models.Model, *, workspace: Workspace, by: By, **payload: Any) -> Event:
    """Write the event `object.past_participle` about `subject`. The payload is plain JSON, with ids of persons and never names."""
    return Event.objects.create(**_row(verb, subject, workspace, by, payload))


def record_many(verb: str, subjects: list[Any], *, workspace: Workspace, by: By, **payload: Any) -> None:
    """One event for each subject, in one statement."""
    Event.objects.bulk_create([Event(**_row(verb, subject, workspace, by, payload)) for subject in subjects], batch_size=500)


def record_each(verb: str, subjects: Iterable[tuple[Any, dict[str, Any]]], *, workspace: Workspace, by: By) -> None:
    """One event for each (subject, payload), in few statements."""
    Event.objects.bulk_create([Event(**_row(verb, subject, workspace, by, payload)) for subject, payload in subjects], batch_size=500)


def changes(before: models.Model, **after: Any) -> dict[str, list[Any]]:
    """{field: [from, to]} for the values that differ, as plain JSON."""
    pairs = {name: [_plain(getattr(before, name)), _plain(value)] for name, value in after.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _row(verb: str, subject: models.Model, workspace: Workspace, by: By, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "verb": verb,
        "subject_type": subject._meta.label_lower,
        "subject_id": subject.pk,
        "by_user": by if isinstance(by, User) else None,
        "by_contact": by if isinstance(by, ContactPerson) else None,
        "payload": {name: _plain(value) for name, value in payload.items()},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | bool) or value is None else str(value)
