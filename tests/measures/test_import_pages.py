"""The pages of an import: upload, preview, settle, confirm, cancel, undo – each a sentence a person understands."""

import io
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from measures import spreadsheets
from measures.models import Measure, Plan
from measures.spreadsheets import pack_workbook, unpack_workbook
from stakeholders.models import Actor, ImportRun
from tests.factories import a_workspace, an_actor, an_import
from tests.measures.test_import_understanding import GOOD, HEADINGS, TITLE

pytestmark = pytest.mark.django_db

EXAMPLE = Path(spreadsheets.__file__).parent / "examples" / "handlingsplan_exempel.xlsx"


@pytest.fixture
def page(client, coordinator):
    client.force_login(coordinator)
    return client


def upload(page, content: bytes, name: str = "plan.xlsx", **fields):
    room = {"workspace": ImportRun._meta.get_field("workspace").related_model.objects.get(slug="norrbruk").pk}
    return page.post(reverse("import_upload"), {"file": SimpleUploadedFile(name, content), **room, **fields})


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def act(page, run: ImportRun, verb: str, **form):
    return page.post(reverse(f"import_{verb}", args=[run.pk]), form, follow=True)


def test_the_example_is_walked_from_file_to_plan_and_back(page, company):
    answer = upload(page, EXAMPLE.read_bytes())
    run = ImportRun.objects.get()
    assert answer.url == reverse("import_show", args=[run.pk])
    shown = text_of(page.get(answer.url))
    assert "61 åtgärder är klara att läsas in" in shown
    assert "Inget är sparat än." in shown
    assert "”Norrbruks socialtjanst (Exempel)” liknar ”Norrbruks socialtjänst (Exempel)”. Vi använder den." in shown
    assert "Handlingsplan rad 9, 11, 16, 18, 27, 33, 35, 36, 41, 53 och 57" in shown
    assert not Plan.objects.exists()

    shown = text_of(act(page, run, "confirm", seen=run.content["digest"], accepted="on"))
    assert "Filen är inläst." in shown
    assert "Åtgärder 61" in shown
    assert Measure.objects.count() == 61

    shown = text_of(act(page, run, "undo"))
    assert "Inläsningen är ångrad" in shown
    assert not Plan.objects.exists()
    assert Actor.objects.get() == company


def test_rows_in_error_are_named_left_out_and_fetched(page, workspace):
    run = an_import(workspace)
    shown = text_of(page.get(reverse("import_show", args=[run.pk])))
    assert "1 rad går inte att läsa in, 1 går bra" in shown
    assert "Handlingsplan rad 4 Slutdatum ”31 juni 2026” finns inte. Skriv ett datum som finns" in shown
    for words in ("Läs in de andra", "Ladda ner raden", "Avbryt"):
        assert words in shown

    file = page.get(reverse("import_left_out", args=[run.pk]))
    assert file["Content-Disposition"].startswith("attachment")
    act(page, run, "confirm", seen=run.content["digest"])
    assert list(Measure.objects.values_list("number", flat=True)) == ["1.1"]
    again = page.get(reverse("import_left_out", args=[run.pk]))
    assert again.content == file.content


def test_the_fetched_rows_can_be_mended_and_read_in_again(page, workspace, tmp_path):
    run = an_import(workspace)
    act(page, run, "confirm", seen=run.content["digest"])
    path = tmp_path / "rader.xlsx"
    path.write_bytes(page.get(reverse("import_left_out", args=[run.pk])).content)
    (sheet,) = unpack_workbook(pack_workbook(path))
    assert [row.cells for row in sheet.rows] == [
        ["Ny plan 2025–2034 (Exempel)"],
        ["Nr", "Åtgärd", "Fokusområde", "Slutdatum", "Rad i filen"],
        ["1.2", "Läxhjälp", "Skola", "31 juni 2026", 4],
    ]
    answer = upload(page, path.read_bytes())
    again = ImportRun.objects.latest("pk")
    assert answer.url == reverse("import_show", args=[again.pk])
    assert again.content["plan"]["id"] == Plan.objects.get().pk  # the same plan, by its title


