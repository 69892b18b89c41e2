"""The tables of the year as rows, for CSV and Excel: what is a number is a number, and words stand only where there is none."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from followup.year.page import BigNumber, MatrixCell, MatrixRow, OutsideGroup, Revision, Shown, TargetRow, Year
from followup.year.sections import BEST_FIRST
from measures.rules import SCALE
from stakeholders.exports import Number, Value
from stakeholders.templatetags.symbols import SYMBOLS

TABLES = ("status", "decisions", "texts", "assessments", "targets", "revisions", "outside", "actors", "gaps", "money")
"""The tables of the year, each with its own CSV."""

Table = tuple[list[str], Iterable[Sequence[Value]]]
COUNT, SHARE = "#,##0", "0%"


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


def table_of(year: Year, table: str) -> Table:
    """Headings and rows of one of `TABLES`. Raises KeyError for another."""
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


def in_words(rows: Iterable[Sequence[Value]]) -> Sequence[Sequence[Value]]:
    """The rows, or one that says that there are none: in a sheet that is read, heads alone look like something that failed."""
    return list(rows) or [[_("Inget att redovisa här.")]]


def summary(year: Year) -> Table:
    """The three sentences, then the four numbers with last year's."""
    before = {"year": year.year - 1}
    headings = [
        _("Året i korthet"), _("Antal"), _("Av"), _("Andel"), _("%(year)s, antal") % before, _("%(year)s, av") % before,
        _("%(year)s, andel") % before, _("Anmärkning"),
    ]  # fmt: skip
    return headings, [*([sentence] for sentence in year.sentences), *(_number(one) for one in year.numbers)]


def _number(one: BigNumber) -> Sequence[Value]:
    now, last = (one.part, one.total), (one.last_part, one.last_total)
    return [
        _capital(one.label),
        *(_counted(*now) if one.total else (one.out_of, None, None)),
        *(_counted(*last) if one.last_total else (_("inget att jämföra med"), None, None)),
        one.last_year if one.is_last_revised else "",
    ]


def _counted(part: int | None, total: int | None) -> Sequence[Value]:
    return Number(part or 0, COUNT), Number(total or 0, COUNT), _share(part or 0, total or 0)


def _share(part: int, total: int) -> Value:
    return Number(_decimal(Fraction(part, total)), SHARE) if total else None


def _status(year: Year) -> Table:
    """A row for each focus area and year: how many measures stand how, and how the answers about them stand."""
    headings = [
        _("Fokusområde"), _("År"), _("Startade åtgärder"), *(_capital(str(SYMBOLS[each][1])) for each in BEST_FIRST), _("Startar året efter"),
        _("Väntade rapporter"), _("Inkomna"), _("I tid"), _("Godkända"), _("Saknas"), _("Väntar på granskning"), _("Begärda, inte förfallna"),
        _("Andel godkända"), _("Med ord"),
    ]  # fmt: skip
    return headings, [_cell(row, cell, is_now=cell.year == year.year) for row in year.matrix for cell in row.cells]


def _cell(row: MatrixRow, cell: MatrixCell, *, is_now: bool) -> Sequence[Value]:
    told = cell.answers
    statuses = [len(cell.statuses), *(cell.statuses.count(each) for each in BEST_FIRST)]
    asked = (told.expected, told.received, told.on_time, told.approved, told.expected - told.approved, told.waiting, told.requested)
    return [
        row.title,
        cell.year,
        *(Number(n, COUNT) for n in statuses),
        Number(row.starting, COUNT) if is_now else None,
        *(Number(n, COUNT) for n in asked),
        _share(told.approved, told.expected),
        cell.words,
    ]


def _decisions(year: Year) -> Table:
    headings = [_("Nr"), _("Fråga"), _("Varför"), _("Vem frågar"), _("Förslag"), _("Gäller"), _("Svar senast"), _("Beslut")]
    return headings, [
        [r.number, r.question, r.why, r.asked_by, r.proposal, r.about, _day(r.last_day) or r.answer_by, r.outcome] for r in year.decisions
    ]


def _texts(year: Year) -> Table:
    return [_("Fokusområde"), _("Text"), _("Skriven av")], [[r.title, r.text, r.signed] for r in year.texts]


def _assessments(year: Year) -> Table:
    headings = [
        pgettext("goal", "Mål"), _("Siffrorna pekar på"), _("Varför"), _("Bedömt"), _("Utveckling"), _("Bedömning"), _("Nästa steg"), _("Bedömt av"),
    ]  # fmt: skip
    return headings, [
        [f"{r.number} {r.title}".strip(), r.suggested_word, r.why, r.achievement_word, r.trend_word, r.text, r.next_step, r.signed]
        for r in year.assessments
    ]


