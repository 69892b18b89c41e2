"""The answers behind the year, measure by measure: what each figure and each symbol of its page leads to."""

from dataclasses import dataclass

from followup.year.book import AnswerRow, Book
from followup.year.sections import status_word
from measures.models import Measure


@dataclass(frozen=True)
class Row:
    """An answer and who gave it, or was to give it."""

    answer: AnswerRow
    actor: str

    @property
    def is_approved(self) -> bool:
        return self.answer.is_approved

    @property
    def is_expected(self) -> bool:
        return self.answer.is_expected


@dataclass(frozen=True)
class Group:
    """A measure, its status in the year, and the answers about it."""

    measure: Measure
    status: str
    rows: tuple[Row, ...]


def reports_of(book: Book) -> list[Group]:
    """The answers in the book, by measure in the order of the plan; measures that have not begun and that nobody answers are left out."""
    by_measure: dict[int, list[Row]] = {}
    for row in book.answers.get(book.year, []):
        by_measure.setdefault(row.measure, []).append(Row(row, book.actors[row.actor]))
    return [
        Group(each, status_word(book, book.year, each.pk), tuple(sorted(by_measure.get(each.pk, []), key=_order)))
        for each in sorted(book.measures.values(), key=lambda each: each.number_sort)
        if each.pk in by_measure or book.has_started(each, book.year)
    ]


def _order(row: Row) -> tuple[str, str, int]:
    return row.actor, row.answer.period_end.isoformat(), row.answer.obligation
