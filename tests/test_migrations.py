"""The real migrations give the tables and triggers that the models ask for, on the database that the tests run on."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from django.db import connection

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
