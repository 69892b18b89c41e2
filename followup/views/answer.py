"""The questions of an answer, one on a screen. Every page is reached through one of the two doors (doors.py)."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from followup.actions.drafts import Seen, draft_of, refuse_if_answered, save_draft
from followup.forms.answer import Answer, differences
from followup.forms.figures import WITHOUT
from followup.forms.words import LONGEST, MEANINGS, NEEDS_REASON, STARTERS
from followup.models import Draft
from followup.queries.answering import answer_by, earlier_reports, last_day
from followup.views.doors import Door
from stakeholders import clock
from stakeholders.formats import clock_time
from stakeholders.refusals import ChangedMeanwhile

AUTOSAVE = "X-Autosave"
"""A header of the page's own script: this is not a press of a button."""


@require_http_methods(["GET", "HEAD", "POST"])
def answer_status(request: HttpRequest, door: Door) -> HttpResponse:
    """How it goes: the answer is the button."""
    last = next(iter(earlier_reports(door.obligation)), None)
    choices = [(status, status.label, meaning) for status, meaning in MEANINGS.items()]
    other = [(status, status.label) for status in NEEDS_REASON]
    return _question(request, door, "status", last=last, choices=choices, other=other)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_reason(request: HttpRequest, door: Door) -> HttpResponse:
    """Why it is paused, or ended early."""
    return _question(request, door, "reason")


@require_http_methods(["GET", "HEAD", "POST"])
def answer_happened(request: HttpRequest, door: Door) -> HttpResponse:
    """What has happened, in a few sentences. A starter is put last in the text; a file is added on a screen of its own."""
    typed = request.POST.copy()
    starter = typed.get("starter", "")
    if starter in map(str, STARTERS):
        typed["happened"] = " ".join([typed.get("happened", "").rstrip(), starter.removesuffix(" …") + " "]).lstrip()
    where = {"starter": door.address("happened"), "file": door.address("file")}
    go_to = next((address for name, address in where.items() if name in typed), "")
    return _question(request, door, "happened", typed, go_to, starters=STARTERS, longest=LONGEST, files=door.files())


@require_http_methods(["GET", "HEAD", "POST"])
def answer_needs(request: HttpRequest, door: Door) -> HttpResponse:
    """What is needed to get on: asked only of those who are late."""
    return _question(request, door, "needs")


@require_http_methods(["GET", "HEAD", "POST"])
def answer_why(request: HttpRequest, door: Door) -> HttpResponse:
    """Why an approved report is to be corrected."""
    return _question(request, door, "why")


@require_http_methods(["GET", "HEAD", "POST"])
def answer_who(request: HttpRequest, door: Door) -> HttpResponse:
    """Who answers, when somebody else holds the pen (by phone)."""
    return _question(request, door, "who", contact=door.obligation.assignment.contact)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_figures(request: HttpRequest, door: Door) -> HttpResponse:
    """The figures. "Vet inte" and "Gäller inte" are buttons beside each; a doubt is answered with yes, or passed by."""
    typed = request.POST.copy()
    mark, _colon, state = typed.get("mark", "").partition(":")
    if mark and state in ("", *WITHOUT):
        typed[f"{mark}-state"] = state
    sure = typed.get("confirm", "")
    if sure:
        typed[f"{sure}-confirmed"] = typed.get(f"{sure}-asked", "")
    here = door.address("figures")
    return _question(request, door, "figures", typed, go_to=here if mark and not state else "", back_to=here if mark else "")


