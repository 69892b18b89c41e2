"""What the roll-up reads: a plan's answers as narrow rows, in a fixed number of queries whatever the size of the plan.

The one large query gives every version of every answer with its line, as whole numbers; which version is in force is worked out
from them (`answers.py`). Everything is as recorded at one moment.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

from django.db import connection

from followup.figures import value
from followup.rollup.queries import (
    ASSIGNMENTS,
    DECISIONS,
    PERIODS,
    REMOVED,
    RULINGS,
    TARGETS,
    VERSIONS,
    all_asked,
    among,
    asked,
    numbers,
    streamed,
)
from followup.words import LineState, RulingKind
from measures.models import Plan
from measures.rules import IndicatorKind
from stakeholders.clock import day_of

APPROVED, WITHDRAWN, RETURNED, ON_TIME = 1, 2, 4, 8
"""Bits of what has happened to a report, as the large query gives them. `STATE` times the state of its line and `VERSION` times its version are
added to them: one number is read faster than three."""

STATE, VERSION = 16, 128

VALUE, ZERO, NOT_APPLICABLE, NOT_AVAILABLE = 1, 2, 3, 4
"""`LineState` as the large query gives it; 0 is no line. `VALUE` alone, instead of all the bits: a figure that was approved as it was first sent in,
on time, and nothing has happened to it since."""

USABLE = (VALUE, ZERO)

Row = tuple[Any, ...]
"""What the large query gives: definition, obligation, assignment, period, report, the bits, value, how many new, numerator, denominator, line."""

_STATES = {LineState.VALUE: VALUE, LineState.ZERO: ZERO, LineState.NOT_APPLICABLE: NOT_APPLICABLE, LineState.NOT_AVAILABLE: NOT_AVAILABLE}

_QUESTIONS = (PERIODS, VERSIONS, TARGETS, RULINGS, ASSIGNMENTS, REMOVED)


@value
class PeriodRow:
    id: int
    year: int
    interval: str
    number: int
    start: date
    end: date
    due: date
    is_closed: bool
    is_due: bool


@value
class AssignmentRow:
    """`end` is the last day as recorded; None: until further notice."""

    id: int
    actor: int
    actor_name: str
    actor_kind: str
    measure: int
    role: str
    start: date
    end: date | None


@value
class VersionRow:
    """A definition. `kind` is "" for a *brist*. `is_last_only`: a stock, or a ratio of stocks, where the last answer stands for the assignment."""

    id: int
    indicator: int
    start: date
    kind: IndicatorKind | Literal[""]
    over_time: str
    unit: str
    decimals: int
    direction: str
    tolerance: int
    counts_people: bool
    is_running: bool
    is_disjoint: bool
    dimensions: tuple[str, ...]
    link: str
    factor: int | None
    scale: tuple[str, ...]
    is_last_only: bool


@value
class DecisionRow:
    """An overlap decision; those of one indicator are in the order they were recorded."""

    id: int
    indicator: int
    start: date
    end: date
    kind: str
    is_between_groups: bool
    overlap: int
    lead: int | None
    is_revoked: bool
    assignments: frozenset[int]


@value
class TargetRow:
    year: int
    value: int
    basis: str


@dataclass(slots=True)
class Rows:
    """Everything read for one plan as of one moment. `lines` can be gone through once, and before anything else is asked of the database."""

    as_of: datetime
    periods: dict[int, PeriodRow]
    assignments: dict[int, AssignmentRow]
    versions: dict[int, VersionRow]
    exempt: set[int]
    due: dict[int, bool]
    removed: dict[tuple[int, int], date]
    decisions: dict[int, list[DecisionRow]]
    targets: dict[int, list[TargetRow]]
    lines: Iterable[Row]
    cells: dict[int, list[tuple[str, str, int]]] = field(default_factory=dict)


def read(
    plan: Plan,
    as_of: datetime,
    since: date,
    until: date,
    stocks_since: date,
    indicators: Collection[int] | None,
    *,
    breakdowns: bool,
    stocks_from_start: bool,
) -> Rows:
    """The rows needed for every window between two days; those that look further back are read from further back.

    `stocks_since`: the first last day of a period from which a stock may be carried. `indicators`: only these. `breakdowns`: with the
    cells of their lines. `stocks_from_start`: stocks that count people from their beginning.
    """
    day = day_of(as_of)
    of_periods, of_versions, of_targets, rulings, assignments, removed = all_asked(_QUESTIONS, plan, as_of, indicators)
    periods = _periods(of_periods, day)
    versions = _versions(of_versions)
    targets = _targets(of_targets)
    since_start = {indicator for indicator, own in targets.items() if any(each.basis == "since_start" for each in own)}
    look_back = [each.id for each in versions.values() if each.is_running or each.kind == "milestone" or each.indicator in since_start]
    carried = [each.id for each in versions.values() if each.is_last_only]
    if stocks_from_start:
        look_back += [number for number in carried if versions[number].counts_people]
    exempt, due = set(), {}
    for obligation, kind, due_on in rulings:
        if due_on:
            due[obligation] = due_on < day
        elif kind == RulingKind.EXEMPT:
            exempt.add(obligation)
        else:
            exempt.discard(obligation)
    ends = [(period.id, period.end) for period in periods.values() if period.end <= until]
    recent = [number for number, end in ends if end >= since]
    before = [number for number, end in ends if end < since]
    carrying = [number for number, end in ends if stocks_since <= end < since]
    only = None if indicators is None else list(versions)
    has_cells = breakdowns and any(each.dimensions for each in versions.values())
    asked_of = [(recent, only), (before, look_back), (carrying, [each for each in carried if each not in set(look_back)])]
    lines = _lines(as_of, asked_of, versions, len(periods), with_ids=has_cells)
    if has_cells:
        lines = list(lines)
    return Rows(
        as_of=as_of,
        periods=periods,
        assignments=_assignments(assignments),
        versions=versions,
        exempt=exempt,
        due=due,
        removed=_removed(removed),
        decisions=_decisions(asked(DECISIONS, plan, as_of)) if any(each.kind == "people" for each in versions.values()) else {},
        targets=targets,
        lines=lines,
        cells=_cells(lines, versions) if has_cells else {},
    )


def _periods(rows: list[Row], day: date) -> dict[int, PeriodRow]:
    return {
        number: PeriodRow(number, year, interval, part, start, end, due, bool(is_closed), due < day)
        for number, year, interval, part, start, end, due, is_closed in rows
    }


def _assignments(rows: list[Row]) -> dict[int, AssignmentRow]:
    """As recorded then: ended when that was recorded; one declined never ran."""
    found = {}
    for number, actor, name, kind, measure, role, starts_on, ends_on, ended_on, has_ended, is_declined in rows:
        end = (ended_on or ends_on) if has_ended else ends_on
        found[number] = AssignmentRow(number, actor, name, kind, measure, role, starts_on, date.min if is_declined else end)
    return found


def _versions(rows: list[Row]) -> dict[int, VersionRow]:
    kinds = {kind.value: kind for kind in IndicatorKind}
    found = {}
    for (
        number,
        indicator,
        start,
        kind,
        over_time,
        unit,
        decimals,
        direction,
        tolerance,
        people,
        running,
        disjoint,
        breakdowns,
        *more,
    ) in rows:
        link, factor, scale = more
        found[number] = VersionRow(
            number, indicator, start, kinds.get(kind, ""), over_time, unit, decimals, direction, tolerance, people, running, disjoint,
            _listed(breakdowns), link, factor, _listed(scale), kind == "stock" or (kind == "ratio" and over_time == "stock"),
        )  # fmt: skip
    return found


def _listed(text: str) -> tuple[str, ...]:
    return () if text == "[]" else tuple(json.loads(text))


def _aware(moment: datetime) -> datetime:
    """SQLite keeps moments in UTC without saying so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _targets(rows: list[Row]) -> dict[int, list[TargetRow]]:
    found: dict[int, list[TargetRow]] = {}
    for indicator, *row in rows:
        found.setdefault(indicator, []).append(TargetRow(*row))
    return found


