"""How the product says no."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.test import Client
from django.urls import path

from config import urls
from stakeholders.refusals import ChangedMeanwhile, NotAllowed, NotRight, TooLate

NOT_FOUND = "Sidan finns inte, eller så har du inte tillgång till den."


def _refusing(error: Exception):
    @login_not_required
    def view(request):
        raise error

    return view


ROUTES = {
    "may-not": NotAllowed("Bara samordnaren får göra det."),
    "too-late": TooLate("Rapporten är redan inskickad."),
    "not-right": NotRight("Året finns inte i planen."),
    "meanwhile": ChangedMeanwhile("Berit ändrade samma åtgärd kl. 14.31.", theirs={"Namn": "Läxhjälp på torsdagar"}),
    "database-away": OperationalError("server closed the connection"),
    "fell": ZeroDivisionError("oj"),
}


@pytest.fixture(autouse=True)
def _refusing_pages(settings, monkeypatch):
    pages = [path(f"{prefix}{name}/", _refusing(error)) for name, error in ROUTES.items() for prefix in ("", "api/v1/", "l/token/")]
    monkeypatch.setattr(urls, "urlpatterns", [*pages, *urls.urlpatterns])
    settings.ROOT_URLCONF = "config.urls"
    from django.urls import clear_url_caches

    clear_url_caches()
    yield
    clear_url_caches()


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/may-not/", 403, "Bara samordnaren får göra det."),
        ("/too-late/", 409, "Rapporten är redan inskickad."),
        ("/not-right/", 422, "Året finns inte i planen."),
        ("/no-such-page/", 404, NOT_FOUND),
        ("/database-away/", 503, "Försök igen om en stund."),
        ("/fell/", 500, "Försök igen om en stund."),
        ("/l/token/too-late/", 409, "Rapporten är redan inskickad."),
    ],
)
@pytest.mark.django_db
def test_a_refusal_is_a_page_with_its_sentence(client, address, status, sentence):
    response = client.get(address)
    assert response.status_code == status
    assert sentence in response.content.decode()
    assert response.content.decode().count("<html") == 1


@pytest.mark.django_db
def test_a_part_of_a_page_gets_the_sentence_where_messages_are(client):
    response = client.post("/too-late/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Retarget"]) == (409, "#messages")
    assert "<html" not in response.content.decode()
    assert "Rapporten är redan inskickad." in response.content.decode()


@pytest.mark.django_db
def test_a_machine_gets_the_sentence_as_json(client):
    response = client.get("/api/v1/too-late/")
    assert (response.status_code, response.json()) == (409, {"detail": "Rapporten är redan inskickad."})
    assert client.get("/api/v1/no-such-thing/").json() == {"detail": NOT_FOUND}


@pytest.mark.django_db
def test_whoever_came_second_sees_both_texts(client):
    page = client.post("/meanwhile/", {"Namn": "Läxhjälp på tisdagar <b>", "version": "3"}).content.decode()
    assert "Läxhjälp på tisdagar &lt;b&gt;" in page
    assert "Läxhjälp på torsdagar" in page
    assert "version" not in page


@pytest.mark.django_db
def test_a_form_without_its_secret_is_refused_in_words():
    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@b.example"})
    assert response.status_code == 403
    assert "Formuläret hade blivit för gammalt." in response.content.decode()


@pytest.mark.django_db
def test_a_false_host_name_is_refused(client):
    assert client.get("/account/login/", headers={"host": "elak.example"}).status_code == 400


@pytest.mark.django_db
def test_every_answer_carries_the_strict_policy(client):
    for address in ("/account/login/", "/too-late/", "/no-such-page/", "/fell/", "/healthz"):
        policy = client.get(address)["Content-Security-Policy"]
        assert "unsafe" not in policy
        for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "img-src 'self' data:"):
            assert rule in policy
