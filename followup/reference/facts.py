"""Everything the roll-up may look at, as recorded. `Facts.at(moment)` is what was known then (rule 1: as of T)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from followup.words import ImplementationStatus, LineState, Overlap, RulingKind
from measures.rules import AssignmentRole, Direction, EffectLevel, IndicatorKind, RatioOverTime, TargetBasis, VersionLink

Fact = TypeVar("Fact")
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True)
class Goal:
    """A node of the goal tree, which is always today's."""

    id: int
    parent: int | None = None


@dataclass(frozen=True)
class Measure:
    id: int
    goal: int = 0
    start: date | None = None
    months_to_outcome: int | None = None
    months_to_impact: int | None = None


@dataclass(frozen=True)
class MeasureDecision:
    """A decided pause or end from a day, or `status=None`: on again."""

    id: int
    measure: int
    status: ImplementationStatus | None
    from_day: date
    recorded_at: datetime


@dataclass(frozen=True)
class Assignment:
    """Recorded again under the same id when role or dates change; the latest recorded counts. An end before the start: it never ran."""

    id: int
    actor: int
    measure: int
    role: AssignmentRole
    start: date
    end: date | None
    recorded_at: datetime

    def runs_within(self, start: date, end: date) -> bool:
        """Whether it runs at least one day of start–end."""
        last = self.end or date.max
        return self.start <= last and self.start <= end and last >= start


@dataclass(frozen=True)
class Period:
    id: int
    year: int
    interval: str
    number: int
    start: date
    end: date
    due: date
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Unlock:
    """A closed period opened again for a time."""

    id: int
    period: int
    until: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class Obligation:
    """One expected answer."""

    id: int
    assignment: int
    period: int
    recorded_at: datetime


@dataclass(frozen=True)
class Pin:
    """The definition that an obligation asks for."""

    id: int
    obligation: int
    version: int
    recorded_at: datetime


@dataclass(frozen=True)
class Reporting:
    """That an assignment reports an indicator, until it was removed."""

    id: int
    assignment: int
    indicator: int
    recorded_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True)
class Ruling:
    """An exemption, reinstatement, extension (with its new due date) or closing without report."""

    id: int
    obligation: int
    kind: RulingKind
    recorded_at: datetime
    due: date | None = None


@dataclass(frozen=True)
class Line:
    """One figure of a report, in 1/10 000 of the unit. A level is its number, a milestone is reached when above zero.

    `cells` are (dimension, name, number); what they lack of the total is unknown.
    """

    version: int
    state: LineState
    number: int | None = None
    new: int | None = None
    numerator: int | None = None
    denominator: int | None = None
    cells: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True)
class Report:
    """One numbered version of an answer, with the moments of its life."""

    id: int
    obligation: int
    version: int
    submitted_at: datetime
    returned_at: datetime | None = None
    approved_at: datetime | None = None
    withdrawn_at: datetime | None = None
    status: ImplementationStatus | None = None
    percent: int | None = None
    lines: tuple[Line, ...] = ()


DECIDED = ("returned_at", "approved_at", "withdrawn_at")


@dataclass(frozen=True)
class Indicator:
    id: int
    level: EffectLevel | None = None
    measures: frozenset[int] = frozenset()


@dataclass(frozen=True)
class IndicatorVersion:
    """A definition from a period boundary on. `factor` bridges what is older; `tolerance` is in 1/10 000 (1 000 = 10 %)."""

    id: int
    indicator: int
    start: date
    kind: IndicatorKind | None
    recorded_at: datetime
    unit: str = ""
    direction: Direction | None = Direction.INCREASE
    tolerance: int = 1_000
    over_time: RatioOverTime = RatioOverTime.FLOW
    disjoint_denominators: bool = False
    running_total: bool = False
    counts_people: bool = False
    dimensions: tuple[str, ...] = ()
    link: VersionLink | None = None
    factor: Fraction | None = None


