"""A plan of many thousand rows: previewed in time and memory (D15), and stored wholly or not at all when somebody pulls the plug (F11)."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.measures.large_plan import make_file

ROOT = Path(__file__).resolve().parents[2]
LARGE = bool(os.environ.get("DRILL"))


def start(mode: str, path: Path, database_url: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.measures.large_plan", mode, str(path)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, "LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def preview(path: Path, database_url: str) -> dict:
    said, wrong = start("preview", path, database_url).communicate()
    assert said, wrong[-3000:]
    return json.loads(said.splitlines()[-1])


@pytest.mark.parametrize(("measures", "seconds"), [(5_000, 10), *([(100_000, 60)] if LARGE else [])])
@pytest.mark.drill
def test_a_large_plan_is_previewed_in_time_and_memory(tmp_path, database_url, measures, seconds):
    path = tmp_path / "plan.xlsx"
    make_file(path, measures)
    found = preview(path, database_url)
    sys.stdout.write(f"{found}\n")
    assert found["cpu_seconds"] <= seconds
    assert found["memory_mb"] < 300
    assert found["child_mb"] < 300
    indicators_of_bad = 6 if measures <= 10_000 else 0
    assert found["left_out"] == 3 + indicators_of_bad
    row = measures // 4 + 3
    assert found["sentences"][0].startswith(f"Handlingsplan, rad {row}")
    assert "Slutdatum: ”31 juni 2026” finns inte. Skriv ett datum som finns" in found["sentences"][0]


@pytest.mark.drill
def test_an_import_that_is_killed_has_stored_all_or_nothing(tmp_path, database_url):
    """F11: kill -9 at any moment of the storing, then look, then try again; the last time it may end."""
    path = tmp_path / "plan.xlsx"
    make_file(path, 300)
    preview(path, database_url)
    dice = random.Random(11)
    kills = 0
    for _attempt in range(40 if LARGE else 3):
        process = start("confirm", path, database_url)
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        time.sleep(dice.uniform(0, 1.5))
        process.send_signal(signal.SIGKILL)
        ended = "ended" in process.communicate()[0]
        kills += not ended
        measures, events, confirmed = stored(database_url)
        if confirmed:
            assert (measures, events > 900) == (297, True)
            return
        assert not ended
        assert (measures, events) == (0, 1)
    assert kills
    process = start("confirm", path, database_url)
    assert "ended" in process.communicate()[0]
    assert stored(database_url)[0] == 297


def stored(database_url: str) -> tuple[int, int, bool]:
    """(measures, events, whether the import is confirmed), asked by a process of its own."""
    program = (
        "import django; django.setup()\n"
        "from measures.models import Measure\nfrom stakeholders.models import Event, ImportRun\n"
        "print(Measure.objects.count(), Event.objects.count(), ImportRun.objects.get().confirmed_at is not None)"
    )
    environment = {**os.environ, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "config.test_settings", "LOG_LEVEL": "ERROR"}
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    measures, events, confirmed = said.split()[-3:]
    return int(measures), int(events), confirmed == "True"
