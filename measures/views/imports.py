"""A file on its way in: uploaded, looked at, settled, confirmed or cancelled, undone."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from measures import spreadsheets
from measures.actions import import_jobs
from measures.actions import imports as actions
from measures.actions.import_jobs import is_unread, refuse_unread
from measures.actions.import_undo import undo_import
from measures.import_forms import SHEET_WORDS, ActorsForm, ColumnsForm, ConfirmForm, PlanNameForm, UploadForm, letters
from measures.imports.cells import line_of
from measures.imports.headings import first_rows
from measures.imports.problems import Severity
from measures.imports.telling import counts, differences, made, told
from measures.models import Plan
from measures.spreadsheets import Sheet, UnreadableError
from stakeholders.exports import XLSX_TYPE, as_download, xlsx_bytes
from stakeholders.exports import Sheet as SheetOut
from stakeholders.models import Actor, ImportRun, Workspace
from stakeholders.permissions import SignedInRequest, can_coordinate, require
from stakeholders.refusals import ChangedMeanwhile, NotRight

EXAMPLE = Path(spreadsheets.__file__).parent / "examples" / "handlingsplan_exempel.xlsx"
LATEST = 20


def upload(request: SignedInRequest) -> HttpResponse:
    """Choose a file; and see what has been read in before."""
    rooms = [room for room in Workspace.objects.visible_to(request.user).order_by("name") if can_coordinate(request.user, room)]
    require(bool(rooms))
    form = UploadForm(request.POST or None, request.FILES or None, rooms=rooms)
    if request.method != "POST":
        return _upload_page(request, form, rooms)
    if not form.is_valid():
        return _upload_page(request, form, rooms, status=422)
    file, workspace, plan = (form.cleaned_data[name] for name in ("file", "workspace", "plan"))
    if file.size > import_jobs.LARGE_FILE:
        return redirect("job_show", import_jobs.ask_to_read(file, file.name, workspace=workspace, by=request.user, plan=plan).pk)
    try:
        with NamedTemporaryFile(suffix=Path(file.name).suffix[:10]) as copy:
            for piece in file.chunks():
                copy.write(piece)
            copy.flush()
            run = actions.receive_import(Path(copy.name), file.name, workspace=workspace, by=request.user, plan=plan)
    except UnreadableError as refused:
        form.add_error("file", str(refused))
        return _upload_page(request, form, rooms, status=422)
    return redirect("import_show", run.pk)


@require_safe
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the file would do; or, once it is confirmed, what it did. While a worker reads it: how far that has come."""
    run = _run_for(request, pk, may_be_unread=True)
    if is_unread(run) and run.by_user == request.user:
        return redirect("job_show", run.content["job"])
    refuse_unread(run)
    return _page(request, run)


@require_POST
def settle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what names mean, or what the plan is called."""
    run = _run_for(request, pk)
    if "title" in request.POST:
        plan_form = PlanNameForm(request.POST)
        if not plan_form.is_valid():
            return _page(request, run, plan_form=plan_form, status=422)
        actions.settle_import(run, by=request.user, **plan_form.cleaned_data)
    else:
        actors_form = _actors_form(run, request.POST)
        if not actors_form.is_valid():
            return _page(request, run, actors_form=actors_form, status=422)
        actions.settle_import(run, by=request.user, actors=actors_form.chosen)
    messages.success(request, _("Förhandsgranskningen är gjord på nytt."))
    return redirect("import_show", run.pk)


def columns(request: SignedInRequest, pk: int, index: int) -> HttpResponse:
    """Say which row holds the headings of a sheet and what its columns mean."""
    run = _run_for(request, pk)
    sheets = actions.sheets_of(run)
    if run.confirmed_at or index >= len(sheets):
        raise Http404
    rows = first_rows(sheets[index])
    form = ColumnsForm(request.POST or None, width=max((len(row.cells) for row in rows), default=0), initial=_read_as(run, index, rows))
    if request.method != "POST":
        return _columns_page(request, run, sheets[index], index, form)
    if not form.is_valid():
        return _columns_page(request, run, sheets[index], index, form, status=422)
    layouts = {**run.content["choices"]["layouts"], str(index): form.layout}
    actions.settle_import(run, by=request.user, layouts=layouts)
    messages.success(request, _("Förhandsgranskningen är gjord på nytt."))
    return redirect("import_show", run.pk)


@require_POST
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    """Store the rows that can be read: all of them or none."""
    run = _run_for(request, pk)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, run, status=422)
    if run.content["rows"] > import_jobs.LARGE_PLAN:
        return redirect("job_show", import_jobs.ask_to_confirm(run, by=request.user, **form.cleaned_data).pk)
    try:
        run = actions.confirm_import(run, by=request.user, **form.cleaned_data)
    except ChangedMeanwhile as changed:
        messages.warning(request, changed.sentence)
        return _page(request, actions.refresh_import(run), status=409)
    except NotRight as refused:
        messages.error(request, refused.sentence)
        return _page(request, run, status=422)
    messages.success(request, _("Filen är inläst."), extra_tags=reverse("import_undo", args=[run.pk]))
    return redirect("import_show", run.pk)


@require_POST
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give up: nothing was stored, and what the file held is thrown away."""
    run = actions.cancel_import(_run_for(request, pk), by=request.user)
    messages.success(request, _("Inläsningen av ”%(file)s” är avbruten. Inget är sparat.") % {"file": run.file_name})
    return redirect("import_upload")


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove exactly what the import made."""
    run = undo_import(_run_for(request, pk), by=request.user)
    messages.success(request, _("Inläsningen är ångrad. Det den la till är borttaget."))
    return redirect("import_show", run.pk)


@require_safe
def left_out(request: SignedInRequest, pk: int) -> HttpResponse:
    """The rows that could not be read in, as an Excel file to mend and read in again."""
    run = _run_for(request, pk)
    heads = {sheet["name"]: sheet["header_row"] for sheet in run.content["sheets"]}
    sheets = [_sheet_out(sheet, heads[sheet.name]) for sheet in actions.left_out_of(run)]
    if not sheets:
        raise Http404
    return as_download(xlsx_bytes(sheets, title=_("Rader att rätta"), created=run.recorded_at), XLSX_TYPE, f"rader-att-ratta-{run.pk}.xlsx")


@require_safe
def example(request: SignedInRequest) -> FileResponse:
    """A file to look at, or to fill in."""
    return FileResponse(EXAMPLE.open("rb"), as_attachment=True, filename="handlingsplan-exempel.xlsx", content_type=XLSX_TYPE)


# --- the parts ----------------------------------------------------------------------------------------------------------


def _run_for(request: SignedInRequest, pk: int, *, may_be_unread: bool = False) -> ImportRun:
    """The import, when it is in one's room (404), one coordinates there (403) and it has been read (409)."""
    runs = ImportRun.objects.visible_to(request.user).select_related("workspace", "by_user").defer("packed")
    run = get_object_or_404(runs, pk=pk)
    require(can_coordinate(request.user, run.workspace))
    if not may_be_unread:
        refuse_unread(run)
    return run


