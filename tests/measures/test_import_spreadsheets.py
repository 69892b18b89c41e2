"""An uploaded file is opened in a child process: rows out, or one sentence about why not."""

import io
import struct
import time
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from measures import spreadsheets
from measures.spreadsheets import UnreadableError, pack_workbook, unpack_workbook

EXAMPLE = Path(spreadsheets.__file__).parent / "examples" / "handlingsplan_exempel.xlsx"


def read(path: Path) -> dict[str, list[tuple[int, list]]]:
    return {sheet.name: [(row.number, row.cells) for row in sheet.rows] for sheet in unpack_workbook(pack_workbook(path))}


def refusal(path: Path) -> UnreadableError:
    """The refusal of a file, within two seconds (S11). That the child stays small is what its limit on memory is for."""
    started = time.monotonic()
    with pytest.raises(UnreadableError) as refused:
        pack_workbook(path)
    assert time.monotonic() - started < 2
    return refused.value


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "plan.xlsx"


def a_workbook(path: Path, *rows: list, merge: str = "") -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Handlingsplan")
        a_day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, a_day)
                elif value is not None:
                    sheet.write(number, column, value)
        if merge:
            sheet.merge_range(merge, "Boende")
    return path


def a_zip(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def a_bare_workbook(path: Path, sheet: bytes, **parts: bytes) -> Path:
    """A minimal .xlsx around the XML of its one sheet."""
    main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    related = b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = b'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    return a_zip(
        path,
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": b"<Relationships "
            + packages
            + f'><Relationship Id="r1" Type="{relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
            "xl/workbook.xml": b"<workbook "
            + main
            + b" "
            + related
            + b'><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": b"<Relationships "
            + packages
            + f'><Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
            "xl/worksheets/sheet1.xml": b"<worksheet " + main + b">" + sheet + b"</worksheet>",
            **parts,
        },
    )


def test_the_example_file_gives_its_rows():
    sheets = read(EXAMPLE)
    assert list(sheets) == ["Handlingsplan", "Indikatorer", "Aktörer", "Områden"]
    assert sheets["Handlingsplan"][0] == (1, ["Handlingsplan för integration och social sammanhållning 2025–2034"])
    assert sheets["Handlingsplan"][3][0] == 5  # rows keep the numbers that Excel shows
    assert sheets["Handlingsplan"][5][1][7] == date(2025, 4, 1)


def test_cells_merged_downward_repeat_their_value(path):
    a_workbook(path, ["Fokus", "Nr"], [None, "1"], [None, "2"], [None, "3"], ["Annat", "4"], merge="A2:A4")
    assert [row[1][0] for row in read(path)["Handlingsplan"]] == ["Fokus", "Boende", "Boende", "Boende", "Annat"]


def test_cells_merged_sideways_do_not(path):
    a_workbook(path, [None, None, None], ["Nr", "Åtgärd"], merge="A1:C1")
    assert read(path)["Handlingsplan"][0] == (1, ["Boende"])


def test_hidden_sheets_are_not_read(path):
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Syns").write(0, 0, "x")
        hidden = book.add_worksheet("Dold")
        hidden.write(0, 0, "hemligt")
        hidden.hide()
    assert list(read(path)) == ["Syns"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ";"), ("utf-8-sig", ";"), ("cp1252", ";"), ("utf-8", ","), ("cp1252", "\t"), ("utf-16", "\t")],
)
def test_csv_is_understood_whatever_excel_saved(tmp_path, encoding, delimiter):
    lines = [["Nr", "Åtgärd", "Ansvarig"], ["1.1", "Läxhjälp på ön", "Bruksskolan"], ["1.2", "Språkcafé", "IF"]]
    file = tmp_path / "plan.csv"
    file.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    assert read(file) == {"": [(1, lines[0]), (2, lines[1]), (3, lines[2])]}


def test_a_line_break_in_a_quoted_csv_cell_stays_in_its_cell(tmp_path):
    file = tmp_path / "plan.csv"
    file.write_text('Nr;Åtgärd\n1;"Två\nrader"\n2;En\n')
    assert read(file)[""][1][1] == ["1", "Två\nrader"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"%PDF-1.7 ...", "not_a_spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_a_spreadsheet"),
        (b"Bara en mening om planen.\nOch en till.", "not_a_spreadsheet"),
        (b"<html><table><tr><td>1</td></tr></table>", "not_a_spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04 and then nothing of a zip", "damaged"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_its_own_sentence(path, content, code):
    path.write_bytes(content)
    refused = refusal(path)
    assert refused.code == code
    assert str(refused).endswith(".")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"word/document.xml": b"<w/>"}, "other_format"),
        ({"xl/workbook.bin": b"x"}, "other_format"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "other_format"),
        ({"readme.txt": b"hej"}, "not_a_spreadsheet"),
        ({"xl/workbook.xml": b"<not-closed"}, "damaged"),
    ],
)
def test_other_packed_files_are_refused(path, parts, code):
    assert refusal(a_zip(path, parts)).code == code


