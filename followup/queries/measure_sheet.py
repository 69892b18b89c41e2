"""One measure's sheet: who does what and how it went last, why we believe in it, its steps, and what it lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from followup.models import Obligation, Report
from followup.queries import due_on, obligation_state
from followup.queries.current import Next, next_answers
from followup.rules import Contacted, sign_of
from followup.transitions import State
from measures.models import Activity, Assignment, Baseline, Evidence, Goal, Indicator, Measure, MeasureRuling, Target
from measures.models.measure import MeasureRulingKind
from measures.queries import gaps_of, path_to, with_gaps
from measures.rules import AssignmentRole, EffectLevel, Gap
from stakeholders import clock


@dataclass(frozen=True)
class PartRow:
    """One assignment: the sign of its latest answer with the day it got it, the approved report that counts, what is next."""

    assignment: Assignment
    sign: str
    day: datetime | date | None
    report: Report | None
    next: Next | None


@dataclass
class MeasureSheet:
    path: list[Goal]
    parts: list[PartRow]
    past: list[Assignment]
    evidence: list[Evidence]
    activities: list[Activity]
    rulings: list[MeasureRuling]
    gaps: list[Gap]

    @property
    def responsible(self) -> list[PartRow]:
        return [row for row in self.parts if row.assignment.role == AssignmentRole.RESPONSIBLE]

    @property
    def ruling(self) -> MeasureRuling | None:
        """The decided pause or end in force today."""
        begun = [ruling for ruling in self.rulings if ruling.from_date <= clock.today()]
        return begun[-1] if begun and begun[-1].kind != MeasureRulingKind.RESUME else None


def measure_sheet(measure: Measure, user: Any) -> MeasureSheet:
    """All of it, in a fixed number of queries; of the parts, those that `user` may see."""
    visible = Assignment.objects.visible_to(user).filter(measure=measure).select_related("actor", "contact")
    assignments = list(visible.order_by("-role", "actor__name_sort", "pk"))
    current = [each for each in assignments if not each.ended_at and not each.declined_at]
    asked = (
        Obligation.objects.filter(assignment__in=current, period__opens_on__lte=clock.today())
        .select_related("period", "draft")
        .prefetch_related("reports", "rulings")
        .order_by("period__ends_on", "pk")
    )
    latest: dict[int, list[Obligation]] = {}
    for obligation in asked:
        latest.setdefault(obligation.assignment_id, []).append(obligation)
    upcoming = next_answers([each.pk for each in current])
    return MeasureSheet(
        path=path_to(measure.goal),
        parts=[_row(each, latest.get(each.pk, []), upcoming.get(each.pk)) for each in current],
        past=[each for each in assignments if each.ended_at or each.declined_at],
        evidence=list(measure.evidence.all()),
        activities=list(measure.activities.all()),
        rulings=list(measure.rulings.all()),
        gaps=gaps_of(with_gaps(Measure.objects.filter(pk=measure.pk)).get()),
    )


@dataclass(frozen=True)
class Step:
    """One indicator in the chain from work to effect, with where it started, where it should be, and the decimals and unit it is told in."""

    indicator: Indicator
    baseline: Baseline | None
    target: Target | None
    decimals: int
    unit: str


def effect_chain(measure: Measure) -> list[Step]:
    """The measure's indicators from resource to effect, each with its current first target to come. Four queries."""
    order = list(EffectLevel.values)
    found = measure.indicators.prefetch_related("baselines", "targets", "versions")
    return [_step(each) for each in sorted(found, key=lambda each: (order.index(each.level), each.pk))]


def _step(indicator: Indicator) -> Step:
    current = {target.year: target for target in sorted(indicator.targets.all(), key=lambda each: each.pk)}
    coming = [current[year] for year in sorted(current) if year >= clock.today().year] or [current[year] for year in sorted(current)[-1:]]
    baseline = max(indicator.baselines.all(), key=lambda each: each.pk, default=None)
    version = max(indicator.versions.all(), key=lambda each: each.number, default=None)
    return Step(indicator, baseline, coming[0] if coming else None, version.decimals if version else 0, version.unit if version else "")


def _row(assignment: Assignment, obligations: list[Obligation], upcoming: Next | None) -> PartRow:
    answered = [each for each in obligations if obligation_state(each) not in (State.UNANSWERED, State.EXEMPT)]
    if not obligations:
        return PartRow(assignment, "", None, None, upcoming)
    last = (answered or obligations)[-1]
    state = obligation_state(last)
    draft = getattr(last, "draft", None)
    sign = sign_of(state, Contacted(begun_at=draft.saved_at if draft else None), due_on(last) < clock.today())
    return PartRow(assignment, sign, _since(last, state), _in_force(reversed(obligations)), upcoming)


def _in_force(obligations: Iterable[Obligation]) -> Report | None:
    """The latest approved answer, its obligation at hand."""
    for obligation in obligations:
        if obligation_state(obligation) in (State.APPROVED, State.CORRECTING):
            report = max((each for each in obligation.reports.all() if each.approved_at), key=lambda each: each.version)
            report.obligation = obligation
            return report
    return None


def _since(obligation: Obligation, state: State) -> datetime | date | None:
    """The day that the sign speaks of: approved, submitted, returned …"""
    report = max(obligation.reports.all(), key=lambda each: each.version, default=None)
    if report is None:
        return due_on(obligation)
    facts = {State.APPROVED: report.approved_at, State.RETURNED: report.returned_at, State.WITHDRAWN: report.withdrawn_at}
    return facts.get(state) or report.submitted_at
