"""Judging the year: goal by goal, what the figures suggest beside what a person says."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from followup.actions.assessments import assess
from followup.forms.annual import AssessmentForm
from followup.permissions import audience_of, can_assess
from followup.views.annual import plan_of_year, refuse_other_years, year_crumbs
from followup.year.assessments import assessment_rows, assessments_sentence
from followup.year.reading import read_book
from followup.year.suggestion import Suggestions
from measures.models import Goal, Measure
from stakeholders import clock
from stakeholders.permissions import SignedInRequest, can_read_all, require
from stakeholders.refusals import ChangedMeanwhile


@require_safe
def assessment_list(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Every goal and every started measure of the year: what is judged, and what is left to judge."""
    plan = plan_of_year(request, pk, number, with_before=True)
    book = read_book(plan, number, audience=audience_of(request.user, plan.workspace), as_of=clock.now())
    rows = assessment_rows(book, with_measures=True)
    context = {
        "plan": plan,
        "number": number,
        "rows": rows,
        "sentence": assessments_sentence(rows),
        "left": sum(not row.achievement for row in rows if row.measure),
        "may_assess": can_assess(request.user, plan.workspace),
        "crumbs": year_crumbs(plan, number),
    }
    return render(request, "followup/assessment_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def goal_assess(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """One goal in one year: read by all who see the whole room, judged by some."""
    goal = get_object_or_404(Goal.objects.visible_to(request.user).select_related("plan__workspace"), pk=pk)
    return _assess(request, goal, number)


@require_http_methods(["GET", "HEAD", "POST"])
def measure_assess(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """One measure in one year, likewise."""
    measure = get_object_or_404(Measure.objects.visible_to(request.user).select_related("plan__workspace"), pk=pk)
    return _assess(request, measure, number)


def _assess(request: SignedInRequest, subject: Goal | Measure, number: int) -> HttpResponse:
    workspace = subject.plan.workspace
    require(can_read_all(request.user, workspace))
    refuse_other_years(subject.plan, number)
    may = can_assess(request.user, workspace)
    if request.method != "POST":
        return _page(request, subject, number, may_assess=may)
    require(may)
    form = AssessmentForm(request.POST, latest=None)
    if not form.is_valid():
        return _page(request, subject, number, form=form, may_assess=may, status=422)
    try:
        assess(subject, number, by=request.user, **form.cleaned_data)
    except ChangedMeanwhile as clash:
        typed = request.POST.copy()
        typed["version"] = str(clash.theirs["version"])  # the next save is of what is now read
        form = AssessmentForm(typed, latest=None)
        return _page(request, subject, number, form=form, may_assess=may, clash=clash.sentence, status=409)
    messages.success(request, _("Bedömningen är sparad och signerad. De tidigare finns kvar."))
    return redirect("assessment_list", subject.plan_id, number)


def _page(
    request: SignedInRequest,
    subject: Goal | Measure,
    number: int,
    *,
    may_assess: bool,
    form: AssessmentForm | None = None,
    clash: str = "",
    status: int = 200,
) -> HttpResponse:
    """The suggestion beside the form; after a clash also what the other wrote."""
    plan, workspace = subject.plan, subject.plan.workspace
    book = read_book(plan, number, audience=audience_of(request.user, workspace), as_of=clock.now())
    suggestions = Suggestions(book)
    judged = list(subject.assessments.filter(year=number).select_related("by_user").order_by("-version"))
    latest = judged[0] if judged else None
    if form is None and may_assess:
        form = AssessmentForm(latest=latest)
    context: dict[str, Any] = {
        "plan": plan,
        "number": number,
        "subject": subject,
        "measure": subject if isinstance(subject, Measure) else None,
        "suggestion": suggestions.of_goal(subject.pk) if isinstance(subject, Goal) else suggestions.of_measure(subject.pk),
        "latest": latest,
        "earlier": judged[1:],
        "form": form,
        "clash": clash,
        "is_running": book.is_running,
        "frozen": plan.annual_follow_ups.filter(year=number).order_by("-version").first(),
        "crumbs": year_crumbs(plan, number, (_("Bedömningar"), reverse("assessment_list", args=[plan.pk, number]))),
    }
    return render(request, "followup/assess.html", context, status=status)
