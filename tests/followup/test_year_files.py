"""The year in other forms: Excel to calculate with, Word to edit, CSV of each table. None of them runs what somebody typed."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from docx import Document
from openpyxl import load_workbook

from followup.actions.annual import freeze_year
from followup.actions.decisions import change_decision
from followup.actions.reports import withdraw_report
from followup.freeze import File, json_bytes
from followup.models import Report
from followup.words import Audience
from followup.year.build import year_of
from followup.year.files import Stamp, page, table_csv, workbook
from followup.year.tables import TABLES
from followup.year.word import document
from stakeholders import clock
from tests.factories import a_measure, a_target, an_actor, an_assignment, an_indicator, an_obligation
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
    assert ["Rapporter är med i siffrorna", 11, 12, pytest.approx(11 / 12, abs=1e-12), "inget att jämföra med"] in told, (
        "the four numbers, as numbers; a share is rounded once, where it is shown"
    )
    assert all("Årsuppföljning 2026" in sheet.oddFooter.left.text for sheet in book), "on paper each page says which year it is of"
    assert {100, 40} <= {value for value in targets if isinstance(value, int | float)}, "targets are numbers, not text"
    assert any("Bruksskolan (Exempel)" in str(cell.value) for row in book["Saknade rapporter"].iter_rows() for cell in row)


def a_period_of(plan):
    """The last round of the year, open again for a new part."""
    plan.periods.update(closed_at=None)
    return plan.periods.get(year=2026, number=3)


def sheet_of(book, name: str) -> list[dict[str, object]]:
    """The rows of a sheet below its headings, as cells by heading."""
    rows = list(book[name].iter_rows())
    head = next(place for place, row in enumerate(rows) if sum(cell.value is not None for cell in row) > 1)
    return [{str(name.value): cell for name, cell in zip(rows[head], row, strict=True)} for row in rows[head + 1 :]]


def values(row: dict[str, object], *names: str) -> list[object]:
    return [row[name].value for name in names]


def test_how_it_goes_is_counted_in_numbers(client, told_year, manager):
    """Measures by status, and answers asked for, received, in time, approved and missing: for each focus area and year."""
    client.force_login(manager)
    book = load_workbook(io.BytesIO(client.post(f"/plans/{told_year.pk}/years/2026/excel/").content))
    before, now = sheet_of(book, "Genomförande")
    assert values(now, "År", "Startade åtgärder", "Klar", "Enligt plan", "Försenad", "Utan rapport") == [2026, 2, 0, 2, 0, 0]
    assert values(now, "Väntade rapporter", "Inkomna", "I tid", "Godkända", "Saknas", "Väntar på granskning") == [12, 11, 0, 11, 1, 0]
    assert now["Andel godkända"].value == pytest.approx(11 / 12, abs=0.0001)
    assert now["Andel godkända"].number_format == "0%"
    assert values(before, "År", "Startade åtgärder", "Väntade rapporter") == [2025, 2, 0]
    assert now["Med ord"].value == "2 enligt plan"


def test_the_way_to_the_target_is_numbers_and_words_stand_only_where_there_is_none(client, told_year, manager, coordinator, reviewer):
    client.force_login(manager)
    visits = told_year.indicators.get(name="besök på läxhjälpen")
    a_target(visits, baseline=0, target=200, year=2028)
    shares = an_indicator(told_year.measures.get(number="1.2"), kind="stock", name="andel nöjda", unit="%", decimals=1)
    a_target(shares, baseline=50, target=80, year=2030)
    book = load_workbook(io.BytesIO(client.post(f"/plans/{told_year.pk}/years/2026/excel/").content))
    rows = {row["Mått"].value: row for row in sheet_of(book, "Mål och utfall")}
    row = rows["Besök på läxhjälpen"]
    assert values(row, "Utgångsår", "Utgångsläge", "Målår", "Mål", "Ursprungligt målår", "Ursprungligt mål") == [
        2024,
        0,
        2028,
        200,
        2028,
        100,
    ]
    least, most = values(row, "2026 minst", "2026 högst")
    assert least == most == sum(range(20, 25))
    assert values(row, "Vägen 2026 minst", "Vägen 2026 högst") == pytest.approx([80, 120], abs=0.1), "half of the way, give or take a tenth"
    assert values(row, "Andel av vägen, minst", "Andel av vägen, högst") == [least / 200] * 2
    assert row["Andel av vägen, minst"].number_format == "0%"
    assert values(row, "Rapporter", "Av") == [5, 6]
    unknown = rows["Andel nöjda"]
    assert values(unknown, "2026 minst", "2026 högst", "Andel av vägen, minst") == ["inte begärd", None, None]
    assert unknown["Mål"].number_format == "#,##0.0", "as many decimals as the indicator has"
    people = rows["Ungdomar med sommarjobb"]
    assert people["2026 minst"].value < people["2026 högst"].value, "an interval has its two ends"


def test_every_number_of_every_sheet_is_a_number_with_a_format(year, told_year, coordinator):
    """Whatever is written in figures alone is no text, and each number says how it is written; what is typed by people runs nowhere."""
    book = load_workbook(io.BytesIO(workbook(year, created=MARCH)))
    bare = re.compile(r"[−-]?[\d\u00a0 ]+([.,]\d+)?[\u00a0 ]?%?")
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                where = f"{sheet.title}!{cell.coordinate}: {cell.value!r}"
                if isinstance(cell.value, str):
                    is_heading = bool(cell.font.b)
                    is_number_of_a_measure = re.fullmatch(r"\d+\.\d+", cell.value)
                    assert is_heading or is_number_of_a_measure or not bare.fullmatch(cell.value), where
                    assert cell.data_type == "s", where
                elif cell.value is not None:
                    assert cell.number_format != "General", where


def test_days_and_old_and_new_figures_are_days_and_numbers(client, told_year, coordinator, reviewer, manager):
    change_decision(told_year.decisions.get(), by=coordinator, version=1, answer_by=date(2027, 4, 30))
    published = year_of(told_year, 2026, audience=Audience.MANAGEMENT)
    freeze_year(told_year, published, [File("aret.json", "application/json", json_bytes(published))], by=manager)
    with clock.at(MARCH + timedelta(days=1)):
        told_year.periods.update(closed_at=None)
        report = Report.objects.filter(obligation__assignment__measure__number="1.1").order_by("id").first()
        withdraw_report(report, by=coordinator, reason="Fel verksamhet.")
        client.force_login(manager)
        book = load_workbook(io.BytesIO(client.post(f"/plans/{told_year.pk}/years/2026/excel/").content))
    (decision,) = sheet_of(book, "Att besluta")
    assert decision["Svar senast"].value.date() == date(2027, 4, 30)
    (revised,) = sheet_of(book, "Reviderat")
    assert values(revised, "Publicerat minst", "Publicerat högst", "Nu minst", "Nu högst") == [110, 110, 90, 90]
    assert (revised["När"].value.date(), revised["Varför"].value) == (date(2027, 3, 10), "Fel verksamhet.")


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


def test_no_form_on_paper_leaves_out_the_rest_of_an_actors_measures(told_year, workspace):
    """Twenty of them: neither Word nor the frozen page ends with "och 14 till", since nothing can be opened there."""
    actor = an_actor(workspace, "Länken (Exempel)")
    for number in range(1, 21):
        an_obligation(an_assignment(a_measure(told_year, number=f"7.{number}"), actor), a_period_of(told_year))
    told = year_of(told_year, 2026, audience=Audience.MANAGEMENT)
    numbers = ", ".join(f"7.{number}" for number in range(1, 21))
    assert numbers in page(told)
    word = Document(io.BytesIO(document(told, created=MARCH)))
    assert numbers in {cell.text for table in word.tables for row in table.rows for cell in row.cells}


@pytest.mark.parametrize("rows", [13, 30])
def test_what_is_missing_is_named_on_paper_however_much_it_is(client, told_year, workspace, manager, rows):
    actor = an_actor(workspace, "Länken (Exempel)")
    period = a_period_of(told_year)
    for number in range(1, rows):
        an_obligation(an_assignment(a_measure(told_year, number=f"7.{number}", title=f"Uppdrag nr {number}"), actor), period)
    client.force_login(manager)
    for address, mark in (("", "tr"), ("tertials/3/", "li")):
        section = client.get(f"/plans/{told_year.pk}/years/2026/{address}").content.decode().partition('id="coverage"')[2]
        gaps = re.findall(rf"<{mark}[^>]*>(?:(?!</{mark}>).)*Uppdrag nr \d+(?:(?!</{mark}>).)*</{mark}>", section, re.S)
        assert len(gaps) == rows - 1
        assert sum('class="on-paper"' in gap for gap in gaps) == rows - 12, "so many are on paper only"


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


def test_a_remark_is_said_once_however_many_reports_it_is_about(told_year):
    rows = table_csv(year_of(told_year, 2026, audience=Audience.MANAGEMENT), "targets").decode("utf-8-sig").splitlines()
    assert "sen rapport" in rows[1]
    assert "sen rapport; sen rapport" not in "".join(rows)


def test_each_table_on_the_page_has_its_csv(client, told_year, manager):
    client.force_login(manager)
    links = links_of(client.get(f"/plans/{told_year.pk}/years/2026/"))
    for table in ("status", "decisions", "targets", "actors", "gaps", "money"):
        assert any(link.endswith(f"/{table}.csv") for link in links), table


def test_a_row_of_money_begins_with_a_capital_in_the_file_as_on_the_page(client, told_year, manager):
    client.force_login(manager)
    rows = client.get(f"/plans/{told_year.pk}/years/2026/money.csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) > 1
    assert all(row.strip('"')[0].isupper() for row in rows)


def test_a_sheet_that_has_nothing_says_so(year):
    """Heads alone look like something that failed; a CSV that has nothing has only its heads, since a program reads it."""
    assert not year.revisions
    book = load_workbook(io.BytesIO(workbook(year, created=MARCH)))
    assert [row["Mått"].value for row in sheet_of(book, "Reviderat")] == ["Inget att redovisa här."]
    assert len(table_csv(year, "revisions").decode().splitlines()) == 1


def test_the_columns_of_word_are_as_wide_in_other_programs_that_read_it(year):
    word = Document(io.BytesIO(document(year, created=MARCH)))
    for table in word.tables:
        columns, cells = [each.width for each in table.columns], [each.width for each in table.rows[0].cells]
        assert columns == cells, table.rows[0].cells[0].text
