"""The journal of an assignment: what happened, told when it happened, and for whom."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from followup.words import Visibility
from stakeholders.models import Membership, Recorded, WorkspaceQuerySet
from stakeholders.protection import AppendOnly, SameRoom
from stakeholders.rules import Role


class JournalNoteQuerySet(WorkspaceQuerySet):
    to_workspace = "assignment__measure__plan__workspace"
    to_actor = "assignment__actor"

    def standing(self) -> Self:
        """Not removed."""
        return self.filter(removed_at=None)

    def visible_to(self, user: Any) -> Self:
        """What `user` may read: the own organisation's notes, and those that are meant for the user's role."""
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.filter(user=user).active()
        working = mine.filter(role__in=[Role.COORDINATOR, Role.REVIEWER, Role.ADMIN]).values("actor__workspace")
        leading = mine.filter(role__in=[Role.MANAGEMENT, Role.AUDITOR]).values("actor__workspace")
        beyond = ~models.Q(visibility=Visibility.OWN)
        return self.filter(
            models.Q(actor__in=mine.values("actor"))
            | beyond & models.Q(assignment__actor__in=mine.values("actor"))
            | beyond & models.Q(assignment__measure__plan__workspace__in=working)
            | models.Q(visibility=Visibility.MANAGEMENT, assignment__measure__plan__workspace__in=leading)
        )


class JournalNote(Recorded):
    """One dated note on an assignment, with its files (`Attachment`). `actor`: the organisation of whoever wrote it.

    What is written stays; a note can only be taken away, once, by whom is told.
    """

    assignment = models.ForeignKey("measures.Assignment", models.PROTECT, related_name="notes")
    actor = models.ForeignKey("stakeholders.Actor", models.PROTECT, related_name="+", verbose_name=_("organisation"))
    day = models.DateField(_("dag"))
    text = models.TextField(_("vad hände"))
    visibility = models.CharField(_("vem får läsa"), max_length=20, choices=Visibility.choices, default=Visibility.SHARED)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    by_contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(_("borttagen"), null=True, blank=True)
    removed_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = JournalNoteQuerySet.as_manager()
    protection = AppendOnly(once=("removed_at", "removed_by_id"))
    wall = SameRoom(
        left="SELECT workspace_id FROM stakeholders_actor WHERE id = NEW.actor_id",
        right=(
            "SELECT p.workspace_id FROM measures_plan p JOIN measures_measure m ON m.plan_id = p.id "
            "JOIN measures_assignment a ON a.measure_id = m.id WHERE a.id = NEW.assignment_id"
        ),
    )

    class Meta:
        verbose_name = _("anteckning")
        verbose_name_plural = _("anteckningar")
        ordering = ["-day", "-id"]

    def __str__(self) -> str:
        return f"{self.day}: {self.text[:60]}"
