"""Nothing is lost and nothing comes twice: two colleagues on one link, pressing twenty times, a cookie that is gone, a part that ends.

Each protection has a test with it taken away, which must lose something.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from followup.actions import drafts
from followup.actions.links import revoke_link
from followup.actions.reports import approve_report
from followup.models import AccessLink, Draft, Report
from followup.views.doors import COOKIE
from stakeholders import clock
from stakeholders.models import Dispatch, Event
from tests.factories import a_contact, a_measure, a_period, a_report, an_actor, an_assignment, an_obligation
from tests.followup.partner import Partner, link_to

pytestmark = pytest.mark.django_db

MINE = "Vi har bytt till onsdagar och då kommer fler."
THEIRS = "Tre nya samtalsledare har börjat."


@pytest.fixture
def figure(obligation):
    return f"f{obligation.pinned.get().indicator_version_id}"


@pytest.fixture
def partner(obligation):
    return Partner().open(link_to(obligation)).press("Börja")


@pytest.fixture
def colleague(partner, obligation):
    """Somebody else with the same letter, on another phone."""
    return Partner().open(link_to(obligation)).press("Börja").press("Fortsätt", name="Kollegan (Exempel)")


def at_check(partner, figure):
    return partner.press("Enligt plan").press("Nästa", **{f"{figure}-value": "14"}).press("Nästa", happened=MINE)


# C2, F5: once.


def test_twenty_identical_presses_make_one_report_and_one_receipt(partner, obligation, figure):
    at_check(partner, figure)
    action, fields = partner.form_of("Skicka in")
    answers = [partner.client.post(action, fields) for _ in range(20)]

    assert {answer["Location"] for answer in answers} == {f"/answer/{obligation.pk}/thanks/"}
    assert Report.objects.count() == Dispatch.objects.filter(kind="receipt").count() == 1
    assert Event.objects.filter(verb="report.submitted").count() == 1


def test_without_the_form_key_a_second_press_would_not_find_its_receipt(partner, obligation, figure):
    """Negative control: another key is another press, and leads to what is there instead of to Tack."""
    at_check(partner, figure)
    action, fields = partner.form_of("Skicka in")
    partner.client.post(action, fields)
    again = partner.client.post(action, {**fields, "form_key": str(uuid4())})

    assert again["Location"] == f"/answer/{obligation.pk}/"
    assert Report.objects.count() == 1


def test_a_press_that_is_replayed_after_approval_changes_nothing(partner, obligation, figure, reviewer):
    """The very same request a day later; and, as negative control, one with another key: neither makes a version."""
    at_check(partner, figure)
    action, fields = partner.form_of("Skicka in")
    partner.press("Skicka in")
    approve_report(Report.objects.get(), by=reviewer)
    replayed = partner.client.post(action, fields)
    forged = partner.client.post(action, {**fields, "form_key": str(uuid4())})

    assert replayed["Location"].endswith("/thanks/")
    assert forged["Location"].endswith(f"/answer/{obligation.pk}/"), "nothing waits to be sent"
    assert Report.objects.count() == Dispatch.objects.filter(kind="receipt").count() == 1


def test_a_browser_that_never_got_its_answer_finds_the_same_number(partner, obligation, figure):
    """The server fell between commit and answer: the action has run, the page has not come."""
    at_check(partner, figure)
    action, fields = partner.form_of("Skicka in")
    partner.client.post(action, fields)
    number = Report.objects.get().receipt_number
    retried = partner.client.post(action, fields, follow=True)

    assert number in retried.content.decode()
    assert Report.objects.count() == 1


def test_nothing_new_pressed_twice_is_one_report(assignment, plan, obligation, reviewer):
    a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[12], approved_by=reviewer)
    partner = Partner().open(link_to(obligation)).press("Inget nytt")
    _action, fields = partner.form_of("Skicka in")
    answers = [partner.client.post(partner.path, fields) for _ in range(3)]

    assert {answer["Location"] for answer in answers} == {f"/answer/{obligation.pk}/thanks/"}
    assert obligation.reports.count() == 1


# C4: two colleagues.


def test_two_who_answer_the_same_question_see_both_texts_and_choose(partner, colleague, obligation, figure):
    at_check(partner, figure)
    partner.open(f"/answer/{obligation.pk}/happened/")
    colleague.open(f"/answer/{obligation.pk}/happened/").press("Nästa", happened=THEIRS)
    partner.press("Nästa", 409, happened=MINE + " Och vi behöver en lokal.")

    assert "Kollegan (Exempel) ändrade samma åtgärd kl." in partner.text
    assert "Dina ändringar är inte borta." in partner.text
    assert "Och vi behöver en lokal." in partner.text
    assert THEIRS in partner.text
    assert Draft.objects.get().content["happened"]["answers"]["happened"] == THEIRS


@pytest.mark.parametrize(("choice", "kept"), [("mine", MINE), ("theirs", THEIRS), ("both", f"{THEIRS}\n\n{MINE}")])
def test_the_choice_is_kept(partner, colleague, obligation, figure, choice, kept):
    partner.open(f"/answer/{obligation.pk}/happened/")
    colleague.open(f"/answer/{obligation.pk}/happened/").press("Nästa", happened=THEIRS)
    partner.press("Nästa", 409, happened=MINE)
    partner.press("Spara valet", happened=kept)

    assert Draft.objects.get().content["happened"]["answers"]["happened"].replace("\r\n", "\n") == kept


def test_without_the_version_one_of_the_texts_would_be_lost(partner, colleague, obligation, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(drafts.Seen, "read", classmethod(lambda cls, text: cls(0, 1_000_000)))
    partner.open(f"/answer/{obligation.pk}/happened/")
    colleague.open(f"/answer/{obligation.pk}/happened/").press("Nästa", happened=THEIRS)
    partner.press("Nästa", happened=MINE)

    assert THEIRS not in str(Draft.objects.get().content)


def test_two_who_answer_different_questions_do_not_disturb_each_other(partner, colleague, obligation, figure):
    partner.open(f"/answer/{obligation.pk}/happened/")
    colleague.press("Försenad").press("Nästa", **{f"{figure}-value": "9"})
    partner.press("Nästa", happened=MINE)

    content = Draft.objects.get().content
    assert content["status"]["answers"] == {"status": "delayed"}
    assert content["happened"]["answers"]["happened"] == MINE


def test_one_person_who_goes_back_is_not_in_conflict_with_herself(partner, obligation):
    _action, fields = partner.form_of("Enligt plan")
    partner.press("Enligt plan")
    again = partner.client.post(f"/answer/{obligation.pk}/status/", {**fields, "status": "delayed"})

    assert again.status_code == 302
    assert Draft.objects.get().content["status"]["answers"] == {"status": "delayed"}


def typing(browser, obligation, **typed):
    """What the page's own script sends in the middle of a sentence."""
    _action, fields = browser.form_of("Nästa")
    return browser.client.post(f"/answer/{obligation.pk}/happened/", fields | typed, headers={"X-Autosave": "1"})


