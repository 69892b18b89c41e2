"""`make bench`: the roll-up against the raw SQL that reads the same rows, in the same run. PostgreSQL only; a database of its own, dropped after.

Times on one machine say little; the ratio to the floor says what the code adds. BENCH_DATABASE_URL points at a server where databases may be made;
BENCH_WORKSPACES says how many companies lie beside the one that is measured.
"""

import os
import sys
import time
from collections.abc import Callable
from statistics import median
from urllib.parse import urlsplit

import django
import psycopg

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "samspel_bench"
RUNS = 7

FLOOR = """
SELECT v.indicator_id, count(*), sum(l.value) FROM followup_reportline l
JOIN followup_report r ON r.id = l.report_id
JOIN followup_obligation o ON o.id = r.obligation_id
JOIN followup_period p ON p.id = o.period_id
JOIN measures_indicatorversion v ON v.id = l.indicator_version_id
WHERE p.plan_id = %s AND p.year BETWEEN %s AND %s AND r.approved_at IS NOT NULL AND r.withdrawn_at IS NULL
GROUP BY v.indicator_id
"""


def main() -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{NAME}"')
        server.execute(f'CREATE DATABASE "{NAME}"')
    os.environ |= {
        "DATABASE_URL": urlsplit(SERVER)._replace(path=f"/{NAME}").geturl(),
        "DJANGO_SETTINGS_MODULE": "config.test_settings",
    }
    try:
        measure()
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')


def measure() -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from bench.many_plans import FIRST_YEAR, make_plans
    from followup.figures import Window
    from followup.rollup import plan_figures
    from measures.models import Plan

    call_command("migrate", verbosity=0)
    workspaces = int(os.environ.get("BENCH_WORKSPACES", "3"))
    lines = make_plans(workspaces)
    plan = Plan.objects.select_related("workspace").order_by("pk")[workspaces // 2]
    print(f"{workspaces} samverkansrum med 300 åtgärder × 3 aktörer × tertial i tio år: {lines} siffror i databasen.")
    for words, first, last in (("ett år", FIRST_YEAR + 9, FIRST_YEAR + 9), ("tio år", FIRST_YEAR, FIRST_YEAR + 9)):
        windows = [Window.year(year) for year in range(first, last + 1)]

        def floor(first: int = first, last: int = last) -> None:
            with connection.cursor() as cursor:
                cursor.execute(FLOOR, [plan.pk, first, last])
                cursor.fetchall()

        def live(windows: list[Window] = windows) -> None:
            plan_figures(plan, windows)

        low, own = timed(floor), timed(live)
        print(f"{words}: golv {low * 1000:.0f} ms, uppräkningen {own * 1000:.0f} ms, kvot {own / low:.1f}")


def timed(work: Callable[[], None]) -> float:
    """The median of a few runs after one that does not count, in seconds."""
    work()
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times)


if __name__ == "__main__":
    sys.exit(main())
