"""The bytes of a frozen year outlive whatever is done to the database short of breaking it open: SQL, migrations, dump and restore."""

import hashlib
import json
import os
import re
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
from followup.models import AnnualFollowUp, FrozenFile
from followup.words import Audience
from followup.year.build import year_of
from stakeholders.models import Event
from stakeholders.protection import lay_triggers, missing_triggers
from tests.factories import a_period, a_plan
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
    a_period(plan)
    plan.periods.update(closed_at=datetime(2027, 2, 1, tzinfo=UTC))
    year = year_of(plan, 2026, audience=Audience.MANAGEMENT)
    return freeze_year(plan, year, [File("aret.bin", "application/octet-stream", CONTENT)], by=coordinator)


def is_whole(annual: AnnualFollowUp) -> bool:
    call_command("verify_frozen")
    return bytes_of(annual) == {"aret.bin": hashlib.sha256(CONTENT).hexdigest()}


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
    values = f"VALUES ('2027-01-01', {annual.pk}, 'aret.bin', 'x', 'x', 'x')"
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


def past_the_triggers(*statements: str) -> None:
    """What whoever rules the database itself could do: the triggers off, the statements, the triggers on."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    lay_triggers()


def verified(capsys) -> tuple[str, str]:
    """What `verify_frozen` writes, and the error it ends with: "" where all is well."""
    try:
        call_command("verify_frozen")
    except CommandError as no:
        return capsys.readouterr().out, str(no)
    return capsys.readouterr().out, ""


X = "'\\x78'::bytea" if connection.vendor == "postgresql" else "x'78'"
OTHER_CONTENT = f"content = {X}, sha256 = '{hashlib.sha256(b'x').hexdigest()}'"
ALL_OF_A_YEAR = [f"DELETE FROM {table}" for table in TABLES if table != "followup_annualfollowup"] + ["DELETE FROM followup_annualfollowup"]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [f"UPDATE followup_frozenfile SET {OTHER_CONTENT}", "DELETE FROM followup_frozenfile"])
def test_a_file_changed_with_its_hash_or_taken_away_does_not_agree_with_the_history(annual, capsys, change):
    assert verified(capsys)[1] == ""
    past_the_triggers(change)
    told, error = verified(capsys)
    assert "2026 version 1: STÄMMER INTE: aret.bin" in told
    assert error == "1 frysta filer stämmer inte med sina fingeravtryck, 0 uppgifter stämmer inte med historiken."


@pytest.mark.django_db
def test_a_file_that_is_served_as_another_type_than_its_name_says_is_told_of(plan, annual, coordinator, capsys):
    year = year_of(plan, 2026, audience=Audience.MANAGEMENT)
    freeze_year(plan, year, [File("aret.pdf", "application/pdf", CONTENT)], by=coordinator, reason="En grupp var dubbel.")
    assert verified(capsys)[1] == ""
    past_the_triggers("UPDATE followup_frozenfile SET content_type = 'text/html' WHERE name = 'aret.pdf'")
    assert "2026 version 2: STÄMMER INTE: aret.pdf\n" in verified(capsys)[0]


@pytest.mark.django_db
def test_a_whole_year_that_is_gone_is_missed_by_the_history(annual, plan, coordinator, capsys):
    year = year_of(plan, 2026, audience=Audience.MANAGEMENT)
    second = freeze_year(plan, year, [File("aret.bin", "application/json", CONTENT)], by=coordinator, reason="En grupp var dubbel.")
    assert verified(capsys)[1] == ""
    past_the_triggers(*(f"{each} WHERE {'id' if each in ALL_OF_A_YEAR[-1:] else 'annual_id'} = {second.pk}" for each in ALL_OF_A_YEAR))
    told, error = verified(capsys)
    assert re.search(
        rf"^{re.escape(plan.workspace.name)}, 2026 version 2 \(händelse \d+\): STÄMMER INTE: året är borta$", told, re.MULTILINE
    )
    assert "version 1: stämmer" in told
    assert error.startswith("0 frysta filer stämmer inte med sina fingeravtryck, 1 uppgifter")
    past_the_triggers(*ALL_OF_A_YEAR)
    assert verified(capsys)[0].count("året är borta") == 2, "no year is left, and both are missed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("reason = 'Ett annat skäl'", "skälet"),
        ("recorded_at = '2027-01-02 03:04:05+00:00'", "tiden"),
        ("version = 2, reason = 'Ett skäl'", "versionen, skälet"),
        ("year = 2027", "året"),
        ("plan_id = (SELECT MAX(id) FROM measures_plan)", "planen"),
        ("frozen_by_id = (SELECT MAX(id) FROM stakeholders_user)", "vem som frös"),
    ],
)
def test_a_row_that_says_another_thing_than_the_history_is_told_of(annual, manager, outsider, capsys, change, name):
    a_plan(annual.plan.workspace)
    past_the_triggers(f"UPDATE followup_annualfollowup SET {change}")
    told, error = verified(capsys)
    assert f": STÄMMER INTE: {name}\n" in told
    assert error.endswith(f"{1 + name.count(',')} uppgifter stämmer inte med historiken.")


@pytest.mark.django_db
def test_a_year_that_no_history_tells_of_or_not_which_files_it_has_is_told_of(annual, plan, coordinator, capsys):
    AnnualFollowUp.objects.create(plan=plan, year=2025, version=1, rules_version="1", frozen_by=coordinator)
    told, error = verified(capsys)
    assert "2025 version 1: STÄMMER INTE: historiken säger inte att det frystes" in told
    assert error.endswith("1 uppgifter stämmer inte med historiken.")
    past_the_triggers("UPDATE stakeholders_event SET payload = '{}' WHERE verb = 'year.frozen'")
    assert "historiken säger inte vilka filer" in verified(capsys)[0]


@pytest.mark.django_db
def test_a_year_frozen_before_the_history_told_of_each_file_is_held_against_its_fingerprint(annual, capsys):
    event = Event.objects.get(verb="year.frozen")
    old = {name: event.payload[name] for name in ("year", "version", "why")} | {"fingerprint": hashlib.sha256(CONTENT).hexdigest()}
    past_the_triggers(f"UPDATE stakeholders_event SET payload = '{json.dumps(old)}' WHERE id = {event.pk}")
    assert verified(capsys)[1] == ""
    past_the_triggers(f"UPDATE followup_frozenfile SET {OTHER_CONTENT}")
    assert "historiken säger inte vilka filer" in verified(capsys)[0]


@pytest.mark.django_db
def test_another_language_serves_the_same_bytes(client, annual, manager):
    client.force_login(manager)
    archives = set()
    for language in ("sv", "en"):
        with translation.override(language):
            client.cookies["django_language"] = language
            archives.add(hashlib.sha256(client.get(f"/frozen/{annual.pk}/archive/").content).hexdigest())
            assert client.get(f"/frozen/{annual.pk}/aret.bin").content == CONTENT
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
