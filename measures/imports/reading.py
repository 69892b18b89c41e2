"""One sheet while it is being read: cells by field name, and the problems that turn up."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from measures.imports.cells import line_of, says_nothing, text_of
from measures.imports.days import Day, read_day
from measures.imports.headings import Layout
from measures.imports.numbers import Number, read_money, read_number
from measures.imports.problems import WORDING, Problem, Severity
from measures.rules import SCALE
from measures.spreadsheets import Cell, Row, Sheet
from stakeholders.rules import has_personal_number

Places = dict[Any, tuple[str, int]]
"""Key → the sheet and row where it stood first."""


@dataclass(slots=True)
class Findings:
    """The problems of a whole file, in order; notes about how a value was read are counted, not repeated."""

    problems: list[Problem] = field(default_factory=list)
    _notes: dict[tuple[str, str, str, str], dict[str, Any]] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        if problem.severity is Severity.NOTE and problem.row:
            key = (problem.code, problem.sheet, problem.column, problem.value)
            if key in self._notes:
                self._notes[key]["times"] += 1
                return
            self._notes[key] = {**(problem.facts or {}), "times": 1}
            problem = replace(problem, facts=self._notes[key])
        self.problems.append(problem)


@dataclass(slots=True)
class SheetReader:
    """Reads the rows of one sheet below its headings. A row with a blocking problem is blocked: `is_blocked` says so."""

    sheet: Sheet
    layout: Layout
    findings: Findings
    row: Row = field(default_factory=lambda: Row(0, []))
    is_blocked: bool = False

    def rows(self) -> Iterator[int]:
        """Step through the rows below the headings; gives each row's number."""
        for row in self.sheet.rows:
            if row.number > self.layout.header_row:
                self.row = row
                self.is_blocked = False
                yield row.number

    def say(self, code: str, name: str = "", value: object = "", *, at_row: int = 0, **facts: Any) -> None:
        """Note a problem with the field `name` of this row, or of an earlier one."""
        heading = self.layout.heading(name) if name else ""
        self.say_in_column(code, heading, value, at_row=at_row, **facts)

    def say_in_column(self, code: str, heading: str, value: object = "", *, at_row: int = 0, **facts: Any) -> None:
        if WORDING[code][0] is Severity.BLOCKS:
            self.is_blocked = True
        self.findings.add(Problem(code, self.sheet.name, at_row or self.row.number, heading, str(value)[:200], facts or None))

    def stands_already(self, key: Any, places: Places) -> str:
        """Where `key` stood first ("3", or "3 i bladet Skola"); "" when it is here that it stands first."""
        here = (self.sheet.name, self.row.number)
        sheet, row = places.setdefault(key, here)
        if (sheet, row) == here:
            return ""
        return str(row) if sheet == self.sheet.name else f"{row} i bladet {sheet}"

    def cell(self, name: str) -> Cell:
        column = self.layout.columns.get(name)
        return None if column is None else self.cell_at(column)

    def cell_at(self, column: int) -> Cell:
        return self.row.cells[column] if column < len(self.row.cells) else None

    def has(self, name: str) -> bool:
        """Whether the sheet has a column for the field at all."""
        return name in self.layout.columns

    def line(self, name: str, limit: int = 0, *, may_be_numbers: bool = False) -> str:
        """The field on one line, "" when it says nothing. A telephone number may look like a personnummer."""
        return self._checked(name, line_of(self.cell(name)), limit, may_be_numbers)

    def text(self, name: str, limit: int = 10_000) -> str:
        """The field with its line breaks, "" when it says nothing."""
        return self._checked(name, text_of(self.cell(name)), limit)

    def _checked(self, name: str, text: str, limit: int, may_be_numbers: bool = False) -> str:
        if says_nothing(text):
            return ""
        if limit and len(text) > limit:
            self.say("too_long", name, text[:80], length=len(text), limit=limit)
            return text[:limit]
        if not may_be_numbers and has_personal_number(text):
            self.say("personal_number", name)
        return text

    def day(self, name: str, *, is_end: bool) -> Day:
        """The field as a date; a word that was read as a day is noted."""
        cell = self.cell(name)
        day = read_day(cell, is_end=is_end)
        if day.wrong:
            self.say(day.wrong, name, line_of(cell))
        elif day.reading == "stretch":
            self.say("day_read_as", name, line_of(cell), day=str(day.day))
        elif day.reading:
            self.say(day.reading, name, line_of(cell))
        return day

    def year(self, name: str) -> int | None:
        cell = self.cell(name)
        text = line_of(cell)
        if says_nothing(text):
            return None
        if isinstance(cell, date):
            return cell.year
        if text.isascii() and text.isdigit() and len(text) == 4 and 1950 <= int(text) <= 2150:
            return int(text)
        self.say("year_wrong", name, text)
        return None

    def number_at(self, column: int, unit: str) -> Number:
        """The number in a column, in 1/10 000 of the unit."""
        number = read_number(self.cell_at(column), unit=unit)
        self._say_of_number(number, self.layout.headings.get(column, ""), column)
        return number

    def money(self, name: str) -> int | None:
        """Whole kronor."""
        column = self.layout.columns.get(name)
        if column is None:
            return None
        amount = read_money(self.cell_at(column))
        if amount.value is not None and amount.value < 0:
            amount = Number(wrong="not_an_amount")
        self._say_of_number(amount, self.layout.headings.get(column, ""), column)
        return None if amount.value is None else round(amount.value / SCALE)

    def _say_of_number(self, number: Number, heading: str, column: int) -> None:
        if code := number.wrong or number.note:
            self.say_in_column(code, heading, line_of(self.cell_at(column)))
