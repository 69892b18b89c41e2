"""Many answers as a workbook: what the pages ask, as rows. Read back, the same forms understand it, so that it means the same.

One sheet has a row for each answer, the other a row for each figure. A row whose status is empty is left alone, and so is an answer that
says what has been sent in already. Nothing is guessed: an empty figure in an answer that is given is a fault, never zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.actions.drafts import Answers, refuse_if_answered
from followup.forms.answer import Answer, typed_answers, with_lines
from followup.forms.book_columns import (
    ANSWERS,
    ASKED,
    ASKED_OF_FIGURE,
    FIGURES,
    KEY,
    MAIN,
    NO,
    WITHOUT,
    YES,
    categories_of,
    latest_of,
    parts_of,
)
from followup.models import Obligation
from followup.models.report import Channel
from followup.queries.answering import AskedFigure, asked_figures_of, written
from followup.words import ImplementationStatus
from measures.rules import IndicatorKind
from measures.spreadsheets import Cell
from measures.spreadsheets import Sheet as SheetIn
from stakeholders.exports import plain
from stakeholders.refusals import TooLate

HEADING_WITHIN = 30
"""Rows from the top where the headings must stand."""


class BookForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Ifylld fil"),
        error_messages={"required": gettext_lazy("Välj en fil."), "empty": gettext_lazy("Filen är tom.")},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )


@dataclass(frozen=True)
class Problem:
    """One thing that stands in the way: where, what stands there, and what to do. `status`: what a page would have answered."""

    sheet: str
    row: int
    column: str
    value: str
    remedy: str
    status: int = 422


@dataclass
class Given:
    """One answer from the file: as the forms read it, and what is worth knowing before it is sent in."""

    answer: Answer
    row: int = 0
    places: dict[str, tuple[str, int, str, str]] = field(default_factory=dict)

    @property
    def obligation(self) -> Obligation:
        return self.answer.obligation

    @property
    def figures(self) -> list[tuple[str, str]]:
        """[(figure, as it is read aloud)]"""
        form = self.answer.forms.get("figures")
        return [(one.figure.question, written(one.line, one.version)) for one in form.forms if one.line] if form else []

    @property
    def doubts(self) -> list[str]:
        """Figures far from last time's: asked about, and let by."""
        form = self.answer.forms.get("figures")
        return [f"{one.figure.question}: {one.doubt}" for one in form.forms if one.doubt] if form else []


@dataclass
class Book:
    """What a file says: answers that can be sent in, problems, and how many answers were left alone."""

    given: list[Given] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_alone: int = 0


def read_book(sheets: Iterable[SheetIn], obligations: Mapping[int, Obligation]) -> Book:
    """Read the sheets of a file against the answers that its reader may give, by id."""
    book = Book()
    figures = asked_figures_of(list(obligations.values()))
    with_lines(filter(None, map(latest_of, obligations.values())))
    given = {pk: Given(Answer(one, Channel.IMPORT, figures[pk])) for pk, one in obligations.items()}
    for each in given.values():
        each.answer.typed = {}
    by_figure = {f"{pk}/{asked.version.pk}": (given[pk], asked) for pk in given for asked in figures[pk]}
    parts = parts_of(asked for each in figures.values() for asked in each)
    found = False
    for sheet in sheets:
        for number, key, cells in _rows(sheet, {**ASKED, **ASKED_OF_FIGURE, **parts}):
            found = True
            if key in by_figure:
                _take_figure(*by_figure[key], parts, sheet.name, number, cells)
            elif key.isdecimal() and int(key) in given:
                _take_answer(given[int(key)], sheet.name, number, cells)
            elif any(text for _heading, text in cells.values()):
                remedy = _("Raden hör inte till något av era svar. Hämta en ny fil och flytta över det du har skrivit.")
                book.problems.append(Problem(sheet.name, number, str(KEY), key, remedy, status=404))
    if not found:
        book.problems.append(Problem("", 0, "", "", _("Filen har ingen kolumn som heter Nyckel. Hämta filen härifrån och fyll i den.")))
    for each in given.values():
        _judge(each, book)
    return book


def keys_in(sheets: Iterable[SheetIn]) -> set[int]:
    """The answers that the rows of a file name."""
    keys = {key.partition("/")[0] for sheet in sheets for _number, key, _cells in _rows(sheet, {})}
    return {int(key) for key in keys if key.isdecimal() and len(key) < 19}


def read_again(typed: Answers, obligation: Obligation, figures: list[AskedFigure]) -> Answer:
    """An answer that has been looked through, as the forms read it now. What was asked about then is let by."""
    answer = Answer(obligation, Channel.IMPORT, figures)
    answer.typed = typed
    return answer


