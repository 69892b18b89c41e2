"""Rounds: periods and obligations are made ahead; people extend, exempt, close and unlock."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from followup.actions.reports import refuse_if_closed
from followup.models import Obligation, ObligationIndicator, ObligationRuling, Period, PeriodUnlock, Report
from followup.queries import obligation_state
from followup.transitions import Verb, refusal
from followup.words import RulingKind
from measures.models import Assignment, AssignmentIndicator, IndicatorVersion, Plan
from measures.rules import PARTS_OF_YEAR, Interval, period_bounds
from stakeholders import clock, events
from stakeholders.events import By
from stakeholders.models import User
from stakeholders.refusals import NotRight, TooLate


@transaction.atomic
def make_round(plan: Plan, year: int, *, by: By) -> list[Period]:
    """Make the year's periods, for the plan's interval and every interval that an assignment has of its own, with their
    obligations. Harmless twice. Gives the periods in order."""
    own = plan.measures.values_list("assignments__interval", flat=True).distinct()
    intervals = {plan.interval, *(interval for interval in own if interval)}
    known = set(plan.periods.filter(year=year).values_list("interval", "number"))
    made = Period.objects.bulk_create(
        _period(plan, year, interval, number)
        for interval in intervals
        for number in range(1, PARTS_OF_YEAR[Interval(interval)] + 1)
        if (interval, number) not in known
    )
    events.record_many("period.made", made, workspace=plan.workspace, by=by)
    periods = list(plan.periods.filter(year=year))
    make_obligations(periods, by=by)
    return periods


@transaction.atomic
def make_obligations(periods: Iterable[Period], *, by: By) -> int:
    """One obligation for each period that an accepted assignment overlaps by at least a day. Harmless twice; gives
    how many
    were new. Definitions in force at the period's start are pinned."""
    made = 0
    for period in periods:
        if period.closed_at:
            continue
        assignments = _asked_in(period)
        known = set(period.obligations.values_list("assignment_id", flat=True))
        new = Obligation.objects.bulk_create(
            (Obligation(assignment=assignment, period=period) for assignment in assignments if assignment.pk not in known),
            batch_size=500,
        )
        _pin(period)
        if new:
            events.record("period.obligations_made", period, workspace=period.plan.workspace, by=by, count=len(new))
        made += len(new)
    return made


@transaction.atomic
def extend_obligation(obligation: Obligation, *, by: User, due_on: date, reason: str) -> ObligationRuling:
    """A new last day for one answer."""
    if due_on < clock.today():
        raise NotRight(_("Den nya sista dagen har redan passerat."))
    return _rule(obligation, RulingKind.EXTEND, Verb.EXTEND, by=by, reason=reason, due_on=due_on)


@transaction.atomic
def exempt_obligation(obligation: Obligation, *, by: By, reason: str) -> ObligationRuling:
    """The answer is no longer asked for; an approved value goes out of the figures with it."""
    return _rule(obligation, RulingKind.EXEMPT, Verb.EXEMPT, by=by, reason=reason)


@transaction.atomic
def reinstate_obligation(obligation: Obligation, *, by: User, reason: str) -> ObligationRuling:
    """The answer is asked for again."""
    return _rule(obligation, RulingKind.REINSTATE, Verb.REINSTATE, by=by, reason=reason)


@transaction.atomic
def close_period(period: Period, *, by: User) -> Period:
    """Close the round. Refused (TooLate) while a submitted report waits for review. Unanswered ones are closed
    without report.
    """
    period = _locked(period)
    if period.closed_at:
        raise TooLate(_("Rundan är redan stängd."))
    if period.due_on >= clock.today():
        raise TooLate(_("Rundan kan stängas först när sista dagen har passerat."))
    waiting = Report.objects.filter(obligation__period=period).awaiting_review().count()
    if waiting:
        raise TooLate(_("%(count)d rapporter väntar på granskning. Granska dem först.") % {"count": waiting})
    unanswered = [
        obligation
        for obligation in period.obligations.prefetch_related("reports", "rulings")
        if refusal(obligation_state(obligation), Verb.CLOSE) is None
    ]
    ObligationRuling.objects.bulk_create(
        ObligationRuling(obligation=obligation, kind=RulingKind.CLOSE, reason=_("rundan stängdes"), by_user=by) for obligation in unanswered
    )
    period.closed_at, period.closed_by = clock.now(), by
    period.save(update_fields=["closed_at", "closed_by"])
    events.record("period.closed", period, workspace=period.plan.workspace, by=by, without_report=len(unanswered))
    return period


