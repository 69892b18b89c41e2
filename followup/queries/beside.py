"""A report beside earlier ones, row by row: what is said now, what was said then, and what calls for a look."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils.translation import gettext as _

from followup.models import Report, ReportCell, ReportLine, ReviewComment
from followup.queries.review import Earlier, amount, figures_of, is_odd
from followup.words import LineState
from measures.models import IndicatorVersion, Target
from measures.rules import SCALE, Direction, IndicatorKind
from stakeholders import formats


@dataclass(frozen=True)
class Column:
    """One report in the comparison. `is_preliminary`: it has not been approved."""

    title: str
    report: Report
    is_year_ago: bool = False

    @property
    def is_preliminary(self) -> bool:
        return self.report.approved_at is None


@dataclass(frozen=True)
class Said:
    """A figure in words: the number large, what belongs to it small; `lacks`: a word instead of a number."""

    big: str = ""
    small: str = ""
    lacks: str = ""


@dataclass
class FigureRow:
    """One figure through the columns, each with its title. `why`: sentences about what is odd; `change`: since last time, with its sign."""

    version: IndicatorVersion
    said: list[tuple[str, Said | None]]
    line: ReportLine | None = None
    is_odd: bool = False
    why: list[str] = field(default_factory=list)
    change: str = ""
    comments: list[ReviewComment] = field(default_factory=list)
    cells: list[ReportCell] = field(default_factory=list)


def columns_of(report: Report, earlier: Earlier) -> list[Column]:
    """Now, what stands approved of the same answer, last time, and the same time last year; those that there are."""
    columns = [Column(_("Nu"), report)]
    if earlier.in_force and earlier.in_force != report:
        columns.append(Column(_("Godkänd version"), earlier.in_force))
    if earlier.last:
        columns.append(Column(_("Förra gången"), earlier.last))
    if earlier.year_ago and earlier.year_ago != earlier.last:
        title = _("Samma tid %(year)s") % {"year": earlier.year_ago.obligation.period.year}
        columns.append(Column(title, earlier.year_ago, is_year_ago=True))
    return columns


def rows_of(report: Report, columns: list[Column], earlier: Earlier, comments: list[ReviewComment]) -> list[FigureRow]:
    """The figures of the report, in the order they were asked for."""
    by_line: dict[int | None, list[ReviewComment]] = defaultdict(list)
    for comment in comments:
        by_line[comment.line_id].append(comment)
    found = [figures_of(column.report) for column in columns]
    last = figures_of(earlier.last)
    rows = []
    for line in report.lines.all():
        indicator = line.indicator_version.indicator_id
        before = last.get(indicator)
        rows.append(
            FigureRow(
                version=line.indicator_version,
                said=[
                    (column.title, said(figures[indicator]) if indicator in figures else None)
                    for column, figures in zip(columns, found, strict=True)
                ],
                line=line,
                is_odd=line.is_confirmed_odd or is_odd(line, before),
                change=_change(line, before),
                comments=by_line[line.pk],
                cells=list(line.cells.all()),
            )
        )
    _explain(report, [row for row in rows if row.is_odd], last)
    return rows


def said(line: ReportLine) -> Said:
    """A line as a reviewer reads it."""
    version = line.indicator_version
    if line.state == LineState.NOT_AVAILABLE:
        return Said(lacks=_("uppgift saknas"))
    if line.state == LineState.NOT_APPLICABLE:
        return Said(lacks=_("gäller inte"))
    if version.kind == IndicatorKind.NARRATIVE:
        return Said(small=line.text)
    if version.kind == IndicatorKind.MILESTONE:
        return Said(big=_("Ja") if line.value else _("Nej"))
    if version.kind == IndicatorKind.LEVEL:
        place = (line.value or 0) // SCALE
        return Said(big=str(version.scale[place]) if 0 <= place < len(version.scale) else formats.whole(place))
    if version.kind == IndicatorKind.RATIO and line.denominator is not None:
        parts = {"part": formats.number(line.numerator, version.decimals), "all": formats.number(line.denominator, version.decimals)}
        share = (
            formats.percent(Fraction((line.numerator or 0) * SCALE, line.denominator)) if line.denominator else _("går inte att räkna ut")
        )
        return Said(big=share, small=_("%(part)s av %(all)s") % parts)
    new = _("varav nya %(n)s") % {"n": formats.number(line.new_people)} if line.new_people is not None else ""
    unit = "kr" if version.kind == IndicatorKind.MONEY else ""
    return Said(big=formats.number(line.value, version.decimals), small=" ".join(filter(None, [unit, new])))


def _change(line: ReportLine, before: ReportLine | None) -> str:
    """ "+77" or "−3 procentenheter" since last time; "" when there is nothing to compare, or nothing has changed."""
    if before is None or line.indicator_version.kind in (IndicatorKind.LEVEL, IndicatorKind.MILESTONE, IndicatorKind.NARRATIVE):
        return ""
    now, then = amount(line), amount(before)
    if now is None or then is None or now == then:
        return ""
    sign = "+" if now > then else ""
    if line.indicator_version.kind == IndicatorKind.RATIO:
        return sign + _("%(n)s procentenheter") % {"n": formats.number((now - then) * 100 * SCALE)}
    return sign + formats.number(now - then, line.indicator_version.decimals)


def _explain(report: Report, odd: list[FigureRow], last: dict[int, ReportLine]) -> None:
    """Say in place what is odd: how far off, what whoever answered said to it, and whether the target is passed at a stroke."""
    if not odd:
        return
    targets = _targets([row.version for row in odd], report.obligation.period.year)
    for row in odd:
        line = row.line
        before = last.get(row.version.indicator_id)
        if line is None:
            continue
        if before is not None and (sentence := how_far(line, before)):
            row.why.append(sentence)
        if line.is_confirmed_odd:
            row.why.append(_("%(actor)s fick frågan och svarade: ”Ja, det stämmer.”") % {"actor": report.obligation.assignment.actor})
        if line.decrease_reason:
            row.why.append(_("Summan har minskat: ”%(why)s”") % {"why": line.decrease_reason})
        target = targets.get(row.version.indicator_id)
        if target and _passes(line, target):
            words = {"value": said(line).big, "year": target.year, "target": formats.number(target.value, row.version.decimals)}
            row.why.append(_("Med %(value)s är målet för %(year)s (%(target)s) redan nått.") % words)


def how_far(line: ReportLine, before: ReportLine) -> str:
    """ "118 är nästan tre gånger så mycket som förra gången (41)." Both numbers are always said."""
    now, then = amount(line), amount(before)
    words = {"now": said(line).big, "then": said(before).big}
    if now is None or then is None:
        return ""
    if line.indicator_version.kind == IndicatorKind.RATIO or not then or not now:
        return _("%(now)s nu, %(then)s förra gången.") % words
    times = now / then
    if times < 1:
        return (
            _("%(now)s är mindre än hälften av förra gången (%(then)s).") % words
            if times < Fraction(1, 2)
            else _("%(now)s är mindre än förra gången (%(then)s).") % words
        )
    whole = round(times)
    close = _("nästan ") if times < whole else _("drygt ") if times > whole else ""
    how = close + formats.in_words(whole)
    return _("%(now)s är %(how)s gånger så mycket som förra gången (%(then)s).") % {**words, "how": how}


def _passes(line: ReportLine, target: Target) -> bool:
    if line.value is None or line.indicator_version.kind == IndicatorKind.RATIO:
        return False
    rising = line.indicator_version.direction == Direction.INCREASE
    return line.value >= target.value if rising else line.value <= target.value


def _targets(versions: list[IndicatorVersion], year: int) -> dict[int, Target]:
    """The next target at or after `year` for each indicator; a revised one takes over."""
    rows = Target.objects.filter(indicator__in=[version.indicator_id for version in versions], year__gte=year).order_by("-year", "id")
    return {target.indicator_id: target for target in rows}
