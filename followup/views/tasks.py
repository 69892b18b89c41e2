"""Behind a link with more than one thing to do: the list, the name, and one answer for many measures."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4, uuid5

from django.contrib.auth.decorators import login_not_required
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from followup.actions.answers import submit_answer
from followup.actions.drafts import Answers, Seen, Writer, begin_draft
from followup.actions.reports import is_closed
from followup.forms.answer import Answer, carried_figures
from followup.forms.words import MEANINGS, HappenedForm, NameForm
from followup.links import proposals_url
from followup.models import AccessLink, Obligation, Report
from followup.models.report import Channel
from followup.queries import obligation_state
from followup.queries.answering import (
    answer_by,
    asked_figures_of,
    behind_link,
    earlier_reports_of,
    left_to_answer,
    proposals_to,
    with_answers,
)
from followup.transitions import State
from followup.views.doors import Visit, away, opened_by
from stakeholders.refusals import ChangedMeanwhile, TooLate

Page = Callable[..., HttpResponse]


def through_link(view: Page) -> Page:
    """A page under /answer/ that is about the whole link: open to whoever holds its cookie."""

    @login_not_required
    @never_cache
    @wraps(view)
    def page(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        visit = Visit.of(request)
        link = opened_by(visit)
        if visit is None or link is None:
            return away(request)
        with translation.override(link.contact.language):
            return view(request, link, visit, **kwargs)

    return page


@through_link
@require_GET
def answer_list(request: HttpRequest, link: AccessLink, visit: Visit) -> HttpResponse:
    """All that the actor is asked in the round, and how far each has come."""
    asked = asked_behind(link)
    left = left_to_answer(asked)
    figures = asked_figures_of(asked)
    rows = [(one, sign(one, figures[one.pk]), reverse("link:answer_show", args=[one.pk])) for one in asked]
    told = {
        "rows": rows,
        "left": left,
        "due": answer_by(asked, link.period),
        "is_over": is_over(link, asked),
        "done": len(asked) - len(left),
        "ready": [one for one in left if _is_ready(one, figures[one.pk])],
        "proposals": proposals_to(link.actor).count(),
        "proposals_address": urlsplit(proposals_url(link.contact)).path,
    }
    return render(request, "followup/answer/list.html", {**_frame(link), **told})


@through_link
@require_http_methods(["GET", "HEAD", "POST"])
def answer_say_name(request: HttpRequest, link: AccessLink, visit: Visit) -> HttpResponse:
    """Who answers: asked the first time, or when the letter has been passed on. `go` is where one was heading."""
    go = request.GET.get("go", "")
    if not re.fullmatch(r"/answer/(\d+/([a-z]+/)?)?", go):
        go = reverse("answer_list")
    known = {"name": visit.name or link.contact.name, "role_title": visit.role_title or link.contact.role_title}
    form = NameForm(request.POST) if request.method == "POST" else NameForm(initial=known)
    if request.method == "POST" and form.is_valid():
        response = redirect(go)
        replace(visit, **form.cleaned_data).set_on(response)
        return response
    status = 422 if request.method == "POST" else 200
    return render(request, "followup/answer/name.html", {**_frame(link), "form": form, "back": reverse("answer_list")}, status=status)


@through_link
@require_http_methods(["GET", "HEAD", "POST"])
def answer_same(request: HttpRequest, link: AccessLink, visit: Visit) -> HttpResponse:
    """The same answer for several measures: put in the draft of each, and sent in only when it has been looked through."""
    free = [one for one in left_to_answer(asked_behind(link)) if not one.reports.all() and not hasattr(one, "draft")]
    chosen = [one for one in free if str(one.pk) in request.POST.getlist("measure")]
    said, form = request.POST.get("status", ""), HappenedForm(request.POST if request.method == "POST" else None)
    is_known = said == "unchanged" or said in MEANINGS
    if request.method == "POST" and chosen and is_known and form.is_valid():
        _answer_alike(chosen, said, form.cleaned_data["happened"], link, visit)
        return redirect("answer_send_ready")
    told = {
        "free": free,
        "chosen": chosen or free,
        "form": form,
        "choices": [(status, status.label, meaning) for status, meaning in MEANINGS.items()],
        "has_earlier": any(earlier_reports_of(free).values()),
        "nothing_chosen": request.method == "POST" and not chosen,
        "nothing_said": request.method == "POST" and not is_known,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "followup/answer/same.html", {**_frame(link), **told}, status=status)


@through_link
@require_http_methods(["GET", "HEAD", "POST"])
def answer_send_ready(request: HttpRequest, link: AccessLink, visit: Visit) -> HttpResponse:
    """Those that are answered but not sent in, looked through on one page and sent in together: each its own report and receipt."""
    left = left_to_answer(asked_behind(link))
    figures = asked_figures_of(left)
    ready = [Answer(one, Channel.LINK, figures[one.pk]) for one in left if _is_ready(one, figures[one.pk])]
    refused: list[tuple[Obligation, str]] = []
    if request.method == "POST":
        sent, refused = _send(request, ready, link, visit)
        if sent and not refused:
            return redirect(f"{reverse('answer_list')}?sent={len(sent)}")
    more = [one for one in left if hasattr(one, "draft") and not _is_ready(one, figures[one.pk])]
    told = {
        "rows": [(answer, Seen.now(answer.obligation)) for answer in ready if answer.obligation not in dict(refused)],
        "refused": refused,
        "more": [(one, reverse("link:answer_show", args=[one.pk])) for one in more],
        "form_key": uuid4(),
    }
    return render(request, "followup/answer/ready.html", {**_frame(link), **told}, status=409 if refused else 200)


def asked_behind(link: AccessLink) -> list[Obligation]:
    """What the actor is asked in the round; what was closed without an answer too, while the round is unlocked."""
    not_asked = {State.EXEMPT, State.CLOSED} if is_closed(link.period) else {State.EXEMPT}
    return [one for one in with_answers(behind_link(link)) if obligation_state(one) not in not_asked]


def is_over(link: AccessLink, asked: list[Obligation]) -> bool:
    """Whether every period of the round is closed, and none unlocked for now."""
    periods = list({link.period, *(one.period for one in asked)})
    if not all(period.closed_at for period in periods):
        return False
    prefetch_related_objects(periods, "unlocks")
    return all(is_closed(period) for period in periods)


def _answer_alike(chosen: list[Obligation], said: str, happened: str, link: AccessLink, visit: Visit) -> None:
    """Begin a draft for each: the status that was said or, for "unchanged", its own last one with what stands as it stood."""
    earlier = earlier_reports_of(chosen)
    figures = asked_figures_of(chosen, earlier)
    for one in chosen:
        last = next(iter(earlier[one.pk]), None)
        if said == "unchanged" and last is None:
            continue
        answers: Answers = {"status": {"status": said}, "happened": {"happened": happened, "percent": ""}}
        if said == "unchanged" and last:
            answers["status"] = {"status": last.implementation_status}
            answers["happened"]["happened"] = happened or _("Inget nytt sedan sist.")
            if last.status_reason:
                answers["reason"] = {"reason": last.status_reason}
            if last.what_is_needed:
                answers["needs"] = {"needs": last.what_is_needed}
            if figures[one.pk] and all(figure.says_how_it_stands for figure in figures[one.pk]):
                answers["figures"] = carried_figures(figures[one.pk])
        begin_draft(one, answers, by=link.contact, writer=Writer(visit.name or str(link.contact), visit.mark))


def _send(request: HttpRequest, ready: list[Answer], link: AccessLink, visit: Visit) -> tuple[list[Report], list[tuple[Obligation, str]]]:
    """One report each; the key of each follows from the page's key, so that pressing twice sends once."""
    sent: list[Report] = []
    refused: list[tuple[Obligation, str]] = []
    try:
        key = UUID(request.POST.get("form_key", ""))
    except ValueError:
        return sent, refused
    name, role_title = (visit.name, visit.role_title) if visit.name else (link.contact.name, link.contact.role_title)
    for answer in ready:
        one = answer.obligation
        seen = Seen.read(request.POST.get(f"seen-{one.pk}", ""))
        who = {"name": name, "role_title": role_title}
        try:
            sent.append(
                submit_answer(
                    one,
                    by=link.contact,
                    channel=Channel.LINK,
                    seen=seen,
                    form_key=uuid5(key, str(one.pk)),
                    link=link,
                    **{**who, **answer.content()},
                )
            )
        except (ChangedMeanwhile, TooLate) as no:
            refused.append((one, no.sentence))
    return sent, refused


