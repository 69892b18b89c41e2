"""The coordinator's own words in the letters, and when the letters rest."""

import re
from datetime import date, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from followup import reminders
from followup.actions.rounds import make_obligations
from followup.letters import compose
from stakeholders import clock
from stakeholders.models import Dispatch, Event
from tests.factories import a_period

pytestmark = pytest.mark.django_db
ADDRESS = "/letters/"
CODE = "{{ settings.SECRET_KEY }} {name} %(what)s <script>alert(1)</script>"


@pytest.fixture
def coordinating(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def round_in_january(plan, assignment):
    period = a_period(plan, 2026, 3, opens_on=date(2026, 12, 17), due_on=date(2027, 1, 22), closes_on=date(2027, 2, 12))
    make_obligations([period], by=None)
    return period


def text_of(answer) -> str:
    return " ".join(unescape(re.sub(r"<(script|style)\\b.*?</\\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S)).split())


def typed(workspace, **changed) -> dict[str, object]:
    return {"greeting": "", "contact_name": "Kim", "contact_email": "", "contact_phone": "", "version": workspace.version, **changed}


def planned_on(day: date) -> int:
    with clock.at(datetime.combine(day, datetime.min.time(), ZoneInfo("Europe/Stockholm")).replace(hour=6)):
        reminders.plan()
    return Dispatch.objects.filter(kind="request", day=day).count()


def test_the_greeting_is_seen_in_the_letter_before_it_is_saved(coordinating, workspace, round_in_january):
    assert "Hur gick det med ”Läxhjälp”" in text_of(coordinating.get(ADDRESS))
    answer = coordinating.post(ADDRESS, typed(workspace, greeting="Tack för i höstas!", preview="1"))
    letter = answer.content.decode().partition('class="letter__body"')[2]
    assert "<p>Tack för i höstas!</p>" in letter
    assert "Ett prov: inget är skickat." in text_of(answer)
    workspace.refresh_from_db()
    assert workspace.greeting == ""
    assert not Dispatch.objects.exists()


def test_it_goes_out_as_it_was_written_and_no_code_in_it_runs(coordinating, workspace, round_in_january):
    shown = coordinating.post(ADDRESS, typed(workspace, greeting=CODE, preview="1")).content.decode()
    assert "<script>alert" not in shown
    assert "{{ settings.SECRET_KEY }} {name} %(what)s &lt;script&gt;" in shown
    answer = coordinating.post(ADDRESS, typed(workspace, greeting=CODE), follow=True)
    assert "Det gäller alla brev som går från och med nu." in text_of(answer)
    assert planned_on(date(2027, 1, 8)) == 1
    letter = compose(Dispatch.objects.get(kind="request"))
    assert CODE in letter.text
    assert "<script>" not in letter.html
    workspace.refresh_from_db()
    assert Event.objects.about(workspace).get().verb == "workspace.letters_changed"


def test_a_pause_rests_the_letters_and_is_shown_as_it_was_typed(coordinating, workspace, round_in_january):
    coordinating.post(ADDRESS, typed(workspace, mail_pauses="2027-01-04 2027-01-10 flytt\n\n2027-06-21 – 2027-08-08"))
    workspace.refresh_from_db()
    assert workspace.mail_pauses == [
        {"from": "2027-01-04", "to": "2027-01-10", "why": "flytt"},
        {"from": "2027-06-21", "to": "2027-08-08", "why": ""},
    ]
    assert "2027-01-04 2027-01-10 flytt\n2027-06-21 2027-08-08</textarea>" in coordinating.get(ADDRESS).content.decode()
    assert planned_on(date(2027, 1, 8)) == 0
    assert planned_on(date(2027, 1, 11)) == 1


@pytest.mark.parametrize("line", ["sommaren", "2027-06-31 2027-08-08", "2027-08-08 2027-06-21", "2027-06-21"])
def test_a_pause_that_cannot_be_read_is_asked_about(coordinating, workspace, line):
    answer = coordinating.post(ADDRESS, typed(workspace, mail_pauses=line))
    assert answer.status_code == 422
    assert f"”{line}” går inte att läsa." in text_of(answer)


def test_two_who_write_at_once_see_both_texts(coordinating, workspace):
    old = typed(workspace)
    coordinating.post(ADDRESS, {**old, "greeting": "Den första.", "mail_pauses": "2027-06-21 2027-08-08"})
    answer = coordinating.post(ADDRESS, {**old, "greeting": "Den andra.", "mail_pauses": "2027-07-01 2027-07-31"})
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert all(words in shown for words in ("Den första.", "Den andra.", "2027-06-21", "2027-07-01"))


def test_without_anything_to_ask_about_there_is_no_letter_to_show(coordinating, workspace):
    assert "När någon har ett uppdrag och en runda finns ser du brevet här." in text_of(coordinating.get(ADDRESS))
    assert reverse("letters_change") in coordinating.get(reverse("dispatch_list")).content.decode()
