"""What the roll-up answers with: types only, shared by the reference and the live path, which share nothing else but words.

Numbers are whole 1/10 000 of the unit (`measures.rules.SCALE`); an exact `Fraction` where a quotient or a bridge makes them uneven. Ids are ints.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeVar, dataclass_transform

from followup.words import Completeness, Flag, ImplementationStatus, MissingReason, Protection, StatusSource, Trend, Verdict
from measures.rules import PARTS_OF_YEAR, IndicatorKind, Interval, TargetBasis

Number = int | Fraction
T = TypeVar("T")


@dataclass_transform(frozen_default=True, order_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """A frozen dataclass, where the type checker holds it frozen: ten years of a plan are made of thousands, and Python's own are slow to make."""
    return dataclass(slots=True, unsafe_hash=True, order=True)(cls)


_NAMED = re.compile(
    r"(?P<year>[12]\d{3})(?:-(?P<letter>[MQTH])(?P<number>\d{1,2})|\.\.(?P<last>[12]\d{3}))?|(?P<since>\.\.)?(?P<day>[12]\d{3}-\d{2}-\d{2})"
)
_INTERVALS = {"M": Interval.MONTH, "Q": Interval.QUARTER, "T": Interval.TERTIAL, "H": Interval.HALF_YEAR}


