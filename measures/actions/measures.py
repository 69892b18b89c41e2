"""Measures: made (from nothing or from the library), edited, ruled on, judged, and broken into steps."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from measures.models import Activity, Evidence, Goal, Measure, MeasureRuling, MeasureTemplate, Plan
from measures.models.measure import MeasureRulingKind
from stakeholders import clock, events
from stakeholders.actions.changes import save_changes
from stakeholders.events import By
from stakeholders.models import User
from stakeholders.refusals import NotRight, TooLate


@transaction.atomic
def create_measure(goal: Goal, *, by: By, number: str, title: str, causes: Any = (), areas: Any = (), **fields: Any) -> Measure:
    """A measure under a goal. `fields`: the rest of `Measure`. Raises NotRight when the number is taken."""
    plan = _open_plan(goal.plan_id)
    _refuse_taken_number(plan, number)
    measure = Measure.objects.create(plan=plan, goal=goal, number=number, title=title, **fields)
    measure.causes.set(causes)
    measure.areas.set(areas)
    events.record("measure.created", measure, workspace=plan.workspace, by=by, number=number, title=title)
    return measure


@transaction.atomic
def use_template(template: MeasureTemplate, goal: Goal, *, by: User, number: str) -> Measure:
    """Copy a measure from the library into the plan, with its evidence. The copy lives its own life."""
    measure = create_measure(
        goal,
        by=by,
        number=number,
        title=template.name,
        description=template.description,
        time_to_effect=template.time_to_effect,
    )
    judge_evidence(
        measure,
        by=by,
        kind="",
        grade=template.evidence_grade,
        finding=template.evidence_note,
        source=template.source,
        judged_by=_("åtgärdsbiblioteket"),
    )
    return measure


@transaction.atomic
def change_measure(measure: Measure, *, by: User, version: int, **fields: Any) -> Measure:
    """Edit a measure; `causes` and `areas` are lists. Raises ChangedMeanwhile when somebody was first."""
    plan = _open_plan(measure.plan_id)
    if "number" in fields and fields["number"] != measure.number:
        _refuse_taken_number(plan, fields["number"])
    if "goal" in fields and fields["goal"].plan_id != plan.pk:
        raise NotRight(_("Målet hör till en annan plan."))
    return save_changes(measure, fields, version=version, by=by, verb="measure.changed", workspace=plan.workspace)


@transaction.atomic
def pause_measure(measure: Measure, *, by: User, from_date: date, reason: str, dnr: str = "") -> MeasureRuling:
    """A decided pause: it overrides what is reported, from its date."""
    return _rule(measure, MeasureRulingKind.PAUSE, "measure.paused", by=by, from_date=from_date, reason=reason, dnr=dnr)


@transaction.atomic
def resume_measure(measure: Measure, *, by: User, from_date: date, reason: str, dnr: str = "") -> MeasureRuling:
    """The measure goes on; from that date reports decide its status again."""
    return _rule(measure, MeasureRulingKind.RESUME, "measure.resumed", by=by, from_date=from_date, reason=reason, dnr=dnr)


@transaction.atomic
def end_measure(measure: Measure, *, by: User, from_date: date, reason: str, dnr: str = "") -> MeasureRuling:
    """A decided early end."""
    return _rule(measure, MeasureRulingKind.END, "measure.ended", by=by, from_date=from_date, reason=reason, dnr=dnr)


@transaction.atomic
def judge_evidence(
    measure: Measure,
    *,
    by: User | None,
    kind: str,
    grade: str,
    finding: str = "",
    place: str = "",
    source: str = "",
    judged_by: str = "",
    judged_on: date | None = None,
) -> Evidence:
    """A new judgement of why we believe in the measure; the earlier ones are kept."""
    before = measure.evidence.first()
    evidence = Evidence.objects.create(
        measure=measure,
        kind=kind,
        grade=grade,
        finding=finding,
        place=place,
        source=source,
        judged_by=judged_by or (str(by.title) if by else ""),
        judged_on=judged_on or clock.today(),
        by_user=by,
    )
    change = {"grade": [before.grade if before else None, grade]}
    events.record("measure.evidence_judged", measure, workspace=measure.plan.workspace, by=by, changes=change, evidence=evidence)
    return evidence


@transaction.atomic
def add_activity(measure: Measure, *, by: By, title: str, **fields: Any) -> Activity:
    """A step or milestone in a measure."""
    activity = Activity.objects.create(measure=measure, title=title, **fields)
    events.record("activity.added", activity, workspace=measure.plan.workspace, by=by, measure=measure, title=title)
    return activity


@transaction.atomic
def change_activity(activity: Activity, *, by: User, version: int, **fields: Any) -> Activity:
    """Edit a step. Raises ChangedMeanwhile when somebody was first."""
    workspace = activity.measure.plan.workspace
    return save_changes(activity, fields, version=version, by=by, verb="activity.changed", workspace=workspace)


def next_number(goal: Goal) -> str:
    """The number a new measure under `goal` gets when nobody says: one more than the highest within its focus area."""
    top = goal
    while top.parent is not None:
        top = top.parent
    first = top.number or str(top.position + 1)
    taken = Measure.objects.filter(plan=goal.plan, number__startswith=f"{first}.").values_list("number", flat=True)
    last = [int(number.rpartition(".")[2]) for number in taken if number.rpartition(".")[2].isdigit()]
    return f"{first}.{max(last, default=0) + 1}"


def _rule(measure: Measure, kind: str, verb: str, *, by: User, from_date: date, reason: str, dnr: str) -> MeasureRuling:
    measure = Measure.objects.select_for_update(of=("self",)).select_related("plan__workspace").get(pk=measure.pk)
    if not reason.strip():
        raise NotRight(_("Skriv varför."))
    last = measure.rulings.last()
    standing = last.kind if last else MeasureRulingKind.RESUME
    if standing == kind:
        raise TooLate(_("Det är redan beslutat."))
    if last and from_date < last.from_date:
        raise NotRight(_("Det finns ett senare beslut, från %(day)s.") % {"day": last.from_date})
    ruling = MeasureRuling.objects.create(measure=measure, kind=kind, from_date=from_date, reason=reason, dnr=dnr, by_user=by)
    events.record(verb, measure, workspace=measure.plan.workspace, by=by, why=reason, from_date=from_date, dnr=dnr)
    return ruling


def _open_plan(pk: int) -> Plan:
    """The plan, locked, so that two who number a measure at once take turns. Raises TooLate when it is closed."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=pk)
    if plan.closed_at:
        raise TooLate(_("Planen är avslutad."))
    return plan


def _refuse_taken_number(plan: Plan, number: str) -> None:
    if plan.measures.filter(number=number).exists():
        raise NotRight(_("Det finns redan en åtgärd med nummer %(number)s.") % {"number": number})
