"""The frozen year: made by a job, the same bytes for ever, corrected only by a new version."""

import ctypes
import hashlib
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pypdfium2
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from docx import Document
from openpyxl import load_workbook

from followup.actions.annual import freeze_year
from followup.freeze import File
from followup.freezing import prepared
from followup.models import AnnualFollowUp, FrozenFile, Publication
from followup.tasks import run_jobs
from followup.words import Audience
from followup.year import files, word
from followup.year.build import year_of
from followup.year.pdf import pdf
from stakeholders import clock
from stakeholders.models import Job
from stakeholders.refusals import TooLate
from tests.factories import a_period, a_report, a_target, an_obligation
from tests.followup.test_year import links_of, text_of

pytestmark = pytest.mark.django_db
MARCH = datetime(2027, 3, 9, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def closed_year(plan, assignment, indicator, coordinator, reviewer):
    """One answer, in a round that is closed."""
    a_target(indicator, baseline=0, target=100)
    obligation = an_obligation(assignment, a_period(plan))
    a_report(obligation, by=coordinator, approved_by=reviewer, figures=[12])
    plan.periods.update(closed_at=MARCH)
    return plan


def freeze(client, plan, **form) -> Job:
    """By page, as a person does it, and then the worker."""
    answer = client.post(f"/plans/{plan.pk}/years/2026/freeze/", form)
    assert answer.status_code == 302, text_of(answer)
    assert "Väntar på sin tur" in text_of(client.get(answer["Location"]))
    run_jobs()
    return Job.objects.latest("pk")


def bytes_of(annual: AnnualFollowUp) -> dict[str, str]:
    return {file.name: hashlib.sha256(bytes(file.content)).hexdigest() for file in annual.files.all()}


class Tag(NamedTuple):
    """One element of the structure that a screen reader walks: its kind, that of what it is within, its alternative words, its scope."""

    kind: str
    within: str
    words: str
    scope: str


def tags_of(page: pypdfium2.PdfPage) -> Iterator[Tag]:
    raw = pypdfium2.raw

    def told(ask, element) -> str:
        size = ask(element, None, 0)
        words = ctypes.create_string_buffer(size)
        ask(element, words, size)
        return words.raw.decode("utf-16-le").rstrip("\0")

    def scope_of(element) -> str:
        facts = raw.FPDF_StructElement_GetAttributeAtIndex(element, 0)
        scope = facts and raw.FPDF_StructElement_Attr_GetValue(facts, b"Scope")
        words, size = ctypes.create_string_buffer(40), ctypes.c_ulong()
        if scope:
            raw.FPDF_StructElement_Attr_GetStringValue(scope, words, 40, size)
        return words.raw[: size.value].decode("utf-16-le").rstrip("\0")

    def walk(element, within: str) -> Iterator[Tag]:
        kind = told(raw.FPDF_StructElement_GetType, element)
        yield Tag(kind, within, told(raw.FPDF_StructElement_GetAltText, element), scope_of(element))
        for place in range(raw.FPDF_StructElement_CountChildren(element)):
            if child := raw.FPDF_StructElement_GetChildAtIndex(element, place):
                yield from walk(child, kind)

    tree = raw.FPDF_StructTree_GetForPage(page)
    for place in range(raw.FPDF_StructTree_CountChildren(tree)):
        yield from walk(raw.FPDF_StructTree_GetChildAtIndex(tree, place), "")


def texts_of(page: pypdfium2.PdfPage) -> Iterator[tuple[str, str]]:
    """Each piece of text, and how it is marked: "Artifact" is no part of what is read out, and "" is neither."""
    raw, words = pypdfium2.raw, page.get_textpage()
    for each in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        name, size = ctypes.create_string_buffer(80), ctypes.c_ulong()
        if raw.FPDFPageObj_CountMarks(each):
            raw.FPDFPageObjMark_GetName(raw.FPDFPageObj_GetMark(each, 0), ctypes.cast(name, ctypes.POINTER(ctypes.c_ushort)), 80, size)
        text = ctypes.create_string_buffer(2 * raw.FPDFTextObj_GetText(each, words, None, 0))
        raw.FPDFTextObj_GetText(each, words, ctypes.cast(text, ctypes.POINTER(ctypes.c_ushort)), len(text) // 2)
        yield text.raw.decode("utf-16-le").rstrip("\0"), name.raw[: size.value].decode("utf-16-le").rstrip("\0")


def streams_of(pdf: bytes) -> Iterator[bytes]:
    """What is packed in the file."""
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(packed)


def fonts_of(document: pypdfium2.PdfDocument) -> set[str]:
    """The families of the letters on the pages."""
    found = set()
    for page in document:
        for each in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
            name = ctypes.create_string_buffer(200)
            pypdfium2.raw.FPDFFont_GetBaseFontName(pypdfium2.raw.FPDFTextObj_GetFont(each), name, 200)
            found.add(name.value.decode().partition("+")[2])
    return found


def test_management_freezes_a_closed_year_and_nothing_ever_changes_it(client, closed_year, manager, coordinator, measure, club):
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{closed_year.pk}/years/2026/freeze/"))
    assert "Bygger på 1 av 1 rapporter" in page
    job = freeze(client, closed_year)
    assert (job.state, job.done, job.total) == ("done", 17, 17), job.failure  # the reading and sixteen files
    annual = AnnualFollowUp.objects.get()
    before = bytes_of(annual)
    assert {name.rpartition(".")[2] for name in before} == {"json", "html", "pdf", "xlsx", "docx", "csv"}
    assert set(annual.publications.values_list("audience", flat=True)) == {Audience.REVIEW, Audience.MANAGEMENT, Audience.PUBLIC}
    archive = client.get(f"/frozen/{annual.pk}/archive/").content

    measure.title, club.name = "Något annat", "En annan förening"
    title, company = closed_year.title, closed_year.workspace.name
    closed_year.title, closed_year.workspace.name = "En annan plan", "Ett annat bolag"
    for renamed in (measure, club, closed_year, closed_year.workspace):
        renamed.save()
    closed_year.periods.update(closed_at=None)
    assert bytes_of(annual) == before == {file.name: file.sha256 for file in annual.files.all()}
    assert client.get(f"/frozen/{annual.pk}/archive/").content == archive
    with zipfile.ZipFile(io.BytesIO(archive)) as package:
        assert {entry.compress_type for entry in package.infolist()} == {zipfile.ZIP_STORED}, "no later zlib gives other bytes"
        manifest = json.loads(package.read("manifest.json"))
        assert (manifest["plan"], manifest["workspace"]) == (title, company)
        assert all(hashlib.sha256(package.read(file["name"])).hexdigest() == file["sha256"] for file in manifest["files"])
    call_command("verify_frozen")

    pdf = bytes(annual.files.get(name="arsuppfoljning-2026.pdf").content)
    document = pypdfium2.PdfDocument(pdf)
    mark = before["arsuppfoljning-2026.json"]
    assert all(mark in page.get_textpage().get_text_range().replace("\r\n", "") for page in document), "the fingerprint is on every page"
    within = pdf + b"".join(streams_of(pdf))
    assert b'pdfaid:part="2" pdfaid:conformance="A"' in within, "it says that it is PDF/A-2a"
    assert (b"/OutputIntents" in within, b"/Encrypt" in within, b"/JavaScript" in within) == (True, False, False)
    assert document.is_tagged(), "/MarkInfo /Marked true in the catalogue"
    tags = [tag for page in document for tag in tags_of(page)]
    assert {"H1", "H2", "P", "Table", "THead", "TBody", "TR", "TH", "TD", "L", "LI", "Lbl", "LBody", "Figure"} <= {tag.kind for tag in tags}
    pictures = [tag.words for tag in tags if tag.kind == "Figure"]
    assert any("Utgångsläge" in words or "Mål 2028" in words for words in pictures), "a picture is told in words"
    assert all(pictures), "and a symbol beside its own word is no picture"
    assert {tag.scope for tag in tags if tag.kind == "TH"} == {"Column", "Row"}
    assert {tag.within for tag in tags if tag.kind in ("LI", "TR", "Lbl")} <= {"L", "THead", "TBody", "TFoot", "LI"}
    assert {tag.kind for tag in tags if tag.within == "L"} == {"LI"}
    assert {tag.kind for tag in tags if tag.within == "Table"} <= {"Caption", "THead", "TBody", "TFoot", "TR"}
    for page in document:
        marked = [(text, kind) for text, kind in texts_of(page) if text.strip()]
        feet = "".join(text for text, kind in marked if kind == "Artifact").replace(" ", "")
        assert {mark[:20] in feet, mark[-20:] in feet} == {True}, "the foot belongs to the page, and is not read out"
        assert {kind for text, kind in marked} == {"Artifact", "Span"}, "all else is in the tree"
    assert any(name.startswith("Source-Sans-3") for name in fonts_of(document)), "our own letters, not what the machine happens to have"
    assert mark in bytes(annual.files.get(name="arsuppfoljning-2026.html").content).decode()


@pytest.fixture
def out_of_reach(monkeypatch) -> Callable[[], None]:
    """Takes away all that the forms of a year are drawn with, as when a library is upgraded to something else, or gone."""

    def gone(*_args, **_kwargs):
        raise ImportError("it is not here any more")

    def take_away() -> None:
        drawers = {"weasyprint", "pydyf", "docx", "xlsxwriter"}
        for name in [*drawers, *(name for name in sys.modules if name.partition(".")[0] in drawers)]:
            monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.setattr("stakeholders.exports.Workbook", gone)  # imported with the module
        monkeypatch.setattr("followup.year.files.render_to_string", gone)
        monkeypatch.setattr("csv.writer", gone)

    return take_away


def test_a_frozen_year_is_served_whole_when_the_libraries_that_drew_it_are_gone(client, closed_year, manager, reporter, out_of_reach):
    client.force_login(manager)
    assert freeze(client, closed_year).state == "done"
    annual, answer = AnnualFollowUp.objects.get(), closed_year.periods.get().obligations.get()
    shown = year_of(closed_year, 2026, audience=Audience.MANAGEMENT)
    drawings = {
        "html": lambda: files.page(shown),
        "pdf": lambda: pdf(shown),
        "xlsx": lambda: files.workbook(shown, created=MARCH),
        "docx": lambda: word.document(shown, created=MARCH),
        "csv": lambda: files.table_csv(shown, "targets"),
    }
    addresses = [f"/frozen/{annual.pk}/archive/", *(f"/frozen/{annual.pk}/{name}" for name in bytes_of(annual))]
    assert {address.rpartition(".")[2] for address in addresses} >= drawings.keys()
    before = {address: client.get(address).content for address in addresses}

    out_of_reach()
    for form, draw in drawings.items():
        with pytest.raises(ImportError):
            pytest.fail(f"{form} can still be drawn: {len(draw())}")
    assert {address: client.get(address).content for address in addresses} == before
    assert {name: before[f"/frozen/{annual.pk}/{name}"][:4] for name in bytes_of(annual) if name.endswith((".pdf", ".xlsx"))} == {
        "arsuppfoljning-2026.pdf": b"%PDF",
        "arsuppfoljning-2026.xlsx": b"PK\x03\x04",
    }
    for address in (f"/frozen/{annual.pk}/", f"/plans/{closed_year.pk}/years/2026/compare/?frozen={annual.pk}", "/years/"):
        assert client.get(address).status_code == 200, address
    call_command("verify_frozen")
    client.force_login(reporter)
    theirs = before[f"/frozen/{annual.pk}/arsuppfoljning-2026-partner.html"]
    assert client.get(f"/obligations/{answer.pk}/answer/year.html").content == theirs


@pytest.mark.parametrize("statement", ["UPDATE {table} SET name = 'x'", "DELETE FROM {table}", "UPDATE {table} SET content = {empty}"])
def test_plain_sql_cannot_change_a_frozen_file(closed_year, coordinator, statement):
    shown = year_of(closed_year, 2026, audience=Audience.MANAGEMENT)
    freeze_year(closed_year, shown, [File("a.json", "application/json", b"{}")], by=coordinator)
    empty = "'\\x'::bytea" if connection.vendor == "postgresql" else "x''"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table="followup_frozenfile", empty=empty))
    call_command("verify_frozen")


