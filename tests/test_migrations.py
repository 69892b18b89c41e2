"""The real migrations give the tables and triggers that the models ask for, on the database that the tests run on."""

import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from django.db import connection

from tests import migrated

LIST = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def triggers_of(url: str) -> set[str]:
    """The names of the triggers in the database at an address."""
    is_file = url.startswith("sqlite:///")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///")) if is_file else psycopg.connect(url)) as other:
        return {row[0] for row in other.execute(LIST["sqlite" if is_file else "postgresql"])}


@pytest.mark.django_db
def test_an_empty_database_is_migrated_and_guarded(database_url):
    """From nothing to the last migration, as tests/migrated.py makes it: every guarded table has its triggers."""
    with connection.cursor() as cursor:
        cursor.execute(LIST[connection.vendor])
        asked_for = {row[0] for row in cursor.fetchall()}

    assert len(asked_for) > 40
    assert triggers_of(database_url) == asked_for


@pytest.fixture
def empty_database(tmp_path) -> Iterator[str]:
    """A database that no migration has touched. Gives its address."""
    name = f"old_{uuid.uuid4().hex[:12]}"
    if migrated.on_postgresql():
        migrated._on_server(f'CREATE DATABASE "{name}"')
    yield migrated.database_url(name, tmp_path)
    migrated.drop(name)


@pytest.mark.django_db
def test_what_was_answered_before_answers_knew_their_round_gets_it(empty_database, tmp_path):
    """followup 0006 on rows that the triggers of its day forbid to change."""
    environment = migrated.environment(empty_database, tmp_path)
    subprocess.run([sys.executable, "-m", "tests.recorded_before"], cwd=migrated.ROOT, env=environment, check=True)
