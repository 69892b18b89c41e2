"""A mail server of our own, and rows to send through it."""

import itertools
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from stakeholders.transports import SmtpTransport
from tests.browser.site import Template
from tests.mail.machine import Machine
from tests.mail.sink import Sink

MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)  # a Monday, 08.30 in Stockholm


@pytest.fixture(scope="session")
def running_sink(tmp_path_factory) -> Iterator[Sink]:
    sink = Sink(tmp_path_factory.mktemp("sink"))
    yield sink
    sink.stop()


@pytest.fixture
def sink(running_sink) -> Sink:
    running_sink.empty()
    return running_sink


@pytest.fixture
def transport(sink) -> Iterator[SmtpTransport]:
    """The real way out, to the sink."""
    transport = SmtpTransport("127.0.0.1", sink.port, timeout=5)
    yield transport
    transport.close()


@pytest.fixture(scope="module")
def machine_template(tmp_path_factory) -> Template:
    return Template(tmp_path_factory.mktemp("machines"), f"samspel_mail_{os.getpid()}")


@pytest.fixture
def machine(machine_template, django_db_blocker) -> Iterator[Machine]:
    """An installation of its own, nothing started yet."""
    machine = Machine(machine_template, f"{machine_template.name}_{next(_numbers)}", django_db_blocker.unblock)
    yield machine
    machine.stop()


_numbers = itertools.count(1)
