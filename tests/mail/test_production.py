"""Celery as in deploy/: the very commands of the services are started, with each broker, and take a letter and a frozen year through."""

import re
import shlex
from datetime import timedelta
from urllib.request import urlopen

import pytest
from django.conf import settings

from config.celery import app
from followup.models import AnnualFollowUp
from stakeholders import clock
from stakeholders.rules import Role
from tests.browser.site import ROOT
from tests.factories import a_contact, a_measure, a_period, a_plan, a_report, a_user, a_workspace, an_actor, an_assignment, an_obligation
from tests.followup.partner import Partner, link_to
from tests.mail.machine import Browser, wait_until

RUNG_WITHIN = 30
"""Seconds. Beat rings once a minute: what is done sooner was told of by the doorbell."""


def command_of(service: str, folder: str) -> list[str]:
    """What systemd would start, with our own Python and folder."""
    unit = (ROOT / "deploy" / f"samspel-{service}.service").read_text()
    line = re.search(r"^ExecStart=/opt/samspel/\.venv/bin/(celery .*)$", unit, re.MULTILINE)
    assert line, service
    return ["-m", *shlex.split(line[1].replace("%%", "%").replace("/var/lib/samspel", folder))]


@pytest.mark.parametrize("service", ["mail", "heavy", "beat"])
def test_the_procfile_starts_the_same(service):
    procfile = dict(line.split(": ", 1) for line in (ROOT / "deploy" / "Procfile").read_text().splitlines() if not line.startswith("#"))
    assert shlex.split(procfile[service].replace("${VAR_DIR:-var}", "/var/x")) == command_of(service, "/var/x")[1:]


def test_how_celery_is_set():
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert (conf.task_serializer, conf.result_serializer, conf.accept_content) == ("json", "json", ["json"])
    assert set(conf.task_queues) == {"mail", "heavy"}
    assert conf.task_routes["followup.tasks.run_jobs"] == {"queue": "heavy"}
    assert conf.task_soft_time_limit < conf.task_time_limit < 3600  # Redis gives an unfinished task to another after an hour
    assert {entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} == {60.0, 3600.0}


@pytest.fixture(params=["redis_url", "rabbitmq_url"])
def broker(request) -> str:
    return request.getfixturevalue(request.param)


@pytest.mark.drill
def test_the_services_take_a_letter_and_a_frozen_year_through(machine, sink, broker):
    year = clock.today().year - 1
    with machine.database():
        workspace = a_workspace()
        manager = a_user(an_actor(workspace, kind="housing_company"), Role.MANAGEMENT)
        plan = a_plan(workspace)
        assignment = an_assignment(a_measure(plan), a_contact(an_actor(workspace)).actor)
        a_report(an_obligation(assignment, a_period(plan, year, 3)))
        plan.periods.update(closed_at=clock.now())
        days = {"opens_on": clock.today(), "due_on": clock.today() + timedelta(40), "closes_on": clock.today() + timedelta(60)}
        asked = an_obligation(assignment, a_period(plan, year + 1, 3, **days))
        address = link_to(asked)
        workspace.dispatches.update(state="cancelled")
    machine.environment |= {"BROKER_URL": broker, "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
    machine.serve()
    for service in ("mail", "heavy", "beat"):
        machine.run(*command_of(service, str(machine.folder)))
    wait_until(lambda: machine.said().count("[queues]") == 2, 60)

    partner = Partner()
    partner.client = Browser(machine.url)
    partner.open(address).press("Börja").press("Enligt plan").press("Nästa", happened="Vi har börjat.").press("Skicka in")
    wait_until(lambda: sink.receivers() == [assignment.contact.email], RUNG_WITHIN)

    management = Partner()
    management.client = Browser(machine.url)
    management.open("/account/login/").press("Logga in", login=manager.email, password="exempel-lösenord")
    management.open(f"/plans/{plan.pk}/years/{year}/freeze/").press("Frys året")
    wait_until(lambda: "Se resultatet" in management.open(management.path).text, RUNG_WITHIN)
    with machine.database():
        assert AnnualFollowUp.objects.get().year == year
    with urlopen(f"{machine.url}/healthz") as alive:  # noqa: S310 our own server
        assert alive.read() == b"ok"
