"""What one answer asks for: its figures with last time's values beside them, what was said before, and what comes next."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from followup.explain import with_unit
from followup.models import AccessLink, Obligation, ObligationIndicator, ObligationRuling, Period, Report, ReportLine
from followup.queries import due_on, obligation_state
from followup.transitions import State
from followup.words import LineState
from measures.models import Assignment, AssignmentIndicator, Indicator, IndicatorVersion, Target
from measures.rules import PARTS_OF_YEAR, IndicatorKind, Interval, RatioOverTime, period_bounds
from stakeholders import clock, formats
from stakeholders.models import Actor

WRONG_PERSON = "wrong person"
"""The use of a link by which its receiver says that somebody else should have it."""

SUMMED = (IndicatorKind.COUNT, IndicatorKind.MONEY)
LOOKS_BACK = timedelta(days=800)


@dataclass(frozen=True)
class AskedFigure:
    """One figure that an obligation asks for, and what stands beside its field. `so_far`: this year's sum before this period."""

    version: IndicatorVersion
    last: ReportLine | None = None
    so_far: int | None = None
    target: Target | None = None
    year: int = 0
    is_shared: bool = False

    @property
    def question(self) -> str:
        return self.version.question or self.version.indicator.name

    @property
    def beside(self) -> str:
        """ "Förra gången 12 · årets mål 30, hittills 25" """
        parts = [_("Förra gången %s") % written(self.last)] if self.last else []
        if self.target:
            goal = with_unit(formats.number(self.target.value, self.version.decimals), self.version.unit)
            words = _("årets mål %(goal)s") if self.target.year == self.year else _("målet %(year)s är %(goal)s")
            together = " " + _("för alla tillsammans") if self.is_shared else ""
            parts.append(words % {"year": self.target.year, "goal": goal} + together)
        if self.so_far is not None:
            so_far = _("hittills i år %s") % formats.number(self.so_far, self.version.decimals)
            parts = [*parts[:-1], f"{parts[-1]}, {so_far}"] if self.target else [*parts, so_far]
        return " · ".join(part[0].upper() + part[1:] if index == 0 else part for index, part in enumerate(parts))

    @property
    def says_how_it_stands(self) -> bool:
        """A state of things (stock, level, milestone), which can be unchanged; not something that adds up over the period."""
        kind = self.version.kind
        if self.version.is_running_total:
            return False
        return kind in (IndicatorKind.STOCK, IndicatorKind.LEVEL, IndicatorKind.MILESTONE) or (
            kind == IndicatorKind.RATIO and self.version.ratio_over_time == RatioOverTime.STOCK
        )


def with_answers(obligations: QuerySet[Obligation]) -> QuerySet[Obligation]:
    """The obligations with all that a partner's page asks of them. Three queries."""
    reports = Report.objects.order_by("version").select_related("submitted_by_user", "submitted_by_contact", "signature")
    return obligations.select_related(
        "assignment__measure", "assignment__actor__workspace", "assignment__contact", "period__plan__workspace", "draft"
    ).prefetch_related(
        Prefetch("reports", reports),
        Prefetch("rulings", ObligationRuling.objects.order_by("id")),
    )


def behind_link(link: AccessLink) -> QuerySet[Obligation]:
    """What a reporting link leads to: the actor's own obligations in the round."""
    return in_same_round(link.actor_id, link.period)


def links_to(obligation: Obligation) -> list[AccessLink]:
    """The links that open the obligation today, each with `used_at`: when somebody last did something by it."""
    actor, period = obligation.assignment.actor_id, obligation.period
    links = AccessLink.objects.usable().filter(actor=actor, period__plan=period.plan_id, period__ends_on=period.ends_on)
    return list(links.select_related("contact", "period__plan__workspace").annotate(used_at=Max("uses__recorded_at")).order_by("id"))


def in_same_round(actor_id: int, period: Period) -> QuerySet[Obligation]:
    """What an actor is asked for in a round, which is every period of the plan with the same last day."""
    return Obligation.objects.filter(assignment__actor=actor_id, period__plan=period.plan_id, period__ends_on=period.ends_on).order_by(
        "assignment__measure__number_sort", "id"
    )


def asked_figures(obligation: Obligation) -> list[AskedFigure]:
    """The figures that the obligation asks for, in the order they were pinned."""
    return asked_figures_of([obligation])[obligation.pk]


