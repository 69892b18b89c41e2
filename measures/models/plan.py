"""The action plan and its tree of goals: the red thread from directive to measure."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from measures.rules import Interval
from stakeholders.models import Recorded, Versioned, WorkspaceQuerySet
from stakeholders.protection import AppendOnly


class SteeringDocumentKind(models.TextChoices):
    OWNER_DIRECTIVE = "owner_directive", _("ägardirektiv")
    ARTICLES = "articles", _("bolagsordning")
    STRATEGY = "strategy", _("strategi")
    ACTION_PLAN = "action_plan", _("handlingsplan")


class SteeringDocument(Recorded, Versioned):
    """An owner directive, strategy or decision that a goal points to."""

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="steering_documents")
    kind = models.CharField(_("typ"), max_length=20, choices=SteeringDocumentKind.choices)
    title = models.CharField(_("namn"), max_length=300)
    adopted_by = models.CharField(_("antaget av"), max_length=200, blank=True)
    adopted_on = models.DateField(_("antaget den"), null=True, blank=True)
    dnr = models.CharField(_("diarienummer"), max_length=100, blank=True)
    valid_to = models.DateField(_("gäller till"), null=True, blank=True)
    passage = models.TextField(_("det som rör planen"), blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("styrdokument")
        verbose_name_plural = _("styrdokument")

    def __str__(self) -> str:
        return self.title


class PlanQuerySet(WorkspaceQuerySet):
    to_actor = "measures__assignments__actor"

    def visible_to(self, user: object) -> Self:
        # Looked up, not joined: a row for each assignment would be too many to tell apart again.
        return self.filter(pk__in=super().visible_to(user).values("pk"))


class Plan(Recorded, Versioned):
    """An action plan: draft until adopted, until closed. It carries the reporting calendar."""

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="plans")
    title = models.CharField(_("namn"), max_length=300)
    steering_document = models.ForeignKey(SteeringDocument, models.PROTECT, null=True, blank=True, verbose_name=_("styrdokument"))
    first_year = models.PositiveSmallIntegerField(_("första år"))
    last_year = models.PositiveSmallIntegerField(_("sista år"))
    adopted_by = models.CharField(_("antagen av"), max_length=200, blank=True)
    adopted_on = models.DateField(_("antagen den"), null=True, blank=True)
    decision_paragraph = models.CharField(_("paragraf"), max_length=50, blank=True)
    dnr = models.CharField(_("diarienummer"), max_length=100, blank=True)
    closed_at = models.DateTimeField(_("avslutad"), null=True, blank=True)
    review_every_years = models.PositiveSmallIntegerField(_("ses över vart … år"), default=2)
    interval = models.CharField(_("hur ofta aktörerna rapporterar"), max_length=20, choices=Interval.choices, default=Interval.TERTIAL)
    opens_days_before_end = models.PositiveSmallIntegerField(_("öppnar så många dagar före periodens slut"), default=14)
    due_days_after_end = models.PositiveSmallIntegerField(_("sista dag så många dagar efter periodens slut"), default=22)
    closes_days_after_due = models.PositiveSmallIntegerField(_("stänger så många dagar efter sista dagen"), default=21)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("planer")
        ordering = ["-first_year", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last_year__gte=models.F("first_year")), name="a_plan_ends_after_it_begins")
        ]

    def __str__(self) -> str:
        return self.title


class PlanRevision(Recorded):
    """The plan as it was adopted: text and tree, kept for ever."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    adopted_by = models.CharField(_("antagen av"), max_length=200)
    adopted_on = models.DateField(_("antagen den"))
    dnr = models.CharField(_("diarienummer"), max_length=100, blank=True)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, related_name="+")

    protection = AppendOnly()

    class Meta:
        constraints = [models.UniqueConstraint("plan", "number", name="one_revision_per_number")]

    def __str__(self) -> str:
        return f"{self.plan} {self.number}"


class GoalKind(models.TextChoices):
    FOCUS_AREA = "focus_area", _("fokusområde")
    GOAL = "goal", _("mål")
    SUB_GOAL = "sub_goal", _("delmål")


class GoalQuerySet(WorkspaceQuerySet):
    to_workspace = "plan__workspace"


class Goal(Recorded, Versioned):
    """A focus area, goal or sub-goal in the tree under a plan."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="goals")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(_("nivå"), max_length=20, choices=GoalKind.choices)
    number = models.CharField(_("nummer"), max_length=20, blank=True)
    title = models.CharField(_("rubrik"), max_length=500)
    text = models.TextField(_("beskrivning"), blank=True)
    position = models.PositiveSmallIntegerField(_("ordning"), default=0)
    steering_document = models.ForeignKey(SteeringDocument, models.PROTECT, null=True, blank=True, verbose_name=_("styrdokument"))

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("mål")
        verbose_name_plural = _("mål")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title
