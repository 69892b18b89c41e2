"""The year in other forms: Excel, CSV, JSON, and one self-contained page for print. All drawn from the same `Year`. Word is in word.py."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from followup.year.page import OutsideGroup, TargetRow, Year
from measures.rules import SCALE
from stakeholders.exports import Sheet, Value, csv_bytes, xlsx_bytes
from stakeholders.formats import full_day, number

STYLESHEETS = ("css/tokens.css", "css/page.css", "css/table.css", "css/symbols.css", "css/year.css", "css/print.css", "css/file.css")

TABLES = ("status", "decisions", "texts", "assessments", "targets", "revisions", "outside", "actors", "gaps", "money")
"""The tables of the year, each with its own CSV."""


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
    headings, rows = _table(year, table)
    return csv_bytes(headings, rows)


def table_names() -> dict[str, str]:
    """What each table is called."""
    return {
        "status": _("Genomförande"),
        "decisions": _("Att besluta"),
        "texts": _("Texter"),
        "assessments": _("Bedömning av målen"),
        "targets": _("Mål och utfall"),
        "revisions": _("Reviderat"),
        "outside": _("Utveckling i området"),
        "actors": _("Vem gjorde vad"),
        "gaps": _("Saknade rapporter"),
        "money": _("Pengar"),
    }


def workbook(year: Year, *, created: datetime, stamp: Stamp | None = None) -> bytes:
    """The year as Excel: real numbers, one sheet a table, and one on method and gaps."""
    above = [
        f"{name_of(year)} – {year.company}",
        _("Läget %(when)s · Regler version %(version)s") % {"when": year.as_of, "version": year.rules_version},
        *told_of(stamp),
    ]
    headings = [_("Året i korthet"), _("Antal"), _("Av"), _("Förra året")]
    sheets = [Sheet(_("Sammanfattning"), headings, _summary(year), widths=[110, 10, 10, 34], above=above)]
    for table, name in table_names().items():
        headings, rows = _table(year, table)
        sheets.append(Sheet(name, headings, rows, widths=[44, 30, 30, 30], above=above[:1]))
    sheets.append(Sheet(_("Metod"), [_("Regel"), _("Vad den betyder")], year.methods, widths=[40, 110], above=above[:1]))
    return xlsx_bytes(sheets, title=name_of(year), created=created, foot=" · ".join(foot_of(year, stamp)))


def _summary(year: Year) -> Iterable[Sequence[Value]]:
    """The three sentences, then the four numbers as numbers."""
    yield from ([sentence] for sentence in year.sentences)
    for one in year.numbers:
        yield [one.label[:1].upper() + one.label[1:], _digits(one.number), _digits(one.out_of), one.last_year]


def _digits(text: str) -> int | None:
    """ "av 1 234" → 1234."""
    found = re.sub(r"\D", "", text)
    return int(found) if found else None


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


def _table(year: Year, table: str) -> tuple[list[str], Iterable[Sequence[Value]]]:
    return {
        "status": _status,
        "decisions": _decisions,
        "texts": _texts,
        "assessments": _assessments,
        "targets": _targets,
        "revisions": _revisions,
        "outside": _outside,
        "actors": _actors,
        "gaps": _gaps,
        "money": _money,
    }[table](year)


def _status(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    years = [str(each) for each, _count in year.matrix_years]
    return [_("Fokusområde"), *years, str(year.year + 1)], [
        [row.title, *(cell.words for cell in row.cells), row.later] for row in year.matrix
    ]


def _decisions(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    headings = [_("Fråga"), _("Varför"), _("Vem frågar"), _("Förslag"), _("Gäller"), _("Svar senast"), _("Beslut")]
    return headings, [[r.question, r.why, r.asked_by, r.proposal, r.about, r.answer_by, r.outcome] for r in year.decisions]


def _texts(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    return [_("Fokusområde"), _("Text"), _("Skriven av")], [[r.title, r.text, r.signed] for r in year.texts]


def _assessments(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    headings = [
        _("Mål"),
        _("Siffrorna pekar på"),
        _("Varför"),
        _("Bedömt"),
        _("Utveckling"),
        _("Bedömning"),
        _("Nästa steg"),
        _("Bedömt av"),
    ]
    return headings, [
        [f"{r.number} {r.title}".strip(), r.suggested_word, r.why, r.achievement_word, r.trend_word, r.text, r.next_step, r.signed]
        for r in year.assessments
    ]


def _targets(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    headings = [
        _("Mått"), _("Åtgärd"), _("Led"), _("Enhet"), _("Utgångsår"), _("Utgångsläge"), _("%(year)s minst") % {"year": year.year - 1},
        _("%(year)s högst") % {"year": year.year - 1}, _("%(year)s minst") % {"year": year.year}, _("%(year)s högst") % {"year": year.year},
        _("Målår"), _("Mål"), _("Ändrat mål"), _("Läge"), _("Väg till målet"), _("Rapporter"), _("Av"), _("Saknas"), _("Anmärkning"),
    ]  # fmt: skip
    return headings, [_target(row) for row in year.targets]


def _target(row: TargetRow) -> Sequence[Value]:
    return [
        row.name, row.about, row.level, row.unit, row.baseline_year, in_decimals(row.baseline), in_decimals(row.last_year.low),
        in_decimals(row.last_year.high), in_decimals(row.now.low), in_decimals(row.now.high), row.target_year, in_decimals(row.target),
        row.original_text, row.verdict_word, row.attainment, row.now.approved, row.now.expected, "; ".join(row.now.missing),
        "; ".join(each for each in (row.now.why or "; ".join(row.now.flags), _of_last_year(row)) if each),
    ]  # fmt: skip


def _of_last_year(row: TargetRow) -> str:
    return _("Förra året: %(note)s") % {"note": row.last_year_note} if row.last_year_note else ""


def _revisions(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    headings = [_("Mått"), _("Publicerat"), _("Nu"), _("Vem"), _("När"), _("Varför")]
    return headings, [[r.name[:1].upper() + r.name[1:], r.old, r.new, r.who, r.when, r.why] for r in year.revisions]


def _outside(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    headings = [_("Mått"), _("Enhet"), _("Område"), _("År"), _("Värde"), _("Källa")]
    return headings, [row for group in year.outside for row in _outside_rows(group)]


def _outside_rows(group: OutsideGroup) -> Iterable[Sequence[Value]]:
    for one in group.series:
        for each, value in zip(one.years, one.values, strict=True):
            yield [group.name, group.unit, one.place, each, in_decimals(value), group.source]


def _actors(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    headings = [_("Aktör"), _("Åtgärder"), _("Godkända rapporter"), _("Av"), _("I tid"), _("Inkomna"), _("Med egna ord"), _("Om åtgärd")]
    return headings, [
        [r.name, ", ".join(n for _pk, n in r.measures), r.approved, r.expected, r.on_time, r.received, r.quote, r.quote_about]
        for r in year.actors
    ]


def _gaps(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    return [_("Saknas"), _("Åtgärd"), _("Period"), _("Varför")], [[g.actor, g.measure, g.period, g.why] for g in year.coverage.gaps]


def _money(year: Year) -> tuple[list[str], Iterable[Sequence[Value]]]:
    headings = [_("Finansiering"), _("Åtgärder"), _("Budget per år, kronor"), _("Utan budget"), _("Värdeöverföring: vilka")]
    return headings, [[r.funding, r.measures, r.budget, r.without_budget, ", ".join(r.titles)] for r in year.funding]


def exact_text(text: str, decimals: int) -> str:
    """ "340000" → "34"; "" (missing) → "saknas": never 0."""
    return number(Fraction(text), decimals) if text else _("saknas")


def in_decimals(text: str) -> Decimal | None:
    """Exact text in 1/10 000 as a number of the unit, to four decimals: what a spreadsheet can hold."""
    if not text:
        return None
    value = Fraction(text) / SCALE
    return round(Decimal(value.numerator) / Decimal(value.denominator), 4).normalize() + 0
