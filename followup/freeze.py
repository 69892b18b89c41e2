"""The frozen year as bytes: every form of it, the fingerprint, and the package for the municipal archive."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import PurePath

from django.utils.translation import gettext as _

from followup.models import AnnualFollowUp, FrozenFile
from followup.year.files import Stamp, json_bytes, page, table_csv, workbook
from followup.year.frozen import content_of
from followup.year.page import Year
from followup.year.pdf import pdf
from followup.year.tables import TABLES, table_names
from followup.year.word import DOCX_TYPE, document
from stakeholders import clock
from stakeholders.exports import CSV_TYPE, XLSX_TYPE
from stakeholders.models import Event

_OLDEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class File:
    """One form of the year."""

    name: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def fingerprint(year: Year) -> str:
    """SHA-256 of the year's JSON: the same on every page of every form, since a file cannot hold the hash of itself."""
    return hashlib.sha256(json_bytes(year)).hexdigest()


TYPES = {
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".csv": CSV_TYPE,
    ".xlsx": XLSX_TYPE,
    ".docx": DOCX_TYPE,
    ".pdf": "application/pdf",
}
"""By how the name ends: what a file is served as."""

FILES = 6 + len(TABLES)
"""How many forms there are."""

FOR_PARTNERS = "-partner.html"
"""How the name ends of the form that partners are given."""


def frozen_files(year: Year, *, for_partners: Year, created: datetime, version: int = 1, reason: str = "") -> Iterator[File]:
    """The year in all its forms, with the fingerprint on each, one after the other as they are drawn. Takes seconds: run it in a job.

    `for_partners`: the same year as they may read it; their form bears the fingerprint of the year, and says that it may hide more.

    A correction has its version in its name and its reason on its first page: of two papers on a table one must see which holds.
    """
    stem = f"arsuppfoljning-{year.year}" if version == 1 else f"arsuppfoljning-{year.year}-v{version}"
    stamp = Stamp(fingerprint(year), clock.day_of(created), version, reason)
    yield File(f"{stem}.json", TYPES[".json"], json_bytes(year))
    yield File(f"{stem}.html", TYPES[".html"], page(year, stamp=stamp).encode())
    theirs = page(for_partners, stamp=replace(stamp, for_partners=True))
    yield File(f"{stem}{FOR_PARTNERS}", TYPES[".html"], theirs.encode())
    for table in TABLES:
        yield File(f"{stem}-{table}.csv", TYPES[".csv"], table_csv(year, table))
    yield File(f"{stem}.xlsx", TYPES[".xlsx"], workbook(year, created=created, stamp=stamp))
    yield File(f"{stem}.docx", TYPES[".docx"], document(year, created=created, stamp=stamp))
    yield File(f"{stem}.pdf", TYPES[".pdf"], pdf(year, stamp=stamp))


def files_of(annual: AnnualFollowUp) -> list[tuple[FrozenFile, str]]:
    """The stored files without their bytes, those that people read first, each with what it is in words."""
    forms = {
        ".pdf": _("PDF/A, att läsa, skriva ut och arkivera"),
        ".docx": _("Word, att arbeta vidare i"),
        ".xlsx": _("Excel, alla tabeller"),
        ".html": _("Webbsida, för skärmläsare"),
        FOR_PARTNERS: _("Webbsida för dem som rapporterar, med fler tal skyddade"),
        ".json": _("JSON, för maskiner"),
    }
    kinds = forms | {f"-{table}.csv": _("CSV: %(table)s") % {"table": name} for table, name in table_names().items()}
    order = list(kinds)
    files = [
        (file, max((kind for kind in order if file.name.endswith(kind)), key=len, default="")) for file in annual.files.defer("content")
    ]
    files.sort(key=lambda each: (order.index(each[1]) if each[1] else len(order), each[0].name))
    return [(file, kinds.get(kind, "")) for file, kind in files]


