"""A partner answers on a phone: from the letter to Tack, and what is kept on the way."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from followup.actions.reports import return_report, withdraw_report
from followup.actions.rounds import close_period, make_obligations, unlock_period
from followup.models import AnnualFollowUp, Assessment, Draft, FrozenFile, Report
from followup.queries import obligation_state
from stakeholders import clock
from stakeholders.models import Dispatch, Event
from tests.factories import a_measure, a_period, a_report, an_assignment, an_obligation
from tests.followup.partner import Partner, link_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return Partner()


@pytest.fixture
def figure(obligation):
    return f"f{obligation.pinned.get().indicator_version_id}"


@pytest.fixture
def earlier(assignment, plan, obligation, reviewer):
    """Tertial 1: 12 occasions, on plan."""
    return a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[12], approved_by=reviewer)


def answer_everything(partner, obligation, figure, words="Vi har bytt till onsdagar och då kommer fler."):
    partner.open(link_to(obligation)).press("Börja").press("Enligt plan")
    partner.press("Nästa", **{f"{figure}-value": "14"})
    return partner.press("Nästa", happened=words)


def test_from_the_letter_to_tack_in_six_taps_a_number_and_a_sentence(partner, obligation, figure):
    partner.taps = 1  # the button in the letter
    answer_everything(partner, obligation, figure)
    assert "Kontrollera och skicka in" in partner.text
    partner.press("Skicka in")

    assert "Tack! Rapporten är inskickad." in partner.text
    assert partner.taps == 6
    report = Report.objects.get()
    assert (report.implementation_status, report.what_happened) == ("on_plan", "Vi har bytt till onsdagar och då kommer fler.")
    assert report.lines.get().value == 140_000
    assert report.receipt_number in partner.text
    assert (report.channel, report.submitted_by_contact) == ("link", obligation.assignment.contact)
    assert report.signature.name == obligation.assignment.contact.name


def test_nothing_new_in_three_taps(partner, obligation, earlier):
    partner.taps = 1
    partner.open(link_to(obligation)).press("Inget nytt sedan sist").press("Skicka in")

    assert "Tack!" in partner.text
    assert partner.taps == 3
    report = obligation.reports.get()
    assert (report.implementation_status, report.what_happened) == ("on_plan", "Inget nytt sedan sist.")


def test_nothing_new_never_invents_a_zero(partner, obligation, earlier):
    partner.open(link_to(obligation)).press("Inget nytt sedan sist").press("Skicka in")

    line = obligation.reports.get().lines.get()
    assert (line.state, line.value) == ("not_available", None)


def test_nothing_new_takes_the_figure_of_who_has_it(partner, obligation, earlier, figure):
    partner.open(link_to(obligation)).press("Inget nytt sedan sist").press("Skicka in", **{f"{figure}-value": "0"}, status=422)
    assert "0 är mycket mindre än förra gången (12)" in partner.text
    partner.press("Skicka in")

    assert obligation.reports.get().lines.get().state == "zero"


def test_nothing_new_says_again_why_and_what_is_needed_in_sight(partner, assignment, plan, obligation, reviewer):
    late = {"implementation_status": "delayed", "what_happened": "Halva gruppen slutade.", "what_is_needed": "Fler läxhjälpare."}
    a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[12], approved_by=reviewer, **late)
    partner.open(link_to(obligation)).press("Inget nytt sedan sist")
    assert "Fler läxhjälpare." in partner.text
    partner.press("Skicka in")

    report = obligation.reports.get()
    assert (report.implementation_status, report.what_is_needed, report.what_happened) == (
        "delayed",
        "Fler läxhjälpare.",
        "Inget nytt sedan sist.",
    )


def test_nothing_new_is_not_offered_before_there_is_anything_old(partner, obligation):
    partner.open(link_to(obligation))

    assert "Inget nytt" not in partner.text
    assert "Det här är er första rapport." in partner.text


def test_nothing_new_does_not_throw_away_what_a_colleague_has_begun(partner, obligation, earlier):
    partner.open(link_to(obligation)).press("Inget nytt sedan sist")
    colleague = Partner().open(link_to(obligation)).press("Börja").press("Fortsätt").press("Försenad")
    partner.press("Skicka in")

    assert not obligation.reports.exists()
    assert Draft.objects.get().content["status"]["answers"] == {"status": "delayed"}
    assert colleague.response.status_code == 200


def test_last_times_answer_is_in_sight(partner, obligation, earlier):
    partner.open(link_to(obligation))
    assert "Sist, i april, svarade ni: Enligt plan" in partner.text
    partner.press("Börja")
    assert "Enligt plan ert svar sist" in partner.text
    partner.press("Enligt plan")
    assert "Förra gången 12" in partner.text


def test_who_asks_for_how_long_and_until_when_stands_on_the_first_page(partner, obligation, workspace):
    workspace.contact_phone = "010-000 00 00"
    workspace.save()
    with clock.at(datetime(2026, 8, 20, 8, tzinfo=UTC)):
        partner.open(link_to(obligation))

    assert "Du svarar för Norrbruks IF (Exempel) om åtgärden 3.1 Läxhjälp" in partner.text
    assert "4 korta frågor" in partner.text
    assert "Svara senast måndag 31 augusti" in partner.text
    assert "Samordnaren, 010-000 00 00" in partner.text


def test_after_the_last_day_the_answer_is_welcome_and_said_to_be_late(partner, obligation):
    address = link_to(obligation)
    with clock.at(datetime(2026, 9, 1, 8, tzinfo=UTC)):
        partner.open(address)
        assert "Sista dagen var måndag 31 augusti. Svaret är välkommet ändå, och märks som sent." in partner.text
        partner.press("Börja")
        assert "Sista dagen var 31 augusti" in partner.text, "at the foot of each question"
        partner.open("/answer/")
        assert "Sista dagen var måndag 31 augusti. Svaret är välkommet ändå, och märks som sent." in partner.text
        assert "Svara senast" not in partner.text


def test_what_is_sent_back_after_the_last_day_is_not_late_for_it(partner, obligation, reviewer):
    report = a_report(obligation, figures=[14])
    with clock.at(datetime(2026, 9, 1, 8, tzinfo=UTC)):
        return_report(report, by=reviewer, reason="Elever eller besök?")
        partner.open(link_to(obligation))
    assert "Sista dagen var måndag 31 augusti. Svaret är välkommet ändå." in partner.text
    assert "sent" not in partner.text


def test_a_status_must_be_chosen(partner, obligation):
    partner.open(link_to(obligation)).press("Börja")
    _action, fields = partner.form_of("Enligt plan")
    page = partner.client.post(partner.path, {**fields, "status": "allt bra"})

    assert page.status_code == 422
    assert "Välj hur det går med åtgärden." in page.content.decode()


def test_who_is_late_is_asked_what_is_needed(partner, obligation, figure):
    partner.open(link_to(obligation)).press("Börja").press("Försenad").press("Nästa", **{f"{figure}-value": "2"}).press("Nästa")
    assert "Vad behöver ni för att komma vidare?" in partner.text
    assert "fråga 4 av 5" in partner.text
    partner.press("Nästa", needs="Fler läxhjälpare.").press("Skicka in")

    assert Report.objects.get().what_is_needed == "Fler läxhjälpare."


def test_who_pauses_says_why(partner, obligation, figure):
    partner.open(link_to(obligation)).press("Börja").press("Pausad")
    assert "Varför?" in partner.text
    partner.press("Nästa", 422, reason="  ")
    assert "Skriv varför, med en mening." in partner.text
    partner.press("Nästa", reason="Vi söker en ny föreståndare.").press("Vet inte").press("Nästa").press("Skicka in")

    report = Report.objects.get()
    assert (report.implementation_status, report.status_reason) == ("paused", "Vi söker en ny föreståndare.")


def test_a_starter_begins_the_sentence(partner, obligation, figure):
    partner.open(link_to(obligation)).press("Börja").press("Klar").press("Nästa", **{f"{figure}-value": "14"})
    partner.press("Nästa steg är …", happened="Allt gick bra.")

    assert "Allt gick bra. Nästa steg är </textarea>" in partner.page


@pytest.mark.parametrize("text", ["Anna 850709-9805 kom.", "198507099805", "Ring 8507099805"])
def test_a_personnummer_is_not_kept(partner, obligation, figure, text):
    partner.open(link_to(obligation)).press("Börja").press("Klar").press("Nästa", **{f"{figure}-value": "14"})
    partner.press("Nästa", 422, happened=text)

    assert "Det ser ut som ett personnummer. Ta bort det – vi behöver inga personuppgifter." in partner.text
    assert text in partner.page, "what was typed is shown back"
    assert "9805" not in str(Draft.objects.get().content)


def test_every_step_is_saved_and_said(partner, obligation, figure):
    with clock.at(datetime(2026, 11, 23, 13, 31, tzinfo=UTC)):
        partner.open(link_to(obligation)).press("Börja").press("Enligt plan")
        assert "Sparat 14.31" in partner.text


def test_another_phone_goes_on_where_the_first_one_was(partner, obligation, figure):
    partner.open(link_to(obligation)).press("Börja").press("Försenad").press("Nästa", **{f"{figure}-value": "7"})
    other = Partner().open(link_to(obligation))
    assert "Det som är skrivet hittills är sparat." in other.text
    other.press("Fortsätt").press("Fortsätt")

    assert "Vad har hänt?" in other.text
    other.follow("Tillbaka")
    assert 'value="7"' in other.page


def test_what_is_missing_is_said_before_it_can_be_sent(partner, obligation):
    partner.open(link_to(obligation)).press("Börja").press("Enligt plan")
    partner.open(f"/answer/{obligation.pk}/check/")

    assert "Behöver ett svar" in partner.text
    assert "Skicka in</button>" not in partner.page
    response = partner.client.post(f"/answer/{obligation.pk}/submit/", {"form_key": "0c0d8a4e-0b2c-4f59-8f3f-000000000000", "seen": "0.2"})
    assert response.status_code == 422
    assert not Report.objects.exists()


def test_the_check_page_says_who_reads_it_and_leads_back_to_each_answer(partner, obligation, figure):
    answer_everything(partner, obligation, figure)
    assert "Samordnaren läser svaret" in partner.text
    partner.follow("Ändra: Hur går det?").press("Försenad")
    assert "Vad behöver ni för att komma vidare?" in partner.text
    partner.press("Nästa")
    assert "Kontrollera och skicka in" in partner.text


def test_a_receipt_is_queued_with_the_report(partner, obligation, figure):
    answer_everything(partner, obligation, figure).press("Skicka in")

    dispatch = Dispatch.objects.get()
    contact = obligation.assignment.contact
    assert (dispatch.kind, dispatch.contact, dispatch.state) == ("receipt", contact, "planned")
    assert f"{contact.email[0]}••@norrbruk.example" in partner.text
    assert contact.email not in partner.text


def test_the_next_date_can_be_put_in_a_calendar(partner, obligation, figure, measure):
    measure.title = "Läxhjälp,\r\nBEGIN:VALARM; x"
    measure.save()
    answer_everything(partner, obligation, figure).press("Skicka in").follow("Lägg in i kalendern")

    lines = partner.response.content.decode().split("\r\n")
    assert partner.response["Content-Type"].startswith("text/calendar")
    assert "DTSTART;VALUE=DATE:20270122" in lines
    assert lines.count("BEGIN:VALARM") == 1
    assert all(len(line.encode()) <= 75 for line in lines)


def test_the_same_link_later_is_a_receipt_to_read(partner, obligation, figure):
    answer_everything(partner, obligation, figure).press("Skicka in")
    partner.open(link_to(obligation)).press("Läs eller ändra svaret")

    assert "Ert svar är inskickat" in partner.text
    assert "Vi har bytt till onsdagar" in partner.text


def test_it_can_be_changed_while_nobody_has_reviewed_it(partner, obligation, figure):
    answer_everything(partner, obligation, figure).press("Skicka in").follow("Läs eller ändra").press("Ändra svaret")
    assert "14" in partner.text
    partner.open(f"/answer/{obligation.pk}/figures/").press("Nästa", **{f"{figure}-value": "15"}).press("Skicka in")

    first, second = Report.objects.order_by("version")
    assert (second.kind, second.lines.get().value, first.lines.get().value) == ("resubmission", 150_000, 140_000)
    assert second.what_happened == first.what_happened


def test_a_change_can_be_left(partner, obligation, figure):
    answer_everything(partner, obligation, figure).press("Skicka in").follow("Läs eller ändra").press("Ändra svaret")
    partner.press("Ångra ändringarna")

    assert "Ert svar är inskickat" in partner.text
    assert not Draft.objects.exists()
    assert Report.objects.count() == 1


def test_what_is_sent_back_is_completed(partner, obligation, figure, reviewer):
    answer_everything(partner, obligation, figure).press("Skicka in")
    return_report(Report.objects.get(), by=reviewer, reason="Elever eller besök?")
    partner.open(link_to(obligation))
    assert "Samordnaren har en fråga om ert svar." in partner.text
    assert "Inget nytt" not in partner.text
    partner.press("Läs och komplettera")

    assert "Elever eller besök?" in partner.text
    partner.press("Komplettera svaret").press("Skicka in")
    assert obligation_state(obligation) == "submitted"


def test_what_is_approved_is_corrected_with_a_reason_and_stands_meanwhile(partner, obligation, figure, reviewer):
    a_report(obligation, figures=[14], approved_by=reviewer)
    partner.open(link_to(obligation)).press("Läs eller ändra")
    assert "Ert svar är godkänt" in partner.text
    partner.press("Rätta svaret")
    assert "Varför behöver rapporten rättas?" in partner.text
    partner.press("Nästa", why="Vi räknade en grupp två gånger.")
    partner.open(f"/answer/{obligation.pk}/figures/").press("Nästa", **{f"{figure}-value": "12"}).press("Skicka in")

    obligation = type(obligation).objects.get(pk=obligation.pk)
    assert obligation_state(obligation) == "correcting"
    latest = obligation.reports.order_by("version").last()
    assert (latest.kind, latest.correction_reason) == ("correction", "Vi räknade en grupp två gånger.")


def test_a_correction_without_a_reason_is_not_sent(partner, obligation, figure, reviewer):
    a_report(obligation, figures=[14], approved_by=reviewer)
    partner.open(link_to(obligation)).press("Läs eller ändra").press("Rätta svaret")
    partner.press("Nästa", 422, why="")
    partner.open(f"/answer/{obligation.pk}/check/")

    assert "Något saknas innan du kan skicka in." in partner.text


def test_what_is_withdrawn_says_why_and_can_be_answered_anew(partner, obligation, coordinator, reviewer):
    report = a_report(obligation, figures=[14], approved_by=reviewer)
    withdraw_report(report, by=coordinator, reason="Siffran gällde en annan skola.")
    partner.open(link_to(obligation)).press("Läs och svara igen")

    assert "Siffran gällde en annan skola." in partner.text
    partner.press("Ändra svaret")
    assert "Kontrollera och skicka in" in partner.text


def test_a_closed_round_is_read_but_not_changed(partner, obligation, figure, period, coordinator, reviewer):
    a_report(obligation, figures=[14], approved_by=reviewer)
    address = link_to(obligation)
    partner.open(address).press("Läs eller ändra")
    period.closed_at = clock.now()
    period.save()
    partner.open(f"/answer/{obligation.pk}/")
    assert "Rundan är stängd." in partner.text
    assert "Rätta svaret" not in partner.text
    partner.open(f"/answer/{obligation.pk}/status/", 409)


def test_an_unlocked_round_is_answered_by_the_link_again(partner, obligation, figure, period, coordinator):
    with clock.at(datetime(2026, 9, 30, 12, tzinfo=UTC)):
        close_period(period, by=coordinator)
    partner.open(link_to(obligation))
    assert "Inget att svara på just nu" in partner.text
    period.refresh_from_db()
    unlock_period(period, by=coordinator, until=clock.now() + timedelta(days=3), reason="de var sjuka")
    answer_everything(partner, obligation, figure).press("Skicka in")

    assert "Tack!" in partner.text
    assert obligation_state(obligation) == "submitted"


def test_in_spring_they_read_what_was_concluded_beside_their_own_sentence(
    partner, obligation, figure, plan, measure, coordinator, reviewer
):
    a_report(obligation, figures=[14], approved_by=reviewer, what_happened="Fler kommer på onsdagar.")
    Assessment.objects.create(
        plan=plan, year=2026, measure=measure, achievement="met", trend="better", text="Läxhjälpen blir kvar.", by_user=coordinator
    )
    partner.open(link_to(obligation)).press("Läs eller ändra")
    assert "Läxhjälpen blir kvar." not in partner.text, "nothing is told before the year is frozen"
    partner.open(f"{partner.path}year.html", status=404)
    partner.open(link_to(obligation)).press("Läs eller ändra")
    for version in (1, 2):
        annual = AnnualFollowUp.objects.create(
            plan=plan, year=2026, version=version, reason="fel" * (version - 1), rules_version="1", frozen_by=coordinator
        )
        for name, words in (("aret.html", "ledningens"), ("aret-partner.html", "er")):
            content = f"<p>{words}, version {version}</p>".encode()
            FrozenFile.objects.create(annual=annual, name=name, content_type="text/html; charset=utf-8", content=content, sha256="")
    partner.open(partner.path)

    assert "Läxhjälpen blir kvar." in partner.text
    assert "Ni skrev: ”Fler kommer på onsdagar.”" in partner.text
    partner.follow("Läs hela sammanställningen, samma som vår ledning (webbsida)")
    assert partner.response.content == b"<p>er, version 2</p>", "the corrected version in their own form, byte for byte"
    assert partner.response["Content-Disposition"] == 'attachment; filename="aret-partner.html"', "saved, never shown as a page of ours"
    assert partner.response["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def closed(period, coordinator):
    """Closes the round a while after its last day; nothing can be changed any more."""

    def close():
        period.due_on, period.closes_on, period.closed_at = date(2026, 9, 1), date(2026, 9, 15), datetime(2026, 9, 20, tzinfo=UTC)
        period.save()

    return close


def a_frozen_year(plan, by, *names):
    annual = AnnualFollowUp.objects.create(plan=plan, year=2026, version=1, rules_version="1", frozen_by=by)
    for name in names:
        FrozenFile.objects.create(annual=annual, name=name, content_type="text/html; charset=utf-8", content=b"<p>er</p>", sha256="")


def test_the_letter_of_march_opens_at_what_came_of_it(
    partner, obligation, figure, plan, measure, coordinator, reviewer, closed, django_assert_max_num_queries
):
    a_report(obligation, figures=[14], approved_by=reviewer, what_happened="Fler kommer på onsdagar.")
    judged = {"achievement": "met", "trend": "better", "next_step": "continue", "by_user": coordinator}
    Assessment.objects.create(plan=plan, year=2026, measure=measure, text="Läxhjälpen blir kvar.", **judged)
    closed()
    a_frozen_year(plan, coordinator, "aret.html", "aret-partner.html")
    address = link_to(obligation)
    with django_assert_max_num_queries(10):
        partner.open(address)

    assert "<h1>Så blev det: årsuppföljningen 2026</h1>" in partner.page
    assert "Ni skrev: ”Fler kommer på onsdagar.”" in partner.text
    assert "Läxhjälpen blir kvar. Nästa steg: Fortsätt" in partner.text
    assert not re.findall("Svara senast|Sista dagen|Hur gick det|ändra", partner.text)
    partner.press("Läs hela sammanställningen, samma som vår ledning (webbsida)")
    assert partner.response.content == b"<p>er</p>"

    partner.open(address).press("Läs ert svar")
    assert partner.text.index("Så blev det: årsuppföljningen 2026") < partner.text.index("Hur går det?"), "the result before the answer"
    assert "Ni skrev: ”Fler kommer på onsdagar.”" in partner.text
    assert "Rundan är stängd." in partner.text


def test_the_letter_of_march_tells_of_each_measure(partner, obligation, figure, plan, measure, club, coordinator, reviewer, period, closed):
    part = an_assignment(a_measure(plan, title="Simskola"), club)
    make_obligations([period], by=None)
    a_report(obligation, figures=[14], approved_by=reviewer, what_happened="Fler kommer på onsdagar.")
    a_report(part.obligations.get(period=period), approved_by=reviewer, what_happened="Alla kan simma.")
    Assessment.objects.create(
        plan=plan, year=2026, measure=part.measure, achievement="met", trend="better", text="Simskolan blir större.", by_user=coordinator
    )
    closed()
    a_frozen_year(plan, coordinator)
    partner.open(link_to(obligation))

    simming = partner.text.partition(str(part.measure))[2]
    assert "Ni skrev: ”Alla kan simma.” Simskolan blir större." in simming
    assert "Ni skrev: ”Fler kommer på onsdagar.”" in partner.text
    assert "Hela sammanställningen finns hos bostadsbolaget" in partner.text
    partner.press("Läs era svar")
    assert "2 av 2 klara" in partner.text


def test_once_the_round_is_closed_nobody_is_asked_to_answer_or_change(
    partner, obligation, figure, plan, reviewer, coordinator, period, closed
):
    report = a_report(obligation, figures=[14], approved_by=reviewer, what_happened="Fler kommer på onsdagar.")
    withdraw_report(report, by=coordinator, reason="fel år")
    address = link_to(obligation)
    asked = re.compile("Svara senast|Svaret är välkommet")
    assert asked.search(partner.open(address).text)
    closed()
    partner.open(address)
    assert f"<h1>Ert svar om {obligation.assignment.measure.title}</h1>" in partner.page
    assert "När årsuppföljningen är klar får du läsa samma sammanställning" in partner.text
    assert not re.findall("Svara senast|Sista dagen|ändra|igen", partner.text)
    assert "Rundan är stängd." in partner.press("Läs ert svar").text
    assert not asked.search(partner.open("/answer/").text)

    unlock_period(period, by=coordinator, until=clock.now() + timedelta(days=3), reason="de var sjuka")
    assert asked.search(partner.open(address).text), "while it is unlocked it is asked for as before"


def test_of_a_year_frozen_before_there_was_a_form_for_them_they_are_told_whom_to_ask(partner, obligation, plan, coordinator, reviewer):
    a_report(obligation, figures=[14], approved_by=reviewer)
    annual = AnnualFollowUp.objects.create(plan=plan, year=2026, version=1, rules_version="1", frozen_by=coordinator)
    for name, kind in (("aret.pdf", "application/pdf"), ("aret.html", "text/html; charset=utf-8")):
        FrozenFile.objects.create(annual=annual, name=name, content_type=kind, content=b"ledningens", sha256="")
    partner.open(link_to(obligation)).press("Läs eller ändra")

    assert "Hela sammanställningen finns hos bostadsbolaget, som kan skicka den till er." in partner.text
    assert not [address for address, _words in partner.links() if "year" in address]
    partner.open(f"{partner.path}year.html", status=404)


def test_an_answer_leaves_its_events(partner, obligation, figure):
    answer_everything(partner, obligation, figure).press("Skicka in")

    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {"draft.begun", "report.submitted"} <= verbs


def test_english_contacts_get_english_pages_around_swedish_words(partner, obligation, settings):
    contact = obligation.assignment.contact
    contact.language = "en"
    contact.save()
    partner.open(link_to(obligation))

    assert '<html lang="en"' in partner.page
