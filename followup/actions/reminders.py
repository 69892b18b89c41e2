"""Reminding by hand: the coordinator does not want to wait for the morning's letters."""

from collections import defaultdict

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import Obligation, Period
from followup.queries.rounds import round_cells
from stakeholders import clock, events
from stakeholders.models import Actor, ContactPerson, Dispatch, DispatchItem, User
from stakeholders.refusals import TooLate
from stakeholders.rules import DispatchKind


@transaction.atomic
def remind_now(period: Period, *, by: User) -> tuple[int, list[tuple[Actor, str]]]:
    """One letter to each person whose answers are lacking, about all of them. Gives how many, and the actors passed by with why.

    Nobody is reminded twice in a day, neither by this nor by the morning's letters (a constraint of the queue).
    """
    period = Period.objects.select_for_update(of=("self",)).select_related("plan__workspace").get(pk=period.pk)
    if period.closed_at:
        raise TooLate(_("Rundan är stängd."))
    if period.opens_on > clock.today():
        raise TooLate(_("Rundan har inte öppnat än."))
    missing = [cell.obligation for cell in round_cells(period) if cell.is_missing and cell.obligation]
    letters, unreachable = _by_contact(missing)
    today = clock.today()
    done = set(Dispatch.objects.filter(kind=DispatchKind.REMINDER, day=today, contact__in=letters).values_list("contact_id", flat=True))
    now = clock.now()
    already = [asked for contact, asked in letters.items() if contact.pk in done]
    letters = {contact: asked for contact, asked in letters.items() if contact.pk not in done}
    workspace = period.plan.workspace
    dispatches = Dispatch.objects.bulk_create(
        Dispatch(workspace=workspace, kind=DispatchKind.REMINDER, contact=contact, day=today, not_before=now) for contact in letters
    )
    about = [(dispatch, one) for dispatch, asked in zip(dispatches, letters.values(), strict=True) for one in asked]
    DispatchItem.objects.bulk_create(
        DispatchItem(dispatch=dispatch, subject_type="followup.obligation", subject_id=one.pk, step=f"now-{today}")
        for dispatch, one in about
    )
    events.record_many("obligation.reminded", [one for _dispatch, one in about], workspace=workspace, by=by)
    passed_by = [(asked[0].assignment.actor, _("påmind redan i dag")) for asked in already]
    return len(dispatches), [*passed_by, *((actor, _("ingen adress fungerar, ring i stället")) for actor in unreachable)]


def _by_contact(missing: list[Obligation]) -> tuple[dict[ContactPerson, list[Obligation]], list[Actor]]:
    """{contact: what to remind of}, and the actors where nobody can be written to."""
    letters: dict[ContactPerson, list[Obligation]] = defaultdict(list)
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


def _first_reachable(actors: set[int]) -> dict[int, ContactPerson]:
    found = ContactPerson.objects.reachable().filter(actor__in=actors).order_by("-id")
    return {contact.actor_id: contact for contact in found}
