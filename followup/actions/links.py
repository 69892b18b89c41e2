"""The reporting link: issued, found, and revoked when it must not open any more."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from followup.links import find_link, issue_link
from followup.models import AccessLink, AccessLinkUse, Obligation
from followup.queries.answering import WRONG_PERSON, links_to
from stakeholders import clock, events
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.events import By
from stakeholders.models import DispatchItem, User
from stakeholders.rules import DispatchKind

__all__ = ["enter_link", "find_link", "issue_link", "revoke_link", "revoke_links", "say_wrong_person", "send_new_link"]

BETWEEN_NEW_LINKS = timedelta(minutes=5)
NEW_LINKS_A_DAY = 5


@transaction.atomic
def revoke_link(link: AccessLink, *, by: By, why: str = "") -> AccessLink:
    """From now the link opens nothing. Harmless twice."""
    revoked = AccessLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=clock.now())
    if revoked:
        events.record("link.revoked", link, workspace=link.period.plan.workspace, by=by, why=why)
    link.refresh_from_db(fields=["revoked_at"])
    return link


@transaction.atomic
def revoke_links(obligation: Obligation, *, by: User) -> int:
    """Close every way in to what the actor is asked in the round, when a letter has gone astray. The next letter has a new one."""
    links = links_to(obligation)
    for link in links:
        revoke_link(link, by=by, why=_("Samordnaren stängde länkarna."))
    return len(links)


@transaction.atomic
def enter_link(link: AccessLink) -> bool:
    """Somebody pressed the button on the link's page. Gives whether it is the first time."""
    is_first = not link.uses.filter(verb="entered").exists()
    AccessLinkUse.objects.create(link=link, verb="entered")
    return is_first


def send_new_link(link: AccessLink, *, by: By) -> bool:
    """Mail the way in again, to the registered address only, whoever asks. Asked for often, it goes once in a while: also for a hundred
    at once, since the queue takes each numbered step a single time. Gives whether one more was put in the queue; the page says the same.
    """
    asked = DispatchItem.objects.filter(subject_type=AccessLink._meta.label_lower, subject_id=link.pk)
    has_just = asked.filter(recorded_at__gt=clock.now() - BETWEEN_NEW_LINKS).exists()
    today = asked.filter(recorded_at__gt=clock.now() - timedelta(days=1)).count()
    if link.revoked_at or not link.contact.email or has_just or today >= NEW_LINKS_A_DAY:
        return False
    workspace = link.period.plan.workspace
    try:
        with transaction.atomic():
            plan_dispatch(DispatchKind.NEW_LINK, workspace=workspace, to=link.contact, about=[(link, f"new {asked.count() + 1}")])
            events.record("link.asked_for", link, workspace=workspace, by=by)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def say_wrong_person(link: AccessLink) -> None:
    """Whoever got the letter says that somebody else should have it: told to the coordinator, once for each link."""
    link = AccessLink.objects.select_for_update(of=("self",)).select_related("contact", "period__plan__workspace").get(pk=link.pk)
    if not link.uses.filter(verb=WRONG_PERSON).exists():
        AccessLinkUse.objects.create(link=link, verb=WRONG_PERSON)
        events.record("contact.said_wrong", link.contact, workspace=link.period.plan.workspace, by=link.contact, period=link.period)
