"""The bytes of a frozen year outlive whatever is done to the database short of breaking it open: SQL, migrations, dump and restore."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.utils import translation

from followup.actions.annual import freeze_year
from followup.freeze import File
from followup.models import AnnualFollowUp, FrozenFile, Publication
from followup.words import Audience
from followup.year.build import year_of
from stakeholders.protection import lay_triggers, missing_triggers
from tests.factories import a_period
from tests.followup.test_freeze import bytes_of

CONTENT = "Årsuppföljning – frusen\n".encode() + bytes(range(256))
TABLES = ("followup_frozenfile", "followup_annualfollowup", "followup_publication")

STATEMENTS = ["UPDATE {table} SET recorded_at = '2020-01-01'", "UPDATE {table} SET id = id + 1", "DELETE FROM {table}"]
STATEMENTS += (
    ["TRUNCATE {table} CASCADE"]
    if connection.vendor == "postgresql"
    else ["INSERT OR REPLACE INTO {table} SELECT * FROM {table}", "REPLACE INTO {table} SELECT * FROM {table}"]
)


@pytest.fixture
def annual(plan, coordinator) -> AnnualFollowUp:
    annual = AnnualFollowUp.objects.create(plan=plan, year=2026, version=1, rules_version="1", frozen_by=coordinator)
    mark = hashlib.sha256(CONTENT).hexdigest()
    FrozenFile.objects.create(annual=annual, name="aret.json", content_type="application/octet-stream", content=CONTENT, sha256=mark)
    Publication.objects.create(
        plan=plan,
        annual=annual,
        audience=Audience.PUBLIC,
        window_start="2026-01-01",
        window_end="2026-12-31",
        content={},
        by_user=coordinator,
    )
    return annual


def is_whole(annual: AnnualFollowUp) -> bool:
    call_command("verify_frozen")
    return bytes_of(annual) == {"aret.json": hashlib.sha256(CONTENT).hexdigest()}


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_plain_sql_cannot_change_what_is_frozen(annual, table, statement):
    connection.check_constraints()  # what waits for the end of the transaction would stop a TRUNCATE too
    with pytest.raises(DatabaseError, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table))
    assert is_whole(annual)


@pytest.mark.django_db
def test_a_file_cannot_be_pushed_out_by_another_of_the_same_name(annual):
    """SQLite's REPLACE deletes without a DELETE; PostgreSQL's upsert is an UPDATE."""
    told = "(recorded_at, annual_id, name, content_type, content, sha256)"
    values = f"VALUES ('2027-01-01', {annual.pk}, 'aret.json', 'x', 'x', 'x')"
    upsert = "ON CONFLICT (annual_id, name) DO UPDATE SET content = 'x'"
    verb, after = ("INSERT", upsert) if connection.vendor == "postgresql" else ("INSERT OR REPLACE", "")
    with pytest.raises(DatabaseError, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{verb} INTO followup_frozenfile {told} {values} {after}")
    assert is_whole(annual)


@pytest.mark.django_db
def test_without_the_triggers_sql_would_have_changed_it_and_verify_frozen_tells(annual):
    """The negative control: it is the triggers that hold, and the hashes that tell when somebody has had them off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("DROP TRIGGER followup_frozenfile_keep_content")
        cursor.execute("UPDATE followup_frozenfile SET content = %s", [b"x"])
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    lay_triggers()
    with pytest.raises(Exception, match="1 frysta filer"):
        call_command("verify_frozen")