def _is_ready(obligation: Obligation, figures: list[Any]) -> bool:
    """Whether a draft answers every question, figures included."""
    if not hasattr(obligation, "draft"):
        return False
    answer = Answer(obligation, Channel.LINK, figures)
    return not answer.unanswered and not ("figures" in answer.forms and answer.forms["figures"].has_doubt)


def sign(obligation: Obligation, figures: list[Any] | None = None) -> tuple[str, str]:
    """(symbol, words) of a row in the list. Without its `figures` nobody can tell whether a draft is ready."""
    state = obligation_state(obligation)
    if state == State.RETURNED:
        return "returned", _("behöver kompletteras")
    if hasattr(obligation, "draft"):
        is_ready = figures is not None and _is_ready(obligation, figures)
        return "begun", _("klar att skicka in") if is_ready else _("påbörjad")
    if state == State.APPROVED:
        return "approved", _("inskickad och godkänd")
    if state == State.WITHDRAWN:
        return "withdrawn", _("återkallad")
    if state in (State.SUBMITTED, State.CORRECTING):
        return "to_review", _("inskickad")
    return "asked", _("inte besvarad")


def _frame(link: AccessLink) -> dict[str, Any]:
    return {"link": link, "workspace": link.period.plan.workspace, "period": link.period}
