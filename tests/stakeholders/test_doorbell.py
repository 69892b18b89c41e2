"""The doorbell: heard at once when the broker is there, and never waited for when it is not."""

import socket
import time
from contextlib import closing

import pytest
from celery import Celery
from django.db import transaction

from stakeholders import doorbell


def _nothing(number: int) -> None:
    """What would be done, were there a worker."""


class Bell:
    """Stands in for a task: remembers what it was rung with, or publishes to a broker of its own."""

    name = "bell"

    def __init__(self, broker: str = "", **options) -> None:
        self.heard: list[tuple] = []
        self.tried = 0
        if broker:
            app = Celery(broker=broker)
            app.conf.update(task_publish_retry=False, broker_connection_timeout=1, broker_transport_options=options)
            self.task = app.task(_nothing, name="bell")

    def apply_async(self, args: tuple) -> None:
        self.tried += 1
        if hasattr(self, "task"):
            self.task.apply_async(args)
        self.heard.append(args)


def wait_until(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)  # another thread is at work


@pytest.fixture
def with_a_broker(settings):
    settings.CELERY_BROKER_URL = "redis://broker.example/0"


@pytest.mark.django_db
@pytest.mark.usefixtures("with_a_broker")
def test_it_rings_when_the_transaction_is_committed_and_not_before(django_capture_on_commit_callbacks):
    bell = Bell()
    with django_capture_on_commit_callbacks(execute=True):
        doorbell.ring(bell, 7)
        assert bell.tried == 0
    wait_until(lambda: bell.heard == [(7,)])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("with_a_broker")
def test_what_is_rolled_back_rings_nothing():
    bell, after = Bell(), Bell()
    with transaction.atomic():
        doorbell.ring(bell, 7)
        transaction.set_rollback(True)
    doorbell.ring(after, 8)
    wait_until(lambda: after.heard)
    assert bell.tried == 0


@pytest.mark.django_db
def test_without_a_broker_nothing_is_sent(settings, django_capture_on_commit_callbacks):
    settings.CELERY_BROKER_URL = ""
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        doorbell.ring(Bell(), 7)
    assert callbacks == []


@pytest.mark.django_db
@pytest.mark.usefixtures("with_a_broker")
def test_a_broker_that_swallows_everything_holds_nobody_up(settings, django_capture_on_commit_callbacks):
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        bell = Bell(f"redis://127.0.0.1:{port}/0", max_retries=0, socket_connect_timeout=1, socket_timeout=2)
        began = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            doorbell.ring(bell, 7)
        assert time.monotonic() - began < 0.5
        after = Bell()
        with django_capture_on_commit_callbacks(execute=True):
            doorbell.ring(after, 8)
        wait_until(lambda: after.heard)  # the next ring comes through once the silent broker is given up
    assert (bell.tried, bell.heard) == (1, [])
    assert time.monotonic() - began > 1.5  # it was the broker's silence, and not some mistake of ours, that was given up


@pytest.mark.django_db
@pytest.mark.usefixtures("with_a_broker")
def test_too_many_rings_are_dropped_rather_than_waited_for(django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr(doorbell, "_rings", doorbell.Queue(maxsize=1))
    monkeypatch.setattr(doorbell, "_ring_on", lambda: None)
    monkeypatch.setattr(doorbell, "_ringer", None)
    bell = Bell()
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(5):
            doorbell.ring(bell, number)
    assert doorbell._rings.qsize() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("with_a_broker")
def test_a_real_broker_gets_the_ring(redis_url, django_capture_on_commit_callbacks):
    bell = Bell(redis_url)
    with django_capture_on_commit_callbacks(execute=True):
        doorbell.ring(bell, 7)
    wait_until(lambda: bell.heard == [(7,)])
