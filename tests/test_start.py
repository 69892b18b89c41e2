"""Starting Samspel: a bad value in the environment stops it with one sentence that says which."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import environment

ROOT = Path(__file__).resolve().parent.parent
KEY = "k" * 60


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """What a start with this environment, and nothing of ours, says and ends with."""
    own = {"PATH", "HOME", "VIRTUAL_ENV", "LANG"}
    kept = {name: value for name, value in os.environ.items() if name in own}
    named = dict.fromkeys(("SECRET_KEY", "DEBUG", "BASE_URL", "DATABASE_URL"), "")  # whatever .env may say
    return subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env={**kept, **named, "PYTHONUTF8": "1", **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_starts_with_nothing_but_a_secret_key(tmp_path):
    ended = start(SECRET_KEY=KEY, VAR_DIR=str(tmp_path))
    assert (ended.returncode, ended.stderr) == (0, "")


def test_it_refuses_to_start_without_a_secret_key():
    ended = start()
    assert ended.returncode == 1
    assert ended.stderr.startswith("Samspel startar inte: SECRET_KEY saknas.")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("DEBUG", "ja", lambda: environment.flag("DEBUG", False)),
        ("SECRET_KEY", "short", lambda: environment.secret_key(debug=False)),
        ("BASE_URL", "samspel.example.se", lambda: environment.base_url(debug=False)),
        ("BASE_URL", "http://samspel.example.se", lambda: environment.base_url(debug=False)),
        ("BASE_URL", "https://samspel.example.se/under", lambda: environment.base_url(debug=False)),
        ("BASE_URL", "https://samspel.example.se:port", lambda: environment.base_url(debug=False)),
        ("DATABASE_URL", "mysql://host/samspel", lambda: environment.database(Path("unused"))),
        ("DATABASE_URL", "postgres://host:port/samspel", lambda: environment.database(Path("unused"))),
        ("DATABASE_URL", "postgres://host", lambda: environment.database(Path("unused"))),
        ("EMAIL_URL", "mail.example.se", lambda: environment.mail(Path("unused"))),
        ("BROKER_URL", "sqla://x", lambda: environment.service_url("BROKER_URL", {"redis"}, "redis://dator:6379/1")),
        ("LOG_LEVEL", "LOUD", lambda: environment.choice("LOG_LEVEL", "INFO", {"INFO", "ERROR"})),
        ("DAYS", "ten", lambda: environment.number("DAYS", 1)),
        ("DAYS", "0", lambda: environment.number("DAYS", 1, at_least=1)),
    ],
)
def test_a_bad_value_is_named_in_one_sentence(monkeypatch, name, value, read):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as refused:
        read()
    assert str(refused.value).startswith(f"Samspel startar inte: {name} ")
    assert "\n" not in str(refused.value)


def test_a_password_in_an_address_is_not_repeated(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://samspel:hemligt@host:port/samspel")
    with pytest.raises(SystemExit) as refused:
        environment.database(Path("unused"))
    assert "hemligt" not in str(refused.value)


def test_an_empty_value_is_no_value(monkeypatch):
    monkeypatch.setenv("DEBUG", "")
    monkeypatch.setenv("BASE_URL", "")
    assert environment.flag("DEBUG", False) is False
    assert environment.base_url(debug=False) == "http://127.0.0.1:8000"
