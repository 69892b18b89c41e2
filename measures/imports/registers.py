"""The sheets Områden and Aktörer: the places and organisations that the plan mentions."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from measures.imports.cells import line_of, says_nothing
from measures.imports.headings import heading_key
from measures.imports.names import NameBook, name_key
from measures.imports.numbers import read_number
from measures.imports.reading import Places, SheetReader
from measures.imports.tree import ActorRow, AreaRow, Known
from measures.rules import SCALE
from stakeholders.rules import ActorKind, AreaKind, has_personal_number, org_number_digits

AREA_KINDS = {
    "kommun": AreaKind.MUNICIPALITY,
    "ort": AreaKind.LOCALITY,
    "tatort": AreaKind.LOCALITY,
    "stadsdel": AreaKind.LOCALITY,
    "bostadsomrade": AreaKind.HOUSING_AREA,
    "kvarter": AreaKind.HOUSING_AREA,
}

ACTOR_KINDS = {
    heading_key(words): kind
    for kind, all_words in {
        ActorKind.HOUSING_COMPANY: "bostadsbolag|allmännytta|allmännyttigt bostadsbolag|kommunalt bostadsbolag",
        ActorKind.MUNICIPAL_DEPARTMENT: "kommunal nämnd/förvaltning|kommun|nämnd|förvaltning|kommunal förvaltning",
        ActorKind.MUNICIPAL_COMPANY: "kommunalt bolag|annat kommunalt bolag|energi- och VA-bolag",
        ActorKind.SCHOOL: "skola/förskola|skola|förskola|grundskola|gymnasieskola",
        ActorKind.ADULT_EDUCATION: "vuxenutbildning/sfi|sfi/vuxenutbildning|vuxenutbildning|sfi|komvux",
        ActorKind.SOCIAL_SERVICES: "socialtjänst|socialförvaltning",
        ActorKind.LIBRARY_CULTURE: "bibliotek/kultur/fritid|bibliotek|kultur|fritid|kultur och fritid",
        ActorKind.REGION_HEALTH: "region/vård|region|vård|hälso- och sjukvård",
        ActorKind.POLICE: "polis|polisen|polismyndigheten",
        ActorKind.EMPLOYMENT_SERVICE: "Arbetsförmedlingen|arbetsförmedling",
        ActorKind.STATE_AGENCY: "annan statlig myndighet|statlig myndighet|myndighet",
        ActorKind.ASSOCIATION: "förening/idrott|förening|idrottsförening|ideell förening|idrott",
        ActorKind.FAITH_COMMUNITY: "trossamfund|församling|kyrka",
        ActorKind.STUDY_ASSOCIATION: "studieförbund",
        ActorKind.TENANT_ORGANISATION: "hyresgästorganisation|hyresgästförening|Hyresgästföreningen",
        ActorKind.VILLAGE_ASSOCIATION: "byalag/bygdegård|byalag|bygdegård",
        ActorKind.SOCIAL_ENTERPRISE: "socialt företag|arbetsintegrerande socialt företag",
        ActorKind.BUSINESS: "näringsliv|företag",
        ActorKind.PRIVATE_LANDLORD: "privat fastighetsägare|fastighetsägare",
        ActorKind.RESCUE_SERVICE: "räddningstjänst",
        ActorKind.UNIVERSITY: "högskola/forskning|högskola|universitet|forskning",
        ActorKind.NETWORK: "nätverk/partnerskap|nätverk|partnerskap",
        ActorKind.OTHER: "annan|annat|övrigt|övrig",
    }.items()
    for words in all_words.split("|")
}


@dataclass(slots=True)
class AreaSheet:
    """Reads areas; parents may stand further down or in the register."""

    reader: SheetReader
    known: Known
    places: Places

    def read(self) -> list[AreaRow]:
        found = [area for _ in self.reader.rows() if (area := self._row())]
        return self._with_parents(found)

    def _row(self) -> AreaRow | None:
        reader = self.reader
        name = reader.line("name", 200)
        if not name:
            if reader.line("parent") or reader.line("kind"):
                reader.say("area_without_name", "name")
            elif text := first_text(reader):
                reader.say("row_skipped", value=text)
            return None
        if is_footnote(name) and not reader.line("kind"):
            reader.say("row_skipped", value=name)
            return None
        if first := reader.stands_already(name_key(name), self.places):
            reader.say("area_twice", "name", name, first=first)
        kind = AREA_KINDS.get(heading_key(reader.line("kind")), "")
        if not kind:
            reader.say("area_kind_unknown", "kind", reader.line("kind"))
        flats = read_number(reader.cell("flats"))
        if flats.wrong or (flats.value or 0) < 0 or flats.decimals:
            reader.say(flats.wrong or "not_a_number", "flats", line_of(reader.cell("flats")))
        parent = reader.line("parent", 200)
        if reader.is_blocked:
            return None
        return AreaRow(reader.row.number, name, kind, parent, None if flats.value is None else flats.value // SCALE)

    def _with_parents(self, found: list[AreaRow]) -> list[AreaRow]:
        """Only the areas whose chain of parents is whole; parents come before their children."""
        by_key = {name_key(area.name): area for area in found}
        known = {name_key(name): name for name in self.known.areas}
        placed: dict[str, AreaRow] = {}
        waiting = dict(by_key)
        while waiting:
            ready = [
                key
                for key, area in waiting.items()
                if not area.parent or (parent := name_key(area.parent)) in placed or (parent in known and parent not in by_key)
            ]
            if not ready:
                break
            for key in ready:
                area = waiting.pop(key)
                if area.parent:
                    parent = name_key(area.parent)
                    area.parent = placed[parent].name if parent in placed else known[parent]
                placed[key] = area
        for area in waiting.values():
            is_circle = name_key(area.parent) in by_key
            self.reader.say("area_in_circle" if is_circle else "area_parent_unknown", "parent", area.parent, at_row=area.row)
        return list(placed.values())


@dataclass(slots=True)
class ActorSheet:
    """Reads organisations and the person we reach each through."""

    reader: SheetReader
    known: Known
    areas: NameBook
    places: Places
    org_numbers: dict[str, str]

    def read(self) -> list[ActorRow]:
        return [actor for _ in self.reader.rows() if (actor := self._row())]

    def _row(self) -> ActorRow | None:
        reader = self.reader
        name = reader.line("name", 200)
        if not name:
            if reader.line("email") or reader.line("org_number") or reader.line("kind"):
                reader.say("actor_without_name", "name")
            elif text := first_text(reader):
                reader.say("row_skipped", value=text)
            return None
        if is_footnote(name) and not reader.line("kind"):
            reader.say("row_skipped", value=name)
            return None
        if first := reader.stands_already(name_key(name), self.places):
            reader.say("actor_twice", "name", name, first=first)
        actor = ActorRow(
            reader.row.number,
            name,
            self._kind(),
            self._org_number(name),
            reader.line("contact", 200),
            reader.line("role", 200),
            self._email(),
            reader.line("phone", 40, may_be_numbers=True),
            self._areas(),
        )
        return None if reader.is_blocked else actor

    def _kind(self) -> str:
        words = self.reader.line("kind")
        kind = ACTOR_KINDS.get(heading_key(words))
        if not kind:
            self.reader.say("actor_kind_unknown" if words else "actor_kind_missing", "kind", words)
        return kind or ActorKind.OTHER

    def _org_number(self, name: str) -> str:
        text = line_of(self.reader.cell("org_number"))
        if says_nothing(text):
            return ""
        digits = org_number_digits(text)
        if has_personal_number(text) or (digits and digits[2] < "2"):
            self.reader.say("org_number_is_personal", "org_number")
            return ""
        if not digits:
            self.reader.say("org_number_wrong", "org_number", text)
            return ""
        owner = self.org_numbers.setdefault(digits, name)
        if name_key(owner) != name_key(name):
            self.reader.say("org_number_taken", "org_number", text, owner=owner)
        return digits

    def _email(self) -> str:
        email = self.reader.line("email", 254).removeprefix("mailto:").strip()
        if not email:
            if self.reader.has("email"):
                self.reader.say("email_missing", "email")
            return ""
        try:
            validate_email(email)
        except ValidationError:
            self.reader.say("email_wrong", "email", email)
            return ""
        return email

    def _areas(self) -> tuple[str, ...]:
        return read_areas(self.reader, self.areas)


def read_areas(reader: SheetReader, areas: NameBook) -> tuple[str, ...]:
    """The known areas that a row names; likenesses are used and noted, unknown ones are gaps."""
    found = []
    for mention in areas.mentions(reader.text("areas")):
        if not mention.name:
            reader.say("area_unknown", "areas", mention.text)
            continue
        if not mention.is_exact:
            reader.say("area_alike", "areas", mention.text, meant=mention.name)
        found.append(mention.name)
    return tuple(dict.fromkeys(found))


_FOOTNOTE = re.compile(r"^(?:\*|not:|obs|källa:|summa|totalt?\b)", re.IGNORECASE)


def is_footnote(text: str) -> bool:
    return bool(_FOOTNOTE.match(text))


def first_text(reader: SheetReader) -> str:
    """What the row says anywhere, for the note that it was skipped."""
    return next((text for cell in reader.row.cells if (text := line_of(cell))), "")
