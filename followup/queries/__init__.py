"""What pages and actions need to know about obligations, in few queries."""

from datetime import date

from followup.models import Obligation
from followup.transitions import ReportFacts, State, state_of
from followup.words import RulingKind


def obligation_state(obligation: Obligation) -> State:
    """The state of one obligation, from its rows (prefetched or not)."""
    return state_of(
        [
            ReportFacts(report.version, report.submitted_at, report.returned_at, report.approved_at, report.withdrawn_at)
            for report in obligation.reports.all()
        ],
        [ruling.kind for ruling in sorted(obligation.rulings.all(), key=lambda ruling: ruling.pk)],
    )


def due_on(obligation: Obligation) -> date:
    """The last day to answer, extension included."""
    extended = [ruling for ruling in obligation.rulings.all() if ruling.kind == RulingKind.EXTEND]
    latest = max(extended, key=lambda ruling: ruling.pk, default=None)
    return latest.due_on if latest and latest.due_on else obligation.period.due_on
