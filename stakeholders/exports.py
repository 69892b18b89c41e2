"""Tables out: CSV and Excel, the same rows, with nothing in them that a spreadsheet would run.

A text that begins with = + - @ TAB or CR gets a straight apostrophe before it; numbers stay numbers. `plain` takes it away again,
so that what was exported can be read in unchanged.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from xlsxwriter import Workbook

from stakeholders import clock

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_RUNS = re.compile(r"^[=+\-@\t\r]")
_MARKED = re.compile(r"^'+[=+\-@\t\r]")
_LONGEST_CELL = 32_767
_LONGEST_FOOT = 235  # Excel takes 255 signs, its own marks counted


@dataclass(frozen=True)
class Number:
    """A number with a format of its own, as Excel writes it: "#,##0.0", "0%"."""

    value: int | Decimal
    pattern: str


Value = str | int | float | Decimal | Number | date | datetime | bool | None


@dataclass
class Sheet:
    """One sheet: headings, rows of plain values, column widths in characters, and lines of text above the table."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[int] = ()
    above: Sequence[str] = ()


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula. An apostrophe already standing there gets company, so `plain` can undo it."""
    return f"'{text}" if _RUNS.match(text) or _MARKED.match(text) else text


def plain(text: str) -> str:
    """The text as it was before `neutral`."""
    return text[1:] if _MARKED.match(text) else text


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Semicolons, decimal comma and a byte order mark: what a Swedish Excel opens at a double click."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([neutral(heading) for heading in headings])
    writer.writerows([_in_csv(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(sheets: Iterable[Sheet], *, title: str, created: datetime | None = None, foot: str = "") -> bytes:
    """A workbook with frozen headings, filters and real numbers. The same sheets at the same moment give the same bytes.

    `foot` stands on every printed page, beside its number.
    """
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    book = Workbook(out, options)
    book.set_properties({"title": title, "created": (created or clock.now()).replace(tzinfo=None, microsecond=0)})
    styles = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"}),
        "above": book.add_format({"italic": False, "font_color": "#5b5e61"}),
    }
    for sheet in sheets:
        _write_sheet(book, sheet, styles, foot)
    book.close()
    return out.getvalue()


def as_download(content: bytes, content_type: str, file_name: str) -> HttpResponse:
    """An answer that the browser saves instead of showing."""
    answer = HttpResponse(content, content_type=content_type)
    ascii_name = re.sub(r"[^A-Za-z0-9._-]+", "-", file_name).strip("-") or "samspel"
    answer["Content-Disposition"] = f'attachment; filename="{ascii_name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _write_sheet(book: Workbook, sheet: Sheet, styles: dict[str, Any], foot: str) -> None:
    page = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", sheet.name)[:31])
    for number, line in enumerate(sheet.above):
        page.write_string(number, 0, neutral(line), styles["above"])
    head = len(sheet.above) + (1 if sheet.above else 0)
    for column, heading in enumerate(sheet.headings):
        page.write_string(head, column, neutral(str(heading)), styles["head"])
        page.set_column(column, column, sheet.widths[column] if column < len(sheet.widths) else 18)
    last = head
    for last, row in enumerate(sheet.rows, head + 1):
        for column, value in enumerate(row):
            _write_cell(book, page, (last, column), value, styles)
    page.freeze_panes(head + 1, 1)
    if sheet.headings:
        page.autofilter(head, 0, last, len(sheet.headings) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(head)
    if foot:
        page.set_footer(f"&L&8{foot.replace('&', '&&')[:_LONGEST_FOOT]}&R&8&P/&N")


def _write_cell(book: Workbook, page: Any, place: tuple[int, int], value: Value, styles: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_string(*place, "ja" if value else "nej", styles["text"])
    elif isinstance(value, Number):
        page.write_number(*place, value.value, _number_style(book, value.pattern, styles))
    elif isinstance(value, int | float | Decimal):
        page.write_number(*place, value, _number_style(book, "0" if isinstance(value, int) else "General", styles))
    elif isinstance(value, date):
        page.write_datetime(*place, value, styles["date"])
    else:
        page.write_string(*place, neutral(str(value))[:_LONGEST_CELL], styles["text"])


def _number_style(book: Workbook, pattern: str, styles: dict[str, Any]) -> Any:
    """Made once for each pattern."""
    if pattern not in styles:
        styles[pattern] = book.add_format({"num_format": pattern, "valign": "top"})
    return styles[pattern]


def _in_csv(value: Value) -> str:
    if isinstance(value, Number):
        value = value.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int | float | Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, date):
        return value.isoformat() if not isinstance(value, datetime) else value.astimezone(clock.STOCKHOLM).strftime("%Y-%m-%d %H:%M")
    return neutral(str(value))