def test_a_file_that_is_not_what_it_was_is_found(closed_year, coordinator):
    annual = AnnualFollowUp.objects.create(plan=closed_year, year=2026, version=1, rules_version="1", frozen_by=coordinator)
    FrozenFile.objects.create(annual=annual, name="a.json", content_type="application/json", content=b"{}", sha256="0" * 64)
    with pytest.raises(CommandError, match="1 frysta filer"):
        call_command("verify_frozen")


def test_a_year_with_an_open_round_is_not_frozen(client, closed_year, manager):
    closed_year.periods.update(closed_at=None)
    client.force_login(manager)
    address = f"/plans/{closed_year.pk}/years/2026/freeze/"
    assert "Alla rapportrundor för 2026 måste vara stängda" in text_of(client.get(address))
    assert client.post(address).status_code == 409
    assert not Job.objects.exists()


def unlock(client, plan, coordinator, until_day: str) -> None:
    """By page, as the coordinator, who is signed in after it."""
    period = plan.periods.get()
    client.force_login(coordinator)
    answer = client.post(f"/rounds/{period.pk}/unlock/", {"until_day": until_day, "reason": "Läxhjälpen räknade fel."})
    assert answer.status_code == 302, text_of(answer)


UNLOCKED = (
    "Tertial 1, 2026 är upplåst för rättelser till och med 12 mars 2027. Rundan låses igen av sig själv, och först då kan året frysas."
)


