"""The reporting link: a narrow door for one contact at one actor, for what is due in one round."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders import clock
from stakeholders.models import Recorded, WorkspaceQuerySet
from stakeholders.protection import AppendOnly, SameRoom


class AccessLinkQuerySet(WorkspaceQuerySet):
    to_workspace = "period__plan__workspace"

    def usable(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=clock.now())


class AccessLink(Recorded):
    """One link: SHA-256 of a secret of at least 128 random bits (see actions/links.py). Expires at the closing of the period; revocable."""

    contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, related_name="links")
    actor = models.ForeignKey("stakeholders.Actor", models.PROTECT, related_name="links")
    period = models.ForeignKey("followup.Period", models.PROTECT, related_name="links")
    nonce = models.UUIDField(default=uuid.uuid4, editable=False, help_text=_("Halva hemligheten: länken räknas ut av den och en nyckel."))
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(_("gäller till"))
    revoked_at = models.DateTimeField(_("återkallad"), null=True, blank=True)

    objects = AccessLinkQuerySet.as_manager()
    wall = SameRoom(
        left="SELECT workspace_id FROM stakeholders_actor WHERE id = NEW.actor_id",
        right="SELECT p.workspace_id FROM measures_plan p JOIN followup_period d ON d.plan_id = p.id WHERE d.id = NEW.period_id",
    )

    class Meta:
        verbose_name = _("rapportlänk")
        verbose_name_plural = _("rapportlänkar")
        indexes = [models.Index(fields=["contact", "actor", "period"])]

    def __str__(self) -> str:
        return f"{self.contact} {self.period}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= clock.now()


class AccessLinkUse(Recorded):
    """One use of a link: opened, entered, submitted …"""

    link = models.ForeignKey(AccessLink, models.PROTECT, related_name="uses")
    verb = models.CharField(_("vad"), max_length=40)

    protection = AppendOnly()

    def __str__(self) -> str:
        return f"{self.link}: {self.verb}"