def test_a_truncated_workbook_is_refused(path):
    path.write_bytes(EXAMPLE.read_bytes()[:20_000])
    assert refusal(path).code == "damaged"


def test_a_file_over_forty_megabytes_is_refused_unread(path):
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    refused = refusal(path)
    assert str(refused) == "Filen är 200 MB. Det största som går att läsa in är 40 MB."


def test_a_zip_bomb_is_refused(path):
    a_bare_workbook(path, b"<sheetData>" + b" " * 200_000_000 + b"</sheetData>")
    assert path.stat().st_size < 1_000_000
    assert refusal(path).code == "bomb"


def test_a_bomb_that_lies_about_its_size_is_refused(path):
    a_bare_workbook(path, b"<sheetData>" + b" " * 200_000_000 + b"</sheetData>")
    packed = bytearray(path.read_bytes())
    at = 0
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        large = max(archive.infolist(), key=lambda part: part.file_size)
    struct.pack_into("<L", packed, large.header_offset + 22, 5_000)
    while (at := packed.find(b"PK\x01\x02", at)) >= 0:
        if struct.unpack_from("<L", packed, at + 42)[0] == large.header_offset:
            struct.pack_into("<L", packed, at + 24, 5_000)
        at += 4
    path.write_bytes(packed)
    assert refusal(path).code == "bomb"


def test_a_billion_laughs_are_refused(path):
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    a_bare_workbook(path, b"<sheetData/>", **{"xl/sharedStrings.xml": laughs + b"<sst>&b;</sst>"})
    assert refusal(path).code == "bomb"


def test_very_many_parts_are_refused(path):
    a_zip(path, {f"xl/media/{number}.xml": b"" for number in range(5_000)})
    assert refusal(path).code == "bomb"


def test_a_million_columns_are_refused(path):
    cells = b"".join(b'<c r="A1"><v>1</v></c>' for _ in range(3)) + b'<c r="XFD1"><v>1</v></c>'
    a_bare_workbook(path, b'<sheetData><row r="1">' + cells + b"</row></sheetData>")
    assert refusal(path).code == "too_many_columns"


def test_two_far_corners_do_not_fill_the_memory(path):
    corners = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    a_bare_workbook(path, b'<dimension ref="A1:B2"/><sheetData>' + corners + b"</sheetData>")
    assert refusal(path).code in ("too_large", "too_many_cells", "too_many_columns")


def test_a_dimension_that_lies_is_not_believed(path):
    a_bare_workbook(path, b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData>')
    assert read(path) == {"A": [(1, [7])]}


def test_too_many_rows_are_refused(tmp_path):
    file = tmp_path / "plan.csv"
    file.write_text("a;b\n" * 200_002)
    with pytest.raises(UnreadableError) as refused:
        pack_workbook(file)
    assert refused.value.code == "too_many_rows"


def test_the_child_may_not_use_more_than_its_memory(path, monkeypatch, tmp_path):
    """With less memory even an ordinary file is refused, so the limit is real; with its own it is read."""
    small = tmp_path / "spreadsheet_child.py"
    small.write_text(spreadsheets.CHILD.read_text().replace("MEMORY_BYTES = 300 *", "MEMORY_BYTES = 20 *"))
    a_workbook(path, *([f"text {row} {column}" for column in range(10)] for row in range(8_000)))
    assert len(read(path)["Handlingsplan"]) == 8_000
    monkeypatch.setattr(spreadsheets, "CHILD", small)
    assert refusal(path).code == "too_large"


def test_a_reader_that_hangs_is_stopped(path, monkeypatch, tmp_path):
    hangs = tmp_path / "spreadsheet_child.py"
    hangs.write_text("import time\ntime.sleep(60)\n")
    a_workbook(path, ["Nr"])
    monkeypatch.setattr(spreadsheets, "SECONDS", 0.1)
    monkeypatch.setattr(spreadsheets, "CHILD", hangs)
    assert refusal(path).code == "too_slow"


def test_the_limits_are_what_stops_it(path, monkeypatch):
    """The negative control: the same bomb, small enough to be harmless, is read when nothing forbids it."""
    a_bare_workbook(path, b"<sheetData>" + b" " * 500_000 + b'<row r="1"><c r="A1"><v>7</v></c></row></sheetData>')
    assert read(path) == {"A": [(1, [7])]}