class Window(NamedTuple):
    """The days a figure is about, both included: a period, 1 January to a date, some whole years, or since the start."""

    start: date
    end: date

    @classmethod
    @lru_cache(maxsize=256)
    def year(cls, year: int) -> "Window":
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def years(cls, first: int, last: int) -> "Window":
        return cls(date(first, 1, 1), date(last, 12, 31))

    @classmethod
    def period(cls, year: int, interval: Interval, number: int) -> "Window":
        """The calendar period, e.g. tertial 2 of 2026: 1 May to 31 August."""
        months = 12 // PARTS_OF_YEAR[interval]
        first_after = number * months + 1
        after = date(year + 1, 1, 1) if first_after > 12 else date(year, first_after, 1)
        return cls(date(year, (number - 1) * months + 1, 1), date.fromordinal(after.toordinal() - 1))

    @classmethod
    def to_date(cls, end: date) -> "Window":
        return cls(date(end.year, 1, 1), end)

    @classmethod
    def since_start(cls, end: date) -> "Window":
        return cls(date.min, end)

    @classmethod
    def named(cls, text: str) -> "Window":
        """2026, 2026-T2, 2026-Q1, 2026-H2, 2026-M05, 2024..2026; 2026-08-31 is the year up to that day, ..2026-08-31 everything. Else ValueError."""
        found = _NAMED.fullmatch(text)
        if not found:
            raise ValueError(text)
        if found["last"]:
            return cls._range(int(found["year"]), int(found["last"]))
        if found["year"]:
            letter = found["letter"]
            return cls._part(int(found["year"]), _INTERVALS[letter], int(found["number"])) if letter else cls.year(int(found["year"]))
        day = date.fromisoformat(found["day"])
        return cls.since_start(day) if found["since"] else cls.to_date(day)

    @classmethod
    def _part(cls, year: int, interval: Interval, number: int) -> "Window":
        if not 1 <= number <= PARTS_OF_YEAR[interval]:
            raise ValueError(number)
        return cls.period(year, interval, number)

    @classmethod
    def _range(cls, first: int, last: int) -> "Window":
        if first > last:
            raise ValueError(first)
        return cls.years(first, last)

    @property
    def name(self) -> str:
        """What `named` reads as this window."""
        if self.is_since_start:
            return f"..{self.end}"
        if self.spans_years:
            return f"{self.start.year}..{self.end.year}"
        months = self.end.month - self.start.month + 1
        for letter, interval in _INTERVALS.items():
            if months * PARTS_OF_YEAR[interval] == 12 and self == Window.period(self.end.year, interval, self.end.month // months):
                return f"{self.end.year}-{letter}{self.end.month // months:0{2 if letter == 'M' else 1}}"
        return str(self.end.year) if self.is_whole_year else self.end.isoformat()

    @property
    def is_since_start(self) -> bool:
        return self.start == date.min

    @property
    def spans_years(self) -> bool:
        return self.start.year != self.end.year

    @property
    def is_whole_year(self) -> bool:
        return self == Window.year(self.end.year)

    def year_before(self) -> "Window":
        """The same window a year earlier. A window that ends with February does so in both years."""
        after = self.end + timedelta(days=1)
        year_earlier = date(after.year - 1, 3, 1) if (after.month, after.day) == (2, 29) else after.replace(year=after.year - 1)
        return Window(self.start.replace(year=self.start.year - 1), year_earlier - timedelta(days=1))

    def holds(self, start: date, end: date) -> bool:
        """Whether the whole of start–end lies inside (rule 1)."""
        return self.start <= start and end <= self.end


@value
class Missing:
    """An expected answer that is not there, by name and why."""

    obligation: int
    assignment: int
    actor: int
    reason: MissingReason
    name: str = field(default="", compare=False)


@value
class Mark:
    """A flag on a figure, and on which obligation it rests (0: on the whole)."""

    flag: Flag
    obligation: int = 0


@value
class Part:
    """What one assignment adds: its own figure over the window, before partners are put together."""

    assignment: int
    actor: int
    low: Number | None
    high: Number | None
    numerator: Number | None = None
    denominator: Number | None = None
    reports: tuple[int, ...] = ()
    name: str = field(default="", compare=False)
    protection: Protection | None = None


@value
class Cell:
    """One cell of a breakdown, e.g. ("gender", "woman")."""

    dimension: str
    name: str
    low: Number | None
    high: Number | None
    protection: Protection | None = None


@value
class Series:
    """The part of a figure that was answered under definitions that can be joined. `version` is the newest of them."""

    version: int
    low: Number | None
    high: Number | None
    approved: int


@value
class Preliminary:
    """The figure as it would be if everything that waits for review were approved, and how many answers wait."""

    low: Number | None
    high: Number | None
    pending: int


@value
class Figure:
    """A figure with its honesty (rule 2). `low` equals `high` unless people may be the same; both None: there is no figure.

    approved + len(missing) = expected; `requested` answers are asked for but neither due nor approved, outside coverage.
    `protection`: the number is kept from this reader (rule 8), and so are numerator, denominator and whatever would give it away.
    """

    indicator: int
    window: Window
    as_of: datetime
    kind: IndicatorKind | None
    low: Number | None = None
    high: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    approved: int = 0
    expected: int = 0
    received: int = 0
    on_time: int = 0
    requested: int = 0
    partners_complete: int = 0
    partners: int = 0
    missing: tuple[Missing, ...] = ()
    preliminary: Preliminary | None = None
    completeness: Completeness = Completeness.PROVISIONAL
    flags: tuple[Mark, ...] = ()
    distribution: tuple[tuple[int, int], ...] = ()
    cells: tuple[Cell, ...] = ()
    parts: tuple[Part, ...] = ()
    series: tuple[Series, ...] = ()
    reports: tuple[int, ...] = ()
    protection: Protection | None = None

    @property
    def coverage(self) -> Fraction | None:
        return Fraction(self.approved, self.expected) if self.expected else None

    def has(self, flag: Flag) -> bool:
        return any(mark.flag == flag for mark in self.flags)


@value
class AgainstTarget:
    """A figure beside one line of targets, the original or the current (rule 5). Attainment 1 is 100 %, uncapped."""

    basis: TargetBasis
    baseline: Number | None
    target: int
    target_year: int
    final: int
    final_year: int
    attainment: tuple[Fraction, Fraction] | None
    final_attainment: tuple[Fraction, Fraction] | None
    path: Fraction | None
    verdict: Verdict


@value
class Change:
    """This window against the same one a year before, on those who answered both times (rule 2). Intervals are (low, high)."""

    trend: Trend
    pairs: int
    before: tuple[Number, Number] | None
    now: tuple[Number, Number] | None


@value
class Status:
    """The status of a measure in a window. `unreported` are the responsible assignments without an approved status."""

    measure: int
    status: ImplementationStatus | None
    source: StatusSource
    unreported: tuple[int, ...] = ()
    contributors: tuple[tuple[int, ImplementationStatus | None], ...] = ()


@value
class PercentDone:
    """The mean of what is stated, in per cent, with how many measures it rests on, and those that ended early."""

    mean: Fraction | None
    stated: int
    measures: int
    ended_early: tuple[int, ...] = ()
