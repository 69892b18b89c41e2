"""When mail goes: weekday mornings, Swedish holidays, the company's pauses, and both nights when the clocks change."""

from datetime import UTC, date, datetime

import pytest

from stakeholders.clock import STOCKHOLM
from stakeholders.mornings import easter_sunday, holidays, is_daytime, is_mailing_day, next_morning

SUMMER = [{"from": "2027-06-21", "to": "2027-08-08", "why": "semester"}]


@pytest.mark.parametrize(
    ("year", "easter"),
    [(1954, (4, 18)), (1981, (4, 19)), (2000, (4, 23)), (2008, (3, 23)), (2025, (4, 20)), (2026, (4, 5)), (2038, (4, 25)), (2049, (4, 18))],
)
def test_easter(year, easter):
    assert easter_sunday(year) == date(year, *easter)


def test_the_holidays_of_2027():
    assert sorted(holidays(2027)) == [
        date(2027, 1, 1),
        date(2027, 1, 6),
        date(2027, 3, 26),
        date(2027, 3, 29),
        date(2027, 5, 1),
        date(2027, 5, 6),
        date(2027, 6, 6),
        date(2027, 6, 25),
        date(2027, 11, 6),
        date(2027, 12, 24),
        date(2027, 12, 25),
        date(2027, 12, 26),
        date(2027, 12, 31),
    ]


@pytest.mark.parametrize(
    ("day", "is_so"),
    [
        (date(2027, 1, 22), True),  # a Friday
        (date(2027, 1, 23), False),  # a Saturday
        (date(2027, 1, 6), False),  # Epiphany, a Wednesday
        (date(2027, 6, 18), True),
        (date(2027, 6, 21), False),  # the first day of the pause
        (date(2027, 8, 8), False),
        (date(2027, 8, 9), True),
    ],
)
def test_mailing_days(day, is_so):
    assert is_mailing_day(day, SUMMER) is is_so


@pytest.mark.parametrize(
    ("moment", "morning"),
    [
        ("2027-01-22 07:59", "2027-01-22 08:00"),
        ("2027-01-22 08:00", "2027-01-25 08:00"),  # Friday at eight: the next is Monday
        ("2026-12-23 20:00", "2026-12-28 08:00"),
        ("2027-06-18 12:00", "2027-08-09 08:00"),
        ("2027-03-27 12:00", "2027-03-30 08:00"),  # over Easter and the night when the clocks go forward
        ("2026-10-24 12:00", "2026-10-26 08:00"),  # and back
    ],
)
def test_the_next_morning_is_at_eight_by_the_clock_on_the_wall(moment, morning):
    local = datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM)
    found = next_morning(local.astimezone(UTC), SUMMER)
    assert found.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M") == morning


@pytest.mark.parametrize(("moment", "is_so"), [("2027-03-30 06:00", True), ("2027-03-30 05:59", False), ("2027-01-22 07:00", True)])
def test_daytime_begins_at_eight_in_winter_and_summer(moment, is_so):
    assert is_daytime(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_so
