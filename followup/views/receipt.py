"""What was sent in: looked through and sent, thanked for, read afterwards, changed while it may be."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from followup.actions.answers import has_receipt, receipt_goes_to, submit_answer
from followup.actions.drafts import Seen, begin_draft, discard_draft, refuse_if_answered
from followup.actions.reports import is_closed
from followup.forms.answer import FORMS, Answer, FiguresForm, carried_figures, typed_answers
from followup.models import Draft, Obligation, Report
from followup.queries import obligation_state
from followup.queries.answering import (
    asked_figures_of,
    earlier_reports,
    earlier_reports_of,
    in_same_round,
    left_to_answer,
    next_round,
    written,
)
from followup.transitions import State, Verb, refusal
from followup.views.answer import frame
from followup.views.conclusion import conclusions_of
from followup.views.doors import Door
from stakeholders import calendars, clock
from stakeholders.refusals import ChangedMeanwhile, TooLate
from stakeholders.rules import masked_email


@require_GET
def answer_show(request: HttpRequest, door: Door) -> HttpResponse:
    """Where an answer begins; once it is sent in, what was sent."""
    return _receipt(request, door) if door.obligation.reports.all() else _start(request, door)


@require_GET
def answer_check(request: HttpRequest, door: Door) -> HttpResponse:
    """Every answer on one page, each with a way to change it, before it is sent in."""
    return _check(request, door)


@require_POST
def answer_submit(request: HttpRequest, door: Door) -> HttpResponse:
    """Send in what the check page showed. Any number of times gives one report and one receipt."""
    key = _key(request)
    answer = Answer(door.obligation, door.channel)
    if answer.draft is None:
        is_ours = Report.objects.filter(obligation=door.obligation, form_key=key).exists()
        return redirect(door.address("thanks" if is_ours else "show"))
    if key is None or answer.unanswered:
        return _check(request, door, status=422)
    try:
        _submit(request, door, key, **_signed(door, answer.content()))
    except ChangedMeanwhile as changed:
        door.obligation.draft = Draft.objects.filter(obligation=door.obligation).first()
        return _check(request, door, status=409, note=changed.sentence)
    return redirect(door.address("thanks"))


@require_http_methods(["GET", "HEAD", "POST"])
def answer_unchanged(request: HttpRequest, door: Door) -> HttpResponse:
    """Nothing new: last time's status again. How things stand is carried over in sight; what adds up is asked, and empty is missing."""
    earlier = earlier_reports_of([door.obligation])
    last = next(iter(earlier[door.obligation.pk]), None)
    answer = Answer(door.obligation, door.channel, asked_figures_of([door.obligation], earlier)[door.obligation.pk])
    key = _key(request) if request.method == "POST" else None
    if key and Report.objects.filter(obligation=door.obligation, form_key=key).exists():
        return redirect(door.address("thanks"))
    if last is None or answer.draft or door.obligation.reports.all():
        return redirect(door.address("check" if answer.draft else "show"))
    if not key:
        refuse_if_answered(door.obligation)
    form = FiguresForm(answer.figures, request.POST or carried_figures(answer.figures), blank_is_missing=True)
    if key and form.is_valid() and form.may_be_kept and not form.has_doubt:
        said = {
            "implementation_status": last.implementation_status,
            "status_reason": last.status_reason,
            "what_is_needed": last.what_is_needed,
            "what_happened": _("Inget nytt sedan sist."),
            "lines": form.lines,
        }
        _submit(request, door, key, **_signed(door, said))
        return redirect(door.address("thanks"))
    status = 422 if request.method == "POST" else 200
    more = {"form": form, "last": last, "form_key": key or uuid4(), "back": door.address("show")}
    return render(request, "followup/answer/unchanged.html", {**frame(door), **more}, status=status)


@require_GET
def answer_thanks(request: HttpRequest, door: Door) -> HttpResponse:
    """It is saved: the number, where the receipt went, what happens now, and what is left."""
    report = _latest(door)
    if report is None:
        return redirect(door.address("show"))
    receiver = receipt_goes_to(report) if has_receipt(report) else None
    more = {
        "report": report,
        "receipt_to": masked_email(receiver.email) if receiver else "",
        "left": [(one, _address_of(door, one)) for one in _left(door)],
        "next": next_round(door.obligation),
        "is_exempt": obligation_state(door.obligation) == State.EXEMPT,
        "list": _list_address(door),
    }
    return render(request, "followup/answer/thanks.html", {**frame(door), **more})


@require_POST
def answer_change(request: HttpRequest, door: Door) -> HttpResponse:
    """Take up what was sent in, to change it: freely until it is approved, then as a correction with a reason.

    A page that came too late brings what was typed on it, in `step` and the fields of that step.
    """
    report = _latest(door)
    if report is None:
        return redirect(door.address("show"))
    step = request.POST.get("step", "")
    late = {}
    if step in FORMS or step == "figures":
        typed = Answer(door.obligation, door.channel).form(step, request.POST)
        late = {step: typed.typed} if typed.may_be_kept else {}
    begin_draft(door.obligation, typed_answers(report), by=door.by, writer=door.writer, typed_too_late=late)
    is_correction = obligation_state(door.obligation) in (State.APPROVED, State.CORRECTING)
    return redirect(door.address("why" if is_correction else "check"))


@require_POST
def answer_discard(request: HttpRequest, door: Door) -> HttpResponse:
    """Leave what was sent in as it is."""
    discard_draft(door.obligation, by=door.by)
    return redirect(door.address("show"))