def _removed(rows: list[Row]) -> dict[tuple[int, int], date]:
    """(assignment, indicator) → the day from which it is no longer reported."""
    return {(assignment, indicator): day_of(_aware(moment)) for assignment, indicator, moment in rows}


def _decisions(rows: list[Row]) -> dict[int, list[DecisionRow]]:
    """The overlap decisions of each indicator that counts people so that they may be the same."""
    members: dict[int, set[int]] = {}
    heads: dict[int, tuple[Any, ...]] = {}
    for *head, assignment in rows:
        heads[head[0]] = tuple(head)
        members.setdefault(head[0], set()).update([assignment] if assignment else [])
    found: dict[int, list[DecisionRow]] = {}
    for number, indicator, start, end, kind, between, overlap, lead, is_revoked in heads.values():
        row = DecisionRow(number, indicator, start, end, kind, between, overlap or 0, lead, bool(is_revoked), frozenset(members[number]))
        found.setdefault(indicator, []).append(row)
    return found


_STATE = " ".join(["CASE l.state", *(f"WHEN '{state}' THEN {number}" for state, number in _STATES.items()), "ELSE 0 END"])

_ANSWERS = f"""
SELECT pin.indicator_version_id, pin.obligation_id, pin.assignment_id, pin.period_id, r.id,
  CASE WHEN r.version = 1 AND l.state = '{LineState.VALUE}' AND r.was_on_time AND r.approved_at <= %(as_of)s
    AND r.withdrawn_at IS NULL AND r.returned_at IS NULL THEN {VALUE}
  ELSE COALESCE(r.version, 0) * {VERSION} + {STATE} * {_STATE}
    + CASE WHEN r.approved_at <= %(as_of)s THEN {APPROVED} ELSE 0 END + CASE WHEN r.withdrawn_at <= %(as_of)s THEN {WITHDRAWN} ELSE 0 END
    + CASE WHEN r.returned_at <= %(as_of)s THEN {RETURNED} ELSE 0 END + CASE WHEN r.was_on_time THEN {ON_TIME} ELSE 0 END END,
  CASE l.state WHEN '{LineState.ZERO}' THEN 0 ELSE COALESCE(l.value, 0) END, l.new_people, l.numerator, l.denominator, CELLS_OF
FROM followup_obligationindicator pin
LEFT JOIN followup_report r ON r.obligation_id = pin.obligation_id AND REPORTS_ASKED AND r.submitted_at <= %(as_of)s
LEFT JOIN followup_reportline l ON l.report_id = r.id AND l.indicator_version_id = pin.indicator_version_id LINES_ASKED
WHERE pin.recorded_at <= %(as_of)s AND PINS_ASKED"""


