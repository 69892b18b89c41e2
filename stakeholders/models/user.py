"""People who sign in, and what they are to an actor."""

from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from stakeholders.models.workspace import Recorded, WorkspaceQuerySet
from stakeholders.rules import Role

LANGUAGES = [("sv", "svenska"), ("en", "English")]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in with `email`; without a password, only after a reset."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin, Recorded):
    """A person with an account. Never required for reporting."""

    email = models.EmailField(_("e-postadress"), unique=True)
    name = models.CharField(_("namn"), max_length=200)
    title = models.CharField(_("roll eller titel"), max_length=200, blank=True)
    phone = models.CharField(_("telefon"), max_length=40, blank=True)
    language = models.CharField(_("språk"), max_length=5, choices=LANGUAGES, default="sv")
    is_active = models.BooleanField(_("aktiv"), default=True)
    is_staff = models.BooleanField(_("får använda administrationen"), default=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("användare")
        verbose_name_plural = _("användare")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.name or self.email


class MembershipQuerySet(WorkspaceQuerySet):
    to_workspace = "actor__workspace"

    def active(self) -> Self:
        return self.filter(ended_at=None, user__is_active=True)


class Membership(Recorded):
    """What a user is to an actor: one role a row, ended with a date, never removed."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("användare"))
    actor = models.ForeignKey("stakeholders.Actor", models.PROTECT, related_name="memberships", verbose_name=_("aktör"))
    role = models.CharField(_("roll"), max_length=20, choices=Role.choices)
    ended_at = models.DateTimeField(_("avslutad"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("roll")
        verbose_name_plural = _("roller")
        constraints = [
            models.UniqueConstraint("user", "actor", "role", condition=models.Q(ended_at=None), name="one_active_membership_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"
