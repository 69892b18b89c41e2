"""Which version of each answer is in force, what is due, and what counts (rules 1 and 2)."""

from collections import defaultdict
from operator import itemgetter
from typing import NamedTuple

from followup.rollup.rows import APPROVED, NOT_APPLICABLE, ON_TIME, RETURNED, STATE, USABLE, VALUE, VERSION, WITHDRAWN, PeriodRow, Row, Rows
from followup.words import MissingReason


class Answer(NamedTuple):
    """What one obligation says about one indicator. `place` is the period order; `report` and `pending` are ids, 0 for none.

    `state`, `value` … are those of the line in force; `waiting` is the same answer as if what waits for review were approved.
    `punctual`: True on time, False late, None never submitted. `why_missing`: None when it is not. `is_plain`: in force, usable, on time and
    nothing waits, as most are: it adds one to everything that is counted about answers, and nothing needs to be said about it.
    Up to `line` the fields stand as in a `Row`.
    """

    version: int
    obligation: int
    assignment: int
    period: int
    report: int
    state: int
    value: int
    new: int | None
    numerator: int | None
    denominator: int | None
    line: int | None
    place: int
    is_due: bool
    punctual: bool | None
    is_emptied: bool
    pending: int
    waiting: "Answer | None"
    is_expected: bool
    why_missing: MissingReason | None
    is_plain: bool

    @property
    def is_usable(self) -> bool:
        return self.state in USABLE

    @property
    def applies(self) -> bool:
        return self.state != NOT_APPLICABLE

    @property
    def ends_carrying(self) -> bool:
        return self.is_emptied or (self.report != 0 and self.state not in USABLE)


period_of, report_of, value_of, place_of, waiting_of, is_plain_of = (
    itemgetter(Answer._fields.index(name)) for name in ("period", "report", "value", "place", "waiting", "is_plain")
)
"""The fields that are asked of whole lists."""

Own = list[Answer]
"""The answers of one assignment about one indicator, in period order."""

Owns = dict[int, dict[int, dict[int, Answer]]]
"""By definition, assignment and obligation."""

_NO_LINE = (0, 0, None, None, None, None)
_PLACE = Answer._fields.index("place")

_new = tuple.__new__


def answers(rows: Rows) -> tuple[dict[int, dict[int, Own]], dict[int, list[Answer]]]:
    """By indicator and assignment, both in order; and, by obligation, the answers about an older definition where a year is asked for in both."""
    when = {period.id: (place, period.is_due) for place, period in enumerate(in_order(rows))}
    plain = {period: (*each, True, False, 0, None, True, None, True) for period, each in when.items()}
    nothing = {period: _tail((0, *_NO_LINE), *each, None) for period, each in when.items()}
    ruled = rows.exempt | rows.due.keys()
    versions: dict[tuple[int, int], list[Row]] = defaultdict(list)
    owns: Owns = defaultdict(lambda: defaultdict(dict))
    for row in rows.lines:
        obligation = row[1]
        if obligation in ruled:
            versions[row[0], obligation].append(row)
        elif row[5] == VALUE:
            owns[row[0]][row[2]][obligation] = _new(Answer, row + plain[row[3]])
        elif row[4] is None:
            owns[row[0]][row[2]][obligation] = _new(Answer, row[:4] + nothing[row[3]])
        else:
            versions[row[0], obligation].append(row)
    for (version, obligation), own_rows in versions.items():
        if obligation not in rows.exempt:
            of_assignment = owns[version][own_rows[0][2]]
            if obligation in of_assignment:  # its first version, which looked plain before a later one was found
                own_rows.append(of_assignment[obligation][:_PLACE])
            place, is_due = when[own_rows[0][3]]
            of_assignment[obligation] = _of_versions(own_rows, place, is_due=rows.due.get(obligation, is_due))
    return _by_indicator(owns, rows)


def in_order(rows: Rows) -> list[PeriodRow]:
    """The periods in the order that an answer's `place` counts."""
    return sorted(rows.periods.values(), key=lambda period: (period.end, period.start))


def _of_versions(own_rows: list[Row], place: int, *, is_due: bool) -> Answer:
    """The answer of an obligation from its versions: the highest approved is in force, the newest may wait."""
    about = own_rows[0][:4]
    if own_rows[0][4] is None:
        return _new(Answer, about + _tail((0, *_NO_LINE), place, is_due, None))
    in_order = [(_facts(row), row) for row in own_rows]
    in_order.sort()
    approved = [each for each in in_order if each[0] & APPROVED]
    top, newest = approved[-1] if approved else None, in_order[-1]
    is_emptied = top is not None and top[0] & WITHDRAWN != 0
    punctual = in_order[0][0] & ON_TIME != 0
    said = _said(*top) if top and not is_emptied else (0, *_NO_LINE)
    if newest[0] & (APPROVED | WITHDRAWN | RETURNED):
        return _new(Answer, about + _tail(said, place, is_due, punctual, is_emptied=is_emptied))
    waiting = _new(Answer, about + _tail(_said(*newest), place, is_due, punctual))
    return _new(Answer, about + _tail(said, place, is_due, punctual, is_emptied=is_emptied, waiting=waiting))


def _tail(
    said: tuple, place: int, is_due: bool, punctual: bool | None, *, is_emptied: bool = False, waiting: Answer | None = None
) -> tuple:
    """The fields of an answer from `report` on; `said`: those up to `line`."""
    report, state = said[:2]
    pending = waiting.report if waiting else 0
    is_expected = state != NOT_APPLICABLE and (is_due or report != 0)
    why_missing = None
    if report == 0:
        unsaid = MissingReason.WITHDRAWN if is_emptied else MissingReason.NOT_ANSWERED
        why_missing = MissingReason.AWAITING_REVIEW if pending else unsaid
    elif state not in (*USABLE, NOT_APPLICABLE):
        why_missing = MissingReason.NOT_AVAILABLE
    is_plain = state in USABLE and punctual is True and waiting is None
    return (*said, place, is_due, punctual, is_emptied, pending, waiting, is_expected, why_missing, is_plain)


def _facts(row: Row) -> int:
    """All the bits."""
    return VERSION + STATE * VALUE + APPROVED + ON_TIME if row[5] == VALUE else row[5]


def _said(facts: int, row: Row) -> tuple:
    """From `report` to `line`."""
    return row[4], facts % VERSION // STATE, *row[6:]


def _by_indicator(owns: Owns, rows: Rows) -> tuple[dict[int, dict[int, Own]], dict[int, list[Answer]]]:
    """The answers about each definition put together; where one obligation is asked in two keep the newest, and give the others beside."""
    found: dict[int, dict[int, Own]] = {version.indicator: {} for version in rows.versions.values()}
    older: dict[int, list[Answer]] = {}
    for assignment, version in sorted((assignment, version) for version, by_assignment in owns.items() for assignment in by_assignment):
        if version not in rows.versions or assignment not in rows.assignments:
            continue
        own = sorted(owns[version][assignment].values(), key=place_of)
        indicator = rows.versions[version].indicator
        removed = rows.removed.get((assignment, indicator))
        if removed:
            own = [answer for answer in own if rows.periods[answer.period].end < removed]
        if not own:
            continue
        known = found[indicator].get(assignment)
        if known:
            found[indicator][assignment] = _newest_only(sorted(known + own, key=place_of), rows, older)
        else:
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
