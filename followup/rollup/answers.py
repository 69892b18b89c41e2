"""Which version of each answer is in force, what is due, and what counts (rules 1 and 2)."""

from operator import itemgetter
from typing import NamedTuple

from followup.rollup.rows import (
    APPROVED,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    ON_TIME,
    RETURNED,
    STATE,
    USABLE,
    VERSION,
    WITHDRAWN,
    PeriodRow,
    Rows,
)
from followup.words import MissingReason


class Answer(NamedTuple):
    """What one obligation says about one indicator. `place` is the period order; `report` and `pending` are ids, 0 for none.

    `state`, `value` … are those of the line in force; `waiting` is the same answer as if what waits for review were approved.
    `punctual`: True on time, False late, None never submitted. `is_plain`: in force, usable, on time and nothing waits, as most are: it adds
    one to everything that is counted about answers, and nothing needs to be said about it.
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
    is_plain: bool

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


period_of, report_of, value_of, is_plain_of = (itemgetter(Answer._fields.index(name)) for name in ("period", "report", "value", "is_plain"))
"""The fields that are asked of whole lists."""

Own = list[Answer]
"""The answers of one assignment about one indicator, in period order."""

_NO_LINE = (0, 0, None, None, None, 0)
_by_place = itemgetter(0)
_ALONE = {VERSION + state * STATE + APPROVED + ON_TIME: state for state in range(NOT_AVAILABLE + 1)}
"""The state of a line that was approved as it was first sent, on time, by what the large query gives."""

_new = tuple.__new__


def answers(rows: Rows) -> tuple[dict[int, dict[int, Own]], dict[int, list[Answer]]]:
    """By indicator and assignment, both in order; and, by obligation, the answers about an older definition where a year is asked for in both."""
    place_and_due = {period.id: (index, period.is_due) for index, period in enumerate(in_order(rows))}
    special = {row[1] for row in rows.lines if row[5] >= 2 * VERSION} | rows.exempt | rows.due.keys()
    specials: dict[tuple[int, int, int, int], list[tuple]] = {}
    owns: dict[tuple[int, int], Own] = {}
    for row in rows.lines:
        version, obligation, assignment, period, report, facts, value, new, numerator, denominator, line = row
        if obligation in special:
            specials.setdefault((version, obligation, assignment, period), []).append(row)
            continue
        place, is_due = place_and_due[period]
        state = _ALONE.get(facts)
        if state is not None:
            answer = _new(Answer, (
                place, obligation, assignment, period, version, is_due, True, report, False, 0,
                state, value, new, numerator, denominator, line, None, state in USABLE,
            ))  # fmt: skip
        else:
            answer = _of_versions((place, obligation, assignment, period, version, is_due), [row])
        own = owns.get((version, assignment))
        if own is None:
            owns[version, assignment] = [answer]
        else:
            own.append(answer)
    for (version, obligation, assignment, period), own_rows in specials.items():
        if obligation not in rows.exempt:
            place, is_due = place_and_due[period]
            answer = _of_versions((place, obligation, assignment, period, version, rows.due.get(obligation, is_due)), own_rows)
            owns.setdefault((version, assignment), []).append(answer)
    return _by_indicator(owns, rows)


def in_order(rows: Rows) -> list[PeriodRow]:
    """The periods in the order that an answer's `place` counts."""
    return sorted(rows.periods.values(), key=lambda period: (period.end, period.start))


def _of_versions(head: tuple, own_rows: list[tuple]) -> Answer:
    """The answer of an obligation from its versions: the highest approved is in force, the newest may wait."""
    if own_rows[0][4] is None:
        return Answer._make((*head, None, 0, False, 0, *_NO_LINE, None, False))
    in_order = sorted(own_rows, key=lambda row: row[5])
    approved = [row for row in in_order if row[5] & APPROVED]
    top, newest = approved[-1] if approved else None, in_order[-1]
    is_emptied = top is not None and top[5] & WITHDRAWN != 0
    punctual = in_order[0][5] & ON_TIME != 0
    report, said = (top[4], _said(top)) if top and not is_emptied else (0, _NO_LINE)
    is_plain = punctual and said[0] in USABLE
    if newest[5] & (APPROVED | WITHDRAWN | RETURNED):
        return Answer._make((*head, punctual, report, is_emptied, 0, *said, None, is_plain))
    waited = _said(newest)
    waiting = Answer._make((*head, punctual, newest[4], False, 0, *waited, None, punctual and waited[0] in USABLE))
    return Answer._make((*head, punctual, report, is_emptied, newest[4], *said, waiting, False))


def _said(row: tuple) -> tuple:
    """From `state` to `line`."""
    return (row[5] % VERSION // STATE, *row[6:])


def _by_indicator(owns: dict[tuple[int, int], Own], rows: Rows) -> tuple[dict[int, dict[int, Own]], dict[int, list[Answer]]]:
    """The answers about each definition put together; where one obligation is asked in two keep the newest, and give the others beside."""
    found: dict[int, dict[int, Own]] = {version.indicator: {} for version in rows.versions.values()}
    older: dict[int, list[Answer]] = {}
    for (version, assignment), own in sorted(owns.items(), key=lambda each: each[0][1]):
        if version not in rows.versions or assignment not in rows.assignments:
            continue
        indicator = rows.versions[version].indicator
        removed = rows.removed.get((assignment, indicator))
        if removed:
            own = [answer for answer in own if rows.periods[answer.period].end < removed]
        if not own:
            continue
        known = found[indicator].get(assignment)
        if known:
            found[indicator][assignment] = _newest_only(sorted(known + own), rows, older)
        else:
            own.sort(key=_by_place)
            found[indicator][assignment] = own
    return found, older


def _newest_only(own: Own, rows: Rows, older: dict[int, list[Answer]]) -> Own:
    newest: dict[int, Answer] = {}
    for answer in own:
        kept = newest.setdefault(answer.obligation, answer)
        if kept is not answer:
            earlier, later = sorted((kept, answer), key=lambda each: (rows.versions[each.version].start, each.version))
            newest[answer.obligation] = later
            older.setdefault(answer.obligation, []).append(earlier)
    return list(newest.values())
