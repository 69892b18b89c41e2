"""The queue: one row is one mail to one person; its items say what it is about."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.models.workspace import Recorded, WorkspaceQuerySet
from stakeholders.rules import DIGEST_KINDS, ROUND_KINDS, DispatchKind, DispatchState


class Dispatch(Recorded):
    """One mail to one contact or user, written in the same transaction as its cause.

    planned → claimed (lease) → handing_over → handed_over | refused | uncertain; or cancelled when no longer needed.
    """

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="dispatches")
    kind = models.CharField(_("slag"), max_length=30, choices=DispatchKind.choices)
    contact = models.ForeignKey("stakeholders.ContactPerson", models.PROTECT, null=True, blank=True, related_name="dispatches")
    user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="dispatches")
    day = models.DateField(_("dag"))
    not_before = models.DateTimeField(_("tidigast"))
    state = models.CharField(_("läge"), max_length=20, choices=DispatchState.choices, default=DispatchState.PLANNED)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)
    claimed_by = models.CharField(max_length=100, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    handing_over_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(_("överlämnat"), null=True, blank=True)
    reason = models.CharField(_("varför"), max_length=500, blank=True)
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payload = models.JSONField(default=dict, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("utskick")
        verbose_name_plural = _("utskick")
        indexes = [models.Index(fields=["state", "not_before"])]
        constraints = [
            models.UniqueConstraint(
                "contact", "day", condition=models.Q(kind__in=ROUND_KINDS), name="one_round_letter_per_contact_and_day"
            ),
            models.UniqueConstraint(
                "workspace", "user", "day", "kind", condition=models.Q(kind__in=DIGEST_KINDS), name="one_digest_per_user_and_day"
            ),
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False, user__isnull=True) | models.Q(contact__isnull=True, user__isnull=False),
                name="a_dispatch_has_one_receiver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"


class DispatchItem(Recorded):
    """What a mail is about: one obligation and step, once and for all."""

    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="items")
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    step = models.CharField(_("steg"), max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint("subject_type", "subject_id", "step", name="one_mail_per_subject_and_step")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} {self.step}"
