"""Rule 3, upward: the status of a measure, the count of statuses, and how much of a goal is done. Never an average of statuses."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from fractions import Fraction

from followup.figures import PercentDone, Status, Window
from followup.reference.answers import in_force, is_exempt, reports_on
from followup.reference.facts import Assignment, Facts, MeasureDecision, Report, stockholm_day
from followup.words import WORST_FIRST, ImplementationStatus, StatusSource
from measures.rules import AssignmentRole


def measure_status(facts: Facts, measure: int, window: Window, as_of: datetime) -> Status:
    """The responsible actor's latest approved status in the window; several: the worst; a decided pause or end overrides."""
    known = facts.at(as_of)
    responsible = responsible_for(known, measure, window.start, window.end)
    stated = {assignment.id: latest_status(known, assignment, window) for assignment in responsible}
    unreported = tuple(sorted(assignment for assignment, status in stated.items() if status is None))
    contributing = [
        each for each in _assignments(known, measure, AssignmentRole.CONTRIBUTING) if each.runs_within(window.start, window.end)
    ]
    contributors = tuple((each.id, latest_status(known, each, window)) for each in contributing)
    found = [status for status in stated.values() if status]
    decided = decided_status(known, measure, min(window.end, stockholm_day(as_of)))
    if decided:
        status, source = decided, StatusSource.DECIDED
    elif not responsible:
        status, source = None, StatusSource.NO_RESPONSIBLE
    elif not found:
        status, source = None, StatusSource.NOT_REPORTED
    else:
        status, source = min(found, key=WORST_FIRST.index), StatusSource.REPORTED
    return Status(measure, status, source, unreported, contributors)


def status_counts(facts: Facts, measures: Iterable[int], window: Window, as_of: datetime) -> Counter:
    """How many measures have each status, and how many none ("7 av 9 enligt plan, 1 försenad, 1 utan rapport")."""
    statuses = [measure_status(facts, measure, window, as_of) for measure in measures]
    return Counter(each.status or each.source for each in statuses)


def percent_done(facts: Facts, measures: Collection[int], window: Window, as_of: datetime) -> PercentDone:
    """The unweighted mean of what those responsible last stated; measures that ended early leave it and are listed."""
    known = facts.at(as_of)
    ended = tuple(
        sorted(each for each in measures if measure_status(facts, each, window, as_of).status == ImplementationStatus.ENDED_EARLY)
    )
    left = [measure for measure in measures if measure not in ended]
    stated = [percent for percent in (_percent(known, measure, window) for measure in left) if percent is not None]
    return PercentDone(Fraction(sum(stated), len(stated)) if stated else None, len(stated), len(left), ended)


def measures_under(facts: Facts, goal: int) -> set[int]:
    """The measures of a goal and of everything below it, in today's tree."""
    below = {each.id for each in facts.goals if each.parent == goal}
    own = {measure.id for measure in facts.measures if measure.goal == goal}
    return own.union(*(measures_under(facts, each) for each in below)) if below else own


def responsible_for(known: Facts, measure: int, start: date, end: date) -> list[Assignment]:
    """Who is responsible at the end of the window, or, when nobody is, who was so last in it."""
    running = [each for each in _assignments(known, measure, AssignmentRole.RESPONSIBLE) if each.runs_within(start, end)]
    last_day = max((min(each.end or date.max, end) for each in running), default=None)
    return [each for each in running if min(each.end or date.max, end) == last_day]


def _assignments(known: Facts, measure: int, role: AssignmentRole) -> list[Assignment]:
    return sorted((each for each in known.latest_assignments if each.measure == measure and each.role == role), key=lambda each: each.id)


def reports_in_force(known: Facts, assignment: Assignment, window: Window) -> list[Report]:
    """The approved reports of an assignment whose periods lie inside the window, in period order."""
    periods = {period.id: period for period in known.periods}
    found = []
    for obligation in known.obligations:
        period = periods[obligation.period]
        if obligation.assignment == assignment.id and window.holds(period.start, period.end) and not is_exempt(known, obligation):
            report = in_force(reports_on(known, obligation))
            if report:
                found.append(((period.end, period.start, obligation.id), report))
    return [report for _, report in sorted(found, key=lambda pair: pair[0])]


def latest_status(known: Facts, assignment: Assignment, window: Window) -> ImplementationStatus | None:
    statuses = [report.status for report in reports_in_force(known, assignment, window) if report.status]
    return statuses[-1] if statuses else None


def _percent(known: Facts, measure: int, window: Window) -> int | None:
    """The lowest of what those responsible last stated, up to the window's end."""
    since_start = Window.since_start(window.end)
    stated = []
    for assignment in responsible_for(known, measure, since_start.start, since_start.end):
        stated += [report.percent for report in reports_in_force(known, assignment, since_start) if report.percent is not None][-1:]
    return min(stated, default=None)


def decided_status(known: Facts, measure: int, day: date) -> ImplementationStatus | None:
    """The decided pause or end in force on a day."""
    decisions: list[MeasureDecision] = [each for each in known.measure_decisions if each.measure == measure and each.from_day <= day]
    return max(decisions, key=lambda each: (each.from_day, each.recorded_at, each.id)).status if decisions else None