def past_the_triggers(statement: str, *values: object) -> None:
    """What whoever rules the database itself could do: the triggers off, the statement, the triggers on."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            for verb in ("keep_content", "keep_row"):
                cursor.execute(f"DROP TRIGGER IF EXISTS followup_frozenfile_{verb}")
        cursor.execute(statement, values)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    lay_triggers()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("UPDATE followup_frozenfile SET content = %s, sha256 = %s", [b"x", hashlib.sha256(b"x").hexdigest()]),
        ("DELETE FROM followup_frozenfile", []),
    ],
)
def test_a_file_changed_with_its_hash_or_taken_away_does_not_agree_with_the_history(plan, manager, statement, values):
    year = year_of(plan, 2026, audience=Audience.MANAGEMENT)
    a_period(plan)
    plan.periods.update(closed_at=datetime(2027, 2, 1, tzinfo=UTC))
    freeze_year(plan, year, [File("aret.json", "application/json", CONTENT)], by=manager)
    call_command("verify_frozen")
    past_the_triggers(statement, *values)
    with pytest.raises(CommandError, match="1 frysta filer"):
        call_command("verify_frozen")


@pytest.mark.django_db
def test_another_language_serves_the_same_bytes(client, annual, manager):
    client.force_login(manager)
    archives = set()
    for language in ("sv", "en"):
        with translation.override(language):
            client.cookies["django_language"] = language
            archives.add(hashlib.sha256(client.get(f"/frozen/{annual.pk}/archive/").content).hexdigest())
            assert client.get(f"/frozen/{annual.pk}/aret.json").content == CONTENT
            assert is_whole(annual)
    assert len(archives) == 1


@pytest.mark.django_db(transaction=True)
def test_all_migrations_and_a_table_that_is_built_anew_leave_the_bytes(annual):
    """What a later version does: run every migration, add a column (SQLite then copies the table), lay the triggers."""
    more = models.CharField(max_length=10, default="", null=True)
    more.set_attributes_from_name("later")
    with connection.schema_editor() as editor:
        editor.add_field(FrozenFile, more)
    try:
        call_command("migrate", verbosity=0)
        assert not missing_triggers()
        assert is_whole(annual)
        with pytest.raises(DatabaseError, match="never"), connection.cursor() as cursor:
            cursor.execute("UPDATE followup_frozenfile SET content = 'x'")
    finally:
        with connection.schema_editor() as editor:
            editor.remove_field(FrozenFile, more)
        lay_triggers()
    assert is_whole(annual)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own backup")
def test_a_backup_file_of_sqlite_has_the_same_bytes_and_the_same_locks(annual, tmp_path):
    connection.ensure_connection()
    with closing(sqlite3.connect(tmp_path / "backup.sqlite3")) as copy:
        connection.connection.backup(copy)
    with closing(sqlite3.connect(tmp_path / "backup.sqlite3")) as restored:
        ((content, mark),) = restored.execute("SELECT content, sha256 FROM followup_frozenfile").fetchall()
        assert (content, hashlib.sha256(content).hexdigest()) == (CONTENT, mark)
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            restored.execute("DELETE FROM followup_frozenfile")


@pytest.fixture
def other_database() -> Iterator[str]:
    """An empty database beside the test's own. Gives its address."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}_restored").geturl()
    name = urlsplit(address).path[1:]
    server = urlsplit(address)._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}"')
        yield address
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql" or not shutil.which("pg_dump"), reason="PostgreSQL's own dump")
def test_a_dump_of_postgresql_restores_the_same_bytes_and_the_same_locks(annual, other_database, tmp_path):
    own = urlsplit(other_database)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    dump = tmp_path / "dump.sql"
    subprocess.run(["pg_dump", own, "--no-owner", "--file", dump], check=True)
    subprocess.run(["psql", other_database, "--quiet", "--set", "ON_ERROR_STOP=1", "--file", dump], check=True, stdout=subprocess.DEVNULL)
    with psycopg.connect(other_database, autocommit=True) as restored:
        content, mark = restored.execute("SELECT content, sha256 FROM followup_frozenfile").fetchone()
        assert (bytes(content), hashlib.sha256(content).hexdigest()) == (CONTENT, mark)
        for statement in ("DELETE FROM followup_frozenfile", "TRUNCATE followup_frozenfile"):
            with pytest.raises(psycopg.errors.IntegrityError, match="never"):
                restored.execute(statement)


@pytest.mark.django_db
def test_what_is_renamed_removed_and_reopened_afterwards_does_not_reach_it(annual, plan, measure, club, indicator, manager):
    before = bytes_of(annual)
    measure.title, club.name, plan.title, indicator.name = "Något annat", "En annan förening", "En annan plan", "ett annat mått"
    for each in (measure, club, plan, indicator):
        each.save()
    club.contacts.all().delete()
    manager.is_active = False
    manager.save()
    plan.periods.update(closed_at=None)
    plan.periods.filter(obligations=None).delete()
    assert bytes_of(annual) == before
    assert is_whole(annual)
    with pytest.raises(models.ProtectedError):
        plan.delete()
