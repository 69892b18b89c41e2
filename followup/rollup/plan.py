"""`Rollup`: a plan's answers, read once, from which any figure about it is worked out without a further query."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Set
from datetime import date, datetime
from functools import cached_property
from itertools import chain, filterfalse
from operator import attrgetter
from typing import NamedTuple

from followup.figures import Figure, Mark, Missing, Part, Preliminary, Series, Window
from followup.rollup.answers import Answer, Own, answers, in_order, is_plain_of, period_of, place_of, waiting_of
from followup.rollup.beginnings import BaselineRow, Elsewhere, read_baselines, read_effect_from, read_elsewhere
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
    in_window_of,
    looks_back,
    reports_of,
    used_of,
    year_before,
)
from followup.rollup.people import Grouping
from followup.rollup.rows import NOT_APPLICABLE, AssignmentRow, VersionRow, read
from followup.words import Completeness, Flag
from measures.models import Plan
from stakeholders import clock

_new = tuple.__new__
NOTHING = Sum()
obligation_of = attrgetter("obligation")
ONLY_WITHIN_A_YEAR = (PEOPLE, RATIO)
FINAL, INCOMPLETE, PROVISIONAL = Completeness.FINAL, Completeness.INCOMPLETE, Completeness.PROVISIONAL


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
        self._placed: dict[int, list[tuple[AssignmentRow, Own, int | None]]] = {}

    @cached_property
    def baselines(self) -> dict[int, list[BaselineRow]]:
        return read_baselines(self.plan, self.as_of, self.indicators)

    @cached_property
    def effect_from(self) -> dict[int, date]:
        return read_effect_from(self.plan, self.indicators)

    @cached_property
    def elsewhere(self) -> dict[int, Elsewhere]:
        return read_elsewhere(self.plan, self.as_of)

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
        honest, pending, is_plain = self._honest(asked, span)
        line = self.lines.get(indicator)
        definition = line.on(window.end) if line else None
        if line is None or definition is None or not definition.kind:
            return Figure(indicator, window, self.as_of, None, flags=(Mark(Flag.NO_KIND),), **honest._asdict())
        approved, expected, received, on_time, requested, partners_complete, partners, missing, completeness = honest
        grouping = self._grouping(indicator, window, scope) if line.has_people else None
        total, series, marks, used, reports = self._sums(asked, line, definition, span, grouping, is_plain=is_plain, parts=parts)
        low, high, numerator, denominator, distribution, cells, of_each = total
        if on_time < received or looks_back(definition):
            marks.update([Mark(Flag.LATE, answer.obligation) for _, _, own in used for answer in own if answer.punctual is False])
        if line.series[-1] and self._is_broken(asked, used, line):
            marks.add(Mark(Flag.BREAK))
        if definition.kind is MILESTONE:
            denominator = sum(any(answer.is_expected for answer in own) for _, _, own in asked)
        return Figure(
            indicator, window, self.as_of, definition.kind, low, high, numerator, denominator,
            approved, expected, received, on_time, requested, partners_complete, partners, missing,
            self._preliminary(pending, asked, line, definition, span, grouping) if pending else None, completeness,
            tuple(sorted(marks)) if marks else (), distribution, cells, of_each, series, reports,
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
            found = self._spans[window] = Span(
                window,
                inside,
                inside & self._still_open,
                first,
                after,
                carried,
                is_even=len(inside) == after - first,
                is_year_to_date=(window.start.month, window.start.day) == (1, 1) and not window.spans_years,
            )
        return found

    def _asked(self, indicator: int, span: Span, scope: Set[int] | None) -> list[Used]:
        """Each assignment with all its answers, and with those in the window."""
        placed = self._placed.get(indicator)
        if placed is None:
            rows, owns = self.rows.assignments, self.answers.get(indicator, {})
            placed = self._placed[indicator] = [(rows[number], own, _first_place(own)) for number, own in owns.items()]
        if scope is not None:
            placed = [each for each in placed if each[0].id in scope]
        first, after, is_even = span.first, span.after, span.is_even
        asked: list[Used] = []
        for row, own, at in placed:
            if is_even and at is not None and at <= first:
                asked.append((row, own, own[first - at : after - at]))
            else:
                asked.append((row, own, span.holds(own)))
        return asked

    def _honest(self, asked: list[Used], span: Span) -> tuple[Honesty, int, bool]:
        """Coverage – expected, approved, missing and the rest of rule 2 –, how many wait for review, and whether all have only plain answers."""
        in_window = list(map(in_window_of, asked))
        answers = list(chain.from_iterable(in_window))
        if all(in_window) and all(map(is_plain_of, answers)):
            number, partners = len(answers), len({assignment.actor for assignment, _, _ in asked})
            completeness = FINAL if answers and self._are_closed(answers, span) else PROVISIONAL
            return _new(Honesty, (number, number, number, number, 0, partners, partners, (), completeness)), 0, True
        plain = approved = received = on_time = requested = pending = 0
        missing = []
        complete: dict[int, bool] = {}
        for assignment, _, own in asked:
            others = list(filterfalse(is_plain_of, own))
            if plain_here := len(own) - len(others):
                plain += plain_here
                complete.setdefault(assignment.actor, True)
            for answer in others:
                pending += answer.pending != 0
                if not answer.is_expected:
                    requested += answer.applies
                    continue
                if answer.punctual is not None:
                    received += 1
                    on_time += answer.punctual
                why_missing = answer.why_missing
                if why_missing:
                    missing.append(Missing(answer.obligation, assignment.id, assignment.actor, why_missing, assignment.actor_name))
                    complete[assignment.actor] = False
                else:
                    approved += 1
                    complete.setdefault(assignment.actor, True)
        approved += plain
        expected = approved + len(missing)
        completeness = PROVISIONAL
        if expected + requested and self._are_closed([answer for answer in answers if answer.state != NOT_APPLICABLE], span):
            completeness = FINAL if approved == expected + requested else INCOMPLETE
        honest = Honesty(
            approved, expected, received + plain, on_time + plain, requested, sum(complete.values()), len(complete), tuple(sorted(missing, key=obligation_of)),
            completeness,
        )  # fmt: skip
        return honest, pending, False

    def _are_closed(self, answers: Iterable[Answer], span: Span) -> bool:
        """Whether the periods of these answers, which lie in the window, all are."""
        return not span.still_open or span.still_open.isdisjoint(map(period_of, answers))

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
    ) -> tuple[Sum, tuple[Series, ...], set[Mark], list[Used], tuple[int, ...]]:
        """The sum, each series by itself, by its newest definition, and what is used with the reports it stands in. Over several series there is no
        sum.
        """
        if not line.series[-1]:
            asked = Asked(definition, line, span, grouping, self._cells, parts)
            used = used_of(asked_of, asked, is_plain=is_plain)
            if not used:
                return NOTHING, (), asked.marks, used, ()
            total, reports = self._one_sum(used, asked), reports_of(used)
            return total, (Series(definition.id, total.low, total.high, len(reports)),), asked.marks, used, reports
        sums: list[Sum] = []
        series: list[Series] = []
        marks: set[Mark] = set()
        all_used: list[Used] = []
        for number in range(line.series[-1] + 1):
            asked = Asked(line.newest_of(number, span.window.end), line, span, grouping, self._cells, parts)
            chosen = [
                (assignment, own, [answer for answer in each if line.series_of(answer.version) == number])
                for assignment, own, each in used_of(asked_of, asked)
            ]
            used = [each for each in chosen if each[2]]
            if used:
                total = self._one_sum(used, asked)
                sums.append(total)
                series.append(Series(asked.definition.id, total.low, total.high, sum([len(own) for _, _, own in used])))
                marks |= asked.marks
                all_used += used
        total = sums[0] if len(sums) == 1 else Sum(parts=tuple([part for each in sums for part in each.parts]))
        return total, tuple(series), marks, all_used, reports_of(all_used)

    def _one_sum(self, used: list[Used], asked: Asked) -> Sum:
        definition = asked.definition
        total = fold(used, asked)
        if definition.is_last_only or definition.kind is LEVEL:
            asked.marks.update(_older(used, asked))
        elif definition.kind in ONLY_WITHIN_A_YEAR and asked.window.spans_years:
            total = Sum(parts=total.parts)
            asked.marks = {mark for mark in asked.marks if mark.flag != Flag.ZERO_DENOMINATOR} | {Mark(Flag.NO_TOTAL_ACROSS_YEARS)}
        bridged = asked.line.bridged_to(definition) if len(asked.line.versions) > 1 else ()
        if bridged and any(answer.version in bridged for _, _, own in used for answer in own):
            asked.marks.add(Mark(Flag.BRIDGED))
        return total

    def _preliminary(
        self, pending: int, asked: list[Used], line: Line, definition: VersionRow, span: Span, grouping: Grouping | None
    ) -> Preliminary:
        """The figure if the answers that wait for review, so many of them, were approved."""
        as_if = [
            (assignment, [waiting or answer for waiting, answer in zip(map(waiting_of, own), own, strict=True)])
            for assignment, own, _ in asked
        ]
        total, *_ = self._sums([(assignment, own, span.holds(own)) for assignment, own in as_if], line, definition, span, grouping)
        return Preliminary(total.low, total.high, pending)


def _older(used: list[Used], asked: Asked) -> Iterable[Mark]:
    """A last answer with a later one due after it."""
    after = asked.span.after
    for _, own, chosen in used:
        last = chosen[-1]
        next_place = place_of(last) + 1
        if next_place < after and any(answer.is_due for answer in between(own, next_place, after)):
            yield Mark(Flag.OLDER_VALUE, last.obligation)


def _first_place(own: Own) -> int | None:
    """The place of the first answer, if there is one for every place after it: then none has to be searched for."""
    first = place_of(own[0])
    return first if place_of(own[-1]) - first == len(own) - 1 else None


def _lines_of(versions: Iterable[VersionRow]) -> dict[int, Line]:
    grouped: dict[int, list[VersionRow]] = {}
    for version in versions:
        grouped.setdefault(version.indicator, []).append(version)
    return {indicator: Line(own) for indicator, own in grouped.items()}


def names(parts: Iterable[Part | Missing]) -> list[str]:
    """The actors' names, each once, in the order they come."""
    return list(dict.fromkeys(each.name for each in parts))
