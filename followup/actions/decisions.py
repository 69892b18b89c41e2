"""A question is put to management, and what was decided is written down."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import Decision
from measures.models import Measure, Plan
from stakeholders import clock, events
from stakeholders.actions.changes import changed_meanwhile, save_changes
from stakeholders.models import User
from stakeholders.refusals import NotRight, TooLate


@transaction.atomic
def ask_for_decision(plan: Plan, year: int, *, by: User, measures: Iterable[Measure] = (), **fields: Any) -> Decision:
    """Put a question to management: what, why, who asks, the proposal, by when; `goal` and `report` say what it came from."""
    measures = list(measures)
    _refuse_strange(plan, measures, fields)
    decision = Decision.objects.create(plan=plan, year=year, **fields)
    decision.measures.set(measures)
    events.record("decision.asked_for", decision, workspace=plan.workspace, by=by, year=year)
    return decision


@transaction.atomic
def change_decision(decision: Decision, *, by: User, version: int, **fields: Any) -> Decision:
    """Put the question in other words, while it is open. Raises TooLate once it is decided, ChangedMeanwhile when somebody was first."""
    if Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk).outcome_at:
        raise TooLate(_("Frågan är beslutad. Det som stod när beslutet togs ändras inte."))
    plan = decision.plan
    _refuse_strange(plan, fields.get("measures", ()), fields)
    return save_changes(decision, fields, version=version, by=by, verb="decision.changed", workspace=plan.workspace)


@transaction.atomic
def record_decision(
    decision: Decision, *, by: User, version: int, outcome: str, decided_on: date, body: str = "", dnr: str = ""
) -> Decision:
    """Write down what was decided, by whom, when, and its number; or put right what was written. Raises ChangedMeanwhile."""
    if not outcome.strip():
        raise NotRight(_("Skriv vad som beslutades."))
    now = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    fields: dict[str, Any] = {"outcome": outcome.strip(), "decided_on": decided_on, "body": body, "dnr": dnr}
    if now.version != version:
        raise changed_meanwhile(now, fields)
    if now.outcome_at is None:
        fields |= {"outcome_at": clock.now(), "outcome_by": by}
    return save_changes(decision, fields, version=version, by=by, verb="decision.recorded", workspace=decision.plan.workspace)


def _refuse_strange(plan: Plan, measures: Iterable[Measure], fields: dict[str, Any]) -> None:
    goal, report = fields.get("goal"), fields.get("report")
    plans = {measure.plan_id for measure in measures} | ({goal.plan_id} if goal else set())
    if report:
        plans.add(report.obligation.period.plan_id)
    if plans - {plan.pk}:
        raise NotRight(_("Frågan kan bara gälla det som hör till planen."))
