"""Where one figure comes from: partners, reports, other years. What a reader may not see is left out here, not in the page."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from followup.figures import Figure
from followup.models import ReportLine
from followup.rollup.rows import VersionRow
from followup.words import Audience, LineState, MissingReason
from followup.year.book import Book
from followup.year.choice import WHOLE, Choice
from followup.year.page import Shown, TargetRow
from followup.year.reading import read_book
from followup.year.sections import target_rows
from measures.models import Assignment, Indicator
from stakeholders.formats import number, span


@dataclass(frozen=True)
class Behind:
    """One approved report behind the figure, and what it said."""

    report: int
    actor: str
    measure: str
    period: str
    said: str
    is_late: bool


@dataclass(frozen=True)
class Gap:
    actor: str
    why: str


@dataclass(frozen=True)
class Origin:
    """A figure with everything it rests on."""

    figure: Figure
    version: VersionRow | None
    shown: Shown
    years: tuple[tuple[int, Shown], ...]
    behind: tuple[Behind, ...]
    gaps: tuple[Gap, ...]
    target: TargetRow | None
    about: str = ""
    """What part of the figure it is; "" for the whole."""


def origin_of(indicator: Indicator, year: int, *, audience: Audience, as_of: datetime, choice: Choice = WHOLE) -> Origin | None:
    """The figure of `indicator` in `year`, or its chosen part, as `audience` may see it, down to the reports; None outside that part."""
    book = read_book(indicator.plan, year, audience=audience, as_of=as_of, choice=choice)
    if indicator.pk not in book.indicators:
        return None
    figure = book.figures[indicator.pk, year]
    assignments = Assignment.objects.in_bulk({one.assignment for one in figure.missing})
    names = {pk: book.actors.get(assignment.actor_id, "") for pk, assignment in assignments.items()}
    return Origin(
        figure=figure,
        version=book.versions.get(indicator.pk),
        shown=book.shown(indicator.pk, year),
        years=tuple((each, book.shown(indicator.pk, each)) for each in sorted({year - 1, year})),
        behind=_behind(figure, indicator, book),
        gaps=tuple(Gap(names.get(one.assignment, ""), str(MissingReason(one.reason).label)) for one in figure.missing),
        about=choice.named(book),
        target=next((row for row in target_rows(book, year) if row.indicator == indicator.pk), None),
    )


def _is_hidden(book: Book, line: ReportLine) -> bool:
    """Whether what a single answer says is kept from this audience (rule 8)."""
    found = book.seen.answer(line.indicator_version.indicator_id, line.report.obligation_id) if book.seen else None
    return found is not None and found.protection is not None


def _behind(figure: Figure, indicator: Indicator, book: Book) -> tuple[Behind, ...]:
    lines = (
        ReportLine.objects.filter(report__in=figure.reports, indicator_version__indicator=indicator)
        .select_related(
            "report__obligation__assignment__actor",
            "report__obligation__assignment__measure",
            "report__obligation__period",
            "indicator_version",
        )
        .order_by("report__obligation__assignment__actor__name_sort", "report__obligation__period__ends_on", "pk")
    )
    return tuple(
        Behind(
            report=line.report_id,
            actor=str(line.report.obligation.assignment.actor),
            measure=str(line.report.obligation.assignment.measure),
            period=_months(line.report.obligation.period.starts_on, line.report.obligation.period.ends_on),
            said=_("dold") if _is_hidden(book, line) else said(line),
            is_late=not line.report.was_on_time,
        )
        for line in lines
    )


def said(line: ReportLine) -> str:
    """What a line says, in words."""
    if line.state in (LineState.NOT_APPLICABLE, LineState.NOT_AVAILABLE):
        return str(LineState(line.state).label)
    decimals = line.indicator_version.decimals
    if line.numerator is not None:
        return out_of_numbers(line.numerator, line.denominator or 0, decimals)
    return number(line.value, decimals)


def out_of_numbers(part: int, total: int, decimals: int) -> str:
    """ "58 av 100" of values in 1/10 000."""
    return f"{number(part, decimals)} av {number(total, decimals)}"


def _months(first: date, last: date) -> str:
    return span(first, last, short=True)
