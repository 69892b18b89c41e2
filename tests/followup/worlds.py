"""A small world that a scenario is told to: who is asked, what they answer, what is decided. One telling, several worlds.

`World` is the language. `ReferenceWorld` keeps what it is told as facts for the pure reference; the others write it to the database
and read the figures back by function, page or API.
"""

import contextlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from followup.figures import AgainstTarget, Change, Figure, PercentDone, Status, Window
from followup.reference import facts as f
from followup.reference.figure import figure
from followup.reference.revisions import Revision, revision
from followup.reference.statuses import measure_status, measures_under, percent_done, status_counts
from followup.reference.targets import against_targets
from followup.reference.trend import trend
from followup.suppression import Sums, Suppression
from followup.words import LineState, RulingKind
from measures.rules import SCALE, AssignmentRole, EffectLevel, IndicatorKind, Interval, TargetBasis, VersionLink
from stakeholders.refusals import Refusal

PERIOD = re.compile(r"(\d{4})(?:(M|Q|T|H)(\d+))?")
INTERVALS = {"M": Interval.MONTH, "Q": Interval.QUARTER, "T": Interval.TERTIAL, "H": Interval.HALF_YEAR, None: Interval.YEAR}
DAYS_TO_ANSWER = 22
THRESHOLD = 5


def scaled(number: Any) -> Any:
    """12, "0.1" or None, in 1/10 000; pairs by part."""
    if number is None or number == "":
        return None
    if isinstance(number, tuple):
        return tuple(scaled(each) for each in number)
    return number * SCALE if isinstance(number, int | Fraction) else int(Decimal(number) * SCALE)


def parse_period(text: str) -> tuple[int, Interval, int]:
    """ "2026T2" is tertial 2 of 2026, "2026" the year."""
    year, letter, number = PERIOD.fullmatch(text).groups()
    return int(year), INTERVALS[letter], int(number or 1)


def window(text: str | Window) -> Window:
    """ "2026T2", "2026", or "2026-08-31" for the year to that date, or "–2026-08-31" for everything up to it."""
    if isinstance(text, Window):
        return text
    if text.startswith("–"):
        return Window.since_start(date.fromisoformat(text[1:]))
    return Window.to_date(date.fromisoformat(text)) if "-" in text else Window.period(*parse_period(text))


def moment(text: str) -> datetime:
    """Noon of a day, in UTC."""
    return datetime.combine(date.fromisoformat(text), time(12), UTC)


class Shown(dict):
    """Numbers by category ("" is the whole), each a number or why it is not shown."""


class World:
    """The language of the scenarios. Verbs record; `figure`, `against`, `status` … ask; `shows` compares."""

    def __init__(self) -> None:
        self.now = moment("2026-01-02")

    def on(self, day: str) -> None:
        """From here on it is (at least) noon of this day."""
        assert moment(day) >= self.now, "time does not run backwards"
        self.now = moment(day)

    def attempts(self, what: Callable[[], Any]) -> None:
        """Try something that some worlds refuse; the figures must be the same whether they do."""
        with contextlib.suppress(Refusal):
            what()

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def reports(self, actor: str, period: str, value: Any = None, **said: Any) -> Any:
        """Submitted and approved."""
        report = self.submits(actor, period, value, **said)
        self.approves(report)
        return report

    def shows(self, indicator: str, when: str | Window, value: Any = ..., of: tuple[int, int] | None = None, **expected: Any) -> Figure:
        """`value`: a number, (low, high) or None for no figure; `of`: (approved, expected); the rest by name."""
        shown = self.figure(
            indicator, when, **{key: expected.pop(key) for key in ("as_of", "actors", "goal", "measure") if key in expected}
        )
        if value is not ...:
            low_high = value if isinstance(value, tuple) else (value, value)
            assert (shown.low, shown.high) == scaled(low_high)
        if of is not None:
            assert (shown.approved, shown.expected) == of
        if "missing" in expected:
            assert {self.actor_name(each.actor): each.reason for each in shown.missing} == expected.pop("missing")
        if "flags" in expected:
            assert {mark.flag for mark in shown.flags} == set(expected.pop("flags"))
        if "fraction" in expected:
            assert (shown.numerator, shown.denominator) == scaled(expected.pop("fraction"))
        for name, wanted in expected.items():
            assert getattr(shown, name) == wanted, name
        return shown


