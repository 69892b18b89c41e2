"""Facts written to the database as they are, with the same ids, so that what the two roll-ups say can be compared outright."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction

from followup.models import (
    Obligation,
    ObligationIndicator,
    ObligationRuling,
    OverlapDecision,
    Period,
    PeriodUnlock,
    Report,
    ReportCell,
    ReportLine,
)
from followup.models.report import Channel
from followup.reference import facts as f
from followup.words import ImplementationStatus, RulingKind
from measures.models import (
    Assignment,
    AssignmentIndicator,
    Baseline,
    Goal,
    Indicator,
    IndicatorVersion,
    Measure,
    MeasureRuling,
    Plan,
    Target,
)
from measures.models.measure import MeasureRulingKind
from measures.rules import SCALE, EffectLevel
from stakeholders.models import Actor
from tests.factories import a_plan, a_user, a_workspace, an_actor

RULINGS = {
    ImplementationStatus.PAUSED: MeasureRulingKind.PAUSE,
    ImplementationStatus.ENDED_EARLY: MeasureRulingKind.END,
    None: MeasureRulingKind.RESUME,
}


@contextmanager
def stored(facts: f.Facts) -> Iterator[Plan]:
    """A plan with these facts, gone again afterwards."""
    with transaction.atomic():
        yield store(facts)
        transaction.set_rollback(True)


def store(facts: f.Facts) -> Plan:
    workspace = a_workspace()
    user = a_user(an_actor(workspace))
    plan = a_plan(workspace, first_year=2023, last_year=2034)
    actors = {assignment.actor for assignment in facts.assignments}
    Actor.objects.bulk_create(Actor(id=number + 10**6, workspace=workspace, name=f"Aktör {number}") for number in actors)
    _store_plan(facts, plan, user)
    _store_answers(facts, plan, user)
    return plan


def stored_actor(number: int) -> int:
    """The id of an actor: they are few and small in the facts, and the factories make actors too."""
    return number + 10**6


def _store_plan(facts: f.Facts, plan: Plan, user) -> None:
    Goal.objects.bulk_create(
        Goal(id=goal.id, plan=plan, parent_id=goal.parent, kind="goal", title=f"Mål {goal.id}") for goal in facts.goals
    )
    Measure.objects.bulk_create(
        Measure(
            id=measure.id,
            plan=plan,
            goal_id=measure.goal or plan.goals.first().pk,
            number=str(measure.id),
            starts_on=measure.start,
            outcome_months=measure.months_to_outcome,
            impact_months=measure.months_to_impact,
        )
        for measure in facts.measures
    )
    MeasureRuling.objects.bulk_create(
        MeasureRuling(
            id=each.id,
            measure_id=each.measure,
            kind=RULINGS[each.status],
            from_date=each.from_day,
            by_user=user,
            recorded_at=each.recorded_at,
        )
        for each in facts.measure_decisions
    )
    for each in facts.indicators:
        indicator = Indicator.objects.create(id=each.id, plan=plan, name=f"Indikator {each.id}", level=each.level or EffectLevel.OUTPUT)
        indicator.measures.set(each.measures)
        own = sorted((version for version in facts.versions if version.indicator == each.id), key=lambda version: version.start)
        IndicatorVersion.objects.bulk_create(_version(version, number) for number, version in enumerate(own, start=1))
    for model, kept in ((Target, facts.targets), (Baseline, facts.baselines)):
        for each in kept:
            basis = {"basis": each.basis} if isinstance(each, f.Target) else {}
            model.objects.create(
                id=each.id, indicator_id=each.indicator, year=each.year, value=each.value, recorded_at=each.recorded_at, **basis
            )


def _version(version: f.IndicatorVersion, number: int) -> IndicatorVersion:
    return IndicatorVersion(
        id=version.id,
        indicator_id=version.indicator,
        number=number,
        starts_on=version.start,
        kind=version.kind or "",
        ratio_over_time=version.over_time,
        unit=version.unit,
        direction=version.direction or "",
        tolerance=version.tolerance,
        counts_people=version.counts_people,
        is_running_total=version.running_total,
        has_disjoint_denominators=version.disjoint_denominators,
        breakdowns={dimension: [] for dimension in version.dimensions},
        link=version.link or "",
        bridge_factor=None if version.factor is None else int(version.factor * SCALE),
        recorded_at=version.recorded_at,
    )


def _store_answers(facts: f.Facts, plan: Plan, user) -> None:
    Assignment.objects.bulk_create(
        _assignment([each for each in facts.assignments if each.id == number]) for number in dict.fromkeys(a.id for a in facts.assignments)
    )
    AssignmentIndicator.objects.bulk_create(
        AssignmentIndicator(
            id=each.id,
            assignment_id=each.assignment,
            indicator_id=each.indicator,
            recorded_at=each.recorded_at,
            removed_at=each.removed_at,
        )
        for each in facts.reporting
    )
    Period.objects.bulk_create(
        Period(
            id=each.id, plan=plan, year=each.year, interval=each.interval, number=each.number, starts_on=each.start, ends_on=each.end,
            opens_on=each.start, due_on=each.due, closes_on=each.due + timedelta(days=21), closed_at=each.closed_at,
        )
        for each in facts.periods
    )  # fmt: skip
    PeriodUnlock.objects.bulk_create(
        PeriodUnlock(id=each.id, period_id=each.period, until=each.until, recorded_at=each.recorded_at, by_user=user)
        for each in facts.unlocks
    )
    Obligation.objects.bulk_create(
        Obligation(id=each.id, assignment_id=each.assignment, period_id=each.period, recorded_at=each.recorded_at)
        for each in facts.obligations
    )
    asked = {each.id: each for each in facts.obligations}
    ObligationIndicator.objects.bulk_create(
        ObligationIndicator(
            id=each.id,
            obligation_id=each.obligation,
            assignment_id=asked[each.obligation].assignment,
            period_id=asked[each.obligation].period,
            indicator_version_id=each.version,
            recorded_at=each.recorded_at,
        )
        for each in facts.pins
    )
    ObligationRuling.objects.bulk_create(
        ObligationRuling(id=each.id, obligation_id=each.obligation, kind=each.kind, due_on=each.due, recorded_at=each.recorded_at)
        for each in facts.rulings
    )
    _store_reports(facts)
    for each in facts.overlaps:
        decision = OverlapDecision.objects.create(
            id=each.id, indicator_id=each.indicator, window_start=each.start, window_end=each.end, kind=each.kind, overlap=each.overlap,
            is_between_groups=each.is_between_groups, lead_id=each.lead, revoked_at=each.revoked_at, recorded_at=each.recorded_at, by_user=user,
        )  # fmt: skip
        decision.assignments.set(each.assignments)


def _assignment(recorded: list[f.Assignment]) -> Assignment:
    """The first recording, and what came of it: an end before its start is a refusal."""
    first, last = min(recorded, key=lambda each: each.recorded_at), max(recorded, key=lambda each: each.recorded_at)
    is_changed = last is not first
    is_declined = is_changed and last.end is not None and last.end < first.start
    return Assignment(
        id=first.id,
        measure_id=first.measure,
        actor_id=stored_actor(first.actor),
        role=first.role,
        starts_on=first.start,
        ends_on=first.end,
        recorded_at=first.recorded_at,
        declined_at=last.recorded_at if is_declined else None,
        ended_on=last.end if is_changed and not is_declined else None,
        ended_at=last.recorded_at if is_changed and not is_declined else None,
    )


def _store_reports(facts: f.Facts) -> None:
    """First the reports with their lines, then the dated facts: so the triggers would have it."""
    periods = {each.id: each.period for each in facts.obligations}
    reports = [
        Report(
            id=each.id,
            obligation_id=each.obligation,
            period_id=periods[each.obligation],
            version=each.version,
            channel=Channel.LINK,
            receipt_number=str(each.id),
            implementation_status=each.status or ImplementationStatus.ON_PLAN,
            percent_done=each.percent,
            was_on_time=_was_on_time(facts, each.obligation),
        )
        for each in facts.reports
    ]
    Report.objects.bulk_create(reports)
    said = [(report.id, line) for report in facts.reports for line in report.lines]
    lines = ReportLine.objects.bulk_create(
        ReportLine(
            report_id=report,
            indicator_version_id=line.version,
            state=line.state,
            value=line.number,
            new_people=line.new,
            numerator=line.numerator,
            denominator=line.denominator,
        )
        for report, line in said
    )
    ReportCell.objects.bulk_create(
        ReportCell(line=row, dimension=dimension, category=name, value=value)
        for row, (_, line) in zip(lines, said, strict=True)
        for dimension, name, value in line.cells
    )
    for row, each in zip(reports, facts.reports, strict=True):
        row.submitted_at, row.returned_at, row.approved_at, row.withdrawn_at = (
            each.submitted_at,
            each.returned_at,
            each.approved_at,
            each.withdrawn_at,
        )
    Report.objects.bulk_update(reports, ["submitted_at", "returned_at", "approved_at", "withdrawn_at"])


def _was_on_time(facts: f.Facts, obligation: int) -> bool:
    """As the action would have decided at the first submission."""
    first = min(report.submitted_at for report in facts.reports if report.obligation == obligation)
    period = next(each.period for each in facts.obligations if each.id == obligation)
    due = next(each.due for each in facts.periods if each.id == period)
    for ruling in sorted(facts.rulings, key=lambda each: each.recorded_at):
        if ruling.obligation == obligation and ruling.kind == RulingKind.EXTEND and ruling.recorded_at <= first:
            due = ruling.due
    return f.stockholm_day(first) <= due
