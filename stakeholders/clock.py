"""What time it is: the only place that asks. Days are Stockholm's, moments are UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

STOCKHOLM = ZoneInfo("Europe/Stockholm")

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _moment.get() or timezone.now()


def today() -> date:
    """Today's date in Stockholm, whatever the server's zone."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The Stockholm date of an aware moment (2026-12-31 23:30 UTC is 1 January 2027)."""
    return moment.astimezone(STOCKHOLM).date()


def last_day(until: datetime) -> date:
    """The last day before a moment that ends it: what is open until midnight is open through the day before."""
    return day_of(until - timedelta.resolution)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Live through `moment` instead: the demo's history is made with the real actions."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
