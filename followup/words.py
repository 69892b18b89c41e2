"""The words of follow-up: what a report and a figure can say. Words and types only; the rules are in rules.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImplementationStatus(models.TextChoices):
    NOT_STARTED = "not_started", _("Inte påbörjad")
    ON_PLAN = "on_plan", _("Enligt plan")
    DELAYED = "delayed", _("Försenad")
    DONE = "done", _("Klar")
    PAUSED = "paused", _("Pausad")
    ENDED_EARLY = "ended_early", _("Avslutad i förtid")


WORST_FIRST = (
    ImplementationStatus.ENDED_EARLY,
    ImplementationStatus.PAUSED,
    ImplementationStatus.DELAYED,
    ImplementationStatus.NOT_STARTED,
    ImplementationStatus.ON_PLAN,
    ImplementationStatus.DONE,
)


class LineState(models.TextChoices):
    VALUE = "value", _("värde")
    ZERO = "zero", _("noll, sagt rent ut")
    NOT_APPLICABLE = "not_applicable", _("gäller inte")
    NOT_AVAILABLE = "not_available", _("uppgift saknas")


class ReportKind(models.TextChoices):
    ORIGINAL = "original", _("första svaret")
    RESUBMISSION = "resubmission", _("ny version")
    CORRECTION = "correction", _("rättelse")


class MissingReason(models.TextChoices):
    NOT_ANSWERED = "not_answered", _("inte svarat")
    AWAITING_REVIEW = "awaiting_review", _("väntar på granskning")
    WITHDRAWN = "withdrawn", _("återkallad")
    NOT_AVAILABLE = "not_available", _("uppgift saknas")


class Overlap(models.TextChoices):
    DISJOINT = "disjoint", _("olika personer")
    SAME_PEOPLE = "same_people", _("samma personer")
    DECLARED = "declared", _("känd överlappning")
    LEAD = "lead", _("en aktör räknar för alla")


class Verdict(models.TextChoices):
    AHEAD = "ahead", _("Före")
    ON_PATH = "on_path", _("På väg")
    BEHIND = "behind", _("Efter")
    WRONG_WAY = "wrong_way", _("Fel riktning")
    TOO_EARLY = "too_early", _("För tidigt att bedöma")
    NO_DATA = "no_data", _("Saknar underlag")
    UNCERTAIN = "uncertain", _("Osäkert")
    NOT_COMPUTABLE = "not_computable", _("Går inte att räkna ut")
    HIDDEN = "hidden", _("Visas inte: små tal")
    RUNNING = "running", _("Året pågår")


class Trend(models.TextChoices):
    BETTER = "better", _("Bättre")
    UNCHANGED = "unchanged", _("Oförändrad")
    WORSE = "worse", _("Sämre")
    UNKNOWN = "unknown", _("Okänd")


class GoalAchievement(models.TextChoices):
    MET = "met", _("Uppfyllt")
    PARTLY = "partly", _("Delvis uppfyllt")
    NOT_MET = "not_met", _("Inte uppfyllt")
    CANNOT_ASSESS = "cannot_assess", _("Kan inte bedömas än")


class NextStep(models.TextChoices):
    CONTINUE = "continue", _("Fortsätt")
    ADJUST = "adjust", _("Justera")
    END = "end", _("Avsluta")


class Audience(models.TextChoices):
    REVIEW = "review", _("samordnare och granskare")
    PARTNER = "partner", _("partner")
    MANAGEMENT = "management", _("ledning och revisor")
    PUBLIC = "public", _("allmänheten")


class RulingKind(models.TextChoices):
    EXEMPT = "exempt", _("befriad")
    REINSTATE = "reinstate", _("begärs igen")
    EXTEND = "extend", _("förlängd tid")
    CLOSE = "close", _("stängd utan rapport")


class Visibility(models.TextChoices):
    OWN = "own", _("bara min organisation")
    SHARED = "shared", _("aktören, samordnaren och granskaren")
    MANAGEMENT = "management", _("även ledning och revisor")


UNKNOWN = "okänt"
"""The cell of a breakdown that carries what the others lack of the total."""


class Flag(models.TextChoices):
    """What a figure must say about itself besides its coverage (rules 1–6 of docs/figures.md)."""

    NO_KIND = "no_kind", _("brist: räknesätt saknas")
    OLDER_VALUE = "older_value", _("äldre uppgift")
    LATE = "late", _("sen rapport")
    AFTER_GAP = "after_gap", _("efter ett uppehåll: kan gälla mer än perioden")
    NEGATIVE_DIFFERENCE = "negative_difference", _("den löpande summan har minskat")
    LISTED = "listed", _("redovisas var för sig, går inte att slå ihop")
    BARE_PERCENT = "bare_percent", _("procent utan täljare och nämnare, räknas inte in")
    ZERO_DENOMINATOR = "zero_denominator", _("går inte att räkna ut: nämnaren är noll")
    OVERLAP_UNDECIDED = "overlap_undecided", _("det är inte avgjort om det är samma personer")
    LEAD_MISSING = "lead_missing", _("aktören som räknar för alla har inte svarat")
    BRIDGED = "bridged", _("ny definition, överbryggad")
    BREAK = "break", _("ny definition, två serier")
    NO_TOTAL_ACROSS_YEARS = "no_total_across_years", _("redovisas år för år, ingen summa")


class Completeness(models.TextChoices):
    PROVISIONAL = "provisional", _("preliminär")
    INCOMPLETE = "incomplete", _("ofullständig")
    FINAL = "final", _("slutlig")


class StatusSource(models.TextChoices):
    """Where the status of a measure comes from."""

    REPORTED = "reported", _("rapporterad")
    DECIDED = "decided", _("beslutad")
    NOT_REPORTED = "not_reported", _("utan rapport")
    NO_RESPONSIBLE = "no_responsible", _("saknar ansvarig")


class Protection(models.TextChoices):
    """Why a small number is not shown (rule 8)."""

    FEW = "few", _("färre än gränsen")
    HIDDEN = "hidden", _("dold")
