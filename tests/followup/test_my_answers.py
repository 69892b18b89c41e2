"""Signed-in reporters with much to report: everything on one page, out to Excel, in again – read by the same forms, stored by the same act."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from zeal import zeal_ignore

from followup.actions.rounds import unlock_period
from followup.models import Draft, Obligation, Report
from followup.queries import obligation_state
from stakeholders import clock
from stakeholders.exports import Sheet, xlsx_bytes
from stakeholders.models import Event
from stakeholders.rules import Role
from tests.factories import a_contact, a_measure, a_period, a_report, a_user, an_actor, an_assignment, an_indicator, an_obligation
from tests.followup.partner import Partner

pytestmark = pytest.mark.django_db

BREAKDOWNS = {"gender": ["kvinnor", "män"]}


@pytest.fixture(autouse=True)
def one_by_one():
    """Several answers are stored by a loop, each under its own lock: that is meant."""
    with zeal_ignore():
        yield


@pytest.fixture
def period(plan):
    today = clock.today()
    return a_period(plan, 2026, 3, due_on=today + timedelta(days=10), closes_on=today + timedelta(days=30))


@pytest.fixture
def three(plan, club, period):
    """Läxhjälp with figures of every kind, Språkcafé with one, Nattfotboll with none."""
    every = [
        {"kind": "people", "name": "Elever", "breakdowns": BREAKDOWNS},
        {"kind": "ratio", "name": "Närvaro", "numerator_label": "Närvarande", "denominator_label": "Platser"},
        {"kind": "level", "name": "Trivsel", "scale": ["låg", "medel", "hög"]},
        {"kind": "milestone", "name": "Lokalen är klar"},
        {"kind": "stock", "name": "Kö", "decimals": 1},
        {"kind": "narrative", "name": "Berättelse"},
    ]
    made = []
    for number, (title, figures) in enumerate((("Läxhjälp", every), ("Språkcafé", [{"name": "Tillfällen"}]), ("Nattfotboll", []))):
        measure = a_measure(plan, number=f"4.{number + 1}", title=title)
        made.append(an_assignment(measure, club, *[an_indicator(measure, **figure) for figure in figures]))
    return [an_obligation(assignment, period) for assignment in made]


@pytest.fixture
def desk(reporter, three):
    desk = Partner()
    desk.client.force_login(reporter)
    return desk


class Book:
    """A downloaded workbook in somebody's Excel."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(io.BytesIO(content))

    @classmethod
    def of(cls, desk: Partner) -> "Book":
        answer = desk.client.get("/my/answers.xlsx")
        assert answer.status_code == 200
        return cls(answer.content)

    def fill(self, sheet: str, key, **cells) -> "Book":
        """Type in the row with `key`: {heading: value}."""
        page = self.book[sheet]
        head = next(row for row in page.iter_rows() if row[0].value == "Nyckel")
        columns = {cell.value: cell.column for cell in head}
        row = next(row for row in page.iter_rows(min_row=head[0].row) if str(row[0].value) == str(key))
        for heading, value in cells.items():
            page.cell(row[0].row, columns[heading.replace("_", " ")], value)
        return self

    def cell(self, sheet: str, key, heading: str):
        page = self.book[sheet]
        head = next(row for row in page.iter_rows() if row[0].value == "Nyckel")
        column = next(cell.column for cell in head if cell.value == heading)
        return next(page.cell(row[0].row, column).value for row in page.iter_rows() if str(row[0].value) == str(key))

    @property
    def file(self) -> SimpleUploadedFile:
        out = io.BytesIO()
        self.book.save(out)
        return SimpleUploadedFile("svar.xlsx", out.getvalue())


def answer_of(book: Book, obligation: Obligation, status: str = "Enligt plan", happened: str = "Det rullar på.", **more) -> Book:
    return book.fill("Svar", obligation.pk, **{"Hur går det?": status, "Vad har hänt?": happened, **more})


