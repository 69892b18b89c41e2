"""Signing in, out, and choosing a password."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache

from followup import tasks
from stakeholders import accounts, clock
from stakeholders.models import User

pytestmark = pytest.mark.django_db

LOGIN = "/account/login/"
WRONG = "E-postadressen eller lösenordet stämmer inte."


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna@norrbruk.example", "sju-små-sjöhästar", name="Anna Ek")


def sign_in(client, email: str, password: str, **more):
    return client.post(LOGIN, {"login": email, "password": password}, **more)


def letters() -> list:
    """The letters, once the one on its way has been handed over."""
    accounts.post.submit(int).result()
    return mail.outbox


def test_a_person_signs_in_with_the_address_whatever_its_case(client, anna):
    response = sign_in(client, "Anna@Norrbruk.EXAMPLE", "sju-små-sjöhästar")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(anna.pk)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, anna):
    wrong = sign_in(client, "anna@norrbruk.example", "fel lösenord helt")
    unknown = sign_in(client, "ingen@norrbruk.example", "fel lösenord helt")
    assert wrong.status_code == unknown.status_code == 200
    assert WRONG in wrong.content.decode()
    assert WRONG in unknown.content.decode()


def test_nobody_signs_up_by_themselves(client):
    page = client.get("/account/closed/")
    assert "Konto får du genom en inbjudan" in page.content.decode()
    client.post("/account/closed/", {"email": "ny@norrbruk.example", "password1": "sju-små-sjöhästar"})
    assert not User.objects.exists()


def test_someone_closed_out_is_told_so(client, anna):
    User.objects.filter(pk=anna.pk).update(is_active=False)
    response = sign_in(client, anna.email, "sju-små-sjöhästar", follow=True)
    assert "_auth_user_id" not in client.session
    assert response.status_code == 200


def test_guessing_is_stopped_but_the_owner_still_gets_in_from_elsewhere(client, anna):
    for _ in range(5):
        sign_in(client, anna.email, "fel lösenord helt", REMOTE_ADDR="192.0.2.1")
    stopped = sign_in(client, anna.email, "sju-små-sjöhästar", REMOTE_ADDR="192.0.2.1")
    assert "Det blev för många försök" in stopped.content.decode()
    assert sign_in(client, anna.email, "sju-små-sjöhästar", REMOTE_ADDR="198.51.100.7").status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://elak.example/", "//elak.example/", "javascript:alert(1)", "/\\elak.example"])
def test_next_never_leads_out_of_here(client, anna, elsewhere):
    response = client.post(LOGIN, {"login": anna.email, "password": "sju-små-sjöhästar", "next": elsewhere})
    assert (response.status_code, response["Location"]) == (302, "/")


def test_a_closed_page_asks_who_you_are_and_comes_back(client, anna):
    response = client.get("/account/password/")
    assert response["Location"] == "/account/login/?next=/account/password/"
    page = client.get(response["Location"]).content.decode()
    assert 'name="next" value="/account/password/"' in page


def test_signing_out_takes_a_click_and_ends_the_session(client, anna):
    client.force_login(anna)
    assert client.get("/account/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    key = client.session.session_key
    client.post("/account/logout/")
    client.cookies["sessionid"] = key
    assert client.get("/account/password/").status_code == 302


def test_a_forgotten_password_is_chosen_anew_once(client, anna, settings):
    answer = client.post("/account/password/reset/", {"email": anna.email}, HTTP_HOST="127.0.0.1")
    assert answer["Location"] == "/account/password/reset/sent/"
    (letter,) = letters()
    assert (letter.to, letter.subject) == ([anna.email], "Välj ett nytt lösenord till Samspel")
    link = re.search(r"\S+/reset/key/\S+", letter.body)[0]
    assert link.startswith(f"{settings.BASE_URL}/account/password/reset/key/")

    page = client.get(link, follow=True)
    assert "Välj ett lösenord" in page.content.decode()
    new = "åtta-röda-ekorrar"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(client, anna.email, new).status_code == 302
    assert "Länken har gått ut" in client.get(link, follow=True).content.decode()


def test_an_unknown_address_gets_the_same_answer_and_no_letter(client, anna):
    known = client.post("/account/password/reset/", {"email": anna.email})
    unknown = client.post("/account/password/reset/", {"email": "ingen@norrbruk.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.to for letter in letters()] == [[anna.email]]


def test_opening_the_link_changes_nothing(client, anna):
    before = User.objects.values().get(pk=anna.pk)
    for _ in range(3):
        assert client.get(accounts.password_link(anna), follow=True).status_code == 200
    assert User.objects.values().get(pk=anna.pk) == before
    assert not anna.emailaddress_set.exists()


def test_a_weak_password_is_refused_in_words(client, anna):
    page = client.get(accounts.password_link(anna), follow=True)
    answer = client.post(page.request["PATH_INFO"], {"password1": "kort", "password2": "kort"})
    assert "minst 12 tecken" in answer.content.decode()


def test_two_hours_of_silence_sign_you_out_and_say_so(client, anna):
    client.force_login(anna)
    client.get("/account/password/")
    with time_machine.travel(clock.now() + timedelta(minutes=40)):
        assert client.get("/account/password/").status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=40, hours=2, seconds=1)):
        page = client.get("/account/password/", follow=True).content.decode()
    assert "Du var borta en stund, så vi loggade ut dig." in page
    assert "_auth_user_id" not in client.session


def test_nobody_stays_signed_in_past_twelve_hours_however_busy(client, anna):
    client.force_login(anna)
    start = clock.now()
    statuses = []
    for hour in range(13):
        with time_machine.travel(start + timedelta(hours=hour, minutes=1 if hour == 12 else 0)):
            statuses.append(client.get("/account/password/").status_code)
    assert statuses == [200] * 12 + [302]


def test_reading_pages_hardly_ever_writes(client, anna, django_assert_num_queries):
    client.force_login(anna)
    client.get("/account/password/")
    before = client.session["seen_at"]
    client.get("/account/password/")
    assert client.session["seen_at"] == before


PAGE = "/account/password/"
FORM = "/no-such-form/"


@pytest.fixture
def a_form(monkeypatch):
    """A page of no matter what, that says what it got."""
    from django.http import HttpResponse
    from django.urls import clear_url_caches, path

    from config import urls

    got: list[dict] = []

    def no_such_form(request):
        got.append(request.POST.dict())
        return HttpResponse("got it")

    monkeypatch.setattr(urls, "urlpatterns", [path("no-such-form/", no_such_form), *urls.urlpatterns])
    clear_url_caches()
    yield got
    clear_url_caches()


def _type_after_the_session_is_gone(client, **fields):
    client.get(PAGE)
    Session.objects.all().delete()
    return client.post(FORM, {"what": "Tolv barn kom på läxhjälpen", "version": "3", **fields})


@pytest.mark.parametrize("silence", [None, timedelta(hours=3)])
def test_what_was_typed_is_kept_past_the_sign_in_and_sent(client, anna, a_form, silence):
    client.force_login(anna)
    client.get(PAGE)
    if silence:
        with time_machine.travel(clock.now() + silence):
            answer = client.post(FORM, {"what": "Tolv barn kom på läxhjälpen", "version": "3"})
    else:
        answer = _type_after_the_session_is_gone(client)
    assert answer["Location"] == "/account/login/?next=/account/typed/"
    assert a_form == []

    after = client.post(LOGIN, {"login": anna.email, "password": "sju-små-sjöhästar", "next": "/account/typed/"}, follow=True)
    page = after.content.decode()
    assert "Tolv barn kom på läxhjälpen" in page
    assert f'action="{FORM}"' in page
    client.post(FORM, {"what": "Tolv barn kom på läxhjälpen", "version": "3"})
    assert a_form == [{"what": "Tolv barn kom på läxhjälpen", "version": "3"}]
    assert client.get("/account/typed/")["Location"] == "/"


def test_somebody_else_in_the_same_browser_does_not_see_it(client, anna, a_form):
    client.force_login(anna)
    _type_after_the_session_is_gone(client)
    client.force_login(User.objects.create_user("berit@norrbruk.example", "sju-små-sjöhästar", name="Berit"))
    assert client.get("/account/typed/")["Location"] == "/"


def test_it_can_be_thrown_away(client, anna, a_form):
    client.force_login(anna)
    _type_after_the_session_is_gone(client)
    client.post(LOGIN, {"login": anna.email, "password": "sju-små-sjöhästar"})
    assert client.get("/account/typed/").status_code == 200
    client.post("/account/typed/")
    assert client.get("/account/typed/").status_code == 302


def test_strangers_and_floods_are_not_kept(client, anna, a_form):
    client.cookies["last_here"] = f"{anna.pk}:made-up-signature"
    assert client.post(FORM, {"what": "text"})["Location"] == f"/account/login/?next={FORM}"
    client.force_login(anna)
    answer = _type_after_the_session_is_gone(client, more="x" * 100_001)
    assert answer["Location"] == f"/account/login/?next={FORM}"


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client, a_form):
    answer = client.get(FORM, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/plans/1/"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/account/login/?next=/plans/1/")


def test_sessions_that_have_run_out_are_thrown_away(client, anna):
    client.force_login(anna)
    tasks.forget_sessions()
    assert Session.objects.count() == 1
    with time_machine.travel(clock.now() + timedelta(hours=13)):
        tasks.forget_sessions()
    assert not Session.objects.exists()