@pytest.fixture
def drawn_quickly(monkeypatch):
    """The forms themselves are drawn for real in the first test; here it is about versions."""
    from followup import freezing
    from followup.freeze import json_bytes

    monkeypatch.setattr(freezing, "frozen_files", lambda year, **_: [File("aret.json", "application/json", json_bytes(year))])


def test_a_correction_is_a_new_version_with_a_reason_and_tells_what_came_after(client, closed_year, manager, coordinator, drawn_quickly):
    client.force_login(manager)
    freeze(client, closed_year)
    assert client.post(f"/plans/{closed_year.pk}/years/2026/freeze/", {"reason": " "}).status_code == 422
    first = AnnualFollowUp.objects.get()
    assert "Ingenting har kommit eller ändrats efter" in text_of(client.get(f"/frozen/{first.pk}/"))
    with clock.at(datetime(2027, 3, 9, 9, tzinfo=UTC)):
        closed_year.periods.update(closed_at=None, closes_on=date(2027, 12, 31))
        obligation = closed_year.periods.get().obligations.get()
        a_report(obligation, by=coordinator, figures=[14], correction_reason="räknat fel")
        assert "Norrbruks IF (Exempel), 3.1 Läxhjälp" in text_of(client.get(f"/frozen/{first.pk}/"))
        closed_year.periods.update(closed_at=clock.now())
        freeze(client, closed_year, reason="En grupp var räknad två gånger.")
    second = AnnualFollowUp.objects.get(version=2)
    assert second.reason == "En grupp var räknad två gånger."
    assert "Version 1" in text_of(client.get(f"/frozen/{second.pk}/"))
    assert "Den är rättad" not in text_of(client.get(f"/frozen/{second.pk}/"))
    former = client.get(f"/frozen/{first.pk}/")
    top = text_of(former)[: text_of(former).index("Filerna ändras aldrig.")]
    assert "Det här är version 1. Den är rättad: version 2, 9 mars 2027, är den som gäller." in top, "before anybody opens a file"
    assert "Skäl till rättelsen: En grupp var räknad två gånger." in top
    assert f"/frozen/{second.pk}/" in links_of(former)


