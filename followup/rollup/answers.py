"""Which version of each answer is in force, what is due, and what counts (rules 1 and 2)."""

from typing import NamedTuple

from followup.rollup.rows import APPROVED, NOT_APPLICABLE, ON_TIME, RETURNED, USABLE, WITHDRAWN, PeriodRow, Rows
from followup.words import MissingReason


class Answer(NamedTuple):
    """What one obligation says about one indicator. `place` is the period order; `report` and `pending` are ids, 0 for none.

    `state`, `value` … are those of the line in force; `waiting` is the same answer as if what waits for review were approved.
    `punctual`: True on time, False late, None never submitted.
    """

    place: int
    obligation: int
    assignment: int
    period: int
    version: int
    is_due: bool
    punctual: bool | None
    report: int
    is_emptied: bool
    pending: int
    state: int
    value: int
    new: int | None
    numerator: int | None
    denominator: int | None
    line: int
    waiting: "Answer | None"

    @property
    def is_usable(self) -> bool:
        return self.state in USABLE

    @property
    def applies(self) -> bool:
        return self.state != NOT_APPLICABLE

    @property
    def is_expected(self) -> bool:
        return self.state != NOT_APPLICABLE and (self.is_due or self.report != 0)

    @property
    def ends_carrying(self) -> bool:
        return self.is_emptied or (self.report != 0 and self.state not in USABLE)

    @property
    def why_missing(self) -> MissingReason:
        if self.report:
            return MissingReason.NOT_AVAILABLE
        if self.pending:
            return MissingReason.AWAITING_REVIEW
        return MissingReason.WITHDRAWN if self.is_emptied else MissingReason.NOT_ANSWERED


Own = list[Answer]
"""The answers of one assignment about one indicator, in period order."""

_NO_LINE = (0, 0, None, None, None, 0)
_new = tuple.__new__


def answers(rows: Rows) -> tuple[dict[int, dict[int, Own]], dict[int, list[Answer]]]:
    """By indicator and assignment, both in order; and, by obligation, the answers about an older definition where a year is asked for in both."""
    place = {period.id: index for index, period in enumerate(in_order(rows))}
    period_due = {period.id: period.is_due for period in rows.periods.values()}
    indicator_of = {version.id: version.indicator for version in rows.versions.values()}
    exempt, extended, removed, assignments = rows.exempt, rows.due, rows.removed, rows.assignments
    several = {row[1] for row in rows.lines if row[5] and row[5] > 1}
    versions_of: dict[tuple[int, int], list[tuple]] = {}
    found: dict[int, dict[int, Own]] = {indicator: {} for indicator in indicator_of.values()}
    for row in rows.lines:
        version, obligation, assignment, period, report, _, happened, state, value, new, numerator, denominator, line = row
        indicator = indicator_of.get(version)
        if indicator is None or obligation in exempt or assignment not in assignments:
            continue
        if removed and (assignment, indicator) in removed and rows.periods[period].end >= removed[assignment, indicator]:
            continue
        if obligation in several:
            versions_of.setdefault((version, obligation), []).append(row)
            continue
        is_due = extended[obligation] if obligation in extended else period_due[period]
        answer = _new(Answer, (
            place[period], obligation, assignment, period, version, is_due, happened & ON_TIME != 0, report, False, 0,
            state, value, new, numerator, denominator, line, None,
        ))  # fmt: skip
        if report is None:
            answer = _new(Answer, (*answer[:6], None, 0, False, 0, *_NO_LINE, None))
        elif happened & (APPROVED | WITHDRAWN) == APPROVED:
            pass
        elif happened & (APPROVED | WITHDRAWN | RETURNED):
            answer = _new(Answer, (*answer[:7], 0, happened & APPROVED != 0, 0, *_NO_LINE, None))
        else:
            answer = _new(Answer, (*answer[:7], 0, False, report, *_NO_LINE, answer))
        by_assignment = found[indicator]
        if assignment in by_assignment:
            by_assignment[assignment].append(answer)
        else:
            by_assignment[assignment] = [answer]
    for (version, obligation), own_rows in versions_of.items():
        _, _, assignment, period, *_ = own_rows[0]
        is_due = extended.get(obligation, period_due[period])
        answer = _of_versions((place[period], obligation, assignment, period, version, is_due), own_rows)
        found[indicator_of[version]].setdefault(assignment, []).append(answer)
    ordered = {indicator: dict(sorted(by_assignment.items())) for indicator, by_assignment in found.items()}
    return ordered, _in_newest_words(ordered, rows)


def in_order(rows: Rows) -> list[PeriodRow]:
    """The periods in the order that an answer's `place` counts."""
    return sorted(rows.periods.values(), key=lambda period: (period.end, period.start))


def _of_versions(head: tuple, own_rows: list[tuple]) -> Answer:
    """The answer of an obligation with several versions: the highest approved is in force, the newest may wait."""
    in_order = sorted(own_rows, key=lambda row: row[5])
    approved = [row for row in in_order if row[6] & APPROVED]
    top, newest = approved[-1] if approved else None, in_order[-1]
    is_emptied = top is not None and top[6] & WITHDRAWN != 0
    punctual = in_order[0][6] & ON_TIME != 0
    report, said = (top[4], top[7:]) if top and not is_emptied else (0, _NO_LINE)
    if newest[6] & (APPROVED | WITHDRAWN | RETURNED):
        return Answer._make((*head, punctual, report, is_emptied, 0, *said, None))
    waiting = Answer._make((*head, punctual, newest[4], False, 0, *newest[7:], None))
    return Answer._make((*head, punctual, report, is_emptied, newest[4], *said, waiting))


def _in_newest_words(found: dict[int, dict[int, Own]], rows: Rows) -> dict[int, list[Answer]]:
    """Sort each assignment's answers; where one obligation is asked in two definitions keep the newest, and give the others."""
    older: dict[int, list[Answer]] = {}
    several = {version.indicator for version in rows.versions.values()} if len(rows.versions) > len(found) else set()
    for indicator, by_assignment in found.items():
        for assignment, own in by_assignment.items():
            own.sort()
            if indicator in several:
                by_assignment[assignment] = _newest_only(own, rows, older)
    return older


def _newest_only(own: Own, rows: Rows, older: dict[int, list[Answer]]) -> Own:
    newest: dict[int, Answer] = {}
    for answer in own:
        kept = newest.setdefault(answer.obligation, answer)
        if kept is not answer:
            earlier, later = sorted((kept, answer), key=lambda each: (rows.versions[each.version].start, each.version))
            newest[answer.obligation] = later
            older.setdefault(answer.obligation, []).append(earlier)
    return list(newest.values())
