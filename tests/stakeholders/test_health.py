"""Green when all is well; red, with words, when the worker stands, mail is late or the database is not as it should be."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from stakeholders import clock
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.health import DUTIES
from stakeholders.models import Dispatch, Heartbeat
from stakeholders.rules import DispatchKind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_worker_is_there(db):
    beat()


def beat() -> None:
    for duty in DUTIES:
        Heartbeat.beat(duty, "test")


def test_all_is_well(client):
    answer = client.get(reverse("ready"))
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.parametrize("duty", DUTIES)
def test_it_is_red_within_fifteen_minutes_of_a_standing_scheduler(client, duty):
    with clock.at(clock.now() + timedelta(minutes=14)):
        for other in set(DUTIES) - {duty}:
            Heartbeat.beat(other, "test")
        answer = client.get(reverse("ready"))
    assert answer.status_code == 503
    assert answer.content.decode() == f"ingen har gjort {duty} på 14 minuter: står arbetaren?\n"


def test_it_is_red_when_nobody_has_ever_worked(client):
    Heartbeat.objects.all().delete()
    assert client.get(reverse("ready")).status_code == 503


def test_it_is_red_when_mail_has_not_gone(client, workspace, club):
    plan_dispatch(DispatchKind.RECEIPT, workspace=workspace, to=club.contacts.get(), about=[(club, "x")])
    assert client.get(reverse("ready")).status_code == 200
    with clock.at(clock.now() + timedelta(minutes=16)):
        beat()
        answer = client.get(reverse("ready"))
    assert (answer.status_code, answer.content.decode()) == (503, "1 mejl skulle ha gått för mer än 15 minuter sedan\n")


def test_it_is_red_when_a_dead_worker_holds_mail(client, workspace, club):
    plan_dispatch(DispatchKind.RECEIPT, workspace=workspace, to=club.contacts.get(), about=[(club, "x")])
    Dispatch.objects.update(state="handing_over", lease_until=clock.now() - timedelta(minutes=16))
    assert client.get(reverse("ready")).status_code == 503


def test_it_is_red_when_a_trigger_is_gone(client):
    table = "ON stakeholders_event" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER stakeholders_event_keep_row {table}")
    answer = client.get(reverse("ready"))
    assert (answer.status_code, answer.content.decode()) == (503, "1 spärrar saknas i databasen\n")


def test_it_is_red_when_a_migration_has_not_been_run(client, settings):
    settings.MIGRATION_MODULES = {}  # the tests make their tables from the models: none of the real ones has been run
    assert re.fullmatch(r"\d+ migrationer är inte körda\n", client.get(reverse("ready")).content.decode())


def test_the_numbers_are_for_whoever_has_the_key(client, settings, workspace, club):
    plan_dispatch(DispatchKind.RECEIPT, workspace=workspace, to=club.contacts.get(), about=[(club, "x")])
    assert client.get(reverse("metrics")).status_code == 404
    settings.METRICS_KEY = "nyckel"
    assert client.get(reverse("metrics"), headers={"Authorization": "Bearer fel"}).status_code == 404
    lines = client.get(reverse("metrics"), headers={"Authorization": "Bearer nyckel"}).content.decode().splitlines()
    assert 'samspel_dispatches{state="planned"} 1' in lines
    assert "samspel_dispatches_due 1" in lines
    assert "samspel_troubles 0" in lines
    assert any(line.startswith('samspel_worker_silent_seconds{duty="mail"} ') for line in lines)


def test_being_alive_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(reverse("alive")).content == b"ok"
