"""The scenarios told to the real actions, and read back by the functions of the live roll-up."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from followup import rollup
from followup.actions.assignments import end_assignment
from followup.actions.publications import publish_period
from followup.actions.reports import Line, approve_report, return_report, submit_report, withdraw_report
from followup.actions.rounds import (
    close_period,
    exempt_obligation,
    extend_obligation,
    make_obligations,
    reinstate_obligation,
    unlock_period,
)
from followup.figures import AgainstTarget, Change, Figure, PercentDone, Status, Window
from followup.models import Obligation, OverlapDecision, Period, Report
from followup.rollup.publications import Revision, latest, revision
from followup.words import Audience, ImplementationStatus, LineState
from measures.models import Assignment, Baseline, Goal, Indicator, IndicatorVersion, Measure, MeasureRuling, Target
from measures.models.measure import MeasureRulingKind
from measures.rules import AssignmentRole, EffectLevel, IndicatorKind, TargetBasis
from stakeholders import clock
from stakeholders.models import Actor, Event
from stakeholders.refusals import Refusal
from stakeholders.rules import Role
from tests.factories import a_contact, a_measure, a_period, a_plan, a_user, a_workspace, an_actor, an_assignment, an_indicator
from tests.followup.worlds import DAYS_TO_ANSWER, Shown, World, moment, parse_period, scaled, window

DEFINITIONS = {"running_total": "is_running_total", "disjoint_denominators": "has_disjoint_denominators", "over_time": "ratio_over_time"}
DECIDED = {ImplementationStatus.PAUSED: MeasureRulingKind.PAUSE, ImplementationStatus.ENDED_EARLY: MeasureRulingKind.END}


class DatabaseWorld(World):
    """One workspace with a plan; actors by their names. Everything happens at the world's own time."""

    def __init__(self, slug: str = "norrbruk") -> None:
        super().__init__()
        with self._at():
            self.workspace = a_workspace(slug)
            company = an_actor(self.workspace, "Norrbruksbyggen AB (Exempel)", kind="housing_company")
            self.coordinator = a_user(company, Role.COORDINATOR, Role.REVIEWER)
            self.manager = a_user(company, Role.MANAGEMENT)
            self.plan = a_plan(self.workspace, first_year=2020)

    def _at(self) -> Any:
        return clock.at(self.tick())

    # ── what is told ────────────────────────────────────────────────────────────────────────────────────────────────

    def goal(self, name: str, parent: str | None = None) -> None:
        with self._at():
            above = Goal.objects.get(plan=self.plan, title=parent) if parent else None
            Goal.objects.create(plan=self.plan, parent=above, kind="goal" if parent else "focus_area", title=name)

    def measure(
        self, name: str, goal: str | None = None, start: str | None = None, outcome: int | None = None, impact: int | None = None
    ) -> None:
        with self._at():
            a_measure(
                self.plan,
                Goal.objects.get(plan=self.plan, title=goal) if goal else None,
                number=name,
                title=name,
                starts_on=date.fromisoformat(start) if start else None,
                outcome_months=outcome,
                impact_months=impact,
            )

    def indicator(
        self,
        name: str,
        kind: IndicatorKind | None,
        level: EffectLevel = EffectLevel.OUTPUT,
        measures: Iterable[str] = ("m",),
        **definition: Any,
    ) -> None:
        linked = [self._measure(each) for each in measures]
        with self._at():
            an_indicator(*linked, kind=kind or "", name=name, level=level, starts_on=date(2020, 1, 1), **self._definition(definition))

    def redefines(self, name: str, start: str, link: str, **changed: Any) -> None:
        version = self._indicator(name).versions.order_by("number").last()
        with self._at():
            version.pk, version._state.adding = None, True
            version.number, version.starts_on, version.link, version.bridge_factor = (
                version.number + 1,
                date.fromisoformat(start),
                link,
                None,
            )
            version.recorded_at = clock.now()
            for field, value in self._definition(changed).items():
                setattr(version, field, value)
            version.save()

    def target(self, indicator: str, year: int, value: Any, basis: TargetBasis = TargetBasis.PER_YEAR) -> None:
        with self._at():
            Target.objects.create(indicator=self._indicator(indicator), year=year, value=scaled(value), basis=basis)

    def baseline(self, indicator: str, year: int, value: Any) -> None:
        with self._at():
            Baseline.objects.create(indicator=self._indicator(indicator), year=year, value=scaled(value))

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
        assignment = Assignment.objects.filter(measure=self._measure(measure), actor__name=actor).first()
        with self._at():
            if not assignment:
                assignment = an_assignment(
                    self._measure(measure),
                    self._actor(actor),
                    *[self._indicator(each) for each in indicators],
                    role=role,
                    interval=parse_period(next(iter(periods)))[1],
                    starts_on=date.fromisoformat(start),
                    ends_on=date.fromisoformat(end) if end else None,
                )
            for period in periods:
                make_obligations([self._period(period)], by=None, only=assignment)

    def submits(self, actor: str, period: str, value: Any = None, measure: str = "m", by_reviewer: bool = False, **said: Any) -> int:
        obligation = self._obligation(actor, period, measure)
        status, percent, lines = said.pop("status", ImplementationStatus.ON_PLAN), said.pop("percent", None), said.pop("lines", None)
        pins = [pin.indicator_version for pin in obligation.pinned.select_related("indicator_version__indicator")]
        answered = []
        for version in pins:
            answer = {"value": value, **said} if lines is None else lines[version.indicator.name]
            answered.append(self._line(version, **(answer if isinstance(answer, dict) else {"value": answer})))
        with self._at():
            report = submit_report(
                obligation,
                by=self.coordinator if by_reviewer else obligation.assignment.actor.contacts.first(),
                implementation_status=status,
                percent_done=percent,
                lines=answered,
                correction_reason="Rätt siffra (exempel).",
            )
        return report.pk

    def approves(self, *reports: int) -> None:
        for report in reports:
            with self._at():
                approve_report(Report.objects.get(pk=report), by=self.coordinator)

    def returns(self, report: int) -> None:
        with self._at():
            return_report(Report.objects.get(pk=report), by=self.coordinator, reason="Siffran saknas (exempel).")

    def withdraws(self, report: int) -> None:
        with self._at():
            withdraw_report(Report.objects.get(pk=report), by=self.coordinator, reason="Fel verksamhet (exempel).")

    def exempts(self, actor: str, period: str, measure: str = "m") -> None:
        with self._at():
            exempt_obligation(self._obligation(actor, period, measure), by=self.coordinator, reason="Stängt för ombyggnad (exempel).")

    def reinstates(self, actor: str, period: str, measure: str = "m") -> None:
        with self._at():
            reinstate_obligation(self._obligation(actor, period, measure), by=self.coordinator, reason="Öppet igen (exempel).")

    def ends(self, actor: str, day: str, measure: str = "m") -> None:
        with self._at():
            end_assignment(
                self._assignment(actor, measure), by=self.coordinator, ended_on=date.fromisoformat(day), reason="Slutade (exempel)."
            )

    def extends(self, actor: str, period: str, due: str, measure: str = "m") -> None:
        with self._at():
            extend_obligation(
                self._obligation(actor, period, measure), by=self.coordinator, due_on=date.fromisoformat(due), reason="Sjukdom (exempel)."
            )

    def closes(self, period: str) -> None:
        with self._at():
            close_period(self._period(period), by=self.coordinator)

    def unlocks(self, period: str, until: str) -> None:
        with self._at():
            unlock_period(self._period(period), by=self.coordinator, until=moment(until), reason="En siffra ska rättas (exempel).")

    def publishes(self, period: str) -> datetime:
        with self._at():
            publish_period(self._period(period), by=self.coordinator)
        return self.now

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
        with self._at():
            decision = OverlapDecision.objects.create(
                indicator=self._indicator(indicator),
                window_start=days.start,
                window_end=days.end,
                kind=kind,
                overlap=scaled(overlap),
                lead=self._assignment(lead, measure) if lead else None,
                is_between_groups=between,
                basis="Samma klasser (exempel).",
                by_user=self.coordinator,
            )
            decision.assignments.set([self._assignment(actor, measure) for actor in actors])

    def decides(self, measure: str, status: Any, from_day: str) -> None:
        with self._at():
            MeasureRuling.objects.create(
                measure=self._measure(measure),
                kind=DECIDED.get(status, MeasureRulingKind.RESUME),
                from_date=date.fromisoformat(from_day),
                reason="Beslut (exempel).",
                by_user=self.coordinator,
            )

    # ── what is asked ───────────────────────────────────────────────────────────────────────────────────────────────

    def figure(self, indicator: str, when: str | Window, as_of: datetime | None = None, **scope: Any) -> Figure:
        live = rollup.load(self.plan, [window(when)], as_of=as_of or self.now)
        return live.figure(self._indicator(indicator).pk, window(when), self._scope(live, **scope))

    def against(self, indicator: str, when: str) -> tuple[AgainstTarget | None, AgainstTarget | None]:
        return rollup.against_targets(rollup.load(self.plan, [window(when)], as_of=self.now), self._indicator(indicator).pk, window(when))

    def trend(self, indicator: str, when: str) -> Change:
        live = rollup.load(self.plan, [window(when)], as_of=self.now, trends=True)
        return rollup.change(live, self._indicator(indicator).pk, window(when))

    def status(self, measure: str, when: str) -> Status:
        return self._statuses(when).status(self._measure(measure).pk, window(when))

    def statuses(self, goal: str, when: str) -> Counter:
        statuses = self._statuses(when)
        return statuses.counts(statuses.measures_under(Goal.objects.get(plan=self.plan, title=goal).pk), window(when))

    def percent_done(self, goal: str, when: str) -> PercentDone:
        statuses = self._statuses(when)
        return statuses.percent_done(statuses.measures_under(Goal.objects.get(plan=self.plan, title=goal).pk), window(when))

    def shown(self, indicator: str, when: str, audience: str) -> Shown:
        seen = rollup.load_shown(self.plan, [window(when)], audience, as_of=self.now).figure(self._indicator(indicator).pk, window(when))
        return Shown({"": seen.protection or seen.low, **{cell.name: cell.protection or cell.low for cell in seen.cells}})

    def revision(self, indicator: str, when: str, published: datetime) -> Revision | None:
        seen = rollup.load_shown(self.plan, [window(when)], Audience.REVIEW, as_of=self.now)
        return revision(seen, latest(self.plan, window(when), Audience.REVIEW), self._indicator(indicator).pk)

    def is_refused(self, what: Callable[[], Any]) -> bool:
        try:
            what()
        except Refusal as no:
            return bool(str(no.sentence))
        return False

    def reaches(self, actor: str, of: str, period: str) -> bool:
        reporter = a_user(self._actor(actor), Role.REPORTER)
        return Obligation.objects.visible_to(reporter).filter(pk=self._obligation(of, period, "m").pk).exists()

    def approvals(self) -> int:
        return Event.objects.filter(workspace=self.workspace, verb="report.approved").count()

    def returns_of(self, actor: str, period: str, measure: str = "m") -> int:
        return Report.objects.filter(obligation=self._obligation(actor, period, measure), returned_at__isnull=False).count()

    def actor_name(self, number: int) -> str:
        return Actor.objects.get(pk=number).name

    # ── how it is found ─────────────────────────────────────────────────────────────────────────────────────────────

    def _measure(self, number: str) -> Measure:
        found = Measure.objects.filter(plan=self.plan, number=number).first()
        if not found:
            self.measure(number)
        return found or Measure.objects.get(plan=self.plan, number=number)

    def _actor(self, name: str) -> Actor:
        found = Actor.objects.filter(workspace=self.workspace, name=name).first()
        if not found:
            found = an_actor(self.workspace, name)
            a_contact(found)
        return found

    def _indicator(self, name: str) -> Indicator:
        return Indicator.objects.get(plan=self.plan, name=name)

    def _assignment(self, actor: str | None, measure: str) -> Assignment:
        return Assignment.objects.get(measure=self._measure(measure), actor__name=actor)

    def _obligation(self, actor: str, period: str, measure: str) -> Obligation:
        return Obligation.objects.get(assignment=self._assignment(actor, measure), period=self._period(period))

    def _period(self, text: str) -> Period:
        year, interval, number = parse_period(text)
        found = Period.objects.filter(plan=self.plan, year=year, interval=interval, number=number).first()
        due = window(text).end + timedelta(days=DAYS_TO_ANSWER)
        return found or a_period(self.plan, year, number, interval, due_on=due, closes_on=due + timedelta(days=21))

    def _definition(self, said: dict[str, Any]) -> dict[str, Any]:
        fields = {DEFINITIONS.get(name, name): value for name, value in said.items()}
        if "dimensions" in fields:
            fields["breakdowns"] = {dimension: [] for dimension in fields.pop("dimensions")}
        return {"unit": "st", **fields}

    def _line(
        self,
        version: IndicatorVersion,
        value: Any = None,
        zero: bool = False,
        state: LineState | None = None,
        new: Any = None,
        fraction: Any = None,
        cells: dict | None = None,
    ) -> Line:
        numerator, denominator = scaled(fraction) if fraction else (None, None)
        parts = {(dimension, name): scaled(number) for dimension, own in (cells or {}).items() for name, number in own.items()}
        said = LineState.ZERO if zero else state or LineState.VALUE
        return Line(version, said, scaled(value), scaled(new), numerator, denominator, cells=parts)

    def _scope(
        self, live: rollup.Rollup, actors: Iterable[str] | None = None, measure: str | None = None, goal: str | None = None
    ) -> frozenset[int] | None:
        if not (actors or measure or goal):
            return None
        measures = {self._measure(measure).pk} if measure else None
        if goal:
            measures = rollup.Statuses(live).measures_under(Goal.objects.get(plan=self.plan, title=goal).pk)
        return live.assignments(actors={self._actor(actor).pk for actor in actors} if actors else None, measures=measures)

    def _statuses(self, when: str) -> rollup.Statuses:
        return rollup.Statuses(rollup.load(self.plan, [window(when)], as_of=self.now, indicators=[]))
