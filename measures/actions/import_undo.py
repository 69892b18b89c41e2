"""Undoing an import: exactly what it made is removed and what it changed gets its former values – or nothing happens at all.

Anything that has been changed, used or added to since stands in the way, and is named. The rows that are otherwise never
deleted let go of themselves only because the import is marked as undone first (the database checks it).
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import F, ProtectedError, Q, QuerySet
from django.utils.translation import gettext as _

from measures.imports.comparison import in_chunks
from stakeholders import clock, events
from stakeholders.events import By
from stakeholders.models import Attachment, Event, ImportRun
from stakeholders.refusals import TooLate

REMOVED_IN_ORDER = (
    *("measures.assignmentindicator", "measures.assignment", "measures.target", "measures.baseline", "measures.indicatorversion"),
    *("measures.indicator", "measures.evidence", "measures.measure", "measures.cause", "measures.goal", "measures.plan"),
    *("stakeholders.contactperson", "stakeholders.actor", "stakeholders.area"),
)
NOUNS = {
    "measures.assignment": "assignment",
    "measures.indicator": "indicator",
    "measures.measure": "measure",
    "measures.cause": "cause",
    "measures.goal": "goal",
    "measures.plan": "plan",
    "stakeholders.contactperson": "contact",
    "stakeholders.actor": "actor",
    "stakeholders.area": "area",
}
"""What each kind is called in history; the rest belong to one of these."""
NAMED = 5


@transaction.atomic
def undo_import(run: ImportRun, *, by: By) -> ImportRun:
    """Remove what the import made and put back what it changed. Raises TooLate, naming what stands in the way."""
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("workspace").defer("packed").get(pk=run.pk)
    if not run.confirmed_at:
        raise TooLate(_("Filen är inte inläst, så det finns inget att ångra."))
    if run.undone_at:
        raise TooLate(_("Inläsningen är redan ångrad."))
    _refuse(list(_changed_since(run)))
    run.undone_at = clock.now()
    run.save(update_fields=["undone_at"])
    for change in run.stored["changed"]:
        _put_back(run, change, by)
    for label, pairs in run.stored["linked"].items():
        _unlink(label, pairs)
    _refuse(list(_linked_since(run)))
    _remove_all(run, by)
    events.record("import.undone", run, workspace=run.workspace, by=by)
    return run


def _refuse(touched: list[str]) -> None:
    if touched:
        names = ", ".join(dict.fromkeys(touched[:NAMED]))
        raise TooLate(
            _("Inläsningen går inte längre att ångra. Det här har ändrats eller används sedan dess: {names}.").format(names=names)
        )


def _made(run: ImportRun) -> Iterator[tuple[Any, list[int]]]:
    """(model, ids) in the order in which they can be removed, some hundred at a time."""
    for label in REMOVED_IN_ORDER:
        for chunk in in_chunks(run.stored["made"].get(label, [])):
            yield apps.get_model(label), list(chunk)


def _changed_since(run: ImportRun) -> Iterator[str]:
    """What has an event of its own after the import, or a file attached to it."""
    confirmed = Event.objects.about(run).filter(verb="import.confirmed").values_list("pk", flat=True).get()
    for model, ids in _made(run):
        label = model._meta.label_lower
        later = Event.objects.filter(subject_type=label, subject_id__in=ids, pk__gt=confirmed).values("subject_id")
        attached = Attachment.objects.filter(subject_type=label, subject_id__in=ids, removed_at=None).values("subject_id")
        for subject in model.objects.filter(Q(pk__in=later) | Q(pk__in=attached)):
            yield str(subject)


def _linked_since(run: ImportRun) -> Iterator[str]:
    """What others have linked to what the import made, now that its own links are gone."""
    for model, ids in _made(run):
        for field in model._meta.get_fields():
            if field.many_to_many:
                through = (field.remote_field if field.concrete else field).through
                column = next(f.name for f in through._meta.fields if f.related_model is model)
                linked = through.objects.filter(**{f"{column}__in": ids}).values_list(column, flat=True)
                yield from (str(subject) for subject in model.objects.filter(pk__in=linked))


def _put_back(run: ImportRun, change: dict[str, Any], by: By) -> None:
    model = apps.get_model(change["label"])
    subject = model.objects.filter(pk=change["id"]).first()
    same = model.objects.filter(pk=change["id"], version=change["version"])
    if subject is None or not same.exists():
        _refuse([str(subject or change["label"])])
    former = {model._meta.get_field(name).attname: value for name, value in change["before"].items()}
    payload = {"changes": {name: [getattr(subject, name), value] for name, value in former.items()}, "import": run.pk}
    for name, value in former.items():
        setattr(subject, name, value)
    derived = {f.attname: f.pre_save(subject, False) for f in model._meta.concrete_fields if getattr(f, "source", "") in former}
    same.update(version=F("version") + 1, **former, **derived)
    events.record(f"{NOUNS[change['label']]}.changed", subject, workspace=run.workspace, by=by, **payload)


def _unlink(label: str, pairs: list[list[int]]) -> None:
    """Take away the import's rows of a many-to-many table. Its two columns stand in the order in which the pairs were written."""
    through = apps.get_model(label)
    for chunk in in_chunks(pairs):
        wanted = {tuple(pair) for pair in chunk}
        left, right = LINK_COLUMNS[label]
        rows = through.objects.filter(**{f"{left}__in": {pair[0] for pair in wanted}}).values_list("pk", left, right)
        through.objects.filter(pk__in=[pk for pk, one, other in rows if (one, other) in wanted]).delete()


LINK_COLUMNS = {
    "stakeholders.actor_areas": ("actor_id", "area_id"),
    "measures.measure_causes": ("measure_id", "cause_id"),
    "measures.measure_areas": ("measure_id", "area_id"),
    "measures.indicator_measures": ("indicator_id", "measure_id"),
}


def _remove_all(run: ImportRun, by: By) -> None:
    for label in REMOVED_IN_ORDER:
        ids = run.stored["made"].get(label, [])
        if not ids:
            continue
        model: Any = apps.get_model(label)
        if label in NOUNS:
            gone = [model(pk=pk) for pk in ids]
            events.record_many(f"{NOUNS[label]}.removed", gone, workspace=run.workspace, by=by, **{"import": run.pk})
        try:
            _remove(model, ids)
        except ProtectedError as used:
            _refuse([str(subject) for subject in list(used.protected_objects)[:NAMED]])


def _remove(model: Any, ids: list[int]) -> None:
    """Leaves before branches, where the model is a tree."""
    has_parent = any(field.name == "parent" for field in model._meta.concrete_fields)
    for chunk in in_chunks(sorted(ids, reverse=True)):  # children were made after their parents
        rows: QuerySet[Any] = model.objects.filter(pk__in=chunk)
        while has_parent and (leaves := list(rows.exclude(pk__in=rows.exclude(parent=None).values("parent")).values_list("pk", flat=True))):
            model.objects.filter(pk__in=leaves).delete()
        rows.delete()