def test_a_year_with_an_unlocked_round_is_not_frozen_until_it_is_locked_again(client, closed_year, manager, coordinator, drawn_quickly):
    """It would stand as preliminary for ever."""
    address = f"/plans/{closed_year.pk}/years/2026/freeze/"
    with clock.at(MARCH + timedelta(hours=1)):
        unlock(client, closed_year, coordinator, "2027-03-12")
        client.force_login(manager)
        page = client.get(address)
        assert UNLOCKED in text_of(page)
        assert "Frys året</button>" not in page.content.decode()
        refused = client.post(address)
        assert refused.status_code == 409
        assert UNLOCKED in text_of(refused)
        assert not Job.objects.exists()
    with clock.at(datetime(2027, 3, 13, 8, tzinfo=UTC)):
        client.logout()  # the former has run out
        client.force_login(manager)
        assert freeze(client, closed_year).state == "done"
    year = json.loads(bytes(FrozenFile.objects.get().content))
    assert year["completeness"] == "final"


def test_a_correction_waits_for_an_unlocked_round_too(client, closed_year, manager, coordinator, drawn_quickly):
    client.force_login(manager)
    assert freeze(client, closed_year).state == "done"
    with clock.at(MARCH + timedelta(hours=1)):
        unlock(client, closed_year, coordinator, "2027-03-12")
        client.force_login(manager)
        address = f"/plans/{closed_year.pk}/years/2026/freeze/"
        assert UNLOCKED in text_of(client.get(address))
        assert client.post(address, {"reason": "En grupp var räknad två gånger."}).status_code == 409
    assert AnnualFollowUp.objects.count() == 1