def _question(
    request: HttpRequest, door: Door, step: str, typed: Any = None, go_to: str = "", back_to: str = "", **more: Any
) -> HttpResponse:
    """Show a question, or keep its answer and go on. What was typed is kept whether it is right or not.

    `go_to`: where a button leads that does not ask for the answer to be right; `back_to`: the same, if it is not right.
    """
    answer = Answer(door.obligation, door.channel)
    if request.method != "POST":
        return _page(request, door, answer, step, answer.form(step), **more)
    form = answer.form(step, request.POST if typed is None else typed)
    is_right = form.is_valid()
    if AUTOSAVE in request.headers:
        return _autosave(request, door, step, form)
    if form.may_be_kept:
        try:
            draft = _save(request, door, step, form.typed)
        except ChangedMeanwhile as refusal:
            return _conflict(request, door, step, form, refusal)
        door.obligation.draft = draft
        answer = Answer(door.obligation, door.channel)
    if go_to and form.may_be_kept:
        return redirect(go_to)
    if not is_right or getattr(form, "has_doubt", False):
        if back_to and form.may_be_kept:
            return redirect(back_to)
        return _page(request, door, answer, step, form, status=422, **more)
    return redirect(door.address(_next(answer, step)))


def _autosave(request: HttpRequest, door: Door, step: str, form: Any) -> HttpResponse:
    """Sent by the page while somebody types: when it was saved, in words; nothing where a person must choose first."""
    if not form.may_be_kept:
        return HttpResponse(status=422)
    try:
        draft = _save(request, door, step, form.typed, is_typing=True)
    except ChangedMeanwhile:
        return HttpResponse(status=409)
    return HttpResponse(_("Sparat %(time)s") % {"time": clock_time(draft.saved_at)}, content_type="text/plain; charset=utf-8")


def _next(answer: Answer, step: str) -> str:
    """The next question that nobody has answered; "check" when there is none."""
    following = answer.after(step)
    while following != "check" and following in answer.typed:
        following = answer.after(following)
    return following


def _save(request: HttpRequest, door: Door, step: str, typed: dict[str, str], is_typing: bool = False) -> Draft:
    seen = Seen.read(request.POST.get("seen", ""))
    return save_draft(door.obligation, by=door.by, step=step, answers=typed, seen=seen, writer=door.writer, is_typing=is_typing)


def _page(request: HttpRequest, door: Door, answer: Answer, step: str, form: Any, status: int = 200, **more: Any) -> HttpResponse:
    refuse_if_answered(door.obligation)
    steps = [*answer.steps, "check"]
    before = answer.before(step)
    return render(
        request,
        f"followup/answer/{step}.html",
        {
            **frame(door),
            "answer": answer,
            "form": form,
            "step": step,
            "number": steps.index(step) + 1 if step in steps else 1,
            "steps": steps,
            "back": door.address(before or "show"),
            **more,
        },
        status=status,
    )


def frame(door: Door) -> dict[str, Any]:
    """What every page behind a door shows."""
    return {
        "door": door,
        "obligation": door.obligation,
        "measure": door.obligation.assignment.measure,
        "workspace": door.obligation.period.plan.workspace,
        "due": answer_by([door.obligation], door.obligation.period),
        "read_by": _if_to_come(door.obligation.period.closes_on),
        "change_until": _if_to_come(last_day(door.obligation)),
        "seen": Seen.now(door.obligation),
        "draft": draft_of(door.obligation),
    }


def _if_to_come(day: date) -> date | None:
    """A day that is not past; what has no day yet is said without one."""
    return day if day >= clock.today() else None


def _conflict(request: HttpRequest, door: Door, step: str, form: Any, refusal: ChangedMeanwhile) -> HttpResponse:
    """Another visit answered the same question: both answers, and a choice for each row. Or sent everything in: what was typed is
    shown, to change the report with."""
    door.obligation.draft = Draft.objects.filter(obligation=door.obligation).first()
    theirs = {name: str(text) for name, text in refusal.theirs.items()}
    rows = differences(form, theirs) if theirs else []
    mine = [text for text in form.typed.values() if text.strip()]
    unlike = {row.name for row in rows}
    kept = [(name, text) for name, text in form.typed.items() if name not in unlike]
    told = {"step": step, "address": door.address(step), "sentence": refusal.sentence, "rows": rows, "kept": kept, "mine": mine}
    return render(request, "followup/answer/conflict.html", {**frame(door), **told, "typed": form.typed}, status=refusal.status)
