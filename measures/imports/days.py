"""Dates as people write them in plans: "31.12.2028", "1/3 2025", "T2 2025", "hösten 2030", "tills vidare".

A word for a stretch of time gives its first day when something starts and its last day when it ends; the preview says so.
Nothing is guessed: what is not understood, or names a day that does not exist, says so.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from measures.imports.cells import says_nothing, text_of
from measures.spreadsheets import Cell

FIRST_YEAR, LAST_YEAR = 1950, 2150


@dataclass(frozen=True, slots=True)
class Day:
    """What a date cell says. `day` is None when there is none; `wrong` is a problem code when it cannot be read.

    `reading` is "stretch" when a word for a stretch of time was read as a day, "running" or "open" for "löpande" and
    "tills vidare", else "".
    """

    day: date | None = None
    reading: str = ""
    wrong: str = ""


def read_day(cell: Cell, *, is_end: bool) -> Day:
    """The day in a cell, as the start or the end of something."""
    if isinstance(cell, bool):
        return Day(wrong="not_a_date")
    if isinstance(cell, date):
        return _checked(cell)
    if isinstance(cell, int | float):
        return _from_number(cell, is_end)
    return _from_text(text_of(cell), is_end)


def _checked(day: date, reading: str = "") -> Day:
    return Day(day, reading) if FIRST_YEAR <= day.year <= LAST_YEAR else Day(wrong="odd_year")


def _from_number(number: float, is_end: bool) -> Day:
    if number % 1:  # a fraction, or no number at all
        return Day(wrong="not_a_date")
    if FIRST_YEAR <= number <= LAST_YEAR:
        return _stretch(int(number), 1, 12, is_end)
    if 20_000 <= number <= 90_000:  # a date cell that lost its format: days since 1899-12-30
        return _checked(date(1899, 12, 30) + timedelta(days=int(number)), "stretch")
    return _from_text(str(int(number)), is_end)


def _stretch(year: int, first_month: int, last_month: int, is_end: bool) -> Day:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Day(wrong="odd_year")
    if is_end:
        return Day(date(year, last_month, monthrange(year, last_month)[1]), "stretch")
    return Day(date(year, first_month, 1), "stretch")


def _exact(year: int, month: int, day: int) -> Day:
    try:
        return _checked(date(year, month, day))
    except ValueError:
        return Day(wrong="no_such_day")


MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january",
            "februari feb february",
            "mars mar march",
            "april apr",
            "maj may",
            "juni jun june",
            "juli jul july",
            "augusti aug august",
            "september sept sep",
            "oktober okt october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_SEASONS = {"vår": (1, 6), "vt": (1, 6), "sommar": (6, 8), "höst": (7, 12), "ht": (7, 12)}
_PARTS = {"t": 3, "q": 4, "kv": 4, "h": 2, "halvår": 2, "tertial": 3, "kvartal": 4}
_FIRST, _SECOND = ("första", "1:a"), ("andra", "2:a")

_NAMED_MONTH = r"(?P<name>[a-zåäö]{3,9})\.?"
_YEAR = r"(?P<year>\d{4})"
_SHORT_YEAR = r"(?P<year>\d{4}|\d{2})"


def _year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _day_of_match(found: re.Match[str], is_end: bool) -> Day:
    return _exact(_year(found["year"]), int(found["month"]), int(found["day"]))


def _day_of_named_month(found: re.Match[str], is_end: bool) -> Day | None:
    month = MONTHS.get(found["name"])
    return _exact(_year(found["year"]), month, int(found["day"])) if month else None


def _named_month(found: re.Match[str], is_end: bool) -> Day | None:
    month = MONTHS.get(found["name"])
    return _stretch(_year(found["year"]), month, month, is_end) if month else None


def _numbered_month(found: re.Match[str], is_end: bool) -> Day:
    month = int(found["month"])
    return _stretch(int(found["year"]), month, month, is_end) if 1 <= month <= 12 else Day(wrong="no_such_day")


def _part_of_year(found: re.Match[str], is_end: bool) -> Day:
    parts, number = _PARTS[found["part"]], int(found["number"])
    if not 1 <= number <= parts:
        return Day(wrong="not_a_date")
    months = 12 // parts
    return _stretch(int(found["year"]), (number - 1) * months + 1, number * months, is_end)


def _half_in_words(found: re.Match[str], is_end: bool) -> Day:
    return _stretch(int(found["year"]), *((1, 6) if found["which"] in _FIRST else (7, 12)), is_end)


def _season(found: re.Match[str], is_end: bool) -> Day:
    return _stretch(_year(found["year"]), *_SEASONS[found["season"]], is_end)


def _week(found: re.Match[str], is_end: bool) -> Day:
    try:
        return _checked(date.fromisocalendar(int(found["year"]), int(found["week"]), 7 if is_end else 1), "stretch")
    except ValueError:
        return Day(wrong="no_such_day")


def _school_year(found: re.Match[str], is_end: bool) -> Day:
    year = int(found["year"])
    return _stretch(year + 1, 1, 6, True) if is_end else _stretch(year, 7, 12, False)


def _turn_of_year(found: re.Match[str], is_end: bool) -> Day:
    year = int(found["year"])
    return _stretch(year, 1, 12, True) if is_end else _stretch(year + 1, 1, 12, False)


def _whole_year(found: re.Match[str], is_end: bool) -> Day:
    return _stretch(int(found["year"]), 1, 12, is_end)


def _no_year(found: re.Match[str], is_end: bool) -> Day | None:
    month = int(found["month"]) if "month" in found.groupdict() else MONTHS.get(found["name"])
    if not month:
        return None
    possible = 1 <= month <= 12 and 1 <= int(found["day"]) <= monthrange(2024, month)[1]
    return Day(wrong="no_year" if possible else "no_such_day")


_Reader = Callable[[re.Match[str], bool], Day | None]
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (_YEAR + r"[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[ t]\d{1,2}[:.]\d{2}.*)?", _day_of_match),
        (r"(?P<year>(?:19|20|21)\d{2})(?P<month>\d{2})(?P<day>\d{2})", _day_of_match),
        (r"(?P<day>\d{1,2})\s?[./-]\s?(?P<month>\d{1,2})\s?[./ -]\s?" + _SHORT_YEAR, _day_of_match),
        (r"(?:den )?(?P<day>\d{1,2})(?::e|:a|\.)?[ -]?" + _NAMED_MONTH + r"[ -]" + _SHORT_YEAR, _day_of_named_month),
        (r"(?:slutet av |början av )?" + _NAMED_MONTH + r"[ -]?" + _YEAR, _named_month),
        (_YEAR + r"[-/.](?P<month>\d{1,2})", _numbered_month),
        (r"(?P<part>tertial|kvartal|halvår|kv|[tqh])\.? ?(?P<number>\d)[ ,/-]*" + _YEAR, _part_of_year),
        (_YEAR + r"[ ,/-]*(?P<part>tertial|kvartal|halvår|kv|[tqh])\.? ?(?P<number>\d)", _part_of_year),
        (r"(?P<which>första|andra|1:a|2:a) halvåret " + _YEAR, _half_in_words),
        (r"(?P<season>vår|höst|sommar|vt|ht)(?:en|terminen|termin)?[ -]?" + _SHORT_YEAR, _season),
        (r"v(?:ecka)?\.? ?(?P<week>\d{1,2})[ ,/-]+" + _YEAR, _week),
        (r"läsår(?:et)? " + _YEAR + r" ?[/-] ?(?:\d{2}){1,2}", _school_year),
        (r"årsskiftet " + _YEAR + r" ?[/-] ?(?:\d{2}){1,2}", _turn_of_year),
        (r"(?:år )?" + _YEAR, _whole_year),
        (r"(?P<day>\d{1,2})(?::e|:a|\.)? ?" + _NAMED_MONTH, _no_year),
        (r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})", _no_year),
    )
)
_BEFORE = re.compile(r"^(?:fr\.? ?o\.? ?m\.?|t\.? ?o\.? ?m\.?|från och med|till och med|från|till|from|tom|senast|start|slut):? +")
_RUNNING = {"löpande", "pågår", "pågående", "fortlöpande", "kontinuerligt", "ständigt", "redan igång"}
_OPEN = {"tills vidare", "tillsvidare", "tv", "t.v.", "utan slutdatum", "inget slutdatum", "permanent", "varje år", "årligen"}


@lru_cache(maxsize=4096)
def _from_text(text: str, is_end: bool) -> Day:
    if says_nothing(text):
        return Day()
    plain = " ".join(text.casefold().replace("–", "-").replace("—", "-").replace("−", "-").split()).rstrip(".,;")
    if plain in _RUNNING or (is_end and plain in _OPEN):
        return Day(reading="open" if is_end else "running")
    plain = _BEFORE.sub("", plain)
    for pattern, reader in _FORMS:
        if (found := pattern.fullmatch(plain)) and (day := reader(found, is_end)):
            return day
    return Day(wrong="not_a_date")