@transaction.atomic
def unlock_period(period: Period, *, by: User, until: datetime, reason: str) -> PeriodUnlock:
    """Open a closed round again until a moment, with a reason."""
    period = _locked(period)
    if not period.closed_at:
        raise TooLate(_("Rundan är inte stängd."))
    if not reason.strip():
        raise NotRight(_("Skriv varför rundan låses upp."))
    if until <= clock.now():
        raise NotRight(_("Tiden för upplåsningen har redan passerat."))
    unlock = PeriodUnlock.objects.create(period=period, until=until, reason=reason, by_user=by)
    events.record("period.unlocked", period, workspace=period.plan.workspace, by=by, why=reason, until=until)
    return unlock


def _locked(period: Period) -> Period:
    return Period.objects.select_for_update(of=("self",)).select_related("plan__workspace").get(pk=period.pk)


def _period(plan: Plan, year: int, interval: str, number: int) -> Period:
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


def _asked_in(period: Period) -> list[Assignment]:
    """Accepted assignments, with the period's interval, that overlap it by at least one day."""
    own_interval = Q(interval=period.interval)
    if period.interval == period.plan.interval:
        own_interval |= Q(interval="")
    return list(
        Assignment.objects.filter(own_interval, measure__plan=period.plan, accepted_at__isnull=False, declined_at=None)
        .filter(starts_on__lte=period.ends_on)
        .filter(Q(ended_on=None) | Q(ended_on__gte=period.starts_on))
        .filter(Q(ends_on=None) | Q(ends_on__gte=period.starts_on))
    )


def _pin(period: Period) -> None:
    """Pin, to every obligation of the period, the definition in force at its start for each indicator its assignment
    reports.
    """
    versions: dict[int, IndicatorVersion] = {}
    in_plan = IndicatorVersion.objects.filter(indicator__plan=period.plan, indicator__is_reported=True)
    for version in in_plan.order_by("number"):
        if version.starts_on <= period.starts_on or version.indicator_id not in versions:
            versions[version.indicator_id] = version
    pinned = set(
        ObligationIndicator.objects.filter(obligation__period=period).values_list("obligation_id", "indicator_version__indicator_id")
    )
    reported = (
        AssignmentIndicator.objects.filter(assignment__obligations__period=period, removed_at=None)
        .values_list(F("assignment__obligations__id"), "indicator_id")
        .filter(assignment__obligations__period=period)
    )
    ObligationIndicator.objects.bulk_create(
        (
            ObligationIndicator(obligation_id=obligation_id, indicator_version=versions[indicator_id])
            for obligation_id, indicator_id in set(reported)
            if indicator_id in versions and versions[indicator_id].kind and (obligation_id, indicator_id) not in pinned
        ),
        batch_size=500,
    )


def _rule(obligation: Obligation, kind: str, verb: Verb, *, by: By, reason: str, due_on: date | None = None) -> ObligationRuling:
    obligation = Obligation.objects.select_for_update(of=("self",)).select_related("period__plan__workspace").get(pk=obligation.pk)
    sentence = refusal(obligation_state(obligation), verb)
    if sentence:
        raise TooLate(sentence)
    refuse_if_closed(obligation.period)
    if not reason.strip():
        raise NotRight(_("Skriv varför."))
    ruling = ObligationRuling.objects.create(
        obligation=obligation, kind=kind, due_on=due_on, reason=reason, by_user=by if isinstance(by, User) else None
    )
    past = {"exempt": "exempted", "reinstate": "reinstated", "extend": "extended"}[kind]
    events.record(f"obligation.{past}", obligation, workspace=obligation.period.plan.workspace, by=by, why=reason, due_on=due_on)
    return ruling
