"""One terminal: what `make run` keeps going."""

import subprocess
import sys
import time

import pytest

from config import serve


@pytest.fixture
def started(monkeypatch):
    """Every process that was started, and none left after."""
    processes: list[subprocess.Popen] = []

    def start(*words: str) -> subprocess.Popen:
        processes.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return processes[-1]

    monkeypatch.setattr(serve, "_start", start)
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def test_a_fallen_worker_is_started_again_after_a_pause_that_grows(started):
    worker = serve.Worker()
    worker.keep()
    assert len(started) == 1
    for times, pause in [(2, 2.0), (3, 4.0)]:
        started[-1].kill()
        started[-1].wait()
        worker.keep()
        assert len(started) == times - 1  # not yet: the pause is not over
        worker.began = time.monotonic() - worker.pause
        worker.keep()
        assert (len(started), worker.pause) == (times, pause)


def test_a_worker_that_lived_long_is_started_again_at_once(started):
    worker = serve.Worker()
    worker.pause = 16.0
    started[-1].kill()
    started[-1].wait()
    worker.began -= serve.LONGEST_PAUSE + 1
    worker.keep()
    assert (len(started), worker.pause) == (2, 1.0)


def test_all_are_ended_together(started):
    children = [serve._start(), serve._start()]
    serve._end(children)
    assert [child.poll() for child in children] == [-15, -15]


def test_a_taken_port_is_said_in_words(settings):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings.BASE_URL = f"http://127.0.0.1:{port}"
        with pytest.raises(SystemExit, match=f"Port {port} är upptagen."):
            serve._address()
