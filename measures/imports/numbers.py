"""Numbers as people write them in plans: "1 250", "1 234,5", "18 %", "1,2 mkr", "0–6 mån / 1–2 år".

Figures become integers of 1/10 000 of their unit (rule 2 of docs/figures.md). What can mean two things is refused, not guessed.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from measures.imports.cells import says_nothing, text_of
from measures.rules import SCALE
from measures.spreadsheets import Cell

LARGEST = 10**11  # in units; what a stored integer holds with room to spare


@dataclass(frozen=True, slots=True)
class Number:
    """What a number cell says: `value` in 1/10 000 of the unit, or None when the cell is empty or `wrong` (a problem code).

    `note` is a problem code when something was read that the writer should know of: "rounded" or "about".
    """

    value: int | None = None
    decimals: int = 0
    note: str = ""
    wrong: str = ""


def read_number(cell: Cell, *, unit: str = "") -> Number:
    """The number in a cell. With unit "%" a bare fraction such as 0.18 is refused: it may be 18 % or 0.18 %."""
    if isinstance(cell, bool):
        return Number(wrong="not_a_number")
    if isinstance(cell, int | float):
        number = Decimal(repr(cell)) if abs(cell) < LARGEST else None
        if number is None:
            return Number(wrong="too_large")
        if unit == "%" and 0 < abs(number) <= 1:
            return Number(wrong="percent_or_fraction")
        return _scaled(number, "")
    return _from_text(text_of(cell), unit)


def read_money(cell: Cell) -> Number:
    """Kronor, in 1/10 000: understands kr, tkr, kkr, mkr, mnkr, miljoner and mdkr."""
    if isinstance(cell, int | float) or cell is None:
        return read_number(cell)
    text = text_of(cell).casefold()
    if says_nothing(text):
        return Number()
    found = _MONEY.fullmatch(text)
    if not found:
        return Number(wrong="not_an_amount")
    read = _from_text(found["number"], "")
    if read.value is None:
        return read if read.wrong else Number(wrong="not_an_amount")
    value = read.value * _MONEY_UNITS[(found["unit"] or "kr").rstrip(".").replace(" ", "")]
    return Number(value, 0, read.note) if value < LARGEST * SCALE else Number(wrong="too_large")


_MONEY_UNITS = {
    "kr": 1,
    "sek": 1,
    "kronor": 1,
    "tkr": 1000,
    "kkr": 1000,
    "tusenkronor": 1000,
    "mkr": 1_000_000,
    "mnkr": 1_000_000,
    "miljon": 1_000_000,
    "miljoner": 1_000_000,
    "miljonerkronor": 1_000_000,
    "miljonerkr": 1_000_000,
    "mdkr": 1_000_000_000,
    "mdr": 1_000_000_000,
}
_MONEY = re.compile(
    r"(?P<number>(?:ca\.? |cirka |omkring )?[\d\s.,'’]*\d)(?:[:,]-)?\s*"
    r"(?P<unit>kr|sek|kronor|tkr|kkr|tusen kronor|mkr|mnkr|miljoner kronor|miljoner kr|miljoner|miljon|mdkr|mdr)?\.?(?:\s*(?:per|/)\s*år)?"
)
_ABOUT = re.compile(r"^(?:ca|cirka|omkring|ungefär|runt|~|≈)\.? ?")
_DIGITS = re.compile(r"[+-]?\d+(?:\.\d+)?")
_SPACES_IN_NUMBER = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")


@lru_cache(maxsize=4096)
def _from_text(text: str, unit: str) -> Number:
    if says_nothing(text):
        return Number()
    plain = text.casefold().replace("−", "-").replace("–", "-")
    note = "about" if _ABOUT.match(plain) else ""
    plain = _ABOUT.sub("", plain)
    for ending in ("%", "procent", unit.casefold(), "st", "personer", "kr"):
        if ending and plain.endswith(ending):
            plain = plain.removesuffix(ending).rstrip()
            break
    plain = _SPACES_IN_NUMBER.sub("", plain)
    if _has_two_meanings(plain):
        return Number(wrong="thousands_or_decimals")
    if "," in plain and "." in plain:  # "1.234,5": points between thousands, a comma before the decimals
        plain = plain.replace(".", "") if re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+", plain) else "?"
    elif plain.count(".") > 1 and re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+", plain):
        plain = plain.replace(".", "")
    plain = plain.replace(",", ".")
    if not _DIGITS.fullmatch(plain):
        return Number(wrong="not_a_number")
    try:
        number = Decimal(plain)
    except InvalidOperation:  # pragma: no cover - the pattern above leaves only digits
        return Number(wrong="not_a_number")
    return _scaled(number, note)


def _has_two_meanings(plain: str) -> bool:
    """ "1.250" and "1,250" may be a thousand and more, or one and a quarter. "0,125" and "1250,125" may not."""
    return bool(re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", plain))


def _scaled(number: Decimal, note: str) -> Number:
    if abs(number) >= LARGEST:
        return Number(wrong="too_large")
    value = int((number * SCALE).to_integral_value(ROUND_HALF_UP))
    rounded = Decimal(value) / SCALE
    if abs(rounded - number) > Decimal("1e-9"):
        note = note or "rounded"
    exponent = rounded.normalize().as_tuple().exponent
    return Number(value, max(0, -int(exponent)), note)


# --- time to effect ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EffectTime:
    """Months until the outputs (prestation) and the outcomes (utfall) can be seen: (earliest, latest), None where not said."""

    output: tuple[int, int | None] | None = None
    outcome: tuple[int, int | None] | None = None
    is_clear: bool = True


_TIME = re.compile(
    r"(?P<low>\d{1,3}(?:[.,]5)?)\s?(?P<more>\+)?(?:\s?-\s?(?P<high>\d{1,3}(?:[.,]5)?))?\s?(?P<after>\+)?\s?"
    r"(?P<unit>mån(?:ad(?:er)?)?|m|år|å)\.?\s?(?P<last>\+)?"
)


@lru_cache(maxsize=4096)
def read_effect_time(text: str) -> EffectTime:
    """ "0–6 mån / 1–2 år" is 0–6 months to the outputs and 12–24 to the outcomes. One stretch alone is the outcomes'."""
    if says_nothing(text):
        return EffectTime()
    parts = [part.strip() for part in text.casefold().replace("–", "-").replace("—", "-").split("/")]
    if len(parts) > 2:
        return EffectTime(is_clear=False)
    read = [_months(part) for part in parts]
    is_clear = all(months or part == "löpande" for months, part in zip(read, parts, strict=True))
    if len(read) == 1:
        return EffectTime(None, read[0], is_clear)
    return EffectTime(read[0], read[1], is_clear)


def _months(part: str) -> tuple[int, int | None] | None:
    found = _TIME.search(part)
    if not found:
        return None
    months = 12 if found["unit"].startswith("å") else 1
    low = _half_to_int(found["low"], months)
    if found["high"]:
        high = _half_to_int(found["high"], months)
        return (low, high) if low <= high else None
    return (low, None) if found["more"] or found["after"] or found["last"] else (low, low)


def _half_to_int(text: str, months: int) -> int:
    return int(Decimal(text.replace(",", ".")) * months)
