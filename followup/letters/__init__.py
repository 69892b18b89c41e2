"""What our letters say. `compose` writes the letter of a row in the queue, from what is true at that moment, in the receiver's language.

A new kind of letter is a new writer here and a new word in `DispatchKind`; nothing else.
"""

from collections.abc import Callable

from django.utils import translation

from followup.letters.answers import write_feedback, write_new_link, write_receipt, write_returned
from followup.letters.digests import write_coordinator_digest, write_review_digest, write_year_ready
from followup.letters.proposals import preview_proposal, write_proposal
from followup.letters.rounds import preview_request, write_round_letter
from stakeholders.messages import Letter
from stakeholders.models import Dispatch
from stakeholders.rules import DispatchKind

__all__ = ["compose", "preview_proposal", "preview_request"]

WRITERS: dict[str, Callable[[Dispatch], Letter | None]] = {
    DispatchKind.REQUEST: write_round_letter,
    DispatchKind.REMINDER: write_round_letter,
    DispatchKind.RECEIPT: write_receipt,
    DispatchKind.NEW_LINK: write_new_link,
    DispatchKind.RETURNED: write_returned,
    DispatchKind.PROPOSAL: write_proposal,
    DispatchKind.COORDINATOR_DIGEST: write_coordinator_digest,
    DispatchKind.REVIEW_DIGEST: write_review_digest,
    DispatchKind.YEAR_READY: write_year_ready,
    DispatchKind.FEEDBACK: write_feedback,
}


def compose(dispatch: Dispatch) -> Letter | None:
    """The letter, or None when it is no longer needed: answered, exempt, withdrawn, closed, or somebody else's to answer."""
    receiver = dispatch.contact or dispatch.user
    with translation.override(receiver.language if receiver else "sv"):
        return WRITERS[dispatch.kind](dispatch)
