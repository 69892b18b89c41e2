"""S6: links that must open nothing any more – revoked, astray, another contact, guessed – and old ones, which lead to a new one."""

from datetime import timedelta

import pytest
from django.test import Client

from followup.actions.assignments import change_assignment
from followup.actions.links import find_link, revoke_link, send_new_link
from followup.models import AccessLink, AccessLinkUse
from stakeholders import clock
from stakeholders.models import Dispatch, DispatchItem
from tests.factories import a_contact, a_measure, a_period, an_assignment, an_obligation
from tests.followup.partner import Partner, link_to

pytestmark = pytest.mark.django_db

DEAD = "Länken går inte att använda"


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


def test_revoked_meanwhile_is_dead_at_the_next_press(address, partner, link, coordinator):
    partner.open(address).press("Börja")
    revoke_link(link, by=coordinator)

    assert partner.client.get(partner.path).status_code == 403
    assert DEAD in partner.open(address, 404).text


def test_dead_when_the_contact_has_left(address, partner, obligation):
    partner.open(address).press("Börja")
    contact = obligation.assignment.contact
    contact.left_at = clock.now()
    contact.save()

    assert partner.client.get(partner.path).status_code == 403
    assert DEAD in partner.open(address, 404).text


def test_a_letter_that_went_astray_is_closed_and_the_next_one_opens(address, partner, obligation, coordinator):
    partner.open(address).press("Börja")
    desk = Partner()
    desk.client.force_login(coordinator)
    desk.open(f"/obligations/{obligation.pk}/")
    assert "använd" in desk.text
    desk.press("Stäng länkarna")
    assert "Länkarna är stängda." in desk.text
    assert "Stäng länkarna" not in desk.text

    assert partner.client.get(partner.path).status_code == 403
    assert DEAD in partner.open(address, 404).text
    assert "Börja" in Partner().open(link_to(obligation)).text


def test_dead_when_somebody_else_answers_instead(address, partner, obligation, coordinator, club):
    """A new contact for the last thing that the old one answered for."""
    partner.open(address).press("Börja")
    assignment, successor = obligation.assignment, a_contact(club)
    part = {"commitment": "", "interval": "", "ends_on": None, "indicators": list(assignment.measure.indicators.all())}
    assert find_link(address.split("/")[2])
    change_assignment(assignment, by=coordinator, version=assignment.version, contact=successor, **part)

    assert partner.client.get(partner.path).status_code == 403
    assert DEAD in partner.open(address, 404).text
    assert "Börja" in Partner().open(link_to(obligation, successor)).text


def test_a_contact_who_answers_for_something_else_too_keeps_the_link(address, partner, obligation, coordinator, club, plan, period):
    """Negative control."""
    former, assignment = obligation.assignment.contact, obligation.assignment
    an_obligation(an_assignment(a_measure(plan), club, contact=former), period)
    part = {"commitment": "", "interval": "", "ends_on": None, "indicators": list(assignment.measure.indicators.all())}
    change_assignment(assignment, by=coordinator, version=assignment.version, contact=a_contact(club), **part)

    assert partner.open(address).response.status_code == 200


def test_guessed_tampered_and_revoked_look_the_same(client, address, link, coordinator):
    guessed = client.get("/l/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/")
    tampered = client.get(address[:-3] + ("AA/" if not address.endswith("AA/") else "BB/"))
    revoke_link(link, by=coordinator)
    revoked = client.get(address)

    assert guessed.status_code == 404
    assert guessed.content == tampered.content == revoked.content
    assert "norrbruk" not in guessed.content.decode().lower()
    assert (
        client.post("/l/guess/").status_code == client.post("/l/guess/new/").status_code == client.get("/l/guess/wrong/").status_code == 404
    )


def test_who_guesses_is_held_up_and_nobody_else(client, address, link):
    """The limit goes by who guesses: the right link opens all the time, for the guesser's neighbours too."""
    guesses = [client.get(f"/l/gissad-{number}/").status_code for number in range(32)]
    assert guesses == [404] * 30 + [429] * 2
    for other in ("/l/gissad/new/", "/proposals/gissad/", "/mail/opt-out/gissad/"):
        assert client.post(other).status_code == 429

    assert client.get(address).status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.7").get("/l/gissad/").status_code == 404
    assert "Försök igen om några minuter." in client.get("/l/gissad/").content.decode()


def test_an_old_link_offers_a_new_one_to_the_registered_address_only(address, partner, link):
    contact = link.contact
    with clock.at(clock.now() + timedelta(days=40)):
        partner.open(address, 410)
        assert "Länken har gått ut" in partner.text
        assert f"Skicka en ny till {contact.email[0]}••@norrbruk.example" in partner.text
        assert contact.email not in partner.page
        partner.press("Skicka en ny", email="tjuv@example.com", to="tjuv@example.com")

    dispatch = Dispatch.objects.get()
    assert (dispatch.kind, dispatch.contact) == ("new_link", contact)
    assert "tjuv" not in str(dispatch.payload)
    assert "En ny länk är på väg" in partner.text


def test_asking_a_hundred_times_sends_one_and_a_few_in_a_day(link):
    start = clock.now()
    assert sum(send_new_link(link, by=None) for _ in range(100)) == 1
    for minutes in range(0, 12 * 60, 10):
        with clock.at(start + timedelta(minutes=10 + minutes)):
            send_new_link(link, by=None)

    assert Dispatch.objects.count() == 5


def test_two_who_ask_at_the_same_moment_get_one(link, monkeypatch):
    """Both have counted before either has written: the queue's own constraint decides."""
    send_new_link(link, by=None)
    monkeypatch.setattr("django.db.models.query.QuerySet.count", lambda self: 0)
    monkeypatch.setattr("django.db.models.query.QuerySet.exists", lambda self: False)

    assert send_new_link(link, by=None) is False
    monkeypatch.undo()
    assert Dispatch.objects.count() == DispatchItem.objects.count() == 1


def test_the_page_is_the_same_when_the_limit_is_reached(address, partner, link):
    with clock.at(clock.now() + timedelta(days=40)):
        for _ in range(5):
            partner.open(address, 410).press("Skicka en ny")
            assert "En ny länk är på väg" in partner.text
        assert Dispatch.objects.count() == 1


def test_an_expired_link_leads_nowhere(address, partner, obligation):
    partner.open(address).press("Börja")
    with clock.at(clock.now() + timedelta(days=40)):
        assert partner.client.get(f"/answer/{obligation.pk}/status/").status_code == 403
        assert partner.client.post(address).status_code == 410
    assert AccessLinkUse.objects.count() == 1
