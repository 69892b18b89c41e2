"""The year: judgements, decisions, what was published, and the frozen follow-up."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from followup.words import Audience, GoalAchievement, NextStep, Trend
from stakeholders.models import Recorded, Versioned, WorkspaceQuerySet
from stakeholders.protection import AppendOnly, SameRoom


class OfPlanQuerySet(WorkspaceQuerySet):
    to_workspace = "plan__workspace"


class DecisionQuerySet(OfPlanQuerySet):
    def open(self) -> Self:
        """Those that still wait for an answer."""
        return self.filter(outcome_at=None)

    def of_year(self, year: int, as_of: datetime) -> Self:
        """Those asked in the year, and those from years before that nobody had answered: a question does not go away at New Year."""
        still_waits = models.Q(outcome_at=None) | models.Q(outcome_at__gt=as_of)
        return self.filter(models.Q(year=year) | models.Q(year__lt=year) & still_waits)


class Assessment(Recorded):
    """A person's judgement of a goal or measure for a year, beside the computed suggestion. A new judgement is the next version."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="assessments")
    year = models.PositiveSmallIntegerField(_("år"))
    goal = models.ForeignKey("measures.Goal", models.PROTECT, null=True, blank=True, related_name="assessments")
    measure = models.ForeignKey("measures.Measure", models.PROTECT, null=True, blank=True, related_name="assessments")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    achievement = models.CharField(_("måluppfyllelse"), max_length=20, choices=GoalAchievement.choices)
    trend = models.CharField(_("utveckling"), max_length=20, choices=Trend.choices)
    text = models.TextField(_("bedömning"))
    next_step = models.CharField(_("nästa steg"), max_length=20, choices=NextStep.choices, blank=True)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, related_name="+")

    objects = OfPlanQuerySet.as_manager()
    protection = AppendOnly()
    wall = SameRoom(
        left="SELECT NEW.plan_id",
        right=(
            "SELECT COALESCE((SELECT plan_id FROM measures_goal WHERE id = NEW.goal_id), "
            "(SELECT plan_id FROM measures_measure WHERE id = NEW.measure_id))"
        ),
    )

    class Meta:
        verbose_name = _("bedömning")
        verbose_name_plural = _("bedömningar")
        ordering = ["version", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(goal__isnull=False, measure=None) | models.Q(goal=None, measure__isnull=False),
                name="an_assessment_is_of_a_goal_or_a_measure",
            ),
            models.UniqueConstraint("goal", "year", "version", name="one_assessment_of_a_goal_per_version"),
            models.UniqueConstraint("measure", "year", "version", name="one_assessment_of_a_measure_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.goal or self.measure} {self.year}"


class Decision(Recorded, Versioned):
    """Something that management must decide, or has decided: then it bears the body, the day and the number of the decision."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="decisions")
    year = models.PositiveSmallIntegerField(_("år"))
    measures = models.ManyToManyField("measures.Measure", blank=True, related_name="decisions", verbose_name=_("åtgärder"))
    goal = models.ForeignKey("measures.Goal", models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("mål"))
    report = models.ForeignKey("followup.Report", models.PROTECT, null=True, blank=True, related_name="decisions")
    question = models.CharField(_("fråga"), max_length=300)
    why = models.TextField(_("varför"))
    asked_by = models.CharField(_("vem frågar"), max_length=200)
    proposal = models.TextField(_("förslag"))
    answer_by = models.DateField(_("svar senast"), null=True, blank=True)
    outcome = models.TextField(_("beslut"), blank=True)
    body = models.CharField(_("beslutat av"), max_length=200, blank=True)
    decided_on = models.DateField(_("beslutat den"), null=True, blank=True)
    dnr = models.CharField(_("diarienummer"), max_length=100, blank=True)
    outcome_at = models.DateTimeField(_("beslutet antecknat"), null=True, blank=True)
    outcome_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = DecisionQuerySet.as_manager()
    wall = SameRoom(
        left="SELECT NEW.plan_id",
        right="SELECT COALESCE((SELECT plan_id FROM measures_goal WHERE id = NEW.goal_id), NEW.plan_id)",
    )

    class Meta:
        verbose_name = _("beslut")
        verbose_name_plural = _("beslut")
        ordering = [models.F("answer_by").asc(nulls_last=True), "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome_at=None, outcome="")
                | models.Q(outcome_at__isnull=False, decided_on__isnull=False) & ~models.Q(outcome=""),
                name="what_is_decided_has_a_day_and_an_outcome",
            )
        ]

    def __str__(self) -> str:
        return self.question


class YearText(Recorded, Versioned):
    """What is written about a focus area in the year (about the whole of it: no goal), and who is to write it by when."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="year_texts")
    year = models.PositiveSmallIntegerField(_("år"))
    goal = models.ForeignKey("measures.Goal", models.PROTECT, null=True, blank=True, related_name="year_texts")
    assignee = models.ForeignKey(
        "stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("vem skriver")
    )
    write_by = models.DateField(_("klar senast"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    written_at = models.DateTimeField(_("skriven"), null=True, blank=True)
    written_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(_("klar"), null=True, blank=True)
    done_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = OfPlanQuerySet.as_manager()
    wall = SameRoom(
        left="SELECT NEW.plan_id",
        right="SELECT COALESCE((SELECT plan_id FROM measures_goal WHERE id = NEW.goal_id), NEW.plan_id)",
    )

    class Meta:
        verbose_name = _("text i årsuppföljningen")
        verbose_name_plural = _("texter i årsuppföljningen")
        constraints = [
            models.UniqueConstraint("plan", "year", "goal", name="one_text_of_a_goal_and_year"),
            models.UniqueConstraint("plan", "year", condition=models.Q(goal=None), name="one_text_of_a_whole_year"),
            models.CheckConstraint(condition=models.Q(done_at=None) | ~models.Q(text=""), name="a_text_that_is_done_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.goal or self.plan} {self.year}"


class AnnualFollowUp(Recorded):
    """The year, frozen. A correction is the next version, with a reason."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="annual_follow_ups")
    year = models.PositiveSmallIntegerField(_("år"))
    version = models.PositiveSmallIntegerField(_("version"))
    reason = models.TextField(_("skäl till rättelsen"), blank=True)
    rules_version = models.CharField(_("reglernas version"), max_length=20)
    frozen_by = models.ForeignKey("stakeholders.User", models.PROTECT, related_name="+")

    objects = OfPlanQuerySet.as_manager()
    protection = AppendOnly()

    class Meta:
        verbose_name = _("årsuppföljning")
        verbose_name_plural = _("årsuppföljningar")
        constraints = [
            models.UniqueConstraint("plan", "year", "version", name="one_annual_follow_up_per_version"),
            models.CheckConstraint(condition=models.Q(version=1) | ~models.Q(reason=""), name="a_corrected_year_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.year} v{self.version}"


class FrozenFile(Recorded):
    """One form of the frozen year, as bytes, with their SHA-256."""

    annual = models.ForeignKey(AnnualFollowUp, models.PROTECT, related_name="files")
    name = models.CharField(_("filnamn"), max_length=100)
    content_type = models.CharField(_("filtyp"), max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    protection = AppendOnly()

    class Meta:
        constraints = [models.UniqueConstraint("annual", "name", name="one_frozen_file_per_name")]

    def __str__(self) -> str:
        return self.name


class Publication(Recorded):
    """Every figure as shown to one audience when a period was published or a year frozen."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="publications")
    period = models.ForeignKey("followup.Period", models.PROTECT, null=True, blank=True, related_name="publications")
    annual = models.ForeignKey(AnnualFollowUp, models.PROTECT, null=True, blank=True, related_name="publications")
    audience = models.CharField(_("läsare"), max_length=20, choices=Audience.choices)
    window_start = models.DateField(_("från"))
    window_end = models.DateField(_("till"))
    content = models.JSONField()
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, related_name="+")

    objects = OfPlanQuerySet.as_manager()
    protection = AppendOnly()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.plan} {self.window_start}–{self.window_end}"
