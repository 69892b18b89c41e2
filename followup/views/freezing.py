"""Freezing a year, and watching heavy work being done."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from followup.actions.annual import refuse_unfreezable
from followup.forms.rounds import ReasonForm
from followup.permissions import can_freeze_year
from followup.views.annual import refuse_other_years
from followup.words import Audience
from followup.year.build import year_of
from followup.year.unfinished import unfinished
from measures.models import Plan
from stakeholders.actions.jobs import queue_job
from stakeholders.permissions import SignedInRequest, require
from stakeholders.refusals import NotRight, TooLate
from stakeholders.rules import JobState

UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)


class CorrectForm(ReasonForm):
    """Why a frozen year needs another version."""

    reason = forms.CharField(
        label=gettext_lazy("Vad var fel, och vad är rättat?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Skälet står på den nya versionen. Den gamla finns kvar som den är."),
        error_messages={"required": gettext_lazy("Skriv varför årsuppföljningen behöver rättas.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def year_freeze(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """What would be frozen, with its gaps; then freeze it. A year that is frozen already gets a new version, with a reason."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("workspace"), pk=pk)
    require(can_freeze_year(request.user, plan.workspace))
    refuse_other_years(plan, number)
    version = plan.annual_follow_ups.filter(year=number).count() + 1
    form = CorrectForm(request.POST or None) if version > 1 else None
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = form.cleaned_data["reason"] if form else ""
        refuse_unfreezable(plan, number, reason=reason)
        asked = {"plan": plan.pk, "year": number, "version": version, "reason": reason, "language": get_language()}
        back = reverse("year_show", args=[pk, number])
        job = queue_job("freeze_year", workspace=plan.workspace, by=request.user, **asked, back=back)
        return redirect("job_show", job.pk)
    year = year_of(plan, number, audience=Audience.MANAGEMENT)
    return render(
        request,
        "followup/year_freeze.html",
        {
            "plan": plan,
            "year": year,
            "unfinished": unfinished(plan, year),
            "version": version,
            "form": form,
            "obstacle": _obstacle(plan, number),
            "crumbs": [
                (_("Uppföljning"), reverse("year_list")),
                (_("Årsuppföljning %(year)s") % {"year": number}, reverse("year_show", args=[pk, number])),
            ],
        },
        status=422 if request.method == "POST" else 200,
    )


def _obstacle(plan: Plan, number: int) -> str:
    """Why the year cannot be frozen; "" when it can."""
    try:
        refuse_unfreezable(plan, number, reason="–")
    except (TooLate, NotRight) as no:
        return no.sentence
    return ""
