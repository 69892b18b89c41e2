"""What the pages of a round need: every answer of it with its sign, in the same number of queries whatever its size."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import AccessLinkUse, Obligation, ObligationRuling, Period, Report
from followup.queries import due_from, state_from
from followup.rules import Contacted, sign_of
from followup.transitions import State
from followup.words import RulingKind
from measures.models import Assignment, Measure
from measures.rules import Interval
from stakeholders import clock
from stakeholders.formats import day_month, short_day, weekday
from stakeholders.models import Actor, ContactPerson, DispatchItem
from stakeholders.rules import DispatchKind, DispatchState

ANSWERED = (State.SUBMITTED, State.APPROVED, State.CORRECTING)
TO_REVIEW = (State.SUBMITTED, State.CORRECTING)
TROUBLED = ("reminded", "begun", "uncertain_mail", "opened", "overdue", "returned")
OPENING = ("entered", "submitted")
"""Uses of a link that a person, not a mail scanner, makes."""


@dataclass(frozen=True)
class Cell:
    """One answer in a round. `sign` is the name of its symbol; `is_late`: past the last day, or came after it."""

    actor: Actor
    measure: Measure
    state: str
    sign: str
    obligation: Obligation | None = None
    report: Report | None = None
    contacted: Contacted = field(default_factory=Contacted)
    due_on: date | None = None
    is_late: bool = False
    interval: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether it counts in the totals: an exemption takes it out, and what has another rhythm never was in."""
        return self.sign not in ("exempt", "not_asked")

    @property
    def is_answered(self) -> bool:
        return self.state in ANSWERED

    @property
    def is_missing(self) -> bool:
        return self.is_asked and not self.is_answered

    @property
    def note(self) -> str:
        """A word more about the sign."""
        if self.interval:
            return _("svarar %(often)s") % {"often": Interval(self.interval).label}
        if self.state == State.CORRECTING:
            return _("rättelse")
        return _("sen") if self.is_late and self.is_asked and self.sign != "overdue" else ""

    @property
    def ground(self) -> str:
        """How the cell is tinted: what waits for somebody, and what is broken."""
        if self.sign == "wrong_address":
            return "broken"
        return "waits" if self.sign in TROUBLED or (self.sign == "asked" and self.is_late) else ""


@dataclass
class Tally:
    """How many of the answers that are asked for have come."""

    answered: int = 0
    asked: int = 0

    def add(self, cell: Cell) -> None:
        self.asked += cell.is_asked
        self.answered += cell.is_answered

    @property
    def is_complete(self) -> bool:
        return self.answered == self.asked


def round_cells(period: Period) -> list[Cell]:
    """Every answer of the round, and the parts in measures that another rhythm leaves out of it."""
    obligations: list[Any] = list(
        period.obligations.select_related(
            "assignment__measure__goal__parent__parent", "assignment__actor", "assignment__contact", "draft"
        ).prefetch_related(
            Prefetch("reports", Report.objects.defer("what_happened", "what_is_needed", "status_reason", "correction_reason"), "versions"),
            Prefetch("rulings", ObligationRuling.objects.defer("reason"), "ruled"),
        )
    )
    reachable = _reachable(period)
    mail = _mail(period.obligations.all())
    opened = _opened(period)
    cells = [
        _cell(one, period, one.versions, one.ruled, reachable, mail.get(one.pk, Contacted()), opened.get(one.assignment.actor_id))
        for one in obligations
    ]
    return cells + _not_asked(period)


def with_all(obligations: QuerySet[Obligation]) -> QuerySet[Obligation]:
    """The obligations with everything a cell is made of; see `one_cell`."""
    return obligations.select_related(
        "assignment__measure", "assignment__actor", "assignment__contact", "period__plan__workspace", "draft"
    ).prefetch_related("reports", "rulings", "assignment__actor__contacts")


