"""A mail server of our own, and rows to send through it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from stakeholders.transports import SmtpTransport
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
