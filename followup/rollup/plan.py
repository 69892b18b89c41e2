"""`Rollup`: a plan's answers, read once, from which any figure about it is worked out without a further query."""

from collections.abc import Collection, Iterable, Set
from dataclasses import replace
from datetime import date, datetime

from followup.figures import Figure, Mark, Missing, Part, Preliminary, Series, Window
from followup.rollup.answers import Answer, Own, answers
from followup.rollup.definitions import Line
from followup.rollup.folds import MILESTONE, PEOPLE, RATIO, Asked, Sum, Used, fold, is_last_only, reports_of, used_answers
from followup.rollup.people import Grouping
from followup.rollup.rows import AssignmentRow, VersionRow, read
from followup.words import Completeness, Flag
from measures.models import Plan
from measures.rules import IndicatorKind
from stakeholders import clock


class Rollup:
    """The figures of one plan as of one moment, for windows within those it was loaded for. Scopes are sets of assignment ids.

    Rules 1–4 and 6 of docs/figures.md. `load` reads; everything else is arithmetic.
    """

    def __init__(
        self,
        plan: Plan,
        windows: Collection[Window],
        as_of: datetime | None,
        indicators: Collection[int] | None,
        *,
        breakdowns: bool,
        stocks_from_start: bool = False,
    ) -> None:
        self.plan = plan
        self.as_of = as_of or clock.now()
        since, until = min(window.start for window in windows), max(window.end for window in windows)
        self.rows = read(plan, self.as_of, since, until, indicators, breakdowns=breakdowns, stocks_from_start=stocks_from_start)
        self.answers, self.older_words = answers(self.rows)
        self.lines = _lines_of(self.rows.versions.values())
        self.end_of = {period.id: period.end for period in self.rows.periods.values()}
        self._inside: dict[Window, set[int]] = {}

    def assignments(self, *, actors: Collection[int] | None = None, measures: Collection[int] | None = None) -> frozenset[int]:
        """A scope: the assignments of some actors, of some measures (a goal's, an area's), or of both."""
        return frozenset(
            each.id
            for each in self.rows.assignments.values()
            if (actors is None or each.actor in actors) and (measures is None or each.measure in measures)
        )

    def figure(self, indicator: int, window: Window, scope: Set[int] | None = None) -> Figure:
        """The figure with everything it must say about itself."""
        owns = self._owns(indicator, scope)
        inside = self.inside(window)
        in_window = [(assignment, [answer for answer in own if answer.period in inside]) for assignment, own in owns]
        honest = self._honest(indicator, window, in_window)
        line = self.lines.get(indicator)
        definition = line.on(window.end) if line else None
        if line is None or definition is None or not definition.kind:
            return replace(honest, kind=None, flags=(Mark(Flag.NO_KIND),))
        grouping = self._grouping(definition.indicator, window, scope) if any(each.kind == PEOPLE for each in line.versions) else None
        sums, marks, used = self._sums(owns, line, definition, window, grouping)
        marks.update(Mark(Flag.LATE, answer.obligation) for _, _, own in used for answer in own if answer.punctual is False)
        expected_series = (
            {line.series_of(answer.version) for _, own in in_window for answer in own if answer.is_expected} if line.series[-1] else set()
        )
        if (
            len(expected_series.union(line.series_of(answer.version) for _, _, own in used for answer in own) if line.series[-1] else ())
            > 1
        ):
            marks.add(Mark(Flag.BREAK))
        total = sums[0][1] if len(sums) == 1 else Sum()
        denominator = total.denominator
        if definition.kind == MILESTONE:
            denominator = sum(any(answer.is_expected for answer in own) for _, own in in_window)
        return Figure(
            indicator, window, self.as_of, IndicatorKind(definition.kind), total.low, total.high, total.numerator, denominator,
            honest.approved, honest.expected, honest.received, honest.on_time, honest.requested, honest.partners_complete, honest.partners,
            honest.missing, self._preliminary(owns, in_window, line, definition, window, grouping), honest.completeness,
            tuple(sorted(marks)) if marks else (), total.distribution, total.cells,
            sums[0][1].parts if len(sums) == 1 else tuple(part for _, each in sums for part in each.parts),
            tuple(series for series, _ in sums), reports_of(used),
        )  # fmt: skip

    def suppose_approved(self, report: int) -> None:
        """From now, answer as if this report, which waits for review, had been approved as it stands."""
        for by_assignment in self.answers.values():
            for own in by_assignment.values():
                own[:] = [answer.waiting or answer if answer.pending == report else answer for answer in own]

    def inside(self, window: Window) -> set[int]:
        """The periods that lie wholly inside the window."""
        if window not in self._inside:
            periods = self.rows.periods.values()
            self._inside[window] = {period.id for period in periods if window.start <= period.start and period.end <= window.end}
        return self._inside[window]

    def _owns(self, indicator: int, scope: Set[int] | None) -> list[tuple[AssignmentRow, Own]]:
        rows, by_assignment = self.rows.assignments, self.answers.get(indicator, {})
        return [(rows[number], by_assignment[number]) for number in sorted(by_assignment) if scope is None or number in scope]

    def _honest(self, indicator: int, window: Window, in_window: list[tuple[AssignmentRow, list[Answer]]]) -> Figure:
        """Coverage: expected, approved, missing and the rest of rule 2."""
        approved = expected = received = on_time = requested = asked = usable = 0
        missing = []
        complete: dict[int, bool] = {}
        is_closed = True
        periods = self.rows.periods
        for assignment, own in in_window:
            for answer in own:
                if not answer.applies:
                    continue
                asked += 1
                is_usable = answer.is_usable
                usable += is_usable
                is_closed = is_closed and periods[answer.period].is_closed
                if not (answer.is_due or answer.report):
                    requested += 1
                    continue
                expected += 1
                if answer.punctual is not None:
                    received += 1
                    on_time += answer.punctual
                if is_usable:
                    approved += 1
                    complete.setdefault(assignment.actor, True)
                else:
                    missing.append(Missing(answer.obligation, assignment.id, assignment.actor, answer.why_missing, assignment.actor_name))
                    complete[assignment.actor] = False
        completeness = Completeness.PROVISIONAL
        if asked and is_closed:
            completeness = Completeness.FINAL if usable == asked else Completeness.INCOMPLETE
        return Figure(
            indicator, window, self.as_of, None, approved=approved, expected=expected, received=received, on_time=on_time, requested=requested,
            partners_complete=sum(complete.values()), partners=len(complete), missing=tuple(sorted(missing)) if missing else (), completeness=completeness,
        )  # fmt: skip

    def _grouping(self, indicator: int, window: Window, scope: Set[int] | None) -> Grouping:
        return Grouping(self.rows.decisions.get(indicator, ()), window, self.rows.assignments.keys() if scope is None else scope)

    def _sums(
        self, owns: Iterable[tuple[AssignmentRow, Own]], line: Line, definition: VersionRow, window: Window, grouping: Grouping | None
    ) -> tuple[list[tuple[Series, Sum]], set[Mark], list[Used]]:
        """Each series by itself; a sum across years where there is none is left empty."""
        sums, marks, all_used = [], set(), []
        for number in range(line.series[-1] + 1):
            newest = definition if line.series[-1] == 0 else line.newest_of(number, window.end)
            asked = Asked(newest, line, window, self.inside(window), grouping, self.rows.cells)
            used = []
            for assignment, own in owns:
                chosen = used_answers(own, assignment, asked, self.end_of)
                if line.series[-1]:
                    chosen = [answer for answer in chosen if line.series_of(answer.version) == number]
                if chosen:
                    used.append((assignment, own, chosen))
            if used:
                sums.append(self._one_sum(used, asked))
                marks |= asked.marks
                all_used += used
        return sums, marks, all_used

    def _one_sum(self, used: list[Used], asked: Asked) -> tuple[Series, Sum]:
        total = fold(used, asked)
        definition, window = asked.definition, asked.window
        if is_last_only(definition) or definition.kind == IndicatorKind.LEVEL:
            asked.marks.update(_older(used, asked, self.end_of))
        if window.spans_years and (definition.kind == PEOPLE or (definition.kind == RATIO and not is_last_only(definition))):
            total = Sum(parts=total.parts)
            asked.marks = {mark for mark in asked.marks if mark.flag != Flag.ZERO_DENOMINATOR} | {Mark(Flag.NO_TOTAL_ACROSS_YEARS)}
        bridged = asked.line.bridged_to(definition) if len(asked.line.versions) > 1 else ()
        if bridged and any(answer.version in bridged for _, _, own in used for answer in own):
            asked.marks.add(Mark(Flag.BRIDGED))
        return Series(definition.id, total.low, total.high, sum(len(own) for _, _, own in used)), total

    def _preliminary(
        self,
        owns: list[tuple[AssignmentRow, Own]],
        in_window: list[tuple[AssignmentRow, list[Answer]]],
        line: Line,
        definition: VersionRow,
        window: Window,
        grouping: Grouping | None,
    ) -> Preliminary | None:
        """The figure if what waits for review were approved."""
        pending = sum(answer.pending != 0 for _, own in in_window for answer in own)
        if not pending:
            return None
        as_if = [(assignment, [answer.waiting or answer for answer in own]) for assignment, own in owns]
        sums, _, _ = self._sums(as_if, line, definition, window, grouping)
        total = sums[0][1] if len(sums) == 1 else Sum()
        return Preliminary(total.low, total.high, pending)


def _older(used: list[Used], asked: Asked, end_of: dict[int, date]) -> Iterable[Mark]:
    """A last answer with a later one due after it."""
    for _, own, chosen in used:
        last = chosen[-1]
        if any(answer.is_due and answer.place > last.place and end_of[answer.period] <= asked.window.end for answer in own):
            yield Mark(Flag.OLDER_VALUE, last.obligation)


def _lines_of(versions: Iterable[VersionRow]) -> dict[int, Line]:
    grouped: dict[int, list[VersionRow]] = {}
    for version in versions:
        grouped.setdefault(version.indicator, []).append(version)
    return {indicator: Line(own) for indicator, own in grouped.items()}


def names(parts: Iterable[Part | Missing]) -> list[str]:
    """The actors' names, each once, in the order they come."""
    return list(dict.fromkeys(each.name for each in parts))
