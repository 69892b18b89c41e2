"""The first letter of a round, and the reminders: what is asked, until when, one link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.letters.parts import in_words, letter, quoted, round_url, subjects
from followup.models import Obligation, Period
from followup.queries import due_on, obligation_state, whom_to_ask
from followup.transitions import State
from measures.models import Assignment
from stakeholders import clock
from stakeholders.formats import day_month, weekday
from stakeholders.messages import Bullets, Button, Letter, Paragraph, Strong, paragraph
from stakeholders.models import ContactPerson, Dispatch
from stakeholders.rules import DispatchKind

ASKED = (State.UNANSWERED, State.RETURNED, State.WITHDRAWN)
ALWAYS_ASKED = 3
"""Screens besides the one with figures: how it goes, what has happened, and looking it through. The first page says the same number."""


@dataclass(frozen=True)
class Asked:
    """One answer that the letter asks for."""

    title: str
    due_on: date
    questions: int
    has_draft: bool = False


@dataclass(frozen=True)
class Question:
    """All that the letter needs to know."""

    contact: ContactPerson
    actor_name: str
    period: Period
    asked: Sequence[Asked]
    url: str

    @property
    def due_on(self) -> date:
        return min(one.due_on for one in self.asked)

    @property
    def what(self) -> str:
        """ "”Läxhjälp”", or "3 åtgärder"."""
        count = len(self.asked)
        return quoted(self.asked[0].title) if count == 1 else ngettext("%(count)d åtgärd", "%(count)d åtgärder", count) % {"count": count}


def write_round_letter(dispatch: Dispatch) -> Letter | None:
    """A first letter or a reminder, about what this person is still to answer."""
    contact = dispatch.contact
    obligations = [one for one in _obligations(subjects(dispatch, Obligation)) if _is_needed(one, contact)]
    if not obligations or contact is None:
        return None
    first = obligations[0]
    asked = [_asked(one) for one in obligations]
    url = round_url(contact, first.assignment.actor, first.period)
    question = Question(contact, first.assignment.actor.name, first.period, asked, url)
    return _reminder(question) if dispatch.kind == DispatchKind.REMINDER else _request(question)


def preview_request(assignment: Assignment, period: Period) -> Letter:
    """The first letter about this assignment as its contact would see it. Stores nothing; the link leads nowhere."""
    contact = assignment.contact or ContactPerson(actor=assignment.actor)
    asked = Asked(assignment.measure.title, period.due_on, ALWAYS_ASKED + assignment.reported.filter(removed_at=None).exists())
    with translation.override(contact.language):
        return _request(Question(contact, assignment.actor.name, period, [asked], f"{settings.BASE_URL}/l/…"))


def _request(question: Question) -> Letter:
    values = {"what": question.what, "period": in_words(question.period), "minutes": 2 * len(question.asked)}
    bold = {"what": Strong(question.what), "period": Strong(in_words(question.period))}
    return letter(
        _("Hur gick det med %(what)s %(period)s? (%(minutes)d minuter)") % values,
        question.contact.actor.workspace,
        question.contact,
        paragraph(
            _("{actor} och vi gör {what} tillsammans. Nu vill jag veta hur det gick under {period}."), actor=question.actor_name, **bold
        ),
        _list(question),
        Button(_button(question), question.url),
        paragraph(_("Du behöver inget konto och inget lösenord.")),
        _last_day(question, (question.due_on - clock.today()).days),
        paragraph(_("Har inget nytt hänt? Välj ”Inget nytt”, så är du klar.")),
        paragraph(_("I mars får du läsa samma sammanställning som vår ledning.")),
        paragraph(_("Vet någon annan bättre? Skicka brevet vidare. Länken visar bara era egna åtgärder.")),
        greeting=True,
    )


def _reminder(question: Question) -> Letter:
    days_left = (question.due_on - clock.today()).days
    bold = {"what": Strong(question.what), "period": Strong(in_words(question.period))}
    is_begun = any(one.has_draft for one in question.asked)
    return letter(
        _reminder_subject(question, days_left),
        question.contact.actor.workspace,
        question.contact,
        paragraph(_("Vi har inte fått ert svar om {what} under {period}."), **bold),
        _list(question),
        _last_day(question, days_left),
        Button(_button(question), question.url),
        paragraph(_("Det du har skrivit är sparat.")) if is_begun else None,
        paragraph(_("Har inget nytt hänt? Välj ”Inget nytt”, så är du klar. Du behöver inget konto och inget lösenord.")),
        paragraph(_("Har du redan svarat har våra mejl korsats.")),
        paragraph(_("Fel person? Skicka brevet vidare, eller svara på det så ändrar vi.")),
        greeting=True,
    )


def _reminder_subject(question: Question, days_left: int) -> str:
    if days_left < 0:
        return _("Vi saknar ert svar – går det bättre på telefon?")
    if days_left == 0:
        return _("Sista dagen i dag: %(what)s") % {"what": question.what}
    words = ngettext("%(count)d dag kvar: %(what)s", "%(count)d dagar kvar: %(what)s", days_left)
    return words % {"count": days_left, "what": question.what}


def _last_day(question: Question, days_left: int) -> Paragraph:
    if days_left > 0:
        return paragraph(_("Svara {last_day}."), last_day=Strong(_("senast %(day)s") % {"day": weekday(question.due_on)}))
    if days_left == 0:
        return paragraph(_("I dag, {day}, är sista dagen."), day=Strong(weekday(question.due_on)))
    until = max(question.period.closes_on, question.due_on)
    phone = question.contact.actor.workspace.contact_phone
    call = _("Ring mig på %(phone)s om det är enklare.") % {"phone": phone} if phone else _("Ring mig om det är enklare.")
    return paragraph(
        _("Sista dagen var {day}. Det går att svara till {until}. Därefter står det ”inte rapporterad”. {call}"),
        day=weekday(question.due_on),
        until=Strong(day_month(until)),
        call=call,
    )


def _button(question: Question) -> str:
    if len(question.asked) == 1:
        count = question.asked[0].questions
        return ngettext("Svara på %(count)d kort fråga", "Svara på %(count)d korta frågor", count) % {"count": count}
    return _("Svara för %(what)s") % {"what": question.what}


def _list(question: Question) -> Bullets | None:
    """The measures, with a day of its own for one that differs."""
    if len(question.asked) == 1:
        return None
    return Bullets(
        tuple(
            one.title
            if one.due_on == question.due_on
            else _("%(title)s (senast %(day)s)") % {"title": one.title, "day": weekday(one.due_on)}
            for one in question.asked
        )
    )


def _obligations(pks: list[int]) -> list[Obligation]:
    return list(
        Obligation.objects.filter(pk__in=pks)
        .select_related("assignment__measure", "assignment__actor", "assignment__contact", "period__plan", "draft")
        .prefetch_related("reports", "rulings", "pinned", "assignment__actor__contacts")
        .order_by("assignment__measure__number_sort", "id")
    )


def _is_needed(obligation: Obligation, contact: ContactPerson | None) -> bool:
    """Whether the answer is still to come, and this is whom we would ask for it today."""
    is_over = obligation.period.closed_at or obligation.period.plan.closed_at
    return not is_over and obligation_state(obligation) in ASKED and whom_to_ask(obligation) == contact


def _asked(obligation: Obligation) -> Asked:
    return Asked(
        obligation.assignment.measure.title,
        due_on(obligation),
        ALWAYS_ASKED + bool(obligation.pinned.all()),
        has_draft=hasattr(obligation, "draft"),
    )
