"""An answer goes in, is reviewed, corrected, withdrawn: every way in leads through here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import Draft, Obligation, ObligationRuling, Period, Report, ReportCell, ReportLine, ReportSignature
from followup.models.report import Channel
from followup.queries import due_on, obligation_state, whom_to_ask
from followup.transitions import State, Verb, refusal
from followup.words import LineState, ReportKind, RulingKind
from measures.models import IndicatorVersion
from stakeholders import clock, events
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.events import By
from stakeholders.models import ContactPerson, User
from stakeholders.refusals import NotAllowed, NotRight, TooLate
from stakeholders.rules import DispatchKind


@dataclass(frozen=True)
class Line:
    """One figure as answered, in 1/10 000 of the unit. `cells`: {(dimension, category): value}."""

    indicator_version: IndicatorVersion
    state: str
    value: int | None = None
    new_people: int | None = None
    numerator: int | None = None
    denominator: int | None = None
    text: str = ""
    is_confirmed_odd: bool = False
    decrease_reason: str = ""
    cells: dict[tuple[str, str], int] = field(default_factory=dict)


@transaction.atomic
def submit_report(
    obligation: Obligation,
    *,
    by: By,
    implementation_status: str,
    lines: Sequence[Line] = (),
    channel: str = Channel.LINK,
    what_happened: str = "",
    what_is_needed: str = "",
    status_reason: str = "",
    percent_done: int | None = None,
    correction_reason: str = "",
    name: str = "",
    role_title: str = "",
    form_key: UUID | None = None,
    was_open: bool = False,
) -> Report:
    """Store the next version of the answer, sealed. The same `form_key` again gives the report it made the first time.
    `was_open`: it was being written when the actor was exempted, and is kept although nobody asks for it any more.

    Raises TooLate (the state or the period does not allow it), NotRight (a figure that is asked for has no line).
    """
    obligation = _locked(obligation)
    if form_key and (made := Report.objects.filter(form_key=form_key, obligation=obligation).first()):
        return made
    state = obligation_state(obligation)
    is_correction = state in (State.APPROVED, State.CORRECTING)
    verb = Verb.FINISH if was_open and state == State.EXEMPT else Verb.CORRECT if is_correction else Verb.SUBMIT
    _refuse_if(refusal(state, verb))
    refuse_if_closed(obligation.period)
    if is_correction and not correction_reason.strip():
        raise NotRight(_("Skriv varför rapporten behöver rättas."))
    _refuse_incomplete(obligation, lines)
    earlier = obligation.reports.order_by("version").last()
    version = earlier.version + 1 if earlier else 1
    now = clock.now()
    report = Report.objects.create(
        obligation=obligation,
        period=obligation.period,
        version=version,
        kind=_kind(is_correction, earlier),
        channel=channel,
        form_key=form_key,
        receipt_number=f"{obligation.period.year % 100:02d}-{obligation.pk:05d}-{version}",
        implementation_status=implementation_status,
        status_reason=status_reason,
        percent_done=percent_done,
        what_happened=what_happened,
        what_is_needed=what_is_needed,
        correction_reason=correction_reason,
        submitted_by_user=by if isinstance(by, User) else None,
        submitted_by_contact=by if isinstance(by, ContactPerson) else None,
        was_on_time=earlier.was_on_time if earlier else clock.day_of(now) <= due_on(obligation),
    )
    _store_lines(report, lines)
    if name or role_title:
        ReportSignature.objects.create(report=report, name=name, role_title=role_title)
    report.submitted_at = now
    report.save(update_fields=["submitted_at"])
    Draft.objects.filter(obligation=obligation).delete()
    events.record("report.submitted", report, workspace=_workspace(obligation), by=by, version=version, channel=channel)
    if isinstance(by, ContactPerson) and by.email:
        plan_dispatch(DispatchKind.RECEIPT, workspace=_workspace(obligation), to=by, about=[(report, "receipt")])
    return report


@transaction.atomic
def return_report(report: Report, *, by: User, reason: str, new_due_on: date | None = None) -> Report:
    """Ask for completion, with a reason and perhaps a new last day; whoever answered gets a letter. Timeliness stays what it was."""
    obligation = _review(report, by, Verb.RETURN)
    if not reason.strip():
        raise NotRight(_("Skriv vad som behöver kompletteras."))
    _set_facts(report, returned_at=clock.now(), returned_by=by, returned_reason=reason)
    if new_due_on and new_due_on < clock.today():
        raise NotRight(_("Den nya sista dagen har redan passerat."))
    if new_due_on:
        ObligationRuling.objects.create(obligation=obligation, kind=RulingKind.EXTEND, due_on=new_due_on, reason=reason, by_user=by)
    if receiver := whom_to_ask(obligation, report.submitted_by_contact):
        plan_dispatch(DispatchKind.RETURNED, workspace=_workspace(obligation), to=receiver, about=[(report, "returned")])
    events.record("report.returned", report, workspace=_workspace(obligation), by=by, why=reason, new_due_on=new_due_on)
    return report


@transaction.atomic
def approve_report(report: Report, *, by: User) -> Report:
    """From now the report counts. Its author is refused; a colleague at the same actor approves "internt"."""
    obligation = _review(report, by, Verb.APPROVE)
    if report.submitted_by_user_id == by.pk:
        raise NotAllowed(_("Den som har skickat in rapporten kan inte godkänna den."))
    is_internal = by.memberships.active().filter(actor=obligation.assignment.actor_id).exists()
    _set_facts(report, approved_at=clock.now(), approved_by=by, is_internal_approval=is_internal)
    events.record("report.approved", report, workspace=_workspace(obligation), by=by, is_internal=is_internal)
    return report


def approve_reports(reports: Iterable[Report], *, by: User) -> tuple[list[Report], list[tuple[Report, str]]]:
    """Approve one by one, one event each; gives the approved, and the refused with the sentence that says why."""
    approved, refused = [], []
    for report in reports:
        try:
            approved.append(approve_report(report, by=by))
        except (TooLate, NotAllowed) as no:
            refused.append((report, no.sentence))
    return approved, refused


@transaction.atomic
def withdraw_report(report: Report, *, by: User, reason: str) -> Report:
    """The figure becomes missing until a later version is approved; no older one is revived."""
    obligation = _locked(report.obligation)
    report.refresh_from_db()
    _refuse_if(refusal(obligation_state(obligation), Verb.WITHDRAW))
    if not report.approved_at or report.withdrawn_at:
        raise TooLate(_("Det är inte den här versionen som gäller."))
    if obligation.reports.filter(approved_at__isnull=False, version__gt=report.version).exists():
        raise TooLate(_("En senare version är godkänd. Återkalla den i stället."))
    refuse_if_closed(obligation.period)
    if not reason.strip():
        raise NotRight(_("Skriv varför rapporten återkallas."))
    _set_facts(report, withdrawn_at=clock.now(), withdrawn_by=by, withdrawn_reason=reason)
    events.record("report.withdrawn", report, workspace=_workspace(obligation), by=by, why=reason)
    return report


def is_closed(period: Period) -> bool:
    """Whether nothing more is taken: closed, and not unlocked for now."""
    if period.closed_at is None:
        return False
    now = clock.now()
    return not any(unlock.recorded_at > period.closed_at and unlock.until > now for unlock in period.unlocks.all())


def refuse_if_closed(period: Period) -> None:
    """TooLate unless the period is open, soft-closed, or unlocked for now."""
    if is_closed(period):
        raise TooLate(_("Rundan är stängd. Be samordnaren låsa upp den om något behöver rättas."))


def _review(report: Report, by: User, verb: Verb) -> Obligation:
    obligation = _locked(report.obligation)
    report.refresh_from_db()
    _refuse_if(refusal(obligation_state(obligation), verb))
    if obligation.reports.filter(version__gt=report.version).exists():
        raise TooLate(_("Aktören har skickat in en nyare version. Granska den i stället."))
    if report.returned_at or report.approved_at or report.withdrawn_at:
        raise TooLate(_("Rapporten är redan granskad."))
    refuse_if_closed(obligation.period)
    return obligation


def _locked(obligation: Obligation) -> Obligation:
    """The obligation with its rows, held until the transaction ends (SQLite's transactions hold the whole database)."""
    return (
        Obligation.objects.select_for_update(of=("self",))
        .select_related("period__plan__workspace", "assignment__actor")
        .get(pk=obligation.pk)
    )


def _refuse_if(sentence: object | None) -> None:
    if sentence:
        raise TooLate(sentence)


def _refuse_incomplete(obligation: Obligation, lines: Sequence[Line]) -> None:
    asked = set(obligation.pinned.values_list("indicator_version_id", flat=True))
    given = [line.indicator_version.pk for line in lines]
    if set(given) - asked or len(given) != len(set(given)):
        raise NotRight(_("Rapporten har siffror som inte hör till uppdraget."))
    if asked - set(given):
        raise NotRight(_("Varje siffra behöver ett svar: ett tal, ”Vet inte” eller ”Gäller inte”."))


def _kind(is_correction: bool, earlier: Report | None) -> str:
    if is_correction:
        return ReportKind.CORRECTION
    return ReportKind.RESUBMISSION if earlier else ReportKind.ORIGINAL


def _store_lines(report: Report, lines: Sequence[Line]) -> None:
    for line in lines:
        stored = ReportLine.objects.create(
            report=report,
            indicator_version=line.indicator_version,
            state=line.state,
            value=0 if line.state == LineState.ZERO else line.value,
            new_people=line.new_people,
            numerator=line.numerator,
            denominator=line.denominator,
            text=line.text,
            is_confirmed_odd=line.is_confirmed_odd,
            decrease_reason=line.decrease_reason,
        )
        ReportCell.objects.bulk_create(
            ReportCell(line=stored, dimension=dimension, category=category, value=value)
            for (dimension, category), value in line.cells.items()
        )


def _set_facts(report: Report, **facts: Any) -> None:
    for name, value in facts.items():
        setattr(report, name, value)
    report.save(update_fields=list(facts))


def _workspace(obligation: Obligation) -> Any:
    return obligation.period.plan.workspace
