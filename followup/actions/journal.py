"""The journal of an assignment: notes are written, and taken away."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import JournalNote
from measures.models import Assignment
from stakeholders import clock, events
from stakeholders.actions.attachments import attach_file, attachments_of, remove_file
from stakeholders.models import Actor, User
from stakeholders.refusals import NotRight, TooLate


@transaction.atomic
def write_note(assignment: Assignment, *, by: User, day: date, text: str, visibility: str, file: UploadedFile | None = None) -> JournalNote:
    """A dated note, told for the writer's own organisation, with a file when there is one. Nothing is kept if the file is refused."""
    if not text.strip():
        raise NotRight(_("Skriv vad som hände."))
    if day > clock.today():
        raise NotRight(_("Dagen har inte varit än. Skriv när det har hänt."))
    note = JournalNote.objects.create(
        assignment=assignment, actor=organisation_of(by, assignment), day=day, text=text.strip(), visibility=visibility, by_user=by
    )
    if file:
        attach_file(note, file, by=by, workspace=assignment.actor.workspace, name=file.name or "", size=file.size or 0)
    events.record("note.written", note, workspace=assignment.actor.workspace, by=by, visibility=visibility)
    return note


@transaction.atomic
def remove_note(note: JournalNote, *, by: User) -> JournalNote:
    """Nobody sees the note any more; that it was there is kept in the history."""
    note = JournalNote.objects.select_for_update(of=("self",)).select_related("actor__workspace").get(pk=note.pk)
    if note.removed_at:
        raise TooLate(_("Anteckningen är redan borttagen."))
    note.removed_at, note.removed_by = clock.now(), by
    note.save(update_fields=["removed_at", "removed_by"])
    for attachment in attachments_of(note):
        remove_file(attachment, by=by)
    events.record("note.removed", note, workspace=note.actor.workspace, by=by)
    return note


def organisation_of(by: User, assignment: Assignment) -> Actor:
    """For whom `by` writes: the assignment's actor when that is where they are, else their own place in the workspace."""
    mine = Actor.objects.filter(pk__in=by.memberships.active().values("actor"), workspace=assignment.actor.workspace).order_by("id")
    return next((actor for actor in mine if actor == assignment.actor), None) or mine[0]
