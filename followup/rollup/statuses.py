"""How it goes with the measures: their statuses, counted upward, and how much of a goal is done (rule 3)."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from followup.figures import PercentDone, Status, Window
from followup.models import Report
from followup.rollup.plan import Rollup
from followup.rollup.rows import AssignmentRow
from followup.words import WORST_FIRST, ImplementationStatus, StatusSource
from measures.models import Goal, Measure, MeasureRuling
from measures.models.measure import MeasureRulingKind
from measures.rules import AssignmentRole
from stakeholders.clock import day_of

DECIDED = {MeasureRulingKind.PAUSE: ImplementationStatus.PAUSED, MeasureRulingKind.END: ImplementationStatus.ENDED_EARLY}
WORST = {status: place for place, status in enumerate(WORST_FIRST)}


class _Said(NamedTuple):
    """What a report in force says about the measure. In period order within its assignment."""

    end: date
    start: date
    obligation: int
    status: ImplementationStatus
    percent: int | None
    report: int


class Statuses:
    """The statuses of a plan's measures, from a roll-up of it; three queries more, the first time they are needed.

    `since`: nobody will ask about windows that begin earlier, nor how much is done (which may have been said long ago).
    """

    def __init__(self, rollup: Rollup, since: date | None = None) -> None:
        self.rollup = rollup
        self.since = since
        self.by_measure: dict[int, list[AssignmentRow]] = {}
        for assignment in rollup.rows.assignments.values():
            self.by_measure.setdefault(assignment.measure, []).append(assignment)

    def status(self, measure: int, window: Window) -> Status:
        """The worst of what those responsible last said in the window; a decided pause or end overrides from its date."""
        responsible = self._responsible(measure, window)
        stated = {each.id: self._latest(each, window) for each in responsible}
        contributing = [
            (each.id, self._latest(each, window))
            for each in self.by_measure.get(measure, ())
            if each.role == AssignmentRole.CONTRIBUTING and _runs(each, window)
        ]
        said = [status for status in stated.values() if status is not None]
        decided = self._decided(measure, min(window.end, day_of(self.rollup.as_of)))
        if decided:
            found, source = decided, StatusSource.DECIDED
        elif said:
            found, source = min(said, key=lambda status: WORST[status]), StatusSource.REPORTED
        else:
            found, source = None, StatusSource.NOT_REPORTED if responsible else StatusSource.NO_RESPONSIBLE
        unreported = tuple(sorted(number for number, status in stated.items() if status is None))
        return Status(measure, found, source, unreported, tuple(sorted(contributing, key=lambda each: each[0])))

    def counts(self, measures: Iterable[int], window: Window) -> Counter[str]:
        """How many measures have each status, or the reason why they have none."""
        statuses = (self.status(measure, window) for measure in measures)
        return Counter(each.status or each.source for each in statuses)

    def percent_done(self, measures: Collection[int], window: Window) -> PercentDone:
        """The unweighted mean of what those responsible last stated (the lowest of several); those ended early are listed beside."""
        ended = {measure for measure in measures if self.status(measure, window).status == ImplementationStatus.ENDED_EARLY}
        left = [measure for measure in measures if measure not in ended]
        stated = [percent for percent in (self._percent(measure, window) for measure in left) if percent is not None]
        mean = Fraction(sum(stated), len(stated)) if stated else None
        return PercentDone(mean, len(stated), len(left), tuple(sorted(ended)))

    def report_behind(self, assignment: int, window: Window) -> int | None:
        """The report that an assignment's status in the window comes from."""
        said = [each.report for each in self._said.get(assignment, ()) if window.holds(each.start, each.end)]
        return said[-1] if said else None

    def measures_under(self, goal: int) -> set[int]:
        """The measures of a goal and of all goals below it, in today's tree."""
        children, own = self._tree
        found: set[int] = set()
        waiting = [goal]
        while waiting:
            each = waiting.pop()
            found.update(own.get(each, ()))
            waiting.extend(children.get(each, ()))
        return found

    @cached_property
    def _tree(self) -> tuple[dict[int | None, list[int]], dict[int, list[int]]]:
        children: dict[int | None, list[int]] = {}
        for goal, parent in Goal.objects.filter(plan=self.rollup.plan).values_list("id", "parent_id"):
            children.setdefault(parent, []).append(goal)
        own: dict[int, list[int]] = {}
        for measure, goal in Measure.objects.filter(plan=self.rollup.plan).values_list("id", "goal_id"):
            own.setdefault(goal, []).append(measure)
        return children, own

    @cached_property
    def _said(self) -> dict[int, list[_Said]]:
        """What the report in force says, for each obligation of each assignment, in period order."""
        rows, as_of = self.rollup.rows, self.rollup.as_of
        reports = Report.objects.filter(obligation__period__plan=self.rollup.plan, submitted_at__lte=as_of, approved_at__lte=as_of)
        if self.since:
            reports = reports.filter(obligation__period__ends_on__gte=self.since)
        columns = ("obligation_id", "obligation__assignment_id", "obligation__period_id", "implementation_status", "percent_done", "id")
        in_force: dict[int, tuple] = {}
        for *row, withdrawn_at in reports.order_by("version").values_list(*columns, "withdrawn_at"):
            in_force[row[0]] = (*row, withdrawn_at is not None and withdrawn_at <= as_of)
        found: dict[int, list[_Said]] = {}
        for obligation, assignment, number, status, percent, report, is_withdrawn in in_force.values():
            if not is_withdrawn and obligation not in rows.exempt:
                period = rows.periods[number]
                said = _Said(period.end, period.start, obligation, ImplementationStatus(status), percent, report)
                found.setdefault(assignment, []).append(said)
        for own in found.values():
            own.sort(key=lambda each: each[:3])
        return found

    @cached_property
    def _rulings(self) -> dict[int, list[tuple[date, str]]]:
        """The decisions about each measure known then, by the day they take effect."""
        rulings = MeasureRuling.objects.filter(measure__plan=self.rollup.plan, recorded_at__lte=self.rollup.as_of)
        found: dict[int, list[tuple[date, str]]] = {}
        for measure, day, kind in rulings.order_by("from_date", "recorded_at", "id").values_list("measure_id", "from_date", "kind"):
            found.setdefault(measure, []).append((day, kind))
        return found

    def _decided(self, measure: int, day: date) -> ImplementationStatus | None:
        kinds = [kind for from_day, kind in self._rulings.get(measure, ()) if from_day <= day]
        return DECIDED.get(MeasureRulingKind(kinds[-1])) if kinds else None

    def _responsible(self, measure: int, window: Window) -> list[AssignmentRow]:
        """Those running at the window's end; when there are none, those that ran last in it."""
        own = [each for each in self.by_measure.get(measure, ()) if each.role == AssignmentRole.RESPONSIBLE and _runs(each, window)]
        last = max((_last_day(each, window) for each in own), default=None)
        return [each for each in own if _last_day(each, window) == last]

    def _latest(self, assignment: AssignmentRow, window: Window) -> ImplementationStatus | None:
        said = [each.status for each in self._said.get(assignment.id, ()) if window.holds(each.start, each.end)]
        return said[-1] if said else None

    def _percent(self, measure: int, window: Window) -> int | None:
        stated = []
        for assignment in self._responsible(measure, Window.since_start(window.end)):
            own = [each.percent for each in self._said.get(assignment.id, ()) if each.end <= window.end and each.percent is not None]
            stated.extend(own[-1:])
        return min(stated, default=None)


def _runs(assignment: AssignmentRow, window: Window) -> bool:
    """At least a day of the window; one that ended before it began never ran."""
    end = assignment.end or date.max
    return assignment.start <= min(end, window.end) and end >= window.start


def _last_day(assignment: AssignmentRow, window: Window) -> date:
    return min(assignment.end or date.max, window.end)