def one_cell(obligation: Obligation) -> Cell:
    """The same cell as in the table of the round, for one answer (from `with_all`)."""
    period, actor = obligation.period, obligation.assignment.actor
    reachable = {actor.pk} if any(contact.is_reachable for contact in actor.contacts.all()) else set()
    mail = _mail(Obligation.objects.filter(pk=obligation.pk))
    return _cell(obligation, period, *_rows(obligation), reachable, mail.get(obligation.pk, Contacted()), _opened(period).get(actor.pk))


def one_cell_without_mail(obligation: Obligation) -> Cell:
    """The cell of an answer where mail is not asked about: for looking back. No queries of its own."""
    return _cell(obligation, obligation.period, *_rows(obligation), {obligation.assignment.actor_id}, Contacted(), None)


def _rows(obligation: Obligation) -> tuple[list[Report], list[ObligationRuling]]:
    return list(obligation.reports.all()), list(obligation.rulings.all())


def tally(cells: Iterable[Cell]) -> Tally:
    total = Tally()
    for cell in cells:
        total.add(cell)
    return total


def _cell(
    obligation: Obligation,
    period: Period,
    reports: list[Report],
    rulings: list[ObligationRuling],
    reachable: set[int],
    mail: Contacted,
    opened_at: datetime | None,
) -> Cell:
    obligation.period = period
    assignment = obligation.assignment
    draft = getattr(obligation, "draft", None)
    contact = assignment.contact
    contacted = replace(
        mail,
        can_be_reached=bool(contact and contact.is_reachable) or assignment.actor_id in reachable,
        begun_at=draft.saved_at if draft else None,
        opened_at=opened_at,
    )
    state, day = state_from(reports, rulings), due_from(period, rulings)
    latest = max(reports, key=lambda report: report.version, default=None)
    is_late = not latest.was_on_time if latest else day < clock.today()
    return Cell(
        actor=assignment.actor,
        measure=assignment.measure,
        state=state,
        sign=sign_of(state, contacted, is_late),
        obligation=obligation,
        report=latest,
        contacted=contacted,
        due_on=day,
        is_late=is_late,
    )


def _reachable(period: Period) -> set[int]:
    """Ids of the round's actors where somebody can be written to."""
    asked = period.obligations.values("assignment__actor")
    return set(ContactPerson.objects.reachable().filter(actor__in=asked).values_list("actor_id", flat=True))


def _mail(obligations: QuerySet[Obligation]) -> dict[int, Contacted]:
    """{obligation id: when it was last reminded of, and when a mail about it last went uncertain}."""
    items = DispatchItem.objects.filter(
        subject_type=Obligation._meta.label_lower,
        subject_id__in=obligations.values("id"),
        dispatch__state__in=(DispatchState.HANDED_OVER, DispatchState.UNCERTAIN),
        dispatch__kind__in=(DispatchKind.REQUEST, DispatchKind.REMINDER),
    )
    rows = items.values_list("subject_id", "dispatch__state", "dispatch__kind", "dispatch__handed_over_at", "dispatch__handing_over_at")
    known: dict[int, Contacted] = defaultdict(Contacted)
    for obligation_id, state, kind, handed_over_at, handing_over_at in rows.order_by("id"):
        if state == DispatchState.UNCERTAIN:
            known[obligation_id] = replace(known[obligation_id], uncertain_at=handing_over_at)
        elif kind == DispatchKind.REMINDER:
            known[obligation_id] = replace(known[obligation_id], reminded_at=handed_over_at)
        else:
            known[obligation_id] = replace(known[obligation_id], asked_at=handed_over_at)
    return known


def _opened(period: Period) -> dict[int, datetime]:
    """{actor id: when somebody there last came in by a link to what ends that day: one link leads to all of it}."""
    uses = AccessLinkUse.objects.filter(link__period__plan=period.plan_id, link__period__ends_on=period.ends_on, verb__in=OPENING)
    return dict(uses.values_list("link__actor").annotate(Max("recorded_at")).order_by())


