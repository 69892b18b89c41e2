"""The rows that could not be read in, as a file that can be mended and read in again."""

from itertools import islice

from measures.imports.cells import line_of
from measures.imports.headings import PLAN, Layout
from measures.imports.tree import Understanding
from measures.spreadsheets import Cell, Row, Sheet

CARRIED = ("focus_area", "goal")


def left_out_sheets(sheets: list[Sheet], understanding: Understanding) -> list[Sheet]:
    """For each sheet with blocked rows: what stands above the headings, the headings, and those rows, with their numbers."""
    blocked = understanding.blocked_rows
    found = []
    for index, layout in understanding.layouts.items():
        sheet = sheets[index]
        numbers = {row for name, row in blocked if name == sheet.name}
        if numbers:
            found.append(Sheet(sheet.name, _rows(sheet, layout, numbers)))
    return found


def _rows(sheet: Sheet, layout: Layout, numbers: set[int]) -> list[Row]:
    above = [row for row in islice(sheet.rows, 50) if row.number <= layout.header_row]
    carried: dict[int, Cell] = {}
    columns = [layout.columns[name] for name in CARRIED if name in layout.columns] if layout.kind == PLAN else []
    rows = []
    for row in sheet.rows:
        if row.number <= layout.header_row:
            continue
        for column in columns:
            if column < len(row.cells) and line_of(row.cells[column]):
                carried[column] = row.cells[column]
        if row.number in numbers:
            rows.append(Row(row.number, [carried.get(i, cell) if cell is None else cell for i, cell in enumerate(row.cells)]))
    return [*above, *rows]
