"""Who gets in where: every address × every kind of person × every method, against a table written by hand.

The table says what is answered; an address without a row fails. Foreign is 404 with the body of what does not exist.
Columns: nobody signed in · coordinator next door · reporter of another actor · reporter of the actor · reviewer · management · auditor ·
coordinator · admin. "-" is 302 to the sign-in page. Addresses may name things in `the_world`; a POST sends the form in `FORMS`.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from stakeholders.rules import Role
from tests.factories import a_report, a_user, an_actor

PEOPLE = ("nobody", "outsider", "other_reporter", "reporter", "reviewer", "manager", "auditor", "coordinator", "admin")

TABLE = """
# name                  method address                          nobody outsider other_rep reporter reviewer manager auditor coordin admin
alive                   GET    /healthz                         200    200      200       200      200      200     200     200     200
"""

NOT_OURS = {
    "account_": "sign-in pages of allauth, open by nature; tests/stakeholders/test_sign_in.py walks them",
}
"""Names that begin like this belong to a library and are tested where it says."""

FORMS: dict[str, dict[str, Any]] = {}
"""What a POST to the named address sends; nothing when it is not here. Values may name things in `the_world`: "{report}"."""


@dataclass(frozen=True)
class Row:
    name: str
    method: str
    address: str
    answers: dict[str, str]


def rows() -> list[Row]:
    lines = (line.split() for line in TABLE.splitlines() if line.strip() and not line.startswith("#"))
    return [Row(name, method, address, dict(zip(PEOPLE, answers, strict=True))) for name, method, address, *answers in lines]


@pytest.fixture
def the_world(
    workspace,
    coordinator,
    reviewer,
    manager,
    auditor,
    reporter,
    outsider,
    company,
    plan,
    measure,
    indicator,
    assignment,
    period,
    obligation,
):
    """Two workspaces, everybody in the first one, and one of each thing that an address can name."""
    other = an_actor(workspace, "Studieförbundet Kanalen (Exempel)")
    people = {
        "nobody": None,
        "outsider": outsider,
        "other_reporter": a_user(other, Role.REPORTER),
        "reporter": reporter,
        "reviewer": reviewer,
        "manager": manager,
        "auditor": auditor,
        "coordinator": coordinator,
        "admin": a_user(company, Role.ADMIN),
    }
    report = a_report(obligation, figures=[12])
    things = {
        "plan": plan.pk,
        "measure": measure.pk,
        "goal": measure.goal_id,
        "actor": assignment.actor_id,
        "indicator": indicator.pk,
        "assignment": assignment.pk,
        "period": period.pk,
        "obligation": obligation.pk,
        "report": report.pk,
        "workspace": workspace.slug,
    }
    return people, things


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.method} {row.name}")
@pytest.mark.django_db
def test_every_kind_of_person_is_answered_as_the_table_says(row, the_world):
    people, things = the_world
    form = {field: value.format(**things) if isinstance(value, str) else value for field, value in FORMS.get(row.name, {}).items()}
    given = {}
    for name, user in people.items():
        client = Client(raise_request_exception=True)
        if user:
            client.force_login(user)
        with transaction.atomic():
            answer = (
                client.generic(row.method, row.address.format(**things))
                if row.method != "POST"
                else client.post(row.address.format(**things), form)
            )
            transaction.set_rollback(True)
        is_sent_to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/account/login/")
        given[name] = "-" if is_sent_to_sign_in else str(answer.status_code)
    assert given == row.answers


@pytest.mark.parametrize("row", [row for row in rows() if "{" in row.address], ids=lambda row: f"{row.method} {row.name}")
@pytest.mark.django_db
def test_what_is_foreign_and_what_does_not_exist_look_the_same(row, the_world):
    people, things = the_world
    nowhere = dict.fromkeys(things, 987_654) | {"workspace": "finns-inte"}
    for name, user in people.items():
        if row.answers[name] != "404":
            continue
        client = Client()
        client.force_login(user)
        foreign = client.generic(row.method, row.address.format(**things))
        missing = client.generic(row.method, row.address.format(**nowhere))
        assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_every_address_has_a_row():
    written = {row.name for row in rows()}
    unwritten = {name for name in _addresses(get_resolver()) if name not in written and not name.startswith(tuple(NOT_OURS))}
    assert not unwritten, f"Write a row in TABLE for: {', '.join(sorted(unwritten))}"


def _addresses(resolver: URLResolver, namespace: str = "") -> set[str]:
    names = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            names.add(namespace + (entry.name or str(entry.pattern)))
        else:
            names |= _addresses(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
    return names
