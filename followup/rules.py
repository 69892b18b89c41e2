"""Pure functions about answers: no tables, no clock. Figures are integers of 1/10 000 of the unit."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from followup.transitions import State
from measures.rules import SCALE, IndicatorKind

FAR_OFF_TIMES = 2
FAR_OFF_UNITS = 5 * SCALE
FAR_OFF_POINTS = Fraction(20, 100)
NEVER_FAR_OFF = (IndicatorKind.LEVEL, IndicatorKind.MILESTONE, IndicatorKind.NARRATIVE)


def is_far_off(kind: str, now: Fraction | int | None, last: Fraction | int | None) -> bool:
    """Whether a figure calls for the question "Stämmer det?": more than twice or less than half of last time, and at least
    five units away. A ratio (given as numerator / denominator): at least 20 percentage points away. Nothing to compare with: no.
    """
    if now is None or last is None or kind in NEVER_FAR_OFF:
        return False
    if kind == IndicatorKind.RATIO:
        return abs(Fraction(now) - Fraction(last)) >= FAR_OFF_POINTS
    present, before = Fraction(now), Fraction(last)
    is_other_size = present > FAR_OFF_TIMES * before or FAR_OFF_TIMES * present < before
    return is_other_size and abs(present - before) >= FAR_OFF_UNITS


@dataclass(frozen=True)
class Contacted:
    """What is known about whether a question has come through: the latest moment of each, and whether somebody can be reached."""

    can_be_reached: bool = True
    begun_at: datetime | None = None
    opened_at: datetime | None = None
    reminded_at: datetime | None = None
    uncertain_at: datetime | None = None
    asked_at: datetime | None = None


SIGNS: dict[str, str] = {
    State.SUBMITTED: "to_review",
    State.CORRECTING: "to_review",
    State.APPROVED: "approved",
    State.RETURNED: "returned",
    State.WITHDRAWN: "withdrawn",
    State.EXEMPT: "exempt",
    State.CLOSED: "closed_without",
}


def sign_of(state: str, contacted: Contacted, is_past_due: bool) -> str:
    """The one sign (a name in stakeholders' symbols) that says most about an answer: what has come, else the last we know of it.

    An address that does not work goes before all but a begun answer; a sign of life (opened) before mail whose fate is unknown.
    """
    if state != State.UNANSWERED:
        return SIGNS[state]
    if contacted.begun_at:
        return "begun"
    if not contacted.can_be_reached:
        return "wrong_address"
    known = [
        (moment, name)
        for moment, name in (
            (contacted.reminded_at, "reminded"),
            (contacted.opened_at, "opened"),
            (contacted.uncertain_at, "uncertain_mail"),
        )
        if moment
    ]
    if known:
        return max(known)[1]
    return "overdue" if is_past_due else "asked"


_FIGURE = re.compile(
    r"(?:(?:ca|cirka|ungefär|circa)\.?|~)?\s*(?P<sign>[-−–]?)(?P<number>\d[\d ]*(?:[.,]\d+)?)\s*(?P<word>[^\d\s.,]*\.?)", re.IGNORECASE
)
LARGEST = 10**11


def read_figure(text: str, decimals: int = 0, *, may_be_negative: bool = False) -> int:
    """A figure as people type it: "25", "1 234,5", "ca 30", "12 st". Gives 1/10 000 of the unit.

    Raises ValueError("not a number" | "too many decimals" | "two meanings" | "too large"). Nothing is rounded or guessed:
    "1.234" can mean two things.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    found = _FIGURE.fullmatch(plain)
    if not found or (found["sign"] and not may_be_negative):
        raise ValueError("not a number")
    whole, mark, fraction = re.fullmatch(r"([\d ]+)([.,]?)(\d*)", found["number"]).groups()  # type: ignore[union-attr]
    groups = whole.split()
    if len(groups) > 1 and not (len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):
        raise ValueError("not a number")
    if mark == "." and len(fraction) == 3:
        raise ValueError("two meanings")
    if len(fraction.rstrip("0")) > decimals:
        raise ValueError("too many decimals")
    value = int("".join(groups)) * SCALE + int(fraction.ljust(4, "0")[:4] or 0)
    if value >= LARGEST * SCALE:
        raise ValueError("too large")
    return -value if found["sign"] else value
