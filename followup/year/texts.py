"""The texts of the year: what stands in it is what somebody has said is done."""

from django.utils.translation import gettext as _

from followup.models import YearText
from followup.year.book import Book
from followup.year.page import TextRow
from measures.models import Goal
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
