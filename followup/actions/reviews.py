"""Around a review: questions on a report, and wishes for a correction of what is already approved."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import CorrectionRequest, Report, ReportLine, ReviewComment
from followup.models.report import ReportQuerySet
from followup.queries import whom_to_ask
from stakeholders import clock, events
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.events import By
from stakeholders.models import ContactPerson, User, Workspace
from stakeholders.refusals import NotRight, TooLate
from stakeholders.rules import DispatchKind


@transaction.atomic
def comment_on_report(report: Report, *, by: By, text: str, line: ReportLine | None = None) -> ReviewComment:
    """A question or an answer, on the whole report or on one line of it."""
    if not text.strip():
        raise NotRight(_("Skriv din kommentar."))
    if line and line.report_id != report.pk:
        raise NotRight(_("Raden hör inte till rapporten."))
    comment = ReviewComment.objects.create(report=report, line=line, text=text.strip(), **_who(by))
    events.record("report.commented", report, workspace=_workspace(report), by=by, comment=comment)
    return comment


@transaction.atomic
def request_correction(report: Report, *, by: By, reason: str) -> CorrectionRequest:
    """Ask that an approved report be corrected. Nothing changes until a newer version is approved. From the company's side the
    actor gets a letter; from the actor's side the request stands among what the coordinator is to look at."""
    report = Report.objects.select_for_update(of=("self",)).select_related("obligation__assignment__actor__workspace").get(pk=report.pk)
    if not report.approved_at or report.withdrawn_at or _newer(report).filter(approved_at__isnull=False).exists():
        raise TooLate(_("Det är bara en godkänd rapport som gäller som kan rättas."))
    if _newer(report).submitted().filter(returned_at=None).exists():
        raise TooLate(_("En rättelse är redan inskickad och väntar på granskning."))
    if report.correction_requests.filter(closed_at=None).exists():
        raise TooLate(_("En rättelse är redan begärd."))
    if not reason.strip():
        raise NotRight(_("Skriv vad som behöver rättas."))
    asked = CorrectionRequest.objects.create(report=report, reason=reason.strip(), **_who(by))
    receiver = whom_to_ask(report.obligation)
    if receiver and not _is_from_actor(by, report):
        plan_dispatch(DispatchKind.RETURNED, workspace=_workspace(report), to=receiver, about=[(asked, "requested")])
    events.record("report.correction_requested", report, workspace=_workspace(report), by=by, why=reason)
    return asked


@transaction.atomic
def decline_correction(asked: CorrectionRequest, *, by: User, reason: str) -> CorrectionRequest:
    """The approved version is right as it is: the request is closed, with the reason."""
    asked = CorrectionRequest.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if asked.closed_at:
        raise TooLate(_("Begäran är redan avslutad."))
    if not reason.strip():
        raise NotRight(_("Skriv varför rapporten inte ska rättas."))
    asked.closed_at, asked.closed_by, asked.closed_reason = clock.now(), by, reason.strip()
    asked.save(update_fields=["closed_at", "closed_by", "closed_reason"])
    events.record("report.correction_declined", asked.report, workspace=_workspace(asked.report), by=by, why=reason)
    return asked


def _newer(report: Report) -> ReportQuerySet:
    return Report.objects.filter(obligation=report.obligation_id, version__gt=report.version)


def _is_from_actor(by: By, report: Report) -> bool:
    actor = report.obligation.assignment.actor_id
    return isinstance(by, ContactPerson) or (isinstance(by, User) and by.memberships.active().filter(actor=actor).exists())


def _who(by: By) -> dict[str, Any]:
    return {"by_user": by if isinstance(by, User) else None, "by_contact": by if isinstance(by, ContactPerson) else None}


def _workspace(report: Report) -> Workspace:
    return report.obligation.assignment.actor.workspace
