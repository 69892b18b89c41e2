"""Which sheet is which, where its headings stand, and which column holds what – also when they are misspelt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import islice

from measures.imports.cells import line_of
from measures.spreadsheets import Row, Sheet
from stakeholders.rules import normalise_search

LOOKED_AT = 40  # headings stand among the first rows, below titles
ALIKE = 0.82

PLAN, INDICATORS, ACTORS, AREAS = "plan", "indicators", "actors", "areas"

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    PLAN: {
        "focus_area": ("Fokusområde", "Insatsområde", "Målområde", "Strategiskt område", "Utvecklingsområde"),
        "goal": ("Mål", "Målsättning", "Delmål"),
        "number": ("Nr", "Nummer", "Åtgärd nr", "Åtgärdsnummer", "Åtgärdsnr", "Löpnummer"),
        "title": ("Åtgärd", "Åtgärder", "Åtgärdens namn", "Insats", "Vad ska göras"),
        "description": ("Beskrivning", "Beskrivning av åtgärden", "Innehåll"),
        "responsible": ("Ansvarig", "Ansvarig aktör", "Huvudansvarig", "Ansvar"),
        "contributing": ("Medverkande", "Medverkande aktörer", "Samverkansparter", "Samarbetspartner", "I samverkan med"),
        "start": ("Startdatum", "Start", "Börjar", "Från"),
        "end": ("Slutdatum", "Slut", "Slutar", "Till", "Klart senast", "Klar senast"),
        "effect_time": ("Tid till effekt", "Förväntad tid till effekt"),
        "cause": ("Orsak som åtgärden möter", "Orsak", "Orsaker"),
        "funding": ("Finansiering", "Finansieras av", "Finansieringsform"),
        "budget": ("Budget per år", "Budget per år (kr)", "Budget", "Kostnad per år"),
        "evidence": ("Stöd i forskning/erfarenhet", "Stöd i forskning", "Evidens", "Kunskapsstöd"),
        "source": ("Källa", "Källor", "Referens"),
        "target_group": ("Målgrupp",),
        "areas": ("Område", "Områden", "Geografiskt område"),
    },
    INDICATORS: {
        "measure": ("Åtgärd nr", "Nr", "Åtgärdsnummer", "Åtgärdsnr", "Nummer", "Åtgärd"),
        "name": ("Indikator", "Indikatorer", "Mått", "Nyckeltal"),
        "level": ("Nivå", "Nivå i effektkedjan"),
        "kind": ("Räknesätt", "Typ av mått", "Räknas som"),
        "unit": ("Enhet", "Måttenhet"),
        "direction": ("Riktning", "Önskad riktning"),
        "basis": ("Målet avser", "Mål avser"),
        "baseline": ("Utgångsvärde", "Baslinje", "Baslinjevärde", "Basvärde", "Nuläge", "Startvärde"),
        "baseline_year": ("År", "Utgångsår", "År för utgångsvärde", "Basår", "Baslinjeår", "År för nuläge"),
        "source": ("Källa", "Datakälla"),
        "numerator": ("Täljare",),
        "denominator": ("Nämnare",),
        "over_time": ("Över tid", "Flöde eller ställning"),
    },
    ACTORS: {
        "name": ("Aktör", "Aktörens namn", "Organisation", "Namn"),
        "kind": ("Typ", "Aktörstyp", "Typ av aktör"),
        "org_number": ("Organisationsnummer", "Org.nr", "Orgnr", "Org nummer"),
        "contact": ("Kontaktperson", "Kontakt"),
        "role": ("Roll", "Titel", "Befattning"),
        "email": ("E-post", "Mejl", "E-postadress", "Epost", "Mail"),
        "phone": ("Telefon", "Telefonnummer", "Tel", "Mobil"),
        "areas": ("Områden", "Område", "Verksam i"),
    },
    AREAS: {
        "name": ("Område", "Områdets namn", "Namn"),
        "parent": ("Ingår i", "Del av", "Tillhör"),
        "kind": ("Typ", "Områdestyp", "Nivå"),
        "flats": ("Lägenheter", "Antal lägenheter", "Lgh"),
    },
}
"""Sheet kind → field → the headings that mean it. The first is the one we write ourselves."""

NEEDED: dict[str, tuple[str, ...]] = {
    PLAN: ("number", "title"),
    INDICATORS: ("measure", "name"),
    ACTORS: ("name", "kind"),
    AREAS: ("name", "parent"),
}
SHEET_NAMES = {PLAN: "handlingsplan", INDICATORS: "indikatorer", ACTORS: "aktorer", AREAS: "omraden"}
_TARGET = re.compile(r"(?:mal|malvarde|malniva)\.? ?(?:for |ar )?(?P<year>20\d{2}|21\d{2})|(?P<bare>20\d{2}|21\d{2})")


@dataclass(frozen=True, slots=True)
class Layout:
    """How one sheet is to be read: the row of its headings, and field → column number from 0.

    `targets` is year → column. `headings` is column → heading as written. `misspelt` is heading → what it was taken for,
    `unread` the headings that nothing answers to.
    """

    kind: str
    header_row: int
    columns: Mapping[str, int]
    targets: Mapping[int, int] = field(default_factory=dict)
    headings: Mapping[int, str] = field(default_factory=dict)
    misspelt: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    def heading(self, name: str) -> str:
        """The heading above a field, as the file writes it (our own word when the column is missing)."""
        column = self.columns.get(name)
        return WORDS[self.kind][name][0] if column is None else self.headings.get(column, "")


def heading_key(text: str) -> str:
    """A heading as it is compared: no case, accents, brackets, stars or odd spaces."""
    return normalise_search(re.sub(r"\([^)]*\)|[*:.?!]", " ", text))


_KEYS = {kind: {heading_key(word): name for name, words in fields.items() for word in words} for kind, fields in WORDS.items()}


def find_layout(sheet: Sheet) -> Layout | None:
    """The most complete reading of a sheet's headings, or None when no row looks like any we know."""
    best: tuple[float, Layout] | None = None
    for row in islice(sheet.rows, LOOKED_AT):
        headings = {column: line_of(cell) for column, cell in enumerate(row.cells) if isinstance(cell, str | int)}
        headings = {column: text for column, text in headings.items() if text and len(text) <= 80}
        for kind in WORDS:
            layout = read_headings(kind, row.number, headings)
            if any(name not in layout.columns for name in NEEDED[kind]) or len(layout.columns) < 2:
                continue
            score = len(layout.columns) + len(layout.targets) - 0.3 * len(layout.misspelt) - 0.3 * len(layout.unread)
            score += 1.5 if SHEET_NAMES[kind] in normalise_search(sheet.name) else 0
            if best is None or score > best[0]:
                best = (score, layout)
    return best[1] if best else None


