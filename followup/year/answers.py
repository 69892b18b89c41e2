"""What was asked for in the year and the one before, and how each answer stands (rules 1 and 2)."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from followup.rollup import Rollup
from followup.rollup.rows import APPROVED, ON_TIME, RETURNED, WITHDRAWN
from followup.rollup.statuses import Reported, reports
from followup.transitions import ReportFacts, State, state_of
from followup.words import MissingReason
from followup.year.book import AnswerRow, Book
from stakeholders.formats import span

WHY_MISSING = {
    State.UNANSWERED: MissingReason.NOT_ANSWERED,
    State.RETURNED: MissingReason.NOT_ANSWERED,
    State.SUBMITTED: MissingReason.AWAITING_REVIEW,
    State.WITHDRAWN: MissingReason.WITHDRAWN,
}


class Standing(NamedTuple):
    """How an answer stands, from what has happened to each version. `in_force`: the place of the version that counts."""

    is_approved: bool
    is_waiting: bool
    why: str
    in_force: int | None


def asked_of(book: Book, rollup: Rollup) -> AbstractContextManager[Callable[[], list[Reported]]]:
    """The reports of the book's measures, of all actors, that `read_answers` needs: looked for while other things are worked out."""
    periods = {pk: period.year for pk, period in rollup.rows.periods.items() if book.holds(period)}
    assigned = [pk for pk, each in rollup.rows.assignments.items() if each.measure in book.measures]
    return reports(rollup, periods, assigned, words=[pk for pk, year in periods.items() if year == book.year])


def read_answers(book: Book, rollup: Rollup, found: Iterable[Reported], *, actor: int = 0) -> None:
    """Put in the book every answer asked for, or those from one actor. An exempted one is not there at all."""
    rows, as_of = rollup.rows, rollup.as_of
    periods = {pk: period for pk, period in rows.periods.items() if book.holds(period)}
    words = {pk: span(period.start, period.end, short=True) for pk, period in periods.items()}
    by_end: dict[date, list[list[Reported]]] = {period.end: [] for period in sorted(periods.values(), key=lambda each: each.end)}
    for _obligation, versions in groupby(found, key=itemgetter(0)):
        own = list(versions)
        by_end[periods[own[0][2]].end].append(own)
    standings: dict[tuple[int, ...], Standing] = {}
    in_year: dict[int, list[AnswerRow]] = {period.year: book.answers.setdefault(period.year, []) for period in periods.values()}
    for own in chain.from_iterable(by_end.values()):
        obligation, assignment, number, report, happened, _, _, _ = own[0]
        who, period = rows.assignments[assignment], periods[number]
        if actor not in (0, who.actor):
            continue
        book.actors[who.actor], book.actor_kinds[who.actor] = who.actor_name, who.actor_kind
        if obligation in rows.exempt:
            continue
        told = (tuple([row[4] for row in own]) if len(own) > 1 else (happened,)) if report else ()
        standing = standings.get(told) or standings.setdefault(told, _standing(told, as_of))
        in_force = None if standing.in_force is None else own[standing.in_force]
        in_year[period.year].append(AnswerRow(
            obligation, who.actor, who.measure, words[number], period.end,
            standing.is_approved or rows.due.get(obligation, period.is_due), standing.is_approved,
            bool(told), bool(told) and happened & ON_TIME != 0, standing.is_waiting, standing.why,
            in_force[3] if in_force else None, (in_force and in_force[7]) or "",
        ))  # fmt: skip


def _standing(told: tuple[int, ...], as_of: datetime) -> Standing:
    """`told`: what has happened to each submitted version, as bits."""

    def when(happened: int, bit: int) -> datetime | None:
        return as_of if happened & bit else None

    facts = [
        ReportFacts(place, as_of, when(happened, RETURNED), when(happened, APPROVED), when(happened, WITHDRAWN))
        for place, happened in enumerate(told)
    ]
    state = state_of(facts, [])
    is_approved = state in (State.APPROVED, State.CORRECTING)
    return Standing(
        is_approved=is_approved,
        is_waiting=state in (State.SUBMITTED, State.CORRECTING),
        why="" if is_approved else str(WHY_MISSING[state].label),
        in_force=max(place for place, happened in enumerate(told) if happened & APPROVED) if is_approved else None,
    )
