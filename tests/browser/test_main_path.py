"""The main job, end to end, as its users do it: read in the plan, assign, report from a phone, approve, and trace the figure on the year's page."""

from pathlib import Path

import pytest

from followup.actions.rounds import make_round
from followup.links import issue_link
from followup.models import Report
from measures import spreadsheets
from measures.models import Measure, Plan
from stakeholders import clock
from stakeholders.models import Actor, ContactPerson, User
from stakeholders.rules import Role
from tests.factories import a_user, a_workspace, an_actor

EXAMPLE = Path(spreadsheets.__file__).parent / "examples" / "handlingsplan_exempel.xlsx"
CLUB = "Kanalbyns byalag (Exempel)"


def fill() -> dict[str, User]:
    company = an_actor(a_workspace("norrbruk"), "Norrbruksbyggen AB (Exempel)", kind="housing_company")
    roles = {"coordinator": Role.COORDINATOR, "reviewer": Role.REVIEWER, "manager": Role.MANAGEMENT}
    return {name: a_user(company, role, email=f"{name}@norrbruk.example") for name, role in roles.items()}


@pytest.fixture(scope="module")
def site(serve):
    return serve(fill)


def test_from_the_file_to_the_figure(site, visit):
    coordinator = visit(site, "/imports/", width=1280, js=True, as_=site.cast["coordinator"])
    read_in_the_plan(coordinator)
    with site.database():
        measure = Measure.objects.get(number="5.1")
    assign_a_new_actor(coordinator, measure)
    with site.database():
        address = start_the_round(measure, site.cast["coordinator"])
    answer_from_the_phone(visit(site, address, width=360, js=False))
    with site.database():
        report = Report.objects.get(obligation__assignment__actor__name=CLUB)
        assert report.lines.get(value__isnull=False).value == 370_000
    approve(visit(site, "/reviews/", width=1280, js=True, as_=site.cast["reviewer"]), report)
    with site.database():
        indicator = report.lines.get(value__isnull=False).indicator_version.indicator_id
    trace_the_figure(visit(site, "/years/", width=1280, js=False, as_=site.cast["manager"]), report, indicator)


def read_in_the_plan(seen) -> None:
    seen.page.set_input_files("input[type=file]", EXAMPLE)
    seen.page.click("text=Visa vad som läses in")
    seen.page.wait_for_url("**/imports/*/")
    seen.page.click("button:text-is('Läs in')")
    seen.page.wait_for_selector("text=Filen är inläst.")


def assign_a_new_actor(seen, measure: Measure) -> None:
    """Created on the way, without leaving the measure."""
    seen.go(f"/measures/{measure.pk}/", name="measure")
    seen.page.click("text=Tilldela en aktör >> visible=true")
    seen.page.click("text=Lägg till en ny aktör")
    seen.page.fill("[name=new-name]", CLUB)
    seen.page.fill("[name=new-contact_name]", "Exempelperson 99")
    seen.page.fill("[name=new-role_title]", "ordförande")
    seen.page.fill("[name=new-email]", "byalaget@norrbruk.example")
    seen.page.check("text=Ja, det är redan överenskommet")
    seen.check("assign")
    seen.page.click("#assign-form button:text-is('Tilldela')")
    seen.page.wait_for_url(f"**/measures/{measure.pk}/**")
    seen.check("assigned")


def start_the_round(measure: Measure, by: User) -> str:
    """What the worker does ahead of time, and the link in the partner's mail."""
    Plan.objects.update(opens_days_before_end=120)  # the last tertial is open whatever day the tests run in it
    year = clock.today().year
    round_now = next(
        period for period in make_round(Plan.objects.get(), year, by=by) if period.starts_on <= clock.today() <= period.ends_on
    )
    actor = Actor.objects.get(name=CLUB)
    _link, token = issue_link(ContactPerson.objects.get(actor=actor), actor, round_now, by=None)
    return f"/l/{token}/"


def answer_from_the_phone(seen) -> None:
    """Start, status, one number, a sentence, send: no script, no account."""
    press(seen, "Börja")
    press(seen, "Enligt plan")
    for field in seen.page.query_selector_all("main input[inputmode]"):
        field.fill("37")
    press(seen, "Nästa")
    seen.page.fill("main textarea", "Vi öppnade lokalen två kvällar i veckan.")
    press(seen, "Nästa")
    press(seen, "Skicka in")
    assert "Tack!" in seen.page.inner_text("h1")


def press(seen, words: str) -> None:
    seen.page.locator(f"main :is(button, a):has-text('{words}')").last.click()
    seen.page.wait_for_load_state()
    seen.check(f"partner-{words.lower().replace(' ', '-')}")


def approve(seen, report: Report) -> None:
    seen.page.click(f"main a:has-text({CLUB!r})")
    seen.page.wait_for_url("**/reports/**")
    seen.check("review")
    seen.page.click("button:text-is('Godkänn')")
    seen.page.wait_for_load_state()
    seen.check("approved")


def trace_the_figure(seen, report: Report, indicator: int) -> None:
    """Year → figure → report: two clicks."""
    seen.go(f"/plans/1/years/{clock.today().year}/", name="year")
    for fold in seen.page.query_selector_all("details:not([open]) > summary"):
        fold.click()
    seen.page.click(f"main a[href='/indicators/{indicator}/figure/?year={clock.today().year}']")
    seen.check("figure")
    assert CLUB in seen.page.inner_text("main")
    seen.page.click(f"main a[href='/reports/{report.pk}/']")
    seen.check("report")
    assert "Vi öppnade lokalen" in seen.page.inner_text("main")
