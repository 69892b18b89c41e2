"""What is measured: a stable identity, a definition per version, baselines and targets that are never overwritten."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from measures.rules import Direction, EffectLevel, IndicatorKind, RatioOverTime, TargetBasis, VersionLink
from stakeholders.models import Recorded, Versioned, WorkspaceQuerySet
from stakeholders.protection import AppendOnly


class IndicatorQuerySet(WorkspaceQuerySet):
    to_workspace = "plan__workspace"


class Indicator(Recorded, Versioned):
    """Something measured in a plan, used by one or many measures. Its definition is in its versions."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="indicators")
    measures = models.ManyToManyField("measures.Measure", blank=True, related_name="indicators", verbose_name=_("åtgärder"))
    goal = models.ForeignKey("measures.Goal", models.PROTECT, null=True, blank=True, related_name="indicators", verbose_name=_("mål"))
    name = models.CharField(_("indikator"), max_length=300)
    level = models.CharField(_("led i effektkedjan"), max_length=20, choices=EffectLevel.choices)
    source = models.CharField(_("källa"), max_length=200, blank=True)
    is_reported = models.BooleanField(_("rapporteras av aktörerna"), default=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indikator")
        verbose_name_plural = _("indikatorer")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class IndicatorVersion(Recorded):
    """The definition from a period boundary on. `kind` empty is a *brist*: the indicator is not rolled up, and never guessed.

    `tolerance`: share of |target − baseline| in 1/10 000. `bridge_factor`: multiplies the older part, in 1/10 000.
    `breakdowns`: {"gender": ["kvinna", …], …}; `scale`: words of a level, lowest first.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField(_("gäller från"))
    kind = models.CharField(_("räknesätt"), max_length=20, choices=IndicatorKind.choices, blank=True)
    ratio_over_time = models.CharField(_("kvot över tid"), max_length=10, choices=RatioOverTime.choices, blank=True)
    question = models.CharField(_("fråga till aktören"), max_length=300, blank=True)
    help_text = models.CharField(_("hjälptext"), max_length=500, blank=True)
    unit = models.CharField(_("enhet"), max_length=50, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimaler"), default=0)
    direction = models.CharField(_("riktning"), max_length=10, choices=Direction.choices, default=Direction.INCREASE)
    tolerance = models.PositiveIntegerField(_("tolerans"), default=1000)
    counts_people = models.BooleanField(_("räknar människor"), default=False)
    is_running_total = models.BooleanField(_("rapporteras som summa hittills"), default=False)
    has_disjoint_denominators = models.BooleanField(_("nämnarna överlappar inte"), default=False)
    numerator_label = models.CharField(_("täljare"), max_length=200, blank=True)
    denominator_label = models.CharField(_("nämnare"), max_length=200, blank=True)
    breakdowns = models.JSONField(_("uppdelningar"), default=dict, blank=True)
    scale = models.JSONField(_("skala"), default=list, blank=True)
    link = models.CharField(_("koppling till föregående"), max_length=10, choices=VersionLink.choices, blank=True)
    bridge_factor = models.BigIntegerField(_("omräkningsfaktor"), null=True, blank=True)
    decision_reference = models.CharField(_("beslut"), max_length=200, blank=True)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    import_run = models.ForeignKey("stakeholders.ImportRun", models.PROTECT, null=True, blank=True, editable=False, related_name="+")

    protection = AppendOnly(of_import=True)

    class Meta:
        verbose_name = _("definition")
        verbose_name_plural = _("definitioner")
        ordering = ["indicator", "number"]
        constraints = [
            models.UniqueConstraint("indicator", "number", name="one_definition_per_number"),
            models.CheckConstraint(
                condition=models.Q(number=1, link="") | (models.Q(number__gt=1) & ~models.Q(link="")),
                name="a_later_definition_says_its_link",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} ({self.number})"


class Baseline(Recorded):
    """Where the indicator stood, in 1/10 000 of the unit. A later row for the same indicator takes over; the first is kept."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="baselines")
    year = models.PositiveSmallIntegerField(_("år"))
    value = models.BigIntegerField(_("utgångsvärde"))
    decision_reference = models.CharField(_("beslut"), max_length=200, blank=True)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    import_run = models.ForeignKey("stakeholders.ImportRun", models.PROTECT, null=True, blank=True, editable=False, related_name="+")

    protection = AppendOnly(of_import=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}"


class Target(Recorded):
    """Where the indicator should stand at 31 December of a year, in 1/10 000 of the unit. A revision is a later row."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets")
    year = models.PositiveSmallIntegerField(_("år"))
    value = models.BigIntegerField(_("målvärde"))
    basis = models.CharField(_("målet avser"), max_length=20, choices=TargetBasis.choices, default=TargetBasis.PER_YEAR)
    decision_reference = models.CharField(_("beslut"), max_length=200, blank=True)
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    import_run = models.ForeignKey("stakeholders.ImportRun", models.PROTECT, null=True, blank=True, editable=False, related_name="+")

    protection = AppendOnly(of_import=True)

    class Meta:
        ordering = ["year", "id"]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year}"
