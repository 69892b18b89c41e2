"""The texts of the year: what stands in it is what somebody has said is done."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Q, QuerySet, Value
from django.utils.translation import gettext as _

from followup.models import ObligationRuling, Report, YearText
from followup.words import RulingKind
from followup.year.book import Book
from followup.year.page import TextRow
from measures.models import Goal, Plan
from stakeholders import clock
from stakeholders.formats import full_day

SUMMARY = 0
"""Stands for the goal where a text is about the whole year."""


def focus_areas(book: Book) -> list[Goal]:
    return [goal for goal in book.goals.values() if goal.parent_id is None]


def title_of(goal: Goal | None) -> str:
    return goal.title if goal else _("Året i korthet")


def done_rows(book: Book) -> tuple[TextRow, ...]:
    """What stands in the year: the texts that somebody has said are done."""
    rows = []
    for goal in [None, *focus_areas(book)]:
        text = book.texts.get(goal.pk if goal else SUMMARY)
        if text:
            rows.append(TextRow(goal.pk if goal else SUMMARY, title_of(goal), text.text, signature(text)))
    return tuple(rows)


def signature(text: YearText) -> str:
    """Who wrote it, and which day."""
    return f"{text.written_by}, {full_day(clock.day_of(text.written_at))}" if text.written_at else ""


def moved_since(plan: Plan, year: int, texts: Iterable[YearText]) -> dict[int | None, int]:
    """By focus area (None: the whole year) with a text that is done: how many of its answers have come to count, or no longer do, after that.

    The figures of the page move, and signed words do not. Two queries, none where no text is done.
    """
    done = {text.goal_id: text.done_at for text in texts if text.done_at}
    if not done:
        return {}
    above = dict(plan.goals.values_list("pk", "parent"))
    moved: dict[int, tuple[datetime, int]] = {}
    for obligation, goal, *moments in _moves(plan, year, min(done.values())):
        last = max(filter(None, (*moments, moved[obligation][0] if obligation in moved else None)))
        moved[obligation] = last, _top(goal, above)
    found = {area: sum(moment > done_at and area in (None, top) for moment, top in moved.values()) for area, done_at in done.items()}
    return {area: count for area, count in found.items() if count}


def _moves(plan: Plan, year: int, since: datetime) -> QuerySet[Any]:
    """(answer, goal, moment, moment or None): approved or withdrawn since, exempted or asked for again. One query."""
    asked = {"obligation__period__plan": plan, "obligation__period__year": year}
    where = ("obligation", "obligation__assignment__measure__goal")
    reports = Report.objects.filter(Q(approved_at__gt=since) | Q(withdrawn_at__gt=since), **asked)
    rulings = ObligationRuling.objects.filter(recorded_at__gt=since, kind__in=(RulingKind.EXEMPT, RulingKind.REINSTATE), **asked)
    never = Value(None, output_field=DateTimeField())
    return (
        reports.order_by()
        .values_list(*where, "approved_at", "withdrawn_at")
        .union(rulings.order_by().values_list(*where, "recorded_at", never), all=True)
    )


def _top(goal: int, above: dict[int, int | None]) -> int:
    while (parent := above[goal]) is not None:
        goal = parent
    return goal