@pytest.mark.parametrize("text", ["=1+1", "+46 70", "-5 grader", "@import", "\tdold", "'=1", "<script>alert(1)</script>", '"><img src=x>'])
def test_what_comes_in_comes_out_as_text(page, workspace, tmp_path, text):
    """S9, S12: nothing in a cell runs, on the page or in a spreadsheet, and import(export(x)) is x."""
    run = an_import(workspace, ["1.1", text, "Boende", "31 juni 2026"])
    shown = page.get(reverse("import_show", args=[run.pk])).content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    path = tmp_path / "rader.xlsx"
    path.write_bytes(page.get(reverse("import_left_out", args=[run.pk])).content)
    (sheet,) = unpack_workbook(pack_workbook(path))
    again = an_import(workspace, list(sheet.rows)[2].cells)
    problem = next(p for p in again.problems if p[0] == "no_such_day")
    assert problem[4] == "31 juni 2026"
    act(page, an_import(workspace, ["7.1", list(sheet.rows)[2].cells[1], "Boende", "2030-12-31"]), "confirm")
    assert Measure.objects.get(number="7.1").title == text.strip()


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "tom.xlsx", "Filen är tom."),
        (b"%PDF-1.7", "plan.pdf", "Filen är inget kalkylblad."),
        (b"PK\x03\x04trasig", "plan.xlsx", "Filen är skadad"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "plan.xls", "Filen är i det gamla Excel-formatet."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(page, workspace, content, name, sentence):
    answer = upload(page, content, name)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not ImportRun.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(page, workspace):
    answer = page.generic("POST", reverse("import_upload"), b"", CONTENT_LENGTH=str(200 * 1024 * 1024))
    assert answer.status_code == 413
    assert "Det största som går att skicka är 40 MB." in text_of(answer)


def test_wrong_headings_lead_to_choosing_columns(page, workspace, coordinator):
    answer = upload(page, "Alfa;Beta;Gamma\n1.1;Läxhjälp;Skola\n".encode(), "plan.csv")
    assert "Filen går inte att läsa in än" in text_of(page.get(answer.url))
    run = ImportRun.objects.get()
    address = reverse("import_columns", args=[run.pk, 0])
    assert "Läxhjälp" in text_of(page.get(address))
    choice = {"header_row": 1, "column_0": "plan.number", "column_1": "plan.title"}
    assert page.post(address, {**choice, "column_2": "plan.title"}).status_code == 422
    assert page.post(address, {**choice, "column_2": "actors.name"}).status_code == 422
    shown = text_of(page.post(address, {**choice, "column_2": "plan.focus_area"}, follow=True))
    assert "Vad heter planen?" in shown
    assert act(page, run, "settle", title="", first_year=2025, last_year=2030).status_code == 422
    shown = text_of(act(page, run, "settle", title="Vår plan", first_year=2025, last_year=2030))
    assert "1 åtgärd är klar att läsas in" in shown
    act(page, run, "confirm")
    assert Measure.objects.get().goal.title == "Skola"


def test_an_unknown_actor_is_settled_on_the_page(page, workspace, coordinator, tmp_path):
    for name in ("Bolaget", "Skolan"):
        an_actor(workspace, name)
    content = "\n".join(";".join(str(cell or "") for cell in row) for row in (TITLE, HEADINGS, [*GOOD[:4], "Kyrkan", *GOOD[5:]]))
    answer = upload(page, content.encode(), "plan.csv")
    shown = page.get(answer.url)
    assert "Aktören ”Kyrkan” finns varken i filen eller i registret." in text_of(shown)
    run = ImportRun.objects.get()
    assert act(page, run, "settle", actor_0="Finns inte").status_code == 422
    assert "1 åtgärd är klar att läsas in" in text_of(act(page, run, "settle", actor_0="Skolan"))
    act(page, run, "confirm")
    assert Measure.objects.get().assignments.get().actor.name == "Skolan"


def test_a_preview_that_has_gone_stale_is_shown_again(page, workspace):
    run = an_import(workspace)
    with zeal_ignore():  # the import is fetched twice, each time to be locked
        answer = act(page, run, "confirm", seen="something-else")
    assert answer.status_code == 409
    assert "Något har ändrats sedan du såg förhandsgranskningen." in text_of(answer)
    assert not Measure.objects.exists()


def test_confirming_twice_is_once(page, workspace):
    run = an_import(workspace)
    assert act(page, run, "confirm").status_code == 200
    answer = act(page, run, "confirm")
    assert answer.status_code == 409
    assert "Filen är redan inläst." in text_of(answer)
    assert Measure.objects.count() == 1


def test_a_cancelled_import_leaves_nothing_and_says_so(page, workspace):
    run = an_import(workspace)
    assert "är avbruten. Inget är sparat." in text_of(act(page, run, "cancel"))
    assert "Inget ur ”plan.xlsx” är sparat." in text_of(page.get(reverse("import_show", args=[run.pk])))


def test_a_file_goes_only_into_a_room_that_one_coordinates(page, workspace, outsider):
    neighbour = a_workspace()
    answer = page.post(reverse("import_upload"), {"file": SimpleUploadedFile("p.csv", b"Nr;\xc5tg\xe4rd\n1;x"), "workspace": neighbour.pk})
    assert answer.status_code == 422
    assert not ImportRun.objects.exists()


def test_the_example_can_be_fetched(page, workspace):
    content = b"".join(page.get(reverse("import_example")).streaming_content)
    assert io.BytesIO(content).read(2) == b"PK"
    assert content == EXAMPLE.read_bytes()


@pytest.mark.parametrize("rows", [3, 600])
def test_the_preview_takes_as_many_queries_whatever_the_size(page, workspace, rows):
    run = an_import(workspace, *([f"{n}.1", f"Åtgärd {n}", "Boende", "31 juni" if n % 2 else None] for n in range(rows)))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert page.get(reverse("import_show", args=[run.pk])).status_code == 200
    assert len(asked) <= 8, [query["sql"][:120] for query in asked]
