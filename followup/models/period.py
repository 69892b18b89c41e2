"""Rounds, and the answers that are expected in them."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from followup.words import RulingKind
from measures.rules import Interval
from stakeholders.models import Recorded, WorkspaceQuerySet
from stakeholders.protection import AppendOnly, Repeats, SameRoom

LETTERS: dict[str, Any] = {Interval.QUARTER: _("K"), Interval.TERTIAL: _("T"), Interval.HALF_YEAR: _("H")}
TITLES: dict[str, Any] = {
    Interval.QUARTER: _("Kvartal %(number)s, %(year)s"),
    Interval.TERTIAL: _("Tertial %(number)s, %(year)s"),
    Interval.HALF_YEAR: _("Halvår %(number)s, %(year)s"),
    Interval.YEAR: _("Året %(year)s"),
}


class PeriodQuerySet(WorkspaceQuerySet):
    to_workspace = "plan__workspace"
    to_actor = "obligations__assignment__actor"

    def visible_to(self, user: object) -> Self:
        return super().visible_to(user).distinct()

    def latest_year(self, day: date) -> int | None:
        """The latest year that a round of has opened by a day: in January still the year before."""
        return self.filter(opens_on__lte=day).aggregate(latest=models.Max("year"))["latest"]


class Period(Recorded):
    """One round of a plan: year + interval + number. Open from `opens_on`; late from the day after `due_on`; closed by a person."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="periods")
    year = models.PositiveSmallIntegerField(_("år"))
    interval = models.CharField(_("intervall"), max_length=20, choices=Interval.choices)
    number = models.PositiveSmallIntegerField(_("nummer"))
    starts_on = models.DateField(_("början"))
    ends_on = models.DateField(_("slut"))
    opens_on = models.DateField(_("öppnar"))
    due_on = models.DateField(_("sista dag"))
    closes_on = models.DateField(_("stänger"))
    closed_at = models.DateTimeField(_("stängd"), null=True, blank=True)
    closed_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(_("publicerad"), null=True, blank=True)
    published_by = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("perioder")
        ordering = ["starts_on", "ends_on"]
        constraints = [
            models.UniqueConstraint("plan", "year", "interval", "number", name="one_period_per_number"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on"), due_on__gte=models.F("opens_on"), closes_on__gte=models.F("due_on")),
                name="a_period_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.interval} {self.number}"

    @property
    def title(self) -> str:
        """What people call it: "Tertial 3, 2026", "Mars 2026", "Året 2026"."""
        if self.interval == Interval.MONTH:
            return date_format(self.starts_on, "F Y").capitalize()
        return str(TITLES[self.interval]) % {"number": self.number, "year": self.year}

    @property
    def short_title(self) -> str:
        """The head of a narrow column: "T3 2026", "mars 2026", "2026"."""
        if self.interval in LETTERS:
            return f"{LETTERS[self.interval]}{self.number} {self.year}"
        return date_format(self.starts_on, "M Y") if self.interval == Interval.MONTH else str(self.year)


class PeriodUnlock(Recorded):
    """A closed period opened again for a time, with a reason."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="unlocks")
    until = models.DateTimeField(_("till"))
    reason = models.TextField(_("skäl"))
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, related_name="+")

    protection = AppendOnly()

    def __str__(self) -> str:
        return f"{self.period} – {self.until}"


class ObligationQuerySet(WorkspaceQuerySet):
    to_workspace = "period__plan__workspace"
    to_actor = "assignment__actor"


class Obligation(Recorded):
    """One answer that is expected: assignment × period. Only a ruling changes what is asked."""

    assignment = models.ForeignKey("measures.Assignment", models.PROTECT, related_name="obligations")
    period = models.ForeignKey(Period, models.PROTECT, related_name="obligations")

    objects = ObligationQuerySet.as_manager()
    protection = AppendOnly()
    wall = SameRoom(
        left="SELECT plan_id FROM followup_period WHERE id = NEW.period_id",
        right="SELECT m.plan_id FROM measures_measure m JOIN measures_assignment a ON a.measure_id = m.id WHERE a.id = NEW.assignment_id",
    )

    class Meta:
        verbose_name = _("begärt svar")
        verbose_name_plural = _("begärda svar")
        constraints = [models.UniqueConstraint("assignment", "period", name="one_obligation_per_assignment_and_period")]

    def __str__(self) -> str:
        return f"{self.assignment} {self.period}"


class ObligationIndicator(Recorded):
    """The definition that an obligation asks for, pinned when the obligation was made (or when the indicator was added).

    `assignment` and `period` repeat the obligation's: a plan's answers are found by round, without a look at each obligation. It is the obligation
    that stands in the way of whoever would delete them.
    """

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="pinned")
    assignment = models.ForeignKey("measures.Assignment", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    period = models.ForeignKey(Period, models.DO_NOTHING, related_name="+", db_constraint=False)
    indicator_version = models.ForeignKey("measures.IndicatorVersion", models.PROTECT, related_name="+")

    protection = AppendOnly()
    repeats = Repeats(key="obligation_id", table="followup_obligation", columns=("assignment_id", "period_id"))

    class Meta:
        constraints = [models.UniqueConstraint("obligation", "indicator_version", name="one_pin_per_obligation_and_definition")]

    def __str__(self) -> str:
        return f"{self.obligation}: {self.indicator_version}"


class ObligationRuling(Recorded):
    """An exemption, its end, an extension, or closing without report; the latest of its sort as of T is in force."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="rulings")
    kind = models.CharField(_("beslut"), max_length=20, choices=RulingKind.choices)
    due_on = models.DateField(_("ny sista dag"), null=True, blank=True)
    reason = models.TextField(_("skäl"))
    by_user = models.ForeignKey("stakeholders.User", models.PROTECT, null=True, blank=True, related_name="+")

    protection = AppendOnly()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(kind=RulingKind.EXTEND) & models.Q(due_on__isnull=False))
                | (~models.Q(kind=RulingKind.EXTEND) & models.Q(due_on=None)),
                name="an_extension_says_the_new_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.obligation}: {self.get_kind_display()}"
