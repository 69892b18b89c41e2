"""The reporting link: issued, found, and revoked when it must not open any more."""

from django.db import transaction

from followup.links import find_link, issue_link
from followup.models import AccessLink
from stakeholders import clock, events
from stakeholders.events import By

__all__ = ["find_link", "issue_link", "revoke_link"]


@transaction.atomic
def revoke_link(link: AccessLink, *, by: By, why: str = "") -> AccessLink:
    """From now the link opens nothing. Harmless twice."""
    revoked = AccessLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=clock.now())
    if revoked:
        events.record("link.revoked", link, workspace=link.period.plan.workspace, by=by, why=why)
    link.refresh_from_db(fields=["revoked_at"])
    return link
