"""The life of an answer: one table that pages, API, import and bulk actions all go through (docs/figures.md, "Life of
a report").

Values in, values out: the state of an obligation is worked out from its facts, and the table says what may be done in
it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from followup.words import RulingKind


class State(models.TextChoices):
    UNANSWERED = "unanswered", _("inte svarat")
    SUBMITTED = "submitted", _("att granska")
    RETURNED = "returned", _("återsänd")
    APPROVED = "approved", _("godkänd")
    CORRECTING = "correcting", _("godkänd, rättelse att granska")
    WITHDRAWN = "withdrawn", _("återkallad")
    EXEMPT = "exempt", _("befriad")
    CLOSED = "closed", _("stängd utan rapport")


class Verb(models.TextChoices):
    SUBMIT = "submit", _("skicka in")
    CORRECT = "correct", _("rätta")
    FINISH = "finish", _("skicka in det som var påbörjat")
    RETURN = "return", _("be om komplettering")
    APPROVE = "approve", _("godkänna")
    WITHDRAW = "withdraw", _("återkalla")
    EXTEND = "extend", _("ge längre tid")
    EXEMPT = "exempt", _("befria")
    REINSTATE = "reinstate", _("begära igen")
    CLOSE = "close", _("stänga utan rapport")


TABLE: dict[State, dict[Verb, State]] = {
    State.UNANSWERED: {
        Verb.SUBMIT: State.SUBMITTED,
        Verb.EXTEND: State.UNANSWERED,
        Verb.EXEMPT: State.EXEMPT,
        Verb.CLOSE: State.CLOSED,
    },
    State.SUBMITTED: {
        Verb.SUBMIT: State.SUBMITTED,
        Verb.RETURN: State.RETURNED,
        Verb.APPROVE: State.APPROVED,
        Verb.EXTEND: State.SUBMITTED,
        Verb.EXEMPT: State.EXEMPT,
    },
    State.RETURNED: {
        Verb.SUBMIT: State.SUBMITTED,
        Verb.EXTEND: State.RETURNED,
        Verb.EXEMPT: State.EXEMPT,
        Verb.CLOSE: State.CLOSED,
    },
    State.APPROVED: {
        Verb.CORRECT: State.CORRECTING,
        Verb.WITHDRAW: State.WITHDRAWN,
        Verb.EXEMPT: State.EXEMPT,
    },
    State.CORRECTING: {
        Verb.CORRECT: State.CORRECTING,
        Verb.RETURN: State.APPROVED,
        Verb.APPROVE: State.APPROVED,
        Verb.WITHDRAW: State.SUBMITTED,
        Verb.EXEMPT: State.EXEMPT,
    },
    State.WITHDRAWN: {
        Verb.SUBMIT: State.SUBMITTED,
        Verb.EXTEND: State.WITHDRAWN,
        Verb.EXEMPT: State.EXEMPT,
        Verb.CLOSE: State.WITHDRAWN,
    },
    State.EXEMPT: {Verb.REINSTATE: State.UNANSWERED, Verb.FINISH: State.EXEMPT},
    State.CLOSED: {Verb.SUBMIT: State.SUBMITTED, Verb.REINSTATE: State.UNANSWERED},
}
"""What may be done in each state, and where it leads. After REINSTATE the state is worked out anew from the reports.

FINISH is a page that was open when the actor was exempted: stored, flagged, counted only if it is asked for again.
In CLOSED the round must first be unlocked (`refuse_if_closed`). Withdrawing under a pending correction leaves that to review.
"""

REFUSED: dict[State, object] = {
    State.UNANSWERED: _("Det finns ingen inskickad rapport."),
    State.SUBMITTED: _("Rapporten väntar på granskning."),
    State.RETURNED: _("Rapporten är återsänd för komplettering."),
    State.APPROVED: _("Rapporten är redan godkänd."),
    State.CORRECTING: _("En rättelse av den godkända rapporten väntar på granskning."),
    State.WITHDRAWN: _("Rapporten är återkallad."),
    State.EXEMPT: _("Aktören är befriad från den här rapporten."),
    State.CLOSED: _("Rundan är stängd utan rapport."),
}
"""Why not, in a sentence, when the table has no way."""


@dataclass(frozen=True)
class ReportFacts:
    """The dated facts of one version."""

    version: int
    submitted_at: datetime | None = None
    returned_at: datetime | None = None
    approved_at: datetime | None = None
    withdrawn_at: datetime | None = None


def state_of(reports: list[ReportFacts], rulings: list[str]) -> State:
    """The state of an obligation: its reports in any order, its rulings (`RulingKind`) oldest first.

    Withdrawal empties: once an approved version is withdrawn, no older one comes back.
    """
    standing = [ruling for ruling in rulings if ruling != RulingKind.EXTEND]
    if standing and standing[-1] == RulingKind.EXEMPT:
        return State.EXEMPT
    submitted = sorted((r for r in reports if r.submitted_at), key=lambda r: r.version)
    if not submitted:
        return State.CLOSED if standing and standing[-1] == RulingKind.CLOSE else State.UNANSWERED
    latest = submitted[-1]
    in_force = next((r for r in reversed(submitted) if r.approved_at), None)
    is_approved = in_force is not None and in_force.withdrawn_at is None
    if latest is in_force:
        return State.APPROVED if is_approved else State.WITHDRAWN
    if standing and standing[-1] == RulingKind.CLOSE and not is_approved and latest.returned_at:
        return State.CLOSED
    if latest.withdrawn_at:
        return State.WITHDRAWN
    if is_approved:
        return State.APPROVED if latest.returned_at else State.CORRECTING
    return State.RETURNED if latest.returned_at else State.SUBMITTED


def refusal(state: str, verb: Verb) -> object | None:
    """None when `verb` may be done in `state`, else the sentence that says why not."""
    return None if verb in TABLE[State(state)] else REFUSED[State(state)]
