"""The ground the tests stand on: the database is emptied between them, yet refuses everybody else."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from stakeholders.models import Event, Workspace


def _an_event() -> Event:
    room = Workspace.objects.create(name="Rum", slug="rum")
    return Event.objects.create(workspace=room, verb="workspace.created", subject_type="stakeholders.workspace", subject_id=room.pk)


def _is_refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


@pytest.mark.django_db(transaction=True)
def test_emptying_the_tables_gets_past_the_triggers_and_leaves_them_standing():
    for _ in range(2):
        _an_event()
        assert _is_refused("DELETE FROM stakeholders_event")
        call_command("flush", interactive=False, verbosity=0)
        assert not Event.objects.exists()


@pytest.mark.django_db
def test_the_database_is_as_strict_as_we_ask():
    if connection.vendor == "postgresql":
        assert _is_refused("TRUNCATE stakeholders_event CASCADE")
        return
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.django_db
def test_it_says_that_it_is_alive_to_anybody(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