def _targets(year: Year) -> Table:
    """`least` and `most` are the same where the figure is no interval. The way is where it should stand at the end of the year, tolerance included."""
    before, now = {"year": year.year - 1}, {"year": year.year}
    headings = [
        _("Mått"), _("Åtgärd"), _("Led"), _("Enhet"), _("Utgångsår"), _("Utgångsläge"), _("%(year)s minst") % before, _("%(year)s högst") % before,
        _("%(year)s minst") % now, _("%(year)s högst") % now, _("Målår"), _("Mål"), _("Ursprungligt målår"), _("Ursprungligt mål"),
        _("Vägen %(year)s minst") % now, _("Vägen %(year)s högst") % now, _("Läge"), _("Andel av vägen, minst"), _("Andel av vägen, högst"),
        _("Rapporter"), _("Av"), _("Saknas"), _("Anmärkning"),
    ]  # fmt: skip
    return headings, [_target(row) for row in year.targets]


def _target(row: TargetRow) -> Sequence[Value]:
    places = row.decimals
    return [
        row.name, row.about, row.level, row.unit, row.baseline_year or None, _exact(row.baseline, places), *_ends(row.last_year, places),
        *_ends(row.now, places), row.target_year, _exact(row.target, places), row.original_year or None, _exact(row.original, places),
        _exact(row.path_low, places), _exact(row.path_high, places), row.verdict_word, _way(row.attained_low), _way(row.attained_high),
        Number(row.now.approved, COUNT), Number(row.now.expected, COUNT), "; ".join(row.now.missing),
        "; ".join(each for each in (row.source, row.note or row.now.why or "; ".join(row.now.flags), _of_last_year(row)) if each),
    ]  # fmt: skip


def _of_last_year(row: TargetRow) -> str:
    return _("Förra året: %(note)s") % {"note": row.last_year_note} if row.last_year_note else ""


def _ends(shown: Shown, places: int) -> Sequence[Value]:
    """Least and most; where there is no number what is shown in its place, which is never zero."""
    return (_exact(shown.low, places), _exact(shown.high, places)) if shown.low else (shown.text, None)


def _way(share: str) -> Value:
    """ "4/5" → 80 %."""
    return Number(_decimal(Fraction(share)), SHARE) if share else None


def _revisions(year: Year) -> Table:
    headings = [
        _("Mått"), _("Enhet"), _("Publicerat minst"), _("Publicerat högst"), _("Nu minst"), _("Nu högst"), _("Vem"), _("När"), _("Varför"),
    ]  # fmt: skip
    return headings, [_revision(row) for row in year.revisions]


def _revision(row: Revision) -> Sequence[Value]:
    old, new = (
        (_exact(low, row.decimals), _exact(high, row.decimals)) if low else (text, None)
        for low, high, text in ((row.old_low, row.old_high, row.old), (row.new_low, row.new_high, row.new))
    )
    return [_capital(row.name), row.unit, *old, *new, row.who, _day(row.last_day) or row.when, row.why]


def _outside(year: Year) -> Table:
    headings = [_("Mått"), _("Enhet"), _("Område"), _("År"), _("Värde"), _("Källa")]
    return headings, [row for group in year.outside for row in _outside_rows(group)]


def _outside_rows(group: OutsideGroup) -> Iterable[Sequence[Value]]:
    for one in group.series:
        for each, value in zip(one.years, one.values, strict=True):
            yield [group.name, group.unit, one.place, each, _exact(value, group.decimals) or _("saknas"), group.source]


def _actors(year: Year) -> Table:
    headings = [
        _("Aktör"), _("Åtgärder"), _("Antal åtgärder"), _("Godkända rapporter"), _("Av"), _("Andel godkända"), _("I tid"), _("Inkomna"),
        _("Med egna ord"), _("Om åtgärd"),
    ]  # fmt: skip
    return headings, [
        [
            r.name, ", ".join(n for _pk, n in r.measures), *(Number(n, COUNT) for n in (len(r.measures), r.approved, r.expected)),
            _share(r.approved, r.expected), *(Number(n, COUNT) for n in (r.on_time, r.received)), r.quote, r.quote_about,
        ]
        for r in year.actors
    ]  # fmt: skip


def _gaps(year: Year) -> Table:
    return [_("Saknas"), _("Åtgärd"), _("Period"), _("Varför")], [[g.actor, g.measure, g.period, g.why] for g in year.coverage.gaps]


def _money(year: Year) -> Table:
    headings = [_("Finansiering"), _("Åtgärder"), _("Budget per år, kronor"), _("Utan budget"), _("Värdeöverföring: vilka")]
    return headings, [
        [_capital(r.funding), *(Number(n, COUNT) for n in (r.measures, r.budget, r.without_budget)), ", ".join(r.titles)]
        for r in year.funding
    ]


def _exact(text: str, places: int) -> Value:
    """The number itself, as exact as a spreadsheet can hold it, written with the decimals of its indicator."""
    value = in_decimals(text)
    return None if value is None else Number(value, COUNT + (f".{'0' * places}" if places else ""))


def in_decimals(text: str) -> Decimal | None:
    """Exact text in 1/10 000 as a number of the unit, as exact as a spreadsheet can hold it: it is rounded once, where it is shown."""
    return _decimal(Fraction(text) / SCALE) if text else None


def _decimal(value: Fraction) -> Decimal:
    return round(Decimal(value.numerator) / Decimal(value.denominator), 12).normalize() + 0


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
