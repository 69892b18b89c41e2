"""A school with much to report, signed in: everything on a page, out to Excel, filled in, read back, put right, sent in."""

import io

import pytest
from openpyxl import load_workbook

from followup.models import Report
from stakeholders.rules import Role
from tests.browser.partners import Cast
from tests.factories import a_user


@pytest.fixture(scope="module")
def site(serve):
    return serve(Cast)


def filled_in(path, value) -> dict:
    """The downloaded workbook with every status said and one figure typed in each row."""
    book = load_workbook(io.BytesIO(path.read_bytes()))
    for sheet, column, words in (("Svar", "Hur går det?", "Enligt plan"), ("Siffror", "Värde", value)):
        head = next(row for row in book[sheet].iter_rows() if row[0].value == "Nyckel")
        place = next(cell.column for cell in head if cell.value == column)
        for row in range(head[0].row + 1, book[sheet].max_row + 1):
            book[sheet].cell(row, place, words)
    out = io.BytesIO()
    book.save(out)
    return {"name": "svar.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": out.getvalue()}


@pytest.mark.parametrize(("width", "js"), [(1280, True), (360, False)])
def test_many_answers_by_way_of_excel(site, visit, width, js):
    with site.database():
        asked = site.cast.an_answer("Bruksskolan", "cafe", "Nattfotboll", "Fritidsbank", earlier=12)
        reporter = a_user(asked.assignment.actor, Role.REPORTER)
    seen = visit(site, "/my/", width=width, js=js, as_=reporter)
    assert seen.weight() <= 100 * 1024
    seen.go("/", name="day").page.click("text=Alla era svar")
    with seen.page.expect_download() as download:
        seen.page.click("text=Hämta som Excel")
    path = download.value.path()
    seen.page.click("text=Läs in ifylld fil")
    seen.check("import")
    seen.page.set_input_files("input[type=file]", filled_in(path, "fjorton"))
    seen.page.click("text=Visa vad som skickas in")
    seen.check("some-wrong")
    assert "Skriv antalet med siffror, till exempel 25." in seen.page.inner_text("main")
    seen.page.click("text=Avbryt")
    seen.page.set_input_files("input[type=file]", filled_in(path, 450))
    seen.page.click("text=Visa vad som skickas in")
    seen.check("preview")
    assert "450 är mycket mer än förra gången (12)." in seen.page.inner_text("main")
    seen.page.click("text=Skicka in 3 svar")
    seen.page.wait_for_load_state()
    seen.check("sent")
    assert seen.page.inner_text("h1") == "Inget svar väntar på er"
    with site.database():
        assert Report.objects.filter(submitted_by_user=reporter, channel="import").count() == 3


@pytest.mark.parametrize(("width", "js"), [(1280, True), (360, False)])
def test_what_is_said_on_the_phone_is_written_down(site, visit, width, js):
    with site.database():
        asked = site.cast.an_answer("Hembygdsföreningen", "cafe", earlier=12)
    seen = visit(site, f"/obligations/{asked.pk}/answer/", width=width, js=js, as_=site.cast.coordinator)
    for name, fields, button in (
        ("begin", {}, "a:has-text('Börja')"),
        ("who", {"[name=name]": "Kassören (Exempel)", "[name=role_title]": "kassör"}, "button:text-is('Nästa')"),
        ("status", {}, "button:has-text('Försenad')"),
        ("figures", {"[inputmode=numeric]": "7"}, "button:text-is('Nästa')"),
        ("happened", {"textarea": "Lokalen är för liten."}, "button:text-is('Nästa')"),
        ("needs", {"textarea": "En större lokal."}, "button:text-is('Nästa')"),
        ("check", {}, "button:text-is('Skicka in')"),
    ):
        for field, text in fields.items():
            seen.page.locator(f"main {field}").first.fill(text)
        seen.page.locator(f"main {button}").last.click()
        seen.page.wait_for_load_state()
        seen.check(f"phone-after-{name}")
    assert "Tack!" in seen.page.inner_text("h1")
    with site.database():
        report = asked.reports.get()
        assert (report.channel, report.signature.name, report.what_is_needed) == ("phone", "Kassören (Exempel)", "En större lokal.")
