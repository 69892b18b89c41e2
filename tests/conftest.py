"""What every test stands on. Cast and factories are in factories.py."""

import gc
import os
import sys
import uuid
from collections.abc import Iterator, Sequence

import pytest
from django.db import connection, transaction

from followup.models import Obligation, Period
from measures.models import Assignment, Indicator, Measure, Plan
from stakeholders.models import Actor, User, Workspace
from stakeholders.rules import Role
from tests import migrated
from tests.factories import (
    a_contact,
    a_measure,
    a_period,
    a_plan,
    a_user,
    a_workspace,
    an_actor,
    an_assignment,
    an_indicator,
    an_obligation,
)

# Many tests start programs of ours: they are compiled once, not once in each program, also where Python has been told to write nothing.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_collection_finish() -> None:
    """As in the web processes (deploy/gunicorn.conf.py): what was read at the start is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The one that started the workers tidies after them all."""
    if not hasattr(session.config, "workerinput"):
        migrated.throw_away()


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


@pytest.fixture
def redis_url() -> str:
    """A real Redis, on machines that say where theirs is; .ci/run always does."""
    return _service("TEST_REDIS_URL")


@pytest.fixture
def rabbitmq_url() -> str:
    """A real RabbitMQ, likewise."""
    return _service("TEST_RABBITMQ_URL")


def _service(name: str) -> str:
    url = os.environ.get(name, "")
    if not url:
        pytest.skip(f"{name} is not set; .ci/run sets it")
    return url


# The cast: one housing company with its people and one partner, and a neighbour who must never be seen.


@pytest.fixture
def workspace(db: None) -> Workspace:
    return a_workspace("norrbruk")


@pytest.fixture
def company(workspace: Workspace) -> Actor:
    return an_actor(workspace, "Norrbruksbyggen AB (Exempel)", kind="housing_company")


@pytest.fixture
def club(workspace: Workspace) -> Actor:
    actor = an_actor(workspace, "Norrbruks IF (Exempel)")
    a_contact(actor)
    return actor


@pytest.fixture
def coordinator(company: Actor) -> User:
    return a_user(company, Role.COORDINATOR, email="samordnare@norrbruk.example")


@pytest.fixture
def reviewer(company: Actor) -> User:
    return a_user(company, Role.REVIEWER, email="granskare@norrbruk.example")


@pytest.fixture
def manager(company: Actor) -> User:
    return a_user(company, Role.MANAGEMENT, email="ledning@norrbruk.example")


@pytest.fixture
def auditor(company: Actor) -> User:
    return a_user(company, Role.AUDITOR, email="revisor@norrbruk.example")


@pytest.fixture
def reporter(club: Actor) -> User:
    return a_user(club, Role.REPORTER, email="rapportor@norrbruk.example")


@pytest.fixture
def outsider(db: None) -> User:
    """Coordinator of another workspace in the same database."""
    neighbour = a_workspace("grannby")
    return a_user(an_actor(neighbour, "Grannbybostäder AB (Exempel)", kind="housing_company"), Role.COORDINATOR)


@pytest.fixture
def plan(workspace: Workspace) -> Plan:
    return a_plan(workspace)


@pytest.fixture
def measure(plan: Plan) -> Measure:
    return a_measure(plan, number="3.1", title="Läxhjälp")


@pytest.fixture
def indicator(measure: Measure) -> Indicator:
    return an_indicator(measure, name="Tillfällen")


@pytest.fixture
def assignment(measure: Measure, indicator: Indicator, club: Actor) -> Assignment:
    return an_assignment(measure, club, indicator)


@pytest.fixture
def period(plan: Plan) -> Period:
    """Tertial 2 of 2026, soft-closed at the date of the tests: late answers are still accepted."""
    return a_period(plan, 2026, 2)


@pytest.fixture
def obligation(assignment: Assignment, period: Period) -> Obligation:
    return an_obligation(assignment, period)


@pytest.fixture
def database_url(tmp_path) -> Iterator[str]:
    """A migrated, empty database of the test's own, of the kind that the tests run on: workers need one that is on disk."""
    name = f"drill_{uuid.uuid4().hex[:12]}"
    yield migrated.copy(name, tmp_path)
    migrated.drop(name)