def figure_of(book: Book, obligation: Obligation, place: int, value, **more) -> Book:
    pin = obligation.pinned.order_by("id")[place]
    return book.fill("Siffror", f"{obligation.pk}/{pin.indicator_version_id}", **{"Värde": value, **more})


def read(desk: Partner, file, status: int = 200) -> Partner:
    return desk._seen(desk.client.post("/my/import/", {"file": file}, follow=True), "/my/import/", status)


# The page.


def test_everything_that_is_asked_is_on_one_page(desk, three, assignment, plan, reviewer):
    earlier = an_obligation(assignment, a_period(plan, 2026, 1))
    a_report(earlier, figures=[12], approved_by=reviewer)
    desk.open("/my/")

    assert "svar väntar på er" in desk.text
    assert "inskickad och godkänd" in desk.text
    assert f"/obligations/{three[0].pk}/answer/" in [address for address, _words in desk.links()]


def test_older_rounds_are_shown_when_asked_for(desk, plan, assignment):
    an_obligation(assignment, a_period(plan, 2025, 1))
    with clock.at(clock.now() + timedelta(days=400)):
        assert "Tertial 1 2025" not in desk.open("/my/").text
        assert "2025" in desk.follow("Visa äldre omgångar").text


def test_a_closed_round_waits_for_nobody_until_it_is_unlocked(desk, period, coordinator):
    period.closed_at = clock.now()
    period.save()
    assert "Inget svar väntar på er" in desk.open("/my/").text
    unlock_period(period, by=coordinator, until=clock.now() + timedelta(days=2), reason="de var sjuka")
    assert "3 svar väntar på er" in desk.open("/my/").text


def test_the_page_of_another_actor_is_not_here(desk, plan, period, workspace):
    stranger = an_actor(workspace, "Bruksskolan (Exempel)")
    a_contact(stranger)
    an_obligation(an_assignment(a_measure(plan, title="Hemlig"), stranger), period)
    desk.open("/my/")

    assert "Hemlig" not in desk.page
    assert "Hemlig" not in str([[cell.value for cell in row] for sheet in Book.of(desk).book for row in sheet.iter_rows()])


@pytest.mark.parametrize("many", [1, 8])
def test_few_questions_whatever_the_size(plan, club, reporter, reviewer, period, many):
    for number in range(many):
        measure = a_measure(plan, title=f"Åtgärd {number}")
        one = an_obligation(an_assignment(measure, club, an_indicator(measure)), period)
        if number % 2 == 0:
            a_report(one, figures=[3], by=club.contacts.get(), approved_by=reviewer)
    desk = Partner()
    desk.client.force_login(reporter)
    for address, budget in {"/my/": 10, "/my/answers.xlsx": 13}.items():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            desk.client.get(address)
        assert len(asked) <= budget, [query["sql"][:120] for query in asked]
    book = Book.of(desk)
    with CaptureQueriesContext(connection) as asked:
        desk.client.post("/my/import/", {"file": book.file})
    assert len(asked) <= 14, [query["sql"][:120] for query in asked]


# Out and in.


