"""A wish for a correction of what is already approved, from either side."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from followup.models.report import Report
from stakeholders.models import Recorded, WorkspaceQuerySet
from stakeholders.protection import AppendOnly


class CorrectionRequestQuerySet(WorkspaceQuerySet):
    to_workspace = "report__obligation__period__plan__workspace"
    to_actor = "report__obligation__assignment__actor"

    def open(self) -> Self:
        """Neither answered by a newer version nor closed by a person."""
        newer = Report.objects.submitted().filter(
            obligation=models.OuterRef("report__obligation"), version__gt=models.OuterRef("report__version")
        )
        return self.filter(closed_at=None).exclude(models.Exists(newer))


class CorrectionRequest(Recorded):
    """Somebody asks that an approved report be corrected. The approved version stays in force until a newer one is approved."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="correction_requests")
    reason = models.TextField(_("vad behöver rättas"))
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    by_contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(_("avslutad"), null=True, blank=True)
    closed_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    closed_reason = models.TextField(_("varför ingen rättelse"), null=True, blank=True)

    objects = CorrectionRequestQuerySet.as_manager()
    protection = AppendOnly(once=("closed_at", "closed_by_id", "closed_reason"))

    class Meta:
        verbose_name = _("begäran om rättelse")
        verbose_name_plural = _("begäranden om rättelse")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.reason[:60]