def _judge(given: Given, book: Book) -> None:
    """Put one answer where it belongs: left alone, in the way, or ready."""
    answer = given.answer
    if not any(text for fields in answer.typed.values() for text in fields.values()):
        book.left_alone += 1
        return
    latest = latest_of(answer.obligation)
    if latest and _words_of(answer.typed) == _words_of(typed_answers(latest)):
        book.left_alone += 1
        return
    try:
        refuse_if_answered(answer.obligation)
    except TooLate as no:
        book.problems.append(Problem(str(ANSWERS), given.row, str(KEY), str(answer.obligation.assignment.measure), no.sentence, no.status))
        return
    faults = [(f"{step}-{name}" if step != "figures" else name, error) for step, name, error in _faults(answer)]
    book.problems += [_problem(given, name, error) for name, error in faults]
    if not faults:
        book.given.append(given)


def _faults(answer: Answer) -> Iterable[tuple[str, str, str]]:
    for step in answer.unanswered:
        for name, errors in answer.forms[step].errors.items():
            yield from ((step, name, str(error)) for error in errors)


def _problem(given: Given, name: str, error: str) -> Problem:
    heading = str(ASKED.get(name) or ASKED_OF_FIGURE["value"])
    place = given.places.get(name, (str(ANSWERS if name in ASKED else FIGURES), 0, heading, ""))
    return Problem(*place, remedy=error)


def _take_answer(given: Given, sheet: str, number: int, cells: dict[str, tuple[str, str]]) -> None:
    given.row = number
    statuses = {str(status.label).casefold(): status.value for status in ImplementationStatus}
    for name in ASKED:
        heading, text = cells.get(name, ("", ""))
        step, _dash, part = name.partition("-")
        given.places[name] = (sheet, number, heading or str(ASKED[name]), text)
        value = statuses.get(text.casefold(), text) if step == "status" else text
        given.answer.typed.setdefault(step, {})[part] = value


def _take_figure(
    given: Given, asked: AskedFigure, parts: dict[str, str], sheet: str, number: int, cells: dict[str, tuple[str, str]]
) -> None:
    version, prefix = asked.version, f"f{asked.version.pk}"
    main = MAIN.get(version.kind, "value")
    names = {"value": main, "denominator": "denominator", "new": "new", "decrease_reason": "decrease_reason"}
    names |= {f"{dimension}:{category}": f"{dimension}-{place}" for dimension, place, category in categories_of(asked)}
    typed = given.answer.typed.setdefault("figures", {})
    for column, name in names.items():
        heading, text = cells.get(column, ("", ""))
        given.places[f"{prefix}-{name}"] = (sheet, number, heading or str(ASKED_OF_FIGURE.get(column, "")), text)
        typed[f"{prefix}-{name}"] = text
    said = typed[f"{prefix}-{main}"].casefold()
    state = next((str(state) for state, words in WITHOUT.items() if said == str(words).casefold()), "")
    typed[f"{prefix}-state"] = state
    if state:
        typed[f"{prefix}-{main}"] = ""
    elif version.kind == IndicatorKind.LEVEL:
        places = {str(word).casefold(): str(place) for place, word in enumerate(version.scale)}
        typed[f"{prefix}-{main}"] = places.get(said, said)
    elif version.kind == IndicatorKind.MILESTONE:
        typed[f"{prefix}-{main}"] = {str(YES).casefold(): "1", str(NO).casefold(): "0"}.get(said, said)


def _rows(sheet: SheetIn, names: Mapping[str, Any]) -> Iterable[tuple[int, str, dict[str, tuple[str, str]]]]:
    """(row number, key, {name: (heading, text)}) of each row below the headings; headings are known in Swedish too."""
    known = {str(words).casefold(): name for name, words in names.items()}
    keys = {str(KEY).casefold()}
    with translation.override("sv"):
        known |= {str(words).casefold(): name for name, words in names.items()}
        keys.add(str(KEY).casefold())
    columns: dict[int, str] | None = None
    headings: dict[int, str] = {}
    for row in sheet.rows:
        texts = {place: _as_text(cell) for place, cell in enumerate(row.cells)}
        if columns is None:
            if row.number > HEADING_WITHIN:
                return
            if any(text.casefold() in keys for text in texts.values()):
                headings = texts
                columns = {place: known.get(text.casefold(), "key" if text.casefold() in keys else "") for place, text in texts.items()}
            continue
        cells = {name: (headings[place], texts.get(place, "")) for place, name in columns.items() if name}
        key = cells.pop("key", ("", ""))[1]
        if key or any(text for _heading, text in cells.values()):
            yield row.number, key, cells


def _words_of(typed: Answers) -> dict[str, str]:
    """What was said, without what only the pages remember."""
    return {
        f"{step}-{name}": text.replace("\r\n", "\n").strip()
        for step, fields in typed.items()
        for name, text in fields.items()
        if text.strip() and not name.endswith(("-asked", "-confirmed"))
    }


def _as_text(cell: Cell) -> str:
    """A cell as somebody would have typed it on the page."""
    if isinstance(cell, bool):
        return str(YES if cell else NO)
    if isinstance(cell, float):
        return f"{cell:.6f}".rstrip("0").rstrip(".").replace(".", ",")
    return plain(str(cell)).strip() if cell is not None else ""