@dataclass(frozen=True)
class Target:
    id: int
    indicator: int
    year: int
    value: int
    basis: TargetBasis
    recorded_at: datetime


@dataclass(frozen=True)
class Baseline:
    id: int
    indicator: int
    year: int
    value: int
    recorded_at: datetime


@dataclass(frozen=True)
class OverlapDecision:
    """Whether these assignments reach the same people in exactly start–end, or (between groups) that no group does."""

    id: int
    indicator: int
    start: date
    end: date
    assignments: frozenset[int]
    kind: Overlap
    recorded_at: datetime
    overlap: int = 0
    lead: int | None = None
    is_between_groups: bool = False
    revoked_at: datetime | None = None


@dataclass(frozen=True, eq=False)
class Facts:
    goals: tuple[Goal, ...] = ()
    measures: tuple[Measure, ...] = ()
    measure_decisions: tuple[MeasureDecision, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    periods: tuple[Period, ...] = ()
    unlocks: tuple[Unlock, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    pins: tuple[Pin, ...] = ()
    reporting: tuple[Reporting, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    reports: tuple[Report, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    versions: tuple[IndicatorVersion, ...] = ()
    targets: tuple[Target, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    overlaps: tuple[OverlapDecision, ...] = ()

    @lru_cache(maxsize=16)  # noqa: B019 - a few moments of a few plans
    def at(self, moment: datetime) -> "Facts":
        """What was known at `moment`. The goal tree, the measures and which indicator they use are today's."""
        return replace(
            self,
            measure_decisions=_recorded(self.measure_decisions, moment),
            assignments=_recorded(self.assignments, moment),
            periods=tuple(_without_later(period, ("closed_at",), moment) for period in self.periods),
            unlocks=_recorded(self.unlocks, moment),
            obligations=_recorded(self.obligations, moment),
            pins=_recorded(self.pins, moment),
            reporting=tuple(_without_later(each, ("removed_at",), moment) for each in _recorded(self.reporting, moment)),
            rulings=_recorded(self.rulings, moment),
            reports=tuple(_without_later(report, DECIDED, moment) for report in self.reports if report.submitted_at <= moment),
            versions=_recorded(self.versions, moment),
            targets=_recorded(self.targets, moment),
            baselines=_recorded(self.baselines, moment),
            overlaps=tuple(_without_later(each, ("revoked_at",), moment) for each in _recorded(self.overlaps, moment)),
        )

    @cached_property
    def latest_assignments(self) -> list[Assignment]:
        """Each assignment as it was last recorded."""
        return list({assignment.id: assignment for assignment in self.assignments}.values())

    @cached_property
    def of_obligation(self) -> dict[int, list]:
        """The rulings, pins and reports of each obligation, in the order they were recorded."""
        grouped: dict[int, list] = {}
        kept: tuple[Ruling | Pin | Report, ...] = (*self.rulings, *self.pins, *self.reports)
        for fact in kept:
            grouped.setdefault(fact.obligation, []).append(fact)
        return grouped

    def about(self, obligation: Obligation, kind: type[Fact]) -> list[Fact]:
        return [fact for fact in self.of_obligation.get(obligation.id, ()) if isinstance(fact, kind)]


def _recorded(facts: Iterable[Any], moment: datetime) -> tuple:
    return tuple(sorted((fact for fact in facts if fact.recorded_at <= moment), key=lambda fact: (fact.recorded_at, fact.id)))


def _without_later(fact: Any, moments: Iterable[str], moment: datetime) -> Any:
    """The fact with only the moments that had come."""
    later = {name: None for name in moments if (getattr(fact, name) or moment) > moment}
    return replace(fact, **later) if later else fact


Scope = Callable[[Assignment], bool]
"""Which assignments a figure is about: an actor's, a measure's, those under a goal, in an area …"""


def everyone(assignment: Assignment) -> bool:
    return True


def stockholm_day(moment: datetime) -> date:
    return moment.astimezone(STOCKHOLM).date()
