"""What pages and actions need to know about obligations, in few queries."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from followup.models import Obligation, ObligationRuling, Period, Report
from followup.transitions import ReportFacts, State, state_of
from followup.words import RulingKind
from stakeholders.models import ContactPerson


def obligation_state(obligation: Obligation) -> State:
    """The state of one obligation, from its rows (prefetched or not)."""
    return state_from(obligation.reports.all(), obligation.rulings.all())


def state_from(reports: Iterable[Report], rulings: Iterable[ObligationRuling]) -> State:
    """The state that these rows of one obligation make."""
    return state_of(
        [
            ReportFacts(report.version, report.submitted_at, report.returned_at, report.approved_at, report.withdrawn_at)
            for report in reports
        ],
        [ruling.kind for ruling in sorted(rulings, key=lambda ruling: ruling.pk)],
    )


def due_on(obligation: Obligation) -> date:
    """The last day to answer, extension included."""
    return due_from(obligation.period, obligation.rulings.all())


def due_from(period: Period, rulings: Iterable[ObligationRuling]) -> date:
    """The last day of the period, or the one that the latest extension says."""
    extended = [ruling for ruling in rulings if ruling.kind == RulingKind.EXTEND]
    latest = max(extended, key=lambda ruling: ruling.pk, default=None)
    return latest.due_on if latest and latest.due_on else period.due_on


def whom_to_ask(obligation: Obligation, preferred: ContactPerson | None = None) -> ContactPerson | None:
    """Whom to write to about an answer: `preferred`, the assignment's contact, or another at the actor; None when nobody can be reached."""
    for contact in (preferred, obligation.assignment.contact):
        if contact and contact.is_reachable:
            return contact
    return next((contact for contact in obligation.assignment.actor.contacts.all() if contact.is_reachable), None)


def receiver() -> Any:
    """The id of whom to write to about an obligation, as `whom_to_ask` has it, for `annotate`: None when nobody can be reached."""
    own = Q(assignment__contact__in=ContactPerson.objects.reachable())
    another = ContactPerson.objects.reachable().filter(actor=OuterRef("assignment__actor")).order_by("id")
    return Coalesce(Case(When(own, then=F("assignment__contact"))), Subquery(another.values("pk")[:1]))
