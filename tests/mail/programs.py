"""Samspel's own programs, with a clock that has been moved or a death built in. Nothing in the product knows of them.

`python -m tests.mail.programs work`: `manage.py work` at MOMENT.
`python -m tests.mail.programs jobs STEP`: the heavy work that waits, killed at the step ("drawn", "half_stored", "half_a_file", "before_commit",
"after_commit"); "told_first" is as if nothing protected: no transaction, and the result told before the file is there, which is half written.
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
    elif step == "half_a_file":
        _die_with_half_a_file(heavy.default_storage)
    elif step == "told_first":
        _without_transactions()
        _tell_first(heavy.default_storage)
        _die_with_half_a_file(heavy.default_storage)
    elif step == "before_commit":
        _die_in(heavy.events, "record", 1, about="job.done")
    elif step == "after_commit":
        _die_in(heavy.Heartbeat, "beat", 1)
    run_jobs()


def _die_in(place: Any, name: str, nth: int, about: str = "") -> None:
    """Be killed when the nth call of a function begins; `about`: only calls whose first argument this is are counted."""
    function, calls = getattr(place, name), Counter()

    def fatal(*args: Any, **options: Any) -> Any:
        calls[name] += not about or args[0] == about
        if calls[name] == nth:
            die()
        return function(*args, **options)

    setattr(place, name, fatal)


def _die_with_half_a_file(storage: Any) -> None:
    def half(name: str, content: Any) -> None:
        whole = content.read()
        Path(storage.path(name)).parent.mkdir(parents=True, exist_ok=True)
        Path(storage.path(name)).write_bytes(whole[: len(whole) // 2])
        die()

    storage._save = half


def _without_transactions() -> None:
    from django.db import transaction

    transaction.Atomic.__enter__ = lambda self: None
    transaction.Atomic.__exit__ = lambda self, *_error: None


def _tell_first(storage: Any) -> None:
    from stakeholders.models import Job

    save = storage.save

    def told(name: str, content: Any) -> str:
        kept = {"path": name, "name": "a.xlsx", "content_type": "application/octet-stream", "size": content.size}
        Job.objects.update(state="done", result={"file": kept})
        return save(name, content)

    storage.save = told


if __name__ == "__main__":
    {"work": work, "jobs": jobs}[sys.argv[1]](*sys.argv[2:])