def test_what_is_being_typed_is_kept_without_a_press(partner, obligation):
    partner.open(f"/answer/{obligation.pk}/happened/")
    answers = [typing(partner, obligation, happened=MINE[:length]) for length in (10, 30)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].content.decode().startswith("Sparat ")
    assert Draft.objects.get().content["happened"]["answers"]["happened"] == MINE[:30]


def test_a_late_keystroke_never_undoes_what_a_button_sent(partner, obligation):
    partner.open(f"/answer/{obligation.pk}/happened/")
    _action, page = partner.form_of("Nästa")
    typing(partner, obligation, happened=MINE[:10])
    partner.client.post(f"/answer/{obligation.pk}/happened/", page | {"happened": MINE})
    late = typing(partner, obligation, happened=MINE[:20])

    assert late.status_code == 409
    assert Draft.objects.get().content["happened"]["answers"]["happened"] == MINE


def test_typing_never_takes_a_colleagues_place(partner, colleague, obligation):
    for browser in (partner, colleague):
        browser.open(f"/answer/{obligation.pk}/happened/")
    colleague.press("Nästa", happened=THEIRS)

    assert typing(partner, obligation, happened=MINE).status_code == 409
    assert Draft.objects.get().content["happened"]["answers"]["happened"] == THEIRS
    assert MINE in partner.press("Nästa", status=409, happened=MINE).text


