"""The doorbell: tells a worker that there is something to do. Nobody waits for it and nothing depends on it.

What is to be done stands as rows in the database, and the worker looks there now and then anyway. So a ring
may get lost – the broker down, or swallowing everything – and the only cost is a little time.
"""

import threading
from functools import partial
from queue import Full, Queue
from typing import Any

import structlog
from celery import signature
from django.conf import settings
from django.db import transaction

log = structlog.get_logger(__name__)

_rings: Queue[tuple[Any, tuple[Any, ...]]] = Queue(maxsize=100)
_ringer: threading.Thread | None = None
_starting = threading.Lock()


def ring(task: Any, *args: int | str) -> None:
    """Ask a worker to run the Celery `task` with `args` (ids, never rows), once this transaction is committed.

    `task` may be the name of a bell in settings.BELLS: the apps above hang their tasks there, so that who rings need not know them.
    Without a broker (the embedded default) nothing is sent: `manage.py work` sweeps on its own.
    """
    if settings.CELERY_BROKER_URL:
        task = signature(settings.BELLS[task], queue=task) if isinstance(task, str) else task
        transaction.on_commit(partial(_leave, task, args))


def _leave(task: Any, args: tuple[Any, ...]) -> None:
    """Leave the ring to a thread of its own: a broker that never answers must not hold up a page."""
    global _ringer
    try:
        _rings.put_nowait((task, args))
    except Full:
        log.warning("doorbell.dropped", task=task.name)
        return
    with _starting:
        if _ringer is None or not _ringer.is_alive():  # the first ring, or the first since a fork
            _ringer = threading.Thread(target=_ring_on, name="doorbell", daemon=True)
            _ringer.start()


def _ring_on() -> None:
    while True:
        task, args = _rings.get()
        try:
            task.apply_async(args)
        except Exception as error:  # noqa: BLE001 whatever is wrong with the broker, the rows are safe
            log.warning("doorbell.unanswered", task=task.name, error=type(error).__name__)
