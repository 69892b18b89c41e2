"""What the pages of a round need: every answer of it with its sign, in the same number of queries whatever its size."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Max, Prefetch, Q

from followup.models import AccessLinkUse, Obligation, ObligationRuling, Period, Report
from followup.queries import due_on, obligation_state
from followup.rules import Contacted, sign_of
from followup.transitions import State
from measures.models import Assignment, Measure
from stakeholders import clock
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
    obligations = list(
        period.obligations.select_related(
            "assignment__measure__goal__parent__parent", "assignment__actor", "assignment__contact", "draft"
        ).prefetch_related(
            Prefetch("reports", Report.objects.defer("what_happened", "what_is_needed", "status_reason", "correction_reason")),
            Prefetch("rulings", ObligationRuling.objects.defer("reason")),
        )
    )
    reachable = _reachable(period)
    mail = _mail(period)
    opened = _opened(period)
    cells = [
        _cell(obligation, period, reachable, mail.get(obligation.pk, Contacted()), opened.get(obligation.assignment.actor_id))
        for obligation in obligations
    ]
    return cells + _not_asked(period)


def tally(cells: Iterable[Cell]) -> Tally:
    total = Tally()
    for cell in cells:
        total.add(cell)
    return total


def _cell(obligation: Obligation, period: Period, reachable: set[int], mail: Contacted, opened_at: datetime | None) -> Cell:
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
    state, day = obligation_state(obligation), due_on(obligation)
    latest = max(obligation.reports.all(), key=lambda report: report.version, default=None)
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


def _mail(period: Period) -> dict[int, Contacted]:
    """{obligation id: when it was last reminded of, and when a mail about it last went uncertain}."""
    items = DispatchItem.objects.filter(
        subject_type=Obligation._meta.label_lower,
        subject_id__in=period.obligations.values("id"),
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
    """{actor id: when somebody there last came in by the round's link}."""
    uses = AccessLinkUse.objects.filter(link__period=period, verb__in=OPENING)
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
