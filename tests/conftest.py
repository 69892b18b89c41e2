"""What every test stands on. Cast and factories are in factories.py."""

from collections.abc import Iterator, Sequence

import pytest
from django.db import connection, transaction


def _flush_past_triggers(operations, statements: Sequence[str]) -> None:
    """Empty the tables between tests that commit, although triggers rightly forbid it to everybody else."""
    database = operations.connection
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        triggers: list[tuple[str, str]] = []
        if database.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            cursor.execute(statement)
        for _, sql in triggers:
            cursor.execute(sql)


@pytest.fixture(scope="session", autouse=True)
def flush_past_triggers() -> Iterator[None]:
    """Only here, in the tests: no setting or command of Samspel gets round the triggers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "execute_sql_flush", _flush_past_triggers)
        yield
