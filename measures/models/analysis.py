"""The analysis: why there is segregation here, and what it leads to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.fields import SortKeyField
from stakeholders.models import Recorded, Versioned, WorkspaceQuerySet


class OfPlanQuerySet(WorkspaceQuerySet):
    to_workspace = "plan__workspace"


class Cause(Recorded, Versioned):
    """Why things are as they are here; measures point to the causes they meet."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="causes")
    title = models.CharField(_("orsak"), max_length=300)
    title_sort = SortKeyField(source="title")
    text = models.TextField(_("beskrivning"), blank=True)
    source = models.TextField(_("källa"), blank=True)
    areas = models.ManyToManyField("stakeholders.Area", blank=True, related_name="causes", verbose_name=_("områden"))

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("orsak")
        verbose_name_plural = _("orsaker")
        ordering = ["title_sort", "id"]
        constraints = [models.UniqueConstraint("plan", "title", name="one_cause_per_title")]

    def __str__(self) -> str:
        return self.title


class Consequence(Recorded, Versioned):
    """What the causes lead to."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="consequences")
    title = models.CharField(_("följd"), max_length=300)
    text = models.TextField(_("beskrivning"), blank=True)
    source = models.TextField(_("källa"), blank=True)
    causes = models.ManyToManyField(Cause, blank=True, related_name="consequences", verbose_name=_("orsaker"))
    areas = models.ManyToManyField("stakeholders.Area", blank=True, related_name="consequences", verbose_name=_("områden"))

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("följd")
        verbose_name_plural = _("följder")

    def __str__(self) -> str:
        return self.title


class Interview(Recorded, Versioned):
    """Who was heard, when and about what. No private persons are named."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="interviews")
    actor = models.ForeignKey("stakeholders.Actor", models.PROTECT, null=True, blank=True, verbose_name=_("aktör"))
    heard = models.CharField(_("vem som hördes"), max_length=300, help_text=_("Roll eller forskare, inga privatpersoner."))
    held_on = models.DateField(_("när"), null=True, blank=True)
    themes = models.CharField(_("teman"), max_length=500, blank=True)
    summary = models.TextField(_("sammanfattning"))
    causes = models.ManyToManyField(Cause, blank=True, related_name="interviews", verbose_name=_("orsaker"))

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("intervju")
        verbose_name_plural = _("intervjuer")

    def __str__(self) -> str:
        return self.heard
