"""The texts of the year: what stands in it is what somebody has said is done."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from followup.models import Report, YearText
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
    """By focus area (None: the whole year) with a text that is done: how many of its reports were approved or withdrawn after that.

    The figures of the page move, and signed words do not. Two queries, none where no text is done.
    """
    done = {text.goal_id: text.done_at for text in texts if text.done_at}
    if not done:
        return {}
    above = dict(plan.goals.values_list("pk", "parent"))
    reports = Report.objects.filter(obligation__period__plan=plan, obligation__period__year=year)
    later = reports.filter(Q(approved_at__gt=min(done.values())) | Q(withdrawn_at__gt=min(done.values())))
    moved = [
        (max(filter(None, (approved, withdrawn))), _top(goal, above))
        for approved, withdrawn, goal in later.values_list("approved_at", "withdrawn_at", "obligation__assignment__measure__goal")
    ]
    found = {area: sum(moment > done_at and area in (None, top) for moment, top in moved) for area, done_at in done.items()}
    return {area: count for area, count in found.items() if count}


def _top(goal: int, above: dict[int, int | None]) -> int:
    while (parent := above[goal]) is not None:
        goal = parent
    return goal
