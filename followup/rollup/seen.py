"""The numbers of people that a publication has shown, and what it called few: whoever kept it knows them, so they cover for nothing that is
small later (rule 8)."""

from collections.abc import Collection, Iterable, Sequence, Set
from datetime import date
from itertools import count, takewhile
from typing import Any, NamedTuple

from followup.figures import Figure, Window
from followup.models import ReportCell, ReportLine
from followup.rollup.plan import Rollup
from followup.rollup.small_numbers import ADDED_UP, TOTAL, Numbers, Table, amounts_of
from followup.suppression import Key, is_small
from followup.words import UNKNOWN
from measures.rules import SCALE

SeenNumber = tuple[int, str, str, tuple[int, ...], str, str, int, int]
"""Indicator, first and last day of the window, the reports it is made of, dimension and category ("" for the whole), and its two amounts."""

CalledFew = tuple[int, str, str, tuple[int, ...], str, str, int]
"""What was called *färre än k*: as a `SeenNumber`, with k in the place of the amounts."""


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


def read_seen(rows: Iterable[Sequence[Any]]) -> dict[int, list[Any]]:
    """The numbers, or what was called few, as publications store them: by indicator, each once."""
    found: dict[int, dict[tuple[Any, ...], None]] = {}
    for indicator, first, last, reports, *rest in rows:
        found.setdefault(indicator, {})[indicator, first, last, tuple(reports), *rest] = None
    return {indicator: list(numbers) for indicator, numbers in found.items()}


Single = dict[tuple[str, str], tuple[int, int]]
"""What one report says of an indicator: the amounts of the whole and of each cell."""


class Gone(NamedTuple):
    """What is no longer in force, by indicator and report; and which assignment each report is of."""

    said: dict[tuple[int, int], Single] = {}
    assignments: dict[int, int] = {}


def read_gone(seen: Collection[SeenNumber | CalledFew], rollup: Rollup) -> Gone:
    """What the reports said that were in a number seen and are no longer in force: corrected, withdrawn or exempted since. Two queries."""
    if not seen:
        return Gone()
    standing = {answer.report for by_assignment in rollup.answers.values() for own in by_assignment.values() for answer in own}
    reports = {report for number in seen for report in number[3]} - standing
    if not reports:
        return Gone()
    dimensions = {version.id: version.dimensions for line in rollup.lines.values() for version in line.versions}
    read = ReportLine.objects.filter(report__in=reports, indicator_version__indicator__in={number[0] for number in seen})
    columns = ("id", "indicator_version__indicator_id", "report_id", "indicator_version_id", "report__obligation__assignment_id")
    lines = list(read.values_list(*columns, "value", "numerator", "denominator"))
    cells: dict[int, list[tuple[str, str, int]]] = {}
    of_lines = ReportCell.objects.filter(line__in=[line[0] for line in lines])
    for line, dimension, category, value in of_lines.values_list("line", "dimension", "category", "value"):
        cells.setdefault(line, []).append((dimension, category, value))
    said = {
        (indicator, report): _single(amounts, cells.get(line, ()), dimensions.get(version, ()))
        for line, indicator, report, version, _assignment, *amounts in lines
    }
    return Gone(said, {report: assignment for _line, _indicator, report, _version, assignment, *_amounts in lines})


def _single(amounts: Sequence[int | None], cells: Iterable[tuple[str, str, int]], dimensions: Iterable[str]) -> Single:
    """A value (or a numerator and a denominator) with its cells; what they lack of the value is unknown."""
    value, numerator, denominator = amounts
    if numerator is not None and denominator is not None:
        return {TOTAL: (numerator, denominator - numerator)}
    whole = value or 0
    named = {(dimension, name): number for dimension, name, number in cells if name != UNKNOWN}
    left = {dimension: whole - sum(number for cell, number in named.items() if cell[0] == dimension) for dimension in dimensions}
    numbers = {TOTAL: whole, **named, **{(dimension, UNKNOWN): number for dimension, number in left.items() if number}}
    return {cell: (number, number) for cell, number in numbers.items()}


def are_crowds(indicator: int, seen: Collection[SeenNumber], gone: Gone, threshold: int) -> bool:
    """Whether no number that `remember` would put in the table is small."""
    reports = {report for number in seen for report in number[3]}
    since = [amount for report in reports for both in gone.said.get((indicator, report), {}).values() for amount in both]
    return not any(is_small(amount, threshold) for amount in (*(amount for number in seen for amount in number[6:]), *since))


class Memory(NamedTuple):
    """The cells that a reader of what was published knows, or is presumed to know, and those that are shown nowhere any more."""

    known: set[Key]
    presumed: set[Key]
    gone: set[Key]