def _not_asked(period: Period) -> list[Cell]:
    """Parts that run in the period but are reported in another rhythm: said so, and never counted as missing."""
    others = (
        Assignment.objects.filter(measure__plan=period.plan_id, accepted_at__isnull=False, declined_at=None)
        .exclude(obligations__period=period)
        .filter(Q(ended_on=None) | Q(ended_on__gte=period.starts_on))
        .filter(Q(ends_on=None) | Q(ends_on__gte=period.starts_on))
        .filter(starts_on__lte=period.ends_on)
        .select_related("measure__goal__parent__parent", "actor")
    )
    return [
        Cell(actor=one.actor, measure=one.measure, state="", sign="not_asked", interval=interval)
        for one in others
        if (interval := one.interval or period.plan.interval) != period.interval
    ]


@dataclass(frozen=True)
class RoundInShort:
    """A round and how many answers are asked for, have come, and wait for review."""

    period: Period
    asked: int = 0
    answered: int = 0
    waiting: int = 0

    @property
    def standing(self) -> str:
        return standing_in_short(self.period)


def rounds_in_short(periods: Iterable[Period]) -> list[RoundInShort]:
    """The rounds, counted by the database."""
    periods = list(periods)
    standing = ObligationRuling.objects.filter(obligation=OuterRef("pk")).exclude(kind=RulingKind.EXTEND).order_by("-id").values("kind")[:1]
    later = Report.objects.filter(obligation=OuterRef("obligation"), version__gt=OuterRef("version"), approved_at__isnull=False)
    in_force = Report.objects.approved().exclude(Exists(later.filter(withdrawn_at__isnull=False)))
    asked = (
        Obligation.objects.filter(period__in=periods)
        .annotate(ruling=Subquery(standing))
        .filter(Q(ruling=None) | ~Q(ruling=RulingKind.EXEMPT))
        .annotate(
            is_waiting=Exists(Report.objects.awaiting_review().filter(obligation=OuterRef("pk"))),
            is_approved=Exists(in_force.filter(obligation=OuterRef("pk"))),
        )
        .values("period")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=Q(is_waiting=True) | Q(is_approved=True)),
            waiting=Count("pk", filter=Q(is_waiting=True)),
        )
        .order_by()
    )
    counts = {row.pop("period"): row for row in asked}
    return [RoundInShort(period, **counts.get(period.pk, {})) for period in periods]


def unlocked_until(period: Period) -> datetime | None:
    """Until when a closed round takes answers, if it does now."""
    if not period.closed_at:
        return None
    return period.unlocks.filter(recorded_at__gt=period.closed_at, until__gt=clock.now()).aggregate(until=Max("until"))["until"]


def standing(period: Period, unlocked: datetime | None = None) -> str:
    """Where a round is in its time, in a sentence. `unlocked`: until when a closed one takes answers."""
    today = clock.today()
    if period.closed_at:
        closed = _("Stängd %(day)s.") % {"day": day_month(clock.day_of(period.closed_at))}
        if period.published_at:
            closed += " " + _("Publicerad %(day)s.") % {"day": day_month(clock.day_of(period.published_at))}
        return f"{closed} " + _("Upplåst till och med %(day)s.") % {"day": weekday(clock.last_day(unlocked))} if unlocked else closed
    if period.opens_on > today:
        return _("Öppnar %(day)s.") % {"day": weekday(period.opens_on)}
    left = (period.due_on - today).days
    if left < 0:
        return _("Sista dagen var %(day)s. Sena svar tas emot tills omgången stängs.") % {"day": weekday(period.due_on)}
    if left == 0:
        return _("Sista dagen är i dag.")
    days = ngettext("om %(n)d dag", "om %(n)d dagar", left) % {"n": left}
    return _("Sista dagen är %(day)s, %(days)s.") % {"day": weekday(period.due_on), "days": days}


def standing_in_short(period: Period) -> str:
    """The same in a word or two, for a list."""
    if period.closed_at:
        return _("stängd")
    if period.opens_on > clock.today():
        return _("öppnar %(day)s") % {"day": short_day(period.opens_on)}
    return _("öppen") if period.due_on >= clock.today() else _("sista dagen har passerat")
