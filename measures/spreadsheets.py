"""Safe reading of an uploaded workbook: rows out, or one sentence about why not (S11 of docs/promises.md).

The file is opened only in a child process with little memory and little time (`spreadsheet_child.py`), so that no file can
take the web process with it.
"""

import io
import json
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

PACKED_BYTES = 40 * 1024 * 1024
SECONDS = 60
TELL_EVERY = 1000
CHILD = Path(__file__).with_name("spreadsheet_child.py")
Cell = str | int | float | bool | date | None

SENTENCES = {
    "empty": _("Filen är tom."),
    "too_big": _("Filen är %(megabytes)s MB. Det största som går att läsa in är %(limit)s MB."),
    "not_a_spreadsheet": _("Filen är inget kalkylblad. Spara planen som Excel-fil (.xlsx) eller CSV och försök igen."),
    "old_excel": _("Filen är i det gamla Excel-formatet. Öppna den i Excel, spara som .xlsx och försök igen."),
    "password": _("Filen är skyddad med lösenord. Ta bort lösenordet i Excel, spara och försök igen."),
    "other_format": _("Filen är i formatet %(format)s. Spara den som .xlsx i ditt kalkylprogram och försök igen."),
    "damaged": _("Filen är skadad och går inte att öppna. Öppna den i Excel, spara en ny kopia och försök igen."),
    "bomb": _("Filen packar upp sig till orimligt mycket och läses därför inte. Kopiera bladen till en ny fil."),
    "too_many_rows": _("Filen har fler än %(limit)s rader. Dela upp den i flera filer."),
    "too_many_columns": _("Bladet ”%(sheet)s” har fler än %(limit)s kolumner. Ta bort kolumnerna till höger om tabellen."),
    "too_many_cells": _("Filen har för många celler. Kopiera bara tabellerna till en ny fil och försök igen."),
    "too_large": _("Filen är för stor för att läsas in. Kopiera bara tabellerna till en ny fil och försök igen."),
    "too_slow": _("Filen tog för lång tid att läsa. Kopiera bara tabellerna till en ny fil och försök igen."),
}


class UnreadableError(Exception):
    """The file cannot be read at all. `str()` of it is a sentence to show; `code` is for tests and logs."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return str(SENTENCES[self.code]) % self.facts


@dataclass(slots=True)
class Row:
    """One row that holds anything: `number` as the spreadsheet program shows it, cells from column A on."""

    number: int
    cells: list[Cell]


@dataclass(slots=True)
class Sheet:
    """A visible sheet; the only sheet of a CSV file has no name. `rows` are the non-empty ones, to be walked any number of times."""

    name: str
    rows: Iterable[Row]


def pack_workbook(path: Path, *, seen: Callable[[int], None] = lambda rows: None) -> bytes:
    """Every visible sheet of an .xlsx or .csv file, read and packed small enough to be stored. Raises UnreadableError.

    `seen` is told the number of rows now and then, and may stop the reading by raising.
    """
    packed = io.BytesIO()
    names: list[str] = []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive, ExitStack() as open_part:
        part: IO[bytes] = io.BytesIO()
        for number, (kind, *rest) in enumerate(_lines_of(path)):
            if number % TELL_EVERY == 0:
                seen(number)
            if kind == "sheet":
                open_part.close()
                part = open_part.enter_context(archive.open(str(len(names)), "w"))
                names.append(rest[0])
            else:
                part.write(json.dumps(rest, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        open_part.close()
        archive.writestr("names", json.dumps(names))
    return packed.getvalue()


def pack_rows(sheets: Iterable[Sheet]) -> bytes:
    """Rows that are in memory already, packed as `pack_workbook` packs a file."""
    packed = io.BytesIO()
    names: list[str] = []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sheets:
            with archive.open(str(len(names)), "w") as part:
                for row in sheet.rows:
                    cells = [{"date": cell.isoformat()} if isinstance(cell, date) else cell for cell in row.cells]
                    part.write(json.dumps([row.number, cells], ensure_ascii=False).encode() + b"\n")
            names.append(sheet.name)
        archive.writestr("names", json.dumps(names))
    return packed.getvalue()


def unpack_workbook(packed: bytes) -> list[Sheet]:
    """The sheets of what `pack_workbook` gave; rows are unpacked as they are walked."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = json.loads(archive.read("names"))
    return [Sheet(name, _PackedRows(packed, str(index))) for index, name in enumerate(names)]


@dataclass(frozen=True, slots=True)
class _PackedRows:
    packed: bytes
    part: str

    def __iter__(self) -> Iterator[Row]:
        with zipfile.ZipFile(io.BytesIO(self.packed)) as archive, archive.open(self.part) as lines:
            for line in lines:
                number, cells = json.loads(line)
                yield Row(number, [_cell(value) for value in cells])


def check_packed_size(size: int) -> None:
    """Refuse a file of more bytes than we read, before anything else is done with it."""
    if size > PACKED_BYTES:
        raise UnreadableError("too_big", megabytes=-(-size // 1_048_576), limit=PACKED_BYTES // 1_048_576)


def _cell(value: Any) -> Cell:
    return date.fromisoformat(value["date"]) if isinstance(value, dict) else value


def _lines_of(path: Path) -> Iterator[list[Any]]:
    """The child's lines, until it says "end". A child that dies without a word was stopped by its limits."""
    check_packed_size(path.stat().st_size)
    command = [sys.executable, "-I", str(CHILD), str(path)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet) as child:  # noqa: S603 - our own file, no shell
        out_of_time = threading.Timer(SECONDS, child.kill)
        out_of_time.start()
        try:
            for text in child.stdout or ():
                if not text.endswith(b"\n"):
                    break
                line = json.loads(text)
                if line[0] == "refused":
                    raise UnreadableError(line[1], **line[2])
                if line[0] == "end":
                    return
                yield line
            is_slow = not out_of_time.is_alive() or child.wait() == -signal.SIGXCPU
            raise UnreadableError("too_slow" if is_slow else "too_large")
        finally:
            out_of_time.cancel()
            child.kill()
