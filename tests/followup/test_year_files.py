"""The year in other forms: Excel to calculate with, Word to edit, CSV of each table. None of them runs what somebody typed."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from docx import Document
from openpyxl import load_workbook

from followup.words import Audience
from followup.year.build import year_of
from followup.year.files import TABLES, Stamp, page, table_csv, workbook
from followup.year.word import document
from stakeholders import clock
from tests.followup.test_year import MARCH, links_of, told_year

pytestmark = pytest.mark.django_db
assert told_year, "the fixture"
FORMULA = '=HYPERLINK("http://example.se","klicka")'


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def year(told_year):
    told_year.indicators.filter(name__startswith="besök").update(name=FORMULA)
    return year_of(told_year, 2026, audience=Audience.MANAGEMENT)


def test_excel_has_real_numbers_frozen_panes_and_a_sheet_on_method_and_one_on_gaps(year):
    book = load_workbook(io.BytesIO(workbook(year, created=MARCH)))
    assert {"Mål och utfall", "Saknade rapporter", "Metod"} <= set(book.sheetnames)
    assert all(sheet.freeze_panes for sheet in book)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"], "nothing is a formula"
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells), "the dangerous name is there, made harmless"
    targets = [cell.value for row in book["Mål och utfall"].iter_rows() for cell in row]
    told = [[cell for cell in row if cell is not None] for row in book["Sammanfattning"].iter_rows(values_only=True)]
    assert ["Rapporter är med i siffrorna", 11, 12, "2025: inget att jämföra med"] in told, "the four numbers, as numbers"
    assert all("Årsuppföljning 2026" in sheet.oddFooter.left.text for sheet in book), "on paper each page says which year it is of"
    assert {100, 40} <= {value for value in targets if isinstance(value, int | float)}, "targets are numbers, not text"
    assert any("Bruksskolan (Exempel)" in str(cell.value) for row in book["Saknade rapporter"].iter_rows() for cell in row)


def test_word_has_headings_that_can_be_edited(year):
    word = Document(io.BytesIO(document(year, created=MARCH)))
    headings = [each.text for each in word.paragraphs if each.style.name.startswith(("Heading", "Title"))]
    for words in ("Årsuppföljning 2026", "Så går genomförandet", "Att besluta", "Mål och utfall, sämst först", "Så räknade vi"):
        assert words in headings
    assert len(word.tables) >= 4


def test_word_fits_the_paper_of_a_swedish_board_and_writes_numbers_as_it_does(year):
    word = Document(io.BytesIO(document(year, created=MARCH)))
    page = word.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297), "A4, not the letter of the library's own template"
    assert all(len(table.columns) <= 8 for table in word.tables), "a table that an upright page holds"
    assert all(table.rows[0]._tr.xpath("./w:trPr/w:tblHeader") for table in word.tables), "the head stands again on the next page"
    assert set(word.styles.element.xpath("//w:lang/@w:val")) == {"sv-SE"}, "and is not spelt by English rules"
    foot = word.sections[0].footer.paragraphs[0]
    assert "Årsuppföljning 2026" in foot.text
    assert "läget 9 mars 2027" in foot.text
    assert foot._p.xpath(".//w:instrText")[0].text == "PAGE"
    words = "\n".join([paragraph.text for paragraph in word.paragraphs])
    assert "Varje tecken" not in words, "there is no picture to speak of"
    assert "Bilden visar" not in words


def test_a_name_does_not_get_out_of_the_foot_of_the_page(year):
    """The foot is a style within the page: what somebody has called the company must stay a text in it."""
    html = page(replace(year, company='"}</style><script>alert(1)</script>\\'), stamp=Stamp("f" * 64, MARCH.date()))
    assert "<script" not in html
    assert html.count("</style>") == 1
    assert r"\22 }\3c /style\3e \3c script" in html


@pytest.mark.parametrize("table", TABLES)
def test_no_csv_holds_a_formula(year, table):
    rows = table_csv(year, table).decode("utf-8-sig")
    assert not [cell for line in rows.splitlines() for cell in line.split(";") if cell.strip('"').startswith(("=", "+", "@"))]


def test_each_table_on_the_page_has_its_csv(client, told_year, manager):
    client.force_login(manager)
    links = links_of(client.get(f"/plans/{told_year.pk}/years/2026/"))
    for table in ("status", "decisions", "targets", "actors", "gaps", "money"):
        assert any(link.endswith(f"/{table}.csv") for link in links), table


def test_the_columns_of_word_are_as_wide_in_other_programs_that_read_it(year):
    word = Document(io.BytesIO(document(year, created=MARCH)))
    for table in word.tables:
        columns, cells = [each.width for each in table.columns], [each.width for each in table.rows[0].cells]
        assert columns == cells, table.rows[0].cells[0].text
