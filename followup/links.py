"""The reporting link: made when a letter is written, found when somebody clicks.

The token stands nowhere. It is worked out from the link's own random number with a key that is not in the database, so that a letter
written anew holds the same link; what a visitor brings is looked up by its SHA-256. A stolen database opens nothing, nor does a
stolen key alone, and a link in an old letter works after the key has been replaced.
"""

from base64 import urlsafe_b64encode
from datetime import datetime, time, timedelta
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Max
from django.utils.crypto import salted_hmac

from followup.models import AccessLink, ObligationRuling, Period
from stakeholders import clock, events
from stakeholders.events import By
from stakeholders.models import Actor, ContactPerson

GRACE = timedelta(days=14)
"""How long a link that is asked for after the closing works."""

_PROPOSALS = signing.Signer(salt="followup.proposals")


@transaction.atomic
def issue_link(contact: ContactPerson, actor: Actor, period: Period, *, by: By, until: datetime | None = None) -> tuple[AccessLink, str]:
    """The contact's link for what `actor` is to answer in `period`, and its token (43 characters, 256 bits).

    The same link and token each time, until it is revoked. Works to the closing of the round (or `until`, for reading afterwards).
    """
    expires_at = until or _closing(actor, period)
    link = AccessLink.objects.filter(contact=contact, actor=actor, period=period, revoked_at=None).order_by("id").last()
    token = _token_of(link) if link else None
    if link is None or token is None:
        link = AccessLink(contact=contact, actor=actor, period=period, expires_at=expires_at)
        token = _derive(link, settings.SECRET_KEY)
        link.token_hash = _digest(token)
        link.save()
        events.record("link.issued", link, workspace=period.plan.workspace, by=by, contact=contact, until=expires_at)
    elif link.expires_at < expires_at:
        events.record("link.prolonged", link, workspace=period.plan.workspace, by=by, until=expires_at)
        link.expires_at = expires_at
        link.save(update_fields=["expires_at"])
    return link, token


def find_link(token: str) -> AccessLink | None:
    """The link that a token opens, expired or not (see `has_expired`); None when there is none, it is revoked, or the contact has left."""
    return (
        AccessLink.objects.select_related("contact", "actor", "period__plan__workspace")
        .filter(token_hash=_digest(token), revoked_at=None, contact__left_at=None)
        .first()
    )


def link_url(token: str) -> str:
    """The address that a letter holds."""
    return f"{settings.BASE_URL}/l/{token}/"


def proposals_url(contact: ContactPerson) -> str:
    """The address where this contact, and nobody else, says yes or no to what has been proposed."""
    return f"{settings.BASE_URL}/proposals/{_PROPOSALS.sign_object(contact.pk)}/"


def find_proposals_of(token: str) -> ContactPerson | None:
    """Whose proposals the address opens; None when it is false, or the person has left. What has been answered opens no more."""
    try:
        pk = _PROPOSALS.unsign_object(token)
    except signing.BadSignature:
        return None
    return ContactPerson.objects.select_related("actor__workspace").filter(pk=pk, left_at=None).first()


def _token_of(link: AccessLink) -> str | None:
    """The token of an earlier link, by today's key or a former one; None when no key that we still have made it."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _derive(link, key)
        if _digest(token) == link.token_hash:
            return token
    return None


def _derive(link: AccessLink, key: str) -> str:
    digest = salted_hmac("followup.links", link.nonce.hex, secret=key, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _closing(actor: Actor, period: Period) -> datetime:
    """The end of the day when the round closes, or of a later day that the actor has been given. What is asked for afterwards opens
    for a while: to read, or to answer if nobody has closed the round."""
    given = ObligationRuling.objects.filter(obligation__period=period, obligation__assignment__actor=actor)
    last_day = max(period.closes_on, given.aggregate(day=Max("due_on"))["day"] or period.closes_on)
    closing = datetime.combine(last_day + timedelta(days=1), time(), clock.STOCKHOLM)
    return closing if closing > clock.now() else clock.now() + GRACE
