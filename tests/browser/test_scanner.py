"""S5: a mail scanner opens the letter's link in a real browser that runs scripts, five times, and looks at what it leads to."""

import pytest

from followup.models import AccessLink, AccessLinkUse, Draft, Report
from stakeholders.models import Dispatch, Event
from tests.browser.partners import Cast, link_to
from tests.browser.phone import Phone


@pytest.fixture(scope="module")
def site(serve):
    return serve(Cast)


def everything():
    tables = (AccessLink, AccessLinkUse, Draft, Report, Dispatch, Event)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in tables}


def test_a_scanner_that_runs_scripts_changes_nothing_and_the_link_still_works(site, chromium, visit):
    with site.database():
        address = link_to(site.cast.an_answer("Norrbruks IF", "cafe", earlier=12))
        before = everything()
    scanner = visit(site, address, width=1280, js=True)
    for _ in range(4):
        scanner.page.goto(address, wait_until="networkidle")
        scanner.page.mouse.wheel(0, 5000)
    for link in scanner.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)"):
        scanner.page.goto(link)
    with site.database():
        assert everything() == before
    assert {cookie["name"] for cookie in scanner.context.cookies()} <= {"csrftoken"}

    person = Phone(chromium, site, "scanner-person", js=False).open(address).tap("Börja")
    assert person.heading == "Hur går det med åtgärden?", "nobody has used the link before: no name is asked"
    person.close()
    with site.database():
        assert everything() != before, "the button is what counts"


@pytest.mark.parametrize(("width", "js"), [(1280, True), (360, False)])
def test_a_link_that_went_astray_is_closed(site, visit, width, js):
    with site.database():
        asked = site.cast.an_answer("Bygdegården", "cafe")
        address = link_to(asked)
    desk = visit(site, f"/obligations/{asked.pk}/", width=width, js=js, as_=site.cast.coordinator)
    desk.page.click("button:has-text('Stäng länkarna')")
    desk.page.wait_for_load_state()
    desk.check("closed")
    visit(site, address, width=360, js=js, status=404)
