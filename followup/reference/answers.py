"""Rules 1 and 2: what counts, what is expected, and what is missing. One `Answer` is one obligation seen from one indicator."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from followup.figures import Mark, Missing, Window
from followup.reference.facts import (
    Assignment,
    Facts,
    IndicatorVersion,
    Line,
    Obligation,
    Period,
    Pin,
    Report,
    Ruling,
    Scope,
    stockholm_day,
)
from followup.words import Completeness, Flag, LineState, MissingReason, RulingKind


@dataclass(frozen=True)
class Answer:
    """An obligation that is not exempt, as it stood. `line` is the one in force, `pending_line` waits for review."""

    obligation: Obligation
    assignment: Assignment
    period: Period
    version: IndicatorVersion
    versions: tuple[IndicatorVersion, ...]
    is_due: bool
    in_force: Report | None
    is_emptied: bool
    pending: Report | None
    first_submission_late: bool | None
    line: Line | None
    pending_line: Line | None

    @property
    def applies(self) -> bool:
        return self.line is None or self.line.state != LineState.NOT_APPLICABLE

    @property
    def usable(self) -> bool:
        return self.line is not None and self.line.state in (LineState.VALUE, LineState.ZERO)

    @property
    def said(self) -> Line:
        """The line of a usable answer."""
        if self.line is None:
            raise LookupError(f"nothing usable is said in answer to {self.obligation}")
        return self.line

    @property
    def expected(self) -> bool:
        return self.applies and (self.is_due or self.in_force is not None)

    @property
    def requested(self) -> bool:
        return self.applies and not self.expected

    @property
    def received(self) -> bool:
        return self.first_submission_late is not None

    @property
    def ends_carrying(self) -> bool:
        """A withdrawn, not available or not applicable answer: an older value no longer stands for it (rule 3)."""
        return self.is_emptied or (self.in_force is not None and not self.usable)

    @property
    def why_missing(self) -> MissingReason:
        if self.in_force:
            return MissingReason.NOT_AVAILABLE
        if self.pending:
            return MissingReason.AWAITING_REVIEW
        if self.is_emptied:
            return MissingReason.WITHDRAWN
        return MissingReason.NOT_ANSWERED

    @property
    def place(self) -> tuple:
        """Period order, for one assignment."""
        return (self.period.end, self.period.start, self.obligation.id)


def answers(facts: Facts, indicator: int, as_of: datetime, scope: Scope) -> list[Answer]:
    """Every answer asked for about the indicator, in period order. `facts` are those known at `as_of`."""
    assignments = {a.id: a for a in facts.latest_assignments if scope(a)}
    periods = {p.id: p for p in facts.periods}
    found = []
    for obligation in facts.obligations:
        assignment, period = assignments.get(obligation.assignment), periods[obligation.period]
        versions = pinned(facts, obligation, indicator)
        if not assignment or not versions:
            continue
        if reports_indicator(facts, assignment, indicator, period) and not is_exempt(facts, obligation):
            found.append(_answer(facts, obligation, assignment, period, versions, as_of))
    return sorted(found, key=lambda answer: answer.place)


def pinned(facts: Facts, obligation: Obligation, indicator: int) -> list[IndicatorVersion]:
    """The definitions of the indicator that the obligation asks for: one, or two in a year reported in both."""
    pins = {pin.version for pin in facts.about(obligation, Pin)}
    return [version for version in facts.versions if version.id in pins and version.indicator == indicator]


def reports_indicator(facts: Facts, assignment: Assignment, indicator: int, period: Period) -> bool:
    """Whether the assignment still reports it: once removed, only for the periods that had ended before that day."""
    rows = [each for each in facts.reporting if (each.assignment, each.indicator) == (assignment.id, indicator)]
    removed_at = rows[-1].removed_at if rows else None
    return removed_at is None or period.end < stockholm_day(removed_at)


def _answer(
    facts: Facts, obligation: Obligation, assignment: Assignment, period: Period, versions: list[IndicatorVersion], as_of: datetime
) -> Answer:
    newest = max(versions, key=lambda version: (version.start, version.id))
    reports = reports_on(facts, obligation)
    force, pending = in_force(reports), awaiting_review(reports)
    return Answer(
        obligation=obligation,
        assignment=assignment,
        period=period,
        version=newest,
        versions=tuple(versions),
        is_due=due_date(facts, obligation, as_of) < stockholm_day(as_of),
        in_force=force,
        is_emptied=is_emptied(reports),
        pending=pending,
        first_submission_late=_first_submission_late(facts, obligation, reports),
        line=line_of(force, newest),
        pending_line=line_of(pending, newest),
    )


def reports_on(facts: Facts, obligation: Obligation) -> list[Report]:
    return sorted(facts.about(obligation, Report), key=lambda report: report.version)


def in_force(reports: Iterable[Report]) -> Report | None:
    """The highest approved version, or none when that one is withdrawn: an older one is never revived."""
    highest = _highest_approved(reports)
    return highest if highest and not highest.withdrawn_at else None


def is_emptied(reports: Iterable[Report]) -> bool:
    highest = _highest_approved(reports)
    return highest is not None and highest.withdrawn_at is not None


def _highest_approved(reports: Iterable[Report]) -> Report | None:
    approved = [report for report in reports if report.approved_at]
    return approved[-1] if approved else None


def awaiting_review(reports: list[Report]) -> Report | None:
    """The newest version, while nobody has decided about it."""
    newest = reports[-1] if reports else None
    return newest if newest and not (newest.approved_at or newest.returned_at or newest.withdrawn_at) else None


def line_of(report: Report | None, version: IndicatorVersion) -> Line | None:
    """The line about a definition. An approved report that says nothing about it has no usable line."""
    lines = [line for line in report.lines if line.version == version.id] if report else []
    return lines[0] if lines else None


def is_exempt(facts: Facts, obligation: Obligation) -> bool:
    kinds = (RulingKind.EXEMPT, RulingKind.REINSTATE)
    rulings = [ruling for ruling in facts.about(obligation, Ruling) if ruling.kind in kinds]
    return bool(rulings) and rulings[-1].kind == RulingKind.EXEMPT


def due_date(facts: Facts, obligation: Obligation, moment: datetime) -> date:
    """The last day to answer, as it was known at `moment`."""
    rulings = [ruling for ruling in facts.about(obligation, Ruling) if ruling.recorded_at <= moment]
    extensions = [ruling for ruling in rulings if ruling.kind == RulingKind.EXTEND]
    extended = extensions[-1].due if extensions else None
    return extended or next(period.due for period in facts.periods if period.id == obligation.period)


def _first_submission_late(facts: Facts, obligation: Obligation, reports: list[Report]) -> bool | None:
    """Decided once, against the due date in force at the first submission; None: never submitted."""
    if not reports:
        return None
    first = min(report.submitted_at for report in reports)
    return stockholm_day(first) > due_date(facts, obligation, first)


def missing(expected: Iterable[Answer]) -> tuple[Missing, ...]:
    return tuple(
        sorted(
            Missing(answer.obligation.id, answer.assignment.id, answer.assignment.actor, answer.why_missing)
            for answer in expected
            if not answer.usable
        )
    )


def partners(expected: Iterable[Answer]) -> tuple[int, int]:
    """How many partners have everything in, of how many."""
    everything: dict[int, bool] = {}
    for answer in expected:
        everything[answer.assignment.actor] = everything.get(answer.assignment.actor, True) and answer.usable
    return sum(everything.values()), len(everything)


def late(used: Iterable[Answer]) -> set[Mark]:
    return {Mark(Flag.LATE, answer.obligation.id) for answer in used if answer.first_submission_late}


def completeness(facts: Facts, in_window: list[Answer], as_of: datetime) -> Completeness:
    """Provisional until every period asked about is closed, then incomplete or final."""
    if not in_window or not all(is_closed(facts, answer.period, as_of) for answer in in_window):
        return Completeness.PROVISIONAL
    return Completeness.FINAL if all(answer.usable or not answer.applies for answer in in_window) else Completeness.INCOMPLETE


def is_closed(facts: Facts, period: Period, as_of: datetime) -> bool:
    """Closed by a person, and not just now opened again for a time."""
    is_unlocked = any(unlock.period == period.id and unlock.until > as_of for unlock in facts.unlocks)
    return period.closed_at is not None and not is_unlocked


def inside(found: Iterable[Answer], window: Window) -> list[Answer]:
    """The answers whose whole period lies inside the window."""
    return [answer for answer in found if window.holds(answer.period.start, answer.period.end)]