def read_headings(kind: str, row: int, headings: Mapping[int, str]) -> Layout:
    """Columns for one kind of sheet: exact words first, then the misspelt ones that are most alike."""
    columns: dict[str, int] = {}
    targets: dict[int, int] = {}
    left: dict[int, str] = {}
    for column, text in headings.items():
        key = heading_key(text)
        name = _KEYS[kind].get(key)
        if name and name not in columns:
            columns[name] = column
        elif kind == INDICATORS and (found := _TARGET.fullmatch(key)):
            targets.setdefault(int(found["year"] or found["bare"]), column)
        else:
            left[column] = text
    misspelt = _misspelt(kind, left, columns) if columns else {}
    unread = tuple(text for column, text in left.items() if column not in columns.values())
    return Layout(kind, row, columns, targets, dict(headings), misspelt, unread)


def _misspelt(kind: str, left: Mapping[int, str], columns: dict[str, int]) -> dict[str, str]:
    """Fill `columns` with the headings that are nearly right, each field and column once, the most alike first."""
    pairs = []
    for column, text in left.items():
        key = heading_key(text)
        if len(key) < 4:
            continue
        for known, name in _KEYS[kind].items():
            if name in columns or len(known) < 4:
                continue
            matcher = SequenceMatcher(None, known, key, autojunk=False)
            if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE:
                pairs.append((matcher.ratio(), column, name))
    misspelt = {}
    taken: set[int] = set()
    for _, column, name in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if name not in columns and column not in taken:
            columns[name] = column
            taken.add(column)
            misspelt[left[column]] = WORDS[kind][name][0]
    return misspelt


def layout_from_choice(kind: str, header_row: int, columns: Mapping[str, int], sheet: Sheet) -> Layout:
    """The layout a person chose on the mapping page. Fields named "target:2028" are targets."""
    headings: dict[int, str] = {}
    for row in sheet.rows:
        if row.number == header_row:
            headings = {column: line_of(cell) for column, cell in enumerate(row.cells)}
        if row.number >= header_row:
            break
    targets = {int(name[7:]): column for name, column in columns.items() if name.startswith("target:")}
    plain = {name: column for name, column in columns.items() if name in WORDS[kind]}
    return Layout(kind, header_row, plain, targets, headings)


def first_rows(sheet: Sheet, count: int = 12) -> list[Row]:
    """The top of a sheet, as the mapping page shows it."""
    return list(islice(sheet.rows, count))
