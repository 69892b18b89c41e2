"""`figure`: the roll-up of one indicator over one window, as of one moment, for the assignments in scope."""

from dataclasses import dataclass, replace
from datetime import datetime

from followup.figures import Figure, Mark, Preliminary, Series, Window
from followup.reference.answers import Answer, answers, completeness, inside, late, missing, partners
from followup.reference.definitions import Definitions
from followup.reference.facts import Facts, Scope, everyone
from followup.reference.kinds import Own, Question, Sum, by_assignment, is_last_only, older_value, put_together, report_ids, used_answers
from followup.words import Flag
from measures.rules import IndicatorKind


def figure(facts: Facts, indicator: int, window: Window, as_of: datetime, scope: Scope = everyone) -> Figure:
    """The figure with everything it must say about itself (rules 1–4 and 6)."""
    known = facts.at(as_of)
    definitions = Definitions.of(known.versions, indicator)
    definition = definitions.on(window.end)
    found = answers(known, indicator, as_of, scope)
    in_window = inside(found, window)
    expected = [answer for answer in in_window if answer.expected]
    complete, all_partners = partners(expected)
    honest = Figure(
        indicator=indicator,
        window=window,
        as_of=as_of,
        kind=definition.kind if definition else None,
        approved=sum(answer.usable for answer in expected),
        expected=len(expected),
        received=sum(answer.received for answer in expected),
        on_time=sum(answer.first_submission_late is False for answer in expected),
        requested=sum(answer.requested for answer in in_window),
        partners_complete=complete,
        partners=all_partners,
        missing=missing(expected),
        completeness=completeness(known, [answer for answer in in_window if answer.applies], as_of),
    )
    if definition is None or definition.kind is None:
        return replace(honest, flags=(Mark(Flag.NO_KIND),))
    in_scope = frozenset(assignment.id for assignment in known.latest_assignments if scope(assignment))
    question = Question(definitions, definition, window, known.overlaps, in_scope)
    official = _roll_up(found, question)
    return replace(official.written_on(honest), preliminary=_preliminary(found, in_window, question))


@dataclass
class _RollUp:
    sums: list[tuple[Series, Sum]]
    flags: set[Mark]
    used: list[Answer]
    expected_assignments: int

    @property
    def total(self) -> Sum:
        """The one sum there is, or none across a break."""
        return self.sums[0][1] if len(self.sums) == 1 else Sum()

    def written_on(self, honest: Figure) -> Figure:
        total = self.total
        return replace(
            honest,
            low=total.low,
            high=total.high,
            numerator=total.numerator,
            denominator=self.expected_assignments if honest.kind == IndicatorKind.MILESTONE else total.denominator,
            distribution=total.distribution,
            cells=total.cells,
            parts=tuple(part for _, each in self.sums for part in each.parts),
            series=tuple(series for series, _ in self.sums),
            flags=tuple(sorted(self.flags)),
            reports=report_ids(self.used),
        )


def _roll_up(found: list[Answer], question: Question) -> _RollUp:
    """Each series by itself; a sum that would cross years where there is no total is left empty."""
    definitions, window = question.definitions, question.window
    in_window = [answer for answer in inside(found, window) if answer.expected]
    roll_up = _RollUp([], set(), [], len({answer.assignment.id for answer in in_window}))
    in_series: dict[int, list[Own]] = {}
    for own in by_assignment(found):
        for number in sorted({definitions.series(answer.version) for answer in own}):
            asked = _question_of_series(question, number)
            used = [answer for answer in used_answers(own, asked.definition, window) if definitions.series(answer.version) == number]
            if used:
                in_series.setdefault(number, []).append(Own(own[0].assignment, own, used))
                roll_up.used += used
    for number, owns in sorted(in_series.items()):
        asked = _question_of_series(question, number)
        total = put_together(owns, asked)
        roll_up.flags |= total.flags | {mark for own in owns for mark in older_value(own, asked)}
        if _has_no_total(asked):
            total.low = total.high = total.numerator = total.denominator = None
            total.cells = ()
            roll_up.flags = {mark for mark in roll_up.flags if mark.flag != Flag.ZERO_DENOMINATOR} | {Mark(Flag.NO_TOTAL_ACROSS_YEARS)}
        approved = sum(len(own.used) for own in owns)
        roll_up.sums.append((Series(asked.definition.id, total.low, total.high, approved), total))
        if any(definitions.is_bridged(answer.version, asked.definition) for own in owns for answer in own.used):
            roll_up.flags.add(Mark(Flag.BRIDGED))
    if len({definitions.series(answer.version) for answer in [*in_window, *roll_up.used]}) > 1:
        roll_up.flags.add(Mark(Flag.BREAK))
    roll_up.flags |= late(roll_up.used)
    return roll_up


def _question_of_series(question: Question, number: int) -> Question:
    """The question in the words of a series: of its newest definition by the window's end."""
    definitions = question.definitions
    first = next(version for version in definitions.versions if definitions.series(version) == number)
    return replace(question, definition=definitions.newest_in_series(first, question.window.end))


def _has_no_total(question: Question) -> bool:
    kind = question.definition.kind
    is_flow_ratio = kind == IndicatorKind.RATIO and not is_last_only(question.definition)
    return question.window.spans_years and (kind == IndicatorKind.PEOPLE or is_flow_ratio)


def _preliminary(found: list[Answer], in_window: list[Answer], question: Question) -> Preliminary | None:
    """The same figure as if everything that waits for review were approved."""
    pending = sum(answer.pending is not None for answer in in_window)
    if not pending:
        return None
    total = _roll_up([as_if_approved(answer) for answer in found], question).total
    return Preliminary(total.low, total.high, pending)


def as_if_approved(answer: Answer) -> Answer:
    if answer.pending is None:
        return answer
    return replace(answer, in_force=answer.pending, is_emptied=False, line=answer.pending_line)
