"""A workspace's plans, and the forms for a plan, its goals and causes. The tree itself shows statuses, so it lives in followup."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from measures.actions import plan as actions
from measures.forms import AdoptForm, CauseForm, GoalForm, PlanForm
from measures.models import Goal, Plan
from measures.models.plan import GoalKind
from measures.permissions import can_change_plan
from stakeholders.permissions import SignedInRequest, can_coordinate, require
from stakeholders.refusals import ChangedMeanwhile, NotRight
from stakeholders.views.clash import clash_page
from stakeholders.views.rooms import workspace_of

FORM = "measures/plan_form.html"


def listing(request: SignedInRequest) -> HttpResponse:
    """Every plan; when there is only one, straight to it (`?show=all` stays here)."""
    workspace = workspace_of(request)
    plans = list(Plan.objects.visible_to(request.user).within(workspace))
    if len(plans) == 1 and "show" not in request.GET:
        return redirect("plan_page", plans[0].pk)
    return render(request, "measures/plan_list.html", {"plans": plans, "can_edit": can_coordinate(request.user, workspace)})


def create(request: SignedInRequest) -> HttpResponse:
    """A new plan, a draft until it is adopted."""
    workspace = workspace_of(request)
    require(can_coordinate(request.user, workspace))
    form = PlanForm(request.POST or None, workspace=workspace)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, _("Ny plan"), "plan_list")
    plan = actions.create_plan(workspace, by=request.user, **form.given)
    messages.success(request, _("Planen är skapad. Börja med ett fokusområde."))
    return redirect("plan_page", plan.pk)


def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name, years and the reporting calendar."""
    plan = _plan_for(request, pk)
    form = PlanForm(request.POST or None, instance=plan, workspace=plan.workspace)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, _("Ändra planen"), "plan_page", pk, plan=plan)
    try:
        actions.change_plan(plan, by=request.user, version=form.read_version, **form.given)
    except ChangedMeanwhile as clash:
        return clash_page(request, form, clash, plan, version=form.read_version, title=_("Ändra planen"))
    messages.success(request, _("Ändringarna är sparade."))
    return redirect("plan_page", plan.pk)


def adopt(request: SignedInRequest, pk: int) -> HttpResponse:
    """The plan is adopted, or adopted anew: its text is kept as it stands today."""
    plan = _plan_for(request, pk)
    form = AdoptForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, _("Antagandet av planen"), "plan_page", pk)
    revision = actions.adopt_plan(plan, by=request.user, **form.cleaned_data)
    messages.success(request, _("Planen är antagen. Lydelse %(number)s är sparad.") % {"number": revision.number})
    return redirect("plan_page", plan.pk)


def create_goal(request: SignedInRequest, pk: int) -> HttpResponse:
    """A focus area, goal or sub-goal (`?kind=`)."""
    plan = _plan_for(request, pk)
    kind = request.GET.get("kind", GoalKind.FOCUS_AREA)
    kind = kind if kind in GoalKind.values else GoalKind.FOCUS_AREA
    form = GoalForm(request.POST or None, plan=plan, kind=kind, initial={"parent": request.GET.get("under")})
    title = {GoalKind.FOCUS_AREA: _("Nytt fokusområde"), GoalKind.GOAL: _("Nytt mål"), GoalKind.SUB_GOAL: _("Nytt delmål")}[GoalKind(kind)]
    kinds = [(value, label, value == kind) for value, label in GoalKind.choices]
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, title, "plan_page", pk, kinds=kinds)
    try:
        goal = actions.create_goal(plan, by=request.user, kind=kind, **form.given)
    except NotRight as no:
        form.add_error(None, no.sentence)
        return _form(request, form, title, "plan_page", pk, kinds=kinds)
    messages.success(request, _("%(goal)s är tillagt.") % {"goal": goal})
    return redirect("plan_page", plan.pk)


def edit_goal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Edit a goal, or move it."""
    goal = get_object_or_404(Goal.objects.visible_to(request.user).select_related("plan__workspace"), pk=pk)
    require(can_change_plan(request.user, goal.plan))
    form = GoalForm(request.POST or None, instance=goal, plan=goal.plan, kind=goal.kind)
    title = _("Ändra %(kind)s") % {"kind": goal.get_kind_display()}
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, title, "plan_page", goal.plan_id)
    try:
        actions.change_goal(goal, by=request.user, version=form.read_version, **form.given)
    except ChangedMeanwhile as clash:
        return clash_page(request, form, clash, goal, version=form.read_version, title=title)
    except NotRight as no:
        form.add_error(None, no.sentence)
        return _form(request, form, title, "plan_page", goal.plan_id)
    messages.success(request, _("Ändringarna är sparade."))
    return redirect("plan_page", goal.plan_id)


def create_cause(request: SignedInRequest, pk: int) -> HttpResponse:
    """A cause that measures can point to."""
    plan = _plan_for(request, pk)
    form = CauseForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, _("Ny orsak"), "plan_page", pk)
    try:
        cause = actions.create_cause(plan, by=request.user, **form.cleaned_data)
    except NotRight as no:
        form.add_error("title", no.sentence)
        return _form(request, form, _("Ny orsak"), "plan_page", pk)
    messages.success(request, _("%(cause)s är tillagd. Kryssa för den på åtgärderna som möter den.") % {"cause": cause})
    return redirect("plan_page", plan.pk)


def _plan_for(request: SignedInRequest, pk: int) -> Plan:
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("workspace"), pk=pk)
    require(can_change_plan(request.user, plan))
    return plan


def _form(request: SignedInRequest, form: Any, title: str, back: str, pk: int | None = None, **context: Any) -> HttpResponse:
    context |= {"form": form, "title": title, "back": back, "pk": pk}
    return render(request, FORM, context, status=422 if form.is_bound else 200)
