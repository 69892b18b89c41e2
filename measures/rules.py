"""Words and pure functions about plans, measures and indicators: no tables, no clock."""

from calendar import monthrange
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

SCALE = 10_000
"""Every figure is stored as an integer of 1/10 000 of its unit (rule 2 of docs/figures.md)."""


class IndicatorKind(models.TextChoices):
    COUNT = "count", _("antal")
    MONEY = "money", _("pengar")
    STOCK = "stock", _("ställning")
    PEOPLE = "people", _("personer")
    RATIO = "ratio", _("kvot")
    LEVEL = "level", _("nivå")
    MILESTONE = "milestone", _("milstolpe")
    NARRATIVE = "narrative", _("berättelse")


class RatioOverTime(models.TextChoices):
    FLOW = "flow", _("flöde: summeras över tid")
    STOCK = "stock", _("ställning: senaste gäller")


class EffectLevel(models.TextChoices):
    RESOURCE = "resource", _("resurs")
    ACTIVITY = "activity", _("aktivitet")
    OUTPUT = "output", _("prestation")
    OUTCOME = "outcome", _("utfall")
    IMPACT = "impact", _("effekt på sikt")


class Direction(models.TextChoices):
    INCREASE = "increase", _("ökar")
    DECREASE = "decrease", _("minskar")


class TargetBasis(models.TextChoices):
    PER_YEAR = "per_year", _("per år")
    SINCE_START = "since_start", _("sedan start")


class VersionLink(models.TextChoices):
    SAME = "same", _("samma: bara ordalydelsen är ändrad")
    BRIDGED = "bridged", _("överbryggad med en angiven faktor")
    BREAK = "break", _("brott: två serier")


class EvidenceKind(models.TextChoices):
    RESEARCH = "research", _("forskning")
    PROVEN_ELSEWHERE = "proven_elsewhere", _("prövat på annat håll")
    PRACTICE = "practice", _("praxis")


class EvidenceGrade(models.TextChoices):
    A = "A", _("A – starkt stöd")
    B = "B", _("B – stöd i flera studier")
    C = "C", _("C – visst stöd")
    D = "D", _("D – praxis, effekten är inte mätt")
    X = "X", _("X – blandade eller negativa resultat")


class Funding(models.TextChoices):
    OWN_OPERATIONS = "own_operations", _("egen drift")
    VALUE_TRANSFER = "value_transfer", _("värdeöverföring 5 § 1")
    MUNICIPAL_BUDGET = "municipal_budget", _("kommunens budget")
    STATE_GRANT = "state_grant", _("statsbidrag")
    EU = "eu", _("EU")
    IN_KIND = "in_kind", _("partner (natura)")


class AssignmentRole(models.TextChoices):
    RESPONSIBLE = "responsible", _("ansvarig")
    CONTRIBUTING = "contributing", _("medverkar")


class Interval(models.TextChoices):
    MONTH = "month", _("varje månad")
    QUARTER = "quarter", _("varje kvartal")
    TERTIAL = "tertial", _("varje tertial")
    HALF_YEAR = "half_year", _("varje halvår")
    YEAR = "year", _("varje år")


class Breakdown(models.TextChoices):
    GENDER = "gender", _("kön")
    AGE = "age", _("ålder")


PARTS_OF_YEAR = {Interval.MONTH: 12, Interval.QUARTER: 4, Interval.TERTIAL: 3, Interval.HALF_YEAR: 2, Interval.YEAR: 1}
"""How many periods of each interval a year holds."""


SIGNS = {"%": "%", "procent": "%", "‰": "‰", "promille": "‰"}


def sign_of(unit: str) -> str:
    """ "%" or "‰" for a unit that is one, however it is written; "" for any other."""
    return SIGNS.get(unit.strip().lower(), "")


def period_bounds(interval: str, year: int, number: int) -> tuple[date, date]:
    """First and last day of period `number` (from 1) of `interval` in `year`: tertial 3 of 2026 is 1 September–31 December."""
    months = 12 // PARTS_OF_YEAR[Interval(interval)]
    if not 1 <= number <= PARTS_OF_YEAR[Interval(interval)]:
        raise ValueError(f"{interval} {number}")
    first = months * (number - 1) + 1
    last = first + months - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


class Gap(models.TextChoices):
    """What a measure lacks ("brister i planen"); auditors ask for each of them."""

    RESPONSIBLE = "responsible", _("saknar ansvarig")
    INDICATOR = "indicator", _("saknar indikator")
    KIND = "kind", _("indikator saknar räknesätt")
    CAUSE = "cause", _("saknar orsak")
    END = "end", _("saknar slutdatum")
    CONTACT = "contact", _("ansvarig saknar kontakt")
