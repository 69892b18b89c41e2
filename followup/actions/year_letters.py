"""A year that has been frozen is told of: to management at once, and in March to each contact that took part, with their own words."""

from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from followup.models import AnnualFollowUp, Obligation, Report
from followup.queries import receiver
from followup.year.page import Year
from stakeholders import clock
from stakeholders.actions.dispatches import set_aside
from stakeholders.doorbell import ring
from stakeholders.models import ContactPerson, Dispatch, DispatchItem, Membership
from stakeholders.mornings import at, next_morning, soonest
from stakeholders.rules import ActorKind, DispatchKind, Role

BATCH = 500


def plan_year_letters(annual: AnnualFollowUp, shown: Year) -> None:
    """Plan the letters of a year, in the transaction that freezes it. As many queries for one receiver as for ten thousand.

    After a correction management is told again; partners are not. Letters that still wait are set aside, and planned anew of what is right now.
    """
    _set_aside_what_waits(annual)
    _tell_management(annual)
    _plan_feedback(annual, shown)
    ring("mail")


def _set_aside_what_waits(annual: AnnualFollowUp) -> None:
    """The letters about earlier versions: of two in one morning nobody would know which holds."""
    versions = list(annual.plan.annual_follow_ups.filter(year=annual.year).values_list("pk", flat=True))
    of_a_version = DispatchItem.objects.filter(subject_type=annual._meta.label_lower, subject_id__in=versions)
    ready = Q(kind=DispatchKind.YEAR_READY, pk__in=of_a_version.values("dispatch"))
    waiting = Dispatch.objects.filter(ready | Q(kind=DispatchKind.FEEDBACK, payload__annual__in=versions))
    set_aside(waiting, reason=_("Årsuppföljningen är rättad; planerat på nytt."))


def _tell_management(annual: AnnualFollowUp) -> None:
    workspace = annual.plan.workspace
    moment = soonest(clock.now(), workspace.mail_pauses)
    of_management = Membership.objects.active().filter(role=Role.MANAGEMENT, actor__workspace=workspace)
    rows = [
        Dispatch(workspace=workspace, kind=DispatchKind.YEAR_READY, user_id=user_id, day=clock.day_of(moment), not_before=moment)
        for user_id in of_management.order_by("user").values_list("user", flat=True).distinct()
    ]
    Dispatch.objects.bulk_create(rows, batch_size=BATCH)
    DispatchItem.objects.bulk_create(
        (
            DispatchItem(dispatch=row, subject_type=annual._meta.label_lower, subject_id=annual.pk, step=f"ready {row.user_id}")
            for row in rows
        ),
        batch_size=BATCH,
    )


def _plan_feedback(annual: AnnualFollowUp, shown: Year) -> None:
    """One letter to whoever we would ask at each partner that has an approved answer of the year: once a contact and year, whatever the version."""
    workspace, step = annual.plan.workspace, f"feedback {annual.plan_id}/{annual.year}"
    told = DispatchItem.objects.filter(subject_type=ContactPerson._meta.label_lower, step=step).values("subject_id")
    contacts = ContactPerson.objects.filter(pk__in=_took_part(annual)).exclude(pk__in=told).order_by("pk")
    quotes = {row.actor: row.quote for row in shown.actors}
    first_of_march = at(date(annual.year + 1, 3, 1), time())
    morning = next_morning(max(clock.now(), first_of_march), workspace.mail_pauses)
    taken: dict[str, datetime] = {}
    rows: dict[int, Dispatch] = {}
    for pk, email, actor in contacts.values_list("pk", "email", "actor"):
        person = email.lower()  # somebody who speaks for two actors reads of them on two mornings
        moment = taken[person] = next_morning(taken[person], workspace.mail_pauses) if person in taken else morning
        about = {"annual": annual.pk, "quote": quotes.get(actor, "")}
        day = clock.day_of(moment)
        rows[pk] = Dispatch(workspace=workspace, kind=DispatchKind.FEEDBACK, contact_id=pk, day=day, not_before=moment, payload=about)
    Dispatch.objects.bulk_create(rows.values(), batch_size=BATCH)
    DispatchItem.objects.bulk_create(
        (DispatchItem(dispatch=row, subject_type=ContactPerson._meta.label_lower, subject_id=pk, step=step) for pk, row in rows.items()),
        batch_size=BATCH,
    )


def _took_part(annual: AnnualFollowUp) -> list[int]:
    """Whom to write to at each partner with an approved answer of the year; the company itself reads the year as it is."""
    approved = Report.objects.approved().filter(obligation=OuterRef("pk"))
    asked = Obligation.objects.filter(Exists(approved), period__plan=annual.plan, period__year=annual.year)
    asked = asked.exclude(assignment__actor__kind=ActorKind.HOUSING_COMPANY)
    return list(asked.annotate(receiver=receiver()).filter(receiver__isnull=False).values_list("receiver", flat=True).distinct())
