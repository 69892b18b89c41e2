"""The reporting link: issued, found, and revoked when it must not open any more."""

from datetime import timedelta

from django.db import transaction

from followup.links import find_link, issue_link
from followup.models import AccessLink
from stakeholders import clock, events
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.events import By
from stakeholders.models import DispatchItem
from stakeholders.rules import DispatchKind

__all__ = ["find_link", "issue_link", "revoke_link", "send_new_link"]

BETWEEN_NEW_LINKS = timedelta(minutes=5)


@transaction.atomic
def revoke_link(link: AccessLink, *, by: By, why: str = "") -> AccessLink:
    """From now the link opens nothing. Harmless twice."""
    revoked = AccessLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=clock.now())
    if revoked:
        events.record("link.revoked", link, workspace=link.period.plan.workspace, by=by, why=why)
    link.refresh_from_db(fields=["revoked_at"])
    return link


@transaction.atomic
def send_new_link(link: AccessLink, *, by: By) -> None:
    """Mail the way in again, to the registered address only. Asked for often, it goes once in a while; the page says the same."""
    asked = DispatchItem.objects.filter(subject_type=AccessLink._meta.label_lower, subject_id=link.pk)
    if link.revoked_at or not link.contact.email or asked.filter(recorded_at__gt=clock.now() - BETWEEN_NEW_LINKS).exists():
        return
    workspace = link.period.plan.workspace
    plan_dispatch(DispatchKind.NEW_LINK, workspace=workspace, to=link.contact, about=[(link, f"new {asked.count() + 1}")])
    events.record("link.asked_for", link, workspace=workspace, by=by)
