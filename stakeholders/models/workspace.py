"""The wall between companies, and what every row has in common."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders import clock
from stakeholders.rules import Role

WHOLE_ROOM = (Role.COORDINATOR, Role.REVIEWER, Role.MANAGEMENT, Role.AUDITOR, Role.ADMIN)
"""Roles that see everything in their workspace; a reporter sees only the own actor's part."""


class Recorded(models.Model):
    """When the row was written. Figures "as of T" read it."""

    recorded_at = models.DateTimeField(_("registrerad"), default=clock.now, editable=False)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """One number per editable object; a save with an old number is refused (409)."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True


class WorkspaceQuerySet(models.QuerySet[Any]):
    """Rows that hang under one workspace. `to_workspace` and `to_actor` are lookups from the row."""

    to_workspace = "workspace"
    to_actor: str | None = None

    def visible_to(self, user: Any) -> Self:
        """The rows that `user` can reach: all of a workspace where a role sees the whole room, else the own actor's."""
        if not user.is_authenticated:
            return self.none()
        seen = models.Q(**{f"{self.to_workspace}__in": Workspace.objects.open_to(user)})
        if self.to_actor:
            seen |= models.Q(**{f"{self.to_actor}__in": user.memberships.active().values("actor")})
        return self.filter(seen)

    def within(self, workspace: "Workspace") -> Self:
        """The rows of one workspace."""
        return self.filter(**{self.to_workspace: workspace})


class WorkspaceSelfQuerySet(models.QuerySet["Workspace"]):
    def open_to(self, user: Any) -> Self:
        """Workspaces where the user's role sees the whole room."""
        return self.filter(pk__in=user.memberships.active().filter(role__in=WHOLE_ROOM).values("actor__workspace"))

    def visible_to(self, user: Any) -> Self:
        """Workspaces where the user has any role at all."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=user.memberships.active().values("actor__workspace"))


class Workspace(Recorded, Versioned):
    """One housing company's room: its register, plans and reports. Nothing is ever visible across it."""

    name = models.CharField(_("namn"), max_length=200)
    slug = models.SlugField(_("kortnamn i adressen"), unique=True)
    is_example = models.BooleanField(_("exempel"), default=False)
    small_number_threshold = models.PositiveSmallIntegerField(_("röjandegräns"), default=5)
    contact_name = models.CharField(_("kontaktperson"), max_length=200, blank=True)
    contact_email = models.EmailField(_("svarsadress"), blank=True)
    contact_phone = models.CharField(_("telefon"), max_length=40, blank=True)
    greeting = models.TextField(_("egen hälsning i breven"), blank=True)
    mail_pauses = models.JSONField(
        _("uppehåll i utskicken"), default=list, blank=True, help_text=_('Lista av {"from": datum, "to": datum, "why": text}.')
    )

    objects = WorkspaceSelfQuerySet.as_manager()

    class Meta:
        verbose_name = _("samverkansrum")
        verbose_name_plural = _("samverkansrum")
        constraints = [
            models.CheckConstraint(condition=models.Q(small_number_threshold__gte=3), name="small_number_threshold_never_below_3")
        ]

    def __str__(self) -> str:
        return self.name
