"""The year in other forms: Excel, CSV, JSON, and one self-contained page for print. All drawn from the same `Year`. Word is in word.py."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from followup.year.page import Year
from followup.year.tables import in_words, summary, table_names, table_of
from stakeholders.exports import Sheet, csv_bytes, xlsx_bytes
from stakeholders.formats import full_day, number

WIDTHS = {
    "status": [34, 8, 10, *[11] * 16, 60],
    "decisions": [6, 44, 44, 24, 44, 30, 12, 44],
    "texts": [34, 110, 34],
    "assessments": [44, 22, 44, 20, 20, 60, 20, 34],
    "targets": [44, 12, 16, 12, *[12] * 12, 20, 12, 12, 10, 8, 44, 44],
    "revisions": [44, 12, 12, 12, 12, 12, 24, 12, 44],
    "outside": [44, 14, 30, 8, 12, 60],
    "actors": [44, 30, 10, 12, 8, 10, 8, 10, 60, 12],
    "gaps": [44, 60, 20, 24],
    "money": [44, 12, 22, 12, 60],
}
"""How wide the columns of each sheet are, in characters."""

STYLESHEETS = ("css/tokens.css", "css/page.css", "css/table.css", "css/symbols.css", "css/year.css", "css/print.css", "css/file.css")


@dataclass(frozen=True)
class Stamp:
    """What a frozen year says of itself on every page: its fingerprint, the day, which version it is, and why there is another.

    `for_partners`: that more may be hidden in this form than in the year whose fingerprint it bears.
    """

    fingerprint: str
    day: date
    version: int = 1
    reason: str = ""
    for_partners: bool = False


def json_bytes(year: Year) -> bytes:
    """Everything on the page as JSON, keys in a fixed order."""
    return (json.dumps(year.as_json(), ensure_ascii=False, indent=1, sort_keys=False) + "\n").encode()


def table_csv(year: Year, table: str) -> bytes:
    """One table of the page as CSV. Raises KeyError for a table there is none of."""
    headings, rows = table_of(year, table)
    return csv_bytes(headings, rows)


def workbook(year: Year, *, created: datetime, stamp: Stamp | None = None) -> bytes:
    """The year as Excel: real numbers, one sheet a table, and one on method and gaps."""
    above = [
        f"{name_of(year)} – {year.company}",
        _("Läget %(when)s · Regler version %(version)s") % {"when": year.as_of, "version": year.rules_version},
        *told_of(stamp),
    ]
    headings, rows = summary(year)
    sheets = [Sheet(_("Sammanfattning"), headings, rows, widths=[110, 10, 10, 10, 12, 12, 12, 44], above=above)]
    for table, name in table_names().items():
        headings, rows = table_of(year, table)
        sheets.append(Sheet(name, headings, in_words(rows), widths=WIDTHS[table], above=above[:1]))
    sheets.append(Sheet(_("Metod"), [_("Regel"), _("Vad den betyder")], year.methods, widths=[40, 110], above=above[:1]))
    return xlsx_bytes(sheets, title=name_of(year), created=created, foot=" · ".join(foot_of(year, stamp)))


def page(year: Year, *, stamp: Stamp | None = None) -> str:
    """The year as one HTML file that needs nothing else: its style is in it, and no script."""
    styles = _FONT_FACE.sub("", stylesheet()) + page_foot(year, stamp)
    return rendered(year, styles, stamp)


def rendered(year: Year, styles: str, stamp: Stamp | None) -> str:
    """The whole file as HTML."""
    template = "followup/tertial_file.html" if year.tertial else "followup/year_file.html"
    return render_to_string(template, {"year": year, "styles": styles, "stamp": stamp, "is_frozen": True, "shown": None})


_FONT_FACE = re.compile(r"@font-face\s*{[^}]*}")


def stylesheet() -> str:
    """All styles of the file, as one."""
    return "\n".join(found(name).read_text(encoding="utf-8") for name in STYLESHEETS).replace("../vendor/", "static:vendor/")


def found(name: str) -> Path:
    """Where a static file of ours is."""
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(name)
    return Path(path)


def name_of(year: Year) -> str:
    """The name of the document."""
    if year.tertial:
        return _("Tertialrapport %(number)s, %(year)s") % {"number": year.tertial, "year": year.year}
    return _("Årsuppföljning %(year)s") % {"year": year.year}


def foot_of(year: Year, stamp: Stamp | None) -> tuple[str, ...]:
    """What stands at the foot of every page: which document it is, of which day, and when it is frozen its fingerprint."""
    whose = f"{name_of(year)}, {year.company}"
    if stamp is None:
        return (_("%(name)s · läget %(when)s") % {"name": whose, "when": year.as_of},)
    frozen = {"name": whose, "day": full_day(stamp.day), "version": stamp.version}
    return _("%(name)s · fryst %(day)s, version %(version)s") % frozen, stamp.fingerprint


def page_foot(year: Year, stamp: Stamp | None) -> str:
    """The foot and the number of every page, as styles: for the PDF, and for the web page when a browser prints it."""
    words = "\\A ".join(re.sub(r'["\\\\<>&]', lambda sign: f"\\{ord(sign[0]):x} ", line) for line in foot_of(year, stamp))
    style = "font: 7.5pt/1.3 'Source Sans 3', sans-serif; color: #5b5e61"
    left, right = (
        f'@bottom-left {{ content: "{words}"; white-space: pre-line; width: 88%; {style} }}',
        f'@bottom-right {{ content: counter(page) "/" counter(pages); {style} }}',
    )
    return f"@page {{ size: A4; margin: 15mm 14mm 18mm; {left} {right} }}"


def told_of(stamp: Stamp | None) -> tuple[str, ...]:
    """What stands below the name of a frozen year: its version, and of a correction the reason; then the fingerprint."""
    if stamp is None:
        return ()
    named = {"version": stamp.version, "day": full_day(stamp.day), "reason": stamp.reason}
    told = _("Version %(version)s, fryst %(day)s. Rättelse: %(reason)s") if stamp.reason else _("Version %(version)s, fryst %(day)s.")
    return told % named, _("Fingeravtryck (SHA-256): %(fingerprint)s") % {"fingerprint": stamp.fingerprint}


def exact_text(text: str, decimals: int) -> str:
    """ "340000" → "34"; "" (missing) → "saknas": never 0."""
    return number(Fraction(text), decimals) if text else _("saknas")
