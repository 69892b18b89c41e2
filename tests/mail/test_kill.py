"""F1 and its negative control: see drill.py. A few rounds of every step here; `make drill` kills more than a thousand times, which takes an hour."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LARGE = bool(os.environ.get("DRILL"))


def drill(database_url: str, *options: str) -> dict:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.mail.drill", *options],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
    )
    assert ended.stdout, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.drill
def test_f1_a_worker_killed_at_any_step_sends_nothing_twice_and_loses_nothing(database_url):
    size = ["--rounds", "13", "--receivers", "60", "--kills", "5"] if LARGE else ["--rounds", "1", "--receivers", "6", "--kills", "2"]
    tally = drill(database_url, *size)
    assert tally["problems"] == []
    assert (tally["twice"], tally["lost"]) == (0, 0)
    assert tally["kills"] >= (1000 if LARGE else tally["rounds"])
    assert tally["uncertain"] <= tally["kills"]
    assert tally["accepted"] + tally["uncertain"] >= tally["mails"]


@pytest.mark.drill
def test_without_the_claim_mail_is_sent_twice(database_url):
    """The negative control: the same drill, nobody killed, nothing claimed."""
    tally = drill(database_url, "--rounds", "1", "--workers", "4", "--steps", "none", "--receivers", "30", "--without-claim")
    assert tally["twice"] > 0
