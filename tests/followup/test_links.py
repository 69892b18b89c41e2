"""The reporting link: one for each person, actor and round; nothing in the database opens it."""

from datetime import date, timedelta

import pytest

from followup.actions.links import find_link, issue_link, revoke_link, send_new_link
from followup.models import AccessLink
from stakeholders import clock
from stakeholders.models import Dispatch, Event
from tests.factories import a_contact, a_period

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(club):
    return club.contacts.get()


@pytest.fixture
def running(plan):
    """A round that closes in a month."""
    today = clock.today()
    return a_period(plan, 2026, 3, due_on=today + timedelta(days=10), closes_on=today + timedelta(days=30), opens_on=date(2026, 9, 1))


def test_the_link_is_found_by_its_token(contact, club, running):
    link, token = issue_link(contact, club, running, by=None)

    assert find_link(token) == link
    assert find_link(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert clock.day_of(link.expires_at) == running.closes_on + timedelta(days=1)
    assert Event.objects.about(link).get().verb == "link.issued"


def test_a_letter_written_anew_holds_the_same_link(contact, club, running):
    first, token = issue_link(contact, club, running, by=None)
    second, again = issue_link(contact, club, running, by=None)

    assert (first, token) == (second, again)
    assert AccessLink.objects.count() == 1


def test_each_person_actor_and_round_has_its_own(contact, club, plan, running):
    tokens = {
        issue_link(contact, club, running, by=None)[1],
        issue_link(a_contact(club), club, running, by=None)[1],
        issue_link(contact, club, a_period(plan, 2027, 1), by=None)[1],
    }
    assert len(tokens) == 3


def test_a_stolen_database_opens_nothing(contact, club, running, settings):
    link, token = issue_link(contact, club, running, by=None)
    stored = str(AccessLink.objects.filter(pk=link.pk).values().get()) + str(Event.objects.about(link).values().get())
    assert token not in stored

    settings.SECRET_KEY = "a-thief-does-not-know-our-key-" * 2
    thief = issue_link(contact, club, running, by=None)[1]  # the same rows with another key
    assert thief != token


def test_old_letters_work_after_the_key_is_replaced(contact, club, running, settings):
    old_key = settings.SECRET_KEY
    link, token = issue_link(contact, club, running, by=None)
    settings.SECRET_KEY = "b" * 60
    assert find_link(token) == link

    settings.SECRET_KEY_FALLBACKS = [old_key]
    assert issue_link(contact, club, running, by=None) == (link, token)

    settings.SECRET_KEY_FALLBACKS = []
    newer, other = issue_link(contact, club, running, by=None)
    assert other != token
    assert find_link(token) == link
    assert find_link(other) == newer


def test_a_revoked_link_opens_nothing_and_the_next_is_another(contact, club, running, coordinator):
    link, token = issue_link(contact, club, running, by=None)
    revoke_link(link, by=coordinator, why="fel person")
    revoke_link(link, by=coordinator)

    assert find_link(token) is None
    assert issue_link(contact, club, running, by=None)[1] != token
    assert Event.objects.about(link).filter(verb="link.revoked").count() == 1


def test_it_opens_nothing_for_somebody_who_has_left(contact, club, running):
    _, token = issue_link(contact, club, running, by=None)
    contact.left_at = clock.now()
    contact.save()

    assert find_link(token) is None


def test_it_expires_with_the_round(contact, club, running):
    link, token = issue_link(contact, club, running, by=None)
    with clock.at(clock.now() + timedelta(days=32)):
        assert find_link(token).has_expired
        prolonged, same = issue_link(contact, club, running, by=None)
    assert (prolonged, same) == (link, token)
    assert not prolonged.has_expired


def test_a_new_link_is_mailed_to_its_owner_and_not_over_and_over(contact, club, running):
    link, _ = issue_link(contact, club, running, by=None)
    send_new_link(link, by=None)
    send_new_link(link, by=None)
    assert [row.contact for row in Dispatch.objects.filter(kind="new_link")] == [contact]
    with clock.at(clock.now() + timedelta(minutes=6)):
        send_new_link(link, by=None)
    assert Dispatch.objects.filter(kind="new_link").count() == 2
