"""Photos and documents, stored under our own name."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.models.workspace import Recorded, WorkspaceQuerySet


class Attachment(Recorded):
    """A file on a report, measure or agreement; its type is decided by its content, never by its name."""

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="attachments")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    stored_name = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    original_name = models.CharField(_("filnamn"), max_length=255)
    content_type = models.CharField(_("filtyp"), max_length=100)
    size = models.PositiveIntegerField(_("storlek, byte"))
    sha256 = models.CharField(max_length=64)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    by_contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(_("borttagen"), null=True, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("bilaga")
        verbose_name_plural = _("bilagor")
        indexes = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return self.original_name
