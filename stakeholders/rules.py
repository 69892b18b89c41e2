"""Words and pure functions about actors and people: no tables, no clock."""

import re
import unicodedata
from difflib import SequenceMatcher

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    HOUSING_COMPANY = "housing_company", _("bostadsbolag")
    MUNICIPAL_DEPARTMENT = "municipal_department", _("kommunal nämnd/förvaltning")
    MUNICIPAL_COMPANY = "municipal_company", _("kommunalt bolag (annat)")
    SCHOOL = "school", _("skola/förskola")
    ADULT_EDUCATION = "adult_education", _("vuxenutbildning/sfi")
    SOCIAL_SERVICES = "social_services", _("socialtjänst")
    LIBRARY_CULTURE = "library_culture", _("bibliotek/kultur/fritid")
    REGION_HEALTH = "region_health", _("region/vård")
    POLICE = "police", _("polis")
    EMPLOYMENT_SERVICE = "employment_service", _("Arbetsförmedlingen")
    STATE_AGENCY = "state_agency", _("annan statlig myndighet")
    ASSOCIATION = "association", _("förening/idrott")
    FAITH_COMMUNITY = "faith_community", _("trossamfund")
    STUDY_ASSOCIATION = "study_association", _("studieförbund")
    TENANT_ORGANISATION = "tenant_organisation", _("hyresgästorganisation")
    VILLAGE_ASSOCIATION = "village_association", _("byalag/bygdegård")
    SOCIAL_ENTERPRISE = "social_enterprise", _("socialt företag")
    BUSINESS = "business", _("näringsliv")
    PRIVATE_LANDLORD = "private_landlord", _("privat fastighetsägare")
    RESCUE_SERVICE = "rescue_service", _("räddningstjänst")
    UNIVERSITY = "university", _("högskola/forskning")
    NETWORK = "network", _("nätverk/partnerskap")
    OTHER = "other", _("annan")


class Sector(models.TextChoices):
    SCHOOL = "school", _("Skola och utbildning")
    CIVIL = "civil", _("Civilsamhälle")
    PUBLIC = "public", _("Kommun, region, stat")
    BUSINESS = "business", _("Näringsliv")


SECTOR_OF: dict[str, Sector] = {
    ActorKind.MUNICIPAL_DEPARTMENT: Sector.PUBLIC,
    ActorKind.MUNICIPAL_COMPANY: Sector.PUBLIC,
    ActorKind.SCHOOL: Sector.SCHOOL,
    ActorKind.ADULT_EDUCATION: Sector.SCHOOL,
    ActorKind.SOCIAL_SERVICES: Sector.PUBLIC,
    ActorKind.LIBRARY_CULTURE: Sector.PUBLIC,
    ActorKind.REGION_HEALTH: Sector.PUBLIC,
    ActorKind.POLICE: Sector.PUBLIC,
    ActorKind.EMPLOYMENT_SERVICE: Sector.PUBLIC,
    ActorKind.STATE_AGENCY: Sector.PUBLIC,
    ActorKind.RESCUE_SERVICE: Sector.PUBLIC,
    ActorKind.UNIVERSITY: Sector.SCHOOL,
    ActorKind.ASSOCIATION: Sector.CIVIL,
    ActorKind.FAITH_COMMUNITY: Sector.CIVIL,
    ActorKind.STUDY_ASSOCIATION: Sector.CIVIL,
    ActorKind.TENANT_ORGANISATION: Sector.CIVIL,
    ActorKind.VILLAGE_ASSOCIATION: Sector.CIVIL,
    ActorKind.SOCIAL_ENTERPRISE: Sector.CIVIL,
    ActorKind.BUSINESS: Sector.BUSINESS,
    ActorKind.PRIVATE_LANDLORD: Sector.BUSINESS,
}
"""Coarse groups to filter by. The housing company itself, networks and others belong to none."""


class Role(models.TextChoices):
    COORDINATOR = "coordinator", _("samordnare")
    REVIEWER = "reviewer", _("granskare")
    MANAGEMENT = "management", _("ledning")
    AUDITOR = "auditor", _("lekmannarevisor")
    REPORTER = "reporter", _("rapportör")
    ADMIN = "admin", _("administratör")


class AreaKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("kommun")
    LOCALITY = "locality", _("ort")
    HOUSING_AREA = "housing_area", _("bostadsområde")


class AgreementKind(models.TextChoices):
    IOP = "iop", _("idéburet offentligt partnerskap (IOP)")
    LOCAL_COMPACT = "local_compact", _("lokal överenskommelse (LÖK)")
    COLLABORATION = "collaboration", _("samverkansavtal")
    CITIZEN_PROMISE = "citizen_promise", _("medborgarlöfte")
    EST = "est", _("effektiv samordning för trygghet (EST)")
    SSPF = "sspf", _("skola, socialtjänst, polis, fritid (SSPF)")
    BID = "bid", _("områdessamverkan (BID)")
    TENANT_INFLUENCE = "tenant_influence", _("boinflytandeavtal")
    LOCAL_DEVELOPMENT = "local_development", _("lokalt utvecklingsavtal")
    CRIME_PREVENTION = "crime_prevention", _("brottsförebyggande råd")
    NETWORK = "network", _("nätverk")
    PREMISES = "premises", _("lokalupplåtelse")


