"""`python -m bench.year`: the year of 300 measures × 3 partners × tertials, ten years back, as management meets it over HTTP, and its files.

PostgreSQL, a database of its own, dropped after. Wall time says what this machine gave today; processor time says what the code costs.
Before each visit a plain loop is timed, the floor: how quick Python was in that moment. A page is said as so many times that, too.
"""

import gzip
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "samspel_bench_year"
VISITS = 40
YEAR = 2026
PAGES = {"året": f"/plans/1/years/{YEAR}/", "tio år, ett mål": "/plans/1/long/?goal=2", "tio år, ett mått": "/plans/1/long/?indicator=3"}
DRAW = "import bench.year; bench.year.draw()"

WORDS = """
SET session_replication_role = replica;
UPDATE stakeholders_workspace SET name = 'Norrbruksbyggen AB (Exempel)';
UPDATE stakeholders_actor SET name = 'Föreningen nummer ' || id || ' (Exempel)', name_sort = lpad(id::text, 8, '0');
UPDATE measures_plan SET title = 'Handlingsplan 2017–2027 (Exempel)';
UPDATE measures_goal SET title = 'Fokusområde ett med ett namn';
INSERT INTO measures_goal (id, plan_id, kind, title, number, text, position, version, recorded_at)
  SELECT g + 1, 1, 'focus_area', 'Fokusområde ' || g || ' med ett namn', '', '', g, 1, timestamptz '2016-12-01' FROM generate_series(1, 6) g;
UPDATE measures_measure SET goal_id = id % 7 + 1, title = 'En åtgärd med ett namn av vanlig längd i planen ' || id, number = id % 7 || '.' || id,
  number_sort = lpad(id::text, 8, '0'), budget_per_year = 150000, funding = CASE id % 5 WHEN 0 THEN 'value_transfer' ELSE 'own_operations' END;
UPDATE measures_indicator SET name = 'antal tillfällen eller personer av slag ' || id,
  level = (ARRAY['output','output','outcome','activity','impact'])[id % 5 + 1];
INSERT INTO measures_baseline (indicator_id, year, value, decision_reference, recorded_at)
  SELECT id, 2016, 100000, '', timestamptz '2016-12-01' FROM measures_indicator;
INSERT INTO measures_target (indicator_id, year, value, basis, decision_reference, recorded_at)
  SELECT id, 2027, (id % 90 + 40) * 40000, 'per_year', '', timestamptz '2016-12-01' FROM measures_indicator;
UPDATE followup_report SET what_happened =
  'Vi har bytt till onsdagar och då kommer fler. Lokalen är bokad till jul, och skolan hjälper till med nycklar. Nr ' || id;
UPDATE followup_period SET closed_at = closes_on;
ANALYZE;
"""


def main() -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{NAME}"')
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATABASE_URL": urlsplit(SERVER)._replace(path=f"/{NAME}").geturl(), "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
            "SECRET_KEY": "bench" * 12, "DEBUG": "off", "STATIC_ROOT": f"{folder}/static", "VAR_DIR": folder, "EMAIL_URL": "",
            "WEB_PROCESSES": "1", "LOG_LEVEL": "ERROR", "BASE_URL": f"http://127.0.0.1:{free_port()}",
        }  # fmt: skip
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

    from bench.many_plans import make_plans

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["drf_spectacular_sidecar"])
    lines = make_plans(1)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        for statement in filter(None, (each.strip() for each in WORDS.split(";"))):
            server.execute(statement)
    cookie = sign_in()
    print(f"300 åtgärder × 3 aktörer × tertial i tio år: {lines} siffror i databasen.")
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", host(), "config.wsgi"])  # noqa: S603
    try:
        wait_for("/healthz")
        for words, path in PAGES.items():
            visited(words, path, cookie, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=30)
    subprocess.run([sys.executable, "-c", DRAW], check=True)  # noqa: S603


def sign_in() -> str:
    """Management of the first room; the session as a cookie, and how many questions each page puts to the database."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from stakeholders.models import Actor
    from stakeholders.rules import Role
    from tests.factories import a_user

    client = Client(headers={"host": host()})
    client.force_login(a_user(Actor.objects.order_by("pk")[0], Role.MANAGEMENT, email="ledning@norrbruk.example"))
    for words, path in PAGES.items():
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = client.get(path)
        print(f"{words}: {len(asked)} frågor, {len(gzip.compress(answer.content)) // 1024} kB gzip, svar {answer.status_code}")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def visited(words: str, path: str, cookie: str, server: int) -> None:
    """One reader after the other: the median and the 95th percentile over HTTP, and the processor time of the server for each."""
    get(path, cookie)
    times, floors, cpu = [], [], spent(server)
    for _ in range(VISITS):
        floors.append(a_million_additions())
        began = time.perf_counter()
        get(path, cookie)
        times.append(time.perf_counter() - began)
    floor = sorted(floors)[VISITS // 2]
    times.sort()
    each = (spent(server) - cpu) / VISITS
    p95 = times[int(VISITS * 0.95) - 1]
    print(
        f"{words}: median {times[VISITS // 2] * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, processortid {each * 1000:.0f} ms, last {os.getloadavg()[0]:.0f};"
        f" golvet (en miljon additioner) {floor * 1000:.0f} ms, medianen {times[VISITS // 2] / floor:.1f} ×"
    )


def a_million_additions() -> float:
    """What this Python takes for the plainest of loops, in seconds."""
    began, total = time.perf_counter(), 0
    for number in range(1_000_000):
        total += number
    return time.perf_counter() - began


def draw() -> None:
    """In a process of its own, as the worker does it: every file of the year, its time and the most memory it took."""
    django.setup()
    from followup.words import Audience
    from followup.year.build import year_of
    from followup.year.files import Stamp, page, workbook
    from followup.year.pdf import pdf
    from followup.year.word import document
    from measures.models import Plan
    from stakeholders import clock

    plan = Plan.objects.select_related("workspace").get(pk=1)
    year = timed("läsa året", lambda: year_of(plan, YEAR, audience=Audience.MANAGEMENT))
    timed("Excel", lambda: workbook(year, created=clock.now()))
    timed("Word", lambda: document(year, created=clock.now()))
    timed("webbsida i en fil", lambda: page(year))
    timed("PDF", lambda: pdf(year, stamp=Stamp("0" * 64, clock.today())))
    print(f"mest minne: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def timed(words: str, work: Callable[[], object]) -> object:
    began, cpu = time.perf_counter(), time.process_time()
    made = work()
    size = f", {len(made) // 1024} kB" if isinstance(made, bytes | str) else ""
    print(f"{words}: {time.perf_counter() - began:.1f} s, processortid {time.process_time() - cpu:.1f} s{size}")
    return made


def spent(server: int) -> float:
    """Processor seconds of the server's processes."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            facts = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(facts[1]) == server:
            ticks += int(facts[11]) + int(facts[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def get(path: str, cookie: str = "") -> None:
    request = urllib.request.Request(os.environ["BASE_URL"] + path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 our own server
        answer.read()


def wait_for(path: str) -> None:
    for _ in range(200):
        try:
            return get(path)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("Servern svarade inte på 20 sekunder.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def host() -> str:
    return urlsplit(os.environ["BASE_URL"]).netloc


if __name__ == "__main__":
    sys.exit(main())
