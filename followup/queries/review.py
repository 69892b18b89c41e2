"""What a reviewer needs: the queue with odd figures first, and a report beside last time and the same time last year."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch, Q

from followup.models import Report, ReportLine
from followup.rules import is_far_off
from followup.words import LineState
from measures.rules import SCALE, IndicatorKind
from stakeholders import clock
from stakeholders.models import Workspace
from stakeholders.rules import Role

WITH_FIGURE = (LineState.VALUE, LineState.ZERO)
REVIEWERS = (Role.COORDINATOR, Role.REVIEWER)


@dataclass(frozen=True)
class Waiting:
    """One report in the queue. `odd`: the names of the figures to look at."""

    report: Report
    odd: list[str]

    @property
    def days(self) -> int:
        return (clock.today() - clock.day_of(self.report.submitted_at)).days if self.report.submitted_at else 0


@dataclass
class Earlier:
    """What the same part answered before: last time, the same time last year, and the version in force of the same answer."""

    last: Report | None = None
    year_ago: Report | None = None
    in_force: Report | None = None


def review_queue(user: Any, period_id: int | None = None) -> list[Waiting]:
    """The reports that `user` is to review, odd figures first, then the oldest. Five queries, however many there are."""
    rooms = Workspace.objects.filter(pk__in=user.memberships.active().filter(role__in=REVIEWERS).values("actor__workspace"))
    found = Report.objects.visible_to(user).awaiting_review().filter(obligation__period__plan__workspace__in=rooms)
    if period_id:
        found = found.filter(obligation__period=period_id)
    reports = list(with_lines(found).order_by("submitted_at", "pk"))
    before = earlier_of(reports)
    queue = [Waiting(report, odd_figures(report, before[report.pk].last)) for report in reports]
    return sorted(queue, key=lambda one: (not one.odd, one.report.submitted_at, one.report.pk))


def with_lines(reports: Any) -> Any:
    """The reports with what names them, and their figures."""
    lines = ReportLine.objects.select_related("indicator_version__indicator").order_by("id")
    return reports.select_related(
        "obligation__period",
        "obligation__assignment__measure",
        "obligation__assignment__actor__workspace",
        "obligation__assignment__contact",
    ).prefetch_related(Prefetch("lines", lines))


def earlier_of(reports: Iterable[Report]) -> dict[int, Earlier]:
    """{report id: what was answered earlier}, for all of them in two queries."""
    reports = list(reports)
    if not reports:
        return {}
    first_year = min(report.obligation.period.year for report in reports) - 1
    found = with_lines(
        Report.objects.submitted()
        .filter(obligation__assignment__in={report.obligation.assignment_id for report in reports})
        .filter(Q(obligation__period__year__gte=first_year) | Q(obligation__in={report.obligation_id for report in reports}))
    ).order_by("obligation__period__ends_on", "version")
    answers: dict[int, dict[int, list[Report]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        answers[one.obligation.assignment_id][one.obligation_id].append(one)
    return {report.pk: _earlier(report, answers[report.obligation.assignment_id]) for report in reports}


def odd_figures(report: Report, last: Report | None) -> list[str]:
    """The names of the figures that are far off from last time, or that whoever answered was asked about."""
    before = figures_of(last)
    return [
        line.indicator_version.indicator.name
        for line in report.lines.all()
        if line.is_confirmed_odd or is_odd(line, before.get(line.indicator_version.indicator_id))
    ]


def is_odd(line: ReportLine, before: ReportLine | None) -> bool:
    """Whether a figure calls for a look. A total so far only grows, so there only a fall is odd."""
    if before is None or line.indicator_version.kind != before.indicator_version.kind:
        return False
    now, then = amount(line), amount(before)
    if line.indicator_version.is_running_total:
        return now is not None and then is not None and now < then
    return is_far_off(line.indicator_version.kind, now, then)


def amount(line: ReportLine) -> Fraction | None:
    """The figure as a number in 1/10 000 of the unit (a ratio as a share); None when it is not one."""
    if line.state not in WITH_FIGURE:
        return None
    if line.indicator_version.kind == IndicatorKind.RATIO and line.denominator is not None:
        return Fraction(line.numerator or 0, line.denominator) if line.denominator else None
    return None if line.value is None else Fraction(line.value, 1 if line.indicator_version.kind != IndicatorKind.RATIO else SCALE)


def figures_of(report: Report | None) -> dict[int, ReportLine]:
    """{indicator id: its line}."""
    return {line.indicator_version.indicator_id: line for line in report.lines.all()} if report else {}


def _earlier(report: Report, answers: dict[int, list[Report]]) -> Earlier:
    """`answers`: {obligation id: its versions, oldest first}, in order of time."""
    here = report.obligation.period
    own = [one for one in answers.get(report.obligation_id, []) if one.version < report.version]
    before = [
        (versions[0].obligation.period, standing)
        for versions in answers.values()
        if versions[0].obligation.period.ends_on < here.starts_on and (standing := _standing(versions))
    ]
    return Earlier(
        last=max(before, key=lambda pair: pair[0].ends_on)[1] if before else None,
        year_ago=next((one for period, one in before if _is_year_before(period.starts_on, here.starts_on)), None),
        in_force=_standing([one for one in own if one.approved_at]),
    )


def _standing(versions: list[Report]) -> Report | None:
    """The version that stands: the last approved unless withdrawn, else the last that has not been sent back."""
    approved = [one for one in versions if one.approved_at]
    if approved:
        return None if approved[-1].withdrawn_at else approved[-1]
    return versions[-1] if versions and not (versions[-1].returned_at or versions[-1].withdrawn_at) else None


def _is_year_before(then: date, now: date) -> bool:
    return (then.year + 1, then.month, then.day) == (now.year, now.month, now.day)
