"""C5: the assignment ends, or the actor is exempted, while somebody answers: what was being written is stored, and the coordinator sees it."""

from datetime import date

import pytest

from followup.actions.assignments import end_assignment
from followup.actions.rounds import exempt_obligation
from followup.models import Obligation, Report
from followup.queries import obligation_state
from stakeholders.models import Event
from tests.factories import a_period, a_report, an_obligation
from tests.followup.partner import Partner, link_to

pytestmark = pytest.mark.django_db

MINE = "Vi har bytt till onsdagar och då kommer fler."


@pytest.fixture
def figure(obligation):
    return f"f{obligation.pinned.get().indicator_version_id}"


@pytest.fixture
def partner(obligation):
    return Partner().open(link_to(obligation)).press("Börja")


def at_check(partner, figure):
    return partner.press("Enligt plan").press("Nästa", **{f"{figure}-value": "14"}).press("Nästa", happened=MINE)


def test_an_assignment_that_ends_meanwhile_is_stored_and_flagged(partner, obligation, figure, coordinator):
    at_check(partner, figure)
    end_assignment(obligation.assignment, by=coordinator, ended_on=date(2026, 7, 1), reason="föreningen lägger ner")
    partner.press("Skicka in")

    assert "Tack!" in partner.text
    report = Report.objects.get()
    assert Event.objects.about(report).filter(verb="report.submitted_after_end").exists()


def test_an_assignment_that_never_ran_does_not_take_what_was_begun(partner, obligation, figure, coordinator):
    at_check(partner, figure)
    end_assignment(obligation.assignment, by=coordinator, ended_on=date(2024, 1, 1), reason="fel aktör")
    partner.press("Skicka in")

    assert Report.objects.exists()
    assert Event.objects.filter(verb="report.submitted_after_end").exists()


def coordinators_day(coordinator):
    desk = Partner()
    desk.client.force_login(coordinator)
    return desk.open("/")


def test_the_coordinator_sees_what_came_after_the_end(partner, obligation, figure, coordinator):
    at_check(partner, figure)
    end_assignment(obligation.assignment, by=coordinator, ended_on=date(2026, 7, 1), reason="föreningen lägger ner")
    assert "inte längre begärdes" not in coordinators_day(coordinator).text
    partner.press("Skicka in")

    day = coordinators_day(coordinator)
    assert "Norrbruks IF (Exempel) svarade om 3.1 Läxhjälp fast svaret inte längre begärdes" in day.text
    assert MINE in day.follow("Läs rapporten").text


def test_who_is_exempted_meanwhile_is_stored_flagged_and_not_counted(partner, obligation, figure, coordinator):
    at_check(partner, figure)
    exempt_obligation(obligation, by=coordinator, reason="verksamheten pausad")
    partner.press("Skicka in")
    assert "Tack!" in partner.text
    assert "Medan du skrev befriade samordnaren er" in partner.text
    assert "samordnaren avgör om det ska räknas" in partner.follow("Läs eller ändra").text

    report = Report.objects.get()
    assert report.what_happened == MINE
    assert obligation_state(obligation) == "exempt"
    assert not Report.objects.awaiting_review().exists()
    assert Event.objects.about(report).filter(verb="report.submitted_while_exempt").exists()
    day = coordinators_day(coordinator).follow("Ta ställning")
    assert "Rapporten kom efter att aktören befriats" in day.text
    day.press("Begär igen", **{"reinstate-reason": "svaret kom ju"})
    assert obligation_state(Obligation.objects.get()) == "submitted"
    assert "inte längre begärdes" not in coordinators_day(coordinator).text


def test_nothing_new_pressed_while_being_exempted_is_stored_too(assignment, plan, obligation, reviewer, coordinator):
    a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[12], approved_by=reviewer)
    partner = Partner().open(link_to(obligation)).press("Inget nytt sedan sist")
    exempt_obligation(obligation, by=coordinator, reason="verksamheten pausad")
    partner.press("Skicka in")

    assert obligation.reports.get().what_happened == "Inget nytt sedan sist."


def test_what_is_begun_after_the_exemption_is_refused(partner, obligation, figure, coordinator):
    """Negative control: only a page that was open before can be sent; and whoever is in the middle sees what was written."""
    partner.press("Enligt plan")
    exempt_obligation(obligation, by=coordinator, reason="verksamheten pausad")
    partner.press("Nästa", 409, **{f"{figure}-value": "1431"})

    assert "befriad" in partner.text
    assert "1431" in partner.text
    assert partner.client.get(f"/answer/{obligation.pk}/check/").status_code == 409
    assert not Report.objects.exists()
