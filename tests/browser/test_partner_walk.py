"""Every screen that a partner meets, walked on a phone with scripts and without (product.md, "Partner, on a phone, without an account")."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from followup.actions.assignments import assign_actor
from followup.actions.reports import approve_report, return_report, withdraw_report
from followup.links import proposals_url
from followup.models import AccessLink, AnnualFollowUp, Assessment, Obligation, Report
from followup.queries import obligation_state
from followup.views.doors import COOKIE
from measures.models import Assignment
from stakeholders import clock
from stakeholders.models import Dispatch
from tests.browser.partners import Cast, link_to
from tests.browser.phone import Phone
from tests.factories import a_contact, a_report, an_actor
from tests.stakeholders.test_files import a_photo

BOTH = pytest.mark.parametrize("js", [True, False])
SENTENCE = "Vi har bytt till onsdagar och då kommer fler."


@pytest.fixture(scope="module")
def site(serve):
    return serve(Cast)


@pytest.fixture
def phone(chromium, site, request):
    """phone(js) → a phone of its own."""
    phones: list[Phone] = []
    name = re.sub(r"\[.*", "", request.node.name).removeprefix("test_")

    def pick_up(js: bool) -> Phone:
        phones.append(Phone(chromium, site, f"partner-{name}", js=js))
        return phones[-1]

    yield pick_up
    for each in phones:
        each.close()


@BOTH
def test_from_the_mail_to_tack_in_six_taps_a_number_and_a_sentence(site, phone, js):
    with site.database():
        asked = site.cast.an_answer("Norrbruks IF", "cafe", earlier=12)
        letter = site.cast.letter(asked)
    seen = phone(js).open_letter(letter, says="Svara på 4 korta frågor")
    assert "Hur gick det med Språkcafé?" in seen.heading
    assert "4 korta frågor" in seen.text
    seen.tap("Börja").tap("Enligt plan")
    assert "Förra gången 12 · årets mål 30" in seen.text
    seen.type(14).tap("Nästa", "figures")
    seen.type(SENTENCE).tap("Nästa", "happened")
    assert seen.heading == "Kontrollera och skicka in"
    seen.tap("Skicka in", "thanks")

    assert seen.heading == "Tack! Rapporten är inskickad."
    assert seen.taps == 6
    with site.database():
        report = asked.reports.get()
        assert (report.lines.get().value, report.what_happened) == (140_000, SENTENCE)
    assert report.receipt_number in seen.text


def test_a_sentence_is_kept_while_it_is_typed(site, phone):
    with site.database():
        asked = site.cast.an_answer("Norrbruks IF", "cafe", earlier=12)
        letter = site.cast.letter(asked)
    seen = phone(js=True).open_letter(letter).tap("Börja").tap("Enligt plan")
    seen.page.goto(seen.page.url.replace("/figures/", "/happened/"))
    seen.page.locator("textarea").press_sequentially(SENTENCE)
    seen.page.wait_for_function("document.querySelector('[data-saved]').textContent.startsWith('Sparat')")
    seen.page.wait_for_timeout(2500)
    seen.page.close()  # the battery is flat

    with site.database():
        assert asked.draft.content["happened"]["answers"]["happened"] == SENTENCE


@BOTH
def test_nothing_new_in_three_taps(site, phone, js):
    with site.database():
        asked = site.cast.an_answer("Kanalbyns byalag", "cafe", earlier=12)
        letter = site.cast.letter(asked)
    seen = phone(js).open_letter(letter).tap("Inget nytt sedan sist").tap("Skicka in", "thanks")

    assert seen.heading == "Tack! Rapporten är inskickad."
    assert seen.taps == 3
    with site.database():
        assert asked.reports.get().lines.get().state == "not_available"


@BOTH
def test_every_kind_of_figure_and_every_question_that_may_follow(site, phone, js):
    with site.database():
        asked = site.cast.an_answer("Bruksskolan", "figures")
        pins = [pin.indicator_version_id for pin in asked.pinned.order_by("id")]
    people, share, level, milestone, money, story = (f"f{pin}" for pin in pins)
    seen = phone(js).open(link_to_on(site, asked))
    seen.tap("Börja").tap("Försenad")
    seen.type("trettio", f"[name={people}-value]").tap("Nästa", "figures-wrong")
    assert "Skriv antalet med siffror, till exempel 25." in seen.text
    for name, text in ((f"{people}-value", 43), (f"{people}-new", 12), (f"{people}-gender-0", 20), (f"{people}-gender-1", 20)):
        seen.type(text, f"[name={name}]")
    seen.type(34, f"[name={share}-numerator]").type(58, f"[name={share}-denominator]")
    seen.page.check(f"[name={level}-value][value='2']")
    seen.page.check(f"[name={milestone}-value][value='0']")
    seen.type("De vill ha mer tid.", f"[name={story}-text]")
    seen.press(seen.page.locator(f"[name=mark][value='{money}:not_available']"), "do-not-know")
    seen.type("Anna 850709-9805 kom.").tap("Nästa", "personnummer")
    assert "Det ser ut som ett personnummer." in seen.text
    seen.type("").tap("Det bästa var …", "starter")
    seen.page.locator("textarea").press("Control+End")
    seen.page.locator("textarea").press_sequentially("att fler kom.")
    seen.tap("Lägg till bild eller fil", "file-empty")
    seen.page.set_input_files("input[type=file]", {"name": "lokalen.jpg", "mimeType": "image/jpeg", "buffer": a_photo()})
    seen.press(seen.page.locator("main button:text-is('Lägg till')"), "file-added")
    seen.tap("Klar").tap("Nästa", "happened")
    assert seen.heading == "Vad behöver ni för att komma vidare?"
    seen.type("Fler läxhjälpare på torsdagar.").tap("Nästa", "needs")
    assert "lokalen.jpg" in seen.text
    assert "Vet inte" in seen.text
    seen.tap("Skicka in", "thanks").tap("Läs eller ändra det du skickade", "receipt")

    assert "kvinnor 20" in seen.text
    with site.database():
        report = asked.reports.get()
        assert report.what_happened == "Det bästa var att fler kom."
        states = [line.state for line in report.lines.order_by("id")]
        assert states == ["value", "value", "value", "zero", "not_available", "value"]


@BOTH
def test_a_figure_far_off_is_asked_about_and_a_pause_says_why(site, phone, js):
    with site.database():
        asked = site.cast.an_answer("Hyresgästerna", "cafe", earlier=32)
    seen = phone(js).open(link_to_on(site, asked)).tap("Börja").tap("Pausad")
    seen.type("").tap("Nästa", "reason-missing")
    assert "Skriv varför, med en mening." in seen.text
    seen.type("Vi söker en ny lokal.").tap("Nästa", "reason")
    seen.type(450).tap("Nästa", "far-off")
    assert "450 är mycket mer än förra gången (32)." in seen.text
    seen.tap("Ja, det stämmer", "confirmed").tap("Nästa", "happened").tap("Skicka in", "thanks")
    with site.database():
        assert asked.reports.get().lines.get().is_confirmed_odd


@BOTH
def test_a_forwarded_letter_two_who_write_at_once_and_a_cookie_that_is_gone(site, phone, js):
    with site.database():
        asked = site.cast.an_answer("Fritidsgården", "cafe", earlier=12)
    address = link_to_on(site, asked)
    mine, theirs = phone(js), phone(js)
    mine.open(address).tap("Börja").tap("Klar").type(13).tap("Nästa", "figures")
    theirs.open(address, name="forwarded").tap("Fortsätt", "name")
    assert theirs.heading == "Vem svarar?"
    theirs.type("Vikarien (Exempel)", "[name=name]").tap("Fortsätt", "forwarded-start")
    mine.type(SENTENCE)
    theirs.type("Tre nya ledare.").tap("Nästa", "theirs")
    mine.tap("Nästa", "conflict")
    assert mine.heading == "Någon annan hann före"
    mine.page.locator("label:has-text('Båda')").click()
    mine.tap("Spara valet", "chosen")
    assert "Tre nya ledare." in mine.text
    assert SENTENCE in mine.text

    mine.tap("Ändra: Vad har hänt?", "happened-again").type("Det blev fyra.")
    mine.visit.context.clear_cookies(name=COOKIE)
    mine.tap("Nästa", "away")
    assert "Texten är sparad." in mine.text
    assert "Det blev fyra." in mine.text


@BOTH
def test_many_measures_and_the_same_answer_for_some(site, phone, js):
    with site.database():
        asked = site.cast.an_answer("Kretsloppet", "Nattfotboll", "Fritidsbank", "cafe")
        letter = site.cast.letter(asked)
    seen = phone(js).open_letter(letter)
    assert "era 3 åtgärder" in seen.heading
    seen.tap("Börja", "list")
    assert seen.heading == "0 av 3 klara"
    seen.tap("Samma svar för flera", "same")
    seen.page.uncheck("label:has-text('Språkcafé') input")
    seen.type("Allt rullar på.").tap("Enligt plan", "ready")
    assert "Nattfotboll" in seen.text
    assert "Språkcafé" not in seen.text
    seen.tap("Skicka in 2 svar", "list-sent")
    assert seen.heading == "2 av 3 klara"
    seen.tap("Språkcafé", "the-last")
    with site.database():
        assert Report.objects.filter(obligation__assignment__actor=asked.assignment.actor).count() == 2


@BOTH
def test_the_same_link_later_tells_how_it_went(site, phone, js):
    """Sent in, sent back, approved, corrected, withdrawn, and what the board concluded: each read on the phone."""
    cast = site.cast
    with site.database():
        asked = cast.an_answer("Musikskolan", "cafe", earlier=12)
        report = a_report(asked, figures=[14], what_happened="Fler kommer på onsdagar.")
    seen = phone(js).open(link_to_on(site, asked), name="later").tap("Läs eller ändra svaret", "submitted")
    assert seen.heading == "Ert svar är inskickat"
    seen.tap("Ändra svaret", "changing").tap("Ångra ändringarna", "kept")
    with site.database():
        return_report(report, by=cast.reviewer, reason="Tillfällen eller besök?")
    seen.open(f"/answer/{asked.pk}/", name="returned")
    assert "Tillfällen eller besök?" in seen.text
    seen.tap("Komplettera svaret", "completing").tap("Skicka in", "completed")
    with site.database():
        approve_report(asked.reports.order_by("version").last(), by=cast.reviewer)
    seen.open(f"/answer/{asked.pk}/", name="approved").tap("Rätta svaret", "why")
    assert seen.heading == "Varför behöver rapporten rättas?"
    seen.type("En grupp räknades två gånger.").tap("Nästa", "correcting").tap("Skicka in", "corrected")
    with site.database():
        assert obligation_state(Obligation.objects.get(pk=asked.pk)) == "correcting"
        approve_report(asked.reports.order_by("version").last(), by=cast.reviewer)
        text = "Språkcaféet blir kvar och får en kväll till."
        if not AnnualFollowUp.objects.exists():
            judged = {"measure": asked.assignment.measure, "achievement": "met", "trend": "better", "text": text}
            Assessment.objects.create(plan=cast.plan, year=2026, by_user=cast.coordinator, **judged)
            AnnualFollowUp.objects.create(plan=cast.plan, year=2026, version=1, rules_version="1", frozen_by=cast.coordinator)
    seen.open(f"/answer/{asked.pk}/", name="concluded")
    assert text in seen.text
    assert "Ni skrev: ”Fler kommer på onsdagar.”" in seen.text
    with site.database():
        withdraw_report(asked.reports.order_by("version").last(), by=cast.coordinator, reason="Siffran gällde en annan skola.")
    seen.open(f"/answer/{asked.pk}/", name="withdrawn")
    assert "Siffran gällde en annan skola." in seen.text


@BOTH
def test_an_old_a_false_and_a_misdirected_link(site, phone, js):
    with site.database():
        asked = site.cast.an_answer("Bygdegården", "cafe")
        address = link_to(asked)
    seen = phone(js).open(address).tap("Fel person?", "wrong-person").tap("Säg till samordnaren", "wrong-person-said")
    assert "Tack, vi säger till" in seen.heading
    with site.database():
        AccessLink.objects.filter(actor=asked.assignment.actor).update(expires_at=clock.now() - timedelta(days=1))
    seen.open(address, status=410, name="expired")
    assert seen.heading == "Länken har gått ut"
    seen.tap("Skicka en ny till k••@norrbruk.example", "sent")
    with site.database():
        dispatch = Dispatch.objects.get(kind="new_link", contact=asked.assignment.contact)
    seen.open("/l/gissad/", status=404, name="unknown")
    seen.open_letter(dispatch)
    assert "Hur gick det med Språkcafé?" in seen.heading


@BOTH
def test_a_proposal_is_declined_with_a_reason_and_another_accepted(site, phone, js):
    cast = site.cast
    with site.database():
        actor = an_actor(cast.workspace, f"Odlarna (Exempel {cast.workspace.actors.count()})")
        contact = a_contact(actor, email=f"odlarna{js}@norrbruk.example")
        for name in ("cafe", "Nattfotboll"):
            measure = cast.measures[name]
            part = {"contact": contact, "commitment": "Vi håller i kvällarna.", "indicators": list(measure.indicators.all())}
            assign_actor(measure, actor, by=cast.coordinator, **part)
        letter = Dispatch.objects.get(contact=contact)
    seen = phone(js).open_letter(letter)
    assert seen.heading == "Vill ni vara med i 2 åtgärder?"
    fold = seen.page.locator("section:has-text('Nattfotboll')").last
    seen.press(fold.locator("summary"), "no")
    seen.press(fold.locator("button:has-text('Tacka nej')"), "no-without-reason")
    assert "Skriv varför ni tackar nej, med en mening." in seen.text
    fold = seen.page.locator("section:has-text('Nattfotboll')").last
    fold.locator("textarea").fill("Vi har inga ledare i vår.")
    seen.press(fold.locator("button:has-text('Tacka nej')"), "declined")
    seen.tap("Ja, vi är med", "accepted")

    assert seen.heading == "Tack, ni har svarat på allt"
    with site.database():
        yes, no = Assignment.objects.filter(actor=actor).order_by("-accepted_at")
        if yes.accepted_at is None:
            yes, no = no, yes
        assert (yes.accepted_by_contact, no.declined_reason) == (contact, "Vi har inga ledare i vår.")
        assert urlsplit(proposals_url(contact)).path in seen.page.url


def test_the_next_day_is_taken_into_the_calendar(site, phone):
    with site.database():
        asked = site.cast.an_answer("Scouterna", "cafe")
        a_report(asked, figures=[3])
    seen = phone(False).open(link_to_on(site, asked)).tap("Läs eller ändra svaret", "read")
    seen.open(f"/answer/{asked.pk}/thanks/", name="thanks")
    with seen.page.expect_download() as download:
        seen.page.click("text=Lägg in i kalendern")
    lines = download.value.path().read_text("utf-8").splitlines()
    assert lines[0] == "BEGIN:VCALENDAR"
    assert any(line.startswith("DTSTART;VALUE=DATE:") for line in lines)


def link_to_on(site, obligation: Obligation) -> str:
    with site.database():
        return link_to(obligation)
