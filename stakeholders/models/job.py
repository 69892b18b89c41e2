"""Heavy work with progress, and what one import did."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.models.workspace import Recorded, Workspace, WorkspaceQuerySet
from stakeholders.protection import AppendOnly
from stakeholders.rules import JobState


class JobQuerySet(WorkspaceQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own: what a job came to may hold more than a colleague with another role may see."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(by_user=user, workspace__in=Workspace.objects.visible_to(user))


class Job(Recorded):
    """Work that takes longer than a page may: watched, left, cancelled; its failure told in words."""

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="jobs")
    kind = models.CharField(_("slag"), max_length=40)
    arguments = models.JSONField(default=dict)
    state = models.CharField(_("läge"), max_length=20, choices=JobState.choices, default=JobState.QUEUED)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, related_name="+")
    done = models.PositiveIntegerField(_("klart"), default=0)
    total = models.PositiveIntegerField(_("av"), default=0)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)
    claimed_by = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    failure = models.TextField(_("vad som gick fel"), blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("arbete")
        verbose_name_plural = _("arbeten")
        indexes = [models.Index(fields=["state", "id"])]

    def __str__(self) -> str:
        return f"{self.kind}: {self.get_state_display()}"

    @property
    def title(self) -> str:
        """What the page is called: the words that whoever asked for the work gave it."""
        return self.arguments.get("title") or str(self._meta.verbose_name).capitalize()


class ImportRun(Recorded):
    """One file on its way in: what it held, what was wrong, what was stored, so that it can be undone.

    `packed`: the rows, until they are stored or given up; after that only those left out. `content`: what a person has chosen
    and what the preview counts. `stored`: the ids of what it made, and the former values of what it changed.
    """

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="import_runs")
    plan_id = models.BigIntegerField(null=True, blank=True)
    file_name = models.CharField(_("fil"), max_length=255)
    sha256 = models.CharField(max_length=64)
    packed = models.BinaryField(default=b"")
    content = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(_("inläst"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("avbruten"), null=True, blank=True)
    undone_at = models.DateTimeField(_("ångrad"), null=True, blank=True)
    stored = models.JSONField(_("det som lagrades"), default=dict)

    objects = WorkspaceQuerySet.as_manager()
    protection = AppendOnly(sealed_by="confirmed_at", once=("undone_at",))

    class Meta:
        verbose_name = _("inläsning")
        verbose_name_plural = _("inläsningar")

    def __str__(self) -> str:
        return self.file_name
