"""The letters, what became of them, and a job's page: on a desk with scripts and by keyboard, on a phone without."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from followup.actions.links import issue_link
from followup.letters import compose
from stakeholders import clock
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.actions.jobs import queue_job
from stakeholders.mail import sweep
from stakeholders.models import ContactPerson, Dispatch, Job
from stakeholders.rules import DispatchKind, DispatchState, JobState, Role
from stakeholders.transports import FolderTransport
from tests.factories import (
    a_contact,
    a_measure,
    a_period,
    a_plan,
    a_user,
    a_workspace,
    an_actor,
    an_assignment,
    an_obligation,
)

PARTNERS = [
    ("Norrbruks IF (Exempel)", DispatchState.UNCERTAIN, "Förbindelsen bröts medan brevet lämnades över."),
    ("Kretsloppet (Exempel)", DispatchState.REFUSED, "550 5.1.1 mottagaren är okänd: styrelsens.gemensamma.postlada@kretsloppet.example"),
    ("Bruksskolan (Exempel)", DispatchState.PLANNED, ""),
    ("Hyresgästföreningen (Exempel)", DispatchState.HANDED_OVER, ""),
    ("Norrbruks bibliotek (Exempel)", DispatchState.CANCELLED, "Svaret har kommit."),
]
JOBS = {
    "running": {
        "state": JobState.RUNNING,
        "done": 1640,
        "total": 5000,
        "claimed_by": "test",
        "lease_until": clock.now() + timedelta(days=1),
    },
    "failed": {"state": JobState.FAILED, "failure": "Rad 412: ”31 juni 2026” finns inte."},
    "done": {
        "state": JobState.DONE,
        "finished_at": clock.now(),
        "result": {"file": {"path": "jobs/1-1", "name": "arsuppfoljning-2026.xlsx", "content_type": "x", "size": 1}},
    },
}


def fill() -> SimpleNamespace:
    """A letter in each state, one that can be read, somebody whose address is wrong, and a job in each state."""
    workspace = a_workspace("norrbruk")
    coordinator = a_user(an_actor(workspace, "Norrbruksbyggen AB (Exempel)", kind="housing_company"), Role.COORDINATOR)
    plan = a_plan(workspace)
    measure = a_measure(plan, number="3.1", title="Läxhjälp")
    period = a_period(plan, 2026, 3, opens_on=date(2026, 11, 1), due_on=date(2027, 1, 22), closes_on=date(2027, 2, 12))
    for name, state, reason in PARTNERS:
        contact = a_contact(an_actor(workspace, name), phone="010-000 00 04")
        obligation = an_obligation(an_assignment(measure, contact.actor), period)
        later = clock.now() + timedelta(days=1) if state == DispatchState.PLANNED else None
        letter = plan_dispatch(DispatchKind.REQUEST, workspace=workspace, to=contact, about=[(obligation, "t-14")], not_before=later)
        moment = clock.now() if state == DispatchState.HANDED_OVER else None
        Dispatch.objects.filter(pk=letter.pk).update(state=state, reason=reason, handed_over_at=moment)
    link, _token = issue_link(contact, contact.actor, period, by=None)
    plan_dispatch(DispatchKind.NEW_LINK, workspace=workspace, to=contact, about=[(link, "new 1")])
    ContactPerson.objects.filter(actor__name__startswith="Kretsloppet").update(bounced_at=clock.now(), bounce_reason="550 5.1.1")
    cast = SimpleNamespace(coordinator=coordinator, jobs={}, workspace=workspace)
    for name, facts in JOBS.items():
        job = queue_job("year_workbook", workspace=workspace, by=coordinator, title="Årsuppföljning 2026 som Excel", back="/years/")
        Job.objects.filter(pk=job.pk).update(**facts)
        cast.jobs[name] = job.pk
    return cast


@pytest.fixture(scope="module")
def site(serve):
    site = serve(fill)
    with site.database():
        sweep(compose=compose, transport=FolderTransport(site.folder / "mail"))
    return site


def walk_by_keyboard(page) -> list[str]:
    """What Tab comes to, in order, until it is round; each must be seen to have the focus."""
    stops = []
    page.evaluate("document.activeElement.blur()")
    for _ in range(120):
        page.keyboard.press("Tab")
        words, is_seen = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            return [e === document.body ? "" : (e.textContent || e.name || e.id).trim().replace(/\\s+/g, " "),
                    s.outlineStyle !== "none" || s.boxShadow !== "none"]; }"""
        )
        if not words or (stops and words == stops[0]):
            break
        assert is_seen, f"nobody sees that ”{words}” has the focus"
        stops.append(words)
    return stops


@pytest.mark.parametrize(("width", "js"), [(1280, True), (360, False)])
@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("/letters/", ["Spara", "Visa brevet", "Avbryt"]),
        ("/dispatches/", ["Läs breven i postlådan", "Hälsning och uppehåll", "Skicka igen", "Vänta till nästa påminnelse"]),
        ("/mail/", ["Här är din länk"]),
    ],
)
def test_the_letters_are_reached_by_keyboard(site, visit, width, js, address, reached):
    seen = visit(site, address, width=width, js=js, as_=site.cast.coordinator)
    if width == 1280:
        stops = walk_by_keyboard(seen.page)
        for words in reached:
            assert any(words in stop for stop in stops), stops


@pytest.mark.parametrize(("width", "js"), [(1280, True), (360, False)])
def test_a_letter_is_read_and_the_greeting_tried(site, visit, width, js):
    seen = visit(site, "/mail/", width=width, js=js, as_=site.cast.coordinator)
    seen.page.locator("tbody a").first.click()
    seen.check("letter")
    seen.go("/letters/")
    seen.page.get_by_label("Egen hälsning").fill("Tack för i höstas!")
    seen.page.get_by_role("button", name="Visa brevet").click()
    seen.check("preview")
    assert "Tack för i höstas!" in seen.page.locator(".letter__body").inner_text()


@pytest.mark.parametrize(("width", "js"), [(1280, True), (360, False)])
@pytest.mark.parametrize("state", JOBS)
def test_a_job_is_watched(site, visit, width, js, state):
    visit(site, f"/jobs/{site.cast.jobs[state]}/", width=width, js=js, as_=site.cast.coordinator)


@pytest.mark.parametrize(("width", "js"), [(1280, True), (360, False)])
def test_a_job_is_stopped_by_keyboard_although_the_page_asks_again(site, visit, width, js):
    with site.database():
        job = queue_job("year_workbook", workspace=site.cast.workspace, by=site.cast.coordinator, title="Året som Excel", back="/years/")
    seen = visit(site, f"/jobs/{job.pk}/", width=width, js=js, as_=site.cast.coordinator)
    stop = seen.page.get_by_role("button", name="Avbryt")
    stop.focus()
    if js:
        seen.page.evaluate("document.querySelector('.job').dataset.old = 'yes'")
        seen.page.locator("[data-old]").wait_for(state="detached")
        assert seen.page.evaluate("document.activeElement.textContent") == "Avbryt"
    seen.page.keyboard.press("Enter")
    seen.page.get_by_text("Avbrutet. Ingenting är sparat.").wait_for()
    seen.check("stopped")
