"""Figures that no partner reports: Kolada, SCB, tenant surveys, own systems."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders.models import Recorded
from stakeholders.protection import AppendOnly


class OutsideValue(Recorded):
    """One value for an indicator, place and year, in 1/10 000 of the unit; NULL is *saknas*. A newer row takes over."""

    indicator = models.ForeignKey("measures.Indicator", models.PROTECT, related_name="outside_values")
    area = models.ForeignKey("stakeholders.Area", models.PROTECT, null=True, blank=True, related_name="outside_values")
    year = models.PositiveSmallIntegerField(_("år"))
    value = models.BigIntegerField(_("värde"), null=True, blank=True)
    numerator = models.BigIntegerField(_("täljare"), null=True, blank=True)
    denominator = models.BigIntegerField(_("nämnare"), null=True, blank=True)
    source_line = models.CharField(_("källa"), max_length=300)
    fetched_at = models.DateTimeField(_("hämtad"))
    division_version = models.CharField(_("indelningens version"), max_length=20, blank=True)
    respondents = models.PositiveIntegerField(_("svarande"), null=True, blank=True)
    response_rate = models.PositiveIntegerField(_("svarsfrekvens, 1/10 000"), null=True, blank=True)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")

    protection = AppendOnly()

    class Meta:
        verbose_name = _("uppgift utifrån")
        verbose_name_plural = _("uppgifter utifrån")
        indexes = [models.Index(fields=["indicator", "year"])]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}"
