"""Production's Celery with its minute shortened to a second, so that a test need not wait: `celery -A tests.mail.hurried …`.

With MOMENT in the environment, it is that moment when the process starts, and time goes on from there.
"""

import os
import time
from datetime import datetime, timedelta
from types import SimpleNamespace

from config.celery import app

__all__ = ["app"]


def move_clock(moment: str) -> None:
    """Let `stakeholders.clock` start at `moment` in every thread of this process."""
    from stakeholders import clock

    began = time.monotonic()
    clock.timezone = SimpleNamespace(now=lambda: datetime.fromisoformat(moment) + timedelta(seconds=time.monotonic() - began))


for entry in app.conf.beat_schedule.values():
    entry["schedule"] = 1.0
if os.environ.get("MOMENT"):
    move_clock(os.environ["MOMENT"])
