"""Reminding by hand: the coordinator does not wait for the morning when the next step comes (see followup/reminders.py)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import Obligation, Period
from followup.queries.rounds import round_cells
from stakeholders import clock, events
from stakeholders.models import Actor, ContactPerson, Dispatch, DispatchItem, User, Workspace
from stakeholders.mornings import soonest
from stakeholders.refusals import TooLate
from stakeholders.rules import ROUND_KINDS, DispatchKind

Letters = dict[ContactPerson, list[Obligation]]
"""{to whom: what about}."""


@dataclass(frozen=True)
class Reminded:
    """How many letters go, when, and the actors passed by with why."""

    letters: int
    at: datetime
    passed_by: list[tuple[Actor, str]]


@transaction.atomic
def remind_now(period: Period, *, by: User) -> Reminded:
    """One letter to each person whose answers are lacking, about all of them; at once in the daytime, else the next mailing morning.

    Nobody gets two letters about rounds in a day, neither by this nor by the morning's letters (a constraint of the queue).
    """
    period = Period.objects.select_for_update(of=("self",)).select_related("plan__workspace").get(pk=period.pk)
    if period.closed_at:
        raise TooLate(_("Rundan är stängd."))
    if period.opens_on > clock.today():
        raise TooLate(_("Rundan har inte öppnat än."))
    missing = [cell.obligation for cell in round_cells(period) if cell.is_missing and cell.obligation]
    letters, unreachable = _by_contact(missing)
    workspace = period.plan.workspace
    moment = soonest(clock.now(), workspace.mail_pauses)
    day = clock.day_of(moment)
    letters, already = _one_each(letters, _addressed(workspace, day))
    row = partial(Dispatch, workspace=workspace, kind=DispatchKind.REMINDER, day=day, not_before=moment, payload={"period": period.pk})
    rows = Dispatch.objects.bulk_create([row(contact=contact) for contact in letters], ignore_conflicts=True)
    stored = {one.contact_id: one for one in Dispatch.objects.filter(message_id__in=[one.message_id for one in rows])}
    about = [(stored[contact.pk], one) for contact, asked in letters.items() if contact.pk in stored for one in asked]
    DispatchItem.objects.bulk_create(
        DispatchItem(dispatch=dispatch, subject_type="followup.obligation", subject_id=one.pk, step=f"now {day}") for dispatch, one in about
    )
    events.record_many("obligation.reminded", [one for _dispatch, one in about], workspace=workspace, by=by)
    passed_by = [(actor, _("får redan ett brev den dagen")) for actor in already]
    passed_by += [(actor, _("ingen adress fungerar, ring i stället")) for actor in unreachable]
    return Reminded(len(stored), moment, passed_by)


def _by_contact(missing: list[Obligation]) -> tuple[Letters, list[Actor]]:
    """{contact: what to remind of}, and the actors where nobody can be written to."""
    letters: Letters = defaultdict(list)
    unreachable: dict[int, Actor] = {}
    reachable = _first_reachable({one.assignment.actor_id for one in missing})
    for obligation in missing:
        actor, assigned = obligation.assignment.actor, obligation.assignment.contact
        contact = assigned if assigned and assigned.is_reachable else reachable.get(actor.pk)
        if contact:
            letters[contact].append(obligation)
        else:
            unreachable[actor.pk] = actor
    return letters, list(unreachable.values())


def _addressed(workspace: Workspace, day: date) -> set[str]:
    """The addresses that get a letter about a round on that day."""
    that_day = workspace.dispatches.filter(kind__in=ROUND_KINDS, day=day)
    return {(email or "").lower() for email in that_day.values_list("contact__email", flat=True)}


def _one_each(letters: Letters, addressed: set[str]) -> tuple[Letters, list[Actor]]:
    """The letters to addresses that get no other that day, and the actors of those that do."""
    first: Letters = {}
    already = []
    for contact, asked in letters.items():
        if contact.email.lower() in addressed:
            already.append(asked[0].assignment.actor)
        else:
            addressed.add(contact.email.lower())
            first[contact] = asked
    return first, already


def _first_reachable(actors: set[int]) -> dict[int, ContactPerson]:
    found = ContactPerson.objects.reachable().filter(actor__in=actors).order_by("-id")
    return {contact.actor_id: contact for contact in found}
