"""Forms about a measure: a new one, one from the library, its evidence, steps and rulings. The sheet itself lives in followup."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from measures.actions import measures as actions
from measures.forms import ActivityForm, EvidenceForm, MeasureForm, RulingForm
from measures.models import Activity, Goal, Measure, MeasureTemplate, Plan
from measures.permissions import can_change_plan
from stakeholders.permissions import SignedInRequest, can_coordinate, can_read_all, require
from stakeholders.refusals import ChangedMeanwhile, NotRight, TooLate
from stakeholders.rules import normalise_search
from stakeholders.views.clash import clash_page
from stakeholders.views.rooms import workspace_of

FORM = "measures/measure_form.html"


def create(request: SignedInRequest) -> HttpResponse:
    """A measure in the plan of the address (`?plan=`), under the goal of the address if there is one (`?goal=`)."""
    plan = _chosen_plan(request)
    goals = Goal.objects.filter(plan=plan)
    goal = goals.filter(pk=_number(request, "goal")).first() or goals.filter(kind="goal").first() or goals.first()
    if goal is None:
        messages.info(request, _("Börja med ett fokusområde."))
        return redirect("goal_create", plan.pk)
    form = MeasureForm(request.POST or None, plan=plan, initial={"goal": goal, "number": actions.next_number(goal)})
    context = {"form": form, "title": _("Ny åtgärd"), "plan": plan}
    if request.method != "POST" or not form.is_valid():
        return render(request, FORM, context, status=422 if form.is_bound else 200)
    given = form.given
    try:
        measure = actions.create_measure(given.pop("goal"), by=request.user, **given)
    except NotRight as no:
        form.add_error("number", no.sentence)
        return render(request, FORM, context, status=422)
    messages.success(request, _("Åtgärden är tillagd. Vem ska göra det?"))
    return redirect("measure_page", measure.pk)


def library(request: SignedInRequest) -> HttpResponse:
    """Measures that Swedish public housing runs, with what is known about their effect."""
    workspace = workspace_of(request)
    require(can_read_all(request.user, workspace))
    q = request.GET.get("q", "")
    words = normalise_search(q)
    found = [one for one in MeasureTemplate.objects.all() if words in normalise_search(f"{one.name} {one.description} {one.focus}")]
    plan = Plan.objects.visible_to(request.user).within(workspace).filter(closed_at=None).first()
    goals = list(Goal.objects.filter(plan=plan).select_related("parent")) if plan else []
    can_use = bool(goals) and can_coordinate(request.user, workspace)
    return render(request, "measures/library.html", {"templates": found, "q": q, "plan": plan, "goals": goals, "can_use": can_use})


@require_POST
def use(request: SignedInRequest, slug: str) -> HttpResponse:
    """Copy a measure from the library to a goal of the plan."""
    template = get_object_or_404(MeasureTemplate, slug=slug)
    goal = get_object_or_404(Goal.objects.visible_to(request.user).select_related("plan__workspace"), pk=_number(request, "goal"))
    require(can_change_plan(request.user, goal.plan))
    measure = actions.use_template(template, goal, by=request.user, number=actions.next_number(goal))
    messages.success(request, _("%(measure)s är hämtad från biblioteket. Ändra det som är annorlunda hos er.") % {"measure": measure})
    return redirect("measure_page", measure.pk)


def evidence(request: SignedInRequest, pk: int) -> HttpResponse:
    """Every judgement of why we believe in the measure; whoever may edit adds a new one."""
    measure = _measure_for(request, pk)
    require(can_read_all(request.user, measure.plan.workspace))
    can_edit = can_change_plan(request.user, measure.plan)
    form = EvidenceForm(request.POST or None) if can_edit else None
    context = {"measure": measure, "evidence": measure.evidence.all(), "form": form}
    if request.method != "POST":
        return render(request, "measures/evidence.html", context)
    require(can_edit)
    if form is None or not form.is_valid():
        return render(request, "measures/evidence.html", context, status=422)
    actions.judge_evidence(measure, by=request.user, **form.cleaned_data)
    messages.success(request, _("Bedömningen är sparad. De tidigare finns kvar."))
    return redirect("measure_page", measure.pk)


def create_activity(request: SignedInRequest, pk: int) -> HttpResponse:
    """A step or milestone."""
    measure = _editable(request, pk)
    form = ActivityForm(request.POST or None)
    context = {"form": form, "title": _("Ny aktivitet"), "measure": measure}
    if request.method != "POST" or not form.is_valid():
        return render(request, FORM, context, status=422 if form.is_bound else 200)
    actions.add_activity(measure, by=request.user, **form.given)
    messages.success(request, _("Aktiviteten är tillagd."))
    return redirect("measure_page", measure.pk)


def edit_activity(request: SignedInRequest, pk: int) -> HttpResponse:
    """When a step really began and ended."""
    mine = Measure.objects.visible_to(request.user)
    activity = get_object_or_404(Activity.objects.select_related("measure__plan__workspace"), pk=pk, measure__in=mine)
    require(can_change_plan(request.user, activity.measure.plan))
    form = ActivityForm(request.POST or None, instance=activity)
    context = {"form": form, "title": _("Ändra aktivitet"), "measure": activity.measure}
    if request.method != "POST" or not form.is_valid():
        return render(request, FORM, context, status=422 if form.is_bound else 200)
    try:
        actions.change_activity(activity, by=request.user, version=form.read_version, **form.given)
    except ChangedMeanwhile as clash:
        return clash_page(request, form, clash, activity, version=form.read_version, title=_("Ändra aktivitet"))
    messages.success(request, _("Ändringarna är sparade."))
    return redirect("measure_page", activity.measure_id)


def pause(request: SignedInRequest, pk: int) -> HttpResponse:
    """A decided pause."""
    return _rule(request, pk, _("Pausa åtgärden"), actions.pause_measure, _("Åtgärden är pausad."))


def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """The measure goes on."""
    return _rule(request, pk, _("Återuppta åtgärden"), actions.resume_measure, _("Åtgärden är återupptagen."))


def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """A decided early end."""
    return _rule(request, pk, _("Avsluta åtgärden i förtid"), actions.end_measure, _("Åtgärden är avslutad i förtid."))


def _rule(request: SignedInRequest, pk: int, title: str, action: Callable[..., Any], done: str) -> HttpResponse:
    measure = _editable(request, pk)
    form = RulingForm(request.POST or None)
    context = {"form": form, "title": title, "measure": measure}
    if request.method != "POST" or not form.is_valid():
        return render(request, FORM, context, status=422 if form.is_bound else 200)
    try:
        action(measure, by=request.user, **form.cleaned_data)
    except (NotRight, TooLate) as no:
        form.add_error(None, no.sentence)
        return render(request, FORM, context, status=no.status)
    messages.success(request, done)
    return redirect("measure_page", measure.pk)


def _measure_for(request: SignedInRequest, pk: int) -> Measure:
    return get_object_or_404(Measure.objects.visible_to(request.user).select_related("plan__workspace"), pk=pk)


def _editable(request: SignedInRequest, pk: int) -> Measure:
    measure = _measure_for(request, pk)
    require(can_change_plan(request.user, measure.plan))
    return measure


def _chosen_plan(request: SignedInRequest) -> Plan:
    """The plan of the address, or the one that is in force; only with authority to edit it."""
    plans = Plan.objects.visible_to(request.user).select_related("workspace")
    workspace = workspace_of(request)
    plan = plans.filter(pk=_number(request, "plan")).first() if request.GET.get("plan") else plans.within(workspace).first()
    if plan is None and not request.GET.get("plan"):
        require(can_coordinate(request.user, workspace))
    if plan is None:
        raise Http404
    require(can_change_plan(request.user, plan))
    return plan


def _number(request: SignedInRequest, name: str) -> int:
    """A number in the form or the address; 0 when it is none."""
    text = request.POST.get(name) or request.GET.get(name, "")
    return int(text) if text.isdigit() and len(text) < 19 else 0