def _lines(
    as_of: datetime, asked: Iterable[tuple[list[int], list[int] | None]], every: Collection[int], rounds: int, *, with_ids: bool
) -> Iterable[Row]:
    """Every submitted version of every answer, with its line; one row without a report where none was submitted.

    `asked`: about some definitions (None: `every` one of the plan) in some of its `rounds`. Each is a part of the query by itself, so that the
    indexes serve it: reports are found by period and, where most rounds are asked about, lines by definition, all at once. What an obligation
    asks for was never recorded before it. `with_ids`: of the lines, by which their cells are found.
    """
    parts = []
    for periods, versions in asked:
        if periods and versions != []:
            part = _ANSWERS if versions is None else f"{_ANSWERS} AND {among('pin.indicator_version_id', versions)}"
            lines = f"AND {among('l.indicator_version_id', every if versions is None else versions)}" if 2 * len(periods) > rounds else ""
            for name, said in {
                "PINS_ASKED": among("pin.period_id", periods),
                "REPORTS_ASKED": among("r.period_id", periods),
                "LINES_ASKED": lines,
                "CELLS_OF": "l.id" if with_ids else "NULL",
            }.items():
                part = part.replace(name, said)
            parts.append(part)
    if not parts:
        return []
    return streamed(" UNION ALL ".join(parts), {"as_of": connection.ops.adapt_datetimefield_value(as_of)})


def _cells(lines: Iterable[Row], versions: dict[int, VersionRow]) -> dict[int, list[tuple[str, str, int]]]:
    """The breakdown of each line whose definition has one: (dimension, category, value) by line."""
    wanted = [row[10] for row in lines if row[10] and versions[row[0]].dimensions]
    if not wanted:
        return {}
    found: dict[int, list[tuple[str, str, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT line_id, dimension, category, value FROM followup_reportcell WHERE line_id IN ({numbers(wanted)})")
        for line, *cell in cursor.fetchall():
            found.setdefault(line, []).append(tuple(cell))
    return found
