"""Many measures behind one link, the same answer for several, proposals by letter, and the other door: signed in, or by phone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from zeal import zeal_ignore

from followup.actions.assignments import assign_actor
from followup.links import proposals_url
from followup.models import AccessLinkUse, Draft, Report
from followup.queries.today import own_answers, wrong_persons
from measures.models import Assignment
from stakeholders import clock
from stakeholders.models import Dispatch, Event
from stakeholders.rules import Role
from tests.factories import a_contact, a_measure, a_period, a_report, a_user, an_actor, an_assignment, an_indicator, an_obligation
from tests.followup.partner import Partner, link_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def period(plan):
    today = clock.today()
    return a_period(plan, 2026, 3, due_on=today + timedelta(days=10), closes_on=today + timedelta(days=30))


@pytest.fixture
def three(plan, club, period):
    """Three measures of the club: Nattfotboll and Språkcafé without figures, Läxhjälp with one."""
    made = []
    for title, kind in (("Nattfotboll", ""), ("Språkcafé", ""), ("Läxhjälp", "count")):
        measure = a_measure(plan, title=title)
        figures = [an_indicator(measure, name="Tillfällen")] if kind else []
        made.append(an_assignment(measure, club, *figures))
    return [an_obligation(assignment, period) for assignment in made]


@pytest.fixture
def one_by_one():
    """Several answers are stored by a loop, each under its own lock: that is meant."""
    with zeal_ignore():
        yield


@pytest.fixture
def partner(three):
    return Partner().open(link_to(three[0]))


# The list.


def test_many_measures_are_a_list(partner, three):
    assert "Hur gick det med era 3 åtgärder?" in partner.text
    partner.press("Börja")

    assert "0 av 3 klara" in partner.text
    partner.follow("Nattfotboll").follow("Börja").press("Klar").press("Nästa").press("Skicka in")
    assert "2 åtgärder kvar →" in partner.text
    partner.follow("2 åtgärder kvar")
    assert "1 av 3 klara" in partner.text
    assert "Nattfotboll inskickad" in partner.text


def test_the_last_one_left_is_named(partner, three):
    a_report(three[0])
    partner.press("Börja").follow("Språkcafé").follow("Börja").press("Klar").press("Nästa").press("Skicka in")

    assert "1 åtgärd kvar: Läxhjälp" in partner.text


def test_no_figures_no_question_of_figures(partner, three):
    partner.press("Börja").follow("Nattfotboll")
    assert "3 korta frågor" in partner.text
    partner.follow("Börja").press("Enligt plan")

    assert "Vad har hänt?" in partner.text


# The same answer for several.


@pytest.mark.usefixtures("one_by_one")
def test_the_same_answer_for_those_that_are_chosen(partner, three):
    partner.press("Börja").follow("Samma svar för flera")
    partner.press("Enligt plan", measure=[str(three[0].pk), str(three[1].pk)], happened="Båda rullar på.")

    assert not Report.objects.exists(), "nothing is sent before it has been looked through"
    assert "Skicka in 2 svar" in partner.text
    partner.press("Skicka in 2 svar")
    assert "Tack! Rapporterna är inskickade." in partner.text
    assert {(report.implementation_status, report.what_happened) for report in Report.objects.all()} == {("on_plan", "Båda rullar på.")}
    assert Event.objects.filter(verb="report.submitted").count() == 2
    assert len({report.receipt_number for report in Report.objects.all()}) == 2
    assert three[2].reports.count() == 0


@pytest.mark.usefixtures("one_by_one")
def test_those_that_ask_for_figures_are_asked_for_them(partner, three):
    partner.press("Börja").follow("Samma svar för flera").press("Enligt plan", happened="Allt rullar på.")

    assert "Skicka in 2 svar" in partner.text
    assert "De här har frågor kvar" in partner.text
    partner.follow("Läxhjälp").follow("Fortsätt")
    assert "Siffrorna för perioden" in partner.text


@pytest.mark.usefixtures("one_by_one")
def test_sending_several_twice_sends_them_once(partner, three):
    partner.press("Börja").follow("Samma svar för flera").press("Klar")
    _action, fields = partner.form_of("Skicka in 2 svar")
    for _ in range(5):
        partner.client.post("/answer/send/", fields)

    assert Report.objects.count() == 2


@pytest.mark.usefixtures("one_by_one")
def test_nothing_new_for_all_carries_each_ones_own_status(plan, club, three, reviewer):
    earlier = a_period(plan, 2026, 1)
    for obligation, status in zip(three, ("on_plan", "delayed", "done"), strict=True):
        figures = [12] if obligation is three[2] else []
        a_report(
            an_obligation(obligation.assignment, earlier),
            figures=figures,
            approved_by=reviewer,
            implementation_status=status,
            what_is_needed="En lokal." if status == "delayed" else "",
        )
    partner = Partner().open(link_to(three[0])).press("Börja").follow("Samma svar för flera").press("Inget nytt sedan sist")
    partner.press("Skicka in 2 svar")

    said = dict(Report.objects.filter(obligation__in=three).values_list("obligation__assignment__measure__title", "implementation_status"))
    assert said == {"Nattfotboll": "on_plan", "Språkcafé": "delayed"}
    assert three[2].draft.content.keys() == {"status", "happened"}, "a figure that adds up over the period is asked for"


@pytest.mark.usefixtures("one_by_one")
def test_what_somebody_has_begun_is_not_overwritten(partner, three):
    partner.press("Börja").follow("Nattfotboll").follow("Börja").press("Försenad")
    partner.open("/answer/same/")
    assert "Nattfotboll" not in partner.text
    partner.press("Klar", measure=[str(three[0].pk), str(three[1].pk)])

    assert Draft.objects.get(obligation=three[0]).content["status"]["answers"] == {"status": "delayed"}


@pytest.mark.usefixtures("one_by_one")
def test_choosing_nothing_is_told(partner, three):
    partner.press("Börja").follow("Samma svar för flera").press("Klar", 422, measure=[])

    assert "Välj minst en åtgärd." in partner.text


@pytest.mark.usefixtures("one_by_one")
def test_a_foreign_measure_cannot_be_chosen(partner, three, plan, period, workspace):
    other = an_actor(workspace)
    a_contact(other)
    theirs = an_obligation(an_assignment(a_measure(plan), other), period)
    partner.press("Börja").follow("Samma svar för flera").press("Klar", 422, measure=[str(theirs.pk)])

    assert not Draft.objects.filter(obligation=theirs).exists()


# The other door.


@pytest.fixture
def at_desk(reporter, three):
    signed_in = Partner()
    signed_in.client.force_login(reporter)
    return signed_in


def test_a_reporter_answers_on_the_same_pages_signed_in(at_desk, reporter, three):
    at_desk.open(f"/obligations/{three[2].pk}/answer/").follow("Börja").press("Enligt plan")
    figure = three[2].pinned.get().indicator_version_id
    at_desk.press("Nästa", **{f"f{figure}-value": "14"}).press("Nästa", happened="Allt rullar på.").press("Skicka in")

    report = Report.objects.get()
    assert (report.channel, report.submitted_by_user, report.submitted_by_contact) == ("account", reporter, None)
    assert "Tack! Rapporten är inskickad." in at_desk.text
    assert "2 åtgärder kvar" in at_desk.text
    assert at_desk.path.startswith("/obligations/")


def test_the_reporters_day_leads_to_the_answer(reporter, three, at_desk):
    tasks = own_answers(reporter)

    assert {task.address for task in tasks} == {f"/obligations/{one.pk}/answer/" for one in three}


def test_the_coordinator_writes_what_is_said_on_the_phone(coordinator, three, club):
    phone = Partner()
    phone.client.force_login(coordinator)
    phone.open(f"/obligations/{three[0].pk}/answer/")
    assert "Du svarar åt" in phone.text
    assert "Svaret märks ”lämnat per telefon”." in phone.text
    phone.follow("Börja")
    assert "Vem pratar du med?" in phone.text
    phone.press("Nästa", name="Kassören (Exempel)", role_title="kassör").press("Försenad").press("Nästa", happened="Hallen är stängd.")
    phone.press("Nästa", needs="En annan hall.").press("Skicka in")

    report = Report.objects.get()
    assert (report.channel, report.submitted_by_user, report.signature.name) == ("phone", coordinator, "Kassören (Exempel)")
    assert Dispatch.objects.get(kind="receipt").contact == club.contacts.get(), "who answered by phone gets it in writing"


def test_the_company_answers_for_itself_without_a_phone(coordinator, company, plan, period):
    own = an_obligation(an_assignment(a_measure(plan), company), period)
    desk = Partner()
    desk.client.force_login(coordinator)
    desk.open(f"/obligations/{own.pk}/answer/").follow("Börja").press("Klar").press("Nästa").press("Skicka in")

    assert Report.objects.get().channel == "account"


def test_a_reporter_of_another_actor_finds_nothing(three, workspace):
    other = a_user(an_actor(workspace), Role.REPORTER)
    client = Client()
    client.force_login(other)

    assert client.get(f"/obligations/{three[0].pk}/answer/status/").status_code == 404
    assert client.post(f"/obligations/{three[0].pk}/answer/status/", {"status": "done"}).status_code == 404
    assert not Draft.objects.exists()


# Proposals.


@pytest.fixture
def proposal(plan, club, coordinator):
    measure = a_measure(plan, title="Läxhjälp", description="Två kvällar i veckan.")
    part = {"contact": club.contacts.get(), "commitment": "Vi öppnar hallen.", "indicators": [an_indicator(measure, name="Tillfällen")]}
    return assign_actor(measure, club, by=coordinator, **part)


@pytest.fixture
def letter(proposal):
    """The address in the letter."""
    return "/" + proposals_url(proposal.contact).split("/", 3)[3]


def test_a_proposal_is_read_without_an_account_and_nothing_changes(client, letter, proposal):
    for _ in range(5):
        page = client.get(letter)
    words = page.content.decode()

    assert all(said in words for said in ("Vill ni vara med i Läxhjälp?", "Två kvällar i veckan.", "Vi öppnar hallen.", "Tillfällen"))
    proposal.refresh_from_db()
    assert proposal.accepted_at is proposal.declined_at is None


def test_yes(letter, proposal):
    page = Partner().open(letter).press("Ja, vi är med")

    proposal.refresh_from_db()
    assert proposal.accepted_at
    assert proposal.accepted_by_contact == proposal.contact
    assert "Tack, ni har svarat på allt" in page.text


def test_no_needs_a_reason(letter, proposal):
    page = Partner().open(letter).press("Tacka nej", 422)
    assert "Skriv varför ni tackar nej, med en mening." in page.text
    page.press("Tacka nej", **{f"p{proposal.pk}-reason": "Vi har inga ledare i höst."})

    proposal.refresh_from_db()
    assert (proposal.declined_reason, proposal.accepted_at) == ("Vi har inga ledare i höst.", None)


def test_yes_twice_is_told_and_no_after_yes_is_refused(letter, proposal):
    page = Partner().open(letter)
    yes, fields = page.form_of("Ja, vi är med")
    no, _ = page.form_of("Tacka nej")
    page.press("Ja, vi är med")

    assert page.client.post(yes, fields).status_code == 409
    assert page.client.post(no, {f"p{proposal.pk}-reason": "ångrar oss"}).status_code == 409


def test_another_actors_proposal_does_not_exist(letter, plan, workspace, coordinator):
    theirs = assign_actor(a_measure(plan), an_actor(workspace), by=coordinator)
    page = Partner().open(letter)

    for act in ("accept", "decline"):
        assert page.client.post(f"{letter}{theirs.pk}/{act}/", {f"p{theirs.pk}-reason": "x"}).status_code == 404
    assert Assignment.objects.get(pk=theirs.pk).accepted_at is None


@pytest.mark.parametrize("token", ["x", "1:x", "MQ:forged"])
def test_a_false_address_hints_at_nothing(client, letter, token):
    page = client.get(f"/proposals/{token}/")

    assert page.status_code == 404
    assert "Länken går inte att använda" in page.content.decode()


def test_the_address_is_dead_when_the_contact_has_left(client, letter, proposal):
    proposal.contact.left_at = clock.now()
    proposal.contact.save()

    assert client.get(letter).status_code == 404


def test_a_proposal_is_told_of_in_the_list(partner, proposal):
    partner.press("Börja")
    assert "Ni är tillfrågade om en ny åtgärd." in partner.text
    partner.follow("Läs och svara")

    assert "Vill ni vara med i Läxhjälp?" in partner.text


# What the coordinator sees.


def test_the_wrong_person_is_a_line_in_the_coordinators_day(partner, workspace, three):
    assert wrong_persons(workspace) == []
    partner.follow("Fel person?").press("Säg till samordnaren")

    task = wrong_persons(workspace)[0]
    assert task.what == "ordförande hos Norrbruks IF (Exempel) är fel person"
    assert AccessLinkUse.objects.get().verb == "wrong person"


# As many questions to the database whatever the size.


PAGES = ("", "status/", "figures/", "happened/", "check/", "file/")


def count_queries(client, address):

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(address)
    assert page.status_code == 200, address
    return len(queries)


@pytest.mark.parametrize("many", [1, 6])
def test_every_page_asks_at_most_ten_questions_whatever_the_size(plan, club, period, reviewer, reporter, many):
    measure = a_measure(plan, title="Läxhjälp")
    assignment = an_assignment(measure, club, *[an_indicator(measure, name=f"Siffra {number}") for number in range(many)])
    for number in (1, 2):
        a_report(an_obligation(assignment, a_period(plan, 2026, number)), figures=[12] * many, approved_by=reviewer)
    for number in range(many - 1):
        an_assignment(a_measure(plan, title=f"Åtgärd {number}"), club)
    obligation = an_obligation(assignment, period)
    address = link_to(obligation)
    partner = Partner().open(address).press("Börja").open(f"/answer/{obligation.pk}/status/").press("Enligt plan")
    counts = {page: count_queries(partner.client, f"/answer/{obligation.pk}/{page}") for page in PAGES}
    draft = Draft.objects.get()
    Draft.objects.all().delete()
    counts["unchanged"] = count_queries(partner.client, f"/answer/{obligation.pk}/unchanged/")
    draft.save()
    desk = Client()
    desk.force_login(reporter)
    signed_in = {page: count_queries(desk, f"/obligations/{obligation.pk}/answer/{page}") for page in PAGES}
    counts["link"] = count_queries(Client(), address)
    counts["list"] = count_queries(partner.client, "/answer/")
    fields = {f"f{pin.indicator_version_id}-value": "14" for pin in obligation.pinned.all()}
    partner.open(f"/answer/{obligation.pk}/figures/").press("Nästa", **fields).press("Nästa").press("Skicka in")
    counts["thanks"] = count_queries(partner.client, f"/answer/{obligation.pk}/thanks/")
    counts["receipt"] = count_queries(partner.client, f"/answer/{obligation.pk}/")

    assert max(counts.values()) <= 10, counts
    assert max(signed_in.values()) <= 10 + 4, "and who they are: session, person, roles"
