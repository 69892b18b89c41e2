"""Measures one database: the year and ten years of a plan in the middle of it, and the raw SQL that reads the same rows. Prints JSON."""

import json
import resource
import runpy
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import django

RUNS = 9

IN_FORCE = "r.approved_at <= %(as_of)s AND (r.withdrawn_at <= %(as_of)s) IS NOT TRUE"
OF_INDICATOR = "JOIN measures_indicatorversion v ON v.id = pin.indicator_version_id"
FLOOR = f"""
SELECT v.indicator_id, count(o.id), count(l.id) FILTER (WHERE {IN_FORCE}), sum(l.value) FILTER (WHERE {IN_FORCE}),
  sum(l.numerator) FILTER (WHERE {IN_FORCE}), sum(l.denominator) FILTER (WHERE {IN_FORCE}), count(*) FILTER (WHERE r.was_on_time)
ANSWERED
  (SELECT p.id FROM followup_period p WHERE p.plan_id = %(plan)s AND p.year BETWEEN %(first)s AND %(last)s)
GROUP BY v.indicator_id
"""
"""The roll-up's own large query as an aggregate, one row for each indicator: the same rows of the same tables, as of the same moment, but for
which version is in force."""


def main() -> None:
    django.setup()
    runpy.run_path("deploy/gunicorn.conf.py")["post_worker_init"](None)  # search for garbage as seldom as the web server does
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.many_plans import FIRST_YEAR
    from followup.figures import Window
    from followup.rollup import plan_figures
    from followup.rollup.rows import ANSWERED
    from measures.models import Plan
    from stakeholders import clock
    from stakeholders.models import Actor, Membership, User
    from stakeholders.rules import Role

    aggregate = FLOOR.replace("ANSWERED", ANSWERED.replace("LEFT JOIN", f"{OF_INDICATOR} LEFT JOIN", 1))
    plan = Plan.objects.select_related("workspace").order_by("pk")[Plan.objects.count() // 2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    found: dict[str, float] = {}
    last = FIRST_YEAR + 9
    for key, first in (("year", last), ("ten", FIRST_YEAR)):
        windows = [Window.year(year) for year in range(first, last + 1)]

        asked = {"plan": plan.pk, "first": first, "last": last, "as_of": clock.now()}

        def floor(asked: dict[str, Any] = asked) -> None:
            with connection.cursor() as cursor:
                cursor.execute(aggregate, asked)
                cursor.fetchall()

        def own(windows: list[Window] = windows) -> None:
            plan_figures(plan, windows)

        own(windows[:1])
        before = _memory()
        own()
        found |= {"memory_before": before, "memory": _memory() - before}
        with CaptureQueriesContext(connection) as queries:
            own()
        found[f"{key}_queries"] = len(queries)
        pairs = [(_once(floor, backend), _once(own, backend)) for _ in range(RUNS)]  # in turns: the machine's speed drifts
        for place, what in enumerate(("", "_cpu")):
            found[f"{key}_floor{what}"] = min(of_floor[place] for of_floor, _ in pairs)
            found[f"{key}_own{what}"] = min(of_own[place] for _, of_own in pairs)
            found[f"{key}_ratio{what}"] = median(of_own[place] / of_floor[place] for of_floor, of_own in pairs)

    actor = Actor.objects.filter(workspace=plan.workspace_id).first()
    user, _ = User.objects.get_or_create(email=f"bench{plan.pk}@samspel.example", defaults={"name": "Bänk"})
    Membership.objects.get_or_create(user=user, actor=actor, role=Role.COORDINATOR)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)

    def ask() -> Any:
        return client.get("/api/v1/figures/", {"plan": plan.pk, "window": str(last)})

    assert ask().status_code == 200  # noqa: S101
    asked = [_once(ask, backend) for _ in range(RUNS)]
    found["api_own"], found["api_own_cpu"] = min(wall for wall, _ in asked), min(cpu for _, cpu in asked)
    with CaptureQueriesContext(connection) as queries:
        ask()
    found["api_queries"] = len(queries)
    print(json.dumps(found))


def _once(work: Callable[[], object], backend: int) -> tuple[float, float]:
    """Milliseconds on the wall, and of processor time: ours and the database's, which others on the machine do not lengthen as much."""
    began, ours, theirs = time.perf_counter(), time.process_time(), _ran(backend)
    work()
    return (time.perf_counter() - began) * 1000, (time.process_time() - ours + _ran(backend) - theirs) * 1000


def _ran(process: int) -> float:
    """Seconds on a processor; 0 where the database is on another machine."""
    seen = Path(f"/proc/{process}/schedstat")
    return int(seen.read_text().split()[0]) / 1e9 if seen.exists() else 0.0


def _memory() -> float:
    """The most this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
