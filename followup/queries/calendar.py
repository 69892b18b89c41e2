"""The calendar of a plan: which rounds a year holds, when they open, fall due and close, and who is asked in them."""

from dataclasses import dataclass
from datetime import timedelta

from followup.models import Period
from measures.models import Assignment, Plan
from measures.models.assignment import AssignmentQuerySet
from measures.rules import PARTS_OF_YEAR, Interval, period_bounds


@dataclass(frozen=True)
class PlannedRound:
    """A round as it is, or as it would be made; `asked`: how many answers it asks for."""

    period: Period
    asked: int

    @property
    def is_made(self) -> bool:
        return self.period.pk is not None


def rounds_of(plan: Plan, year: int) -> list[PlannedRound]:
    """The year's rounds in order of time: those that are made with their own dates, the others by the plan's calendar."""
    assignments = list(asked(plan))
    made = {(period.interval, period.number): period for period in plan.periods.filter(year=year)}
    intervals = {plan.interval, *(assignment.interval for assignment in assignments if assignment.interval)}
    planned = {
        (interval, number): new_period(plan, year, interval, number)
        for interval in intervals
        for number in range(1, PARTS_OF_YEAR[Interval(interval)] + 1)
    }
    rounds = [
        PlannedRound(period, sum(overlaps(assignment, period, plan) for assignment in assignments)) for period in (planned | made).values()
    ]
    return sorted(rounds, key=lambda one: (one.period.ends_on, one.period.starts_on))


def asked(plan: Plan) -> AssignmentQuerySet:
    """The parts that are asked for answers: accepted, and not declined."""
    return Assignment.objects.filter(measure__plan=plan, accepted_at__isnull=False, declined_at=None)


def new_period(plan: Plan, year: int, interval: str, number: int) -> Period:
    """A round by the plan's calendar, not stored."""
    starts_on, ends_on = period_bounds(interval, year, number)
    due_on = ends_on + timedelta(days=plan.due_days_after_end)
    return Period(
        plan=plan,
        year=year,
        interval=interval,
        number=number,
        starts_on=starts_on,
        ends_on=ends_on,
        opens_on=max(starts_on, ends_on - timedelta(days=plan.opens_days_before_end)),
        due_on=due_on,
        closes_on=due_on + timedelta(days=plan.closes_days_after_due),
    )


def overlaps(assignment: Assignment, period: Period, plan: Plan) -> bool:
    """The period has the assignment's rhythm and they share at least one day. An end before the start: it never ran."""
    last_day = assignment.ended_on or assignment.ends_on
    return (
        (assignment.interval or plan.interval) == period.interval
        and assignment.starts_on <= period.ends_on
        and (last_day is None or last_day >= max(period.starts_on, assignment.starts_on))
    )
