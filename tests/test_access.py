"""Who gets in where: every address × every kind of person × every method, against a table written by hand.

The table says what is answered; an address without a row fails. Foreign is 404 with the body of what does not exist.
Columns: nobody signed in · coordinator next door · reporter of another actor · reporter of the actor · reviewer · management · auditor ·
coordinator · admin. "-" is 302 to the sign-in page. Addresses may name things in `the_world`; a POST sends the form in `FORMS`.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from followup.actions.journal import write_note
from followup.actions.reviews import request_correction
from stakeholders import clock
from stakeholders.rules import Role
from tests.factories import a_measure, a_report, a_user, an_actor, an_assignment, an_import, an_obligation

PEOPLE = ("nobody", "outsider", "other_reporter", "reporter", "reviewer", "manager", "auditor", "coordinator", "admin")

TABLE = """
# name                  method address                          nobody outsider other_rep reporter reviewer manager auditor coordin admin
alive                   GET    /healthz                         200    200      200       200      200      200     200     200     200
# The rounds
round_list              GET    /rounds/                         -      200      403       403      200      200     200     200     200
round_show              GET    /rounds/{period}/                -      404      404       403      200      200     200     200     200
round_export            GET    /rounds/{period}/table.csv       -      404      404       403      200      200     200     200     200
round_remind            POST   /rounds/{period}/remind/         -      404      404       403      403      403     403     302     302
round_close             GET    /rounds/{period}/close/          -      404      404       403      403      403     403     200     200
round_close             POST   /rounds/{period}/close/          -      404      404       403      403      403     403     409     409
round_unlock            GET    /rounds/{period}/unlock/         -      404      404       403      403      403     403     200     200
round_unlock            POST   /rounds/{period}/unlock/         -      404      404       403      403      403     403     409     409
round_make              GET    /plans/{plan}/rounds/            -      404      404       403      200      200     200     200     200
round_make              POST   /plans/{plan}/rounds/            -      404      404       403      403      403     403     302     302
calendar_change         POST   /plans/{plan}/calendar/          -      404      404       403      403      403     403     302     302
obligation_show         GET    /obligations/{obligation}/       -      404      404       200      200      200     200     200     200
obligation_extend       POST   /obligations/{obligation}/extend/    -  404      404       403      403      403     403     302     302
obligation_exempt       POST   /obligations/{obligation}/exempt/    -  404      404       403      403      403     403     302     302
obligation_reinstate    POST   /obligations/{obligation}/reinstate/ -  404      404       403      403      403     403     409     409
# Reports and their review
review_list             GET    /reviews/                        -      200      403       403      200      403     403     200     403
report_approve_many     POST   /reviews/approve/                -      302      403       403      302      403     403     302     403
report_show             GET    /reports/{report}/               -      404      404       200      200      200     200     200     200
report_as_answered      GET    /reports/{report}/as-answered/   -      404      404       200      200      200     200     200     200
report_approve          POST   /reports/{report}/approve/       -      404      404       403      302      403     403     302     403
report_return           POST   /reports/{report}/return/        -      404      404       403      302      403     403     302     403
report_withdraw         POST   /reports/{report}/withdraw/      -      404      404       403      403      403     403     409     409
report_comment          POST   /reports/{report}/comment/       -      404      404       302      302      403     403     302     302
report_request_correction POST /reports/{report}/request-correction/ - 404      404       409      409      403     403     409     409
correction_decline      POST   /corrections/{correction}/decline/    - 404      404       403      302      403     403     302     403
# A part in a measure, and its journal
assignment_show         GET    /assignments/{assignment}/       -      404      404       200      200      200     200     200     200
note_write              POST   /assignments/{assignment}/notes/ -      404      404       302      302      403     403     302     302
note_remove             POST   /notes/{note}/remove/            -      404      404       302 403 404 404 403 403
# A plan read in from a file
import_upload           GET    /imports/                        -      200      403       403      403      403     403     200     200
import_upload           POST   /imports/                        -      422      403       403      403      403     403     422     422
import_example          GET    /imports/example.xlsx            -      200      200       200      200      200     200     200     200
import_show             GET    /imports/{import}/               -      404      404       404      403      403     403     200     200
import_columns          GET    /imports/{import}/sheets/0/      -      404      404       404      403      403     403     200     200
import_columns          POST   /imports/{import}/sheets/0/      -      404      404       404      403      403     403     302     302
import_settle           POST   /imports/{import}/settle/        -      404      404       404      403      403     403     302     302
import_confirm          POST   /imports/{import}/confirm/       -      404      404       404      403      403     403     302     302
import_cancel           POST   /imports/{import}/cancel/        -      404      404       404      403      403     403     302     302
import_undo             POST   /imports/{import}/undo/          -      404      404       404      403      403     403     409     409
import_left_out         GET    /imports/{import}/rows.xlsx      -      404      404       404      403      403     403     200     200
"""

NOT_OURS = {
    "account_": "sign-in pages of allauth, open by nature; tests/stakeholders/test_sign_in.py walks them",
}
"""Names that begin like this belong to a library and are tested where it says."""

FORMS: dict[str, dict[str, Any]] = {
    "round_unlock": {"until_day": "2099-01-31", "reason": "rättelse"},
    "calendar_change": {
        "version": 1,
        "interval": "tertial",
        "opens_days_before_end": 10,
        "due_days_after_end": 20,
        "closes_days_after_due": 21,
    },
    "obligation_extend": {"extend-due_on": "2099-01-31", "extend-reason": "sjukdom"},
    "obligation_exempt": {"exempt-reason": "verksamheten pausad"},
    "obligation_reinstate": {"reinstate-reason": "igång igen"},
    "report_approve_many": {"report": "{report}"},
    "report_return": {"return-reason": "Är det elever eller besök?"},
    "report_withdraw": {"withdraw-reason": "fel år"},
    "report_comment": {"text": "Gäller det hela terminen?"},
    "report_request_correction": {"correction-reason": "räknat fel"},
    "correction_decline": {"decline-reason": "siffran stämmer"},
    "import_columns": {"header_row": 2},
    "note_write": {"day": "2026-05-12", "text": "Ny grupp startade.", "visibility": "shared"},
}
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
    # Another answer of the same actor: approved, with a wish for a correction; and a note in the journal.
    other_measure = a_measure(plan)
    approved = a_report(an_obligation(an_assignment(other_measure, assignment.actor), period), approved_by=reviewer)
    correction = request_correction(approved, by=reporter, reason="räknat fel")
    note = write_note(assignment, by=reporter, day=clock.today(), text="Vi har flyttat.", visibility="shared")
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
        "correction": correction.pk,
        "note": note.pk,
        "import": an_import(workspace, by=coordinator).pk,
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
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert _but_for_form_secrets(foreign.content) == _but_for_form_secrets(missing.content)


def _but_for_form_secrets(body: bytes) -> bytes:
    """A page is masked anew each time where the secret against forged forms stands."""
    return re.sub(rb"\b[A-Za-z0-9]{64}\b", b"", body)


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
