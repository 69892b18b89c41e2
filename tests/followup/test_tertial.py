"""The tertial report: the year's own parts for four months, shorter; as a page and as a file."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pypdfium2
import pytest
from docx import Document

from followup.tasks import run_jobs
from followup.words import Audience
from followup.year.build import tertial_of
from followup.year.word import document
from stakeholders import clock
from stakeholders.models import Job
from tests.factories import a_period, a_report, a_target, an_actor, an_assignment, an_indicator, an_obligation
from tests.followup.test_year import a_big_plan, text_of

pytestmark = pytest.mark.django_db
OCTOBER = datetime(2026, 10, 9, 8, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_october() -> Iterator[None]:
    with clock.at(OCTOBER):
        yield


@pytest.fixture
def two_tertials(plan, measure, workspace, coordinator, reviewer):
    """10 visits in the first tertial, 25 in the second, by one partner; another has answered only in the first. 8 of 20 stay on."""
    a_target(an_indicator(measure, name="besök", direction="increase"), baseline=0, target=100)
    an_indicator(measure, name="andel som stannar", kind="ratio", unit="%", direction="increase")
    clubs = [an_actor(workspace, name) for name in ("Norrbruks IF (Exempel)", "Bruksskolan (Exempel)")]
    parts = [an_assignment(measure, club) for club in clubs]
    for number, visits in ((1, 10), (2, 25)):
        period = a_period(plan, 2026, number, due_on=date(2026, 4 * number, 28))
        for part in parts[: 2 if number == 1 else 1]:
            a_report(an_obligation(part, period), by=coordinator, approved_by=reviewer, figures=[visits, (8, 20)])
    return plan


def test_a_tertial_says_what_happened_in_it_and_no_more(client, two_tertials, manager):
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{two_tertials.pk}/years/2026/tertials/2/"))
    assert "Tertialrapport 2, 2026" in page
    assert "Bygger på 1 av 2 rapporter" in page
    assert "Bruksskolan (Exempel), 3.1 Läxhjälp: inte svarat" in page
    row = page[page.index("Besök") :]
    assert row.index("25") < row.index("100"), "the second tertial's visits, not the year's"
    assert "Året pågår" in row, "what grows during the year is not judged by a third of it"
    first = text_of(client.get(f"/plans/{two_tertials.pk}/years/2026/tertials/1/"))
    assert "Bygger på 2 av 2 rapporter" in first
    assert "20" in first[first.index("Besök") :]


def test_when_the_year_is_over_no_tertial_says_that_it_goes_on(client, two_tertials, manager):
    with clock.at(datetime(2027, 3, 9, 8, tzinfo=UTC)):
        client.force_login(manager)
        for tertial in (2, 3):
            page = text_of(client.get(f"/plans/{two_tertials.pk}/years/2026/tertials/{tertial}/"))
            row = page[page.index("Besök") :]
            assert "målet gäller hela året" in row, "a tertial is still not held against the target of a year"
            assert "pågår" not in page


def test_a_tertial_that_is_over_and_asked_nothing_says_so_on_the_page_and_in_the_file(client, two_tertials, manager):
    client.force_login(manager)
    assert "Ingen rapport har förfallit än" in text_of(client.get(f"/plans/{two_tertials.pk}/years/2026/tertials/3/"))
    with clock.at(datetime(2027, 3, 9, 8, tzinfo=UTC)):
        client.logout()  # the session has gone out
        client.force_login(manager)
        assert "Ingen aktör har haft något att rapportera under tertialet" in text_of(
            client.get(f"/plans/{two_tertials.pk}/years/2026/tertials/3/")
        )
        year = tertial_of(two_tertials, 2026, 3, audience=Audience.MANAGEMENT)
        headings = [each.text for each in Document(io.BytesIO(document(year, created=clock.now()))).paragraphs]
        assert "Ingen aktör har haft något att rapportera under tertialet" in headings


def test_the_tertials_that_have_begun_are_listed_and_no_others(client, two_tertials, manager):
    client.force_login(manager)
    page = client.get("/years/").content.decode()
    for number in (1, 2, 3):
        assert f"/plans/{two_tertials.pk}/years/2026/tertials/{number}/" in page
    with clock.at(datetime(2026, 6, 1, 8, tzinfo=UTC)):
        assert "/tertials/3/" not in client.get("/years/").content.decode()
        assert client.get(f"/plans/{two_tertials.pk}/years/2026/tertials/3/").status_code == 404
    for wrong in ("0", "4"):
        assert client.get(f"/plans/{two_tertials.pk}/years/2026/tertials/{wrong}/").status_code == 404
    assert client.post(f"/plans/{two_tertials.pk}/years/2026/tertials/2/exe/").status_code == 404


def drawn(client, plan, form: str) -> bytes:
    answer = client.post(f"/plans/{plan.pk}/years/2026/tertials/2/{form}/")
    run_jobs()
    job = Job.objects.latest("pk")
    assert job.state == "done", job.failure
    assert f"tertialrapport-2026-2.{form}" in text_of(client.get(answer["Location"]))
    return b"".join(client.get(f"/jobs/{job.pk}/file/").streaming_content)


def test_the_report_is_drawn_as_tagged_pdf_by_the_worker(client, two_tertials, auditor):
    client.force_login(auditor)
    document = pypdfium2.PdfDocument(drawn(client, two_tertials, "pdf"))
    words = " ".join(page.get_textpage().get_text_range() for page in document)
    assert "Tertialrapport 2, 2026" in words
    assert "Besök" in words
    assert document.is_tagged()


def test_the_report_is_drawn_as_word_with_headings(client, two_tertials, manager):
    client.force_login(manager)
    word = Document(io.BytesIO(drawn(client, two_tertials, "docx")))
    headings = [each.text for each in word.paragraphs if each.style.name.startswith(("Heading", "Title"))]
    assert headings[0] == "Tertialrapport 2, 2026"
    assert "Så går genomförandet" in headings
    assert "Pengar" not in headings, "only the year tells of money"


@pytest.mark.parametrize("measures", [3, 120])
def test_the_tertial_costs_the_same_at_any_size(client, workspace, coordinator, reviewer, manager, django_assert_max_num_queries, measures):
    plan = a_big_plan(workspace, measures, coordinator, reviewer)
    client.force_login(manager)
    client.get("/years/")
    with django_assert_max_num_queries(25):
        assert client.get(f"/plans/{plan.pk}/years/2026/tertials/1/").status_code == 200


def test_what_is_too_early_to_judge_is_so_in_a_tertial_too(client, plan, measure, workspace, manager):
    """Also of what grows during the year, and of a part of the partners: too early is too early."""
    early = an_indicator(measure, name="flyttar ihop", level="outcome")
    a_target(early, baseline=0, target=100)
    type(measure).objects.filter(pk=measure.pk).update(outcome_months=60, starts_on=date(2026, 1, 1))
    club, round_one = an_actor(workspace, "Norrbruks IF (Exempel)"), a_period(plan, 2026, 1)
    for actor in (club, an_actor(workspace, "Bruksskolan (Exempel)")):
        an_obligation(an_assignment(measure, actor), round_one)
    client.force_login(manager)
    for address in ("tertials/1/", "", f"?actor={club.pk}"):
        page = text_of(client.get(f"/plans/{plan.pk}/years/2026/{address}"))
        assert "För tidigt att bedöma bedöms från 2031" in page[page.index("Flyttar ihop") :], address
