"""Signed-in reporters: all that their organisations are asked, on one page and as a workbook that can be filled in and read back."""

from itertools import groupby
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from followup.actions.answers import submit_answers
from followup.actions.drafts import Seen
from followup.actions.reports import is_closed
from followup.forms.book import Book, BookForm, keys_in, read_again, read_book
from followup.forms.book_columns import write_book
from followup.models import Obligation
from followup.permissions import can_submit_anything
from followup.queries import due_on
from followup.queries.answering import asked_figures_of, left_to_answer
from followup.queries.own import may_be_answered_by, own_obligations
from followup.views.tasks import sign
from measures.spreadsheets import Sheet, UnreadableError, check_packed_size, pack_workbook, unpack_workbook
from stakeholders import clock
from stakeholders.exports import XLSX_TYPE, as_download, xlsx_bytes
from stakeholders.permissions import SignedInRequest, require
from stakeholders.refusals import ChangedMeanwhile, Refusal

SALT = "followup.book"
HOLDS = 12 * 60 * 60
"""Seconds that a file which has been looked through may wait to be sent in."""


@require_safe
def my_answers(request: SignedInRequest) -> HttpResponse:
    """Every answer, round by round: this year's and last year's, older ones when asked for."""
    require(can_submit_anything(request.user))
    asked = list(_shown(request).prefetch_related("period__unlocks"))
    left = {one.pk for one in left_to_answer(asked) if not is_closed(one.period)}
    rounds = [
        (period, [(one, *sign(one), due_on(one), one.pk in left) for one in group])
        for period, group in groupby(asked, key=lambda one: one.period)
    ]
    told = {
        "rounds": rounds,
        "left": len(left),
        "has_several_actors": len({one.assignment.actor_id for one in asked}) > 1,
        "shows_all": request.GET.get("years") == "all",
    }
    return render(request, "followup/my_answers.html", told)


@require_safe
def my_export(request: SignedInRequest) -> HttpResponse:
    """The same answers as a workbook, with what has been typed so far."""
    require(can_submit_anything(request.user))
    content = xlsx_bytes(write_book(list(_shown(request))), title=_("Era svar"))
    return as_download(content, XLSX_TYPE, f"Samspel-svar-{clock.today():%Y-%m-%d}.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
def my_import(request: SignedInRequest) -> HttpResponse:
    """Read a filled-in workbook and show what it would send in. Nothing is stored."""
    require(can_submit_anything(request.user))
    form = BookForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _upload_page(request, form)
    if not form.is_valid():
        return _upload_page(request, form, status=422)
    try:
        sheets = _sheets_in(form.cleaned_data["file"])
    except UnreadableError as refused:
        form.add_error("file", str(refused))
        return _upload_page(request, form, status=422)
    obligations = {one.pk: one for one in may_be_answered_by(request.user).filter(pk__in=keys_in(sheets))}
    return _preview_page(request, read_book(sheets, obligations))


@require_POST
def my_send(request: SignedInRequest) -> HttpResponse:
    """Send in what was looked through: all of it or nothing. Pressing twice sends once."""
    require(can_submit_anything(request.user))
    try:
        said = signing.loads(request.POST.get("book", ""), salt=SALT, max_age=HOLDS)
    except signing.BadSignature as forged:
        raise Http404 from forged
    obligations = {one.pk: one for one in may_be_answered_by(request.user).filter(pk__in=[pk for pk, _seen, _typed in said["answers"]])}
    if said["user"] != request.user.pk or len(obligations) != len(said["answers"]):
        raise Http404
    figures = asked_figures_of(list(obligations.values()))
    answers = [(Seen.read(seen), read_again(typed, obligations[pk], figures[pk])) for pk, seen, typed in said["answers"]]
    try:
        if any(answer.unanswered for _seen, answer in answers):
            raise ChangedMeanwhile(_("Något har ändrats sedan filen lästes. Läs in den en gång till."))
        content = [(answer.obligation, seen, answer.content()) for seen, answer in answers]
        sent = submit_answers(content, by=request.user, form_key=UUID(said["key"]))
    except Refusal as no:
        return _upload_page(request, BookForm(), status=no.status, refusal=no.sentence)
    messages.success(request, ngettext("%(n)d svar är inskickat.", "%(n)d svar är inskickade.", len(sent)) % {"n": len(sent)})
    return redirect("my_answers")


def _shown(request: SignedInRequest) -> Any:
    asked = own_obligations(request.user)
    return asked if request.GET.get("years") == "all" else asked.filter(period__year__gte=clock.today().year - 1)


def _sheets_in(file: UploadedFile) -> list[Sheet]:
    """The sheets of an upload, read by a process of its own. Raises UnreadableError."""
    check_packed_size(file.size or 0)
    with NamedTemporaryFile(suffix=Path(file.name or "").suffix[:10]) as copy:
        for piece in file.chunks():
            copy.write(piece)
        copy.flush()
        return unpack_workbook(pack_workbook(Path(copy.name)))


def _upload_page(request: SignedInRequest, form: BookForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
    return render(request, "followup/my_import.html", {"form": form, "refusal": refusal}, status=status)


def _preview_page(request: SignedInRequest, book: Book) -> HttpResponse:
    """What is ready, and what stands in the way. Where nothing is ready the answer has the status that a page would have given."""
    ready = [[one.obligation.pk, str(Seen.now(one.obligation)), one.answer.typed] for one in book.given]
    sealed = signing.dumps({"user": request.user.pk, "key": str(uuid4()), "answers": ready}, salt=SALT, compress=True)
    rows: list[tuple[Obligation, Any]] = [(one.obligation, one) for one in book.given]
    statuses = {problem.status for problem in book.problems}
    status = (statuses.pop() if len(statuses) == 1 else 422) if statuses and not ready else 200
    told = {"book": book, "rows": rows, "sealed": sealed, "sheets": len({problem.sheet for problem in book.problems})}
    return render(request, "followup/my_preview.html", told, status=status)
