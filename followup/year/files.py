"""The year in other forms: Excel, Word, CSV, JSON, and one self-contained page for print. All drawn from the same `Year`."""

import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from followup.year.page import OutsideGroup, TargetRow, Year
from measures.rules import SCALE
from stakeholders.exports import Sheet, Value, csv_bytes, xlsx_bytes

STYLESHEETS = ("css/tokens.css", "css/page.css", "css/table.css", "css/symbols.css", "css/year.css", "css/print.css", "css/file.css")

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

TABLES = ("status", "decisions", "texts", "assessments", "targets", "outside", "actors", "gaps", "money")
"""The tables of the year, each with its own CSV."""

ONLY_IN_A_YEAR = ("assessments", "outside", "money")
"""What a tertial report leaves out: it is judged, compared with the world and paid by the year."""


def json_bytes(year: Year) -> bytes:
    """Everything on the page as JSON, keys in a fixed order."""
    return (json.dumps(year.as_json(), ensure_ascii=False, indent=1, sort_keys=False) + "\n").encode()


def table_csv(year: Year, table: str) -> bytes:
    """One table of the page as CSV. Raises KeyError for a table there is none of."""
    headings, rows = _table(year, table)
    return csv_bytes(headings, rows)


def workbook(year: Year, *, created: datetime) -> bytes:
    """The year as Excel: real numbers, one sheet a table, and one on method and gaps."""
    names = {
        "status": _("Genomförande"),
        "decisions": _("Att besluta"),
        "texts": _("Texter"),
        "assessments": _("Bedömning av målen"),
        "targets": _("Mål och utfall"),
        "outside": _("Utveckling i området"),
        "actors": _("Vem gjorde vad"),
        "gaps": _("Saknade rapporter"),
        "money": _("Pengar"),
    }
    above = [
        f"{name_of(year)} – {year.company}",
        _("Läget %(when)s · Regler version %(version)s") % {"when": year.as_of, "version": year.rules_version},
    ]
    sheets = [Sheet(_("Sammanfattning"), [_("Året i korthet")], [[sentence] for sentence in year.sentences], widths=[110], above=above)]
    for table, name in names.items():
        headings, rows = _table(year, table)
        sheets.append(Sheet(name, headings, rows, widths=[44, 30, 30, 30], above=above[:1]))
    sheets.append(Sheet(_("Metod"), [_("Regel"), _("Vad den betyder")], year.methods, widths=[40, 110], above=above[:1]))
    return xlsx_bytes(sheets, title=name_of(year), created=created)


def document(year: Year, *, created: datetime) -> bytes:
    """The year as Word, with headings and tables that the board's secretary can edit."""
    from docx import Document  # slow to import, and only a job needs it

    word = Document()
    word.core_properties.title = name_of(year)
    word.core_properties.author = year.company
    word.core_properties.language = "sv-SE"
    word.core_properties.created = word.core_properties.modified = created.replace(tzinfo=None, microsecond=0)
    word.add_heading(name_of(year), 0)
    word.add_paragraph(f"{year.company} · {year.completeness_word} · {_('läget %(when)s') % {'when': year.as_of}}")
    for sentence in year.sentences:
        word.add_paragraph(sentence)
    for row in () if year.tertial else year.texts:
        word.add_heading(row.title, 1)
        word.add_paragraph(row.text)
        word.add_paragraph(row.signed)
    for number in year.numbers:
        word.add_paragraph(f"{number.number} {number.out_of} {number.label} ({number.last_year})", style="List Bullet")
    parts = (
        (_("Så går genomförandet"), year.matrix_sentence, "status"),
        (_("Att besluta"), "", "decisions"),
        (_("Bedömning av målen"), year.assessments_sentence, "assessments"),
        (_("Mål och utfall, sämst först"), year.targets_sentence, "targets"),
        (_("Utvecklingen i området"), _("Det här är utveckling i området, inte effekt av åtgärderna."), "outside"),
        (_("Vem gjorde vad"), "", "actors"),
        (_("Bygger på %(n)s av %(total)s rapporter") % {"n": year.coverage.approved, "total": year.coverage.expected}, "", "gaps"),
        (_("Pengar"), "", "money"),
    )
    for heading, sentence, table in parts:
        headings, rows = _table(year, table)
        rows = list(rows)
        if (not rows and table in ("outside", "money")) or (year.tertial and table in ONLY_IN_A_YEAR):
            continue
        word.add_heading(heading, 1)
        if sentence:
            word.add_paragraph(sentence)
        _word_table(word, headings, rows)
    word.add_heading(_("Så räknade vi"), 1)
    for title, text in year.methods:
        word.add_heading(title, 2)
        word.add_paragraph(text)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def page(year: Year, *, fingerprint: str = "") -> str:
    """The year as one HTML file that needs nothing else: its style is in it, and no script."""
    styles = _FONT_FACE.sub("", stylesheet())
    return rendered(year, styles, fingerprint)


def rendered(year: Year, styles: str, fingerprint: str) -> str:
    """The whole file as HTML."""
    template = "followup/tertial_file.html" if year.tertial else "followup/year_file.html"
    return render_to_string(template, {"year": year, "styles": styles, "fingerprint": fingerprint, "is_frozen": True, "shown": None})


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


def _word_table(word: object, headings: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    if not rows:
        word.add_paragraph(_("Inget att visa."))  # type: ignore[attr-defined]
        return
    table = word.add_table(rows=1, cols=len(headings), style="Light Grid Accent 1")  # type: ignore[attr-defined]
    for cell, heading in zip(table.rows[0].cells, headings, strict=True):
        cell.text = heading
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = "" if value is None else str(value)


def _table(year: Year, table: str) -> tuple[list[str], Iterable[Sequence[Value]]]:
    return {
        "status": _status,
        "decisions": _decisions,
        "texts": _texts,
        "assessments": _assessments,
        "targets": _targets,
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
        _("Målår"), _("Mål"), _("Läge"), _("Väg till målet"), _("Rapporter"), _("Av"), _("Saknas"), _("Anmärkning"),
    ]  # fmt: skip
    return headings, [_target(row) for row in year.targets]


def _target(row: TargetRow) -> Sequence[Value]:
    return [
        row.name, row.about, row.level, row.unit, row.baseline_year, in_decimals(row.baseline), in_decimals(row.last_year.low),
        in_decimals(row.last_year.high), in_decimals(row.now.low), in_decimals(row.now.high), row.target_year, in_decimals(row.target),
        row.verdict_word, row.attainment, row.now.approved, row.now.expected, "; ".join(row.now.missing), row.now.why or "; ".join(row.now.flags),
    ]  # fmt: skip


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


def in_decimals(text: str) -> Decimal | None:
    """Exact text in 1/10 000 as a number of the unit, to four decimals: what a spreadsheet can hold."""
    if not text:
        return None
    value = Fraction(text) / SCALE
    return round(Decimal(value.numerator) / Decimal(value.denominator), 4).normalize() + 0
