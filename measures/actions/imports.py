"""A file on its way in: received and previewed, settled by a person, confirmed or cancelled, undone.

Nothing of the plan is stored before it is confirmed; then everything that was shown is, in one transaction, or nothing.
"""

import hashlib
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from measures.actions.import_rows import ImportWriter
from measures.imports.comparison import known_to, plan_titled
from measures.imports.left_out import left_out_sheets
from measures.imports.preview import preview_of, stored_problems
from measures.imports.tree import Choices, Understanding
from measures.imports.understanding import title_of, understand
from measures.models import Plan
from measures.spreadsheets import Sheet, pack_rows, pack_workbook, unpack_workbook
from stakeholders import clock, events
from stakeholders.events import By
from stakeholders.models import ImportRun, User, Workspace
from stakeholders.refusals import ChangedMeanwhile, NotRight, TooLate

FORGOTTEN_AFTER = timedelta(days=14)


@transaction.atomic
def receive_import(path: Path, file_name: str, *, workspace: Workspace, by: By, plan: Plan | None = None) -> ImportRun:
    """Read a file, store its rows and what they would do – nothing of the plan. Raises UnreadableError with a sentence.

    `plan`: the plan that the file is about; without it the one with the same title, else a new one.
    """
    packed = pack_workbook(path)
    _forget_old(workspace)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    run = ImportRun(
        workspace=workspace,
        plan_id=plan.pk if plan else None,
        file_name=Path(file_name).name[:255],
        sha256=digest,
        packed=packed,
        by_user=by if isinstance(by, User) else None,
    )
    run.content = {"choices": asdict(Choices())}
    _preview(run)
    run.save()
    events.record("import.received", run, workspace=workspace, by=by, sha256=digest)
    return run


@transaction.atomic
def keep_read_import(run: ImportRun, packed: bytes) -> ImportRun:
    """Store the rows of a file that a worker has read, and what they would do. Raises TooLate if somebody has given it up."""
    run = _waiting(run)
    _forget_old(run.workspace)
    run.packed = packed
    _preview(run)
    run.save()
    return run


@transaction.atomic
def throw_away_unread(run: ImportRun, *, by: By) -> None:
    """The file will not be read: its bytes are thrown away."""
    run = _waiting(run)
    _throw_away(run)
    events.record("import.cancelled", run, workspace=run.workspace, by=by)


@transaction.atomic
def settle_import(run: ImportRun, *, by: By, **choices: Any) -> ImportRun:
    """Say what columns or names mean, or what the plan is called; the preview is made anew. `choices`: fields of Choices."""
    run = _waiting(run)
    run.content["choices"] = {**run.content["choices"], **choices}
    _preview(run)
    run.save()
    events.record("import.settled", run, workspace=run.workspace, by=by, changes=sorted(choices))
    return run


@transaction.atomic
def refresh_import(run: ImportRun) -> ImportRun:
    """Hold the file against the register as it is now."""
    run = _waiting(run)
    _preview(run)
    run.save()
    return run


@transaction.atomic
def confirm_import(run: ImportRun, *, by: By, seen: str = "", update: bool = False, accepted: bool | None = None) -> ImportRun:
    """Store the rows that can be read, all of them or none.

    `seen`: the digest of the preview that was looked at; if the register has changed since, nothing is stored (409).
    `update`: also change what is stored with other values. `accepted`: whether the actors have already said yes to their
    parts; unless said, they have when the file says that the plan is adopted.
    """
    run = _waiting(run)
    Workspace.objects.select_for_update().get(pk=run.workspace_id)  # one import at a time in a room
    sheets, understanding, plan = _understood(run)
    preview = preview_of(understanding, sheets, run.workspace, plan)
    if seen and seen != preview["digest"]:
        raise ChangedMeanwhile(_("Något har ändrats sedan du såg förhandsgranskningen. Titta igen innan du läser in."))
    _refuse_to_store(understanding, plan)
    if accepted is None:
        accepted = bool(understanding.head.adopted_on)
    writer = ImportWriter(run, understanding, by=by, update=update, accepted=accepted)
    run.stored = writer.write(plan)
    run.plan_id = run.stored["plan"] or run.plan_id
    run.content = {**run.content, **preview}
    run.problems = stored_problems(understanding.problems)
    run.packed = pack_rows(left_out_sheets(sheets, understanding))
    run.confirmed_at = clock.now()
    run.save()
    made = {label: len(ids) for label, ids in run.stored["made"].items()}
    events.record("import.confirmed", run, workspace=run.workspace, by=by, made=made, changed=len(run.stored["changed"]))
    return run


