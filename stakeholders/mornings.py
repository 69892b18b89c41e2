"""When people get mail from us: weekday mornings in Stockholm, never on a holiday or in the company's pause. Pure; no tables."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from stakeholders.clock import STOCKHOLM

MORNING = time(8)
MORNING_ENDS = time(10)
DAY_ENDS = time(16)
"""What the morning missed (nobody worked, or the mail server was down) still goes the same day until now."""

Pauses = Iterable[Mapping[str, str]]
"""[{"from": "2027-06-21", "to": "2027-08-08", "why": …}], both days included; as `Workspace.mail_pauses` stores them."""


def holidays(year: int) -> set[date]:
    """The days of a year, weekends aside, when Swedish offices are closed: the public holidays and the three eves."""
    easter = easter_sunday(year)
    midsummer_eve = next(day for day in _days(date(year, 6, 19), 7) if day.weekday() == 4)
    all_saints = next(day for day in _days(date(year, 10, 31), 7) if day.weekday() == 5)
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)]
    moving = [easter - timedelta(2), easter + timedelta(1), easter + timedelta(39), midsummer_eve, all_saints]
    return {*(date(year, month, day) for month, day in fixed), *moving}


def easter_sunday(year: int) -> date:
    """Easter by the Gregorian rule: the first Sunday after the full moon (by the tables) on or after 21 March."""
    golden, century = year % 19, year // 100
    drift = 15 + century - century // 4 - (13 + 8 * century) // 25  # leap days left out, and the moon's own
    days_after_equinox = (19 * golden + drift) % 30
    if days_after_equinox == 29 or (days_after_equinox == 28 and golden > 10):
        days_after_equinox -= 1
    full_moon = date(year, 3, 21) + timedelta(days_after_equinox)
    return full_moon + timedelta(6 - full_moon.weekday() or 7)


def is_mailing_day(day: date, pauses: Pauses = ()) -> bool:
    """A weekday that is neither a holiday nor within one of the company's pauses."""
    if day.weekday() >= 5 or day in holidays(day.year):
        return False
    return not any(pause["from"] <= day.isoformat() <= pause["to"] for pause in pauses)


def next_morning(moment: datetime, pauses: Pauses = ()) -> datetime:
    """The first mailing morning (08.00 Stockholm) after `moment`."""
    day = moment.astimezone(STOCKHOLM).date()
    if moment >= at(day, MORNING):
        day += timedelta(1)
    pauses = list(pauses)
    for later in _days(day, 400):
        if is_mailing_day(later, pauses):
            return at(later, MORNING)
    return at(day + timedelta(400), MORNING)  # a pause of more than a year is somebody's mistake: look again then


def soonest(moment: datetime, pauses: Pauses = ()) -> datetime:
    """When a mail that is ready at `moment` may go: at once in the daytime, else the next mailing morning."""
    pauses = list(pauses)
    return moment if is_daytime(moment, pauses) else next_morning(moment, pauses)


def is_daytime(moment: datetime, pauses: Pauses = ()) -> bool:
    """Whether a mail that nobody is waiting for may go out now."""
    local = moment.astimezone(STOCKHOLM)
    return MORNING <= local.time() < DAY_ENDS and is_mailing_day(local.date(), pauses)


def at(day: date, hour: time) -> datetime:
    """The moment when Stockholm's clocks show `hour` on `day`."""
    return datetime.combine(day, hour, STOCKHOLM)


def _days(first: date, count: int) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range(count))
