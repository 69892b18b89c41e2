"""Rounds made ahead: the periods of a year and the answers that are asked for in them. What people decide is in actions/rounds.py."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.db import transaction

from followup.models import Obligation, ObligationIndicator, Period
from followup.queries.calendar import asked, overlaps, rounds_of
from measures.models import Assignment, AssignmentIndicator, IndicatorVersion, Plan
from stakeholders import clock, events
from stakeholders.events import By
from stakeholders.mail import worker_name
from stakeholders.models import Heartbeat

DUTY = "rounds"


@transaction.atomic
def make_round(plan: Plan, year: int, *, by: By) -> list[Period]:
    """Make the year's periods, for the plan's interval and every interval that an assignment has of its own, with their
    obligations. Harmless twice. Gives the periods in order."""
    _complete_year(plan, year, by)
    return list(plan.periods.filter(year=year))


@transaction.atomic
def make_obligations(periods: Iterable[Period], *, by: By, only: Assignment | None = None) -> int:
    """One obligation for each open period that an accepted assignment overlaps by at least a day (or that `only` one does).
    Harmless twice; gives how many were new. Definitions in force at the period's start are pinned. The same few statements
    however many there are."""
    made = 0
    for plan, group in groupby(sorted(periods, key=lambda period: period.plan_id), key=lambda period: period.plan):
        made += _make_for_plan(plan, [period for period in group if not period.closed_at], by, only)
    return made


def keep_ahead(worker: str = "") -> int:
    """Make this year's and next year's rounds of every plan in force. Gives how many obligations are new.

    For the worker, which asks each minute: all plans are gone through once a day, and a plan that has just been adopted at once.
    """
    year = clock.today().year
    plans = Plan.objects.filter(adopted_on__isnull=False, closed_at=None, first_year__lte=year + 1, last_year__gte=year)
    last = Heartbeat.objects.filter(duty=DUTY).first()
    if last and clock.day_of(last.seen_at) == clock.today():
        plans = plans.exclude(periods__year__in=[year, year + 1])
    made = 0
    for plan in plans.select_related("workspace"):
        for ahead in range(max(year, plan.first_year), min(year + 1, plan.last_year) + 1):
            made += _complete_year(plan, ahead, None)
    Heartbeat.beat(DUTY, worker or worker_name())
    return made


@transaction.atomic
def _complete_year(plan: Plan, year: int, by: By) -> int:
    make_periods(plan, year, by=by)
    return make_obligations(plan.periods.filter(year=year), by=by)


def make_periods(plan: Plan, year: int, *, by: By) -> None:
    """The periods of a year that are not there yet, by the plan's calendar; without obligations."""
    made = Period.objects.bulk_create(one.period for one in rounds_of(plan, year) if not one.is_made)
    events.record_many("period.made", made, workspace=plan.workspace, by=by)


def _make_for_plan(plan: Plan, periods: list[Period], by: By, only: Assignment | None) -> int:
    assignments = asked(plan).filter(pk=only.pk) if only else asked(plan)
    known = set(Obligation.objects.filter(period__in=periods).values_list("assignment_id", "period_id"))
    new = Obligation.objects.bulk_create(
        (
            Obligation(assignment=assignment, period=period)
            for assignment in assignments.order_by("id")
            for period in periods
            if (assignment.pk, period.pk) not in known and overlaps(assignment, period, plan)
        ),
        batch_size=500,
    )
    _pin(plan, periods)
    for period_id, count in Counter(obligation.period_id for obligation in new).items():
        period = next(period for period in periods if period.pk == period_id)
        events.record("period.obligations_made", period, workspace=plan.workspace, by=by, count=count)
    return len(new)


def _pin(plan: Plan, periods: list[Period]) -> None:
    """Pin, to every obligation of the periods, the definition in force at its period's start for each indicator its assignment
    reports.
    """
    definitions: dict[int, list[IndicatorVersion]] = defaultdict(list)
    for version in IndicatorVersion.objects.filter(indicator__plan=plan, indicator__is_reported=True).order_by("number"):
        definitions[version.indicator_id].append(version)
    pinned = set(ObligationIndicator.objects.filter(period__in=periods).values_list("obligation_id", "indicator_version__indicator_id"))
    reported: dict[int, set[int]] = defaultdict(set)
    in_plan = AssignmentIndicator.objects.filter(assignment__measure__plan=plan, removed_at=None)
    for assignment_id, indicator_id in in_plan.values_list("assignment_id", "indicator_id"):
        reported[assignment_id].add(indicator_id)
    starts = {period.pk: period.starts_on for period in periods}
    new = []
    for obligation_id, assignment_id, period_id in Obligation.objects.filter(period__in=periods).values_list(
        "id", "assignment_id", "period_id"
    ):
        for indicator_id in sorted(reported[assignment_id]):
            definition = _definition_at(definitions[indicator_id], starts[period_id])
            if definition and definition.kind and (obligation_id, indicator_id) not in pinned:
                asked_of = {"obligation_id": obligation_id, "assignment_id": assignment_id, "period_id": period_id}
                new.append(ObligationIndicator(**asked_of, indicator_version=definition))
    ObligationIndicator.objects.bulk_create(new, batch_size=500)


def _definition_at(versions: list[IndicatorVersion], day: date) -> IndicatorVersion | None:
    """The definition in force on `day`: the last that had begun, or the first when none had."""
    begun = [version for version in versions if version.starts_on <= day]
    return begun[-1] if begun else next(iter(versions), None)
