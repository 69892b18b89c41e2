"""History: what happened, by whom, and the chain that shows if somebody tampered with it."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.models.workspace import Recorded, WorkspaceQuerySet
from stakeholders.protection import AppendOnly


class EventQuerySet(WorkspaceQuerySet):
    def about(self, subject: models.Model) -> Self:
        """The history of one object."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)


class Event(Recorded):
    """One change, in the same transaction as the change. Ids of persons, never names.

    `payload`: {"changes": {field: [from, to]}, "why": text, …}. An authorised disposal (gallring) may blank it once; the chain holds.
    """

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="events")
    verb = models.CharField(_("händelse"), max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    by_contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, related_name="+")
    payload = models.JSONField(default=dict)
    disposed_at = models.DateTimeField(_("gallrad"), null=True, blank=True)
    disposal_reference = models.CharField(_("gallringsbeslut"), max_length=200, null=True, blank=True)

    objects = EventQuerySet.as_manager()
    protection = AppendOnly(once=("disposed_at", "disposal_reference"), together=(("payload", "disposed_at"),))

    class Meta:
        verbose_name = _("händelse")
        verbose_name_plural = _("händelser")
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"]), models.Index(fields=["workspace", "id"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"


class EventSeal(Recorded):
    """One link of a workspace's chain: the event's place, the digest of its payload, and the hash with the link before."""

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="+")
    event = models.OneToOneField(Event, models.PROTECT, related_name="seal")
    position = models.PositiveBigIntegerField()
    payload_digest = models.CharField(max_length=64)
    chain_hash = models.CharField(max_length=64)

    protection = AppendOnly()

    class Meta:
        constraints = [models.UniqueConstraint("workspace", "position", name="one_event_per_place_in_chain")]

    def __str__(self) -> str:
        return f"{self.position}: {self.chain_hash[:12]}"
