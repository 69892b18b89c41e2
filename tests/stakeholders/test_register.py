"""Actors and contact persons: registered, edited, closed; two who edit at once; what history may hold."""

import pytest

from stakeholders.actions.actors import (
    LooksLikeAnother,
    add_contact,
    change_actor,
    change_contact,
    close_actor,
    erase_contact,
    register_actor,
)
from stakeholders.models import Actor, Event
from stakeholders.queries import similar_actors
from stakeholders.refusals import ChangedMeanwhile, NotRight, TooLate
from stakeholders.rules import names_are_alike
from tests.factories import a_contact, a_workspace, an_actor, an_area

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Norrbruks IF", "Norrbruks IF (Exempel)"),
        ("Kretsloppet", "Kretsloppet ekonomisk förening".replace("ekonomisk", "ek.")),
        ("Norrbruksbyggen AB", "AB Norrbruksbyggen"),
        ("Östervik skola", "ÖSTERVIKS SKOLA"),
        ("Hyresgästföreningen Norrbruk", "Hyresgastforeningen  Norrbruk"),
    ],
)
def test_names_of_the_same_organisation_are_alike(one, other):
    assert names_are_alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Norrbruks IF", "Norrbruks bibliotek"), ("Hyttans skola", "Kanalbyns skola"), ("Polisen", "Socialtjänsten")]
)
def test_names_of_different_organisations_are_not(one, other):
    assert not names_are_alike(one, other)


def test_an_actor_is_registered_with_one_event(workspace, coordinator):
    area = an_area(workspace, "Hyttan")
    actor = register_actor(workspace, by=coordinator, name="  Fritidsbanken  Norrbruk ", kind="association", areas=[area])

    assert (actor.name, list(actor.areas.all())) == ("Fritidsbanken Norrbruk", [area])
    assert list(Event.objects.about(actor).values_list("verb", "by_user")) == [("actor.registered", coordinator.pk)]


def test_a_likely_duplicate_is_asked_about_and_let_in_when_it_is_another(workspace, coordinator, club):
    with pytest.raises(LooksLikeAnother) as question:
        register_actor(workspace, by=coordinator, name="Norrbruks I F", kind="association")
    assert question.value.actors == [club]
    assert str(question.value) == "”Norrbruks I F” liknar Norrbruks IF (Exempel). Är det samma?"

    assert register_actor(workspace, by=coordinator, name="Norrbruks I F", kind="association", is_another=True).pk


def test_the_same_organisation_number_is_a_likely_duplicate_whatever_the_name(workspace):
    known = an_actor(workspace, "Kretsloppet", org_number="5560000001")

    assert similar_actors(workspace, "Sociala företaget", "5560000001") == [known]


def test_the_neighbours_actors_are_never_alike(workspace):
    an_actor(a_workspace("sjoasen"), "Norrbruks IF")

    assert similar_actors(workspace, "Norrbruks IF") == []


@pytest.mark.parametrize("number", ["123", "556000-0002", "abc"])
def test_a_false_organisation_number_is_refused(workspace, coordinator, number):
    with pytest.raises(NotRight):
        register_actor(workspace, by=coordinator, name="Kretsloppet", kind="business", org_number=number)
    assert not Actor.objects.filter(name="Kretsloppet").exists()


def test_a_name_that_is_taken_is_refused_even_if_it_is_said_to_be_another(workspace, coordinator, club):
    with pytest.raises(NotRight):
        register_actor(workspace, by=coordinator, name=club.name, kind="association", is_another=True)


def test_a_change_is_told_with_before_and_after(club, coordinator):
    change_actor(club, by=coordinator, version=1, name="Norrbruks idrottsförening", note="")

    event = Event.objects.about(club).get()
    assert event.payload["changes"] == {"name": ["Norrbruks IF (Exempel)", "Norrbruks idrottsförening"]}
    club.refresh_from_db()
    assert (club.version, club.name_search) == (2, "norrbruks idrottsforening")


def test_nothing_changed_leaves_nothing_behind(club, coordinator):
    change_actor(club, by=coordinator, version=1, name=club.name)

    assert not Event.objects.about(club).exists()


def test_who_comes_second_is_told_who_was_first_and_what_stands_there(club, coordinator, company):
    change_actor(club, by=coordinator, version=1, note="Ring efter fyra.")

    with pytest.raises(ChangedMeanwhile) as clash:
        change_actor(club, by=coordinator, version=1, note="Ring före åtta.")
    assert str(coordinator) in clash.value.sentence
    assert clash.value.theirs["note"] == "Ring efter fyra."
    assert Actor.objects.get(pk=club.pk).note == "Ring efter fyra."


def test_an_actor_is_never_part_of_itself(club, coordinator, workspace):
    section = an_actor(workspace, "Fotbollssektionen", parent=club)

    with pytest.raises(NotRight):
        change_actor(club, by=coordinator, version=1, parent=section)


def test_two_who_close_an_actor_one_wins(club, coordinator, company):
    close_actor(club, by=coordinator, successor=company)

    with pytest.raises(TooLate):
        close_actor(club, by=coordinator)
    assert Actor.objects.get(pk=club.pk).successor == company


def test_history_holds_no_name_of_a_person(club, coordinator):
    contact = add_contact(club, by=coordinator, name="Kim Exempel", email="kim@norrbruk.example")
    change_contact(contact, by=coordinator, version=1, name="Kim Exempelsson", email="kim2@norrbruk.example")
    contact.refresh_from_db()
    erase_contact(contact, by=coordinator)

    events = Event.objects.about(contact)
    assert [event.verb for event in events] == ["contact.added", "contact.changed", "contact.left"]
    assert events[1].payload["fields"] == ["email", "name"]
    assert "Kim" not in str([event.payload for event in events])


def test_a_new_address_is_tried_afresh(club, coordinator):
    contact = a_contact(club, bounced_at="2026-01-12T08:00Z", bounce_reason="550 okänd", email="fel@norrbruk.example")
    contact.refresh_from_db()

    contact = change_contact(contact, by=coordinator, version=1, email="ratt@norrbruk.example")

    assert (contact.bounced_at, contact.bounce_reason) == (None, "")


def test_whoever_leaves_is_erased_and_the_role_stays(club, coordinator):
    contact = a_contact(club, name="Kim Exempel", role_title="kassör", phone="010-000 00 00")

    contact = erase_contact(contact, by=coordinator)

    assert (str(contact), contact.email, contact.phone) == ("kassör", "", "")
    with pytest.raises(TooLate):
        change_contact(contact, by=coordinator, version=contact.version, name="Kim Exempel")
