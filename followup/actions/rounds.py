"""Rounds: obligations follow what has been agreed; people extend, exempt, close and unlock. What is made ahead is in followup/rounds.py."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from followup.actions.reports import refuse_if_closed
from followup.models import Obligation, ObligationRuling, Period, PeriodUnlock, Report
from followup.queries import obligation_state
from followup.queries.calendar import new_period, overlaps
from followup.rounds import keep_ahead, make_obligations, make_periods, make_round
from followup.transitions import State, Verb, refusal
from followup.words import RulingKind
from measures.actions.plan import change_plan
from measures.models import Assignment, Plan
from stakeholders import clock, events
from stakeholders.events import By
from stakeholders.models import User
from stakeholders.refusals import NotRight, TooLate

__all__ = [
    "change_calendar",
    "close_period",
    "exempt_obligation",
    "extend_obligation",
    "follow_assignment",
    "keep_ahead",
    "make_obligations",
    "make_round",
    "reinstate_obligation",
    "unlock_period",
]


@transaction.atomic
def follow_assignment(assignment: Assignment, *, by: By) -> None:
    """Let the obligations follow what an assignment has become: accepted, ended, declined, moved in time or given another rhythm.

    New ones are made in every open period it now overlaps. Those that are asked for no more are exempted, unless an answer has come
    or been begun: what a partner has written is never thrown away. Harmless twice.
    """
    assignment = Assignment.objects.select_related("measure__plan__workspace").get(pk=assignment.pk)
    plan = assignment.measure.plan
    for year in _years_ahead(plan):
        make_periods(plan, year, by=by)
    make_obligations(plan.periods.filter(closed_at=None), by=by, only=assignment)
    mine = assignment.obligations.filter(period__closed_at=None).select_related("period", "draft").prefetch_related("reports", "rulings")
    for obligation in mine:
        state = obligation_state(obligation)
        if _is_asked(assignment, obligation.period):
            if state == State.EXEMPT and _was_exempted_by_itself(obligation):
                _rule(obligation, RulingKind.REINSTATE, Verb.REINSTATE, by=None, reason=_("uppdraget gäller igen"))
        elif state == State.UNANSWERED and not hasattr(obligation, "draft") and _may_lapse(assignment, obligation.period):
            _rule(obligation, RulingKind.EXEMPT, Verb.EXEMPT, by=None, reason=_("uppdraget gäller inte längre för den här perioden"))


@transaction.atomic
def change_calendar(plan: Plan, *, by: User, version: int, **calendar: Any) -> Plan:
    """Another rhythm, or other days to open, fall due and close. Rounds that have opened keep theirs; those to come follow.

    Raises ChangedMeanwhile when somebody else has changed the plan.
    """
    plan = change_plan(plan, by=by, version=version, **calendar)
    ahead = list(plan.periods.filter(closed_at=None, opens_on__gt=clock.today()))
    for period in ahead:
        fresh = new_period(plan, period.year, period.interval, period.number)
        period.opens_on, period.due_on, period.closes_on = fresh.opens_on, fresh.due_on, fresh.closes_on
    Period.objects.bulk_update(ahead, ["opens_on", "due_on", "closes_on"])
    _let_lapse(plan, ahead)
    for year in sorted({period.year for period in ahead}):
        make_round(plan, year, by=by)
    return plan


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


def _years_ahead(plan: Plan) -> list[int]:
    """The years from this one on that have rounds, where a rhythm of the assignment's own may need more."""
    ahead = plan.periods.filter(year__gte=clock.today().year).order_by("year")
    return list(ahead.values_list("year", flat=True).distinct())


def _let_lapse(plan: Plan, ahead: list[Period]) -> None:
    """Exempt, at once, every answer in the rounds ahead that the plan's new rhythm no longer asks for; nobody has begun any of them."""
    waiting = Obligation.objects.filter(period__in=ahead, draft=None, reports=None, rulings=None).select_related("assignment", "period")
    lapsed = [one for one in waiting if not overlaps(one.assignment, one.period, plan)]
    reason = _("uppdraget rapporteras i en annan takt")
    ObligationRuling.objects.bulk_create(ObligationRuling(obligation=one, kind=RulingKind.EXEMPT, reason=reason) for one in lapsed)
    events.record_many("obligation.exempted", lapsed, workspace=plan.workspace, by=None, why=reason)


def _is_asked(assignment: Assignment, period: Period) -> bool:
    """Whether an accepted assignment is to answer in the period."""
    return bool(assignment.accepted_at and not assignment.declined_at and overlaps(assignment, period, assignment.measure.plan))


def _may_lapse(assignment: Assignment, period: Period) -> bool:
    """A round that has opened is asked for to its end in the rhythm it opened with; one outside the assignment's time is not."""
    last_day = assignment.ended_on or assignment.ends_on
    is_over = last_day and last_day < max(period.starts_on, assignment.starts_on)
    is_outside = assignment.declined_at or assignment.starts_on > period.ends_on or is_over
    return bool(is_outside) or period.opens_on > clock.today()


def _was_exempted_by_itself(obligation: Obligation) -> bool:
    standing = [ruling for ruling in obligation.rulings.all() if ruling.kind != RulingKind.EXTEND]
    return bool(standing) and standing[-1].by_user_id is None


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
