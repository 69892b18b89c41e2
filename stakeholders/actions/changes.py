"""Saving an edited object: the number it was read with must still hold, and what changed is told in one event."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from stakeholders import clock, events
from stakeholders.events import By
from stakeholders.models import Event, User, Workspace
from stakeholders.refusals import ChangedMeanwhile

Editable = TypeVar("Editable", bound=models.Model)


@transaction.atomic
def save_changes(
    thing: Editable, fields: Mapping[str, Any], *, version: int, by: By, verb: str, workspace: Workspace, is_about_person: bool = False
) -> Editable:
    """Store `fields` (many-to-many ones as lists of objects) and give the object as it now stands.

    Nothing changed: nothing is stored, and no event. `is_about_person`: the event names the fields only, since history holds no names.
    Raises ChangedMeanwhile when `version` is no longer the object's.
    """
    now: Any = type(thing)._base_manager.select_for_update(of=("self",)).get(pk=thing.pk)
    if now.version != version:
        raise changed_meanwhile(now, fields)
    many = {name: list(value) for name, value in fields.items() if thing._meta.get_field(name).many_to_many}
    plain = {name: value for name, value in fields.items() if name not in many}
    changed = events.changes(now, **plain) | _many_changes(now, many)
    if not changed:
        return now
    for name, value in plain.items():
        setattr(now, name, value)
    now.version += 1
    now.save()
    for name, value in many.items():
        getattr(now, name).set(value)
    told = {"fields": sorted(changed)} if is_about_person else {"changes": changed}
    events.record(verb, now, workspace=workspace, by=by, version=now.version, **told)
    return now


def changed_meanwhile(now: Any, fields: Mapping[str, Any]) -> ChangedMeanwhile:
    """The refusal that says who was first, with the fields as they stand now."""
    last = Event.objects.about(now).filter(payload__has_key="version").order_by("-id").select_related("by_user").first()
    theirs = {name: current_value(now, name) for name in fields}
    if last is None:
        return ChangedMeanwhile(_("Någon ändrade samma uppgifter medan du skrev. Dina ändringar är inte borta."), theirs=theirs)
    who = str(last.by_user) if isinstance(last.by_user, User) else _("Någon")
    sentence = _(
        "%(who)s ändrade samma uppgifter kl. %(time)s, medan du skrev. Dina ändringar är inte borta. Välj för varje rad vad som ska gälla."
    )
    return ChangedMeanwhile(sentence % {"who": who, "time": f"{last.recorded_at.astimezone(clock.STOCKHOLM):%H.%M}"}, theirs=theirs)


def current_value(thing: Any, name: str) -> Any:
    """The value of a field; a many-to-many one as a list of objects."""
    field = thing._meta.get_field(name)
    return list(getattr(thing, name).all()) if field.many_to_many else getattr(thing, name)


def _many_changes(thing: Any, many: Mapping[str, list[models.Model]]) -> dict[str, list[Any]]:
    pairs = {
        name: [sorted(getattr(thing, name).values_list("pk", flat=True)), sorted(one.pk for one in value)] for name, value in many.items()
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
