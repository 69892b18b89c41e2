"""A large file is read, and a large plan stored, by a worker: the same acts as on the page, with progress to watch, leave and stop.

The uploaded bytes lie in the import's own row until they are read, so that nothing is left behind in a folder.
"""

import hashlib
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from measures.actions.imports import confirm_import, keep_read_import, throw_away_unread
from measures.imports.tree import Choices
from measures.models import Plan
from measures.spreadsheets import UnreadableError, pack_workbook
from stakeholders import events
from stakeholders.actions.jobs import queue_job
from stakeholders.jobs import Cancelled, Progress, Store
from stakeholders.models import ImportRun, Job, User, Workspace
from stakeholders.refusals import NotRight, TooLate

LARGE_FILE = 500_000
"""Bytes. Smaller ones are read in a second or two, while the page is waited for."""

LARGE_PLAN = 500
"""Rows that are stored while the page is waited for; more are a worker's."""


@transaction.atomic
def ask_to_read(file: BinaryIO, file_name: str, *, workspace: Workspace, by: User, plan: Plan | None = None) -> Job:
    """Keep the file and ask a worker to read it. Nothing else is stored."""
    content = file.read()
    run = ImportRun.objects.create(
        workspace=workspace,
        plan_id=plan.pk if plan else None,
        file_name=Path(file_name).name[:255],
        sha256=hashlib.sha256(content).hexdigest(),
        packed=content,
        content={"choices": asdict(Choices())},
        by_user=by,
    )
    title = _("Läser ”%(file)s”") % {"file": run.file_name}
    job = queue_job("read_import", workspace=workspace, by=by, run=run.pk, title=title, back=reverse("import_upload"))
    run.content["job"] = job.pk
    run.save()
    events.record("import.received", run, workspace=workspace, by=by, sha256=run.sha256)
    return job


def is_unread(run: ImportRun) -> bool:
    """Whether the file waits for the worker that is to read it."""
    return "digest" not in run.content and run.cancelled_at is None


def refuse_unread(run: ImportRun) -> None:
    """TooLate while there is nothing to look at yet."""
    if is_unread(run):
        raise TooLate(_("Filen ”%(file)s” läses fortfarande. Kom tillbaka om en stund.") % {"file": run.file_name})


def ask_to_confirm(run: ImportRun, *, by: User, **chosen: Any) -> Job:
    """Ask a worker to store what the preview showed. `chosen`: as of `confirm_import`."""
    title = _("Läser in ”%(file)s”") % {"file": run.file_name}
    back = reverse("import_show", args=[run.pk])
    return queue_job("confirm_import", workspace=run.workspace, by=by, run=run.pk, chosen=chosen, title=title, back=back)


def read(job: Job, progress: Progress) -> Store:
    """Read the kept file; the store keeps its rows and what they would do. A file that cannot be read is thrown away, and told of."""
    run = ImportRun.objects.select_related("workspace").get(pk=job.arguments["run"])
    try:
        with NamedTemporaryFile(suffix=Path(run.file_name).suffix[:10]) as copy:
            copy.write(bytes(run.packed))
            copy.flush()
            packed = pack_workbook(Path(copy.name), seen=lambda rows: progress(rows, 0))
    except Cancelled:
        throw_away_unread(run, by=job.by_user)
        raise
    except UnreadableError as no:
        throw_away_unread(run, by=job.by_user)
        raise NotRight(str(no)) from no
    return lambda: {"address": reverse("import_show", args=[keep_read_import(run, packed).pk])}


def confirm(job: Job, progress: Progress) -> Store:
    """Store what was confirmed: all of it together with the fact that the job is done."""
    run = ImportRun.objects.get(pk=job.arguments["run"])
    progress(0, 0)
    return lambda: {"address": reverse("import_show", args=[confirm_import(run, by=job.by_user, **job.arguments["chosen"]).pk])}
