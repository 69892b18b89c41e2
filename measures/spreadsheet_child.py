"""Reads one uploaded workbook in a process of its own and writes its rows as JSON lines.

Started by `spreadsheets.rows_of`, never imported by it: what is opened here was written by strangers, so this process has little memory,
little time, no Django and no database. Protocol on standard output, one JSON array per line:

    ["sheet", name]                       a sheet begins
    ["row", number, [cell, …]]            number as the spreadsheet program shows it; empty rows are left out
    ["refused", code, {…}]                why it cannot be read (codes in spreadsheets.py); nothing follows
    ["end"]                               everything was read

A cell is null, a string, a number, true/false or {"date": "2025-04-01"}. Cells merged downward repeat their value on each row.
"""

import csv
import json
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from statistics import mode
from typing import Any

MEMORY_BYTES = 300 * 1024 * 1024
CPU_SECONDS = 40
FILE_SIZE = 0  # this process writes no files

UNPACKED_BYTES = 400 * 1024 * 1024
RATIO = 100
SMALL_PART = 1024 * 1024  # a part this small is never a bomb, however well it packs
PARTS = 2_000
DIRECTORY_BYTES = 1024 * 1024
ROWS = 200_000
COLUMNS = 200
CELLS = 4_000_000
MERGED = 20_000
CELL_CHARACTERS = 32_767  # what a spreadsheet cell can hold

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