@require_GET
def answer_calendar(request: HttpRequest, door: Door) -> HttpResponse:
    """The next last day, for one's own calendar."""
    following = next_round(door.obligation)
    if following is None:
        raise Http404
    due = following[1]
    measure = door.obligation.assignment.measure
    content = calendars.one_day(
        uid=f"obligation-{door.obligation.pk}-{due:%Y%m%d}@samspel",
        day=due,
        title=_("Sista dag att svara om %(measure)s") % {"measure": measure.title},
        text=_("Det tar ungefär två minuter. Länken kommer med mejl."),
        address=settings.BASE_URL,
        stamp=clock.now(),
    )
    headers = {"Content-Disposition": 'attachment; filename="samspel.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


def _start(request: HttpRequest, door: Door) -> HttpResponse:
    answer = Answer(door.obligation, door.channel)
    last = next(iter(earlier_reports(door.obligation)), None)
    sentence = refusal(obligation_state(door.obligation), Verb.SUBMIT)
    begin = next((step for step in answer.steps if step not in answer.typed), "check")
    more = {
        "answer": answer,
        "last": last,
        "count": len(answer.steps) + 1,
        "begin": door.address(begin),
        "refused": sentence,
        "list": _list_address(door),
    }
    return render(request, "followup/answer/start.html", {**frame(door), **more})


def _check(request: HttpRequest, door: Door, *, status: int = 200, note: str = "") -> HttpResponse:
    refuse_if_answered(door.obligation)
    answer = Answer(door.obligation, door.channel)
    if answer.draft is None:
        return redirect(door.address("show"))
    more = {
        "answer": answer,
        "rows": _rows(door, answer),
        "unanswered": answer.unanswered,
        "form_key": uuid4(),
        "back": door.address(answer.before("check")),
        "note": note,
        "files": door.files(),
        "who": f"{door.name or door.by}, {door.obligation.assignment.actor}",
    }
    return render(request, "followup/answer/check.html", {**frame(door), **more}, status=status)


def _rows(door: Door, answer: Answer) -> list[dict[str, Any]]:
    """The answers as they are read through: what was asked, what was answered, where to change it."""
    rows = []
    for step, form in answer.forms.items():
        address = door.address(step)
        if step == "figures":
            rows += [
                {
                    "step": step,
                    "label": one.version.indicator.name,
                    "words": written(one.line, one.version) if one.line else "",
                    "before": written(one.figure.last) if one.figure.last else "",
                    "address": f"{address}#{one.prefix}",
                }
                for one in form.forms
            ]
            continue
        fields = [(str(field.label), form.cleaned_data.get(name)) for name, field in form.fields.items()]
        label, words = fields[0]
        rows.append({"step": step, "label": label, "words": words or "", "address": address})
        rows += [
            {"step": step, "label": label, "words": words, "address": address} for label, words in fields[1:] if words not in (None, "")
        ]
    return rows


def _receipt(request: HttpRequest, door: Door) -> HttpResponse:
    report = _latest(door)
    if report is None:
        raise TooLate(_("Det finns ingen inskickad rapport."))
    state = obligation_state(door.obligation)
    lines = list(report.lines.select_related("indicator_version__indicator").order_by("id"))
    prefetch_related_objects([line for line in lines if line.indicator_version.breakdowns], "cells")
    comments = report.comments.select_related("line__indicator_version__indicator")
    more = {
        "report": report,
        "state": state,
        "lines": [(line, written(line)) for line in lines],
        "comments": comments,
        **conclusions_of(door.obligation.period, [door.obligation]),
        "may_change": refusal(state, Verb.SUBMIT) is None,
        "may_correct": refusal(state, Verb.CORRECT) is None,
        "is_closed": _is_closed(door.obligation),
        "list": _list_address(door),
        "files": door.files(),
        "signature": getattr(report, "signature", None),
        "wishes": report.correction_requests.open() if state == State.APPROVED else [],
    }
    return render(request, "followup/answer/receipt.html", {**frame(door), **more})


def _is_closed(obligation: Obligation) -> bool:
    try:
        refuse_if_answered(obligation)
    except TooLate:
        return True
    return False


def _submit(request: HttpRequest, door: Door, key: UUID, **answer: Any) -> Report:
    seen = Seen.read(request.POST.get("seen", ""))
    return submit_answer(door.obligation, by=door.by, channel=door.channel, seen=seen, form_key=key, link=door.link, **answer)


def _signed(door: Door, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with the name of whoever gave it: as said, or as the register has it."""
    if "name" in answer or door.link is None:
        return answer
    contact = door.link.contact
    name, role_title = (door.name, door.role_title) if door.name else (contact.name, contact.role_title)
    return {**answer, "name": name, "role_title": role_title}


def _latest(door: Door) -> Report | None:
    return max(door.obligation.reports.all(), key=lambda report: report.version, default=None)


def _list_address(door: Door) -> str:
    """The list of all measures behind the link, when there is more than one."""
    return reverse("answer_list") if door.is_one_of_many else ""


def _left(door: Door) -> list[Obligation]:
    obligation = door.obligation
    if is_closed(obligation.period):
        return []
    rest = in_same_round(obligation.assignment.actor_id, obligation.period).exclude(pk=obligation.pk)
    return left_to_answer(rest.select_related("assignment__measure", "period").prefetch_related("reports", "rulings"))


def _address_of(door: Door, obligation: Obligation) -> str:
    return door.to(obligation).address("show")


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("form_key", ""))
    except ValueError:
        return None
