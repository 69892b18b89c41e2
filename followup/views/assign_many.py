"""The grid measures × actors: who does what together, and many parts assigned at once with ten minutes to undo."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from followup.actions import assignments as actions
from followup.queries import grid as queries
from measures.models import Goal, Measure, Plan
from measures.permissions import can_change_plan
from measures.queries import tops
from measures.rules import AssignmentRole
from stakeholders import clock
from stakeholders.exports import CSV_TYPE, as_download, csv_bytes
from stakeholders.models import Actor, Event
from stakeholders.permissions import SignedInRequest, can_read_all, require
from stakeholders.refusals import NotRight, TooLate
from stakeholders.views.rooms import workspace_of


def grid(request: SignedInRequest, pk: int) -> HttpResponse:
    """One focus area's measures by every actor: tick squares, choose the role, send."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("workspace"), pk=pk)
    require(can_change_plan(request.user, plan))
    if request.method != "POST":
        return _grid_page(request, plan)
    role = request.POST.get("role", "")
    try:
        if role not in AssignmentRole.values:
            raise NotRight(_("Välj ansvarig eller medverkar."))
        event, made = actions.assign_many(plan, _ticked(request, plan, role), by=request.user)
    except (NotRight, TooLate) as no:
        return _grid_page(request, plan, no.sentence, no.status)
    words = ngettext(
        "%(n)d uppdrag är föreslaget. Mejlet går om tio minuter.", "%(n)d uppdrag är föreslagna. Mejlen går om tio minuter.", len(made)
    )
    undo_address = reverse("plan_assign_undo", args=[plan.pk, event.pk])
    messages.success(request, words % {"n": len(made)}, extra_tags=undo_address)
    return redirect(request.get_full_path())


@require_POST
def undo(request: SignedInRequest, pk: int, event: int) -> HttpResponse:
    """Take back all that was assigned together a moment ago."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("workspace"), pk=pk)
    require(can_change_plan(request.user, plan))
    made = get_object_or_404(Event.objects.about(plan), pk=event, verb="plan.actors_assigned")
    count = actions.undo_assigning_many(made, by=request.user)
    messages.success(request, ngettext("%(n)d uppdrag är ångrat.", "%(n)d uppdrag är ångrade.", count) % {"n": count})
    return redirect("plan_assign", plan.pk)


def collaboration(request: SignedInRequest) -> HttpResponse:
    """Who does what together in the plan in force; `?format=csv` is the table to download."""
    workspace = workspace_of(request)
    require(can_read_all(request.user, workspace))
    plans = Plan.objects.visible_to(request.user).within(workspace).filter(closed_at=None)
    plan = plans.filter(pk=request.GET["plan"]).first() if request.GET.get("plan", "").isdigit() else plans.first()
    if plan is None:
        return render(request, "followup/collaboration.html", {"tables": []})
    started = list(Measure.objects.filter(plan=plan, starts_on__lte=clock.today()))
    actors = list(Actor.objects.within(workspace).open())
    tables = queries.tables(plan, started, actors, only_busy=True)
    if request.GET.get("format") == "csv":
        return as_download(csv_bytes(*_as_table(tables)), CSV_TYPE, _("vem-gor-vad.csv"))
    rows = [row for table in tables for _sector, found in table.groups for row in found if row.total]
    context = {
        "plan": plan,
        "tables": tables,
        "actors": len({row.actor.pk for row in rows}),
        "measures": len(started),
        "unled": [measure for table in tables for measure, is_led in zip(table.measures, table.led, strict=True) if not is_led],
        "can_edit": can_change_plan(request.user, plan),
    }
    return render(request, "followup/collaboration.html", context)


def _grid_page(request: SignedInRequest, plan: Plan, refusal: str = "", status: int = 200) -> HttpResponse:
    goals = list(Goal.objects.filter(plan=plan))
    top, measures = tops(goals), list(Measure.objects.filter(plan=plan))
    areas = [goal for goal in goals if goal.parent_id is None]
    here = next((goal for goal in areas if str(goal.pk) == request.GET.get("goal")), areas[0] if areas else None)
    chips: list[dict[str, Any]] = [
        {
            "words": goal.title,
            "count": sum(top[each.goal_id].pk == goal.pk for each in measures),
            "address": f"?goal={goal.pk}",
            "is_here": goal is here,
        }
        for goal in areas
    ]
    shown = [each for each in measures if here and top[each.goal_id].pk == here.pk]
    actors = list(Actor.objects.within(plan.workspace).open())
    context = {
        "plan": plan,
        "chips": chips,
        "tables": queries.tables(plan, shown, actors, only_busy=False),
        "ticked": set(request.POST.getlist("part")),
        "role": request.POST.get("role", AssignmentRole.CONTRIBUTING),
        "roles": AssignmentRole.choices,
        "refusal": refusal,
    }
    return render(request, "followup/assign_many.html", context, status=status)


def _ticked(request: SignedInRequest, plan: Plan, role: str) -> list[tuple[Measure, Actor, str]]:
    """The ticked squares as (measure, actor, role); one from outside the plan or the room is not found."""
    pairs = [tuple(key.split("-", 1)) for key in request.POST.getlist("part")]
    if not all(len(pair) == 2 and all(part.isdigit() and len(part) < 19 for part in pair) for pair in pairs):
        raise Http404
    measures = {str(each.pk): each for each in Measure.objects.filter(plan=plan).prefetch_related("indicators")}
    actors = {str(each.pk): each for each in Actor.objects.within(plan.workspace).open().prefetch_related("contacts")}
    if any(measure not in measures or actor not in actors for measure, actor in pairs):
        raise Http404
    return [(measures[measure], actors[actor], role) for measure, actor in pairs]


def _as_table(tables: list[queries.Table]) -> tuple[list[str], list[list[str]]]:
    rows = [
        [sector, row.actor.name, square.measure.number, square.measure.title, str(AssignmentRole(square.role).label)]
        for table in tables
        for sector, found in table.groups
        for row in found
        for square in row.squares
        if square.role
    ]
    return [_("Grupp"), _("Aktör"), _("Nr"), _("Åtgärd"), _("Roll")], rows
