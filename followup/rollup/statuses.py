"""How it goes with the measures: their statuses, counted upward, and how much of a goal is done (rule 3)."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection

from followup.figures import PercentDone, Status, Window
from followup.rollup.plan import Rollup
from followup.rollup.queries import ahead, numbers
from followup.rollup.rows import APPROVED, ON_TIME, RETURNED, WITHDRAWN, AssignmentRow
from followup.words import WORST_FIRST, ImplementationStatus, StatusSource
from measures.models import Goal, Measure, MeasureRuling
from measures.models.measure import MeasureRulingKind
from measures.rules import AssignmentRole
from stakeholders.clock import day_of

DECIDED = {MeasureRulingKind.PAUSE: ImplementationStatus.PAUSED, MeasureRulingKind.END: ImplementationStatus.ENDED_EARLY}
WORST = {status: place for place, status in enumerate(WORST_FIRST)}


_REPORTS = f"""
SELECT o.id, o.assignment_id, o.period_id, r.id,
  CASE WHEN r.approved_at <= %(as_of)s THEN {APPROVED} ELSE 0 END + CASE WHEN r.withdrawn_at <= %(as_of)s THEN {WITHDRAWN} ELSE 0 END
    + CASE WHEN r.returned_at <= %(as_of)s THEN {RETURNED} ELSE 0 END + CASE WHEN r.was_on_time THEN {ON_TIME} ELSE 0 END,
  r.implementation_status, r.percent_done, WORDS