class RefusedError(Exception):
    """The file cannot be read: `code` says why and `facts` fill the sentence."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def main(path: Path) -> None:
    """Limit this process, read the file and write its rows or the reason why not."""
    _limit_this_process()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        for line in _lines(path):
            _write(line)
        _write(["end"])
    except RefusedError as refused:
        _write(["refused", refused.code, refused.facts])
    except MemoryError:
        _write(["refused", "too_large", {}])
    sys.stdout.flush()


def _limit_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(line: list[Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _lines(path: Path) -> Iterator[list[Any]]:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK\x03\x04"):
        _check_archive(path)
        return _workbook_lines(path)
    if start.startswith(OLE_MAGIC):
        raise RefusedError("password" if ENCRYPTED_STREAM in path.read_bytes() else "old_excel")
    if not start.strip():
        raise RefusedError("empty")
    return _csv_lines(path, start)


# --- the packed workbook ------------------------------------------------------------------------------------------------------------


def _check_archive(path: Path) -> None:
    """Refuse what would swell, before anything is unpacked for real: sizes as declared first, then as they are."""
    _check_directory_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_declared_sizes(parts, path.stat().st_size)
            _check_is_workbook(archive, {part.filename for part in parts})
            with path.open("rb") as file:
                cells = sum(_check_part(file, part) for part in parts)
    except (
        zipfile.BadZipFile,
        struct.error,
        zlib.error,
        NotImplementedError,
        UnicodeError,
        RuntimeError,
        EOFError,
    ) as broken:
        raise RefusedError("damaged") from broken
    if cells > CELLS:
        raise RefusedError("too_many_cells", limit=CELLS)


def _check_directory_size(path: Path) -> None:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise RefusedError("damaged")
    _, _, _, _, count, directory_bytes, _, _ = struct.unpack("<4s4H2LH", tail[at : at + 22])
    if count > PARTS or directory_bytes > DIRECTORY_BYTES:
        raise RefusedError("bomb")


def _check_declared_sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > PARTS or unpacked > UNPACKED_BYTES or unpacked > max(RATIO * packed, SMALL_PART):
        raise RefusedError("bomb")
    for part in parts:
        if part.flag_bits & 1:
            raise RefusedError("password")
        if part.file_size > SMALL_PART and part.file_size > RATIO * part.compress_size:
            raise RefusedError("bomb")


def _check_is_workbook(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        raise RefusedError("other_format", format=".xlsb")
    if "word/document.xml" in names:
        raise RefusedError("other_format", format="Word")
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.open("mimetype").read(200):
        raise RefusedError("other_format", format=".ods")
    raise RefusedError("not_a_spreadsheet")


_CELL = re.compile(rb"<(?:\w+:)?c[ >]")


def _check_part(file: Any, part: zipfile.ZipInfo) -> int:
    """The cells in one part. Unpacks it piece by piece, keeps nothing, and stops at the first byte beyond the declared size."""
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedError("damaged")
    is_xml = part.filename.endswith((".xml", ".rels", ".vml"))
    is_sheet = part.filename.startswith("xl/worksheets/")
    seen = cells = 0
    tail = b""
    for piece in _unpacked(file, part):
        seen += len(piece)
        if seen > part.file_size:
            raise RefusedError("bomb")
        if is_xml:
            text = tail + piece
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise RefusedError("bomb")
            if is_sheet:
                cells += len(_CELL.findall(text)) - len(_CELL.findall(tail))
            tail = piece[-16:]
    return cells


def _unpacked(file: Any, part: zipfile.ZipInfo) -> Iterator[bytes]:
    file.seek(part.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise RefusedError("damaged")
    name_length, extra_length = struct.unpack("<2H", header[26:30])
    file.seek(part.header_offset + 30 + name_length + extra_length)
    left = part.compress_size
    inflate = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (packed := file.read(min(65_536, left))):
        left -= len(packed)
        if inflate is None:
            yield packed
            continue
        while packed:
            yield inflate.decompress(packed, 1_048_576)
            packed = inflate.unconsumed_tail


def _workbook_lines(path: Path) -> Iterator[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(path)
        rows = 0
        for sheet in workbook.sheets_metadata:
            if sheet.typ is not SheetTypeEnum.WorkSheet or sheet.visible is not SheetVisibleEnum.Visible:
                continue
            yield ["sheet", sheet.name]
            for line in _sheet_lines(workbook.get_sheet_by_name(sheet.name)):
                rows += 1
                if rows > ROWS:
                    raise RefusedError("too_many_rows", limit=ROWS)
                yield line
    except (CalamineError, OSError, ValueError) as broken:
        raise RefusedError("damaged") from broken


def _sheet_lines(sheet: Any) -> Iterator[list[Any]]:
    if sheet.start is None:
        return
    if sheet.total_width > COLUMNS:
        raise RefusedError("too_many_columns", limit=COLUMNS, sheet=sheet.name)
    if sheet.height * sheet.width > 4 * CELLS:
        raise RefusedError("too_many_cells", limit=CELLS)
    first_row, first_column = sheet.start
    merged = _merged_downward(sheet)
    carried: dict[int, tuple[int, Any]] = {}  # column → (last row, value)
    for row, found in enumerate(sheet.iter_rows(), first_row):
        cells = [None] * first_column + [_cell(value) for value in found]
        for column, (last, value) in list(carried.items()):
            if row > last:
                del carried[column]
            elif column < len(cells) and cells[column] is None:
                cells[column] = value
        for column, last in merged.get(row, ()):
            if column < len(cells):
                carried[column] = (last, cells[column])
        yield from _row_line(row + 1, cells)


def _merged_downward(sheet: Any) -> dict[int, list[tuple[int, int]]]:
    """First row → (column, last row) of the areas that are merged over several rows."""
    areas = sheet.merged_cell_ranges or []
    if len(areas) > MERGED:
        raise RefusedError("too_many_cells", limit=CELLS)
    merged: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in areas:
        if bottom > top:
            merged.setdefault(top, []).append((left, bottom))
    return merged


def _row_line(number: int, cells: list[Any]) -> Iterable[list[Any]]:
    while cells and cells[-1] is None:
        cells.pop()
    if cells:
        yield ["row", number, cells]


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value[:CELL_CHARACTERS] or None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value if abs(value) < 1e300 else str(value)
    if isinstance(value, datetime):
        return {"date": value.date().isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return None if value is None else str(value)


# --- text with separators -----------------------------------------------------------------------------------------------------------


def _csv_lines(path: Path, start: bytes) -> Iterator[list[Any]]:
    encoding = _encoding(path, start)
    with path.open(encoding=encoding, newline="") as text:
        sample = text.read(65_536)
        if sample.lstrip().startswith(("<", "%PDF", "{\\rtf")) or "\x00" in sample:
            raise RefusedError("not_a_spreadsheet")
        delimiter = _delimiter(sample)
        text.seek(0)
        csv.field_size_limit(CELL_CHARACTERS * 4)
        yield ["sheet", ""]
        rows = csv.reader(text, delimiter=delimiter)
        try:
            for found in rows:
                if rows.line_num > ROWS:
                    raise RefusedError("too_many_rows", limit=ROWS)
                if len(found) > COLUMNS:
                    raise RefusedError("too_many_columns", limit=COLUMNS, sheet="")
                yield from _row_line(rows.line_num, [_cell(value.strip("\ufeff")) for value in found])
        except csv.Error as broken:
            raise RefusedError("damaged") from broken


def _encoding(path: Path, start: bytes) -> str:
    """UTF-8 if every byte is, else what Swedish Excel saves (Windows-1252); UTF-16 only with its mark."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in start:
        raise RefusedError("not_a_spreadsheet")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            with path.open(encoding=encoding, newline="") as text:
                while text.read(1_048_576):
                    pass
            return encoding
        except UnicodeDecodeError:
            continue
    raise RefusedError("not_a_spreadsheet")


def _delimiter(sample: str) -> str:
    """The separator that splits most of the first lines into the same number of cells."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]

    def fit(delimiter: str) -> tuple[int, int]:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter)]
        usual = mode([width for width in widths if width > 1] or [1])
        return (widths.count(usual) * usual if usual > 1 else 0, usual)

    best = max(";\t,|", key=fit)
    if fit(best)[1] < 2:
        raise RefusedError("not_a_spreadsheet")
    return best


if __name__ == "__main__":
    main(Path(sys.argv[1]))
