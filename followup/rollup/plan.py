"""`Rollup`: a plan's answers, read once, from which any figure about it is worked out without a further query."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Set
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from followup.figures import Figure, Mark, Missing, Part, Preliminary, Series, Window
from followup.rollup.answers import answers, in_order, is_plain_of, period_of, place_of
from followup.rollup.beginnings import BaselineRow, read_baselines, read_effect_from
from followup.rollup.definitions import Line
from followup.rollup.folds import (
    LEVEL,
    MILESTONE,
    PEOPLE,
    RATIO,
    Asked,
    Span,
    Sum,
    Used,
    between,
    fold,
    is_last_only,
    looks_back,
    reports_of,
    used_of,
    year_before,
)
from followup.rollup.people import Grouping
from followup.rollup.rows import VersionRow, read
from followup.words import Completeness, Flag
from measures.models import Plan
from stakeholders import clock

NOTHING = Sum()


class Honesty(NamedTuple):
    """What stands beside every figure, by the names it has there."""

    approved: int
    expected: int
    received: int
    on_time: int
    requested: int
    partners_complete: int
    partners: int
    missing: tuple[Missing, ...]
    completeness: Completeness


class Rollup:
    """The figures of one plan as of one moment, for windows within those it was loaded for. Scopes are sets of assignment ids.

    Rules 1–4 and 6 of docs/figures.md. `load` reads; everything else is arithmetic. `only_these`: no other windows will be asked about.
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
        only_these: bool = False,
    ) -> None:
        self.plan = plan
        self.as_of = as_of or clock.now()
        self.indicators = indicators
        since, until = min(window.start for window in windows), max(window.end for window in windows)
        carried = min(year_before(window.end) for window in windows) if only_these else since.replace(year=max(since.year - 1, 1), day=1)
        self.rows = read(plan, self.as_of, since, until, carried, indicators, breakdowns=breakdowns, stocks_from_start=stocks_from_start)
        self.answers, self.older_words = answers(self.rows)
        self._cells = self.rows.cells if breakdowns else None
        self.lines = _lines_of(self.rows.versions.values())
        self._in_order = in_order(self.rows)
        self._ends = [period.end for period in self._in_order]
        self._still_open = frozenset(period.id for period in self._in_order if not period.is_closed)
        self._spans: dict[Window, Span] = {}

    @cached_property
    def baselines(self) -> dict[int, list[BaselineRow]]:
        return read_baselines(self.plan, self.as_of, self.indicators)

    @cached_property
    def effect_from(self) -> dict[int, date]:
        return read_effect_from(self.plan, self.indicators)

    def assignments(self, *, actors: Collection[int] | None = None, measures: Collection[int] | None = None) -> frozenset[int]:
        """A scope: the assignments of some actors, of some measures (a goal's, an area's), or of both."""
        return frozenset(
            each.id
            for each in self.rows.assignments.values()
            if (actors is None or each.actor in actors) and (measures is None or each.measure in measures)
        )

    def figure(self, indicator: int, window: Window, scope: Set[int] | None = None, *, parts: bool = True) -> Figure:
        """The figure with everything it must say about itself. `parts=False` leaves out what each assignment adds, for pages with many figures."""
        span = self.span(window)
        asked = self._asked(indicator, span, scope)
        honest, pending, is_plain = self._honest(asked)
        line = self.lines.get(indicator)
        definition = line.on(window.end) if line else None
        if line is None or definition is None or not definition.kind:
            return Figure(indicator, window, self.as_of, None, flags=(Mark(Flag.NO_KIND),), **honest._asdict())
        grouping = self._grouping(indicator, window, scope) if line.has_people else None
        sums, marks, used = self._sums(asked, line, definition, span, grouping, is_plain=is_plain, parts=parts)
        if honest.on_time < honest.received or looks_back(definition):
            marks.update([Mark(Flag.LATE, answer.obligation) for _, _, own in used for answer in own if answer.punctual is False])
        if line.series[-1] and self._is_broken(asked, used, line):
            marks.add(Mark(Flag.BREAK))
        total = sums[0][1] if len(sums) == 1 else NOTHING
        denominator = total.denominator
        if definition.kind == MILESTONE:
            denominator = sum(any(answer.is_expected for answer in own) for _, _, own in asked)
        return Figure(
            indicator, window, self.as_of, definition.kind, total.low, total.high, total.numerator, denominator,
            honest.approved, honest.expected, honest.received, honest.on_time, honest.requested, honest.partners_complete, honest.partners,
            honest.missing, self._preliminary(pending, asked, line, definition, span, grouping) if pending else None, honest.completeness,
            tuple(sorted(marks)) if marks else (), total.distribution, total.cells,
            total.parts if len(sums) == 1 else tuple(part for _, each in sums for part in each.parts),
            (sums[0][0],) if len(sums) == 1 else tuple([series for series, _ in sums]), reports_of(used),
        )  # fmt: skip

    def suppose_approved(self, report: int) -> None:
        """From now, answer as if this report, which waits for review, had been approved as it stands."""
        for by_assignment in self.answers.values():
            for own in by_assignment.values():
                own[:] = [answer.waiting or answer if answer.pending == report else answer for answer in own]

    def span(self, window: Window) -> Span:
        """The window among the periods of the plan."""
        found = self._spans.get(window)
        if found is None:
            inside = frozenset(period.id for period in self._in_order if window.start <= period.start and period.end <= window.end)
            first, after = bisect_left(self._ends, window.start), bisect_right(self._ends, window.end)
            carried = bisect_left(self._ends, year_before(window.end))
            found = self._spans[window] = Span(window, inside, first, after, carried, len(inside) == after - first)
        return found

    def _asked(self, indicator: int, span: Span, scope: Set[int] | None) -> list[Used]:
        """Each assignment with all its answers, and with those in the window."""
        rows, owns = self.rows.assignments, self.answers.get(indicator, {})
        chosen = owns.items() if scope is None else [(number, own) for number, own in owns.items() if number in scope]
        if span.is_even:
            first, after = span.first, span.after
            return [(rows[number], own, between(own, first, after)) for number, own in chosen]
        return [(rows[number], own, span.holds(own)) for number, own in chosen]

    def _honest(self, asked: list[Used]) -> tuple[Honesty, int, bool]:
        """Coverage – expected, approved, missing and the rest of rule 2 –, how many wait for review, and whether all have only plain answers."""
        plain = approved = received = on_time = requested = pending = 0
        missing = []
        complete: dict[int, bool] = {}
        is_closed = is_plain = True
        still_open = self._still_open
        for assignment, _, in_window in asked:
            if in_window and all(map(is_plain_of, in_window)):
                plain += len(in_window)
                complete.setdefault(assignment.actor, True)
                is_closed = is_closed and still_open.isdisjoint(map(period_of, in_window))
                continue
            is_plain = False
            for answer in in_window:
                pending += answer.pending != 0
                if not answer.applies:
                    continue
                is_closed = is_closed and answer.period not in still_open
                if not answer.is_expected:
                    requested += 1
                    continue
                if answer.punctual is not None:
                    received += 1
                    on_time += answer.punctual
                if answer.is_usable:
                    approved += 1
                    complete.setdefault(assignment.actor, True)
                else:
                    missing.append(Missing(answer.obligation, assignment.id, assignment.actor, answer.why_missing, assignment.actor_name))
                    complete[assignment.actor] = False
        approved += plain
        expected = approved + len(missing)
        completeness = Completeness.PROVISIONAL
        if is_closed and expected + requested:
            completeness = Completeness.FINAL if approved == expected + requested else Completeness.INCOMPLETE
        honest = Honesty(
            approved, expected, received + plain, on_time + plain, requested, sum(complete.values()), len(complete),
            tuple(sorted(missing)) if missing else (), completeness,
        )  # fmt: skip
        return honest, pending, is_plain

    def _is_broken(self, asked: list[Used], used: list[Used], line: Line) -> bool:
        """Whether what is expected, or used, belongs to more than one series."""
        expected = {line.series_of(answer.version) for _, _, own in asked for answer in own if answer.is_expected}
        return len(expected.union(line.series_of(answer.version) for _, _, own in used for answer in own)) > 1

    def _grouping(self, indicator: int, window: Window, scope: Set[int] | None) -> Grouping:
        return Grouping(self.rows.decisions.get(indicator, ()), window, self.rows.assignments.keys() if scope is None else scope)

    def _sums(
        self,
        asked_of: list[Used],
        line: Line,
        definition: VersionRow,
        span: Span,
        grouping: Grouping | None,
        *,
        is_plain: bool = False,
        parts: bool = False,
    ) -> tuple[list[tuple[Series, Sum]], set[Mark], list[Used]]:
        """Each series by itself; a sum across years where there is none is left empty."""
        if not line.series[-1]:
            asked = Asked(definition, line, span, grouping, self._cells, has_parts=parts)
            used = used_of(asked_of, asked, is_plain=is_plain)
            return [self._one_sum(used, asked)] if used else [], asked.marks, used
        sums, marks, all_used = [], set(), []
        for number in range(line.series[-1] + 1):
            asked = Asked(line.newest_of(number, span.window.end), line, span, grouping, self._cells, has_parts=parts)
            chosen = [
                (assignment, own, [answer for answer in each if line.series_of(answer.version) == number])
                for assignment, own, each in used_of(asked_of, asked)
            ]
            used = [each for each in chosen if each[2]]
            if used:
                sums.append(self._one_sum(used, asked))
                marks |= asked.marks
                all_used += used
        return sums, marks, all_used

    def _one_sum(self, used: list[Used], asked: Asked) -> tuple[Series, Sum]:
        definition = asked.definition
        total = fold(used, asked)
        if is_last_only(definition) or definition.kind == LEVEL:
            asked.marks.update(_older(used, asked))
        elif definition.kind in (PEOPLE, RATIO) and asked.window.spans_years:
            total = Sum(parts=total.parts)
            asked.marks = {mark for mark in asked.marks if mark.flag != Flag.ZERO_DENOMINATOR} | {Mark(Flag.NO_TOTAL_ACROSS_YEARS)}
        bridged = asked.line.bridged_to(definition) if len(asked.line.versions) > 1 else ()
        if bridged and any(answer.version in bridged for _, _, own in used for answer in own):
            asked.marks.add(Mark(Flag.BRIDGED))
        return Series(definition.id, total.low, total.high, sum([len(own) for _, _, own in used])), total

    def _preliminary(
        self, pending: int, asked: list[Used], line: Line, definition: VersionRow, span: Span, grouping: Grouping | None
    ) -> Preliminary:
        """The figure if the answers that wait for review, so many of them, were approved."""
        as_if = [(assignment, [answer.waiting or answer for answer in own]) for assignment, own, _ in asked]
        sums, _, _ = self._sums([(assignment, own, span.holds(own)) for assignment, own in as_if], line, definition, span, grouping)
        total = sums[0][1] if len(sums) == 1 else NOTHING
        return Preliminary(total.low, total.high, pending)


def _older(used: list[Used], asked: Asked) -> Iterable[Mark]:
    """A last answer with a later one due after it."""
    for _, own, chosen in used:
        last = chosen[-1]
        later = own[bisect_left(own, last.place + 1, key=place_of) : bisect_left(own, asked.span.after, key=place_of)]
        if any(answer.is_due for answer in later):
            yield Mark(Flag.OLDER_VALUE, last.obligation)


def _lines_of(versions: Iterable[VersionRow]) -> dict[int, Line]:
    grouped: dict[int, list[VersionRow]] = {}
    for version in versions:
        grouped.setdefault(version.indicator, []).append(version)
    return {indicator: Line(own) for indicator, own in grouped.items()}


def names(parts: Iterable[Part | Missing]) -> list[str]:
    """The actors' names, each once, in the order they come."""
    return list(dict.fromkeys(each.name for each in parts))
