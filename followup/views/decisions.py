"""Questions to management: asked, read, put in other words, and answered."""

from copy import copy
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from followup.actions.decisions import ask_for_decision, change_decision, record_decision
from followup.forms.annual import DecisionForm, OutcomeForm
from followup.models import Decision, Report
from followup.permissions import can_ask_for_decision, can_record_decision
from followup.views.annual import Crumbs, plan_of_year, year_crumbs
from measures.models import Goal, Measure, Plan
from stakeholders import clock
from stakeholders.permissions import SignedInRequest, can_read_all, require
from stakeholders.refusals import ChangedMeanwhile, NotRight
from stakeholders.views.clash import clash_page

WITH_NAMES = ("plan__workspace", "goal", "report__obligation__assignment__actor", "outcome_by")


@require_safe
def decision_list(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The questions of a year: those that wait, and what was decided."""
    plan = plan_of_year(request, pk, number)
    decisions = list(
        Decision.objects.filter(plan=plan).of_year(number, clock.now()).select_related(*WITH_NAMES).prefetch_related("measures")
    )
    context = {
        "plan": plan,
        "number": number,
        "waiting": [each for each in decisions if not each.outcome_at],
        "decided": [each for each in decisions if each.outcome_at],
        "may_ask": can_ask_for_decision(request.user, plan.workspace),
        "crumbs": year_crumbs(plan, number),
    }
    return render(request, "followup/decision_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decision_ask(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """A new question; `?measure=`, `?goal=` or `?report=` say what it comes from, and fill in what is known."""
    plan = plan_of_year(request, pk, number)
    require(can_ask_for_decision(request.user, plan.workspace))
    report = _report_of(request, plan)
    form = DecisionForm(request.POST or None, plan=plan, initial=_known(request, plan, report))
    if request.method == "POST" and form.is_valid():
        decision = ask_for_decision(plan, number, by=request.user, report=report, **form.given)
        messages.success(request, _("Frågan är sparad och står under Att besluta."))
        return redirect("decision_show", decision.pk)
    context = {
        "form": form,
        "title": _("Ny fråga till ledningen"),
        "report": report,
        "back": reverse("decision_list", args=[pk, number]),
        "crumbs": _crumbs(plan, number),
    }
    return render(request, "followup/decision_form.html", context, status=422 if form.is_bound else 200)


@require_safe
def decision_show(request: SignedInRequest, pk: int) -> HttpResponse:
    """One question, what came of it, and the form where that is written down."""
    decision = _decision_for(request, pk)
    return _page(request, decision, OutcomeForm(instance=decision))


@require_http_methods(["GET", "HEAD", "POST"])
def decision_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The question in other words, while it is open."""
    decision = _decision_for(request, pk)
    plan = decision.plan
    require(can_ask_for_decision(request.user, plan.workspace))
    form = DecisionForm(request.POST or None, instance=decision, plan=plan)
    if request.method == "POST" and form.is_valid():
        try:
            change_decision(decision, by=request.user, version=form.read_version, **form.given)
        except ChangedMeanwhile as clash:
            return clash_page(request, form, clash, decision, version=form.read_version, title=_("Ändra frågan"))
        messages.success(request, _("Frågan är ändrad."))
        return redirect("decision_show", pk)
    context = {
        "form": form,
        "title": _("Ändra frågan"),
        "back": reverse("decision_show", args=[pk]),
        "crumbs": _crumbs(plan, decision.year),
    }
    return render(request, "followup/decision_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def decision_record(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was decided, by whom and when. The address itself is the question's page: a clash begins anew from here."""
    decision = _decision_for(request, pk)
    require(can_record_decision(request.user, decision.plan.workspace))
    if request.method != "POST":
        return redirect("decision_show", pk)
    form = OutcomeForm(request.POST, instance=copy(decision))  # what is typed stays out of what the page says of the decision
    if not form.is_valid():
        return _page(request, decision, form, status=422)
    try:
        record_decision(decision, by=request.user, version=form.read_version, **form.given)
    except ChangedMeanwhile as clash:
        return clash_page(request, form, clash, decision, version=form.read_version, title=decision.question)
    except NotRight as no:
        form.add_error("outcome", no.sentence)
        return _page(request, decision, form, status=422)
    messages.success(request, _("Beslutet är antecknat."))
    return redirect("decision_show", pk)


def _page(request: SignedInRequest, decision: Decision, form: OutcomeForm, *, status: int = 200) -> HttpResponse:
    workspace = decision.plan.workspace
    may_record = can_record_decision(request.user, workspace)
    context = {
        "decision": decision,
        "measures": list(decision.measures.all()),
        "form": form if may_record else None,
        "may_change": can_ask_for_decision(request.user, workspace) and not decision.outcome_at,
        "frozen": decision.plan.annual_follow_ups.filter(year=decision.year).order_by("-version").first(),
        "crumbs": _crumbs(decision.plan, decision.year),
    }
    return render(request, "followup/decision.html", context, status=status)


def _decision_for(request: SignedInRequest, pk: int) -> Decision:
    decision = get_object_or_404(Decision.objects.visible_to(request.user).select_related(*WITH_NAMES), pk=pk)
    require(can_read_all(request.user, decision.plan.workspace))
    return decision


def _report_of(request: SignedInRequest, plan: Plan) -> Report | None:
    """The partner's report that the question comes from, of those the person can reach."""
    pk = request.GET.get("report", "")
    if not pk.isdecimal():
        return None
    reports = Report.objects.visible_to(request.user).filter(obligation__period__plan=plan)
    return get_object_or_404(reports.select_related("obligation__assignment__actor", "obligation__assignment__measure"), pk=pk)


def _known(request: SignedInRequest, plan: Plan, report: Report | None) -> dict[str, Any]:
    """What the address already tells about the question."""
    if report:
        assignment = report.obligation.assignment
        return {"asked_by": assignment.actor.name, "why": report.what_is_needed, "measures": [assignment.measure]}
    known: dict[str, Any] = {"asked_by": str(request.user)}
    for name, things in (("measure", Measure.objects.filter(plan=plan)), ("goal", Goal.objects.filter(plan=plan))):
        pk = request.GET.get(name, "")
        if pk.isdecimal() and (thing := things.filter(pk=pk).first()):
            known |= {"measures": [thing]} if name == "measure" else {"goal": thing}
    return known


def _crumbs(plan: Plan, number: int) -> Crumbs:
    return year_crumbs(plan, number, (_("Att besluta"), reverse("decision_list", args=[plan.pk, number])))
