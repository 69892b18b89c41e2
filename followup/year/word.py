"""The year as Word: what the board's secretary edits. The page's own parts in its own order, in tables that an upright A4 holds."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from followup.year.files import Stamp, exact_text, foot_of, name_of, told_of
from followup.year.page import TargetRow, Year
from followup.year.words import answers_of, none_due
from stakeholders.formats import out_of, whole

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

LANGUAGES = {"sv": "sv-SE", "en": "en-GB"}
"""What Word checks the spelling by."""

Rows = Iterable[Sequence[str]]


def document(year: Year, *, created: datetime, stamp: Stamp | None = None) -> bytes:
    """The year as Word, with headings and tables that can be edited; at the foot of each page which document it is, and of which day."""
    word = _empty(year, created, stamp)
    _beginning(word, year, stamp)
    for part in (_status, _decisions, _texts, _assessments, _targets, _revisions, _outside, _actors, _coverage, _money, _methods):
        part(word, year)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _empty(year: Year, created: datetime, stamp: Stamp | None) -> Any:
    """A document of upright A4 pages in the language of the words, with its foot."""
    from docx import Document  # slow to import, and only a job needs it
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    word = Document()
    own = word.core_properties
    own.title, own.author = name_of(year), year.company
    own.language = LANGUAGES.get(translation.get_language() or "sv", "sv-SE")
    own.created = own.modified = created.replace(tzinfo=None, microsecond=0)
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), own.language)
    word.styles["Normal"].font.size = Pt(10)
    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(20)
    foot = page.footer.paragraphs[0]
    for line in foot_of(year, stamp):
        foot.add_run(line).font.size = Pt(7.5)
        foot.add_run().add_break()
    _count_pages(foot)
    return word


def _count_pages(foot: Any) -> None:
    """The number of the page, which Word works out."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = foot.add_run()
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = words or None
        run._r.append(part)


def _beginning(word: Any, year: Year, stamp: Stamp | None) -> None:
    word.add_heading(name_of(year), 0)
    as_of = _("läget %(when)s") % {"when": year.as_of}
    word.add_paragraph(f"{year.company} · {year.completeness_word} · {as_of}")
    for line in told_of(stamp):
        word.add_paragraph(line)
    for sentence in year.sentences:
        word.add_paragraph(sentence)
    for one in year.numbers:
        word.add_paragraph(f"{one.number} {one.out_of} {one.label} ({one.last_year})", style="List Bullet")


def _status(word: Any, year: Year) -> None:
    word.add_heading(_("Så går genomförandet"), 1)
    if not year.tertial:
        word.add_paragraph(year.matrix_sentence.removesuffix(_("Varje tecken är en åtgärd.")).strip())
    after = [] if year.tertial else [str(year.year + 1)]
    headings = [_("Fokusområde"), *(str(each) for each, _count in year.matrix_years), *after]
    rows = ([row.title, *(cell.words for cell in row.cells), *([row.later] if after else [])] for row in year.matrix)
    _table(word, headings, rows)


def _decisions(word: Any, year: Year) -> None:
    word.add_heading(_("Att besluta"), 1)
    word.add_paragraph(year.sentences[2])
    if not year.decisions:
        return
    rows = []
    for row in year.decisions:
        asked = _lines(
            f"{row.number}. {row.question}", row.about, _("svar senast %(day)s") % {"day": row.answer_by} if row.answer_by else ""
        )
        decided = f"{_('Beslutat:')} {row.outcome}" if row.outcome else ""
        rows.append([asked, row.why, row.asked_by, _lines(row.proposal, decided)])
    _table(word, [_("Fråga"), _("Varför"), _("Vem frågar"), _("Förslag")], rows)


def _texts(word: Any, year: Year) -> None:
    if year.tertial or not year.texts:
        return
    word.add_heading(_("Område för område"), 1)
    for row in year.texts:
        word.add_heading(row.title, 2)
        for paragraph in row.text.splitlines():
            if paragraph.strip():
                word.add_paragraph(paragraph.strip())
        word.add_paragraph(row.signed)


def _assessments(word: Any, year: Year) -> None:
    if year.tertial or not year.assessments:
        return
    word.add_heading(_("Bedömning av målen"), 1)
    word.add_paragraph(year.assessments_sentence)
    rows = (
        [
            f"{row.number} {row.title}".strip(),
            row.suggested_word,
            _lines(row.achievement_word, row.trend_word) or _("inte bedömt"),
            _lines(row.text, row.signed) if row.text else row.why,
            row.next_step or "–",
        ]
        for row in year.assessments
    )
    _table(word, [pgettext("goal", "Mål"), _("Siffrorna pekar på"), _("Bedömt"), _("Varför"), _("Nästa steg")], rows, (42, 26, 24, 56, 22))


def _targets(word: Any, year: Year) -> None:
    word.add_heading(_("Mål och utfall, sämst först"), 1)
    word.add_paragraph(year.targets_sentence.removesuffix(_("Bilden visar hur långt vi kommit från utgångsläget till målet.")).strip())
    if not year.targets:
        return
    before, now = (f"T{year.tertial} {each}" if year.tertial else str(each) for each in (year.year - 1, year.year))
    headings = [_("Mått"), _("Från"), before, now, _("Mål"), _("Läge"), _("Rapporter")]
    _table(word, headings, (_target(row) for row in year.targets), (50, 18, 19, 19, 22, 28, 14))


