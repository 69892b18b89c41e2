"""Letters about what somebody has answered: the receipt, what needs completing, a new link, and what came of it in March."""

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.letters.parts import in_words, letter, quoted, round_url, subjects
from followup.models import AccessLink, AnnualFollowUp, Report
from followup.models.correction import CorrectionRequest
from followup.queries import due_on, obligation_state
from followup.transitions import State
from stakeholders import clock
from stakeholders.formats import day_and_time, full_day, listing, weekday
from stakeholders.messages import Bullets, Button, Letter, Quote, Strong, paragraph
from stakeholders.models import Dispatch

READING_TIME = timedelta(days=60)
"""How long the link of a letter works that asks for nothing more."""


def write_receipt(dispatch: Dispatch) -> Letter | None:
    """That the answer is stored, with its number; several answers in one letter when they came together."""
    reports = _reports(dispatch)
    if not reports or dispatch.contact is None:
        return None
    first = reports[0].obligation
    lines = tuple(
        _("%(title)s – kvitto %(number)s, %(moment)s")
        % {
            "title": report.obligation.assignment.measure.title,
            "number": report.receipt_number,
            "moment": day_and_time(report.submitted_at or report.recorded_at),
        }
        for report in reports
    )
    count = len(reports)
    periods = listing(dict.fromkeys(in_words(report.obligation.period) for report in reports))
    return letter(
        ngettext("Tack! Rapporten är inskickad.", "Tack! %(count)d rapporter är inskickade.", count) % {"count": count},
        dispatch.workspace,
        dispatch.contact,
        paragraph(_("Tack för svaret om {period}. Det är sparat."), period=Strong(periods)),
        Bullets(lines),
        Button(_("Läs det du svarade"), round_url(dispatch.contact, first.assignment.actor, first.period)),
        paragraph(_("Jag läser svaret och hör av mig om något behöver kompletteras. Du kan ändra det tills det är granskat.")),
    )


def write_returned(dispatch: Dispatch) -> Letter | None:
    """What the company asks for, in its own words: completion of a returned answer, or correction of an approved one."""
    asked = CorrectionRequest.objects.filter(pk__in=subjects(dispatch, CorrectionRequest), closed_at=None).select_related("report").first()
    if asked:
        title = quoted(asked.report.obligation.assignment.measure.title)
        return _see_over(dispatch, asked.report, asked.reason, _("Kan ni rätta svaret om %(title)s?") % {"title": title}, _("Rätta svaret"))
    report = next(iter(_reports(dispatch)), None)
    if report is None or report.obligation.period.closed_at or obligation_state(report.obligation) != State.RETURNED:
        return None
    title, day = quoted(report.obligation.assignment.measure.title), due_on(report.obligation)
    words = _("Kan ni komplettera svaret om %(title)s?") % {"title": title}
    return _see_over(dispatch, report, report.returned_reason or "", words, _("Komplettera svaret"), last_day=day)


def _see_over(dispatch: Dispatch, report: Report, reason: str, subject: str, button: str, last_day: date | None = None) -> Letter | None:
    if dispatch.contact is None:
        return None
    obligation = report.obligation
    title, period = quoted(obligation.assignment.measure.title), in_words(obligation.period)
    deadline = Strong(_("senast %(day)s") % {"day": weekday(last_day)}) if last_day else ""
    return letter(
        subject,
        dispatch.workspace,
        dispatch.contact,
        paragraph(_("Tack för svaret om {title} under {period}. En sak behöver ses över:"), title=Strong(title), period=period),
        Quote(reason),
        Button(button, round_url(dispatch.contact, obligation.assignment.actor, obligation.period)),
        paragraph(_("Svara {last_day}."), last_day=deadline) if last_day else None,
        paragraph(_("Det ni skrev finns kvar. Ni ändrar bara det som behövs.")),
    )


def write_new_link(dispatch: Dispatch) -> Letter | None:
    """A way in again, to the registered address only."""
    links = AccessLink.objects.filter(pk__in=subjects(dispatch, AccessLink)).select_related("contact", "actor", "period__plan__workspace")
    link = links.first()
    if link is None or link.contact != dispatch.contact or dispatch.contact is None:
        return None
    return letter(
        _("Här är din länk för %(period)s") % {"period": in_words(link.period)},
        dispatch.workspace,
        dispatch.contact,
        paragraph(
            _("Du bad om en ny länk till det {actor} rapporterar om {period}."), actor=link.actor, period=Strong(in_words(link.period))
        ),
        Button(_("Öppna"), round_url(dispatch.contact, link.actor, link.period)),
        paragraph(_("Var det inte du? Då behöver du inte göra något.")),
    )


def write_feedback(dispatch: Dispatch) -> Letter | None:
    """So it went: what the actor did, in its own words, and where to read the whole."""
    annual = AnnualFollowUp.objects.filter(pk=dispatch.payload["annual"]).select_related("plan").first()
    if annual is None or dispatch.contact is None:
        return None
    theirs = Report.objects.approved().filter(
        obligation__period__plan=annual.plan, obligation__period__year=annual.year, obligation__assignment__actor=dispatch.contact.actor
    )
    reports = list(theirs.select_related("obligation__assignment__measure", "obligation__period").order_by("-submitted_at"))
    if not reports:
        return None
    titles = dict.fromkeys(report.obligation.assignment.measure.title for report in reports)
    own_words = dispatch.payload["quote"]
    until = clock.now() + READING_TIME
    return letter(
        _("Så blev det: er insats i årsuppföljningen %(year)d") % {"year": annual.year},
        dispatch.workspace,
        dispatch.contact,
        paragraph(
            _("Nu är årsuppföljningen {year} klar, och {actor} är med i den. Tack för det ni gjorde."),
            year=annual.year,
            actor=Strong(dispatch.contact.actor.name),
        ),
        Bullets(tuple(titles)) if len(titles) > 1 else paragraph(_("Det gäller {title}."), title=quoted(next(iter(titles)))),
        paragraph(_("Så här står det med era egna ord:")) if own_words else None,
        Quote(own_words) if own_words else None,
        Button(_("Läs hur det gick"), round_url(dispatch.contact, dispatch.contact.actor, reports[0].obligation.period, until=until)),
        paragraph(_("Det är samma sammanställning som vår ledning läser. Länken fungerar till {day}."), day=full_day(until)),
    )


def _reports(dispatch: Dispatch) -> list[Report]:
    return list(
        Report.objects.filter(pk__in=subjects(dispatch, Report))
        .select_related("obligation__assignment__measure", "obligation__assignment__actor", "obligation__period__plan__workspace")
        .prefetch_related("obligation__reports", "obligation__rulings")
        .order_by("submitted_at", "id")
    )
