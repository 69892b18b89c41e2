"""One answer that is asked for: where it stands, what has been sent about it, and what a coordinator may decide."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from followup.actions import rounds as actions
from followup.actions.links import revoke_links
from followup.forms.rounds import ExtendForm, ReasonForm
from followup.models import Obligation
from followup.permissions import can_run_round, can_submit_report
from followup.queries.answering import links_to
from followup.queries.history import mails_about, of_obligation
from followup.queries.rounds import one_cell, with_all
from followup.transitions import Verb, refusal
from stakeholders.permissions import SignedInRequest, can_review, require


def obligation_show(request: SignedInRequest, pk: int) -> HttpResponse:
    """The answer of one actor about one measure in one round."""
    return _obligation_page(request, _obligation_for(request, pk))


@require_POST
def obligation_extend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a new last day."""
    obligation = _obligation_for(request, pk)
    require(can_run_round(request.user, obligation.period.plan.workspace))
    form = ExtendForm(request.POST, prefix="extend")
    if not form.is_valid():
        return _obligation_page(request, obligation, extend_form=form, status=422)
    actions.extend_obligation(obligation, by=request.user, **form.cleaned_data)
    messages.success(request, _("Ny sista dag är sparad."))
    return redirect("obligation_show", obligation.pk)


@require_POST
def obligation_exempt(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for this answer no more."""
    obligation = _obligation_for(request, pk)
    require(can_run_round(request.user, obligation.period.plan.workspace))
    form = ReasonForm(request.POST, prefix="exempt")
    if not form.is_valid():
        return _obligation_page(request, obligation, exempt_form=form, status=422)
    actions.exempt_obligation(obligation, by=request.user, **form.cleaned_data)
    messages.success(request, _("%(actor)s är befriad från den här rapporten.") % {"actor": obligation.assignment.actor})
    return redirect("obligation_show", obligation.pk)


@require_POST
def obligation_reinstate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for it again."""
    obligation = _obligation_for(request, pk)
    require(can_run_round(request.user, obligation.period.plan.workspace))
    form = ReasonForm(request.POST, prefix="reinstate")
    if not form.is_valid():
        return _obligation_page(request, obligation, reinstate_form=form, status=422)
    actions.reinstate_obligation(obligation, by=request.user, **form.cleaned_data)
    messages.success(request, _("Rapporten begärs igen."))
    return redirect("obligation_show", obligation.pk)


@require_POST
def obligation_revoke_links(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close the links of a letter that has gone astray."""
    obligation = _obligation_for(request, pk)
    require(can_run_round(request.user, obligation.period.plan.workspace))
    revoke_links(obligation, by=request.user)
    messages.success(request, _("Länkarna är stängda. Nästa mejl har en ny."))
    return redirect("obligation_show", obligation.pk)


def _obligation_for(request: SignedInRequest, pk: int) -> Obligation:
    return get_object_or_404(with_all(Obligation.objects.visible_to(request.user)), pk=pk)


def _obligation_page(request: SignedInRequest, obligation: Obligation, *, status: int = 200, **forms: Any) -> HttpResponse:
    period, assignment = obligation.period, obligation.assignment
    cell = one_cell(obligation)
    can_run = can_run_round(request.user, period.plan.workspace)
    return render(
        request,
        "followup/obligation.html",
        {
            "obligation": obligation,
            "period": period,
            "assignment": assignment,
            "cell": cell,
            "reports": sorted(obligation.reports.all(), key=lambda report: -report.version),
            "history": of_obligation(obligation),
            "mails": mails_about(obligation) if can_review(request.user, period.plan.workspace) else [],
            "can_answer": can_submit_report(request.user, obligation) and not cell.is_answered,
            "links": links_to(obligation) if can_run else [],
            "may": {str(verb): can_run and refusal(cell.state, verb) is None for verb in (Verb.EXTEND, Verb.EXEMPT, Verb.REINSTATE)},
            "extend_form": ExtendForm(prefix="extend"),
            "exempt_form": ReasonForm(prefix="exempt"),
            "reinstate_form": ReasonForm(prefix="reinstate"),
            "crumbs": [
                (_("Rapportrundor"), reverse("round_list")),
                (period.title, reverse("round_show", args=[period.pk])),
                (str(assignment.actor), ""),
            ],
            **forms,
        },
        status=status,
    )
