"""What a reviewer needs: the queue with odd figures first, and a report beside last time and the same time last year."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from followup.models import Period, Report, ReportLine
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
    """The reports that `user` is to review, odd figures first, then the oldest."""
    return desk(user, period_id)[0]


def desk(user: Any, period_id: int | None = None, report: Report | None = None) -> tuple[list[Waiting], Earlier]:
    """The queue, and what was answered before the report that lies open. Four queries, however long the queue is."""
    rooms = Workspace.objects.filter(pk__in=user.memberships.active().filter(role__in=REVIEWERS).values("actor__workspace"))
    found = Report.objects.visible_to(user).awaiting_review().filter(obligation__period__plan__workspace__in=rooms)
    if period_id:
        found = found.filter(obligation__period=period_id)
    waiting = list(with_names(found).order_by("submitted_at", "pk"))
    every = [*waiting, report] if report else waiting
    answers = _answers_about(every)
    prefetch_related_objects([*waiting, *answers], LINES)
    by_part: dict[int, list[Report]] = defaultdict(list)
    for one in answers:
        by_part[one.obligation.assignment_id].append(one)
    before = {one.pk: _earlier(one, by_part[one.obligation.assignment_id]) for one in every}
    queue = [Waiting(one, odd_figures(one, before[one.pk].last)) for one in waiting]
    queue.sort(key=lambda one: (not one.odd, one.report.submitted_at, one.report.pk))
    return queue, before[report.pk] if report else Earlier()


LINES = Prefetch("lines", ReportLine.objects.select_related("indicator_version__indicator").order_by("id"))


def with_names(reports: Any) -> Any:
    """The reports with the rows that name them."""
    return reports.select_related(
        "obligation__period",
        "obligation__assignment__measure",
        "obligation__assignment__actor__workspace",
        "obligation__assignment__contact",
    )


def with_lines(reports: Any) -> Any:
    """The reports with what names them, and their figures."""
    return with_names(reports).prefetch_related(LINES)


def _answers_about(reports: list[Report]) -> list[Report]:
    """Every version that the same parts have sent in, from the year before the earliest of the reports; in order of time."""
    if not reports:
        return []
    first_year = min(report.obligation.period.year for report in reports) - 1
    found = Report.objects.submitted().filter(
        obligation__assignment__in={report.obligation.assignment_id for report in reports}, obligation__period__year__gte=first_year
    )
    return list(found.select_related("obligation__period").order_by("obligation__period__ends_on", "version"))


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


def _earlier(report: Report, answers: list[Report]) -> Earlier:
    """`answers`: of the same part, in order of time."""
    here = report.obligation.period
    versions: dict[int, list[Report]] = defaultdict(list)
    for one in answers:
        versions[one.obligation_id].append(one)
    own = [one for one in versions.pop(report.obligation_id, []) if one.version < report.version and one.approved_at]
    stood = [_standing(group) for group in versions.values()]
    standing = [one for one in stood if one and one.obligation.period.ends_on < here.starts_on]
    return Earlier(
        last=standing[-1] if standing else None,
        year_ago=next((one for one in standing if _is_year_before(one.obligation.period, here)), None),
        in_force=_standing(own),
    )


def _standing(versions: list[Report]) -> Report | None:
    """The version that stands: the last approved unless withdrawn, else the last that has not been sent back."""
    approved = [one for one in versions if one.approved_at]
    if approved:
        return None if approved[-1].withdrawn_at else approved[-1]
    return versions[-1] if versions and not (versions[-1].returned_at or versions[-1].withdrawn_at) else None


def _is_year_before(then: Period, now: Period) -> bool:
    return (then.year + 1, then.interval, then.number) == (now.year, now.interval, now.number)
