"""The plan and its tree of goals: made, edited, adopted."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from measures.models import Cause, Goal, Measure, Plan, PlanRevision
from measures.models.plan import GoalKind
from stakeholders import clock, events
from stakeholders.actions.changes import save_changes
from stakeholders.events import By
from stakeholders.models import User, Workspace
from stakeholders.refusals import NotRight, TooLate

PARENT_KINDS: dict[str, set[str | None]] = {
    GoalKind.FOCUS_AREA: {None},
    GoalKind.GOAL: {GoalKind.FOCUS_AREA, None},
    GoalKind.SUB_GOAL: {GoalKind.GOAL, GoalKind.SUB_GOAL},
}
"""What each kind of goal may stand under; None is directly under the plan."""


@transaction.atomic
def create_plan(workspace: Workspace, *, by: By, title: str, first_year: int, last_year: int, **fields: Any) -> Plan:
    """A plan, a draft until it is adopted. `fields`: the rest of `Plan`, the reporting calendar among them."""
    if last_year < first_year:
        raise NotRight(_("Planens sista år ligger före det första."))
    plan = Plan.objects.create(workspace=workspace, title=title, first_year=first_year, last_year=last_year, **fields)
    events.record("plan.created", plan, workspace=workspace, by=by, title=title)
    return plan


@transaction.atomic
def change_plan(plan: Plan, *, by: User, version: int, **fields: Any) -> Plan:
    """Edit the plan. Raises ChangedMeanwhile when somebody was first."""
    _refuse_if_closed(plan)
    if fields.get("last_year", plan.last_year) < fields.get("first_year", plan.first_year):
        raise NotRight(_("Planens sista år ligger före det första."))
    return save_changes(plan, fields, version=version, by=by, verb="plan.changed", workspace=plan.workspace)


@transaction.atomic
def adopt_plan(plan: Plan, *, by: User, adopted_by: str, adopted_on: Any, dnr: str = "", decision_paragraph: str = "") -> PlanRevision:
    """Adopt the plan as it stands, or adopt it anew: text and tree are kept for ever, with their SHA-256."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=plan.pk)
    _refuse_if_closed(plan)
    content = _as_it_stands(plan)
    written = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    revision = PlanRevision.objects.create(
        plan=plan,
        number=(plan.revisions.aggregate(last=Max("number"))["last"] or 0) + 1,
        adopted_by=adopted_by,
        adopted_on=adopted_on,
        dnr=dnr,
        content=content,
        sha256=hashlib.sha256(written).hexdigest(),
        by_user=by,
    )
    plan.adopted_by, plan.adopted_on, plan.dnr, plan.decision_paragraph = adopted_by, adopted_on, dnr, decision_paragraph
    plan.version += 1
    plan.save()
    events.record("plan.adopted", plan, workspace=plan.workspace, by=by, revision=revision.number, sha256=revision.sha256)
    return revision


@transaction.atomic
def close_plan(plan: Plan, *, by: User) -> Plan:
    """The plan is over. What it holds stays readable."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=plan.pk)
    _refuse_if_closed(plan)
    plan.closed_at, plan.version = clock.now(), plan.version + 1
    plan.save(update_fields=["closed_at", "version"])
    events.record("plan.closed", plan, workspace=plan.workspace, by=by)
    return plan


@transaction.atomic
def create_goal(plan: Plan, *, by: By, kind: str, title: str, parent: Goal | None = None, **fields: Any) -> Goal:
    """A focus area, goal or sub-goal, last among its siblings."""
    _refuse_if_closed(plan)
    _refuse_wrong_parent(plan, kind, parent)
    last = plan.goals.filter(parent=parent).aggregate(last=Max("position"))["last"]
    goal = Goal.objects.create(plan=plan, kind=kind, title=title, parent=parent, position=0 if last is None else last + 1, **fields)
    events.record("goal.created", goal, workspace=plan.workspace, by=by, kind=kind, title=title)
    return goal


@transaction.atomic
def change_goal(goal: Goal, *, by: User, version: int, **fields: Any) -> Goal:
    """Edit a goal, or move it to another parent. Raises ChangedMeanwhile when somebody was first."""
    _refuse_if_closed(goal.plan)
    if "parent" in fields:
        _refuse_wrong_parent(goal.plan, goal.kind, fields["parent"], moved=goal)
    return save_changes(goal, fields, version=version, by=by, verb="goal.changed", workspace=goal.plan.workspace)


@transaction.atomic
def create_cause(plan: Plan, *, by: By, title: str, text: str = "", source: str = "") -> Cause:
    """A cause in the plan's analysis. Raises NotRight when it is already there."""
    _refuse_if_closed(plan)
    if plan.causes.filter(title=title).exists():
        raise NotRight(_("Orsaken finns redan."))
    cause = Cause.objects.create(plan=plan, title=title, text=text, source=source)
    events.record("cause.created", cause, workspace=plan.workspace, by=by, title=title)
    return cause


def _refuse_if_closed(plan: Plan) -> None:
    if plan.closed_at:
        raise TooLate(_("Planen är avslutad."))


def _refuse_wrong_parent(plan: Plan, kind: str, parent: Goal | None, moved: Goal | None = None) -> None:
    if parent and parent.plan_id != plan.pk:
        raise NotRight(_("Målet hör till en annan plan."))
    if (parent.kind if parent else None) not in PARENT_KINDS[kind]:
        raise NotRight(_("Ett fokusområde står överst, ett mål under ett fokusområde och ett delmål under ett mål."))
    above = parent
    while moved and above:
        if above.pk == moved.pk:
            raise NotRight(_("Ett mål kan inte ligga under sig självt."))
        above = above.parent


def _as_it_stands(plan: Plan) -> dict[str, Any]:
    """The adopted text: goals in order with their measures, as plain JSON."""
    goals = list(Goal.objects.filter(plan=plan))
    measures = list(Measure.objects.filter(plan=plan))
    return {
        "title": plan.title,
        "years": [plan.first_year, plan.last_year],
        "goals": [_branch(goal, goals, measures) for goal in goals if goal.parent_id is None],
    }


def _branch(goal: Goal, goals: list[Goal], measures: list[Measure]) -> dict[str, Any]:
    return {
        "kind": goal.kind,
        "number": goal.number,
        "title": goal.title,
        "text": goal.text,
        "measures": [
            {"number": each.number, "title": each.title, "description": each.description} for each in measures if each.goal_id == goal.pk
        ],
        "goals": [_branch(below, goals, measures) for below in goals if below.parent_id == goal.pk],
    }
