"""Heavy work: watched, left, cancelled, told in words when it fails. Nothing or everything, wherever it is killed.

The work of a kind is given from above as a function of two parts: `prepare(job, progress)` does what takes time, reads only, and gives a
`store` function; `store()` writes the result and is run in one transaction together with the fact that the job is done.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from stakeholders import clock, events
from stakeholders.mail import worker_name
from stakeholders.models import Heartbeat, Job
from stakeholders.refusals import Refusal
from stakeholders.rules import JobState

Store = Callable[[], dict[str, Any]]
"""Writes what the job came to, and gives its result as plain JSON."""

LEASE = timedelta(seconds=90)
KEEP_ALIVE = 20
"""Seconds between the signs of life of a job that is being done."""

MOST_ATTEMPTS = 3

log = structlog.get_logger(__name__)


class Cancelled(Exception):
    """Somebody asked for the job to stop."""


class Progress:
    """How far a job has come; raises Cancelled when somebody has asked for it to stop, or another has it."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` steps. Call it now and then, outside any transaction."""
        ours = Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, claimed_by=self.job.claimed_by, cancel_asked_at=None)
        if not ours.update(done=done, total=total):
            raise Cancelled


Kinds = Mapping[str, Callable[[Job, Progress], Store]]


def keep_file(job: Job, name: str, content_type: str, content: bytes) -> dict[str, Any]:
    """Store what a job came to, under a name of our own; for its result: `return {"file": keep_file(…)}`.

    What a killed attempt left is thrown away: its claim is lost, so nobody will ever be told of it.
    """
    for attempt in range(1, job.attempts + 1):
        default_storage.delete(f"jobs/{job.pk}-{attempt}")
    path = default_storage.save(f"jobs/{job.pk}-{job.attempts}", ContentFile(content))
    return {"path": path, "name": name, "content_type": content_type, "size": len(content)}


def run_jobs(kinds: Kinds, worker: str = "", *, limit: int = 20) -> int:
    """Do the jobs that wait, one after the other. Gives how many were taken."""
    worker = worker or worker_name()
    release_leases()
    taken = 0
    for pk in list(Job.objects.filter(state=JobState.QUEUED).order_by("id").values_list("pk", flat=True)[:limit]):
        job = _claim(pk, f"{worker}/{uuid4().hex[:12]}")
        if job:
            taken += 1
            _run(job, kinds)
        Heartbeat.beat("jobs", worker)
    Heartbeat.beat("jobs", worker)
    return taken


def release_leases() -> None:
    """Take back what a killed worker held: nothing of it was stored, so it may be done again; not for ever."""
    now = clock.now()
    held = Job.objects.filter(state=JobState.RUNNING, lease_until__lte=now)
    held.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=JobState.FAILED, finished_at=now, failure=_("Arbetet avbröts flera gånger. Ingenting är sparat.")
    )
    held.filter(cancel_asked_at__isnull=False).update(state=JobState.CANCELLED, finished_at=now)
    held.update(state=JobState.QUEUED, claimed_by="", lease_until=None, done=0)


def _claim(pk: int, claim: str) -> Job | None:
    now = clock.now()
    queued = Job.objects.filter(pk=pk, state=JobState.QUEUED)
    facts = {"state": JobState.RUNNING, "claimed_by": claim, "started_at": now, "lease_until": now + LEASE, "attempts": F("attempts") + 1}
    return Job.objects.select_related("workspace", "by_user").get(pk=pk) if queued.update(**facts) else None


def _run(job: Job, kinds: Kinds) -> None:
    try:
        with _kept_alive(job):
            store = kinds[job.kind](job, Progress(job))
            with transaction.atomic():
                result = store()
                if not _end(job, JobState.DONE, result=result):
                    raise Cancelled  # stopped at the last moment, or our lease was lost and somebody else is doing it: this is rolled back
                events.record("job.done", job, workspace=job.workspace, by=job.by_user, kind=job.kind)
    except Cancelled:
        _end(job, JobState.CANCELLED)
    except Refusal as no:
        _end(job, JobState.FAILED, failure=no.sentence)
    except Exception:
        log.exception("job.failed", job=job.pk, kind=job.kind)
        _end(job, JobState.FAILED, failure=_("Något gick fel hos oss. Ingenting är sparat. Försök igen, eller hör av dig till oss."))


def _end(job: Job, state: str, **facts: Any) -> bool:
    ours = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, claimed_by=job.claimed_by)
    if state == JobState.DONE:
        ours = ours.filter(cancel_asked_at=None)
    return bool(ours.update(state=state, finished_at=clock.now(), lease_until=None, **facts))


@contextmanager
def _kept_alive(job: Job) -> Any:
    """Prolong the lease from a thread of its own, however long the work is silent."""
    is_over = threading.Event()

    def breathe() -> None:
        while not is_over.wait(KEEP_ALIVE):
            try:
                ours = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, claimed_by=job.claimed_by)
                ours.update(lease_until=clock.now() + LEASE)
            except DatabaseError:
                pass  # busy just now (SQLite has one writer): the next breath will do
        connection.close()

    thread = threading.Thread(target=breathe, daemon=True, name=f"job-{job.pk}")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
