"""What is stored about a plan, as the facts that the reference reads: the live path is held against the reference on the same rows."""

from datetime import date
from fractions import Fraction
from typing import Any

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
from followup.reference import facts as f
from followup.words import ImplementationStatus, LineState, Overlap, RulingKind
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
from measures.rules import SCALE, AssignmentRole, Direction, EffectLevel, IndicatorKind, RatioOverTime, TargetBasis, VersionLink

DECIDED = {"pause": ImplementationStatus.PAUSED, "end": ImplementationStatus.ENDED_EARLY, "resume": None}


def facts_of(plan: Plan) -> f.Facts:
    """Every fact of one plan."""
    return f.Facts(
        goals=tuple(f.Goal(goal.pk, goal.parent_id) for goal in Goal.objects.filter(plan=plan)),
        measures=tuple(
            f.Measure(m.pk, m.goal_id, m.starts_on, m.outcome_months, m.impact_months) for m in Measure.objects.filter(plan=plan)
        ),
        measure_decisions=tuple(
            f.MeasureDecision(r.pk, r.measure_id, DECIDED[r.kind], r.from_date, r.recorded_at)
            for r in MeasureRuling.objects.filter(measure__plan=plan).order_by("pk")
        ),
        assignments=tuple(each for a in Assignment.objects.filter(measure__plan=plan).order_by("pk") for each in _assignment(a)),
        periods=tuple(
            f.Period(p.pk, p.year, p.interval, p.number, p.starts_on, p.ends_on, p.due_on, p.closed_at)
            for p in Period.objects.filter(plan=plan)
        ),
        unlocks=tuple(f.Unlock(u.pk, u.period_id, u.until, u.recorded_at) for u in PeriodUnlock.objects.filter(period__plan=plan)),
        obligations=tuple(
            f.Obligation(o.pk, o.assignment_id, o.period_id, o.recorded_at)
            for o in Obligation.objects.filter(period__plan=plan).order_by("pk")
        ),
        pins=tuple(
            f.Pin(p.pk, p.obligation_id, p.indicator_version_id, p.recorded_at)
            for p in ObligationIndicator.objects.filter(period__plan=plan).order_by("pk")
        ),
        reporting=tuple(
            f.Reporting(r.pk, r.assignment_id, r.indicator_id, r.recorded_at, r.removed_at)
            for r in AssignmentIndicator.objects.filter(assignment__measure__plan=plan).order_by("pk")
        ),
        rulings=tuple(
            f.Ruling(r.pk, r.obligation_id, RulingKind(r.kind), r.recorded_at, r.due_on)
            for r in ObligationRuling.objects.filter(obligation__period__plan=plan).order_by("pk")
        ),
        reports=_reports(plan),
        indicators=tuple(
            f.Indicator(i.pk, EffectLevel(i.level), frozenset(i.measures.values_list("pk", flat=True)))
            for i in Indicator.objects.filter(plan=plan)
        ),
        versions=tuple(_version(v) for v in IndicatorVersion.objects.filter(indicator__plan=plan).order_by("indicator_id", "number")),
        targets=tuple(
            f.Target(t.pk, t.indicator_id, t.year, t.value, TargetBasis(t.basis), t.recorded_at)
            for t in Target.objects.filter(indicator__plan=plan).order_by("pk")
        ),
        baselines=tuple(
            f.Baseline(b.pk, b.indicator_id, b.year, b.value, b.recorded_at)
            for b in Baseline.objects.filter(indicator__plan=plan).order_by("pk")
        ),
        overlaps=tuple(
            f.OverlapDecision(
                d.pk,
                d.indicator_id,
                d.window_start,
                d.window_end,
                frozenset(d.assignments.values_list("pk", flat=True)),
                Overlap(d.kind),
                d.recorded_at,
                d.overlap or 0,
                d.lead_id,
                d.is_between_groups,
                d.revoked_at,
            )
            for d in OverlapDecision.objects.filter(indicator__plan=plan).order_by("pk")
        ),
    )


def _assignment(a: Assignment) -> list[f.Assignment]:
    """The assignment as first recorded, and again when it was declined or ended."""
    first = f.Assignment(a.pk, a.actor_id, a.measure_id, AssignmentRole(a.role), a.starts_on, a.ends_on, a.recorded_at)
    later = []
    if a.declined_at:
        later.append(f.Assignment(a.pk, a.actor_id, a.measure_id, AssignmentRole(a.role), a.starts_on, date.min, a.declined_at))
    if a.ended_at:
        later.append(f.Assignment(a.pk, a.actor_id, a.measure_id, AssignmentRole(a.role), a.starts_on, a.ended_on, a.ended_at))
    return [first, *later]


def _reports(plan: Plan) -> tuple[f.Report, ...]:
    cells: dict[int, list[tuple[str, str, int]]] = {}
    for cell in ReportCell.objects.filter(line__report__obligation__period__plan=plan):
        cells.setdefault(cell.line_id, []).append((cell.dimension, cell.category, cell.value))
    lines: dict[int, list[f.Line]] = {}
    for line in ReportLine.objects.filter(report__obligation__period__plan=plan).order_by("pk"):
        number: Any = 0 if line.state == LineState.ZERO else line.value
        lines.setdefault(line.report_id, []).append(
            f.Line(
                line.indicator_version_id,
                LineState(line.state),
                number,
                line.new_people,
                line.numerator,
                line.denominator,
                tuple(cells.get(line.pk, ())),
            )
        )
    return tuple(
        f.Report(
            r.pk,
            r.obligation_id,
            r.version,
            r.submitted_at,
            r.returned_at,
            r.approved_at,
            r.withdrawn_at,
            ImplementationStatus(r.implementation_status),
            r.percent_done,
            tuple(lines.get(r.pk, ())),
        )
        for r in Report.objects.filter(obligation__period__plan=plan).submitted().order_by("pk")
    )


def _version(v: IndicatorVersion) -> f.IndicatorVersion:
    return f.IndicatorVersion(
        v.pk,
        v.indicator_id,
        v.starts_on,
        IndicatorKind(v.kind) if v.kind else None,
        v.recorded_at,
        v.unit,
        Direction(v.direction),
        v.tolerance,
        RatioOverTime(v.ratio_over_time or RatioOverTime.FLOW),
        v.has_disjoint_denominators,
        v.is_running_total,
        v.counts_people,
        tuple(v.breakdowns),
        VersionLink(v.link) if v.link else None,
        Fraction(v.bridge_factor, SCALE) if v.bridge_factor else None,
    )