class ReferenceWorld(World):
    """Keeps what it is told as facts, and asks the reference."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = f.Facts()
        self.ids = itertools.count(1)
        self.named: dict[tuple[str, str], int] = {}

    # ── what is told ────────────────────────────────────────────────────────────────────────────────────────────────

    def goal(self, name: str, parent: str | None = None) -> None:
        self._add("goals", f.Goal(self._id("goal", name), self._id("goal", parent) if parent else None))

    def measure(
        self, name: str, goal: str | None = None, start: str | None = None, outcome: int | None = None, impact: int | None = None
    ) -> None:
        begins = date.fromisoformat(start) if start else None
        self._add("measures", f.Measure(self._id("measure", name), self._id("goal", goal) if goal else 0, begins, outcome, impact))

    def indicator(
        self,
        name: str,
        kind: IndicatorKind | None,
        level: EffectLevel = EffectLevel.OUTPUT,
        measures: Iterable[str] = ("m",),
        **definition: Any,
    ) -> None:
        for measure in measures:
            if ("measure", measure) not in self.named:
                self.measure(measure)
        self._add("indicators", f.Indicator(self._id("indicator", name), level, frozenset(self._id("measure", each) for each in measures)))
        self._define(name, date(2020, 1, 1), kind, **definition)

    def redefines(self, name: str, start: str, link: VersionLink, **changed: Any) -> None:
        """A new definition from a day on; what is not said stays as it was."""
        before = [version for version in self.facts.versions if version.indicator == self._id("indicator", name)][-1]
        version = replace(before, id=next(self.ids), start=date.fromisoformat(start), recorded_at=self.tick(), link=link, factor=None)
        self._add("versions", replace(version, **changed))

    def target(self, indicator: str, year: int, value: Any, basis: TargetBasis = TargetBasis.PER_YEAR) -> None:
        self._add("targets", f.Target(next(self.ids), self._id("indicator", indicator), year, scaled(value), basis, self.tick()))

    def baseline(self, indicator: str, year: int, value: Any) -> None:
        self._add("baselines", f.Baseline(next(self.ids), self._id("indicator", indicator), year, scaled(value), self.tick()))

    def asks(
        self,
        actor: str,
        indicators: Iterable[str],
        periods: Iterable[str],
        measure: str = "m",
        role: AssignmentRole = AssignmentRole.RESPONSIBLE,
        start: str = "2020-01-01",
        end: str | None = None,
    ) -> None:
        """An assignment, and an answer to be given for each period. Said again for the same actor and measure: more periods."""
        if ("measure", measure) not in self.named:
            self.measure(measure)
        known = ("assignment", f"{actor}/{measure}") in self.named
        assignment = self._id("assignment", f"{actor}/{measure}")
        if not known:
            ends = date.fromisoformat(end) if end else None
            self._add(
                "assignments",
                f.Assignment(
                    assignment, self._id("actor", actor), self._id("measure", measure), role, date.fromisoformat(start), ends, self.tick()
                ),
            )
        for period in periods:
            obligation = self._id("obligation", f"{actor}/{measure}/{period}")
            recorded_at = self.tick()
            self._add("obligations", f.Obligation(obligation, assignment, self._period(period), recorded_at))
            for indicator in indicators:
                self._add("pins", f.Pin(next(self.ids), obligation, self._version(indicator, period).id, recorded_at))

    def submits(self, actor: str, period: str, value: Any = None, measure: str = "m", **said: Any) -> int:
        """One line by default, about the one indicator asked for: `value`, `zero`, `fraction`, `new`, `cells`, `state` or `lines` by indicator."""
        said.pop("by_reviewer", None)
        obligation = self._id("obligation", f"{actor}/{measure}/{period}")
        status, percent, lines = said.pop("status", None), said.pop("percent", None), said.pop("lines", None)
        pins = [pin for pin in self.facts.pins if pin.obligation == obligation]
        by_version = {pin.version: {"value": value, **said} for pin in pins} if lines is None else {}
        for indicator, answer in (lines or {}).items():
            by_version[self._version(indicator, period).id] = answer if isinstance(answer, dict) else {"value": answer}
        earlier = [report for report in self.facts.reports if report.obligation == obligation]
        report = f.Report(
            id=next(self.ids),
            obligation=obligation,
            version=len(earlier) + 1,
            submitted_at=self.tick(),
            status=status,
            percent=percent,
            lines=tuple(self._line(version, **answer) for version, answer in by_version.items()),
        )
        self._add("reports", report)
        return report.id

    def approves(self, *reports: int) -> None:
        for report in reports:
            self._decide(report, approved_at=self.tick())

    def returns(self, report: int) -> None:
        self._decide(report, returned_at=self.tick())

    def withdraws(self, report: int) -> None:
        self._decide(report, withdrawn_at=self.tick())

    def exempts(self, actor: str, period: str, measure: str = "m") -> None:
        self._rule(actor, period, measure, RulingKind.EXEMPT)

    def reinstates(self, actor: str, period: str, measure: str = "m") -> None:
        self._rule(actor, period, measure, RulingKind.REINSTATE)

    def extends(self, actor: str, period: str, due: str, measure: str = "m") -> None:
        self._rule(actor, period, measure, RulingKind.EXTEND, date.fromisoformat(due))

    def closes(self, period: str) -> None:
        closed = self._period(period)
        self.facts = replace(
            self.facts, periods=tuple(replace(each, closed_at=self.tick()) if each.id == closed else each for each in self.facts.periods)
        )

    def unlocks(self, period: str, until: str) -> None:
        self._add("unlocks", f.Unlock(next(self.ids), self._period(period), moment(until), self.tick()))

    def publishes(self, period: str) -> datetime:
        return self.tick()

    def overlaps(
        self,
        indicator: str,
        when: str,
        kind: Any,
        *actors: str,
        overlap: Any = None,
        lead: str | None = None,
        measure: str = "m",
        between: bool = False,
    ) -> None:
        days = window(when)
        assignments = frozenset(self._id("assignment", f"{actor}/{measure}") for actor in actors)
        lead_assignment = self._id("assignment", f"{lead}/{measure}") if lead else None
        decision = f.OverlapDecision(
            next(self.ids),
            self._id("indicator", indicator),
            days.start,
            days.end,
            assignments,
            kind,
            self.tick(),
            overlap=scaled(overlap) or 0,
            lead=lead_assignment,
            is_between_groups=between,
        )
        self._add("overlaps", decision)

    def decides(self, measure: str, status: Any, from_day: str) -> None:
        """A pause or an end of a measure, or (None) that it is on again."""
        self._add(
            "measure_decisions",
            f.MeasureDecision(next(self.ids), self._id("measure", measure), status, date.fromisoformat(from_day), self.tick()),
        )

    # ── what is asked ───────────────────────────────────────────────────────────────────────────────────────────────

    def figure(self, indicator: str, when: str | Window, as_of: datetime | None = None, **scope: Any) -> Figure:
        return figure(self.facts, self._id("indicator", indicator), window(when), as_of or self.now, self._scope(**scope))

    def against(self, indicator: str, when: str) -> tuple[AgainstTarget | None, AgainstTarget | None]:
        return against_targets(self.facts, self._id("indicator", indicator), window(when), self.now)

    def trend(self, indicator: str, when: str) -> Change:
        return trend(self.facts, self._id("indicator", indicator), window(when), self.now)

    def status(self, measure: str, when: str) -> Status:
        return measure_status(self.facts, self._id("measure", measure), window(when), self.now)

    def statuses(self, goal: str, when: str) -> Counter:
        return status_counts(self.facts, measures_under(self.facts, self._id("goal", goal)), window(when), self.now)

    def percent_done(self, goal: str, when: str) -> PercentDone:
        return percent_done(self.facts, measures_under(self.facts, self._id("goal", goal)), window(when), self.now)

    def revision(self, indicator: str, when: str, published: datetime) -> Revision | None:
        return revision(self.facts, self._id("indicator", indicator), window(when), published, self.now)

    def shown(self, indicator: str, when: str, audience: str) -> Shown:
        """What an audience sees of a figure and of its breakdowns."""
        full = self.figure(indicator, when)
        amounts = {"": int(full.low), **{cell.name: int(cell.low) for cell in full.cells}}
        sums = [("", [cell.name for cell in full.cells])] if full.cells else []
        hidden = Suppression([Sums(amounts, sums)], THRESHOLD).hidden()
        return Shown({name: hidden.get(name, amount) for name, amount in amounts.items()})

    def is_refused(self, what: Callable[[], Any]) -> bool:
        """The reference knows figures, not persons or locks: nothing is recorded, and everybody agrees that it was refused."""
        return True

    def reaches(self, actor: str, of: str, period: str) -> bool:
        return False

    def approvals(self) -> int:
        """How many approvals have been recorded, one by one."""
        return sum(report.approved_at is not None for report in self.facts.reports)

    def returns_of(self, actor: str, period: str, measure: str = "m") -> int:
        obligation = self._id("obligation", f"{actor}/{measure}/{period}")
        return sum(report.returned_at is not None for report in self.facts.reports if report.obligation == obligation)

    def actor_name(self, number: int) -> str:
        return next(name for (kind, name), known in self.named.items() if kind == "actor" and known == number)

    # ── how it is kept ──────────────────────────────────────────────────────────────────────────────────────────────

    def _add(self, kind: str, fact: Any) -> None:
        self.facts = replace(self.facts, **{kind: (*getattr(self.facts, kind), fact)})

    def _id(self, kind: str, name: str) -> int:
        if (kind, name) not in self.named:
            self.named[kind, name] = next(self.ids)
        return self.named[kind, name]

    def _define(self, name: str, start: date, kind: IndicatorKind | None, **definition: Any) -> None:
        self._add("versions", f.IndicatorVersion(next(self.ids), self._id("indicator", name), start, kind, self.tick(), **definition))

    def _version(self, indicator: str, period: str) -> f.IndicatorVersion:
        begins = window(period).start
        own = [version for version in self.facts.versions if version.indicator == self._id("indicator", indicator)]
        return [version for version in own if version.start <= begins][-1]

    def _period(self, text: str) -> int:
        known = ("period", text) in self.named
        number = self._id("period", text)
        if not known:
            year, interval, part = parse_period(text)
            days = window(text)
            self._add("periods", f.Period(number, year, interval, part, days.start, days.end, days.end + timedelta(days=DAYS_TO_ANSWER)))
        return number

    def _line(
        self,
        version: int,
        value: Any = None,
        zero: bool = False,
        state: LineState | None = None,
        new: Any = None,
        fraction: Any = None,
        cells: dict | None = None,
    ) -> f.Line:
        said = LineState.ZERO if zero else state or LineState.VALUE
        numerator, denominator = scaled(fraction) if fraction else (None, None)
        parts = tuple((dimension, name, scaled(number)) for dimension, own in (cells or {}).items() for name, number in own.items())
        return f.Line(version, said, scaled(value), scaled(new), numerator, denominator, parts)

    def _decide(self, report: int, **moments: datetime) -> None:
        self.facts = replace(
            self.facts, reports=tuple(replace(each, **moments) if each.id == report else each for each in self.facts.reports)
        )

    def _rule(self, actor: str, period: str, measure: str, kind: RulingKind, due: date | None = None) -> None:
        obligation = self._id("obligation", f"{actor}/{measure}/{period}")
        self._add("rulings", f.Ruling(next(self.ids), obligation, kind, self.tick(), due))

    def _scope(self, actors: Iterable[str] | None = None, measure: str | None = None, goal: str | None = None) -> f.Scope:
        chosen = {self._id("actor", actor) for actor in actors} if actors else None
        measures = {self._id("measure", measure)} if measure else measures_under(self.facts, self._id("goal", goal)) if goal else None
        return lambda each: (chosen is None or each.actor in chosen) and (measures is None or each.measure in measures)
