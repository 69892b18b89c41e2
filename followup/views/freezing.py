"""Freezing a year, and watching heavy work being done."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from followup.actions.annual import refuse_unfreezable
from followup.forms.rounds import ReasonForm
from followup.permissions import can_freeze_year
from followup.views.annual import refuse_other_years
from followup.words import Audience
from followup.year.build import year_of
from followup.year.page import Year
from followup.year.texts import SUMMARY, moved_since, title_of
from measures.models import Plan
from stakeholders.actions.jobs import queue_job
from stakeholders.formats import out_of, whole
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
        job = queue_job("freeze_year", workspace=plan.workspace, by=request.user, plan=plan.pk, year=number, version=version, reason=reason)
        return redirect("job_show", job.pk)
    year = year_of(plan, number, audience=Audience.MANAGEMENT)
    return render(
        request,
        "followup/year_freeze.html",
        {
            "plan": plan,
            "year": year,
            "unfinished": _unfinished(plan, year),
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


def _unfinished(plan: Plan, year: Year) -> list[tuple[str, str]]:
    """What is left to do, in a sentence each, and where it is done: none of it stands in the way, but all of it would be frozen as it is."""
    texts = list(plan.year_texts.filter(year=year.year, done_at__isnull=False).select_related("goal"))
    total = plan.goals.filter(parent=None).count() + 1
    moved = moved_since(plan, year.year, texts)
    goals = [row for row in year.assessments if row.goal]
    not_judged = sum(not row.achievement for row in goals)
    waiting = sum(not row.outcome for row in year.decisions)
    address = {name: reverse(name, args=[plan.pk, year.year]) for name in ("workbench_show", "assessment_list", "decision_list")}
    left = []
    if len(texts) < total:
        words = _("%(part)s texter är klara. De andra kommer inte med.") % {"part": out_of(len(texts), total)}
        left.append((words, address["workbench_show"]))
    left += [
        (
            ngettext(
                "Texten ”%(title)s” blev klar innan %(n)s rapport kom eller togs tillbaka. Stämmer siffrorna i den?",
                "Texten ”%(title)s” blev klar innan %(n)s rapporter kom eller togs tillbaka. Stämmer siffrorna i den?",
                moved[text.goal_id],
            )
            % {"title": title_of(text.goal), "n": whole(moved[text.goal_id])},
            reverse("text_write", args=[plan.pk, year.year, text.goal_id or SUMMARY]),
        )
        for text in texts
        if text.goal_id in moved
    ]
    if not_judged:
        words = _("%(part)s mål är bedömda.") % {"part": out_of(len(goals) - not_judged, len(goals))}
        left.append((words, address["assessment_list"]))
    if waiting:
        words = ngettext("%(n)s fråga väntar på beslut.", "%(n)s frågor väntar på beslut.", waiting) % {"n": whole(waiting)}
        left.append((words, address["decision_list"]))
    return left


def _obstacle(plan: Plan, number: int) -> str:
    """Why the year cannot be frozen; "" when it can."""
    try:
        refuse_unfreezable(plan, number, reason="–")
    except (TooLate, NotRight) as no:
        return no.sentence
    return ""