class DispatchState(models.TextChoices):
    PLANNED = "planned", _("planerat")
    CLAIMED = "claimed", _("på väg")
    HANDING_OVER = "handing_over", _("lämnas över")
    HANDED_OVER = "handed_over", _("överlämnat")
    REFUSED = "refused", _("avvisat")
    UNCERTAIN = "uncertain", _("osäkert")
    CANCELLED = "cancelled", _("inställt")


TO_DECIDE = (DispatchState.UNCERTAIN, DispatchState.REFUSED)
"""Nobody knows whether it arrived, or it was refused: a person chooses what to do."""


class DispatchKind(models.TextChoices):
    REQUEST = "request", _("förfrågan")
    REMINDER = "reminder", _("påminnelse")
    RECEIPT = "receipt", _("kvitto")
    NEW_LINK = "new_link", _("ny länk")
    RETURNED = "returned", _("komplettering")
    PROPOSAL = "proposal", _("förslag om uppdrag")
    COORDINATOR_DIGEST = "coordinator_digest", _("samordnarens morgon")
    REVIEW_DIGEST = "review_digest", _("att granska")
    YEAR_READY = "year_ready", _("årsuppföljningen är klar")
    FEEDBACK = "feedback", _("återkoppling om året")


ROUND_KINDS = [DispatchKind.REQUEST, DispatchKind.REMINDER]
"""Letters about a round: at most one of them to a person in a day."""

DIGEST_KINDS = [DispatchKind.COORDINATOR_DIGEST, DispatchKind.REVIEW_DIGEST]
"""Summaries to people with an account: at most one of each in a day."""

GATHERED_KINDS = [DispatchKind.RECEIPT, DispatchKind.PROPOSAL]
"""Several of these to one person become one mail while nobody has sent it."""

AT_ONCE_KINDS = [DispatchKind.RECEIPT, DispatchKind.NEW_LINK]
"""What somebody is waiting for: sent at any hour, also to a person who has declined other mail."""


class JobState(models.TextChoices):
    QUEUED = "queued", _("väntar")
    RUNNING = "running", _("pågår")
    DONE = "done", _("klart")
    FAILED = "failed", _("misslyckades")
    CANCELLED = "cancelled", _("avbrutet")


def normalise_search(text: str) -> str:
    """Text as it is searched: case, accents and odd spaces away, so that "oster" and "ÖSTER" both find "Öster"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.replace("ø", "o").replace("æ", "ae").split())


_SWEDISH_AFTER_Z = {"å": "z1", "ä": "z2", "æ": "z2", "ö": "z3", "ø": "z3"}


def swedish_sort_key(text: str) -> str:
    """A key of hexadecimal digits that any database sorts as Swedish does: … z, å, ä, ö, whatever the case.

    Digits and a–f keep their order in every collation, so SQLite and PostgreSQL agree.
    Numbers sort by size ("1.2" before "1.10").
    """
    composed = unicodedata.normalize("NFC", " ".join(text.split())).casefold()
    weights = []
    for piece in re.split(r"(\d+)", composed):
        if piece.isdigit():
            digits = str(int(piece))
            weights.append("1" + chr(ord("a") + min(len(digits), 25)) + digits)
            continue
        for char in piece:
            if char in _SWEDISH_AFTER_Z:
                weights.append(_SWEDISH_AFTER_Z[char])
            else:
                plain = unicodedata.normalize("NFKD", char)
                weights.append("".join(c for c in plain if not unicodedata.combining(c)))
    return "".join(weights).encode("utf-8", "replace").hex()[:400]


def org_number_digits(text: str) -> str:
    """The ten digits of a Swedish organisation number, or "" when it is not one (check digit by Luhn)."""
    digits = re.sub(r"[\s-]", "", text)
    if re.fullmatch(r"16\d{10}", digits):
        digits = digits[2:]
    if not re.fullmatch(r"\d{10}", digits):
        return ""
    total = 0
    for index, digit in enumerate(digits):
        product = int(digit) * (2 if index % 2 == 0 else 1)
        total += product - 9 if product > 9 else product
    return digits if total % 10 == 0 else ""


_PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:19|20)?(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])\s?[-+]?\s?(\d{4})(?!\d)")


def has_personal_number(text: str) -> bool:
    """Whether free text seems to hold a personnummer or samordningsnummer: a date, four digits, a right check digit."""
    return any(org_number_digits("".join(found)) for found in _PERSONAL_NUMBER.findall(text))


_LEGAL_FORMS = {"ab", "aktiebolag", "hb", "kb", "ek", "for", "ideell", "forening", "foreningen", "stiftelsen", "exempel", "i", "och", "the"}


def core_of_name(text: str) -> str:
    """What tells one organisation's name from another's: "Kretsloppet, ek. för. (Exempel)" → "kretsloppet"."""
    words = re.findall(r"\w+", normalise_search(text))
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)


def names_are_alike(one: str, other: str) -> bool:
    """Whether two names may well be of the same organisation: the same but for legal form, word order or a letter or two."""
    first, second = core_of_name(one), core_of_name(other)
    if sorted(first.split()) == sorted(second.split()):
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= 0.87


def masked_email(address: str) -> str:
    """ "anna@norrbruk.se" → "a••@norrbruk.se": enough for its owner to know it, too little for anybody else."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}••{at}{domain}" if at else ""