def test_a_personnummer_is_not_kept_while_it_is_typed(partner, obligation):
    partner.open(f"/answer/{obligation.pk}/happened/")

    assert typing(partner, obligation, happened="Erik 19850101-1236 kom.").status_code == 422
    assert not Draft.objects.filter(content__has_key="happened").exists()


def test_a_colleague_changed_something_while_one_looked_it_through(partner, colleague, obligation, figure):
    at_check(partner, figure)
    colleague.open(f"/answer/{obligation.pk}/happened/").press("Nästa", happened=THEIRS)
    partner.press("Skicka in", 409)

    assert "Någon annan ändrade svaret medan du läste." in partner.text
    assert THEIRS in partner.text
    partner.press("Skicka in")
    assert Report.objects.get().what_happened == THEIRS


def test_a_colleague_sent_it_in_while_one_was_writing(partner, colleague, obligation, figure):
    at_check(partner, figure)
    colleague.open(f"/answer/{obligation.pk}/happened/")
    partner.press("Skicka in")
    colleague.press("Nästa", 409, happened=THEIRS)

    assert "skickade in rapporten kl." in colleague.text
    assert THEIRS in colleague.text
    colleague.press("Ändra det till mitt")
    assert "Kontrollera och skicka in" in colleague.text
    assert THEIRS in colleague.text
    assert "14" in colleague.text
    colleague.press("Skicka in")
    assert [report.what_happened for report in Report.objects.order_by("version")] == [MINE, THEIRS]


# F10: the cookie or the session is gone.


def test_a_text_sent_without_the_cookie_is_kept(partner, obligation, figure):
    partner.press("Enligt plan").press("Nästa", **{f"{figure}-value": "14"})
    del partner.client.cookies[COOKIE]
    partner.press("Nästa", 403, happened=MINE)

    assert "Texten är sparad." in partner.text
    assert MINE in partner.text
    assert Draft.objects.get().content["happened"]["answers"]["happened"] == MINE
    partner.open(link_to(obligation)).press("Fortsätt").press("Fortsätt")
    assert MINE in partner.text, "and it goes on from there"


def test_after_forty_minutes_and_after_a_day(partner, obligation, figure):
    partner.press("Enligt plan")
    with pytest.MonkeyPatch.context() as patch:
        now = clock.now() + timedelta(hours=13)
        patch.setattr("django.core.signing.time.time", now.timestamp)
        partner.press("Nästa", 403, **{f"{figure}-value": "14"})

    assert "Texten är sparad." in partner.text
    assert Draft.objects.get().content["figures"]["answers"][f"{figure}-value"] == "14"


def test_without_the_seal_it_is_shown_but_not_stored(partner, obligation, figure):
    """Negative control: nobody without cookie or seal writes anything."""
    partner.press("Enligt plan").press("Nästa", **{f"{figure}-value": "14"})
    del partner.client.cookies[COOKIE]
    for seal in ("", "made-up", "x:y:z"):
        _action, fields = partner.form_of("Nästa")
        answer = partner.client.post(partner.path, {**fields, "happened": MINE, "seal": seal})
        assert answer.status_code == 403
        assert MINE in answer.content.decode(), "what was typed is shown, to be copied"
    assert "happened" not in Draft.objects.get().content


