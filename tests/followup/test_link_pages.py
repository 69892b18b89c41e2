"""The link in the letter: opened by anybody's scanner without harm, and swapped for a narrow cookie by a person."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client

from followup.actions.links import find_link
from followup.models import AccessLink, AccessLinkUse, Draft, Report
from followup.views.doors import COOKIE
from stakeholders import clock
from stakeholders.models import Dispatch, Event
from tests.factories import a_contact, a_measure, a_period, a_report, an_actor, an_assignment, an_indicator, an_obligation
from tests.followup.partner import Partner, link_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(obligation):
    return link_to(obligation)


@pytest.fixture
def link(address):
    return AccessLink.objects.get()


@pytest.fixture
def partner():
    return Partner()


@pytest.fixture
def period(plan):
    """A round that is open now."""
    today = clock.today()
    return a_period(plan, 2026, 3, due_on=today + timedelta(days=10), closes_on=today + timedelta(days=30))


def everything():
    return {
        "uses": AccessLinkUse.objects.count(),
        "links": list(AccessLink.objects.order_by("id").values()),
        "events": Event.objects.count(),
        "drafts": list(Draft.objects.values()),
        "reports": Report.objects.count(),
        "mail": Dispatch.objects.count(),
    }


# S5: a mail scanner.


def test_a_mail_scanner_changes_nothing_and_uses_nothing_up(client, address, partner):
    before = everything()
    for _ in range(5):
        assert client.get(address).status_code == 200
    client.head(address)
    client.get(f"{address}wrong/")
    assert everything() == before
    assert COOKIE not in client.cookies

    partner.open(address).press("Börja")
    assert "Hur går det med åtgärden?" in partner.text


def test_opening_counts_only_when_a_person_presses_the_button(link, address, partner):
    partner.open(address)
    assert not link.uses.exists()
    partner.press("Börja")

    assert [use.verb for use in link.uses.all()] == ["entered"]


def test_no_script_is_sent_to_the_phone(address, partner):
    partner.open(address)
    assert "<script" not in partner.page
    partner.press("Börja")
    assert "<script" not in partner.page


# The cookie.


def test_the_cookie_is_narrow_and_the_address_clean(address, partner):
    partner.open(address).press("Börja")

    cookie = partner.client.cookies[COOKIE]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert "sessionid" not in partner.client.cookies
    token = address.split("/")[2]
    assert token not in partner.path
    assert token not in cookie.value
    assert partner.response["Cache-Control"].startswith("max-age=0")


def test_the_cookie_signs_nobody_in(address, partner, obligation):
    partner.open(address).press("Börja")

    assert partner.client.get(f"/obligations/{obligation.pk}/answer/").status_code == 302


@pytest.mark.parametrize("page", ["", "status/", "figures/", "happened/", "check/", "thanks/", "unchanged/", "file/", "next.ics"])
def test_without_the_cookie_every_page_says_how_to_get_back(client, address, obligation, page):
    answer = client.get(f"/answer/{obligation.pk}/{page}")

    assert answer.status_code == 403
    assert "Öppna länken i mejlet igen" in answer.content.decode()


def test_a_made_up_cookie_opens_nothing(client, link, obligation):
    forged = signing.dumps({"link": link.pk, "mark": "x"}, salt=COOKIE, key="somebody-elses-key")
    other_purpose = signing.dumps({"link": link.pk, "mark": "x"}, salt="followup.seal")
    for value in (forged, other_purpose, "x", f'{{"link": {link.pk}}}'):
        client.cookies[COOKIE] = value
        assert client.get(f"/answer/{obligation.pk}/").status_code == 403


def test_a_cookie_opens_for_half_a_day(address, partner, obligation):
    partner.open(address).press("Börja")
    value = partner.client.cookies[COOKIE].value
    old = signing.TimestampSigner(salt=COOKIE)
    body = value.rsplit(":", 2)[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: 0)
        partner.client.cookies[COOKIE] = old.sign(body)
    assert partner.client.get(f"/answer/{obligation.pk}/").status_code == 403


def test_another_actors_answer_does_not_exist_behind_this_link(address, partner, plan, period, workspace):
    other = an_actor(workspace, "Bruksskolan (Exempel)")
    measure = a_measure(plan)
    theirs = an_obligation(an_assignment(measure, other, an_indicator(measure)), period)
    a_report(theirs, figures=[61], by=a_contact(other))
    partner.open(address).press("Börja")

    for page in ("", "status/", "check/", "thanks/", "next.ics", "file/"):
        foreign = partner.client.get(f"/answer/{theirs.pk}/{page}")
        missing = partner.client.get(f"/answer/987654/{page}")
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content
    for page in ("status/", "submit/", "change/", "discard/", "unchanged/", "file/"):
        assert partner.client.post(f"/answer/{theirs.pk}/{page}", {"status": "done"}).status_code == 404
    assert not Draft.objects.exists()


def test_another_round_is_not_behind_this_link(address, partner, assignment, plan):
    earlier = an_obligation(assignment, a_period(plan, 2025, 3))
    partner.open(address).press("Börja")

    assert partner.client.get(f"/answer/{earlier.pk}/").status_code == 404


def test_a_half_year_that_ends_the_same_day_is_the_same_round(address, partner, club, plan):
    measure = a_measure(plan, title="Nattfotboll")
    half_year = a_period(plan, 2026, 2, interval="half_year")
    an_obligation(an_assignment(measure, club, interval="half_year"), half_year)
    partner.open(address)

    assert "Nattfotboll" in partner.text


# Forwarded, wrong person.


def test_a_forwarded_letter_asks_the_name(address, obligation):
    Partner().open(address).press("Börja")
    colleague = Partner().open(address).press("Börja")
    assert "Vem svarar?" in colleague.text
    assert obligation.assignment.contact.name in colleague.page, "the name is filled in beforehand"
    colleague.press("Fortsätt", name="Vikarien (Exempel)", role_title="tränare")
    assert "Hur går det med åtgärden?" in colleague.text

    version = obligation.pinned.get().indicator_version_id
    colleague.press("Klar").press("Nästa", **{f"f{version}-value": "3"}).press("Nästa")
    assert "Vikarien (Exempel)" in colleague.text
    colleague.press("Skicka in")
    assert Report.objects.get().signature.name == "Vikarien (Exempel)"
    assert Dispatch.objects.get().contact == obligation.assignment.contact, "the receipt goes to the registered address"


def test_the_same_person_coming_back_is_not_asked_again(address, partner):
    partner.open(address).press("Börja")
    partner.open(address).press("Börja")

    assert "Hur går det med åtgärden?" in partner.text


def test_a_contact_without_a_name_is_asked_the_first_time(address, partner, obligation):
    contact = obligation.assignment.contact
    contact.name = ""
    contact.save()
    partner.open(address).press("Börja")
    partner.press("Fortsätt", 422, name=" ")
    assert "Skriv ditt namn." in partner.text
    partner.press("Fortsätt", name="Lena (Exempel)")

    assert "Hur går det med åtgärden?" in partner.text


@pytest.mark.parametrize(
    "go", ["https://ond.example/", "//ond.example/", "/answer/../l/x", "javascript:alert(1)", "/account/logout/", "/answer/\\ond"]
)
def test_the_name_page_leads_only_on_to_our_own_answer_pages(address, partner, go):
    partner.open(address).press("Börja")
    answer = partner.client.post(f"/answer/name/?go={go}", {"name": "Lena"})

    assert answer.status_code == 302
    assert answer["Location"] == "/answer/"


def test_the_wrong_person_can_say_so_once(address, partner, link):
    partner.open(address).follow("Fel person?")
    assert "Skicka mejlet vidare" in partner.text
    partner.press("Säg till samordnaren")
    partner.client.post(f"{address}wrong/")

    assert "Tack, vi säger till samordnaren" in partner.text
    assert Event.objects.filter(verb="contact.said_wrong").count() == 1
    assert [use.verb for use in link.uses.all()] == ["wrong person"]


def test_a_spoofed_host_never_reaches_a_link(address, obligation):
    answer = Client(headers={"host": "ond.example"}).get(address)

    assert answer.status_code == 400


def test_a_name_with_markup_is_text(address, partner, obligation):
    measure = obligation.assignment.measure
    measure.title = "<script>alert(1)</script>"
    measure.save()
    partner.open(address)

    assert "<script>" not in partner.page
    assert "&lt;script&gt;" in partner.page


def test_the_token_is_not_logged_or_stored(address, partner, link):
    token = address.split("/")[2]
    partner.open(address).press("Börja")

    assert find_link(token) == link
    assert token not in str(list(Event.objects.values())) + str(list(AccessLinkUse.objects.values()))
