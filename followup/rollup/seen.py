"""The numbers of people that a publication has shown: whoever kept it knows them, so they cover for nothing that is small later (rule 8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date
from typing import Any

from followup.figures import Figure, Number, Window
from followup.models import ReportCell, ReportLine
from followup.rollup.plan import Rollup
from followup.rollup.small_numbers import TOTAL, Table
from followup.suppression import Key, is_small
from measures.rules import IndicatorKind

SeenNumber = tuple[int, str, str, tuple[int, ...], str, str, int, int]
"""Indicator, first and last day of the window, the reports it is made of, dimension and category ("" for the whole), and its two amounts."""


def amounts_of(figure: Figure) -> tuple[Number | None, Number | None]:
    """What is protected of a figure: the ends of an interval; or, of a rate, those in it and those outside it."""
    if figure.kind == IndicatorKind.RATIO and figure.numerator is not None and figure.denominator is not None:
        return figure.numerator, figure.denominator - figure.numerator
    return figure.low, figure.high


def seen_numbers(figure: Figure, *, with_parts: bool) -> Iterable[SeenNumber]:
    """What is shown of a figure that counts people: the whole, its cells, and (`with_parts`) partner by partner."""
    found = [("", "", figure.reports, amounts_of(figure))] if figure.protection is None else []
    found += [(cell.dimension, cell.name, figure.reports, (cell.low, cell.high)) for cell in figure.cells if cell.protection is None]
    for part in figure.parts if with_parts else ():
        if part.protection is None:
            ends = (part.low, part.high)
            if part.numerator is not None and part.denominator is not None:
                ends = (part.numerator, part.denominator - part.numerator)
            found.append(("", "", part.reports, ends))
    days = (figure.window.start.isoformat(), figure.window.end.isoformat())
    for dimension, category, reports, (one, other) in found:
        if reports and one is not None and other is not None:
            yield figure.indicator, *days, reports, dimension, category, int(one), int(other)


def read_seen(rows: Iterable[Sequence[Any]]) -> dict[int, list[SeenNumber]]:
    """The numbers as publications store them, by indicator."""
    found: dict[int, list[SeenNumber]] = {}
    for indicator, first, last, reports, *rest in rows:
        found.setdefault(indicator, []).append((indicator, first, last, tuple(reports), *rest))
    return found


Gone = dict[tuple[int, int], dict[tuple[str, str], tuple[int, int]]]
"""By indicator and report: the amounts of the whole and of each cell."""


def read_gone(seen: Mapping[int, Iterable[SeenNumber]], rollup: Rollup) -> Gone:
    """What the reports said that were in a number seen and are no longer in force: corrected, withdrawn or exempted since. Two queries."""
    standing = {answer.report for by_assignment in rollup.answers.values() for own in by_assignment.values() for answer in own}
    reports = {report for numbers in seen.values() for number in numbers for report in number[3]} - standing
    if not reports:
        return {}
    found: Gone = {}
    names: dict[int, tuple[int, int]] = {}
    lines = ReportLine.objects.filter(report__in=reports, indicator_version__indicator__in=seen.keys())
    columns = ("id", "indicator_version__indicator_id", "report_id", "value", "numerator", "denominator")
    for line, indicator, report, value, numerator, denominator in lines.values_list(*columns):
        names[line] = indicator, report
        both = (value or 0, value or 0) if denominator is None else (numerator, denominator - numerator)
        found[indicator, report] = {TOTAL: both}
    for line, dimension, category, value in ReportCell.objects.filter(line__in=names).values_list("line", "dimension", "category", "value"):
        found[names[line]][dimension, category] = value, value
    return found


def are_crowds(indicator: int, seen: Collection[SeenNumber], gone: Gone, threshold: int) -> bool:
    """Whether no number that `remember` would put in the table is small."""
    reports = {report for number in seen for report in number[3]}
    since = [amount for report in reports for both in gone.get((indicator, report), {}).values() for amount in both]
    return not any(is_small(amount, threshold) for amount in (*(amount for number in seen for amount in number[6:]), *since))


def remember(table: Table, seen: Collection[SeenNumber], gone: Gone, threshold: int, hidden_before: Set[Key]) -> set[Key]:
    """Put the numbers seen in the table as they were, and what has gone from them since. Gives the cells that are known, or as good as:
    what a known sum is made of hides nothing, unless it was hidden when the sum was shown.

    Not those that are small now that the threshold is another: they are hidden like everything small.
    """
    known: set[Key] = set()
    for report in sorted({report for number in seen for report in number[3]}):
        for cell, amounts in gone.get((table.indicator, report), {}).items():
            _keep(table, (report,), (report,), cell, amounts)
    for _, first, last, reports, dimension, category, *both in seen:
        window = Window(date.fromisoformat(first), date.fromisoformat(last))
        definition = table.rollup.lines[table.indicator].on(window.end)
        may_overlap = definition is not None and definition.kind == IndicatorKind.PEOPLE and len(reports) > 1
        key: Key = (reports, window) if may_overlap else reports
        _keep(table, key, reports, (dimension, category), both)
        parts: set[Key] = {((report,), dimension, category) for report in reports}
        known |= {(key, dimension, category)} | (parts - hidden_before)
    return {name for name in known if not _is_small(table, name, threshold)}


def _is_small(table: Table, name: Key, threshold: int) -> bool:
    return name in table.small or any(is_small(amounts.get(name, 0), threshold) for amounts in table.amounts)


def _keep(table: Table, key: Key, reports: tuple[int, ...], cell: tuple[str, str], both: Sequence[int]) -> None:
    """A number that is not in the table already. What it was may not add up in the words of today; then nothing is said of its sum."""
    if key not in table.cells:
        table.answers[key], table.cells[key] = reports, []
        table.overlapping.add(key)
    if cell not in table.cells[key]:
        table.cells[key].append(cell)
        for amounts, amount in zip(table.amounts, both, strict=True):
            amounts[key, *cell] = amount
