"""The life of an answer: every act × every state × every kind of person, against a table written by hand.

Each block is a state that the answer is brought to by people's real acts; each row an act, the state it leads to, and what each
person is answered: ok · 403 may not · 404 cannot see · 409 too late or not in this state · "-" sent to the sign-in page · "." has no such door.
The same table holds for the pages, for what is read in from a file and for many at once.
"""

import io
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core import signing
from django.db import transaction
from django.test import Client

from followup.actions.reports import approve_report, return_report, withdraw_report
from followup.actions.rounds import close_period, exempt_obligation, unlock_period
from followup.links import issue_link
from followup.models import Draft, Obligation, Report
from followup.permissions import can_submit_report
from followup.queries import obligation_state
from followup.transitions import State, Verb
from followup.views.doors import COOKIE, Visit
from stakeholders import clock
from stakeholders.exports import Sheet, xlsx_bytes
from stakeholders.refusals import TooLate
from stakeholders.rules import Role
from tests.factories import a_contact, a_report, a_user, an_actor
from tests.followup.partner import Forms

pytestmark = pytest.mark.django_db

PEOPLE = ("nobody", "outsider", "other", "reporter", "contact", "reviewer", "manager", "auditor", "coordinator", "admin")

TABLE = """
           leads to    nobody outsider other reporter contact reviewer manager auditor coordinator admin

unanswered
submit     submitted   -      404      404   ok       ok      403      403     403     ok          ok
return     unanswered  -      404      404   404      .       404      404     404     404         404
approve    unanswered  -      404      404   404      .       404      404     404     404         404
withdraw   unanswered  -      404      404   404      .       404      404     404     404         404
extend     unanswered  -      404      404   403      .       403      403     403     ok          ok
exempt     exempt      -      404      404   403      .       403      403     403     ok          ok
reinstate  unanswered  -      404      404   403      .       403      403     403     409         409
close      closed      -      404      404   403      .       403      403     403     ok          ok

submitted
submit     submitted   -      404      404   ok       ok      403      403     403     ok          ok
return     returned    -      404      404   403      .       ok       403     403     ok          403
approve    approved    -      404      404   403      .       ok       403     403     ok          403
withdraw   submitted   -      404      404   403      .       403      403     403     409         409
extend     submitted   -      404      404   403      .       403      403     403     ok          ok
exempt     exempt      -      404      404   403      .       403      403     403     ok          ok
reinstate  submitted   -      404      404   403      .       403      403     403     409         409
close      submitted   -      404      404   403      .       403      403     403     409         409

returned
submit     submitted   -      404      404   ok       ok      403      403     403     ok          ok
return     returned    -      404      404   403      .       409      403     403     409         403
approve    returned    -      404      404   403      .       409      403     403     409         403
withdraw   returned    -      404      404   403      .       403      403     403     409         409
extend     returned    -      404      404   403      .       403      403     403     ok          ok
exempt     exempt      -      404      404   403      .       403      403     403     ok          ok
reinstate  returned    -      404      404   403      .       403      403     403     409         409
close      closed      -      404      404   403      .       403      403     403     ok          ok

approved
submit     correcting  -      404      404   ok       ok      403      403     403     ok          ok
return     approved    -      404      404   403      .       409      403     403     409         403
approve    approved    -      404      404   403      .       409      403     403     409         403
withdraw   withdrawn   -      404      404   403      .       403      403     403     ok          ok
extend     approved    -      404      404   403      .       403      403     403     409         409
exempt     exempt      -      404      404   403      .       403      403     403     ok          ok
reinstate  approved    -      404      404   403      .       403      403     403     409         409
close      approved    -      404      404   403      .       403      403     403     ok          ok

correcting
submit     correcting  -      404      404   ok       ok      403      403     403     ok          ok
return     approved    -      404      404   403      .       ok       403     403     ok          403
approve    approved    -      404      404   403      .       ok       403     403     ok          403
withdraw   submitted   -      404      404   403      .       403      403     403     ok          ok
extend     correcting  -      404      404   403      .       403      403     403     409         409
exempt     exempt      -      404      404   403      .       403      403     403     ok          ok
reinstate  correcting  -      404      404   403      .       403      403     403     409         409
close      correcting  -      404      404   403      .       403      403     403     409         409

withdrawn
submit     submitted   -      404      404   ok       ok      403      403     403     ok          ok
return     withdrawn   -      404      404   403      .       409      403     403     409         403
approve    withdrawn   -      404      404   403      .       409      403     403     409         403
withdraw   withdrawn   -      404      404   403      .       403      403     403     409         409
extend     withdrawn   -      404      404   403      .       403      403     403     ok          ok
exempt     exempt      -      404      404   403      .       403      403     403     ok          ok
reinstate  withdrawn   -      404      404   403      .       403      403     403     409         409
close      withdrawn   -      404      404   403      .       403      403     403     ok          ok

exempt
submit     exempt      -      404      404   409      409     403      403     403     409         409
return     exempt      -      404      404   403      .       409      403     403     409         403
approve    exempt      -      404      404   403      .       409      403     403     409         403
withdraw   exempt      -      404      404   403      .       403      403     403     409         409
extend     exempt      -      404      404   403      .       403      403     403     409         409
exempt     exempt      -      404      404   403      .       403      403     403     409         409
reinstate  submitted   -      404      404   403      .       403      403     403     ok          ok
close      exempt      -      404      404   403      .       403      403     403     ok          ok

closed
submit     closed      -      404      404   409      409     403      403     403     409         409
return     closed      -      404      404   403      .       409      403     403     409         403
approve    closed      -      404      404   403      .       409      403     403     409         403
withdraw   closed      -      404      404   403      .       403      403     403     409         409
extend     closed      -      404      404   403      .       403      403     403     409         409
exempt     closed      -      404      404   403      .       403      403     403     409         409
reinstate  closed      -      404      404   403      .       403      403     403     409         409
close      closed      -      404      404   403      .       403      403     403     409         409

closed, unlocked
submit     submitted   -      404      404   ok       ok      403      403     403     ok          ok
return     closed      -      404      404   403      .       409      403     403     409         403
approve    closed      -      404      404   403      .       409      403     403     409         403
withdraw   closed      -      404      404   403      .       403      403     403     409         409
extend     closed      -      404      404   403      .       403      403     403     409         409
exempt     closed      -      404      404   403      .       403      403     403     409         409
reinstate  returned    -      404      404   403      .       403      403     403     ok          ok
close      closed      -      404      404   403      .       403      403     403     409         409

approved, round closed
submit     approved    -      404      404   409      409     403      403     403     409         409
return     approved    -      404      404   403      .       409      403     403     409         403
approve    approved    -      404      404   403      .       409      403     403     409         403
withdraw   approved    -      404      404   403      .       403      403     403     409         409
extend     approved    -      404      404   403      .       403      403     403     409         409
exempt     approved    -      404      404   403      .       403      403     403     409         409
reinstate  approved    -      404      404   403      .       403      403     403     409         409
close      approved    -      404      404   403      .       403      403     403     409         409

approved, round unlocked
submit     correcting  -      404      404   ok       ok      403      403     403     ok          ok
return     approved    -      404      404   403      .       409      403     403     409         403
approve    approved    -      404      404   403      .       409      403     403     409         403
withdraw   withdrawn   -      404      404   403      .       403      403     403     ok          ok
extend     approved    -      404      404   403      .       403      403     403     409         409
exempt     exempt      -      404      404   403      .       403      403     403     ok          ok
reinstate  approved    -      404      404   403      .       403      403     403     409         409
close      approved    -      404      404   403      .       403      403     403     409         409

correcting, round unlocked
submit     correcting  -      404      404   ok       ok      403      403     403     ok          ok
return     approved    -      404      404   403      .       ok       403     403     ok          403
approve    approved    -      404      404   403      .       ok       403     403     ok          403
withdraw   submitted   -      404      404   403      .       403      403     403     ok          ok
extend     correcting  -      404      404   403      .       403      403     403     409         409
exempt     exempt      -      404      404   403      .       403      403     403     ok          ok
reinstate  correcting  -      404      404   403      .       403      403     403     409         409
close      correcting  -      404      404   403      .       403      403     403     409         409
"""


