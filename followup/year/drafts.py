"""Drafts of the year's texts, made from the figures: something to begin from, marked as a draft until a person takes it."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import YearText
from followup.year.book import Book
from followup.year.build import decision_rows
from followup.year.page import TextRow
from followup.year.sections import coverage_of, held, sentences
from followup.year.texts import SUMMARY, focus_areas, signature, title_of
from followup.year.words import none_due
from measures.models import Goal
from stakeholders.formats import listing, out_of, whole

MOST_NAMES = 3


def with_drafts(book: Book, texts: Iterable[YearText]) -> tuple[TextRow, ...]:
    """A row for the whole and for each focus area: the words written, done or not, else a draft that nobody has read."""
    written = {text.goal_id or SUMMARY: text for text in texts}
    return tuple(_row(goal, book, written.get(goal.pk if goal else SUMMARY)) for goal in [None, *focus_areas(book)])


def draft_of(book: Book, goal: Goal | None) -> str:
    """What the figures say of a focus area (of all of them: None), as sentences to begin from."""
    own = {pk: each for pk, each in book.measures.items() if goal is None or book.focus_area(each.goal_id).pk == goal.pk}
    part = replace(book, measures=own)
    targets = tuple(each for each in held(book, book.year) if goal is None or own.keys() & set(book.measures_of[each.indicator]))
    decisions = decision_rows(book) if goal is None else ()
    told = sentences(part, targets, decisions)
    return " ".join([*told[: 3 if goal is None else 2], _coverage(part)])


def _coverage(book: Book) -> str:
    coverage = coverage_of(book, [row for row in book.answers.get(book.year, []) if row.measure in book.measures])
    if not coverage.expected:
        return none_due(is_over=not book.is_running and not coverage.requested) + "."
    words = _("Det bygger på %(part)s rapporter") % {"part": out_of(coverage.approved, coverage.expected)}
    names = list(dict.fromkeys(gap.actor for gap in coverage.gaps))
    if not names:
        return f"{words}."
    more = len(names) - MOST_NAMES
    rest = [ngettext("%(n)s till", "%(n)s till", more) % {"n": whole(more)}] if more > 0 else []
    return _("%(words)s; svar saknas från %(names)s.") % {"words": words, "names": listing([*names[:MOST_NAMES], *rest])}


def _row(goal: Goal | None, book: Book, text: YearText | None) -> TextRow:
    is_written = bool(text and text.text)
    return TextRow(
        goal=goal.pk if goal else SUMMARY,
        title=title_of(goal),
        text=text.text if text and is_written else draft_of(book, goal),
        signed=signature(text) if text and is_written else "",
        is_draft=not is_written,
    )
