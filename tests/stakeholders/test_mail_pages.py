"""Mail as people see it: deciding about letters, reading them where there is no mail server, declining them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from followup.letters import compose
from stakeholders import clock
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.mail import opt_out_url, sweep
from stakeholders.models import Dispatch, Event
from stakeholders.rules import DispatchKind, DispatchState
from tests.factories import a_contact, a_period, an_actor, an_obligation

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(club):
    return club.contacts.get()


@pytest.fixture
def dispatch(workspace, contact, assignment, plan):
    period = a_period(plan, 2026, 3)
    obligation = an_obligation(assignment, period)
    return plan_dispatch(DispatchKind.REQUEST, workspace=workspace, to=contact, about=[(obligation, "t-14")])


@pytest.fixture
def sent(dispatch):
    with clock.at(datetime(2027, 1, 8, 8, tzinfo=UTC)):
        sweep(compose=compose)
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.HANDED_OVER
    return dispatch


@pytest.fixture
def coordinating(client, coordinator) -> Client:
    client.force_login(coordinator)
    return client


def path_of(contact) -> str:
    return re.sub(r"^https?://[^/]+", "", opt_out_url(contact))


@pytest.mark.parametrize(("act", "state"), [("resend", DispatchState.PLANNED), ("leave", DispatchState.CANCELLED)])
def test_the_coordinator_decides_about_an_uncertain_letter(coordinating, dispatch, contact, act, state):
    Dispatch.objects.update(state=DispatchState.UNCERTAIN, reason="ConnectionResetError")
    page = coordinating.get(reverse("dispatch_list")).content.decode()
    assert "1 brev behöver att du bestämmer" in page
    assert "Vi vet inte säkert om brevet kom fram." in page
    assert contact.email in page

    answer = coordinating.post(reverse(f"dispatch_{act}", args=[dispatch.pk]), follow=True)
    assert "Alla brev har gått som de ska" in answer.content.decode()
    dispatch.refresh_from_db()
    assert dispatch.state == state
    assert coordinating.post(reverse(f"dispatch_{act}", args=[dispatch.pk])).status_code == 409


def test_a_letter_that_waits_is_shown_and_can_be_stopped(coordinating, workspace, contact, club):
    waiting = plan_dispatch(
        DispatchKind.FEEDBACK, workspace=workspace, to=contact, about=[(contact, "feedback")], not_before=clock.now() + timedelta(days=9)
    )
    page = coordinating.get(reverse("dispatch_list")).content.decode()
    assert "Går senare" in page
    assert "Återkoppling om året" in page
    answer = coordinating.post(reverse("dispatch_cancel", args=[waiting.pk]), follow=True).content.decode()
    assert "Brevet är inställt." in answer
    assert "Inställt av samordnaren." in answer
    assert coordinating.post(reverse("dispatch_cancel", args=[waiting.pk])).status_code == 409
    assert Event.objects.about(waiting).get().verb == "dispatch.cancelled"
    plan_dispatch(DispatchKind.FEEDBACK, workspace=workspace, to=contact, about=[(contact, "feedback")])  # it may be asked for again


def test_a_reminder_is_not_stopped_here_since_it_would_come_again(coordinating, dispatch):
    assert coordinating.post(reverse("dispatch_cancel", args=[dispatch.pk])).status_code == 409
    dispatch.refresh_from_db()
    assert dispatch.state == DispatchState.PLANNED


def test_whom_we_cannot_write_to_is_shown_with_why(coordinating, club, outsider):
    a_contact(club, name="Studsande", bounced_at=clock.now(), bounce_reason="550 5.1.1 User unknown")
    a_contact(club, name="Nejsägare", opted_out_at=clock.now())
    a_contact(an_actor(outsider.memberships.get().actor.workspace), name="Grannens", bounced_at=clock.now())
    page = coordinating.get(reverse("dispatch_list")).content.decode()
    assert "550 5.1.1 User unknown" in page
    assert "Har tackat nej till våra brev" in page
    assert "Rätta adressen" in page
    assert "Grannens" not in page


def test_the_first_page_asks_what_to_do_about_an_uncertain_letter(coordinating, dispatch):
    Dispatch.objects.update(state=DispatchState.UNCERTAIN)
    page = coordinating.get(reverse("today")).content.decode()
    assert "Vi vet inte säkert om mejlet till Norrbruks IF (Exempel) kom fram" in page
    assert f'href="{reverse("dispatch_list")}#dispatch-{dispatch.pk}"' in page


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_page_asks_as_little_for_many_letters_as_for_few(coordinating, workspace, club):
    counts = []
    coordinating.get(reverse("dispatch_list"))  # the session is noted the first time
    for number in (2, 20):
        for _ in range(number):
            for state in ("planned", "uncertain", "handed_over"):
                contact = a_contact(club, bounced_at=clock.now())
                row = plan_dispatch(DispatchKind.REQUEST, workspace=workspace, to=contact, about=[(contact, "x")])
                Dispatch.objects.filter(pk=row.pk).update(state=state, not_before=clock.now() + timedelta(days=1))
        counts.append(queries(coordinating, reverse("dispatch_list")))
    assert counts[0] == counts[1] <= 15


def test_the_letters_can_be_read_where_there_is_no_mail_server(coordinating, sent):
    page = coordinating.get(reverse("mail_list")).content.decode()
    assert "Hur gick det med ”Läxhjälp”" in page
    letter = coordinating.get(reverse("mail_show", args=[sent.message_id])).content.decode()
    assert "Du behöver inget konto och inget lösenord." in letter
    assert "/l/" in letter
    html = coordinating.get(reverse("mail_show_html", args=[sent.message_id]))
    assert "script-src" not in html["Content-Security-Policy"]
    assert "default-src 'none'" in html["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in html["Content-Security-Policy"]


def test_nobody_reads_letters_where_there_is_a_mail_server(coordinating, sent, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert coordinating.get(reverse("mail_list")).status_code == 404
    assert coordinating.get(reverse("mail_show", args=[sent.message_id])).status_code == 404


def test_looking_at_the_opt_out_page_changes_nothing(client, contact):
    for method in (client.get, client.head, client.options):
        method(path_of(contact))
    contact.refresh_from_db()
    assert contact.opted_out_at is None


def test_one_click_declines_without_a_cookie_and_can_be_undone(contact):
    mail_program = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert mail_program.post(path_of(contact), {"List-Unsubscribe": "One-Click"}).status_code == 200
    contact.refresh_from_db()
    assert contact.opted_out_at
    assert list(Event.objects.about(contact).values_list("verb", "by_contact")) == [("contact.opted_out", contact.pk)]

    mail_program.post(path_of(contact), {"undo": "1"})
    contact.refresh_from_db()
    assert contact.opted_out_at is None


def test_the_address_cannot_be_made_up(client, contact):
    path = path_of(contact)
    another = path_of(a_contact(contact.actor)).split("/")[-2].split(":")[0]
    mine = path.split("/")[-2].split(":")[0]
    assert client.get(path.replace(f"/{mine}:", f"/{another}:")).status_code == 404
    assert client.get(path[:-3] + "x/").status_code == 404
