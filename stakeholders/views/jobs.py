"""A page to watch heavy work on, to leave and come back to."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from stakeholders.actions.jobs import cancel_job
from stakeholders.models import Job
from stakeholders.permissions import SignedInRequest
from stakeholders.rules import JobState


def job_show(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far it has come. The same address gives the fragment that asks again by itself."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    template = "stakeholders/_job.html" if request.headers.get("HX-Request") else "stakeholders/job.html"
    response = render(request, template, {"job": job, "is_going_on": job.state in (JobState.QUEUED, JobState.RUNNING)})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def job_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop it."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    cancel_job(job, by=request.user)
    return redirect("job_show", pk=job.pk)


def job_file(request: SignedInRequest, pk: int) -> HttpResponse | FileResponse:
    """The file that the work came to, as a download."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    kept = job.result.get("file")
    if not kept or not default_storage.exists(kept["path"]):
        raise Http404
    return FileResponse(default_storage.open(kept["path"]), as_attachment=True, filename=kept["name"], content_type=kept["content_type"])