def asked_figures_of(obligations: Sequence[Obligation], earlier: dict[int, list[Report]] | None = None) -> dict[int, list[AskedFigure]]:
    """The same for several obligations, by id. At most five queries, however many they are; three with what was answered `earlier`."""
    asked: dict[int, list[AskedFigure]] = {obligation.pk: [] for obligation in obligations}
    pins = ObligationIndicator.objects.filter(obligation__in=asked).select_related("indicator_version__indicator").order_by("id")
    versions = [pin.indicator_version for pin in pins]
    if not versions:
        return asked
    by_id = {obligation.pk: obligation for obligation in obligations}
    earlier = earlier_reports_of(obligations) if earlier is None else earlier
    targets = _targets(versions, min(obligation.period.year for obligation in obligations))
    shared = _shared(versions)
    for pin in pins:
        version, obligation = pin.indicator_version, by_id[pin.obligation_id]
        year = obligation.period.year
        figure = AskedFigure(
            version=version,
            last=_last(earlier[obligation.pk], version),
            so_far=_so_far(earlier[obligation.pk], version, year),
            target=targets.get(version.indicator_id),
            year=year,
            is_shared=version.indicator_id in shared,
        )
        asked[obligation.pk].append(figure)
    return asked


def earlier_reports(obligation: Obligation) -> list[Report]:
    """What the same assignment answered in earlier periods, latest first: one report for each, and none where it was withdrawn."""
    return earlier_reports_of([obligation])[obligation.pk]


def earlier_reports_of(obligations: Sequence[Obligation]) -> dict[int, list[Report]]:
    """The same for several obligations, by id, a good two years back. Two queries."""
    found = (
        Report.objects.submitted()
        .filter(
            obligation__assignment__in={obligation.assignment_id for obligation in obligations},
            obligation__period__ends_on__gte=min((o.period.starts_on for o in obligations), default=date.max) - LOOKS_BACK,
        )
        .select_related("obligation__period")
        .prefetch_related(Prefetch("lines", ReportLine.objects.select_related("indicator_version")))
        .order_by("-obligation__period__ends_on", "-version")
    )
    latest: dict[int, Report] = {}
    for report in found:
        latest.setdefault(report.obligation_id, report)
    standing = [report for report in latest.values() if report.withdrawn_at is None]
    return {
        one.pk: [
            report
            for report in standing
            if report.obligation.assignment_id == one.assignment_id and report.obligation.period.ends_on < one.period.ends_on
        ]
        for one in obligations
    }


def written(line: Any, version: IndicatorVersion | None = None) -> str:
    """A line's figure as it is read aloud, with its unit only where the number alone says nothing: "14", "34 av 58 (59 %)", "Vet inte"."""
    version = version or line.indicator_version
    if line.state == LineState.NOT_AVAILABLE:
        return _("Vet inte")
    if line.state == LineState.NOT_APPLICABLE:
        return _("Gäller inte")
    kind = version.kind
    if kind == IndicatorKind.NARRATIVE:
        return str(line.text)
    if kind == IndicatorKind.MILESTONE:
        return _("Ja") if line.value else _("Nej")
    if kind == IndicatorKind.LEVEL:
        place = (line.value or 0) // formats.SCALE
        return str(version.scale[place]) if 0 <= place < len(version.scale) else formats.whole(place)
    if kind == IndicatorKind.RATIO and line.denominator is not None:
        pair = _("%(part)s av %(all)s") % {
            "part": formats.number(line.numerator, version.decimals),
            "all": formats.number(line.denominator, version.decimals),
        }
        return f"{pair} ({formats.percent(Fraction(line.numerator * formats.SCALE, line.denominator))})" if line.denominator else pair
    unit = _(" kr") if kind == IndicatorKind.MONEY else ""
    return formats.number(line.value, version.decimals) + unit


def last_day(obligation: Obligation) -> date:
    """The last day on which an answer or a change is taken: the planned closing, or a later day that has been given."""
    return max(obligation.period.closes_on, due_on(obligation))


class AnswerBy(NamedTuple):
    """Until when an answer is asked for. `is_left`: there is something to answer; `is_late`: what comes now is marked late, as what
    is sent back is not when it was in on time."""

    day: date
    is_past: bool
    is_left: bool
    is_late: bool


