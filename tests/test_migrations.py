"""The real migrations give the tables and triggers that the models ask for, on the database that the tests run on."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

LIST = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
THEN = f"""
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute({LIST}[connection.vendor])
    print("\\n".join(row[0] for row in cursor.fetchall()))
"""


@pytest.fixture
def empty_database(tmp_path, db):
    """The address of a database with nothing in it."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
        return
    own = connection.settings_dict
    name = f"{own['NAME']}_fresh"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{name}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')


def test_an_empty_database_is_migrated_and_guarded(empty_database):
    """From nothing to the last migration: every guarded table has its triggers."""
    environment = os.environ | {"DATABASE_URL": empty_database, "DJANGO_SETTINGS_MODULE": "config.test_settings"}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=settings.BASE_DIR, env=environment, check=True)
    listed = subprocess.run(
        [*manage, "shell", "-v0", "-c", THEN], cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True
    )
    with connection.cursor() as cursor:
        cursor.execute(LIST[connection.vendor])
        asked_for = {row[0] for row in cursor.fetchall()}

    assert len(asked_for) > 40
    assert set(listed.stdout.split()) == asked_for