def _target(row: TargetRow) -> Sequence[str]:
    return [
        _lines(row.name, " · ".join(part for part in (row.about, row.level, row.source) if part)),
        _lines(row.baseline_text or "–", str(row.baseline_year)),
        _lines(row.last_year.text, row.last_year_note),
        row.now.text,
        _lines(row.target_text, str(row.target_year), row.original_text),
        _lines(row.verdict_word, row.note or row.attainment),
        row.now.coverage if row.now.expected else "–",
    ]


def _revisions(word: Any, year: Year) -> None:
    if not year.revisions:
        return
    word.add_heading(_("Reviderat sedan det publicerades"), 1)
    rows = (
        [r.name[:1].upper() + r.name[1:], r.old, r.new, ", ".join(part for part in (r.who, r.when) if part), r.why] for r in year.revisions
    )
    _table(word, [_("Mått"), _("Publicerat"), _("Nu"), _("Vem och när"), _("Varför")], rows)


def _outside(word: Any, year: Year) -> None:
    if year.tertial or not year.outside:
        return
    word.add_heading(_("Utvecklingen i området"), 1)
    word.add_paragraph(_("Det här är utveckling i området, inte effekt av åtgärderna."))
    for group in year.outside:
        word.add_heading(", ".join(part for part in (group.name, group.unit) if part), 2)
        if group.sentence:
            word.add_paragraph(group.sentence)
        rows = ([one.place, *(exact_text(value, group.decimals) for value in one.values)] for one in group.series)
        _table(word, [_("Område"), *(str(each) for each in group.series[0].years)], rows)
        word.add_paragraph(group.source)


def _actors(word: Any, year: Year) -> None:
    if not year.actors:
        return
    word.add_heading(_("Vem gjorde vad"), 1)
    rows = (
        [
            row.name,
            ", ".join(number for _pk, number in row.measures),
            *answers_of(row),
            f"”{row.quote}” {row.quote_about}" if row.quote else "",
        ]
        for row in year.actors
    )
    _table(word, [_("Aktör"), _("Åtgärder"), _("Rapporter"), _("I tid"), _("Med egna ord")], rows, (44, 38, 18, 18, 52))


def _coverage(word: Any, year: Year) -> None:
    coverage = year.coverage
    based = _("Bygger på %(n)s av %(total)s rapporter") % {"n": coverage.approved, "total": coverage.expected}
    word.add_heading(based if coverage.expected else none_due(is_over=year.is_over, tertial=year.tertial), 1)
    complete = f"{out_of(coverage.partners_complete, coverage.partners)} {_('aktörer har lämnat allt.')} " if coverage.partners else ""
    word.add_paragraph(complete + _("Det som saknas räknas inte som noll."))
    if coverage.gaps:
        rows = ([gap.actor, gap.measure, gap.period, gap.why] for gap in coverage.gaps)
        _table(word, [_("Saknas"), _("Åtgärd"), _("Period"), _("Varför")], rows, (48, 66, 30, 26))
    elif coverage.expected:
        word.add_paragraph(_("Ingen rapport saknas."))


def _money(word: Any, year: Year) -> None:
    if year.tertial or not year.funding:
        return
    word.add_heading(_("Pengar"), 1)
    word.add_paragraph(
        _(
            "Budget per år för åtgärder som pågick under året, efter finansiering. Bara värdeöverföring enligt 5 § 1 redovisas till länsstyrelsen."
        )
    )
    rows = (
        [
            _lines(row.funding[:1].upper() + row.funding[1:], ", ".join(row.titles) if row.is_value_transfer else ""),
            whole(row.measures),
            whole(row.budget),
            whole(row.without_budget),
        ]
        for row in year.funding
    )
    _table(word, [_("Finansiering"), _("Åtgärder"), _("Budget per år, kronor"), _("Utan budget")], rows, (86, 22, 38, 24))


def _methods(word: Any, year: Year) -> None:
    word.add_heading(_("Så räknade vi"), 1)
    for title, text in year.methods:
        word.add_heading(title, 2)
        word.add_paragraph(text)


def _lines(*parts: str) -> str:
    """The parts that are there, below one another in a cell."""
    return "\n".join(part for part in parts if part)


def _table(word: Any, headings: Sequence[str], rows: Rows, widths: Sequence[int] = ()) -> None:
    """A table whose head stands again on each page it goes on to, and whose rows are not split. `widths` in millimetres, of 170."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    table = word.add_table(rows=1, cols=len(headings), style="Light List")
    table.autofit = False
    for cell, heading in zip(table.rows[0].cells, headings, strict=True):
        cell.text = heading
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    wide = [Mm(each) for each in widths or [170 // len(headings)] * len(headings)]
    for column, width in zip(table.columns, wide, strict=True):
        column.width = width  # LibreOffice reads the columns, Word the cells
    for place, row in enumerate(table.rows):
        own = row._tr.get_or_add_trPr()
        own.append(OxmlElement("w:cantSplit"))
        if place == 0:
            own.append(OxmlElement("w:tblHeader"))
        for cell, width in zip(row.cells, wide, strict=True):
            cell.width = width
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(2)
                for run in paragraph.runs:
                    run.font.size = Pt(8.5)
    word.add_paragraph()
