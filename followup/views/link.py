"""The reporting link. Opening it changes nothing and uses nothing up, however often and by whomever: a button does."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from followup.actions.links import enter_link, find_link, say_wrong_person, send_new_link
from followup.forms.answer import Answer
from followup.models import AccessLink, Obligation
from followup.models.report import Channel
from followup.queries import obligation_state
from followup.queries.answering import answer_by, earlier_reports, left_to_answer, proposals_to
from followup.views.conclusion import conclusions_of
from followup.views.doors import KNOWN_FOR, Visit
from followup.views.tasks import asked_behind, is_over
from stakeholders.guesses import count_wrong_guess
from stakeholders.rules import masked_email


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link_open(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, by whom and until when; once nothing can be changed, what came of it. POST swaps the link for a narrow cookie and a clean address."""
    link = find_link(token)
    if link is None or link.has_expired:
        return _gone(request, link, token)
    asked = asked_behind(link)
    with translation.override(link.contact.language):
        if request.method == "POST":
            return _enter(request, link, asked)
        if asked and is_over(link, asked):
            return _closed(request, link, asked)
        return _start(request, link, asked, token)


@login_not_required
@never_cache
@require_POST
def link_renew(request: HttpRequest, token: str) -> HttpResponse:
    """A new link, mailed to the registered address and to no other."""
    link = find_link(token)
    if link is None:
        return _gone(request, link, token)
    with translation.override(link.contact.language):
        send_new_link(link, by=link.contact)
        told = {"workspace": link.period.plan.workspace, "address": masked_email(link.contact.email)}
        return render(request, "followup/answer/link_sent.html", told)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link_say_wrong(request: HttpRequest, token: str) -> HttpResponse:
    """ "Fel person?": how to pass the letter on, or tell the coordinator."""
    link = find_link(token)
    if link is None or link.has_expired:
        return _gone(request, link, token)
    is_said = request.method == "POST"
    if is_said:
        say_wrong_person(link)
    with translation.override(link.contact.language):
        told = {"workspace": link.period.plan.workspace, "link": link, "is_said": is_said, "back": reverse("link_open", args=[token])}
        return render(request, "followup/answer/wrong_person.html", told)


def _start(request: HttpRequest, link: AccessLink, asked: list[Obligation], token: str) -> HttpResponse:
    only = asked[0] if len(asked) == 1 else None
    told: dict[str, Any] = {
        "link": link,
        "workspace": link.period.plan.workspace,
        "asked": asked,
        "only": only,
        "left": left_to_answer(asked),
        "proposals": proposals_to(link.actor).count(),
        "due": answer_by(asked, link.period),
        "wrong": reverse("link_say_wrong", args=[token]),
    }
    if only:
        last = next(iter(earlier_reports(only)), None)
        told |= {
            "count": len(Answer(only, Channel.LINK).steps) + 1,
            "last": last,
            "is_begun": hasattr(only, "draft"),
            "state": obligation_state(only),
        }
    return render(request, "followup/answer/link.html", told)


def _closed(request: HttpRequest, link: AccessLink, asked: list[Obligation]) -> HttpResponse:
    """Nothing more is taken: what came of it when the year is frozen, and what they answered. Nothing to answer by, and nothing to change."""
    told = {
        "link": link,
        "workspace": link.period.plan.workspace,
        "only": asked[0] if len(asked) == 1 else None,
        "proposals": proposals_to(link.actor).count(),
        **conclusions_of(link.period, asked),
    }
    return render(request, "followup/answer/link_closed.html", told)


def _enter(request: HttpRequest, link: AccessLink, asked: list[Obligation]) -> HttpResponse:
    """Into the answer. A browser that is new to a link used before is asked for its name: the letter may have been passed on."""
    known = Visit.of(request, max_age=KNOWN_FOR)
    is_first = enter_link(link)
    is_same = known is not None and known.link == link.pk
    visit = replace(known if known and is_same else Visit.begin(link), is_list=len(asked) > 1)
    address = reverse("answer_list")
    if len(asked) == 1:
        page = "unchanged" if "unchanged" in request.POST else _first_page(asked[0])
        address = reverse(f"link:answer_{page}", args=[asked[0].pk])
    if asked and "year" in request.POST:
        address = reverse("link:answer_year", args=[asked[0].pk])
    elif not (link.contact.name or visit.name) or not (is_first or is_same):
        address = f"{reverse('answer_say_name')}?go={address}"
    response = redirect(address)
    visit.set_on(response)
    return response


def _first_page(obligation: Obligation) -> str:
    """Where an answer goes on: at what was sent in, at the first question without an answer, or at the check page."""
    if obligation.reports.all():
        return "show"
    answer = Answer(obligation, Channel.LINK)
    return next((step for step in answer.steps if step not in answer.typed), "check")


def _gone(request: HttpRequest, link: AccessLink | None, token: str) -> HttpResponse:
    """Too old: a new one goes to the registered address. Unknown, tampered with, revoked, the contact gone: one page that hints at nothing."""
    if link is None:
        count_wrong_guess(request)
        return render(request, "followup/answer/link_unknown.html", status=404)
    told = {
        "workspace": link.period.plan.workspace,
        "address": masked_email(link.contact.email),
        "renew": reverse("link_renew", args=[token]),
    }
    with translation.override(link.contact.language):
        return render(request, "followup/answer/link_expired.html", told, status=410)
