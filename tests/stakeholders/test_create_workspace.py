"""`manage.py create_workspace`: the first real start."""

import pytest
from django.core.management import CommandError, call_command

from stakeholders.models import Actor, Event, Membership, User, Workspace
from stakeholders.rules import ActorKind, Role

pytestmark = pytest.mark.django_db

ANSWERS = {
    "name": "Norrbruk",
    "slug": "norrbruk",
    "company": "Norrbruksbyggen AB",
    "coordinator": "Maria Lind",
    "email": "Maria.Lind@norrbruk.example",
}


def create(capsys, **changes: str) -> str:
    call_command("create_workspace", **{**ANSWERS, **changes})
    return capsys.readouterr().out


def test_it_makes_the_room_its_company_and_its_coordinator(capsys, client):
    said = create(capsys)
    room = Workspace.objects.get(slug="norrbruk")
    company = Actor.objects.get(workspace=room)
    assert (company.name, company.kind) == ("Norrbruksbyggen AB", ActorKind.HOUSING_COMPANY)
    membership = Membership.objects.get()
    assert (membership.user.email, membership.actor, membership.role) == ("maria.lind@norrbruk.example", company, Role.COORDINATOR)
    assert list(Event.objects.within(room).values_list("verb", flat=True)) == ["workspace.created", "membership.created"]

    link = said.split()[-1]
    assert "Välj ett lösenord" in client.get(link, follow=True).content.decode()


def test_a_taken_short_name_is_refused_and_nothing_is_stored(capsys):
    create(capsys)
    with pytest.raises(CommandError, match=r"Det finns redan ett samverkansrum med kortnamnet ”norrbruk”. Välj ett annat."):
        create(capsys, name="Annat", email="annan@norrbruk.example")
    with pytest.raises(CommandError, match=r"Det finns redan ett samverkansrum som heter ”NORRBRUK”."):
        create(capsys, name="NORRBRUK", slug="annat", email="annan@norrbruk.example")
    assert (Workspace.objects.count(), User.objects.count()) == (1, 1)


def test_someone_with_an_account_gets_the_role_and_keeps_the_password(capsys):
    User.objects.create_user("maria.lind@norrbruk.example", "sju-små-sjöhästar", name="Maria Lind")
    said = create(capsys)
    assert "Lösenord väljs" not in said
    assert User.objects.get().check_password("sju-små-sjöhästar")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"slug": "norr bruk"}, "”norr bruk” är inte ett kortnamn"),
        ({"email": "maria"}, "”maria” är inte en e-postadress"),
        ({"company": "  "}, "--company får inte vara tomt"),
    ],
)
def test_an_answer_that_cannot_be_right_is_named(capsys, wrong, sentence):
    with pytest.raises(CommandError, match=sentence):
        create(capsys, **wrong)
    assert not Workspace.objects.exists()


def test_it_asks_for_what_was_not_given_and_says_if_nobody_answers(monkeypatch):
    def nobody(question: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CommandError, match="Ange --slug"):
        call_command("create_workspace", name="Norrbruk")
