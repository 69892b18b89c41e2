"""F2, F3, F5 and F11 on a whole installation: pages, workers and Celery in processes of their own, with real brokers and a real mail server."""

import io
import os
import time
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from datetime import date, datetime, timedelta
from http.client import RemoteDisconnected

import pytest

from followup.actions.rounds import make_obligations
from followup.exporting import ask_for_workbook
from followup.models import AnnualFollowUp, FrozenFile, Obligation, Report
from followup.year.choice import WHOLE
from stakeholders import clock
from stakeholders.actions.jobs import queue_job
from stakeholders.models import Dispatch, Job
from stakeholders.rules import DispatchKind, DispatchState, Role
from tests.factories import a_contact, a_measure, a_period, a_plan, a_report, a_user, a_workspace, an_actor, an_assignment, an_obligation
from tests.followup.partner import Partner, link_to
from tests.mail.machine import Browser, Machine, Proxy, wait_until

LARGE = bool(os.environ.get("DRILL"))
MORNING = "2027-01-19T09:45:00+01:00"
"""Three days before the last day of the round; every letter of the morning is due."""

BACK_WITHIN = 120
"""Seconds after the broker is back in which the receipt has gone."""


@pytest.fixture(params=["redis_url", "rabbitmq_url"])
def broker(request) -> str:
    return request.getfixturevalue(request.param)


def a_round(partners: int, **days: date) -> list[Obligation]:
    """One measure, so many partners, each asked."""
    workspace = a_workspace()
    plan = a_plan(workspace)
    measure = a_measure(plan)
    for _ in range(partners):
        actor = an_actor(workspace)
        a_contact(actor)
        an_assignment(measure, actor)
    make_obligations([a_period(plan, 2026, 3, **days)], by=None)
    return list(Obligation.objects.order_by("id"))


# --- F2 -----------------------------------------------------------------------------------------------------------------


def start_twice(machine: Machine, broker: str) -> None:
    """Two of everything, by mistake: two schedulers and two workers of Celery, and two of our own that do all of it."""
    machine.environment |= {"BROKER_URL": broker, "MOMENT": MORNING}
    for _ in range(2):
        machine.worker()
        machine.beat()
        machine.run("-m", "tests.mail.programs", "work")


@pytest.mark.drill
def test_f2_two_schedulers_and_two_workers_send_each_letter_once(machine, sink, broker):
    days = {"opens_on": date(2026, 12, 17), "due_on": date(2027, 1, 22), "closes_on": date(2027, 2, 12)}
    people = 1000 if LARGE else 40
    with machine.database(), clock.at(datetime.fromisoformat(MORNING)):
        a_round(people, **days)
    machine.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
    start_twice(machine, broker)
    try:
        wait_until(lambda: len(sink.accepted()) >= people, 600 if LARGE else 120)
        time.sleep(5)  # whoever would send it again has had the time
    finally:
        machine.stop_others()
    assert Counter(sink.receivers()).most_common(1)[0][1] == 1
    with machine.database():
        rows = Dispatch.objects.filter(kind=DispatchKind.REQUEST)
        assert rows.count() == people
        assert set(rows.values_list("state", flat=True)) == {DispatchState.HANDED_OVER}
        workers = {claim.rpartition("/")[0] for claim in rows.values_list("claimed_by", flat=True)}
    assert len(workers) > 1, "several shared the work, or nothing was tried"


# --- F3 -----------------------------------------------------------------------------------------------------------------


def at_the_check_page(machine: Machine, obligation: Obligation) -> Partner:
    partner = Partner()
    partner.client = Browser(machine.url)
    with machine.database():
        address = link_to(obligation)
    partner.open(address).press("Börja").press("Enligt plan")
    return partner.press("Nästa", happened="Vi har bytt till onsdagar.")


def seconds_to_tack(partner: Partner) -> float:
    began = time.monotonic()
    partner.press("Skicka in")
    assert "Tack! Rapporten är inskickad." in partner.text
    return time.monotonic() - began