@transaction.atomic
def cancel_import(run: ImportRun, *, by: By) -> ImportRun:
    """Give up: the rows are thrown away."""
    run = _waiting(run)
    _throw_away(run)
    events.record("import.cancelled", run, workspace=run.workspace, by=by)
    return run


def left_out_of(run: ImportRun) -> list[Sheet]:
    """The rows that are not, or were not, read in, under their headings."""
    sheets = unpack_workbook(bytes(run.packed))
    if run.confirmed_at:
        return sheets
    understanding = _understood(run)[1]
    return left_out_sheets(sheets, understanding)


def sheets_of(run: ImportRun) -> list[Sheet]:
    """The sheets as they were read, for choosing what their columns mean."""
    return unpack_workbook(bytes(run.packed))


# --- the parts ----------------------------------------------------------------------------------------------------------


def _waiting(run: ImportRun) -> ImportRun:
    """The import, locked, if nobody has finished with it."""
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=run.pk)
    if run.confirmed_at:
        raise TooLate(_("Filen är redan inläst."))
    if run.cancelled_at:
        raise TooLate(_("Inläsningen är avbruten. Ladda upp filen igen."))
    return run


def _understood(run: ImportRun) -> tuple[list[Sheet], Understanding, Plan | None]:
    sheets = unpack_workbook(bytes(run.packed))
    choices = _choices(run)
    chosen = Plan.objects.within(run.workspace).filter(pk=run.plan_id).first() if run.plan_id else None
    plan = chosen or plan_titled(run.workspace, title_of(sheets, choices))
    return sheets, understand(sheets, known_to(run.workspace, plan), choices), plan


def _choices(run: ImportRun) -> Choices:
    """The stored choices; JSON makes the numbers of sheets into text."""
    stored = run.content["choices"]
    return Choices(**{**stored, "layouts": {int(index): layout for index, layout in stored["layouts"].items()}})


def _preview(run: ImportRun) -> None:
    sheets, understanding, plan = _understood(run)
    run.content = {"choices": run.content["choices"], **preview_of(understanding, sheets, run.workspace, plan)}
    run.problems = stored_problems(understanding.problems)


def _refuse_to_store(understanding: Understanding, plan: Plan | None) -> None:
    if understanding.is_stopped:
        stops = [problem.wrong for problem in understanding.problems if not problem.row]
        raise NotRight(_("Filen går inte att läsa in än: {why}").format(why=stops[0]))
    if plan and plan.closed_at:
        raise TooLate(_("Planen ”{plan}” är avslutad och kan inte ändras.").format(plan=plan))
    if not understanding.rows_read:
        raise NotRight(_("Ingen rad går att läsa in."))


def _throw_away(run: ImportRun) -> None:
    run.packed = b""
    run.problems = []
    run.content = {"choices": asdict(Choices())}
    run.cancelled_at = clock.now()
    run.save()


def _forget_old(workspace: Workspace) -> None:
    """Previews that nobody came back to hold names and addresses of people: they are cancelled."""
    before = clock.now() - FORGOTTEN_AFTER
    for run in ImportRun.objects.filter(workspace=workspace, confirmed_at=None, cancelled_at=None, recorded_at__lt=before):
        _throw_away(run)
        events.record("import.cancelled", run, workspace=workspace, by=None)