FROM followup_obligation o LEFT JOIN followup_report r ON r.obligation_id = o.id AND r.period_id IN (PERIODS) AND r.submitted_at <= %(as_of)s
WHERE o.recorded_at <= %(as_of)s AND o.period_id IN (PERIODS) AND o.assignment_id IN (ASSIGNMENTS)
ORDER BY o.id, r.version
"""


Reported = tuple[Any, ...]
"""Obligation, assignment, period, report, the bits of what has happened to it, status, percent, and what they wrote where that is asked for."""


def reports(
    rollup: Rollup, periods: Iterable[int], assignments: Iterable[int], *, words: Collection[int] = ()
) -> AbstractContextManager[Callable[[], list[Reported]]]:
    """Every submitted version of every answer asked for, by obligation and version; one row without a report where none was submitted.

    `words`: the periods of which it is asked what they wrote. Gives what reads them: until then other things can be worked out.
    """
    wrote = f"CASE WHEN o.period_id IN ({numbers(words)}) THEN r.what_happened END" if words else "NULL"
    asked = {"PERIODS": numbers(periods) or "NULL", "ASSIGNMENTS": numbers(assignments) or "NULL", "WORDS": wrote}
    sql = _REPORTS
    for name, value in asked.items():
        sql = sql.replace(name, value)
    return ahead(sql, {"as_of": connection.ops.adapt_datetimefield_value(rollup.as_of)})


def reports_of(rollup: Rollup, measures: Collection[int] | None) -> AbstractContextManager[Callable[[], list[Reported]]]:
    """Those about some measures, or all."""
    assigned = [each.id for each in rollup.rows.assignments.values() if measures is None or each.measure in measures]
    return reports(rollup, rollup.rows.periods, assigned)


class _Said(NamedTuple):
    """What a report in force says about the measure. In period order within its assignment."""

    end: date
    start: date
    obligation: int
    status: ImplementationStatus
    percent: int | None
    report: int
    period: int


class Statuses:
    """The statuses of a plan's measures, from a roll-up of it; three queries more, the first time they are needed.

    `measures`: nobody will ask about others. `said`: what `reports` gave for all that will be asked about, when it has been read already.
    """

    def __init__(self, rollup: Rollup, measures: Collection[int] | None = None, said: Sequence[Reported] | None = None) -> None:
        self.rollup = rollup
        self.measures = measures
        self.reports = said
        self._day = day_of(rollup.as_of)
        self._latest_in: dict[Window, dict[int, _Said]] = {}
        self.by_measure: dict[int, list[AssignmentRow]] = {}
        for assignment in rollup.rows.assignments.values():
            self.by_measure.setdefault(assignment.measure, []).append(assignment)

    def status(self, measure: int, window: Window) -> Status:
        """The worst of what those responsible last said in the window; a decided pause or end overrides from its date."""
        running, latest = self._running(measure, window), self._latest(window)
        responsible = _responsible(running, window)
        stated = {each.id: _status(latest.get(each.id)) for each in responsible}
        contributing = [(each.id, _status(latest.get(each.id))) for each in running if each.role == AssignmentRole.CONTRIBUTING]
        said = [status for status in stated.values() if status is not None]
        decided = self._decided(measure, window)
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
        said = self._latest(window).get(assignment)
        return said.report if said else None

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
        rows = self.rollup.rows
        told = self.reports
        if told is None:
            with reports_of(self.rollup, self.measures) as read:
                told = read()
        in_force = {row[0]: row for row in told if row[3] and row[4] & APPROVED}
        words = {status.value: status for status in ImplementationStatus}
        found: dict[int, list[_Said]] = {}
        for obligation, assignment, number, report, happened, status, percent, _ in in_force.values():
            if not happened & WITHDRAWN and obligation not in rows.exempt:
                period = rows.periods[number]
                found.setdefault(assignment, []).append(_Said(period.end, period.start, obligation, words[status], percent, report, number))
        for own in found.values():
            own.sort()
        return found

    @cached_property
    def _rulings(self) -> dict[int, list[tuple[date, str]]]:
        """The decisions about each measure known then, by the day they take effect."""
        rulings = MeasureRuling.objects.filter(measure__plan=self.rollup.plan, recorded_at__lte=self.rollup.as_of)
        found: dict[int, list[tuple[date, str]]] = {}
        for measure, day, kind in rulings.order_by("from_date", "recorded_at", "id").values_list("measure_id", "from_date", "kind"):
            found.setdefault(measure, []).append((day, kind))
        return found

    def _decided(self, measure: int, window: Window) -> ImplementationStatus | None:
        """What had taken effect by the window's end, or by the day that is asked about."""
        day = min(window.end, self._day)
        kinds = [kind for from_day, kind in self._rulings.get(measure, ()) if from_day <= day]
        return DECIDED.get(MeasureRulingKind(kinds[-1])) if kinds else None

    def _running(self, measure: int, window: Window) -> list[AssignmentRow]:
        return [each for each in self.by_measure.get(measure, ()) if _runs(each, window)]

    def _latest(self, window: Window) -> dict[int, _Said]:
        """The last report of each assignment about a period that lies in the window. Worked out once."""
        found = self._latest_in.get(window)
        if found is None:
            inside = self.rollup.span(window).inside
            found = self._latest_in[window] = {
                assignment: said for assignment, own in self._said.items() for said in own if said.period in inside
            }
        return found

    def _said_until(self, assignment: int, day: date) -> list[_Said]:
        """Of the periods that have ended by then, in order."""
        said = self._said.get(assignment, [])
        return said[: bisect_right(said, (day, date.max))]

    def _percent(self, measure: int, window: Window) -> int | None:
        stated = []
        since_start = Window.since_start(window.end)
        for assignment in _responsible(self._running(measure, since_start), since_start):
            own = [each.percent for each in self._said_until(assignment.id, window.end) if each.percent is not None]
            stated.extend(own[-1:])
        return min(stated, default=None)


def _status(said: _Said | None) -> ImplementationStatus | None:
    return said.status if said else None


def _runs(assignment: AssignmentRow, window: Window) -> bool:
    """At least a day of the window; one that ended before it began never ran."""
    end = assignment.end or date.max
    return assignment.start <= min(end, window.end) and end >= window.start


def _responsible(running: Iterable[AssignmentRow], window: Window) -> list[AssignmentRow]:
    """Those running at the window's end; when there are none, those that ran last in it."""
    own = [each for each in running if each.role == AssignmentRole.RESPONSIBLE]
    if len(own) < 2:
        return own
    last = max((_last_day(each, window) for each in own), default=None)
    return [each for each in own if _last_day(each, window) == last]


def _last_day(assignment: AssignmentRow, window: Window) -> date:
    return min(assignment.end or date.max, window.end)