@pytest.mark.drill
def test_f3_a_broker_that_refuses_or_swallows_everything_holds_nobody_up(machine, sink, broker):
    """Celery alone does the work here. In production its beat rings each minute, here each second."""
    proxy = Proxy(broker)
    machine.environment |= {"BROKER_URL": proxy.url, "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
    with machine.database():
        asked = a_round(6, opens_on=clock.today(), due_on=clock.today() + timedelta(40), closes_on=clock.today() + timedelta(60))
    machine.serve()
    machine.worker()
    machine.beat()
    partners = [at_the_check_page(machine, one) for one in asked]
    seconds_to_tack(partners.pop())
    wait_until(lambda: len(sink.accepted()) == 1, 60)  # with the broker there, all of it works
    for number, way in enumerate(("refused", "black-holed")):
        proxy.be(way)
        assert min(seconds_to_tack(partners.pop()), seconds_to_tack(partners.pop())) < 1
        time.sleep(3)
        assert len(sink.accepted()) == 1 + 2 * number, "nobody could be told: that the receipt waits shows that the broker was away"
        proxy.be("through")
        wait_until(lambda number=number: len(sink.accepted()) == 3 + 2 * number, BACK_WITHIN)
    assert max(Counter(sink.receivers()).values()) == 1


def test_a_doorbell_that_is_waited_for_would_hold_the_partner_up(machine, redis_url):
    """The negative control of F3."""
    proxy = Proxy(redis_url)
    machine.environment["BROKER_URL"] = proxy.url
    with machine.database():
        asked = a_round(2, opens_on=clock.today(), due_on=clock.today() + timedelta(40), closes_on=clock.today() + timedelta(60))
    machine.serve("tests.mail.programs:waiting")
    partners = [at_the_check_page(machine, one) for one in asked]
    proxy.be("black-holed")
    assert min(seconds_to_tack(partner) for partner in partners) > 1


# --- F5 -----------------------------------------------------------------------------------------------------------------


def send_in_and_be_cut_off(machine: Machine, partner: Partner) -> tuple[str, dict]:
    """Press the button; the process is killed when the answer is stored and not yet confirmed. Gives what a browser would send again."""
    address, fields = partner.form_of("Skicka in")
    with pytest.raises((RemoteDisconnected, ConnectionError, urllib.error.URLError)):
        partner.client.post(address, fields)
    assert not (machine.folder / "dies").exists()
    return address, fields


@pytest.fixture
def dying(machine) -> Machine:
    mark = machine.folder / "dies"
    machine.environment["DIES"] = str(mark)
    with machine.database():
        machine.cast = a_round(
            20 if LARGE else 3, opens_on=clock.today(), due_on=clock.today() + timedelta(40), closes_on=clock.today() + timedelta(60)
        )
    machine.serve("tests.mail.programs:dying")
    return machine


@pytest.mark.drill
def test_f5_a_retry_after_the_web_process_was_killed_makes_one_report_with_one_number(dying):
    for obligation in dying.cast:
        partner = at_the_check_page(dying, obligation)
        (dying.folder / "dies").touch()
        address, fields = send_in_and_be_cut_off(dying, partner)
        with dying.database():
            stored = Report.objects.get(obligation=obligation)
        for _ in range(2):
            answer = partner.client.post(address, fields)
            assert answer.status_code == 200
            assert stored.receipt_number in answer.content.decode()
        with dying.database():
            assert Report.objects.get(obligation=obligation).receipt_number == stored.receipt_number
            assert Dispatch.objects.filter(kind=DispatchKind.RECEIPT, contact=stored.submitted_by_contact).count() == 1


def test_without_the_forms_key_a_retry_would_not_be_known_again(dying):
    """The negative control of F5: another key, and nobody can say that it is the same answer."""
    partner = at_the_check_page(dying, dying.cast[0])
    (dying.folder / "dies").touch()
    address, fields = send_in_and_be_cut_off(dying, partner)
    answer = partner.client.post(address, {**fields, "form_key": "11111111-1111-4111-8111-111111111111"})
    assert "Tack! Rapporten är inskickad." not in answer.content.decode()


# --- F11 ----------------------------------------------------------------------------------------------------------------

STEPS = ["drawn", "half_stored", "before_commit", "after_commit"]


@pytest.mark.drill
@pytest.mark.parametrize("step", STEPS)
def test_f11_a_freeze_that_is_killed_has_stored_nothing_or_everything(machine, step):
    with machine.database(), clock.at(datetime.fromisoformat(MORNING)):
        workspace = a_workspace()
        manager = a_user(an_actor(workspace, kind="housing_company"), Role.MANAGEMENT)
        reviewer = a_user(an_actor(workspace), Role.REVIEWER)
        plan = a_plan(workspace)
        actor = an_actor(workspace)
        a_contact(actor)
        a_report(an_obligation(an_assignment(a_measure(plan), actor), a_period(plan, 2026, 3)), approved_by=reviewer)
        plan.periods.update(closed_at=clock.now())
        job = queue_job("freeze_year", workspace=workspace, by=manager, plan=plan.pk, year=2026, version=1, reason="")
    moment = datetime.fromisoformat(MORNING) + timedelta(minutes=1)
    for _attempt in range(2):
        died = machine.run("-m", "tests.mail.programs", "jobs", step, MOMENT=moment.isoformat()).wait(120)
        with machine.database():
            everything = (AnnualFollowUp.objects.count(), Job.objects.get(pk=job.pk).state, letters_about_the_year())
            files = FrozenFile.objects.count()
            lease_until = Job.objects.get(pk=job.pk).lease_until
        assert died == -9
        assert (*everything, files > 5) == ((1, "done", 2, True) if step == "after_commit" else (0, "running", 0, False))
        if step == "after_commit":
            break
        moment = lease_until
    assert machine.run("-m", "tests.mail.programs", "jobs", "none", MOMENT=moment.isoformat()).wait(120) == 0
    with machine.database():
        assert (AnnualFollowUp.objects.count(), Job.objects.get(pk=job.pk).state, letters_about_the_year()) == (1, "done", 2)


def letters_about_the_year() -> int:
    return Dispatch.objects.filter(kind__in=[DispatchKind.YEAR_READY, DispatchKind.FEEDBACK]).count()


@pytest.fixture
def exported(machine) -> Machine:
    """The year of a plan that somebody has asked for as Excel."""
    with machine.database(), clock.at(datetime.fromisoformat(MORNING)):
        plan = a_plan(a_workspace())
        machine.cast = a_user(an_actor(plan.workspace, kind="housing_company"), Role.MANAGEMENT)
        a_report(an_obligation(an_assignment(a_measure(plan), an_actor(plan.workspace)), a_period(plan, 2026, 3)))
        ask_for_workbook(plan, 2026, WHOLE, by=machine.cast, back="/")
    machine.serve()
    return machine


def export_killed_at(machine: Machine, step: str, minutes: float) -> int:
    moment = datetime.fromisoformat(MORNING) + timedelta(minutes=minutes)
    return machine.run("-m", "tests.mail.programs", "jobs", step, MOMENT=moment.isoformat()).wait(120)


def download(machine: Machine) -> tuple[str, bytes | None]:
    """What the job says of itself, and the file that whoever asked gets, or None."""
    with machine.database():
        job = Job.objects.get()
    asked = urllib.request.Request(f"{machine.url}/jobs/{job.pk}/file/")  # noqa: S310 our own server
    cookie = machine.session_of(machine.cast)
    asked.add_header("Cookie", f"{cookie['name']}={cookie['value']}")
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
            return job.state, answer.read()
    except urllib.error.HTTPError as refused:
        if refused.code != 404:
            raise
        return job.state, None


def is_whole(content: bytes | None) -> bool:
    return bool(content) and zipfile.is_zipfile(io.BytesIO(content)) and zipfile.ZipFile(io.BytesIO(content)).testzip() is None


@pytest.mark.drill
@pytest.mark.parametrize("step", ["drawn", "half_a_file", "before_commit", "after_commit"])
def test_f11_an_export_that_is_killed_gives_nothing_or_the_whole_file(exported, step):
    assert export_killed_at(exported, step, 1) == -9
    state, content = download(exported)
    if step == "after_commit":
        assert (state, is_whole(content)) == ("done", True)
    else:
        assert (state, content) == ("running", None)
    assert export_killed_at(exported, "none", 4) == 0
    state, content = download(exported)
    assert (state, is_whole(content)) == ("done", True)
    assert len([path for path in exported.folder.rglob("jobs/*") if path.is_file()]) == 1, "what the killed one left is thrown away"


def test_an_export_told_of_before_it_is_whole_would_give_half_a_file(exported):
    """The negative control of F11: no transaction, and the result told first."""
    assert export_killed_at(exported, "told_first", 1) == -9
    state, content = download(exported)
    assert state == "done"
    assert content
    assert not is_whole(content)
