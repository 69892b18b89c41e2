"""Proposed assignments, accepted or declined with a reason: by the link in the letter, without an account.

The address opens what is proposed to the contact's organisation and not yet answered, and nothing else; opening it changes nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from followup.actions.assignments import accept_assignment
from followup.forms.words import DeclineForm
from followup.links import find_proposals_of
from followup.queries.answering import figures_proposed, proposals_to
from measures.actions.assignments import decline_assignment
from measures.models import Assignment
from stakeholders.guesses import count_wrong_guess
from stakeholders.models import ContactPerson

Page = Callable[..., HttpResponse]


def by_letter(view: Page) -> Page:
    """A page for whoever holds the letter's link."""

    @login_not_required
    @never_cache
    @wraps(view)
    def page(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        contact = find_proposals_of(token)
        if contact is None:
            count_wrong_guess(request)
            return render(request, "followup/answer/link_unknown.html", status=404)
        with translation.override(contact.language):
            return view(request, contact, token, **kwargs)

    return page


@by_letter
@require_safe
def proposal_list(request: HttpRequest, contact: ContactPerson, token: str) -> HttpResponse:
    """What the organisation is asked to take on, and what it will be asked about."""
    return _page(request, contact, token)


@by_letter
@require_POST
def proposal_accept(request: HttpRequest, contact: ContactPerson, token: str, assignment_id: int) -> HttpResponse:
    """Yes."""
    accept_assignment(_proposal(contact, assignment_id), by=contact)
    return redirect("proposal_list", token)


@by_letter
@require_POST
def proposal_decline(request: HttpRequest, contact: ContactPerson, token: str, assignment_id: int) -> HttpResponse:
    """No, and why."""
    proposal = _proposal(contact, assignment_id)
    form = DeclineForm(request.POST, prefix=f"p{assignment_id}")
    if not form.is_valid():
        return _page(request, contact, token, wrong=form, status=422)
    decline_assignment(proposal, by=contact, reason=form.cleaned_data["reason"])
    return redirect("proposal_list", token)


def _proposal(contact: ContactPerson, assignment_id: int) -> Assignment:
    """One that was proposed to the organisation; what is answered already is refused by the action, in words."""
    theirs = Assignment.objects.filter(actor=contact.actor_id, proposed_by__isnull=False)
    return get_object_or_404(theirs, pk=assignment_id)


def _page(request: HttpRequest, contact: ContactPerson, token: str, *, wrong: DeclineForm | None = None, status: int = 200) -> HttpResponse:
    proposals = list(proposals_to(contact.actor))
    figures = figures_proposed(proposals)
    rows = []
    for one in proposals:
        form = DeclineForm(prefix=f"p{one.pk}")
        rows.append((one, figures[one.pk], wrong if wrong and wrong.prefix == form.prefix else form))
    told = {"workspace": contact.actor.workspace, "contact": contact, "token": token, "rows": rows, "wrong": wrong}
    return render(request, "followup/answer/proposals.html", told, status=status)