def answer_by(asked: Sequence[Obligation], period: Period) -> AnswerBy:
    """The first last day among what is left to answer (among all, where nothing is; the round's, where nothing is asked)."""
    left = left_to_answer(asked)
    day = min((due_on(one) for one in left or asked), default=period.due_on)
    is_past = day < clock.today()
    return AnswerBy(day, is_past, bool(left), is_past and any(due_on(one) == day and not one.reports.all() for one in left))


def next_round(obligation: Obligation) -> tuple[date, date] | None:
    """When the same assignment is asked next: (opens, last day); None when it has ended or the plan is over."""
    period, assignment = obligation.period, obligation.assignment
    after = Period.objects.filter(plan=period.plan_id, interval=period.interval, starts_on__gt=period.ends_on).order_by("starts_on").first()
    starts_on, opens_on, last = (after.starts_on, after.opens_on, after.due_on) if after else _planned(period)
    ends = [day for day in (assignment.ended_on, assignment.ends_on) if day]
    if any(day < starts_on for day in ends) or starts_on.year > period.plan.last_year:
        return None
    return opens_on, last


def left_to_answer(obligations: Iterable[Obligation]) -> list[Obligation]:
    """Those of a round that can be answered which still wait for the partner: not answered, sent back, withdrawn, or closed without."""
    waits = (State.UNANSWERED, State.RETURNED, State.WITHDRAWN, State.CLOSED)
    return [one for one in obligations if obligation_state(one) in waits]


def _planned(period: Period) -> tuple[date, date, date]:
    """First day, opening and last day of the period after `period`, by the plan's calendar."""
    is_last = period.number == PARTS_OF_YEAR[Interval(period.interval)]
    year, number = (period.year + 1, 1) if is_last else (period.year, period.number + 1)
    starts_on, ends_on = period_bounds(period.interval, year, number)
    plan = period.plan
    opens_on = max(starts_on, ends_on - timedelta(days=plan.opens_days_before_end))
    return starts_on, opens_on, ends_on + timedelta(days=plan.due_days_after_end)


def _last(earlier: list[Report], version: IndicatorVersion) -> ReportLine | None:
    lines = (line for report in earlier for line in report.lines.all() if line.indicator_version.indicator_id == version.indicator_id)
    return next((line for line in lines if line.state in (LineState.VALUE, LineState.ZERO)), None)


def _so_far(earlier: list[Report], version: IndicatorVersion, year: int) -> int | None:
    """What the assignment has said earlier in the year, for figures that add up; None when it has said nothing."""
    if version.kind not in SUMMED or version.is_running_total:
        return None
    values = [
        line.value or 0
        for report in earlier
        if report.obligation.period.year == year
        for line in report.lines.all()
        if line.indicator_version.indicator_id == version.indicator_id and line.state in (LineState.VALUE, LineState.ZERO)
    ]
    return sum(values) if values else None


def _targets(versions: list[IndicatorVersion], year: int) -> dict[int, Target]:
    """The next target at or after `year` for each indicator; a revised one takes over (rule 5 of docs/figures.md)."""
    rows = Target.objects.filter(indicator__in=[v.indicator_id for v in versions], year__gte=year).order_by("-year", "id")
    return {target.indicator_id: target for target in rows}


def _shared(versions: list[IndicatorVersion]) -> set[int]:
    """The indicators that more than one assignment reports, so that their target is for all of them together."""
    rows = (
        IndicatorVersion.objects.filter(pk__in=[version.pk for version in versions])
        .annotate(reporters=Count("indicator__reported_by", filter=Q(indicator__reported_by__removed_at=None)))
        .filter(reporters__gt=1)
    )
    return set(rows.values_list("indicator_id", flat=True))


def proposals_to(actor: Actor) -> QuerySet[Assignment]:
    """What an actor has been asked to take on and has neither accepted nor declined."""
    return (
        Assignment.objects.current()
        .filter(actor=actor, accepted_at=None)
        .select_related("measure__plan", "actor__workspace")
        .order_by("measure__number_sort", "id")
    )


def figures_proposed(proposals: Iterable[Assignment]) -> dict[int, list[Indicator]]:
    """The indicators that each proposed assignment will report, by assignment."""
    rows = AssignmentIndicator.objects.filter(assignment__in=list(proposals), removed_at=None).select_related("indicator").order_by("id")
    figures: dict[int, list[Indicator]] = defaultdict(list)
    for row in rows:
        figures[row.assignment_id].append(row.indicator)
    return figures
