"""Reading in a plan in a browser, on desktop and phone, with and without script: from file to plan, and back."""

from pathlib import Path

import pytest

from measures import spreadsheets
from measures.models import Measure, Plan
from stakeholders.models import User
from stakeholders.rules import Role
from tests.factories import a_user, a_workspace, an_actor

EXAMPLE = Path(spreadsheets.__file__).parent / "examples" / "handlingsplan_exempel.xlsx"
BROKEN = "Handlingsplan 2025–2034;;;\nNr;Åtgärd;Fokusområde;Slutdatum;Ansvarig\n1.1;Boskola;Boende;2030-12-31;\n1.2;Läxhjälp;Skola;31 juni 2026;Kyrkan\n"
UNKNOWN = "Alfa;Beta;Gamma\n1.1;Läxhjälp;Skola\n1.2;Språkcafé;Skola\n"


def fill() -> dict[str, User]:
    people = {}
    for slug in ("a", "b", "c", "d"):
        company = an_actor(a_workspace(f"rum-{slug}"), f"Bolaget {slug} AB (Exempel)", kind="housing_company")
        people[slug] = a_user(company, Role.COORDINATOR, email=f"samordnare-{slug}@norrbruk.example")
    return people


@pytest.fixture(scope="module")
def site(serve):
    return serve(fill)


def choose(seen, path: Path) -> None:
    seen.page.set_input_files("input[type=file]", path)
    seen.page.click("text=Visa vad som läses in")
    seen.page.wait_for_url("**/imports/*/")


@pytest.mark.parametrize(("width", "js", "room"), [(1280, True, "a"), (360, False, "b")])
def test_the_example_is_read_in_and_undone(site, visit, width, js, room):
    seen = visit(site, "/imports/", width=width, js=js, as_=site.cast[room])
    choose(seen, EXAMPLE)
    seen.check("import-preview")
    assert "61 åtgärder är klara att läsas in" in seen.page.inner_text("h1")
    seen.page.click("button:text-is('Läs in')")
    seen.page.wait_for_selector("text=Filen är inläst.")
    seen.check("import-done")
    with site.database():
        assert Measure.objects.filter(plan__workspace__slug=f"rum-{room}").count() == 61
    seen.page.click("text=Ångra inläsningen")
    seen.page.wait_for_selector("h1:text('Inläsningen är ångrad')")
    seen.check("import-undone")
    with site.database():
        assert not Plan.objects.filter(workspace__slug=f"rum-{room}").exists()


@pytest.mark.parametrize(("width", "js", "room"), [(1280, False, "c"), (360, True, "d")])
def test_a_file_with_faults_says_what_to_do(site, visit, tmp_path, width, js, room):
    seen = visit(site, "/imports/", width=width, js=js, as_=site.cast[room])
    (tmp_path / "plan.csv").write_text(BROKEN)
    choose(seen, tmp_path / "plan.csv")
    seen.check("import-faults")
    assert "1 rad går inte att läsa in, 1 går bra" in seen.page.inner_text("h1")
    seen.page.click("text=Avbryt")
    seen.page.wait_for_selector("text=är avbruten")
    (tmp_path / "okand.csv").write_text(UNKNOWN)
    choose(seen, tmp_path / "okand.csv")
    seen.check("import-stopped")
    seen.page.click("text=Välj kolumner")
    seen.page.wait_for_selector("text=Kolumn A")
    seen.check("import-columns")


def test_a_huge_file_is_refused_with_a_page_not_a_broken_connection(site, visit, tmp_path):
    seen = visit(site, "/imports/", width=1280, js=True, as_=site.cast["a"])
    large = tmp_path / "stor.xlsx"
    with large.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    seen.page.set_input_files("input[type=file]", large)
    seen.page.click("text=Visa vad som läses in")
    seen.page.wait_for_selector("text=Det största som går att skicka är 40 MB.")
