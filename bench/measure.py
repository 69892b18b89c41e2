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

FLOOR = """
SELECT pin.indicator_version_id, count(*), count(l.id), sum(l.value), sum(l.numerator), sum(l.denominator), count(*) FILTER (WHERE r.was_on_time)
FROM followup_period p
JOIN followup_obligation o ON o.period_id = p.id
JOIN followup_obligationindicator pin ON pin.obligation_id = o.id
LEFT JOIN followup_report r ON r.obligation_id = o.id AND r.approved_at IS NOT NULL AND r.withdrawn_at IS NULL
LEFT JOIN followup_reportline l ON l.report_id = r.id AND l.indicator_version_id = pin.indicator_version_id
WHERE p.plan_id = %s AND p.year BETWEEN %s AND %s
GROUP BY pin.indicator_version_id
"""


def main() -> None:
    django.setup()
    runpy.run_path("deploy/gunicorn.conf.py")["post_worker_init"](None)  # search for garbage as seldom as the web server does
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.many_plans import FIRST_YEAR
    from followup.figures import Window
    from followup.rollup import plan_figures
    from measures.models import Plan
    from stakeholders.models import Actor, Membership, User
    from stakeholders.rules import Role

    plan = Plan.objects.select_related("workspace").order_by("pk")[Plan.objects.count() // 2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    found: dict[str, float] = {}
    last = FIRST_YEAR + 9
    for key, first in (("year", last), ("ten", FIRST_YEAR)):
        windows = [Window.year(year) for year in range(first, last + 1)]

        def floor(first: int = first) -> None:
            with connection.cursor() as cursor:
                cursor.execute(FLOOR, [plan.pk, first, last])
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