def test_a_seal_does_nothing_but_keep(partner, obligation, figure):
    at_check(partner, figure)
    _action, fields = partner.form_of("Skicka in")
    del partner.client.cookies[COOKIE]
    partner.press("Skicka in", 403)
    assert not Report.objects.exists()

    for page in ("change/", "discard/", "unchanged/", "file/"):
        assert partner.client.post(f"/answer/{obligation.pk}/{page}", fields).status_code == 403
    assert not Report.objects.exists()


def test_a_seal_for_one_answer_keeps_nothing_in_another(partner, obligation, plan, period, workspace):
    other = an_actor(workspace)
    a_contact(other)
    theirs = an_obligation(an_assignment(a_measure(plan), other), period)
    _action, fields = partner.form_of("Enligt plan")
    del partner.client.cookies[COOKIE]
    answer = partner.client.post(f"/answer/{theirs.pk}/status/", fields)

    assert answer.status_code == 403
    assert not Draft.objects.filter(obligation=theirs).exists()


def test_a_seal_dies_with_its_link(partner, obligation, coordinator):
    _action, fields = partner.form_of("Enligt plan")
    revoke_link(AccessLink.objects.get(), by=coordinator)

    assert partner.client.post(partner.path, fields).status_code == 403
    assert not Draft.objects.exists()


def test_a_reporter_whose_session_ended_loses_nothing(obligation, reporter):
    signed_in = Partner()
    signed_in.client.force_login(reporter)
    signed_in.open(f"/obligations/{obligation.pk}/answer/happened/")
    del signed_in.client.cookies[settings.SESSION_COOKIE_NAME]
    signed_in.press("Nästa", 403, happened=MINE)

    assert "Texten är sparad." in signed_in.text
    assert Draft.objects.get().content["happened"]["answers"]["happened"] == MINE
    assert (f"/account/login/?next=/obligations/{obligation.pk}/answer/", "Logga in och fortsätt") in signed_in.links()


def test_a_reporter_who_lost_the_role_keeps_nothing(obligation, reporter):
    signed_in = Partner()
    signed_in.client.force_login(reporter)
    signed_in.open(f"/obligations/{obligation.pk}/answer/happened/")
    reporter.memberships.update(ended_at=clock.now())
    signed_in.press("Nästa", 404, happened=MINE)
    del signed_in.client.cookies[settings.SESSION_COOKIE_NAME]

    assert not Draft.objects.exists()


def test_markup_in_every_field_is_text(partner, colleague, obligation, figure):
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    partner.open(f"/answer/name/?go=/answer/{obligation.pk}/status/").press("Fortsätt", name=attack, role_title=attack)
    partner.press("Försenad").press("Nästa", 422, **{f"{figure}-value": attack}).press("Nästa", **{f"{figure}-value": "14"})
    pages = [partner.page]
    partner.press("Nästa", happened=attack).press("Nästa", needs=attack)
    pages.append(partner.page)
    colleague.open(f"/answer/{obligation.pk}/happened/")
    pages.append(colleague.page)
    partner.press("Skicka in")
    colleague.press("Nästa", 409, happened=attack * 2)
    pages += [partner.page, colleague.page, partner.follow("Läs eller ändra").page]

    for page in pages:
        assert "<script>" not in page
        assert "<img" not in page


def test_nobody_writes_from_another_site(obligation):
    address = link_to(obligation)
    strict = Client(enforce_csrf_checks=True)
    strict.get(address)

    assert strict.post(address).status_code == 403


def test_without_any_cookie_what_was_typed_is_shown_to_be_copied(partner, obligation):
    """Even the secret of the form is gone, so nothing may be stored."""
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/answer/{obligation.pk}/happened/", {"happened": MINE, "seal": "x"})

    assert answer.status_code == 403
    assert MINE in answer.content.decode()
    assert not Draft.objects.exists()
