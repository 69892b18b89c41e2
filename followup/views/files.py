"""Photos and documents beside an answer."""

from django.apps import apps
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from followup.actions.drafts import refuse_if_answered
from followup.models import Obligation
from followup.permissions import can_see_raw
from followup.views.answer import frame
from followup.views.doors import Door
from stakeholders.actions.attachments import attach_file, attachments_of, path_of, remove_file
from stakeholders.files import TAKES
from stakeholders.models import Attachment
from stakeholders.permissions import require
from stakeholders.refusals import NotRight, TooLate


@require_http_methods(["GET", "HEAD", "POST"])
def answer_file(request: HttpRequest, door: Door) -> HttpResponse:
    """Add a photo or a document, and see those that are there."""
    refuse_if_answered(door.obligation)
    if request.method == "GET":
        return _page(request, door)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise NotRight(_("Välj en fil först. Den får vara högst 10 MB."))
        attach_file(
            door.obligation,
            upload,
            by=door.by,
            workspace=door.obligation.period.plan.workspace,
            name=upload.name or "",
            size=upload.size or 0,
        )
    except (NotRight, TooLate) as no:
        return _page(request, door, error=no.sentence, status=no.status)
    return redirect(door.address("file"))


@require_GET
def answer_open_file(request: HttpRequest, door: Door, file_id: int) -> HttpResponseBase:
    """The file, to be saved: a browser never shows it as a page of ours."""
    return sent_as_file(get_object_or_404(attachments_of(door.obligation), pk=file_id))


@require_POST
def answer_remove_file(request: HttpRequest, door: Door, file_id: int) -> HttpResponse:
    """Take a file away, until it has been sent in with a report."""
    attachment = get_object_or_404(attachments_of(door.obligation), pk=file_id)
    if is_sent_in(attachment, door.obligation):
        raise TooLate(_("Filen är redan inskickad. Be samordnaren ta bort den."))
    remove_file(attachment, by=door.by)
    return redirect(door.address("file"))


@require_GET
def file_open(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file by its own address, for whoever is signed in and can see what it lies beside."""
    attachment = get_object_or_404(Attachment, pk=pk, removed_at=None)
    reach = apps.get_model(attachment.subject_type)._default_manager.all().visible_to(request.user)
    subject = get_object_or_404(reach, pk=attachment.subject_id)
    if isinstance(subject, Obligation):  # it may show the small numbers that its report is protected for
        require(can_see_raw(request.user, subject.assignment.actor))
    return sent_as_file(attachment)


def sent_as_file(attachment: Attachment) -> FileResponse:
    """The bytes of an attachment as a download, by the type that its content has."""
    return FileResponse(
        default_storage.open(path_of(attachment)),
        as_attachment=True,
        filename=attachment.original_name,
        content_type=attachment.content_type,
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )


def is_sent_in(attachment: Attachment, obligation: Obligation) -> bool:
    """Whether a report has been sent in since the file was added."""
    return any(report.submitted_at and report.submitted_at >= attachment.recorded_at for report in obligation.reports.all())


def _page(request: HttpRequest, door: Door, *, error: str = "", status: int = 200) -> HttpResponse:
    files = [
        (one, address, "" if is_sent_in(one, door.obligation) else door.address("remove_file", one.pk)) for one, address in door.files()
    ]
    back = door.address("check" if door.obligation.reports.all() else "happened")
    more = {"files": files, "takes": TAKES, "error": error, "back": back}
    return render(request, "followup/answer/file.html", {**frame(door), **more}, status=status)