def test_a_filled_in_workbook_is_shown_and_then_sent_in(desk, three, reporter):
    every, cafe, football = three
    book = answer_of(answer_of(answer_of(Book.of(desk), every), cafe, "Försenad", **{"Vad behöver ni?": "En lokal."}), football, "Klar")
    figure_of(book, every, 0, 43, **{"Varav nya i år": 12, "Kön: kvinnor": 20, "Kön: män": 20})
    figure_of(book, every, 1, 34, **{"Av totalt": 58})
    figure_of(book, every, 2, "Hög")
    figure_of(book, every, 3, "nej")
    figure_of(book, every, 4, 3.5)
    figure_of(book, every, 5, "vet inte")
    figure_of(book, cafe, 0, "Gäller inte")
    read(desk, book.file)

    assert "3 svar är klara att skicka in" in desk.text
    assert "Inget är sparat än." in desk.text
    assert not Report.objects.exists()
    assert not Draft.objects.exists()
    desk.press("Skicka in 3 svar")
    assert "3 svar är inskickade." in desk.text
    lines = {line.indicator_version.indicator.name: line for line in every.reports.get().lines.all()}
    assert (lines["Elever"].value, lines["Elever"].new_people) == (430_000, 120_000)
    assert {cell.category: cell.value for cell in lines["Elever"].cells.all()} == {"kvinnor": 200_000, "män": 200_000, "okänt": 30_000}
    assert (lines["Närvaro"].numerator, lines["Närvaro"].denominator) == (340_000, 580_000)
    assert (lines["Trivsel"].value, lines["Lokalen är klar"].state, lines["Kö"].value) == (20_000, "zero", 35_000)
    assert (lines["Berättelse"].state, cafe.reports.get().lines.get().state) == ("not_available", "not_applicable")
    report = cafe.reports.get()
    assert (report.channel, report.submitted_by_user, report.what_is_needed) == ("import", reporter, "En lokal.")
    assert Event.objects.filter(verb="report.submitted").count() == 3


def test_zero_is_said_outright_and_an_empty_figure_is_a_fault_with_its_place(desk, three):
    cafe = three[1]
    book = answer_of(Book.of(desk), cafe)
    read(desk, book.file, 422)
    assert "Inget går att skicka in än" in desk.text
    row = desk.text.partition("Att rätta i filen")[2]
    assert "Siffror rad" in row
    assert "Värde" in row
    assert "tomt" in row
    assert "Skriv antalet med siffror, till exempel 25." in row
    read(desk, figure_of(book, cafe, 0, 0).file).press("Skicka in 1 svar")

    assert cafe.reports.get().lines.get().state == "zero"


def test_what_is_wrong_is_told_as_on_the_page_and_the_right_ones_can_go(desk, three):
    every, cafe, football = three
    book = answer_of(answer_of(answer_of(Book.of(desk), every, "Allt bra"), cafe, "Pausad"), football, happened="Anna 850709-9805 kom.")
    figure_of(book, cafe, 0, "trettio")
    read(desk, book.file, 422)
    for words in (
        "Allt bra",
        "Välj hur det går med åtgärden.",
        "Skriv varför, med en mening.",
        "trettio",
        "Det ser ut som ett personnummer.",
    ):
        assert words in desk.text
    answer_of(book, football, happened="Fler kom.")
    read(desk, book.file)
    assert "1 svar är klart att skicka in" in desk.text
    desk.press("Skicka in 1 svar")

    assert football.reports.exists()
    assert Report.objects.count() == 1


def test_what_was_exported_and_read_in_again_changes_nothing(desk, three, reviewer):
    cafe, football = three[1:]
    a_report(football, what_happened='=HYPERLINK("http://ond.example")', approved_by=reviewer)
    a_report(cafe, figures=[1234.0])
    book = Book.of(desk)
    assert book.cell("Svar", football.pk, "Vad har hänt?") == '\'=HYPERLINK("http://ond.example")'
    assert book.cell("Siffror", f"{cafe.pk}/{cafe.pinned.get().indicator_version_id}", "Värde") == 1234
    read(desk, book.file)

    assert "Filen säger inget nytt" in desk.text
    assert "3 svar är tomma eller redan inskickade" in desk.text


def test_a_changed_row_is_a_new_version_and_what_is_approved_asks_why(desk, three, reviewer):
    cafe, football = three[1:]
    a_report(cafe, figures=[14])
    a_report(football, approved_by=reviewer)
    book = answer_of(figure_of(Book.of(desk), cafe, 0, 15), football, "Klar")
    read(desk, book.file)
    assert "Varför rättas svaret?" in desk.text
    answer_of(book, football, "Klar", **{"Varför rättas svaret?": "Fel status."})
    read(desk, book.file)
    assert "rättelse av ett godkänt svar" in desk.text
    desk.press("Skicka in 2 svar")

    assert [report.lines.get().value for report in cafe.reports.order_by("version")] == [140_000, 150_000]
    assert obligation_state(Obligation.objects.get(pk=football.pk)) == "correcting"