@dataclass(frozen=True)
class Row:
    state: str
    verb: str
    leads_to: str
    answers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.state}: {self.verb}"


def rows(*verbs: str) -> list[Row]:
    found, state = [], ""
    for line in TABLE.splitlines()[2:]:
        words = line.split()
        if len(words) == 2 + len(PEOPLE):
            found.append(Row(state, words[0], words[1], dict(zip(PEOPLE, words[2:], strict=True))))
        elif words:
            state = line.strip()
    return [row for row in found if not verbs or row.verb in verbs]


class World:
    """One answer, and everybody who might do something with it."""

    def __init__(self, obligation: Obligation, people: dict[str, object]) -> None:
        self.obligation, self.people, self.period = obligation, people, obligation.period

    def bring_to(self, state: str) -> None:
        """Make the state by what people do."""
        reviewer, coordinator = self.people["reviewer"], self.people["coordinator"]
        start, _comma, rest = state.partition(", ")
        if start == "unanswered":
            return
        report = a_report(self.obligation, figures=[10])
        if start in ("returned", "closed"):
            return_report(report, by=reviewer, reason="Är det elever eller besök?")
        elif start in ("approved", "correcting", "withdrawn"):
            approve_report(report, by=reviewer)
        if start == "withdrawn":
            withdraw_report(report, by=coordinator, reason="fel år")
        if start == "correcting" and not rest:
            a_report(self.obligation, figures=[12], correction_reason="räknat fel")
        if start == "exempt":
            exempt_obligation(self.obligation, by=coordinator, reason="verksamheten pausad")
        if start == "closed" or rest:
            close_period(self.period, by=coordinator)
        if "unlocked" in rest:
            self.period.refresh_from_db()
            unlock_period(self.period, by=coordinator, until=clock.now() + timedelta(days=1), reason="rättelse")
        if start == "correcting" and rest:
            a_report(self.obligation, figures=[12], correction_reason="räknat fel")

    def state(self) -> str:
        return str(obligation_state(Obligation.objects.get(pk=self.obligation.pk)))

    def report_for(self, verb: str) -> int:
        """The version that the act is about: what is in force is withdrawn, the latest is reviewed."""
        reports = Report.objects.filter(obligation=self.obligation).order_by("version")
        approved = reports.filter(approved_at__isnull=False).last()
        found = (approved if verb == "withdraw" else None) or reports.last()
        return found.pk if found else 987_654

    def client(self, who: str) -> Client:
        client = Client()
        if self.people[who]:
            client.force_login(self.people[who])
        return client


