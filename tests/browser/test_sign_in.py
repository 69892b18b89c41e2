"""Signing in and being refused, seen in a browser."""

from urllib.parse import urlsplit

import pytest

from stakeholders.accounts import password_link
from stakeholders.rules import Role
from tests.factories import a_user, a_workspace, an_actor

PASSWORD = "exempel-lösenord"


@pytest.fixture(scope="module")
def site(serve):
    def fill():
        company = an_actor(a_workspace("norrbruk"), "Norrbruksbyggen AB (Exempel)", kind="housing_company")
        return {
            "coordinator": a_user(company, Role.COORDINATOR, email="samordnare@norrbruk.example", name="Maria Lind"),
            "invited": a_user(company, Role.REVIEWER, email="granskare@norrbruk.example", name="Nils Ny"),
        }

    return serve(fill)


@pytest.mark.parametrize(("width", "js"), [(360, False), (1280, True)])
def test_a_coordinator_mistypes_signs_in_and_changes_the_password(visit, site, width, js):
    person = visit(site, "/account/password/", width=width, js=js)
    page = person.page
    page.get_by_label("E-postadress").fill("samordnare@norrbruk.example")
    page.get_by_label("Lösenord").fill("inte det rätta")
    page.get_by_role("button", name="Logga in").click()
    person.check("wrong")
    assert page.get_by_text("E-postadressen eller lösenordet stämmer inte.").first.is_visible()
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in").click()
    person.check("signed-in")
    assert page.url.endswith("/account/password/")
    assert page.get_by_role("heading", name="Byt lösenord").is_visible()
    page.get_by_label("Nuvarande lösenord").fill(PASSWORD)
    page.get_by_label("Nytt lösenord").fill("kort")
    page.get_by_label("Samma lösenord en gång till").fill("kort")
    page.get_by_role("button", name="Byt lösenord").click()
    person.check("too-short")
    assert page.get_by_text("minst 12 tecken").first.is_visible()


@pytest.mark.parametrize(("width", "js"), [(360, False), (1280, True)])
def test_an_invited_person_chooses_a_password(visit, site, width, js):
    with site.database():
        link = password_link(site.cast["invited"])
    person = visit(site, "/account/password/reset/", width=width, js=js)
    person.page.get_by_label("E-postadress").fill("samordnare@norrbruk.example")
    person.page.get_by_role("button", name="Skicka länken").click()
    person.check("sent")
    person.go(urlsplit(link).path, name="choose")
    assert person.page.get_by_role("heading", name="Välj ett lösenord").is_visible()
    person.go("/account/password/reset/key/1-fel-nyckel/", name="too-old")
    person.go("/account/closed/", name="closed")


@pytest.mark.parametrize(("width", "js"), [(360, False), (1280, True)])
def test_what_is_not_there_is_said_in_the_frame_one_is_in(visit, site, width, js):
    visit(site, "/finns/inte/", width=width, js=js, status=404)
    visit(site, "/finns/inte/", width=width, js=js, status=404, as_=site.cast["coordinator"])
    visit(site, "/l/finns/inte/alls/", width=width, js=js, status=404)