def test_a_figure_far_off_is_asked_about_before_it_is_sent(desk, three, plan, reviewer):
    cafe = three[1]
    last = an_obligation(cafe.assignment, a_period(plan, 2026, 2))
    a_report(last, figures=[32], approved_by=reviewer)
    read(desk, answer_of(figure_of(Book.of(desk), cafe, 0, 450), cafe).file)

    assert "450 är mycket mer än förra gången (32). Stämmer det?" in desk.text
    desk.press("Skicka in 1 svar")
    assert cafe.reports.get().lines.get().is_confirmed_odd is False, "nobody has said yes, so the reviewer is told"


def test_pressing_twice_sends_once(desk, three):
    read(desk, answer_of(Book.of(desk), three[2]).file)
    action, fields = desk.form_of("Skicka in 1 svar")
    for _ in range(3):
        assert desk.client.post(action, fields).status_code == 302

    assert Report.objects.count() == 1


def test_somebody_who_answers_meanwhile_is_not_overwritten(desk, three):
    """All or nothing: one of two has changed, so neither is stored."""
    cafe, football = three[1:]
    read(desk, answer_of(answer_of(figure_of(Book.of(desk), cafe, 0, 3), cafe), football).file)
    a_report(football, what_happened="Kollegan hann före.")
    desk.press("Skicka in 2 svar", 409)

    assert "Inget är sparat." in desk.text
    assert Report.objects.get().what_happened == "Kollegan hann före."


def test_a_closed_round_and_foreign_rows_are_refused_as_on_the_page(desk, three, plan, period, workspace):
    football = three[2]
    stranger = an_actor(workspace)
    a_contact(stranger)
    foreign = an_obligation(an_assignment(a_measure(plan), stranger), period)
    book = answer_of(Book.of(desk), football)
    page = book.book["Svar"]
    page.append([foreign.pk, "", "", "", "", "", "Klar"])
    page.append([987_654, "", "", "", "", "", "Klar"])
    read(desk, book.file)
    told = [line for line in desk.text.split("Svar rad ") if "Raden hör inte till något av era svar." in line]
    assert len(told) == 2, "what is another's and what does not exist are told in the same words"
    period.closed_at = clock.now()
    period.save()
    read(desk, answer_of(Book.of(desk), football).file, 409)
    assert "stängd" in desk.text


def test_a_tampered_or_borrowed_book_is_not_sent(desk, three, club):
    read(desk, answer_of(Book.of(desk), three[2]).file)
    action, fields = desk.form_of("Skicka in 1 svar")
    assert desk.client.post(action, {**fields, "book": fields["book"][:-2] + "xx"}).status_code == 404
    colleague = Partner()
    colleague.client.force_login(a_user(club, Role.REPORTER))
    assert colleague.client.post(action, fields).status_code == 404

    assert not Report.objects.exists()


def test_a_file_that_is_none_of_ours_is_explained(desk):
    other = SimpleUploadedFile("annat.xlsx", xlsx_bytes([Sheet("Blad1", ["Namn"], [["Anna"]])], title="Annat"))
    read(desk, other, 422)
    assert "Filen har ingen kolumn som heter Nyckel." in desk.text
    read(desk, SimpleUploadedFile("bild.xlsx", b"\x89PNG"), 422)
    assert "Filen är inget kalkylblad." in desk.text
    assert desk.client.post("/my/import/").status_code == 422


def test_the_day_of_a_reporter_leads_here(desk):
    desk.open("/").follow("Alla era svar")
    assert "3 svar väntar på er" in desk.text
