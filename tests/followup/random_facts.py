"""Random plans that could have happened: every fact in an order people could have recorded it, within the constraints of the database."""

import itertools
import random
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from followup.figures import Window
from followup.reference import facts as f
from followup.words import UNKNOWN, ImplementationStatus, LineState, Overlap, RulingKind
from measures.rules import (
    PARTS_OF_YEAR,
    SCALE,
    AssignmentRole,
    Direction,
    EffectLevel,
    IndicatorKind,
    Interval,
    RatioOverTime,
    TargetBasis,
    VersionLink,
)

YEARS = (2024, 2025, 2026)
FIRST, LAST = datetime(2023, 12, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
DIMENSIONS = {"gender": ("kvinna", "man"), "age": ("0–17", "18–")}
ADDED = (IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.STOCK, IndicatorKind.PEOPLE)


def random_windows(rnd: random.Random) -> list[Window]:
    """A few windows of each sort; of the spans of years one covers all, and one may begin before anything did or end after."""
    year = rnd.choice(YEARS)
    first, last = sorted(rnd.sample(range(min(YEARS) - 1, max(YEARS) + 2), 2))
    return [
        Window.year(year),
        Window.period(year, Interval.TERTIAL, rnd.randint(1, 3)),
        Window.period(year, Interval.HALF_YEAR, rnd.randint(1, 2)),
        Window.period(year, Interval.QUARTER, rnd.randint(1, 4)),
        Window.to_date(Window.period(year, Interval.TERTIAL, 2).end),
        Window.since_start(date(year, 12, 31)),
        Window.years(min(YEARS), max(YEARS)),
        Window.years(first, last),
    ]


class RandomPlan:
    """Builds `facts`, about so many actors × measures × indicators."""

    def __init__(self, rnd: random.Random, actors: int = 3, measures: int = 3, indicators: int = 3) -> None:
        self.rnd = rnd
        self.ids = itertools.count(1)
        self.goals = self._goals()
        self.measures = [self._measure() for _ in range(measures)]
        self.periods: dict[tuple, f.Period] = {}
        self.unlocks: list[f.Unlock] = []
        self.versions: list[f.IndicatorVersion] = []
        self.targets: list[f.Target] = []
        self.baselines: list[f.Baseline] = []
        self.indicators = [self._indicator() for _ in range(indicators)]
        self.assignments: list[f.Assignment] = []
        self.obligations: list[f.Obligation] = []
        self.pins: list[f.Pin] = []
        self.reporting: list[f.Reporting] = []
        self.rulings: list[f.Ruling] = []
        self.reports: list[f.Report] = []
        for actor in range(1, actors + 1):
            for measure in self.measures:
                if rnd.random() < 0.7:
                    self._assignment(actor, measure)
        self.overlaps = self._overlaps()
        self.decisions = self._measure_decisions()

    @property
    def facts(self) -> f.Facts:
        return f.Facts(
            goals=tuple(self.goals),
            measures=tuple(self.measures),
            measure_decisions=tuple(self.decisions),
            assignments=tuple(self.assignments),
            periods=tuple(self.periods.values()),
            unlocks=tuple(self.unlocks),
            obligations=tuple(self.obligations),
            pins=tuple(self.pins),
            reporting=tuple(self.reporting),
            rulings=tuple(self.rulings),
            reports=tuple(self.reports),
            indicators=tuple(self.indicators),
            versions=tuple(self.versions),
            targets=tuple(self.targets),
            baselines=tuple(self.baselines),
            overlaps=tuple(self.overlaps),
        )

    def moment(self, after: datetime = FIRST, before: datetime = LAST) -> datetime:
        """A moment nobody else has, between two others."""
        seconds = max(1, int((before - after).total_seconds()))
        return after + timedelta(seconds=self.rnd.randrange(seconds), microseconds=1 + next(self.ids) % 999_999)

    def soon(self, after: datetime) -> datetime:
        return self.moment(after, after + timedelta(days=self.rnd.choice((1, 10, 60))))

    def amount(self) -> int:
        return self.rnd.choice((0, 1, 3, 4, 5, 7, 12, 40, 1000)) * SCALE + self.rnd.choice((0, 0, 0, 1000, 2500, 1))

    # ── the plan ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _goals(self) -> list[f.Goal]:
        first, second, third = (next(self.ids) for _ in range(3))
        return [f.Goal(first), f.Goal(second, first), f.Goal(third, second)]

    def _measure(self) -> f.Measure:
        start = self.rnd.choice((None, date(2023, 5, 31), date(2024, 2, 29), date(2025, 1, 1)))
        months = [self.rnd.choice((None, 0, 6, 12, 30)) for _ in range(2)]
        return f.Measure(next(self.ids), self.rnd.choice(self.goals).id, start, *months)

    def _period(self, year: int, interval: Interval, number: int) -> f.Period:
        key = (year, interval, number)
        if key not in self.periods:
            days = Window.period(*key)
            due = days.end + timedelta(days=22)
            closed_at = self.moment(datetime.combine(due, datetime.min.time(), UTC)) if self.rnd.random() < 0.5 else None
            self.periods[key] = f.Period(next(self.ids), *key, days.start, days.end, due, closed_at)
            if closed_at and self.rnd.random() < 0.3:
                opened = self.moment(closed_at, LAST + timedelta(days=30))
                self.unlocks.append(f.Unlock(next(self.ids), self.periods[key].id, opened + timedelta(days=7), opened))
        return self.periods[key]

    def _indicator(self) -> f.Indicator:
        rnd = self.rnd
        linked = rnd.sample(self.measures, rnd.randint(1, len(self.measures)))
        indicator = f.Indicator(next(self.ids), rnd.choice(list(EffectLevel)), frozenset(measure.id for measure in linked))
        kind = rnd.choice([*IndicatorKind, *IndicatorKind, None])
        first = f.IndicatorVersion(
            id=next(self.ids),
            indicator=indicator.id,
            start=date(2024, 1, 1),
            kind=kind,
            recorded_at=self.moment(FIRST, datetime(2024, 1, 15, tzinfo=UTC)),
            unit=rnd.choice(("", "%", "‰")) if kind == IndicatorKind.RATIO else "st",
            direction=rnd.choice(list(Direction)),
            tolerance=rnd.choice((0, 500, 1000)),
            over_time=rnd.choice(list(RatioOverTime)),
            disjoint_denominators=rnd.random() < 0.7,
            running_total=kind in (IndicatorKind.COUNT, IndicatorKind.MONEY) and rnd.random() < 0.4,
            counts_people=kind == IndicatorKind.PEOPLE or rnd.random() < 0.2,
            dimensions=tuple(DIMENSIONS) if kind in ADDED and rnd.random() < 0.5 else (),
        )
        self.versions.append(first)
        previous = first
        for start in rnd.sample([date(2025, 1, 1), date(2025, 5, 1), date(2026, 1, 1)], k=rnd.choice((0, 0, 1, 2))):
            if start > previous.start:
                link = rnd.choice(list(VersionLink))
                factor = (
                    Fraction(rnd.choice((5_000, 20_000, 12_345)), SCALE) if link == VersionLink.BRIDGED and rnd.random() < 0.7 else None
                )
                recorded = self.moment(previous.recorded_at, datetime.combine(start, datetime.min.time(), UTC))
                previous = f.replace(previous, id=next(self.ids), start=start, link=link, factor=factor, recorded_at=recorded)
                self.versions.append(previous)
        for _ in range(rnd.randint(0, 3)):
            basis = rnd.choice(list(TargetBasis))
            self.targets.append(
                f.Target(next(self.ids), indicator.id, rnd.choice((2024, 2025, 2026, 2028)), self.amount(), basis, self.moment())
            )
        for _ in range(rnd.randint(0, 2)):
            self.baselines.append(f.Baseline(next(self.ids), indicator.id, rnd.choice((2023, 2024)), self.amount(), self.moment()))
        return indicator

    # ── who answers ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _assignment(self, actor: int, measure: f.Measure) -> None:
        rnd = self.rnd
        recorded = self.moment(FIRST, datetime(2024, 3, 1, tzinfo=UTC))
        start = rnd.choice((date(2024, 1, 1), date(2024, 1, 1), date(2024, 6, 15), date(2025, 2, 1)))
        end = rnd.choice((None, None, None, date(2025, 8, 31), date(2026, 6, 30)))
        assignment = f.Assignment(next(self.ids), actor, measure.id, rnd.choice(list(AssignmentRole)), start, end, recorded)
        self.assignments.append(assignment)
        if rnd.random() < 0.2:
            stopped = rnd.choice((start - timedelta(days=1), date(2025, 4, 30), date(2025, 11, 11)))
            self.assignments.append(f.replace(assignment, end=stopped, recorded_at=self.moment(recorded)))
        asked = [indicator for indicator in self.indicators if measure.id in indicator.measures]
        for indicator in asked:
            removed = self.moment(recorded) if rnd.random() < 0.1 else None
            self.reporting.append(f.Reporting(next(self.ids), assignment.id, indicator.id, recorded, removed))
            if removed and rnd.random() < 0.5:
                self.reporting.append(f.Reporting(next(self.ids), assignment.id, indicator.id, self.moment(removed)))
        interval = rnd.choice((Interval.TERTIAL, Interval.TERTIAL, Interval.TERTIAL, Interval.HALF_YEAR, Interval.YEAR, Interval.QUARTER))
        for year in YEARS:
            for number in range(1, PARTS_OF_YEAR[interval] + 1):
                period = self._period(year, interval, number)
                if assignment.runs_within(period.start, period.end) and rnd.random() < 0.9:
                    self._obligation(assignment, period, asked, recorded)

    def _obligation(self, assignment: f.Assignment, period: f.Period, asked: list[f.Indicator], recorded: datetime) -> None:
        rnd = self.rnd
        begins = datetime.combine(period.start, datetime.min.time(), UTC)
        obligation = f.Obligation(
            next(self.ids), assignment.id, period.id, self.moment(recorded, max(begins, recorded + timedelta(days=1)))
        )
        self.obligations.append(obligation)
        pinned = []
        for indicator in asked:
            own = [version for version in self.versions if version.indicator == indicator.id and version.start <= period.start]
            chosen = own[-2:] if len(own) > 1 and own[-1].link == VersionLink.BRIDGED and rnd.random() < 0.3 else own[-1:]
            for version in chosen:
                pinned.append(version)
                moment = max(obligation.recorded_at, version.recorded_at) + timedelta(microseconds=1)
                self.pins.append(f.Pin(next(self.ids), obligation.id, version.id, moment))
        if rnd.random() < 0.15:
            exempted = self.moment(obligation.recorded_at)
            self.rulings.append(f.Ruling(next(self.ids), obligation.id, RulingKind.EXEMPT, exempted))
            if rnd.random() < 0.4:
                self.rulings.append(f.Ruling(next(self.ids), obligation.id, RulingKind.REINSTATE, self.moment(exempted)))
        if rnd.random() < 0.15:
            due = period.due + timedelta(days=rnd.choice((-10, 5, 30)))
            self.rulings.append(f.Ruling(next(self.ids), obligation.id, RulingKind.EXTEND, self.moment(obligation.recorded_at), due))
        if rnd.random() < 0.1:
            self.rulings.append(f.Ruling(next(self.ids), obligation.id, RulingKind.CLOSE, self.moment(obligation.recorded_at)))
        self._answers(obligation, period, pinned)

    def _answers(self, obligation: f.Obligation, period: f.Period, pinned: list[f.IndicatorVersion]) -> None:
        rnd = self.rnd
        known = max([obligation.recorded_at, *(version.recorded_at for version in pinned)])
        when = self.moment(
            max(known, datetime.combine(period.end - timedelta(days=20), datetime.min.time(), UTC)) + timedelta(days=1),
            max(known, datetime.combine(period.due, datetime.min.time(), UTC)) + timedelta(days=20),
        )
        for version in range(1, rnd.choice((0, 1, 1, 1, 2, 2, 3)) + 1):
            decided = self.soon(when)
            fate = rnd.choice(("approved", "approved", "approved", "approved", "returned", "pending", "withdrawn", "retracted"))
            report = f.Report(
                id=next(self.ids),
                obligation=obligation.id,
                version=version,
                submitted_at=when,
                returned_at=decided if fate == "returned" else None,
                approved_at=decided if fate in ("approved", "withdrawn") else None,
                withdrawn_at=self.soon(decided) if fate == "withdrawn" else decided if fate == "retracted" else None,
                status=rnd.choice(list(ImplementationStatus)),
                percent=rnd.choice((None, 0, 25, 100)),
                lines=tuple(self._line(each) for each in pinned if rnd.random() < 0.95),
            )
            self.reports.append(report)
            when = self.soon(max(decided, report.withdrawn_at or decided))

    def _line(self, version: f.IndicatorVersion) -> f.Line:
        rnd = self.rnd
        state = rnd.choices(list(LineState), (8, 1, 1, 1))[0]
        if state != LineState.VALUE:
            return f.Line(version.id, state)
        if version.kind == IndicatorKind.RATIO and rnd.random() < 0.85:
            denominator = rnd.choice((0, 10, 20, 33, 100)) * SCALE
            return f.Line(version.id, state, numerator=rnd.randint(0, denominator // SCALE) * SCALE, denominator=denominator)
        if version.kind in (IndicatorKind.LEVEL, IndicatorKind.MILESTONE):
            return f.Line(version.id, state, number=rnd.randint(0, 3) * SCALE)
        number = self.amount()
        new = rnd.randint(0, number // SCALE) * SCALE if version.kind == IndicatorKind.PEOPLE and rnd.random() < 0.8 else None
        return f.Line(version.id, state, number=number, new=new, cells=tuple(self._cells(version, number)))

    def _cells(self, version: f.IndicatorVersion, number: int):
        for dimension in version.dimensions:
            left = number
            for name in (*DIMENSIONS[dimension], UNKNOWN):
                share = self.rnd.randint(0, left)
                left -= share
                if self.rnd.random() < 0.7:
                    yield (dimension, name, share)

    # ── what is decided ─────────────────────────────────────────────────────────────────────────────────────────────

    def _overlaps(self) -> list[f.OverlapDecision]:
        rnd, decisions = self.rnd, []
        everyone = sorted({assignment.id for assignment in self.assignments})
        people = {version.indicator for version in self.versions if version.kind == IndicatorKind.PEOPLE}
        for indicator, year, kind in itertools.product(sorted(people), YEARS, (*Overlap, *Overlap)):
            if len(everyone) < 2 or rnd.random() < 0.6:
                continue
            days = rnd.choice((Window.year(year), Window.period(year, Interval.TERTIAL, rnd.randint(1, 3))))
            members = rnd.sample(everyone, rnd.randint(2, min(4, len(everyone))))
            between = kind == Overlap.DISJOINT and rnd.random() < 0.3
            recorded = self.moment()
            decisions.append(
                f.OverlapDecision(
                    id=next(self.ids),
                    indicator=indicator,
                    start=days.start,
                    end=days.end,
                    assignments=frozenset() if between else frozenset(members),
                    kind=kind,
                    recorded_at=recorded,
                    overlap=self.amount() if kind == Overlap.DECLARED else 0,
                    lead=members[0] if kind == Overlap.LEAD else None,
                    is_between_groups=between,
                    revoked_at=self.moment(recorded) if rnd.random() < 0.2 else None,
                )
            )
        return decisions

    def _measure_decisions(self) -> list[f.MeasureDecision]:
        rnd = self.rnd
        kinds = (ImplementationStatus.PAUSED, ImplementationStatus.ENDED_EARLY, None)
        return [
            f.MeasureDecision(
                next(self.ids),
                measure.id,
                rnd.choice(kinds),
                rnd.choice((date(2024, 10, 1), date(2025, 6, 30), date(2026, 3, 1))),
                self.moment(),
            )
            for measure in self.measures
            for _ in range(rnd.choice((0, 0, 1, 2)))
        ]


def random_facts(seed: int, **sizes: int) -> f.Facts:
    return RandomPlan(random.Random(seed), **sizes).facts


def shuffled(facts: f.Facts, rnd: random.Random) -> f.Facts:
    """The same facts in another order."""
    return f.Facts(**{each.name: tuple(rnd.sample(own, len(own))) for each in fields(facts) for own in [getattr(facts, each.name)]})