def remember(
    table: Table, seen: Collection[SeenNumber], few: Collection[CalledFew], gone: Gone, threshold: int, hidden_before: Set[Key]
) -> Memory:
    """Put the numbers seen in the table as they were, and every single number they are made of that has no place there: its report is no
    longer in force, or its assignment no longer counts. Likewise what was called few.

    Only what was seen is known. Not what is small now that the threshold is another: it is hidden like everything small. A sum that does
    not add up in the words of today cannot be reckoned with: what it is made of is presumed to be known too, unless it was hidden.
    """
    known: set[Key] = set()
    presumed: set[Key] = set()
    sums: list[tuple[Key, Window, tuple[int, ...], tuple[str, str]]] = []
    of_today, singles = _names(table), _not_alone(table, (*seen, *few), gone)
    everyone = table.rollup.rows.assignments.keys()
    for _, first, last, reports, dimension, category, one, other in seen:
        window = Window(date.fromisoformat(first), date.fromisoformat(last))
        definition = table.rollup.lines[table.indicator].on(window.end)
        number = {(dimension, category): (one, other)}
        key = table.key(reports, window, definition.kind if definition else None, number)
        _keep(table, key, reports, number)
        if key in table.intervals:
            table.decide(key, window, _by_assignment(table, reports, gone), everyone)
        sums.append((key, window, reports, (dimension, category)))
        known.add((key, dimension, category))
    for report, single in singles.items():
        _keep(table, (report,), (report,), single)
    alone = table.alone()
    for key, window, reports, cell in sums:
        if table.adds_up((key, *cell), alone):
            continue
        if key not in table.intervals or not table.decide_as_before((key, *cell), window, _by_assignment(table, reports, gone), alone):
            presumed |= {((report,), *cell) for report in reports} - hidden_before
    for called in few:
        _keep_few(table, called)
    known, presumed = ({name for name in names if not _is_small(table, name, threshold)} for names in (known, presumed - known))
    return Memory(known, presumed, _names(table) - of_today - known)


def _keep_few(table: Table, called: CalledFew) -> None:
    """As the sum that it was, or that a reader takes it for where that is small too. Of rates, and of running totals, a word only stands
    where the figure stands as it did."""
    _, _, last, reports, dimension, category, k = called
    definition = table.rollup.lines[table.indicator].on(date.fromisoformat(last))
    amounts = table.amounts[0]
    are_known = all(((report,), *TOTAL) in amounts for report in reports)
    if are_known and definition and definition.kind in ADDED_UP and not definition.is_running:
        amount = sum(amounts.get(((report,), dimension, category), 0) for report in reports)
        if is_small(amount, k):
            _keep(table, reports, reports, {(dimension, category): (amount, amount)})


def called_few(table: Table, few: Iterable[CalledFew]) -> dict[Key, int]:
    """The cells of a table that were called few, made of the same reports as they were then; with the most that each can be."""
    found: dict[Key, int] = {}
    for _, first, last, reports, *cell, k in few:
        window = Window(date.fromisoformat(first), date.fromisoformat(last))
        of_people = takewhile(table.cells.__contains__, ((reports, window, number) for number in count()))
        for key in (reports, *of_people):
            if key in table.cells:
                found[key, *cell] = min((k - 1) * SCALE, found.get((key, *cell), k * SCALE))
    return found


def _by_assignment(table: Table, reports: Collection[int], gone: Gone) -> dict[int, list[int]]:
    """The reports of a number seen, by whose they are."""
    own = table.rollup.answers.get(table.indicator, {})
    of = gone.assignments | {answer.report: assignment for assignment, answers in own.items() for answer in answers}
    found: dict[int, list[int]] = {}
    for report in reports:
        found.setdefault(of.get(report, 0), []).append(report)
    return found


def _names(table: Table) -> set[Key]:
    return {(key, *cell) for key, cells in table.cells.items() for cell in cells}


def _not_alone(table: Table, seen: Iterable[SeenNumber | CalledFew], gone: Gone) -> dict[int, Single]:
    """What the reports in the table and in the numbers seen say, those of which no figure is made alone."""
    alone = {reports[0] for reports in table.answers.values() if len(reports) == 1}
    wanted = {report for own in (*table.answers.values(), *(number[3] for number in seen)) for report in own} - alone
    found = {report: gone.said[table.indicator, report] for report in wanted if (table.indicator, report) in gone.said}
    dimensions = {version.id: version.dimensions for version in table.rollup.lines[table.indicator].versions}
    for own in table.rollup.answers.get(table.indicator, {}).values():
        for answer in own:
            if answer.report in wanted:
                cells = table.rollup.rows.cells.get(answer.line or 0, ())
                found[answer.report] = _single((answer.value, answer.numerator, answer.denominator), cells, dimensions[answer.version])
    return found


def _is_small(table: Table, name: Key, threshold: int) -> bool:
    return name in table.small or any(is_small(amounts.get(name, 0), threshold) for amounts in table.amounts)


def _keep(table: Table, key: Key, reports: tuple[int, ...], numbers: Numbers) -> None:
    """Numbers that may be in the table already. What they were may not add up in the words of today; then nothing is said of their sum."""
    if key not in table.cells:
        table.overlapping.add(key)
    table.keep(key, reports, numbers, numbers)
