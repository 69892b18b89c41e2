"""Heavy work is asked for, watched, and asked to stop."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stakeholders import clock, doorbell, events
from stakeholders.models import Job, User, Workspace
from stakeholders.refusals import TooLate
from stakeholders.rules import JobState


@transaction.atomic
def queue_job(kind: str, *, workspace: Workspace, by: User, **arguments: Any) -> Job:
    """Ask for heavy work; a worker takes it at once. `arguments` are plain JSON: ids, never rows."""
    job = Job.objects.create(workspace=workspace, kind=kind, arguments=arguments, by_user=by)
    events.record("job.queued", job, workspace=workspace, by=by, kind=kind)
    doorbell.ring("heavy")
    return job


@transaction.atomic
def cancel_job(job: Job, *, by: User) -> Job:
    """Stop it: at once if nobody has begun, otherwise at its next step. What it was about to store is not stored."""
    now = clock.now()
    mine = Job.objects.filter(pk=job.pk)
    stopped = mine.filter(state=JobState.QUEUED).update(state=JobState.CANCELLED, cancel_asked_at=now, finished_at=now)
    if not stopped and not mine.filter(state=JobState.RUNNING, cancel_asked_at=None).update(cancel_asked_at=now):
        raise TooLate(_("Arbetet är redan klart eller avbrutet."))
    events.record("job.cancelled", job, workspace=job.workspace, by=by)
    job.refresh_from_db()
    return job
