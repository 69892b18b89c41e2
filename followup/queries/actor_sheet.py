"""One actor's sheet: what it has taken on, its answers over time, its own words, its agreements."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import Obligation, Period, Report
from followup.queries import due_on, obligation_state
from followup.queries.current import Next, next_answers
from followup.rules import Contacted, sign_of
from followup.transitions import State
from measures.models import Assignment
from measures.rules import AssignmentRole
from stakeholders import clock
from stakeholders.formats import listing
from stakeholders.models import Actor, Agreement

COLUMNS = 5
"""How many rounds stand beside each other."""


@dataclass(frozen=True)
class Part:
    """One assignment with its latest approved status (a symbol's name, or "") and what is next expected."""

    assignment: Assignment
    status: str
    next: Next | None


@dataclass(frozen=True)
class Answer:
    """One square of "Svar över tid": a symbol and its word. Without a symbol the word says why nothing was asked."""

    sign: str
    word: str
    report: int | None = None


@dataclass(frozen=True)
class Answers:
    """The table: rounds as columns, assignments as rows, and the whole in a sentence."""

    periods: list[Period]
    rows: list[tuple[Assignment, list[Answer]]]
    sentence: str


@dataclass
class ActorSheet:
    parts: list[Part]
    past: list[Assignment]
    answers: Answers | None
    words: list[Report]
    agreements: list[Agreement]

    @property
    def responsible(self) -> int:
        return sum(part.assignment.role == AssignmentRole.RESPONSIBLE for part in self.parts)

    @property
    def contributing(self) -> int:
        return len(self.parts) - self.responsible


def actor_sheet(actor: Actor) -> ActorSheet:
    """Everything about one actor, in a fixed number of queries."""
    assignments = list(actor.assignments.select_related("measure", "contact").order_by("-role", "measure__number_sort", "pk"))
    obligations = list(
        Obligation.objects.filter(assignment__actor=actor, period__opens_on__lte=clock.today())
        .select_related("period", "draft")
        .prefetch_related(Prefetch("reports", Report.objects.order_by("version")), "rulings")
        .order_by("period__ends_on", "period__starts_on", "pk")
    )
    upcoming = next_answers([assignment.pk for assignment in assignments])
    latest: dict[int, str] = {}
    for obligation in obligations:
        if report := _in_force(obligation):
            latest[obligation.assignment_id] = report.implementation_status
    current = [each for each in assignments if not each.ended_at and not each.declined_at]
    return ActorSheet(
        parts=[Part(each, latest.get(each.pk, ""), upcoming.get(each.pk)) for each in current],
        past=[each for each in assignments if each.ended_at or each.declined_at],
        answers=_answers(assignments, obligations),
        words=_words(assignments, obligations),
        agreements=list(actor.agreements.filter(ended_at=None).prefetch_related("parties").order_by("ends_on", "pk")),
    )


def _in_force(obligation: Obligation) -> Report | None:
    """The approved version that counts, if any (rule 1 of docs/figures.md)."""
    if obligation_state(obligation) not in (State.APPROVED, State.CORRECTING):
        return None
    return next(report for report in reversed(list(obligation.reports.all())) if report.approved_at)


def _answers(assignments: list[Assignment], obligations: list[Obligation]) -> Answers | None:
    periods = list({obligation.period_id: obligation.period for obligation in obligations}.values())[-COLUMNS:]
    if not periods:
        return None
    asked = {(obligation.assignment_id, obligation.period_id): obligation for obligation in obligations}
    shown = [each for each in assignments if any((each.pk, period.pk) in asked for period in periods)]
    rows = [(each, [_square(each, period, asked.get((each.pk, period.pk))) for period in periods]) for each in shown]
    in_table = [asked[each.pk, period.pk] for each in shown for period in periods if (each.pk, period.pk) in asked]
    return Answers(periods, rows, _sentence(in_table))


def _square(assignment: Assignment, period: Period, obligation: Obligation | None) -> Answer:
    if obligation is None:
        return Answer("", _("inte startad") if assignment.starts_on > period.ends_on else _("inte begärd"))
    state, last_day = obligation_state(obligation), due_on(obligation)
    draft = getattr(obligation, "draft", None)
    sign = sign_of(state, Contacted(begun_at=draft.saved_at if draft else None), last_day < clock.today())
    report = next(reversed(list(obligation.reports.all())), None)
    word = _("Godkänd, sen") if sign == "approved" and report and not report.was_on_time else ""
    return Answer(sign, word, report.pk if report else None)


def _sentence(obligations: list[Obligation]) -> str:
    states = Counter(obligation_state(obligation) for obligation in obligations)
    asked = len(obligations) - states[State.EXEMPT]
    approved, waiting = states[State.APPROVED], states[State.SUBMITTED] + states[State.CORRECTING]
    withdrawn, missing = states[State.WITHDRAWN], states[State.UNANSWERED] + states[State.RETURNED] + states[State.CLOSED]
    parts = [
        ngettext("%(n)s är godkänt", "%(n)s är godkända", approved) % {"n": approved},
        ngettext("%(n)s väntar på granskning", "%(n)s väntar på granskning", waiting) % {"n": waiting} if waiting else "",
        ngettext("%(n)s är återkallat", "%(n)s är återkallade", withdrawn) % {"n": withdrawn} if withdrawn else "",
        ngettext("%(n)s saknas", "%(n)s saknas", missing) % {"n": missing} if missing else "",
    ]
    begun = ngettext("Av %(n)s begärt svar", "Av %(n)s begärda svar", asked) % {"n": asked}
    return f"{begun}: {listing(part for part in parts if part)}."


def _words(assignments: list[Assignment], obligations: list[Obligation]) -> list[Report]:
    """The latest three approved answers that say something, each with its obligation's assignment and period at hand."""
    by_id = {assignment.pk: assignment for assignment in assignments}
    found = []
    for obligation in reversed(obligations):
        report = _in_force(obligation)
        if report and report.what_happened:
            obligation.assignment = by_id[obligation.assignment_id]
            report.obligation = obligation
            found.append(report)
    return found[:3]
