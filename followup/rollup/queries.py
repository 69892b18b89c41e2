"""The small questions of the roll-up, in SQL: the models would take longer over a thousand rows than the figures made of them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from followup.words import RulingKind
from measures.models import Plan

RULINGS = f"""
SELECT u.obligation_id, u.kind, u.due_on
FROM followup_obligationruling u JOIN followup_obligation o ON o.id = u.obligation_id JOIN followup_period p ON p.id = o.period_id
WHERE p.plan_id = %(plan)s AND u.recorded_at <= %(as_of)s AND u.kind <> '{RulingKind.CLOSE}'
ORDER BY u.recorded_at, u.id
"""

PERIODS = """
SELECT p.id, p.year, p.interval, p.number, p.starts_on, p.ends_on, p.due_on, p.closed_at <= %(as_of)s AND NOT EXISTS (
  SELECT 1 FROM followup_periodunlock u WHERE u.period_id = p.id AND u.recorded_at <= %(as_of)s AND u.until > %(as_of)s)
FROM followup_period p WHERE p.plan_id = %(plan)s
"""

ASSIGNMENTS = """
SELECT a.id, a.actor_id, c.name, c.kind, a.measure_id, a.role, a.starts_on, a.ends_on, a.ended_on,
  a.ended_at <= %(as_of)s, a.declined_at <= %(as_of)s
FROM measures_assignment a JOIN measures_measure m ON m.id = a.measure_id JOIN stakeholders_actor c ON c.id = a.actor_id
WHERE m.plan_id = %(plan)s AND a.recorded_at <= %(as_of)s
"""

VERSIONS = """
SELECT v.id, v.indicator_id, v.starts_on, v.kind, v.ratio_over_time, v.unit, v.decimals, v.direction, v.tolerance,
  v.counts_people, v.is_running_total, v.has_disjoint_denominators, v.breakdowns, v.link, v.bridge_factor, v.scale
FROM measures_indicatorversion v JOIN measures_indicator i ON i.id = v.indicator_id
WHERE i.plan_id = %(plan)s AND v.recorded_at <= %(as_of)s
ORDER BY v.recorded_at, v.id
"""

TARGETS = """
SELECT t.indicator_id, t.year, t.value, t.basis FROM measures_target t JOIN measures_indicator i ON i.id = t.indicator_id
WHERE i.plan_id = %(plan)s AND t.recorded_at <= %(as_of)s
ORDER BY t.recorded_at, t.id
"""

REMOVED = """
SELECT r.assignment_id, r.indicator_id, r.removed_at
FROM measures_assignmentindicator r JOIN measures_assignment a ON a.id = r.assignment_id JOIN measures_measure m ON m.id = a.measure_id
WHERE m.plan_id = %(plan)s AND r.removed_at <= %(as_of)s AND NOT EXISTS (
  SELECT 1 FROM measures_assignmentindicator n WHERE n.assignment_id = r.assignment_id AND n.indicator_id = r.indicator_id
    AND (n.recorded_at > r.recorded_at OR (n.recorded_at = r.recorded_at AND n.id > r.id)) AND n.recorded_at <= %(as_of)s)
