"""The worker: sends mail, plans reminders, seals history, does heavy work. One is enough; several do no harm."""

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connections

from followup import tasks

log = structlog.get_logger(__name__)

EVERY = 2.0
"""Seconds between two looks for mail and heavy work."""

EACH_MINUTE = 60.0
EACH_HOUR = 3600.0
LAST_WORD = 20.0
"""Seconds that heavy work gets to end in when the worker is told to stop; what is not done then is done again later."""


class Command(BaseCommand):
    help = "Gör bakgrundsarbetet: mejl, påminnelser, historikens kedja och tunga arbeten. Avslutas med SIGTERM eller Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="gör allt som väntar en gång och avsluta")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            for duty in (
                tasks.make_rounds,
                tasks.plan_reminders,
                tasks.send_mail,
                tasks.run_jobs,
                tasks.seal_events,
                tasks.forget_sessions,
            ):
                duty()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        heavy = threading.Thread(target=keep_at_it, args=(stop, [(tasks.run_jobs, EVERY)]), name="heavy", daemon=True)
        heavy.start()
        light: list[tuple[Callable[[], object], float]] = [
            (tasks.make_rounds, EACH_MINUTE),
            (tasks.plan_reminders, EACH_MINUTE),
            (lambda: tasks.send_mail(stop.is_set), EVERY),
            (tasks.seal_events, EACH_MINUTE),
            (tasks.forget_sessions, EACH_HOUR),
        ]
        keep_at_it(stop, light)
        heavy.join(LAST_WORD)


def keep_at_it(stop: threading.Event, duties: list[tuple[Callable[[], object], float]]) -> None:
    """Do each duty at its interval until told to stop. Whatever goes wrong is logged, and tried again."""
    due = dict.fromkeys(range(len(duties)), 0.0)
    while not stop.is_set():
        for number, (duty, interval) in enumerate(duties):
            if time.monotonic() < due[number] or stop.is_set():
                continue
            due[number] = time.monotonic() + interval
            try:
                close_old_connections()
                duty()
            except Exception:
                log.exception("work.failed", duty=number)
        stop.wait(EVERY / 2)
    connections.close_all()
