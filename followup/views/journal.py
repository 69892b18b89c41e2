"""An assignment: what was taken on, the answers over time, and the journal."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from followup.actions.journal import organisation_of, remove_note, write_note
from followup.forms.journal import NoteForm
from followup.models import JournalNote
from followup.permissions import can_remove_note, can_see_raw, can_write_note
from followup.queries.assignments import answers_of, files_of
from followup.queries.history import of_assignment
from followup.views.files import sent_as_file
from measures.models import Assignment
from stakeholders.actions.attachments import attachments_of
from stakeholders.permissions import SignedInRequest, require
from stakeholders.refusals import NotRight


def assignment_show(request: SignedInRequest, pk: int) -> HttpResponse:
    """One actor's part in one measure."""
    return _assignment_page(request, _assignment_for(request, pk))


@require_POST
def note_write(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write down what happened."""
    assignment = _assignment_for(request, pk)
    require(can_write_note(request.user, assignment))
    form = NoteForm(request.POST, request.FILES, actor=assignment.actor, own=organisation_of(request.user, assignment))
    if not form.is_valid():
        return _assignment_page(request, assignment, note_form=form, status=422)
    try:
        write_note(assignment, by=request.user, **form.cleaned_data)
    except NotRight as no:
        form.add_error("file", no.sentence)
        return _assignment_page(request, assignment, note_form=form, status=422)
    messages.success(request, _("Anteckningen är sparad."))
    return redirect(f"{reverse('assignment_show', args=[assignment.pk])}#journal")


def note_file(request: SignedInRequest, pk: int, file_id: int) -> FileResponse:
    """A file of a note, for whoever may read the note."""
    note = get_object_or_404(JournalNote.objects.visible_to(request.user).standing(), pk=pk)
    return sent_as_file(get_object_or_404(attachments_of(note), pk=file_id))


@require_POST
def note_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a note away."""
    note = get_object_or_404(JournalNote.objects.visible_to(request.user).standing().select_related("actor__workspace"), pk=pk)
    require(can_remove_note(request.user, note))
    remove_note(note, by=request.user)
    messages.success(request, _("Anteckningen är borttagen."))
    return redirect(f"{reverse('assignment_show', args=[note.assignment_id])}#journal")


def _assignment_for(request: SignedInRequest, pk: int) -> Assignment:
    found = Assignment.objects.visible_to(request.user).select_related("measure__plan__workspace", "actor__workspace", "contact")
    return get_object_or_404(found, pk=pk)


def _assignment_page(request: SignedInRequest, assignment: Assignment, *, status: int = 200, **forms: Any) -> HttpResponse:
    answers = answers_of(assignment, can_see_raw(request.user, assignment.actor))
    notes = list(JournalNote.objects.visible_to(request.user).standing().filter(assignment=assignment).select_related("actor", "by_user"))
    files = files_of(notes)
    can_write = can_write_note(request.user, assignment)
    context = {
        "assignment": assignment,
        "answers": answers,
        "notes": [(note, files.get(note.pk, []), can_remove_note(request.user, note)) for note in notes],
        "history": of_assignment(assignment, [answer.obligation for answer in answers]),
        "can_write": can_write,
        "note_form": NoteForm(actor=assignment.actor, own=organisation_of(request.user, assignment)) if can_write else None,
        **forms,
    }
    return render(request, "followup/assignment.html", context, status=status)