"""

DECISIONS = """
SELECT d.id, d.indicator_id, d.window_start, d.window_end, d.kind, d.is_between_groups, d.overlap, d.lead_id, d.revoked_at <= %(as_of)s, a.assignment_id
FROM followup_overlapdecision d JOIN measures_indicator i ON i.id = d.indicator_id
LEFT JOIN followup_overlapdecision_assignments a ON a.overlapdecision_id = d.id
WHERE i.plan_id = %(plan)s AND d.recorded_at <= %(as_of)s
ORDER BY d.recorded_at, d.id
"""

BASELINES = """
SELECT b.id, b.indicator_id, b.year, b.value, v.id
FROM measures_baseline b JOIN measures_indicator i ON i.id = b.indicator_id
LEFT JOIN measures_indicatorversion v ON v.indicator_id = b.indicator_id AND v.recorded_at <= b.recorded_at
WHERE i.plan_id = %(plan)s AND b.recorded_at <= %(as_of)s
ORDER BY b.recorded_at, b.id
"""

_OF_PLAN = "i.plan_id = %(plan)s"
"""What a question about indicators says, and what is added to when only some are asked about."""

MOST_RANGES = 4
"""More than so many, and a list is as quick."""

AT_ONCE = 200
"""So many rows of a stream are fetched together: more, and one side waits for the other."""


def asked(sql: str, plan: Plan, as_of: datetime, indicators: Collection[int] | None = None) -> list[tuple[Any, ...]]:
    """The rows about a plan, or only about some of its indicators, as recorded at a moment."""
    return all_asked((sql,), plan, as_of, indicators)[0]


def all_asked(questions: Sequence[str], plan: Plan, as_of: datetime, indicators: Collection[int] | None) -> list[list[tuple[Any, ...]]]:
    """The rows of each question, as `asked` gives them. PostgreSQL gets them together and answers the next while the one before is read."""
    parameters = {"plan": plan.pk, "as_of": connection.ops.adapt_datetimefield_value(as_of)}
    only = _OF_PLAN if indicators is None else f"{_OF_PLAN} AND i.id IN ({numbers(indicators)})"
    asks_none = indicators is not None and not indicators
    with ExitStack() as stack:
        cursors = [None if asks_none and _OF_PLAN in sql else stack.enter_context(connection.cursor()) for sql in questions]
        stack.enter_context(_pipeline())
        for cursor, sql in zip(cursors, questions, strict=True):
            if cursor:
                cursor.execute(sql.replace(_OF_PLAN, only), parameters)
        return [cursor.fetchall() if cursor else [] for cursor in cursors]


@contextmanager
def ahead(sql: str, parameters: Mapping[str, Any]) -> Iterator[Callable[[], list[tuple[Any, ...]]]]:
    """Ask now and read at the end: PostgreSQL looks for the rows while something else is worked out, as long as nothing else is asked."""
    with connection.cursor() as cursor, _pipeline():
        cursor.execute(sql, parameters)
        yield cursor.fetchall


@contextmanager
def _pipeline() -> Iterator[None]:
    """Questions asked in it are sent at once, and answered one after the other."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.connection.pipeline():
        connection.connection.execute("")  # libpq 18 gives the first answer after a stream in pieces: then let it be an empty one
        yield


def streamed(sql: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of one query, each as it is found: what is done with one is done while the database looks for the next.

    Nothing is asked until the first is wanted; until the last has been given, nothing else may be.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql" or connection.connection.pgconn.pipeline_status:
            cursor.execute(sql, parameters)
            yield from cursor
            return
        # Django does not know of `stream`, nor that it is a query; and its own cursor takes numbers as text, which is slower to read.
        counted = cursor.debug_sql(sql, parameters) if connection.queries_logged else nullcontext()
        with counted, connection.wrap_database_errors, psycopg.Cursor(connection.connection) as rows:
            yield from rows.stream(sql, parameters, binary=True, size=AT_ONCE)


def among(column: str, ids: Collection[int]) -> str:
    """That a column is one of some ids of our own: said as ranges where they lie together, which are quicker to read and to test than a list."""
    runs: list[list[int]] = []
    for each in sorted(ids):
        if runs and each == runs[-1][1] + 1:
            runs[-1][1] = each
        else:
            runs.append([each, each])
    if not 0 < len(runs) <= MOST_RANGES:
        return f"{column} IN ({numbers(ids) or 'NULL'})"
    return f"({' OR '.join(f'{column} BETWEEN {int(first)} AND {int(last)}' for first, last in runs)})"


def numbers(ids: Iterable[int]) -> str:
    """Ids of our own, as text for an IN."""
    return ",".join(str(int(number)) for number in ids)
