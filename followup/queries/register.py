"""The register as the coordinator needs it: each actor with its parts, its answers in the round that is open, and what needs a hand."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Subquery
from django.utils.translation import gettext as _

from followup.models import Obligation, Period
from followup.queries import obligation_state
from followup.queries.rounds import ANSWERED
from followup.transitions import State
from measures.models import Assignment
from measures.rules import AssignmentRole
from stakeholders import clock
from stakeholders.formats import day_month
from stakeholders.models import Actor, Agreement, Area, ContactPerson, Dispatch
from stakeholders.rules import SECTOR_OF, DispatchState, Sector, normalise_search

SOON = timedelta(days=180)
"""An agreement that ends within this time is worth a line (docs: reminders 6 and 3 months ahead)."""


@dataclass
class ActorRow:
    """One actor of the list. `answered` of `asked` in the open round; `is_exempt`: asked of nothing but what it is excused from."""

    actor: Actor
    areas: list[Area]
    contact: ContactPerson | None
    responsible: int
    contributing: int
    answered: int = 0
    asked: int = 0
    is_exempt: bool = False
    todo: list[tuple[str, str]] = field(default_factory=list)

    @property
    def lacks(self) -> bool:
        return self.answered < self.asked

    def matches(self, words: str) -> bool:
        """Whether the name, a place, a contact or the organisation number holds `words` (as `normalise_search` writes them)."""
        contacts = [text for one in self.actor.contacts.all() if not one.left_at for text in (one.name, one.role_title, one.email)]
        texts = [self.actor.name, str(self.actor.get_kind_display()), *(area.name for area in self.areas), *contacts]
        digits = "".join(char for char in words if char.isdigit())
        return any(words in normalise_search(text) for text in texts) or bool(digits and digits in self.actor.org_number)


def actor_rows(actors: Any, period: Period | None, *, with_contacts: bool) -> list[ActorRow]:
    """A row for each of `actors` (a queryset), by name, in the same few queries whatever their number."""
    tallies = _tallies(period)
    found = _annotated(actors).prefetch_related("areas", "contacts")
    return [_row(actor, tallies.get(actor.pk), with_contacts) for actor in found]


def chips(rows: list[ActorRow]) -> list[tuple[str, str, list[ActorRow]]]:
    """(name in the address, words, the rows it shows): all, each sector that is there, and what needs a hand."""
    groups = [("", _("Alla"), rows)]
    groups += [(sector.value, str(sector.label), [row for row in rows if SECTOR_OF.get(row.actor.kind) == sector]) for sector in Sector]
    groups.append(("missing", _("Saknar svar"), [row for row in rows if row.lacks]))
    groups.append(("agreement", _("Avtal går ut"), [row for row in rows if any(sign == "warning" for sign, _words in row.todo)]))
    return [group for group in groups if group[2] or not group[0]]


def _annotated(actors: Any) -> Any:
    today = clock.today()
    current = Assignment.objects.current().filter(actor=OuterRef("pk")).order_by().values("actor")
    ending = Agreement.objects.filter(agreementparty__actor=OuterRef("pk"), ended_at=None, ends_on__range=(today, today + SOON))
    unsure = Dispatch.objects.filter(contact__actor=OuterRef("pk"), state=DispatchState.UNCERTAIN)
    return actors.annotate(
        responsible=Subquery(current.filter(role=AssignmentRole.RESPONSIBLE).annotate(n=Count("pk")).values("n")),
        contributing=Subquery(current.filter(role=AssignmentRole.CONTRIBUTING).annotate(n=Count("pk")).values("n")),
        agreement_ends_on=Subquery(ending.order_by().values("agreementparty__actor").annotate(day=Min("ends_on")).values("day")),
        has_unsure_mail=Exists(unsure),
    )


def _row(actor: Any, tally: tuple[int, int, int] | None, with_contacts: bool) -> ActorRow:
    here = [contact for contact in actor.contacts.all() if not contact.left_at] if with_contacts else []
    row = ActorRow(
        actor,
        list(actor.areas.all()),
        next((contact for contact in here if contact.is_reachable), here[0] if here else None),
        actor.responsible or 0,
        actor.contributing or 0,
    )
    if tally:
        row.answered, row.asked, exempt = tally
        row.is_exempt = bool(exempt and not row.asked)
    if with_contacts:
        row.todo = _todo(actor, row, here)
    return row


def _todo(actor: Any, row: ActorRow, contacts: list[ContactPerson]) -> list[tuple[str, str]]:
    todo = []
    if contacts and any(contact.bounced_at for contact in contacts) and not any(contact.is_reachable for contact in contacts):
        todo.append(("wrong_address", _("adressen fungerar inte")))
    elif (row.responsible or row.contributing) and not any(contact.is_reachable for contact in contacts):
        todo.append(("gap", _("saknar kontakt")))
    if actor.has_unsure_mail:
        todo.append(("uncertain_mail", _("osäkert mejl")))
    ends_on: date | None = actor.agreement_ends_on
    if ends_on:
        todo.append(("warning", _("avtal går ut %(day)s") % {"day": day_month(ends_on)}))
    return todo


def _tallies(period: Period | None) -> dict[int, tuple[int, int, int]]:
    """{actor id: (answered, asked, exempted)} in the round."""
    if period is None:
        return {}
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    asked = Obligation.objects.filter(period=period).select_related("assignment").prefetch_related("reports", "rulings")
    for obligation in asked:
        state = obligation_state(obligation)
        count = counts[obligation.assignment.actor_id]
        count[0] += state in ANSWERED
        count[1] += state != State.EXEMPT
        count[2] += state == State.EXEMPT
    return {actor: (count[0], count[1], count[2]) for actor, count in counts.items()}
