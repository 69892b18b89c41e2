"""Organisations and the people we reach them through."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.fields import SearchField, SortKeyField
from stakeholders.models.user import LANGUAGES
from stakeholders.models.workspace import Recorded, Versioned, WorkspaceQuerySet
from stakeholders.rules import ActorKind, normalise_search


class ActorQuerySet(WorkspaceQuerySet):
    to_actor = "pk"

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def matching(self, text: str) -> Self:
        """Actors whose name holds `text`, whatever the case and accents."""
        return self.filter(name_search__contains=normalise_search(text))


class Actor(Recorded, Versioned):
    """A registered organisation: housing company, school, association, municipal department, police …"""

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="actors")
    kind = models.CharField(_("typ av aktör"), max_length=30, choices=ActorKind.choices)
    name = models.CharField(_("namn"), max_length=200)
    name_sort = SortKeyField(source="name")
    name_search = SearchField(source="name")
    org_number = models.CharField(_("organisationsnummer"), max_length=10, blank=True, help_text=_("Tio siffror."))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("del av"))
    areas = models.ManyToManyField("stakeholders.Area", blank=True, related_name="actors", verbose_name=_("områden"))
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("efterträdare")
    )
    closed_at = models.DateTimeField(_("upphörde"), null=True, blank=True)
    note = models.TextField(_("anteckning"), blank=True)

    objects = ActorQuerySet.as_manager()

    class Meta:
        verbose_name = _("aktör")
        verbose_name_plural = _("aktörer")
        ordering = ["name_sort", "id"]
        constraints = [models.UniqueConstraint("workspace", "name", condition=models.Q(closed_at=None), name="one_open_actor_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def org_number_display(self) -> str:
        return f"{self.org_number[:6]}-{self.org_number[6:]}" if self.org_number else ""


class ContactPersonQuerySet(WorkspaceQuerySet):
    to_workspace = "actor__workspace"
    to_actor = "actor"

    def reachable(self) -> Self:
        """People still there, with an address that works, who want our mail."""
        return self.filter(left_at=None, opted_out_at=None, bounced_at=None).exclude(email="")


class ContactPerson(Recorded, Versioned):
    """A person at an actor. Internal by default; leaving means that the name is erased from live data."""

    actor = models.ForeignKey(Actor, models.PROTECT, related_name="contacts", verbose_name=_("aktör"))
    name = models.CharField(_("namn"), max_length=200, blank=True)
    role_title = models.CharField(_("roll"), max_length=200, blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    phone = models.CharField(_("telefon"), max_length=40, blank=True)
    language = models.CharField(_("språk"), max_length=5, choices=LANGUAGES, default="sv")
    left_at = models.DateTimeField(_("slutade"), null=True, blank=True)
    opted_out_at = models.DateTimeField(_("vill inte ha mejl"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("adressen fungerar inte sedan"), null=True, blank=True)
    bounce_reason = models.CharField(_("varför adressen inte fungerar"), max_length=300, blank=True)

    objects = ContactPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("kontaktperson")
        verbose_name_plural = _("kontaktpersoner")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name or self.role_title or str(self.actor)

    @property
    def is_reachable(self) -> bool:
        """The same as `ContactPerson.objects.reachable()`, for one that is already fetched."""
        return bool(self.email) and self.left_at is None and self.opted_out_at is None and self.bounced_at is None