def test_a_round_that_is_unlocked_while_the_job_waits_or_draws_is_not_frozen(client, closed_year, manager, coordinator, drawn_quickly):
    address = f"/plans/{closed_year.pk}/years/2026/freeze/"
    client.force_login(manager)
    store = prepared(closed_year, 2026, by=manager, version=1)
    assert client.post(address).status_code == 302
    with clock.at(MARCH + timedelta(hours=1)):
        unlock(client, closed_year, coordinator, "2027-03-12")
        run_jobs()
        job = Job.objects.get()
        assert (job.state, job.failure) == ("failed", UNLOCKED), "the job that waited"
        with pytest.raises(TooLate, match="är upplåst för rättelser"):
            store()
    assert not AnnualFollowUp.objects.exists()


def test_every_paper_of_a_correction_says_which_version_holds_and_why(client, closed_year, manager):
    AnnualFollowUp.objects.create(plan=closed_year, year=2026, version=1, rules_version="1", frozen_by=manager, recorded_at=MARCH)
    client.force_login(manager)
    assert freeze(client, closed_year, reason="En grupp var räknad <två> gånger.").state == "done"
    page = client.get(f"/frozen/{AnnualFollowUp.objects.get(version=2).pk}/")
    files = {link.rpartition(".")[2]: client.get(link).content for link in links_of(page) if "/arsuppfoljning-2026-v2" in link}
    mark = hashlib.sha256(files["json"]).hexdigest()
    told = "Version 2, fryst 9 mars 2027. Rättelse: En grupp var räknad <två> gånger."
    foot = "fryst 9 mars 2027, version 2"

    papers = [each.get_textpage().get_text_range().replace("\r\n", " ") for each in pypdfium2.PdfDocument(files["pdf"])]
    assert told in papers[0]
    assert all(foot in paper and mark in paper for paper in papers), "the day, the version and the fingerprint are on every page"
    assert told.replace("<", "&lt;").replace(">", "&gt;") in files["html"].decode()
    text = Document(io.BytesIO(files["docx"]))
    assert told in [each.text for each in text.paragraphs]
    assert all(words in text.sections[0].footer.paragraphs[0].text for words in (foot, mark))
    for sheet in load_workbook(io.BytesIO(files["xlsx"])):
        assert all(words in sheet.oddFooter.left.text for words in (foot, mark)), sheet.title
    assert f"Fingeravtryck på varje sida: {mark}" in text_of(page)
    assert "Regler version 1" in text_of(page)


def test_two_who_freeze_at_once_make_one_version(client, closed_year, manager, drawn_quickly):
    client.force_login(manager)
    for _ in range(2):
        client.post(f"/plans/{closed_year.pk}/years/2026/freeze/")
    run_jobs()
    assert AnnualFollowUp.objects.count() == 1
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "failed"]
    assert Publication.objects.count() == 3
    page = client.get(f"/jobs/{Job.objects.get(state='failed').pk}/")
    assert "Årsuppföljningen 2026 frystes av någon annan medan den här gjordes." in text_of(page)
    year = f"/plans/{closed_year.pk}/years/2026/"
    assert year in links_of(page)
    assert f"/frozen/{AnnualFollowUp.objects.get().pk}/" in links_of(client.get(year))


def test_whoever_is_overtaken_while_the_files_are_drawn_freezes_nothing(closed_year, manager, drawn_quickly):
    first, second = (prepared(closed_year, 2026, by=manager, version=1) for _ in range(2))
    first()
    with pytest.raises(TooLate, match="frystes av någon annan"):
        second()
    assert AnnualFollowUp.objects.count() == 1


def test_whoever_asked_may_stop_it_and_then_nothing_is_stored(client, closed_year, manager, drawn_quickly):
    client.force_login(manager)
    job = client.post(f"/plans/{closed_year.pk}/years/2026/freeze/")["Location"]
    client.post(f"{job}cancel/")
    run_jobs()
    assert "Ingenting är sparat." in text_of(client.get(job))
    assert not AnnualFollowUp.objects.exists()


def test_a_year_outside_the_plan_cannot_be_asked_for(client, plan, manager):
    client.force_login(manager)
    for year in (plan.first_year - 1, plan.last_year + 1, 99_999):
        for send in (client.get, client.post):
            assert send(f"/plans/{plan.pk}/years/{year}/freeze/").status_code == 404, year
