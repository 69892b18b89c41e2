"""Samspel's own programs, with a clock that has been moved or a death built in. Nothing in the product knows of them.

`python -m tests.mail.programs work`: `manage.py work` at MOMENT.
`python -m tests.mail.programs jobs STEP`: the heavy work that waits, killed at the step ("drawn", "half_stored", "before_commit", "after_commit").
`gunicorn tests.mail.programs:dying`: killed once when an answer has been stored and not yet confirmed, as long as the file DIES exists.
`gunicorn tests.mail.programs:waiting`: a doorbell that is waited for, as if there were no thread of its own.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.mail import hurried

assert hurried, "it moves the clock"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    answer = _application()(environ, start_response)
    mark = Path(os.environ["DIES"])
    if environ["PATH_INFO"].endswith("/submit/") and mark.exists():
        mark.unlink()
        die()
    return answer


def waiting(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    from stakeholders import doorbell

    def rung_here(task: Any, args: tuple) -> None:
        try:
            task.apply_async(args)
        except Exception as error:  # noqa: BLE001
            sys.stderr.write(f"{error}\n")

    doorbell._leave = rung_here
    return _application()(environ, start_response)


def _application() -> Callable:
    from config.wsgi import application

    return application


def work() -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", "work"])


def jobs(step: str) -> None:
    import django

    django.setup()
    from followup.models import FrozenFile
    from followup.tasks import run_jobs
    from stakeholders import jobs as heavy

    if step == "drawn":
        _die_in(heavy.Progress, "__call__", 2)
    elif step == "half_stored":
        _die_in(FrozenFile, "save", 3)
    elif step == "before_commit":
        _die_in(heavy.events, "record", 2)
    elif step == "after_commit":
        _die_in(heavy.Heartbeat, "beat", 1)
    run_jobs()


def _die_in(place: Any, name: str, nth: int) -> None:
    """Be killed when the nth call of a function begins."""
    function, calls = getattr(place, name), Counter()

    def fatal(*args: Any, **options: Any) -> Any:
        calls[name] += 1
        if calls[name] == nth:
            die()
        return function(*args, **options)

    setattr(place, name, fatal)


if __name__ == "__main__":
    {"work": work, "jobs": jobs}[sys.argv[1]](*sys.argv[2:])
