"""Do these partners reach the same people?"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from followup.words import Overlap
from stakeholders.models import Recorded
from stakeholders.protection import AppendOnly


class OverlapDecision(Recorded):
    """A recorded decision for a group of assignments, one indicator and exactly one window, with its basis and who decided.

    `is_between_groups`: the decision is about the groups themselves (only `disjoint`). A later decision for the same window takes over
    for the assignments it names. `overlap`: people counted twice, in 1/10 000.
    """

    indicator = models.ForeignKey("measures.Indicator", models.PROTECT, related_name="overlap_decisions")
    window_start = models.DateField(_("från"))
    window_end = models.DateField(_("till"))
    kind = models.CharField(_("beslut"), max_length=20, choices=Overlap.choices)
    assignments = models.ManyToManyField("measures.Assignment", blank=True, related_name="overlap_decisions")
    is_between_groups = models.BooleanField(_("gäller grupperna"), default=False)
    overlap = models.BigIntegerField(_("överlappning"), null=True, blank=True)
    lead = models.ForeignKey("measures.Assignment", models.PROTECT, null=True, blank=True, related_name="+")
    basis = models.TextField(_("underlag"))
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(_("upphävt"), null=True, blank=True)

    protection = AppendOnly(once=("revoked_at",))

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["indicator", "window_start", "window_end"])]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.get_kind_display()}"
