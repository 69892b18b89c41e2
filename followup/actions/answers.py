"""Sending an answer in from the partner's pages: the report, its receipt, and what somebody else may have done meanwhile."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from followup.actions.drafts import Seen, hold
from followup.actions.reports import submit_report
from followup.models import AccessLink, AccessLinkUse, Draft, Obligation, Report
from followup.models.report import Channel
from followup.queries import obligation_state
from followup.transitions import State
from stakeholders import events
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.models import ContactPerson, DispatchItem, User
from stakeholders.refusals import ChangedMeanwhile
from stakeholders.rules import DispatchKind

RECEIPT_STEP = "receipt"


@transaction.atomic
def submit_answer(
    obligation: Obligation,
    *,
    by: User | ContactPerson,
    channel: str,
    seen: Seen,
    form_key: UUID,
    link: AccessLink | None = None,
    **answer: Any,
) -> Report:
    """Send in what the check page showed (`seen`), with a receipt. The same `form_key` again gives the report it made the first time.

    Raises ChangedMeanwhile when the draft is no longer what was seen, and what `submit_report` raises.
    An assignment that has ended meanwhile, or an exemption, does not stop the answer; an event and the coordinator's day flag it.
    """
    obligation = hold(obligation)
    made = Report.objects.filter(obligation=obligation, form_key=form_key).first()
    if made:
        return made
    draft = Draft.objects.filter(obligation=obligation).first()
    if (draft.version if draft else 0) != seen.draft or obligation.reports.count() != seen.reports:
        raise ChangedMeanwhile(_("Någon annan ändrade svaret medan du läste. Titta igenom det en gång till."))
    report = submit_report(obligation, by=by, channel=channel, form_key=form_key, was_open=True, **answer)
    if link:
        AccessLinkUse.objects.create(link=link, verb="submitted")
    assignment = obligation.assignment
    if assignment.ended_at:
        events.record("report.submitted_after_end", report, workspace=assignment.actor.workspace, by=by, ended_on=assignment.ended_on)
    if obligation_state(obligation) == State.EXEMPT:
        events.record("report.submitted_while_exempt", report, workspace=assignment.actor.workspace, by=by)
    receiver = receipt_goes_to(report)
    if receiver and channel == Channel.PHONE:  # whoever answers by a link gets it from `submit_report`
        plan_dispatch(DispatchKind.RECEIPT, workspace=obligation.period.plan.workspace, to=receiver, about=[(report, RECEIPT_STEP)])
    return report


@transaction.atomic
def submit_answers(answers: Iterable[tuple[Obligation, Seen, dict[str, Any]]], *, by: User, form_key: UUID) -> list[Report]:
    """Send in many answers read from a file: a loop, each its own report and event, and all or none. The same `form_key` sends once."""
    return [
        submit_answer(one, by=by, channel=Channel.IMPORT, seen=seen, form_key=uuid5(form_key, str(one.pk)), **answer)
        for one, seen, answer in answers
    ]


def receipt_goes_to(report: Report) -> ContactPerson | None:
    """Who gets the receipt: whoever the link was sent to, or the contact on whose behalf the answer was written."""
    contact = report.obligation.assignment.contact if report.channel == Channel.PHONE else report.submitted_by_contact
    is_reachable = contact and contact.email and not (contact.left_at or contact.bounced_at or contact.opted_out_at)
    return contact if is_reachable else None


def has_receipt(report: Report) -> bool:
    """Whether a receipt has been put in the queue."""
    return DispatchItem.objects.filter(subject_type=Report._meta.label_lower, subject_id=report.pk, step=RECEIPT_STEP).exists()