def verified() -> Iterator[tuple[str, list[str], list[str]]]:
    """Each frozen year, with the names of its files and of its facts that are not as it was frozen: none, unless somebody got past the database.

    It is held against the history of the day, which is chained: whoever changes a row or a file with its hash, takes a year or a file
    away or puts one there has still to forge the history.
    """
    told: dict[int, list[Event]] = {}
    for event in Event.objects.filter(verb="year.frozen").select_related("workspace").order_by("id"):
        told.setdefault(event.subject_id, []).append(event)
    for annual in AnnualFollowUp.objects.select_related("plan__workspace").order_by("id"):
        events = told.pop(annual.pk, [])
        facts = [name for event in events for name in _broken_facts(annual, event)]
        if not events:
            facts.append("historiken säger inte att det frystes")
        yield f"{annual.plan.workspace.name}, {annual.plan}, {annual.year} version {annual.version}", _broken_files(annual, events), facts
    for event in chain.from_iterable(told.values()):
        name = f"{event.workspace.name}, {event.payload.get('year')} version {event.payload.get('version')} (händelse {event.pk})"
        yield name, [], ["året är borta"]


def _broken_files(annual: AnnualFollowUp, events: list[Event]) -> list[str]:
    """The bytes must give the SHA-256 beside them, and that must be the one in the history: of all files that it tells of, and of no other.

    No history tells what they are served as: their names do.
    """
    stored = {file.name: hashlib.sha256(bytes(file.content)).hexdigest() for file in annual.files.all()}
    wrong = [file.name for file in annual.files.defer("content") if stored[file.name] != file.sha256 or not _has_its_type(file)]
    for told in filter(None, (event.payload.get("files") for event in events)):
        wrong += [name for name in sorted(told.keys() | stored.keys()) if told.get(name) != stored.get(name)]
    return list(dict.fromkeys(wrong))


def _has_its_type(file: FrozenFile) -> bool:
    return file.content_type == TYPES.get(PurePath(file.name).suffix, file.content_type)


def _broken_facts(annual: AnnualFollowUp, event: Event) -> list[str]:
    """What the row says otherwise than the history does.

    A year frozen before the history told of each file is held against its fingerprint alone, which is the JSON's; of the moment and of
    the plan nothing is said where they were not told.
    """
    told = event.payload
    moment = annual.recorded_at.astimezone(UTC).isoformat()
    pairs = {
        "planen": (annual.plan_id, told.get("plan", annual.plan_id)),
        "året": (annual.year, told.get("year")),
        "versionen": (annual.version, told.get("version")),
        "skälet": (annual.reason, told.get("why")),
        "tiden": (moment, told.get("as_of", moment)),
        "vem som frös": (annual.frozen_by_id, event.by_user_id),
    }
    wrong = [name for name, (stored, said) in pairs.items() if stored != said]
    if not told.get("files") and not annual.files.filter(sha256=told.get("fingerprint")).exists():
        wrong.append("historiken säger inte vilka filer")
    return wrong


def archive_package(annual: AnnualFollowUp) -> bytes:
    """A zip of the frozen files with a manifest (name, type, size, SHA-256): the same bytes every time it is asked for.

    So the names in it are those of the frozen JSON, and nothing is compressed: another zlib would give other bytes.
    """
    files: list[FrozenFile] = list(annual.files.order_by("name"))
    content = content_of(annual) or {}
    manifest = {
        "plan": content.get("plan_title", ""),
        "workspace": content.get("company", ""),
        "year": annual.year,
        "version": annual.version,
        "reason": annual.reason,
        "rules_version": annual.rules_version,
        "frozen_at": annual.recorded_at.isoformat(),
        "files": [{"name": f.name, "content_type": f.content_type, "bytes": len(f.content), "sha256": f.sha256} for f in files],
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        _add(package, "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        for file in files:
            _add(package, file.name, bytes(file.content))
    return out.getvalue()


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _OLDEST_ZIP_TIME)
    entry.create_system = 3  # Unix, wherever it is made
    entry.external_attr = 0o644 << 16
    package.writestr(entry, content)
