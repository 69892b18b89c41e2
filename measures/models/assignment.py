"""Who has taken on what."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from measures.rules import AssignmentRole, Interval
from stakeholders.models import Recorded, Versioned, WorkspaceQuerySet
from stakeholders.protection import SameRoom


class AssignmentQuerySet(WorkspaceQuerySet):
    to_workspace = "measure__plan__workspace"
    to_actor = "actor"

    def current(self) -> Self:
        """Neither declined nor ended."""
        return self.filter(declined_at=None, ended_at=None)


class Assignment(Recorded, Versioned):
    """An actor's part in a measure: proposed → accepted or declined → ended. A successor gets a new one.

    As of T it runs to `ended_on` when `ended_at` ≤ T, else to `ends_on`.
    """

    measure = models.ForeignKey("measures.Measure", models.PROTECT, related_name="assignments", verbose_name=_("åtgärd"))
    actor = models.ForeignKey("stakeholders.Actor", models.PROTECT, related_name="assignments", verbose_name=_("aktör"))
    role = models.CharField(_("roll"), max_length=20, choices=AssignmentRole.choices)
    contact = models.ForeignKey(
        "stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("kontaktperson")
    )
    commitment = models.TextField(_("åtar sig"), blank=True)
    interval = models.CharField(
        _("eget intervall"), max_length=20, choices=Interval.choices, blank=True, help_text=_("Tomt betyder planens.")
    )
    starts_on = models.DateField(_("från"))
    ends_on = models.DateField(_("till"), null=True, blank=True)
    proposed_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepterat"), null=True, blank=True)
    accepted_by_contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, related_name="+")
    declined_at = models.DateTimeField(_("avböjt"), null=True, blank=True)
    declined_reason = models.TextField(_("varför avböjt"), blank=True)
    ended_on = models.DateField(_("slutade den"), null=True, blank=True)
    ended_at = models.DateTimeField(_("avslutat"), null=True, blank=True)
    ended_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_reason = models.TextField(_("varför avslutat"), blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("ersätter"))

    objects = AssignmentQuerySet.as_manager()
    wall = SameRoom(
        left="SELECT workspace_id FROM stakeholders_actor WHERE id = NEW.actor_id",
        right="SELECT p.workspace_id FROM measures_plan p JOIN measures_measure m ON m.plan_id = p.id WHERE m.id = NEW.measure_id",
    )

    class Meta:
        verbose_name = _("uppdrag")
        verbose_name_plural = _("uppdrag")
        ordering = ["-role", "id"]
        constraints = [
            models.UniqueConstraint(
                "measure",
                "actor",
                "role",
                condition=models.Q(ended_at=None, declined_at=None),
                name="one_current_assignment_per_actor_and_measure",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")), name="an_assignment_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor} – {self.measure}"


class AssignmentIndicator(Recorded):
    """That an assignment reports an indicator, from when to when."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="reported")
    indicator = models.ForeignKey("measures.Indicator", models.PROTECT, related_name="reported_by")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "assignment", "indicator", condition=models.Q(removed_at=None), name="an_assignment_reports_an_indicator_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.indicator}"
