"""Places: municipality, locality, housing area."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.fields import SearchField, SortKeyField
from stakeholders.models.workspace import Recorded, Versioned, WorkspaceQuerySet
from stakeholders.rules import AreaKind


class Area(Recorded, Versioned):
    """A place in the geographic tree, with an optional RegSO or DeSO code and the version of that division."""

    workspace = models.ForeignKey("stakeholders.Workspace", models.PROTECT, related_name="areas")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("ingår i"))
    kind = models.CharField(_("typ"), max_length=20, choices=AreaKind.choices)
    name = models.CharField(_("namn"), max_length=200)
    name_sort = SortKeyField(source="name")
    name_search = SearchField(source="name")
    code = models.CharField(_("områdeskod"), max_length=20, blank=True)
    division_version = models.CharField(_("indelningens version"), max_length=20, blank=True)
    flats = models.PositiveIntegerField(_("lägenheter"), null=True, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("område")
        verbose_name_plural = _("områden")
        ordering = ["name_sort", "id"]
        constraints = [models.UniqueConstraint("workspace", "name", name="one_area_per_name")]

    def __str__(self) -> str:
        return self.name
