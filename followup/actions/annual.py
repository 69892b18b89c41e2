"""The year is judged, decided upon and frozen."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from followup.actions.publications import store_figures
from followup.actions.year_letters import plan_year_letters
from followup.figures import Window
from followup.freeze import File, fingerprint
from followup.models import AnnualFollowUp, Assessment, Decision, FrozenFile
from followup.year.page import Year
from measures.models import Goal, Measure, Plan
from stakeholders import events
from stakeholders.models import User
from stakeholders.refusals import ChangedMeanwhile, NotRight, TooLate


@transaction.atomic
def assess(subject: Goal | Measure, year: int, *, by: User, achievement: str, trend: str, text: str, next_step: str = "") -> Assessment:
    """A signed judgement of a goal or a measure for a year, beside the computed suggestion. A new one is a new row."""
    if not text.strip():
        raise NotRight(_("Skriv varför du bedömer det så."))
    goal, measure = (subject, None) if isinstance(subject, Goal) else (None, subject)
    assessment = Assessment.objects.create(
        plan=subject.plan,
        year=year,
        goal=goal,
        measure=measure,
        achievement=achievement,
        trend=trend,
        text=text,
        next_step=next_step,
        by_user=by,
    )
    events.record(
        "assessment.made",
        assessment,
        workspace=subject.plan.workspace,
        by=by,
        year=year,
        achievement=achievement,
        trend=trend,
        next_step=next_step,
    )
    return assessment


@transaction.atomic
def ask_for_decision(plan: Plan, year: int, *, by: User, measures: Iterable[Measure] = (), **fields: Any) -> Decision:
    """Put a question to management: what, why, who asks, the proposal, and by when."""
    decision = Decision.objects.create(plan=plan, year=year, **fields)
    decision.measures.set(measures)
    events.record("decision.asked_for", decision, workspace=plan.workspace, by=by, year=year)
    return decision


@transaction.atomic
def record_decision(decision: Decision, *, by: User, version: int, outcome: str, decided_on: date, dnr: str = "") -> Decision:
    """Write down what management decided. Raises ChangedMeanwhile when somebody else changed the row first."""
    decision = Decision.objects.select_for_update(of=("self",)).select_related("plan__workspace").get(pk=decision.pk)
    if decision.version != version:
        raise ChangedMeanwhile(
            _("Beslutet ändrades medan du skrev."),
            theirs={"outcome": decision.outcome, "decided_on": decision.decided_on, "dnr": decision.dnr},
        )
    if not outcome.strip():
        raise NotRight(_("Skriv vad som beslutades."))
    altered = events.changes(decision, outcome=outcome, decided_on=decided_on, dnr=dnr)
    decision.outcome, decision.decided_on, decision.dnr, decision.version = outcome, decided_on, dnr, version + 1
    decision.save()
    events.record("decision.recorded", decision, workspace=decision.plan.workspace, by=by, changes=altered)
    return decision


def refuse_unfreezable(plan: Plan, year: int, *, reason: str) -> None:
    """TooLate or NotRight with the sentence that says why the year cannot be frozen (again)."""
    if not plan.periods.filter(year=year).exists():
        raise TooLate(_("Det finns inga rapportrundor för %(year)s.") % {"year": year})
    if plan.periods.filter(year=year, closed_at=None).exists():
        raise TooLate(_("Alla rapportrundor för %(year)s måste vara stängda innan året fryses.") % {"year": year})
    if plan.annual_follow_ups.filter(year=year).exists() and not reason.strip():
        raise NotRight(_("Årsuppföljningen %(year)s är fryst. Skriv varför den behöver rättas.") % {"year": year})


@transaction.atomic
def freeze_year(plan: Plan, year: Year, files: Iterable[File], *, by: User, reason: str = "") -> AnnualFollowUp:
    """Store the year for ever: bytes, hashes, rules, and each audience's figures as shown.

    The second time it is a correction: the next version, with a reason. Everything or nothing, the letters about it included.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    refuse_unfreezable(plan, year.year, reason=reason)
    version = plan.annual_follow_ups.filter(year=year.year).count() + 1
    annual = AnnualFollowUp.objects.create(
        plan=plan, year=year.year, version=version, reason=reason if version > 1 else "", rules_version=year.rules_version, frozen_by=by
    )
    for file in files:
        FrozenFile.objects.create(annual=annual, name=file.name, content_type=file.content_type, content=file.content, sha256=file.sha256)
    store_figures(plan, Window.year(year.year), by=by, annual=annual)
    events.record(
        "year.frozen",
        annual,
        workspace=plan.workspace,
        by=by,
        year=year.year,
        version=version,
        why=annual.reason,
        fingerprint=fingerprint(year),
    )
    plan_year_letters(annual, year)
    return annual
