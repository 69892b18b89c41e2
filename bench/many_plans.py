"""Many large plans, made by the database itself: workspaces × 300 measures × 3 partners × tertials, nine in ten of them answered.

PostgreSQL only, and an empty database: `python -m bench.many_plans WORKSPACES` migrates it first. Rows lie in the order life would have
written them: one round after the other, every workspace in each.
"""

import json
import sys

import django
from django.core.management import call_command
from django.db import connection, transaction

MEASURES, PARTNERS, FIRST_YEAR = 300, 3, 2017
EMPTY = {"character varying": "''", "text": "''", "boolean": "false", "jsonb": "'{}'", "smallint": "0", "integer": "0", "bigint": "0"}
EMPTY |= {"timestamp with time zone": "timestamptz '2016-12-01'", "date": "date '2016-12-01'"}


def make_plans(workspaces: int, years: int = 10, measures: int = MEASURES) -> int:
    """Fill an empty database; gives the number of report lines. Ids are worked out, so that no lookup is needed."""
    rounds, whole = years * 3, workspaces * measures
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers or foreign keys: the rows are right by construction
        table = _Tables(cursor)
        indexes = _without_indexes(cursor)
        table.fill("stakeholders_workspace", f"generate_series(1, {workspaces}) w", id="w", slug="'rum-' || w", small_number_threshold="5")
        table.fill(
            "stakeholders_actor", f"generate_series(1, {workspaces * 60}) a", id="a", name="'Aktör ' || a", workspace_id="(a - 1) / 60 + 1"
        )
        years_of = {"first_year": str(FIRST_YEAR), "last_year": str(FIRST_YEAR + years)}
        table.fill("measures_plan", f"generate_series(1, {workspaces}) w", id="w", workspace_id="w", interval="'tertial'", **years_of)
        table.fill("measures_goal", f"generate_series(1, {workspaces}) w", id="w", plan_id="w", kind="'focus_area'")
        plan = f"(m - 1) / {measures} + 1"
        series = f"generate_series(1, {whole}) m"
        table.fill("measures_measure", series, id="m", plan_id=plan, goal_id=plan, number="m::text", starts_on=f"date '{FIRST_YEAR}-01-01'")
        table.fill("measures_indicator", series, id="m", plan_id=plan, name="'Indikator ' || m", level="'output'", is_reported="true")
        table.fill("measures_indicator_measures", series, id="m", indicator_id="m", measure_id="m")
        kind = "(ARRAY['count','count','people','stock','ratio','count','money','people','count','level'])[m % 10 + 1]"
        people = "m % 10 IN (2, 7)"
        table.fill(
            "measures_indicatorversion", series, id="m", indicator_id="m", number="1", starts_on=f"date '{FIRST_YEAR}-01-01'", kind=kind,
            unit="'st'", tolerance="1000", direction="'increase'", counts_people=people, has_disjoint_denominators="true", ratio_over_time="'flow'",
        )  # fmt: skip
        series = f"generate_series(1, {whole * PARTNERS}) a"
        actor = f"(a - 1) / {measures * PARTNERS} * 60 + a % 60 + 1"
        role = f"CASE WHEN a % {PARTNERS} = 0 THEN 'responsible' ELSE 'contributing' END"
        measure = f"(a - 1) / {PARTNERS} + 1"
        table.fill(
            "measures_assignment", series, id="a", actor_id=actor, measure_id=measure, role=role, starts_on=f"date '{FIRST_YEAR}-01-01'"
        )
        table.fill("measures_assignmentindicator", series, id="a", assignment_id="a", indicator_id=measure)
        start = f"make_date({FIRST_YEAR} + t / 3, t % 3 * 4 + 1, 1)"
        table.fill(
            "followup_period", f"generate_series(1, {workspaces}) w, generate_series(0, {rounds - 1}) t", id=f"(w - 1) * {rounds} + t + 1",
            plan_id="w", year=f"{FIRST_YEAR} + t / 3", interval="'tertial'", number="t % 3 + 1", starts_on=start,
            ends_on=f"({start} + interval '4 months')::date - 1", opens_on=start, due_on=f"({start} + interval '4 months')::date + 21",
            closes_on=f"({start} + interval '4 months')::date + 42",
        )  # fmt: skip
        for turn in range(rounds):
            _round(table, turn, workspaces, measures, rounds)
        for index in indexes:
            cursor.execute(index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM followup_reportline")
        return cursor.fetchone()[0]


def _without_indexes(cursor) -> list[str]:
    """Take the indexes off the large tables, but for those that are constraints; gives how they are made again, all at once."""
    cursor.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i LEFT JOIN pg_constraint c ON c.conname = i.indexname"
        " WHERE i.tablename IN ('followup_obligation', 'followup_obligationindicator', 'followup_report', 'followup_reportline') AND c.oid IS NULL"
    )
    found = dict(cursor.fetchall())
    for name in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return list(found.values())


