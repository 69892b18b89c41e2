"""Reports: numbered versions that are only ever added, and the drafts before them."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from followup.models.period import ObligationRuling
from followup.words import ImplementationStatus, LineState, ReportKind, RulingKind
from stakeholders.models import Recorded, WorkspaceQuerySet
from stakeholders.protection import AppendOnly, Repeats


class Channel(models.TextChoices):
    LINK = "link", _("länk")
    ACCOUNT = "account", _("inloggad")
    PHONE = "phone", _("lämnat per telefon")
    IMPORT = "import", _("inläst fil")


class ReportQuerySet(WorkspaceQuerySet):
    to_workspace = "obligation__period__plan__workspace"
    to_actor = "obligation__assignment__actor"

    def submitted(self) -> Self:
        return self.filter(submitted_at__isnull=False)

    def approved(self) -> Self:
        """Approved and not withdrawn."""
        return self.filter(approved_at__isnull=False, withdrawn_at=None)

    def awaiting_review(self) -> Self:
        """Submitted, neither returned, approved nor withdrawn, not replaced by a newer version, and asked for still."""
        standing = (
            ObligationRuling.objects.filter(obligation=models.OuterRef("obligation"))
            .exclude(kind=RulingKind.EXTEND)
            .order_by("-id")
            .values("kind")[:1]
        )
        newer = Report.objects.filter(
            obligation=models.OuterRef("obligation"), version__gt=models.OuterRef("version"), submitted_at__isnull=False
        )
        waiting = self.submitted().filter(returned_at=None, approved_at=None, withdrawn_at=None).exclude(models.Exists(newer))
        return waiting.annotate(ruling=models.Subquery(standing)).filter(models.Q(ruling=None) | ~models.Q(ruling=RulingKind.EXEMPT))


class Report(Recorded):
    """One numbered version of an answer. Sealed by `submitted_at`; then only its facts are set, each once.

    `percent_done`: 0–100 if stated. `was_on_time` is decided by the first submission and copied to every later version.
    `period` repeats the obligation's, so that the reports of a round are found together.
    """

    obligation = models.ForeignKey("followup.Obligation", models.PROTECT, related_name="reports")
    period = models.ForeignKey("followup.Period", models.DO_NOTHING, related_name="+", db_constraint=False)
    version = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(_("slag"), max_length=20, choices=ReportKind.choices, default=ReportKind.ORIGINAL)
    channel = models.CharField(_("hur"), max_length=20, choices=Channel.choices)
    form_key = models.UUIDField(_("formulärets nyckel"), null=True, blank=True, unique=True)
    receipt_number = models.CharField(_("kvittonummer"), max_length=20, unique=True)
    implementation_status = models.CharField(_("genomförande"), max_length=20, choices=ImplementationStatus.choices)
    status_reason = models.TextField(_("skäl"), blank=True)
    percent_done = models.PositiveSmallIntegerField(_("procent klart"), null=True, blank=True)
    what_happened = models.TextField(_("vad har hänt"), blank=True)
    what_is_needed = models.TextField(_("vad behövs"), blank=True)
    correction_reason = models.TextField(_("varför rättas"), blank=True)
    submitted_at = models.DateTimeField(_("inskickad"), null=True, blank=True)
    submitted_by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    submitted_by_contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, related_name="+")
    was_on_time = models.BooleanField(_("i tid"))
    returned_at = models.DateTimeField(_("återsänd"), null=True, blank=True)
    returned_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    returned_reason = models.TextField(_("varför återsänd"), null=True, blank=True)
    approved_at = models.DateTimeField(_("godkänd"), null=True, blank=True)
    approved_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    is_internal_approval = models.BooleanField(_("internt godkänd"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("återkallad"), null=True, blank=True)
    withdrawn_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_reason = models.TextField(_("varför återkallad"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()
    protection = AppendOnly(
        sealed_by="submitted_at",
        once=(
            "returned_at",
            "returned_by_id",
            "returned_reason",
            "approved_at",
            "approved_by_id",
            "is_internal_approval",
            "withdrawn_at",
            "withdrawn_by_id",
            "withdrawn_reason",
        ),
    )
    repeats = Repeats(key="obligation_id", table="followup_obligation", columns=("period_id",))

    class Meta:
        verbose_name = _("rapport")
        verbose_name_plural = _("rapporter")
        ordering = ["obligation", "version"]
        constraints = [
            models.UniqueConstraint("obligation", "version", name="one_report_per_version"),
            models.CheckConstraint(condition=models.Q(percent_done=None) | models.Q(percent_done__lte=100), name="percent_done_within_100"),
            models.CheckConstraint(
                condition=~models.Q(returned_at__isnull=False, approved_at__isnull=False), name="a_report_is_not_both_returned_and_approved"
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by=None)
                | models.Q(submitted_by_user=None)
                | ~models.Q(approved_by=models.F("submitted_by_user")),
                name="the_author_never_approves",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} v{self.version}"


class ReportSignature(models.Model):
    """The name typed by whoever answered. Kept apart from the sealed report, so that it can be erased."""

    report = models.OneToOneField(Report, models.PROTECT, related_name="signature")
    name = models.CharField(_("namn"), max_length=200, blank=True)
    role_title = models.CharField(_("roll"), max_length=200, blank=True)
    erased_at = models.DateTimeField(_("raderat"), null=True, blank=True)

    def __str__(self) -> str:
        return self.name or self.role_title


class ReportLine(models.Model):
    """One figure in a report, in 1/10 000 of the unit: `value`, or numerator + denominator, or words; or why there is none.

    `new_people`: how many of `value` were not counted earlier in the year. A level is its place on the scale, from 0.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="lines")
    indicator_version = models.ForeignKey("measures.IndicatorVersion", models.PROTECT, related_name="lines")
    state = models.CharField(_("svar"), max_length=20, choices=LineState.choices)
    value = models.BigIntegerField(_("värde"), null=True, blank=True)
    new_people = models.BigIntegerField(_("varav nya"), null=True, blank=True)
    numerator = models.BigIntegerField(_("täljare"), null=True, blank=True)
    denominator = models.BigIntegerField(_("nämnare"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    is_confirmed_odd = models.BooleanField(_("ovanlig men stämmer"), default=False)
    decrease_reason = models.TextField(_("varför summan minskat"), blank=True)

    protection = AppendOnly(parent=("report_id", "followup_report", "submitted_at"))

    class Meta:
        constraints = [
            models.UniqueConstraint("report", "indicator_version", name="one_line_per_report_and_definition"),
            models.CheckConstraint(
                condition=models.Q(state=LineState.VALUE)
                | models.Q(state=LineState.ZERO, new_people=None, numerator=None, denominator=None)
                | models.Q(
                    state__in=[LineState.NOT_APPLICABLE, LineState.NOT_AVAILABLE],
                    value=None,
                    new_people=None,
                    numerator=None,
                    denominator=None,
                ),
                name="a_line_without_figure_has_none",
            ),
            models.CheckConstraint(
                condition=models.Q(numerator=None, denominator=None) | models.Q(numerator__isnull=False, denominator__isnull=False),
                name="numerator_and_denominator_go_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.indicator_version}"


class ReportCell(models.Model):
    """One part of a line: dimension "gender", category "kvinna". The parts sum to the line, or "okänt" carries the rest."""

    line = models.ForeignKey(ReportLine, models.PROTECT, related_name="cells")
    dimension = models.CharField(_("uppdelning"), max_length=20)
    category = models.CharField(_("grupp"), max_length=50)
    value = models.BigIntegerField(_("värde"))

    protection = AppendOnly()

    class Meta:
        constraints = [models.UniqueConstraint("line", "dimension", "category", name="one_cell_per_category")]

    def __str__(self) -> str:
        return f"{self.line}: {self.category}"


class Draft(models.Model):
    """What has been typed so far for an obligation; one row, one version number, so that two writers never overwrite each other."""

    obligation = models.OneToOneField("followup.Obligation", models.CASCADE, related_name="draft")
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    begun_at = models.DateTimeField(_("påbörjad"))
    saved_at = models.DateTimeField(_("sparad"))
    writer = models.CharField(_("skriver"), max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.obligation} ({self.version})"


class ReviewComment(Recorded):
    """A question or an answer about a report or one of its lines."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="comments")
    line = models.ForeignKey(ReportLine, models.PROTECT, null=True, blank=True, related_name="comments")
    text = models.TextField(_("kommentar"))
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    by_contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, related_name="+")

    protection = AppendOnly()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]
