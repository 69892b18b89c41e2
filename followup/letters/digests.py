"""Letters to those who have an account: the coordinator's morning, what waits for review, and the finished year."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.letters.parts import in_words, letter, subjects
from followup.models import AnnualFollowUp, Period, Report
from followup.queries.matrix import calls
from followup.queries.rounds import Cell, round_cells
from stakeholders import clock
from stakeholders.formats import listing, weekday
from stakeholders.messages import Block, Bullets, Button, Letter, Strong, paragraph
from stakeholders.models import Dispatch, Workspace
from stakeholders.rules import TO_DECIDE

MOST_NAMED = 10
"""More than this many actors are counted, not named."""


@dataclass(frozen=True)
class Morning:
    """How a round stands: counts of actors."""

    period: Period
    cells: list[Cell]

    @property
    def asked(self) -> set[int]:
        return {cell.actor.pk for cell in self.cells if cell.is_asked}

    @property
    def missing(self) -> set[int]:
        return {cell.actor.pk for cell in self.cells if cell.is_missing}

    @property
    def unreachable(self) -> set[int]:
        return {cell.actor.pk for cell in self.cells if cell.is_missing and cell.sign == "wrong_address"}

    @property
    def sentence(self) -> str:
        """ "11 av 14 har svarat. 3 saknas, 1 adress fungerar inte." """
        asked, missing, unreachable = len(self.asked), len(self.missing), len(self.unreachable)
        if not missing:
            return _("Alla %(count)d har svarat.") % {"count": asked}
        words = _("%(answered)d av %(asked)d har svarat. %(missing)d saknas") % {
            "answered": asked - missing,
            "asked": asked,
            "missing": missing,
        }
        addresses = ngettext("%(count)d adress fungerar inte", "%(count)d adresser fungerar inte", unreachable) % {"count": unreachable}
        return f"{words}, {addresses}." if unreachable else f"{words}."


def mornings(workspace: Workspace) -> list[Morning]:
    """The workspace's rounds that are open today, most urgent first."""
    today = clock.today()
    periods = Period.objects.within(workspace).filter(closed_at=None, plan__closed_at=None, opens_on__lte=today, closes_on__gte=today)
    return [morning for period in periods.order_by("due_on") if (morning := Morning(period, round_cells(period))).asked]


def write_coordinator_digest(dispatch: Dispatch) -> Letter | None:
    """How the open rounds stand, whom to ring, and what mail nobody knows about. None when there is nothing to do."""
    rounds = [morning for morning in mornings(dispatch.workspace) if morning.missing]
    to_decide = dispatch.workspace.dispatches.filter(state__in=TO_DECIDE).count()
    if not rounds and not to_decide:
        return None
    mail = ngettext(
        "%(count)d mejl behöver att du bestämmer: det avvisades, eller så vet vi inte om det kom fram.",
        "%(count)d mejl behöver att du bestämmer: de avvisades, eller så vet vi inte om de kom fram.",
        to_decide,
    ) % {"count": to_decide}
    blocks: list[Block] = []
    for morning in rounds:
        period = in_words(morning.period)
        blocks.append(
            paragraph(
                _("{period}, sista dag {day}: {sentence}"),
                period=Strong(period),
                day=weekday(morning.period.due_on),
                sentence=morning.sentence,
            )
        )
        blocks.append(Bullets(_who_to_ring(morning)))
    return letter(
        rounds[0].sentence if rounds else mail,
        dispatch.workspace,
        dispatch.user,
        *blocks,
        paragraph("{mail}", mail=mail) if to_decide else None,
        Button(_("Öppna I dag"), f"{settings.BASE_URL}/"),
    )


def write_review_digest(dispatch: Dispatch) -> Letter | None:
    """What waits for review. None when nothing does."""
    waiting = Report.objects.within(dispatch.workspace).awaiting_review().select_related("obligation__assignment__measure")
    titles = list(waiting.order_by("submitted_at").values_list("obligation__assignment__measure__title", flat=True))
    if not titles:
        return None
    subject = ngettext("%(count)d rapport att granska", "%(count)d rapporter att granska", len(titles)) % {"count": len(titles)}
    return letter(
        subject,
        dispatch.workspace,
        dispatch.user,
        paragraph(_("De som har svarat väntar på dig. Det här ligger först i kön:")),
        Bullets(tuple(titles[:MOST_NAMED])),
        Button(_("Öppna granskningen"), f"{settings.BASE_URL}/"),
    )


def write_year_ready(dispatch: Dispatch) -> Letter | None:
    """That the year is frozen, and where it is read."""
    annual = AnnualFollowUp.objects.filter(pk__in=subjects(dispatch, AnnualFollowUp)).select_related("plan").first()
    if annual is None:
        return None
    words = _("Årsuppföljningen %(year)d är klar") if annual.version == 1 else _("Årsuppföljningen %(year)d är rättad")
    return letter(
        words % {"year": annual.year},
        dispatch.workspace,
        dispatch.user,
        paragraph(_("{plan}: årsuppföljningen {year} är fryst och ändras inte."), plan=annual.plan.title, year=Strong(annual.year)),
        paragraph(_("Skälet till rättelsen: {reason}"), reason=annual.reason) if annual.reason else None,
        Button(_("Läs året"), f"{settings.BASE_URL}{reverse('frozen_show', args=[annual.pk])}"),
    )


def _who_to_ring(morning: Morning) -> tuple[str, ...]:
    """An actor a line, with the measures it has not answered for and a number to ring."""
    missing = calls(morning.cells)
    lines = []
    for call in missing[:MOST_NAMED]:
        contact = next((cell.obligation.assignment.contact for cell in call.missing if cell.obligation), None)
        measures = listing(cell.measure.title for cell in call.missing)
        lines.append(", ".join(filter(None, [f"{call.actor}: {measures}", contact.phone if contact else ""])))
    rest = len(missing) - MOST_NAMED
    return (*lines, ngettext("och %(count)d till", "och %(count)d till", rest) % {"count": rest}) if rest > 0 else tuple(lines)