def _round(table: "_Tables", turn: int, workspaces: int, measures: int, rounds: int) -> None:
    """One round in every workspace: what is asked, and what came. Every 31st is corrected, every 20th missing, every 50th not yet reviewed."""
    whole = workspaces * measures * PARTNERS
    series = f"generate_series(1, {whole}) a"
    obligation = f"{turn * whole} + a"
    period = f"(a - 1) / {measures * PARTNERS} * {rounds} + {turn + 1}"
    begins = f"make_date({FIRST_YEAR + turn // 3}, {turn % 3 * 4 + 1}, 1)"
    came = f"{begins} + interval '4 months' + interval '1 day' * (a % 20)"
    version = f"(a - 1) / {PARTNERS} + 1"
    table.fill("followup_obligation", series, id=obligation, assignment_id="a", period_id=period, recorded_at=begins)
    table.fill(
        "followup_obligationindicator", series, id=obligation, obligation_id=obligation, assignment_id="a", period_id=period,
        indicator_version_id=version, recorded_at=begins,
    )  # fmt: skip
    answered = f"{series} WHERE a % 20 <> 0"
    said = {"kind": "'original'", "channel": "'link'", "implementation_status": "'on_plan'", "submitted_at": came, "was_on_time": "true"}
    approved = f"CASE WHEN a % 50 <> 0 THEN {came} + interval '2 days' END"
    table.fill(
        "followup_report",
        answered,
        id=obligation,
        obligation_id=obligation,
        period_id=period,
        version="1",
        receipt_number=obligation,
        approved_at=approved,
        **said,
    )
    line = {"state": "'value'", "value": f"(a::bigint * 7919 + {turn}) % 90 * 10000", "numerator": "CASE WHEN (a - 1) / 3 % 10 = 3 THEN a % 40 * 10000 END",
            "denominator": "CASE WHEN (a - 1) / 3 % 10 = 3 THEN 400000 END", "indicator_version_id": version}  # fmt: skip
    table.fill("followup_reportline", answered, id=obligation, report_id=obligation, **line)
    corrected = f"{series} WHERE a % 20 <> 0 AND a % 31 = 0"
    second = f"{rounds * whole} + {obligation}"
    said |= {"kind": "'correction'", "submitted_at": f"{came} + interval '4 days'", "approved_at": f"{came} + interval '5 days'"}
    table.fill(
        "followup_report", corrected, id=second, obligation_id=obligation, period_id=period, version="2", receipt_number=second, **said
    )
    table.fill("followup_reportline", corrected, id=second, report_id=second, **line)


class _Tables:
    """INSERT … SELECT with every column that must be there; those not given are empty."""

    def __init__(self, cursor) -> None:
        self.cursor = cursor
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'"
        )
        self.needed: dict[str, dict[str, str]] = {}
        for table, column, kind in cursor.fetchall():
            self.needed.setdefault(table, {})[column] = EMPTY.get(kind, "NULL")

    def fill(self, table: str, source: str, **expressions: str) -> None:
        columns = {**self.needed[table], **expressions}
        names = ", ".join(f'"{name}"' for name in columns)
        self.cursor.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} FROM {source}")


if __name__ == "__main__":
    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps({"lines": make_plans(int(sys.argv[1]))}))