@pytest.fixture
def world(workspace, company, obligation, outsider, reporter, reviewer, manager, auditor, coordinator) -> World:
    stranger = an_actor(workspace)
    a_contact(stranger)
    people = {
        "nobody": None,
        "outsider": outsider,
        "other": a_user(stranger, Role.REPORTER),
        "reporter": reporter,
        "contact": obligation.assignment.contact,
        "reviewer": reviewer,
        "manager": manager,
        "auditor": auditor,
        "coordinator": coordinator,
        "admin": a_user(company, Role.ADMIN),
    }
    return World(obligation, people)


FORMS = {
    "return": {"return-reason": "Är det elever eller besök?"},
    "approve": {},
    "withdraw": {"withdraw-reason": "fel år"},
    "extend": {"extend-due_on": "2099-01-31", "extend-reason": "sjukdom"},
    "exempt": {"exempt-reason": "verksamheten pausad"},
    "reinstate": {"reinstate-reason": "igång igen"},
    "close": {},
}
ANSWERS = {302: "ok", 403: "403", 404: "404", 409: "409"}


def by_page(world: World, verb: str, who: str) -> str:
    """Do it as `who` in the pages, and say what was answered."""
    if verb == "submit":
        return _submit_by_page(world, who)
    if who == "contact":
        return "."
    addresses = {
        "close": f"/rounds/{world.period.pk}/close/",
        **{name: f"/obligations/{world.obligation.pk}/{name}/" for name in ("extend", "exempt", "reinstate")},
    }
    answer = world.client(who).post(addresses.get(verb, f"/reports/{world.report_for(verb)}/{verb}/"), FORMS[verb])
    is_sent_to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/account/login/")
    return "-" if is_sent_to_sign_in else ANSWERS[answer.status_code]


def _submit_by_page(world: World, who: str) -> str:
    """Everything has been typed; the check page is opened, and its button pressed."""
    obligation = world.obligation
    figure = f"f{obligation.pinned.get().indicator_version_id}"
    typed = {
        "why": {"why": "räknat fel"},
        "who": {"name": "Ordföranden", "role_title": "ordförande"},
        "status": {"status": "on_plan"},
        "figures": {f"{figure}-value": "14"},
        "happened": {"happened": "En ny grupp.", "percent": ""},
    }
    content = {
        step: {"answers": fields, "version": 1, "by": "", "visit": "", "at": clock.now().isoformat()} for step, fields in typed.items()
    }
    Draft.objects.update_or_create(obligation=obligation, defaults={"content": content, "begun_at": clock.now(), "saved_at": clock.now()})
    if who == "contact":
        client, path = Client(), f"/answer/{obligation.pk}/"
        contact = world.people["contact"]
        link, _token = issue_link(contact, contact.actor, world.period, by=None, until=clock.now() + timedelta(days=9))
        client.cookies[COOKIE] = signing.dumps(vars(Visit.begin(link)), salt=COOKIE)
    else:
        client, path = world.client(who), f"/obligations/{obligation.pk}/answer/"
    check = client.get(f"{path}check/")
    if check.status_code != 200:
        return "-" if check.status_code == 302 else ANSWERS[check.status_code]
    (form,) = [form for form in Forms.of(check.content.decode()) if form.action.endswith("/submit/")]
    return ANSWERS[client.post(form.action, form.fields).status_code]


