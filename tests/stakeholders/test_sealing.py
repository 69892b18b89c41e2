"""The chain of history: what has been changed behind our back is told, and an authorised disposal is not a change."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from stakeholders import clock, events
from stakeholders.models import Event, EventSeal
from stakeholders.protection import lay_triggers
from stakeholders.sealing import head_of, seal, verify
from tests.factories import a_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(workspace, coordinator):
    for number in range(5):
        events.record("actor.changed", workspace, workspace=workspace, by=coordinator, changes={"name": [f"Å{number}", f"Ö{number}"]})
    seal()
    return list(Event.objects.filter(workspace=workspace))


def tamper(statement: str, *values) -> None:
    """What somebody with the keys to the database could do, the triggers out of the way."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(statement, values)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    lay_triggers()


def told(workspace) -> list[str]:
    return [fault.what for fault in verify(workspace)]


def test_what_nobody_has_touched_holds(workspace, history):
    assert told(workspace) == []
    assert [row.position for row in EventSeal.objects.filter(workspace=workspace).order_by("position")] == [1, 2, 3, 4, 5]
    assert seal() == 0


def test_each_workspace_has_its_own_chain(workspace, history):
    other = a_workspace("annan")
    events.record("actor.changed", other, workspace=other, by=None)
    seal()
    assert EventSeal.objects.get(workspace=other).position == 1
    assert told(other) == told(workspace) == []


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE stakeholders_event SET payload = '{\"changes\": {}}' WHERE id = %s", "innehållet är ändrat"),
        ("UPDATE stakeholders_event SET verb = 'actor.closed' WHERE id = %s", "länken stämmer inte"),
        ("UPDATE stakeholders_event SET by_user_id = NULL WHERE id = %s", "länken stämmer inte"),
        (
            "UPDATE stakeholders_event SET payload = '{}', disposed_at = '2026-01-01', disposal_reference = 'x' WHERE id = %s",
            "innehållet är ändrat",
        ),
        ("DELETE FROM stakeholders_eventseal WHERE event_id = %s", "saknas i kedjan"),
    ],
)
def test_what_has_been_tampered_with_is_told(workspace, history, statement, what):
    tamper(statement, history[2].pk)
    assert what in told(workspace)
    with pytest.raises(CommandError):
        call_command("verify_history", stdout=StringIO(), stderr=StringIO())


def test_an_authorised_disposal_does_not_break_the_chain(workspace, history, coordinator):
    event = history[1]
    with transaction.atomic():
        Event.objects.filter(pk=event.pk).update(payload={}, disposed_at=clock.now(), disposal_reference="KS 2027/12")
        events.record("event.disposed", event, workspace=workspace, by=coordinator, why="KS 2027/12")
    assert told(workspace) == ["1 händelser väntar på att läggas i kedjan"]
    seal()
    assert told(workspace) == []


def test_an_event_that_was_committed_late_is_found(workspace, history):
    tamper("DELETE FROM stakeholders_eventseal WHERE event_id = %s", history[-1].pk)
    late = events.record("actor.changed", workspace, workspace=workspace, by=None)
    assert seal() == 2
    assert told(workspace) == []
    assert late.seal.position == 6


def test_the_command_says_the_head_of_each_chain(workspace, history):
    out = StringIO()
    call_command("verify_history", stdout=out)
    assert f"norrbruk: 5 händelser, kedjan håller. Sista länken: {head_of(workspace)}" in out.getvalue()
