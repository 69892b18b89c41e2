"""How figures, days and periods are written to people. Values in, text out: no tables, and the clock only for "i dag"."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache

from django.db.models import Choices
from django.utils import formats, translation
from django.utils.translation import gettext as _

from stakeholders import clock

SCALE = 10_000
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
EN_DASH = "\N{EN DASH}"


def rounded(value: int | Fraction, decimals: int = 0) -> int:
    """`value` (in 1/10 000 of the unit) in whole 10^-`decimals` of the unit, half away from zero (rule 2 of docs/figures.md)."""
    numerator, denominator = value.numerator * 10**decimals, value.denominator * SCALE
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def number(value: int | Fraction | None, decimals: int = 0) -> str:
    """16400000 → "1 640", 35000 with one decimal → "3,5", None → "". The separators are those of the language in use."""
    if value is None:
        return ""
    return _grouped(rounded(value, decimals), decimals)


def whole(value: int) -> str:
    """A plain count, not scaled: 1640 → "1 640"."""
    return _grouped(value, 0)


def in_words(n: int) -> str:
    """A small count as it is said: 3 → "tre"; from thirteen on in figures."""
    words = ["noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"]
    return words[n] if _swedish() and 0 <= n < len(words) else whole(n)


SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_ONSETS = re.compile("[bfgkp]l|[bdfgkpt]r|[dkst]v|k?n|sk|skr|s[lmnp]|spr|st|str|tj")


def with_soft_hyphens(text: str, longest: int = 10) -> str:
    """Words of more than `longest` letters may break where Swedish does, for the head of a narrow column: "Trai-nee-plat-ser"."""
    return re.sub(rf"[^\W\d_]{{{longest + 1},}}", lambda word: _hyphenated(word.group()), text)


def _hyphenated(word: str) -> str:
    """A syllable begins with as many consonants as can begin a Swedish word, and nobody is left with fewer than three letters."""
    breaks = []
    for between in re.finditer(r"(?<=[aeiouyåäöé])([^aeiouyåäöé]+)(?=[aeiouyåäöé])", word.lower()):
        group = between.group()
        onset = next((group[start:] for start in range(len(group)) if _ONSETS.fullmatch(group[start:])), group[-1])
        breaks.append(between.end() - len(onset))
    return "".join((SOFT_HYPHEN if place in breaks and 3 <= place <= len(word) - 3 else "") + letter for place, letter in enumerate(word))


def percent(value: int | Fraction | None) -> str:
    """A share in 1/10 000 of the whole, without decimals: 7200 → "72 %"."""
    return percent_interval(value, value)


def percent_interval(low: int | Fraction | None, high: int | Fraction | None) -> str:
    """ "68–72 %"; one number when both are written alike; "" when there is no figure."""
    if low is None or high is None:
        return ""
    return f"{interval(Fraction(low) * 100, Fraction(high) * 100)}{NBSP}%"


def interval(low: int | Fraction | None, high: int | Fraction | None, decimals: int = 0) -> str:
    """ "340–410", or one number when both are written alike. No figure is "" (never 0)."""
    if low is None or high is None:
        return ""
    least = number(low, decimals)
    most = least if low == high else number(high, decimals)
    return least if least == most else f"{least}{EN_DASH}{most}"


def weekday(day: date) -> str:
    """ "fredag 22 januari": a last day, said so that it is remembered."""
    return formats.date_format(_day(day), "l j F")


def day_month(day: date) -> str:
    """ "22 januari" """
    return formats.date_format(_day(day), "j F")


def full_day(day: date) -> str:
    """ "22 januari 2027" """
    return formats.date_format(_day(day), "j F Y")


def short_day(day: date) -> str:
    """ "22 jan"; with the year when it is another than this one: "31 jan 2028"."""
    day = _day(day)
    month = "b" if _swedish() else "M"
    return formats.date_format(day, f"j {month}" if day.year == clock.today().year else f"j {month} Y")


def clock_time(moment: datetime) -> str:
    """ "14.31", Stockholm time."""
    return formats.time_format(moment.astimezone(clock.STOCKHOLM).time(), "H.i" if _swedish() else "H:i")


def day_and_time(moment: datetime) -> str:
    """ "onsdag 13 januari kl. 15.04"; with the year when it is another than this one: "onsdag 12 november 2025 kl. 16.00"."""
    day = _day(moment)
    written = weekday(day) if day.year == clock.today().year else formats.date_format(day, "l j F Y")
    return _("%(day)s kl. %(time)s") % {"day": written, "time": clock_time(moment)}


def when(moment: datetime) -> str:
    """How long ago, as one would say it in a list: "13.52" today, "i går", "12 maj", "12 maj 2025"."""
    day = _day(moment)
    if day == clock.today():
        return clock_time(moment)
    if day == clock.today() - timedelta(days=1):
        return _("i går")
    return short_day(day)


def span(first: date, last: date, short: bool = False) -> str:
    """A period of whole months by its first and last day: "september–december 2026", "mars 2026", a whole year "2026"."""
    month = "F" if not short else "b" if _swedish() else "M"
    if (first.month, last.month) == (1, 12) and first.year == last.year:
        return str(first.year)
    if (first.year, first.month) == (last.year, last.month):
        return formats.date_format(first, f"{month} Y")
    start = formats.date_format(first, month if first.year == last.year else f"{month} Y")
    return f"{start}{EN_DASH}{formats.date_format(last, f'{month} Y')}"


def listing(words: Iterable[object]) -> str:
    """ "a", "a och b", "a, b och c"."""
    *first, last = [str(word) for word in words] or [""]
    return _("%(first)s och %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def out_of(part: int, total: int) -> str:
    """ "19 av 24" """
    return _out_of(part, total, translation.get_language())


@lru_cache(maxsize=4096)
def _out_of(part: int, total: int, language: str | None) -> str:
    """Written once in each language: a year says the same few a thousand times."""
    return _("%(part)s av %(total)s") % {"part": whole(part), "total": whole(total)}


def label(choice: Choices) -> str:
    """The word of one of some choices, in the language in use."""
    return _label(choice, translation.get_language())


@lru_cache(maxsize=1024, typed=True)  # "withdrawn" is a word of several lists
def _label(choice: Choices, language: str | None) -> str:
    return str(choice.label)


def _grouped(value: int, decimals: int) -> str:
    if not decimals and 0 <= value < 1000:
        return str(value)
    separator, point = (NBSP, ",") if _swedish() else (",", ".")
    digits = str(abs(value)).rjust(decimals + 1, "0")
    integer, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    written = f"{int(integer):,}".replace(",", separator) + (point + fraction if fraction else "")
    return (MINUS if value < 0 else "") + written


def _day(day: date) -> date:
    return clock.day_of(day) if isinstance(day, datetime) else day


def _swedish() -> bool:
    return (translation.get_language() or "sv").startswith("sv")
