"""Tables out: nothing that runs, numbers as numbers, and back in unchanged."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from stakeholders.exports import Sheet, csv_bytes, neutral, plain, xlsx_bytes

NASTY = ["=1+1", "+46 70", "-5 grader", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "vanlig", "'vanlig", "å;ä\nö"]


@given(st.text())
def test_what_is_made_neutral_can_be_read_back(text):
    assert plain(neutral(text)) == text


@pytest.mark.parametrize("text", NASTY)
def test_no_cell_begins_with_what_a_spreadsheet_runs(text):
    assert neutral(text)[0] not in "=+-@\t\r"


def test_csv_keeps_minus_five_a_number_and_neutralises_text():
    content = csv_bytes(["Namn", "=Antal"], [[text, -5] for text in NASTY]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))

    assert rows[0] == ["Namn", "'=Antal"]
    assert [plain(row[0]) for row in rows[1:]] == NASTY
    assert {row[1] for row in rows[1:]} == {"-5"}


def test_excel_keeps_numbers_and_holds_no_formula():
    content = xlsx_bytes([Sheet("Blad/1", ["Text", "Tal"], [[text, -5] for text in NASTY], above=["=ovanför"])], title="Exempel")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()

    assert rows[0][0] == "'=ovanför"
    assert [row[1] for row in rows[3:]] == [-5.0] * len(NASTY)
    assert b"<f>" not in content


def test_the_same_sheets_at_the_same_moment_are_the_same_bytes():
    from datetime import UTC, datetime

    moment = datetime(2027, 3, 1, tzinfo=UTC)
    one, two = (xlsx_bytes([Sheet("A", ["x"], [[1]])], title="T", created=moment) for _ in range(2))
    assert one == two