def _upload_page(request: SignedInRequest, form: UploadForm, rooms: list[Workspace], *, status: int = 200) -> HttpResponse:
    runs = ImportRun.objects.filter(workspace__in=rooms, cancelled_at=None).select_related("by_user")
    latest = runs.defer("packed", "problems", "stored").order_by("-pk")[:LATEST]
    return render(request, "measures/import_upload.html", {"form": form, "runs": latest}, status=status)


def _page(request: SignedInRequest, run: ImportRun, *, status: int = 200, **forms: Any) -> HttpResponse:
    if run.cancelled_at:
        return render(request, "measures/import_cancelled.html", {"run": run}, status=status)
    content = run.content
    plan = Plan.objects.within(run.workspace).filter(pk=run.plan_id).first() if run.plan_id else None
    context = {
        "run": run,
        "content": content,
        "parts": told(run.problems),
        "blocks": Severity.BLOCKS,
        "plan": plan,
        "sheets": [{**sheet, "index": index, "words": SHEET_WORDS.get(sheet["kind"], "")} for index, sheet in enumerate(content["sheets"])],
    }
    if run.confirmed_at:
        return render(request, "measures/import_done.html", {**context, "made": made(run.stored)}, status=status)
    context |= {
        "counts": counts(content),
        "differences": differences(content),
        "confirm_form": ConfirmForm(initial={"seen": content["digest"], "accepted": bool(content["plan"]["adopted_on"])}),
        "actors_form": _actors_form(run) if content["unknown_actors"] or content["choices"]["actors"] else None,
        "plan_form": PlanNameForm(initial=content["plan"]) if {"no_plan_title", "no_plan_years"} & content["problems"].keys() else None,
        "measures": content["counts"].get("measure", {"new": 0, "changed": 0, "same": 0}),
        **forms,
    }
    return render(request, "measures/import_preview.html", context, status=status)


def _actors_form(run: ImportRun, given: Any = None) -> ActorsForm:
    registered = list(Actor.objects.within(run.workspace).open().values_list("name", flat=True))
    unknown, chosen = run.content["unknown_actors"], run.content["choices"]["actors"]
    of_file = [name for entry in unknown for name in (entry[1], *entry[2]) if name]
    return ActorsForm(given, unknown=unknown, registered=list(dict.fromkeys([*registered, *of_file])), chosen=chosen)


def _read_as(run: ImportRun, index: int, rows: list[Any]) -> dict[str, Any]:
    """How the sheet was read, as the form's first values."""
    sheet = run.content["sheets"][index]
    initial: dict[str, Any] = {f"column_{column}": f"{sheet['kind']}.{name}" for column, name in sheet["columns"].items()}
    return {**initial, "header_row": sheet["header_row"] or (rows[0].number if rows else 1)}


def _columns_page(
    request: SignedInRequest, run: ImportRun, sheet: Sheet, index: int, form: ColumnsForm, *, status: int = 200
) -> HttpResponse:
    fields = [form[f"column_{column}"] for column in range(form.width)]
    rows = [(row.number, [line_of(cell) for cell in row.cells] + [""] * (form.width - len(row.cells))) for row in first_rows(sheet)]
    context = {"run": run, "sheet": sheet, "index": index, "form": form, "fields": fields, "rows": rows}
    return render(request, "measures/import_columns.html", context, status=status)


def _sheet_out(sheet: Sheet, head: int) -> SheetOut:
    """Titles above, then the headings, then the rows with their numbers in the last column, which is not read again."""
    rows = list(sheet.rows)
    width = max(len(row.cells) for row in rows)
    above = [line_of(row.cells[0]) for row in rows if row.number < head]
    headings = next(([line_of(cell) for cell in row.cells] for row in rows if row.number == head), [])
    headings += [letters(column) for column in range(len(headings), width)]
    below = [[*row.cells, *[None] * (width - len(row.cells)), row.number] for row in rows if row.number > head]
    return SheetOut(sheet.name or "Blad1", [*headings, _("Rad i filen")], below, above=above)
