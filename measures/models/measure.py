"""Measures, why we believe in them, and the library they can be taken from."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from measures.rules import EvidenceGrade, EvidenceKind, Funding
from stakeholders.fields import SearchField, SortKeyField
from stakeholders.models import Recorded, Versioned, WorkspaceQuerySet
from stakeholders.protection import AppendOnly


class MeasureQuerySet(WorkspaceQuerySet):
    to_workspace = "plan__workspace"
    to_actor = "assignments__actor"

    def visible_to(self, user: object) -> Self:
        return super().visible_to(user).distinct()


class Measure(Recorded, Versioned):
    """A long-lived åtgärd under a goal."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="measures")
    goal = models.ForeignKey("measures.Goal", models.PROTECT, related_name="measures", verbose_name=_("mål"))
    number = models.CharField(_("nummer"), max_length=20)
    number_sort = SortKeyField(source="number")
    title = models.CharField(_("åtgärd"), max_length=300)
    title_search = SearchField(source="title")
    description = models.TextField(_("beskrivning"), blank=True)
    causes = models.ManyToManyField("measures.Cause", blank=True, related_name="measures", verbose_name=_("orsaker"))
    areas = models.ManyToManyField("stakeholders.Area", blank=True, related_name="measures", verbose_name=_("områden"))
    target_group = models.CharField(_("målgrupp"), max_length=300, blank=True)
    starts_on = models.DateField(_("startar"), null=True, blank=True)
    ends_on = models.DateField(_("slutar"), null=True, blank=True)
    runs_until_further_notice = models.BooleanField(_("tills vidare"), default=False)
    time_to_effect = models.CharField(_("tid till effekt"), max_length=200, blank=True)
    output_months = models.PositiveSmallIntegerField(_("månader till prestation"), null=True, blank=True)
    outcome_months = models.PositiveSmallIntegerField(_("månader till utfall"), null=True, blank=True)
    impact_months = models.PositiveSmallIntegerField(_("månader till effekt på sikt"), null=True, blank=True)
    funding = models.CharField(_("finansiering"), max_length=20, choices=Funding.choices, blank=True)
    budget_per_year = models.PositiveBigIntegerField(_("budget per år, kronor"), null=True, blank=True)
    risk = models.TextField(_("risk"), blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("åtgärd")
        verbose_name_plural = _("åtgärder")
        ordering = ["number_sort", "id"]
        constraints = [models.UniqueConstraint("plan", "number", name="one_measure_per_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class MeasureRulingKind(models.TextChoices):
    PAUSE = "pause", _("pausad")
    RESUME = "resume", _("återupptagen")
    END = "end", _("avslutad i förtid")


class MeasureRuling(Recorded):
    """A decided pause, resumption or end: it overrides what is reported, from its date."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="rulings")
    kind = models.CharField(_("beslut"), max_length=20, choices=MeasureRulingKind.choices)
    from_date = models.DateField(_("från och med"))
    reason = models.TextField(_("skäl"))
    dnr = models.CharField(_("diarienummer"), max_length=100, blank=True)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, related_name="+")

    protection = AppendOnly()

    class Meta:
        ordering = ["from_date", "id"]

    def __str__(self) -> str:
        return f"{self.measure}: {self.get_kind_display()} {self.from_date}"


class Evidence(Recorded):
    """Why we believe in a measure: a grade is a judgement, with who and when. A new judgement is a new row."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="evidence")
    kind = models.CharField(_("slag"), max_length=20, choices=EvidenceKind.choices, blank=True)
    grade = models.CharField(_("grad"), max_length=1, choices=EvidenceGrade.choices)
    finding = models.TextField(_("vad som visats"), blank=True)
    place = models.CharField(_("var"), max_length=300, blank=True)
    source = models.TextField(_("källa"), blank=True)
    judged_by = models.CharField(_("bedömt av"), max_length=200, blank=True)
    judged_on = models.DateField(_("bedömt den"), null=True, blank=True)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    import_run = models.ForeignKey("stakeholders.ImportRun", models.PROTECT, null=True, blank=True, editable=False, related_name="+")

    protection = AppendOnly(of_import=True)

    class Meta:
        verbose_name = _("stöd")
        verbose_name_plural = _("stöd")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.grade}: {self.measure}"

    @property
    def grade_words(self) -> str:
        """The grade without its letter: "Stöd i flera studier"."""
        words = self.get_grade_display().partition(" – ")[2]
        return words[:1].upper() + words[1:]


class Activity(Recorded, Versioned):
    """A time-limited step or milestone in a measure."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="activities")
    title = models.CharField(_("aktivitet"), max_length=300)
    planned_start = models.DateField(_("planerad start"), null=True, blank=True)
    planned_end = models.DateField(_("planerat slut"), null=True, blank=True)
    started_on = models.DateField(_("startade"), null=True, blank=True)
    ended_on = models.DateField(_("blev klar"), null=True, blank=True)
    note = models.TextField(_("anteckning"), blank=True)

    class Meta:
        verbose_name = _("aktivitet")
        verbose_name_plural = _("aktiviteter")
        ordering = ["planned_start", "id"]

    def __str__(self) -> str:
        return self.title


class MeasureTemplate(Recorded):
    """A measure that Swedish public housing runs, from the library; "use as measure" copies it."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("namn"), max_length=300)
    name_sort = SortKeyField(source="name")
    description = models.TextField(_("beskrivning"))
    focus = models.CharField(_("fokusområde"), max_length=200)
    responsible = models.CharField(_("ansvarig"), max_length=200)
    contributors = models.JSONField(_("medverkande"), default=list)
    output = models.TextField(_("prestation"))
    outcome = models.TextField(_("utfall"))
    time_to_effect = models.CharField(_("tid till effekt"), max_length=200)
    evidence_grade = models.CharField(_("grad"), max_length=1, choices=EvidenceGrade.choices)
    evidence_note = models.TextField(_("vad som visats"))
    source = models.TextField(_("källa"))

    class Meta:
        verbose_name = _("åtgärd i biblioteket")
        verbose_name_plural = _("åtgärder i biblioteket")
        ordering = ["name_sort"]

    def __str__(self) -> str:
        return self.name
