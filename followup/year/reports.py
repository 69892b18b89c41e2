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


def reports_of(book: Book, *, goal: int = 0, measure: int = 0, actor: int = 0) -> list[Group]:
    """The answers of the year, by measure in the order of the plan; only those under a goal, of a measure or from an actor."""
    by_measure: dict[int, list[Row]] = {}
    for row in book.answers.get(book.year, []):
        if not actor or row.actor == actor:
            by_measure.setdefault(row.measure, []).append(Row(row, book.actors[row.actor]))
    chosen = [
        each
        for each in sorted(book.measures.values(), key=lambda each: each.number_sort)
        if (not goal or goal in _line_of(book, each.goal_id))
        and (not measure or each.pk == measure)
        and (each.pk in by_measure or (book.has_started(each, book.year) and not actor))
    ]
    return [Group(each, status_word(book, book.year, each.pk), tuple(sorted(by_measure.get(each.pk, []), key=_order))) for each in chosen]


def named(book: Book, *, goal: int = 0, measure: int = 0, actor: int = 0) -> str:
    """What the list is about, in words; "" for all of the year."""
    words = [
        book.goals[goal].title if goal in book.goals else "",
        str(book.measures[measure]) if measure in book.measures else "",
        book.actors.get(actor, ""),
    ]
    return ", ".join(word for word in words if word)


def _order(row: Row) -> tuple[str, str, int]:
    return row.actor, row.answer.period_end.isoformat(), row.answer.obligation


def _line_of(book: Book, goal: int) -> set[int]:
    """The goal and all above it."""
    line = set()
    above: int | None = goal
    while above is not None:
        line.add(above)
        above = book.goals[above].parent_id
    return line