def by_file(world: World, verb: str, who: str) -> str:
    """A filled-in workbook is read, looked through, and its button pressed."""
    if who == "contact":
        return "."
    client, obligation = world.client(who), world.obligation
    version = obligation.pinned.get().indicator_version_id
    answers = ["Nyckel", "Hur går det?", "Vad har hänt?", "Varför rättas svaret?"], [[obligation.pk, "Enligt plan", "Ny.", "räknat fel"]]
    figures = ["Nyckel", "Värde"], [[f"{obligation.pk}/{version}", 14]]
    file = io.BytesIO(xlsx_bytes([Sheet("Svar", *answers), Sheet("Siffror", *figures)], title="Svar"))
    file.name = "svar.xlsx"
    seen = client.post("/my/import/", {"file": file})
    if seen.status_code != 200:
        return "-" if seen.status_code == 302 else ANSWERS[seen.status_code]
    (form,) = [form for form in Forms.of(seen.content.decode()) if form.action.endswith("/send/")]
    return ANSWERS[client.post(form.action, form.fields).status_code]


def by_action(world: World, verb: str, who: str) -> str:
    """Submit as `who`: reach, authority and state asked for in that order, as every way in does."""
    person = world.people[who]
    if person is None:
        return "-"
    if who != "contact" and not Obligation.objects.visible_to(person).filter(pk=world.obligation.pk).exists():
        return "404"
    if not can_submit_report(person, world.obligation):
        return "403"
    try:
        a_report(world.obligation, by=person, figures=[14], correction_reason="räknat fel")
    except TooLate:
        return "409"
    return "ok"


def what_happens(world: World, row: Row, way) -> dict[str, str]:
    """Let each person try, each from the same state: {person: what was answered}. A refusal changes nothing."""
    world.bring_to(row.state)
    before = world.state()
    given = {}
    for who in PEOPLE:
        with transaction.atomic():
            given[who] = way(world, row.verb, who)
            expected = row.leads_to if given[who] == "ok" else before
            assert world.state() == expected, f"{who} was answered {given[who]}, and then it was {world.state()}"
            transaction.set_rollback(True)
    return given


@pytest.mark.parametrize("row", rows(), ids=str)
def test_by_page(world, row):
    assert what_happens(world, row, by_page) == row.answers


@pytest.mark.parametrize("row", rows("submit"), ids=str)
def test_submitting_by_the_action_itself(world, row):
    assert what_happens(world, row, by_action) == row.answers


@pytest.mark.parametrize("row", rows("submit"), ids=str)
def test_reading_an_answer_in_from_a_file(world, row):
    """A contact has no account and reads no files in; everybody else is answered as on the page."""
    assert what_happens(world, row, by_file) == row.answers | {"contact": "."}


@pytest.mark.parametrize("row", rows("approve"), ids=str)
def test_approving_many_at_once_answers_as_one_by_one(world, row):
    """Nothing else than what one by one would do; who may not is refused before anything is done."""
    world.bring_to(row.state)
    before = world.state()
    for who in PEOPLE:
        if who in ("nobody", "contact"):
            continue
        with transaction.atomic():
            world.client(who).post("/reviews/approve/", {"report": world.report_for("approve")})
            assert world.state() == (row.leads_to if row.answers[who] == "ok" else before), who
            transaction.set_rollback(True)


def test_the_table_names_every_state_and_act():
    """A state or an act that is added must be thought through for everybody."""
    assert {row.state.partition(",")[0] for row in rows()} == set(State.values)
    assert {row.verb for row in rows()} == set(Verb.values) - {"correct", "finish"}
    # Correcting is submitting what is approved; finishing is submitting from a page that was open when the actor was exempted
    # (test_answer_together.py).
    assert len(rows()) == 12 * 8
