"""Reviewing: the queue, a report beside earlier ones, approving one and many, returning, correcting, withdrawing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from followup.actions.reports import approve_report, return_report
from followup.actions.rounds import exempt_obligation, make_obligations
from followup.models import CorrectionRequest, Obligation, Report
from followup.queries import obligation_state
from followup.queries.review import review_queue
from followup.transitions import State
from stakeholders import clock
from stakeholders.models import Dispatch, Event
from stakeholders.rules import DispatchKind, Role
from tests.factories import (
    a_contact,
    a_line,
    a_measure,
    a_period,
    a_plan,
    a_report,
    a_target,
    a_user,
    an_actor,
    an_assignment,
    an_indicator,
    an_obligation,
)
from tests.followup.partner import Links

pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier(plan, assignment, reviewer):
    """What the same part answered: 38 a year ago, 41 last time."""
    year_ago = a_report(
        an_obligation(assignment, a_period(plan, 2025, 2)), figures=[38], implementation_status="delayed", approved_by=reviewer
    )
    last = a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[41], what_happened="Gick bra.", approved_by=reviewer)
    return year_ago, last


@pytest.fixture
def read(client, reviewer):
    """The words of a page, as the reviewer sees them."""
    client.force_login(reviewer)

    def read(address, status=200):
        answer = client.get(address)
        assert answer.status_code == status
        body = re.sub(r"<(head|style|script)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\xa0", " ").split())

    return read


# The queue


def test_odd_figures_stand_first_then_the_oldest(plan, indicator, measure, workspace, period, reviewer, read, earlier, obligation):
    plain = []
    for days in (5, 2):
        actor = an_actor(workspace)
        a_contact(actor)
        an_assignment(measure, actor, indicator)
        make_obligations([period], by=None)
        with clock.at(clock.now() - timedelta(days=days)):
            plain.append(a_report(period.obligations.get(assignment__actor=actor), figures=[10]))
    odd = a_report(obligation, figures=[118])
    queue = review_queue(reviewer)

    assert [one.report for one in queue] == [odd, *plain]
    assert queue[0].odd == ["Tillfällen"]
    text = read("/reviews/")
    assert "3 rapporter att granska" in text
    assert "1 har en siffra att titta på. Den står först." in text
    assert f"{queue[1].days} dagar" in text


@pytest.mark.parametrize(
    ("before", "now", "is_odd"),
    [(41, 118, True), (41, 80, False), (40, 81, True), (40, 19, True), (2, 5, False), (30, 0, True), (None, 500, False)],
)
def test_what_is_odd(plan, assignment, obligation, reviewer, before, now, is_odd):
    if before is not None:
        a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[before], approved_by=reviewer)
    a_report(obligation, figures=[now])

    assert bool(review_queue(reviewer)[0].odd) == is_odd


def test_an_exempted_report_is_not_in_the_queue(obligation, reviewer, coordinator):
    a_report(obligation, figures=[10])
    exempt_obligation(obligation, by=coordinator, reason="verksamheten pausad")

    assert review_queue(reviewer) == []


def test_the_queue_holds_only_rooms_where_one_reviews(obligation, outsider, workspace, company):
    a_report(obligation, figures=[10])
    elsewhere = a_user(outsider.memberships.get().actor, Role.REVIEWER)
    reporter_here = a_user(company, Role.REPORTER)
    reporter_here.memberships.create(actor=outsider.memberships.get().actor, role=Role.REVIEWER)

    assert review_queue(elsewhere) == []
    assert review_queue(reporter_here) == [], "a reviewer next door who only reports here"


# A report beside earlier ones


def test_now_stands_beside_last_time_and_the_same_time_last_year(read, earlier, obligation):
    report = a_report(obligation, figures=[50], what_happened="Ny grupp på torsdagar.", what_is_needed="Fler läxhjälpare")
    text = read(f"/reports/{report.pk}/")

    assert "Förra gången · jan–apr 2026" in text
    assert "Samma tid 2025" in text
    assert "50 +9" in text, "the difference is marked"
    for words in ("41", "38", "Försenad", "Ny grupp på torsdagar.", "Gick bra.", "Fler läxhjälpare"):
        assert words in text
    assert "gånger så mycket" not in text


def test_an_odd_figure_is_explained_in_place(read, earlier, obligation, indicator):
    a_target(indicator, baseline=10, year=2028, target=80)
    line = a_line(obligation.pinned.get().indicator_version, 118, is_confirmed_odd=True)
    report = a_report(obligation, lines=[line])
    text = read(f"/reports/{report.pk}/")

    assert "118 är nästan tre gånger så mycket som förra gången (41)." in text
    assert "fick frågan och svarade: ”Ja, det stämmer.”" in text
    assert "Med 118 är målet för 2028 (80) redan nått." in text


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (90, "90 är drygt två gånger så mycket som förra gången (41)."),
        (164, "164 är fyra gånger så mycket som förra gången (41)."),
        (10, "10 är mindre än hälften av förra gången (41)."),
        (0, "0 nu, 41 förra gången."),
    ],
)
def test_how_far_off_is_said_with_both_numbers(read, earlier, obligation, now, sentence):
    assert sentence in read(f"/reports/{a_report(obligation, figures=[now]).pk}/")


def test_unapproved_earlier_answers_are_marked_and_withdrawn_ones_left_out(read, plan, assignment, obligation, reviewer, coordinator):
    a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[41])
    report = a_report(obligation, figures=[50])

    assert "(preliminär)" in read(f"/reports/{report.pk}/")


def test_a_correction_stands_beside_what_is_in_force(read, obligation, reviewer):
    a_report(obligation, figures=[10], approved_by=reviewer)
    second = a_report(obligation, figures=[12], correction_reason="räknat en grupp för lite")
    text = read(f"/reports/{second.pk}/")

    assert "Godkänd version" in text
    assert "räknat en grupp för lite" in text


def test_an_older_version_says_that_there_is_a_newer(read, obligation):
    first = a_report(obligation, figures=[10])
    a_report(obligation, figures=[12])

    assert "Aktören har skickat in version 2" in read(f"/reports/{first.pk}/")


def test_the_effect_of_approving_is_said_beforehand(read, earlier, obligation, indicator, client, reviewer):
    a_target(indicator, baseline=0, baseline_year=2025, year=2026, target=90)
    report = a_report(obligation, figures=[60])
    before = Event.objects.count()
    text = read(f"/reports/{report.pk}/effect/")
    fragment = client.get(f"/reports/{report.pk}/effect/", headers={"HX-Request": "true"}).content.decode()

    assert "Tillfällen 2026 blir 101 . Hittills: 41 ." in text
    assert "Läget ändras från Efter till Före" in text
    assert fragment.strip().startswith(f'<div id="effect-{report.pk}">')
    assert Event.objects.count() == before
    client.post(f"/reports/{report.pk}/approve/")
    from followup.figures import Window
    from followup.rollup import indicator_figure

    assert indicator_figure(indicator, Window.year(2026)).low == 101 * 10_000, "what was said is what it became"


@pytest.mark.parametrize("size", [1, 12])
def test_a_report_costs_the_same_however_long_the_queue(
    client, read, plan, measure, indicator, workspace, period, earlier, obligation, django_assert_max_num_queries, size
):
    for _ in range(size):
        actor = an_actor(workspace)
        a_contact(actor)
        an_assignment(measure, actor, indicator)
    make_obligations([period], by=None)
    for one in period.obligations.exclude(pk=obligation.pk):
        a_report(one, figures=[10])
    report = a_report(obligation, figures=[118])
    read("/reviews/")
    with django_assert_max_num_queries(15):
        client.get(f"/reports/{report.pk}/")
    with django_assert_max_num_queries(12):
        client.get("/reviews/")


# What is done with it


def test_approving_goes_on_to_the_next(client, reviewer, obligation, workspace, measure, indicator, period):
    actor = an_actor(workspace)
    a_contact(actor)
    an_assignment(measure, actor, indicator)
    make_obligations([period], by=None)
    first, second = a_report(obligation, figures=[10]), a_report(period.obligations.get(assignment__actor=actor), figures=[11])
    client.force_login(reviewer)

    assert client.post(f"/reports/{first.pk}/approve/")["Location"] == f"/reports/{second.pk}/"
    assert client.post(f"/reports/{second.pk}/approve/")["Location"] == "/reviews/"
    assert Report.objects.approved().count() == 2


def test_somebody_else_was_first(client, reviewer, coordinator, obligation):
    report = a_report(obligation, figures=[10])
    approve_report(report, by=coordinator)
    client.force_login(reviewer)
    late = client.post(f"/reports/{report.pk}/approve/")

    assert late.status_code == 409
    assert "Rapporten är redan godkänd." in late.content.decode()


def test_a_newer_version_came_meanwhile(client, reviewer, obligation):
    seen = a_report(obligation, figures=[10])
    a_report(obligation, figures=[12])
    client.force_login(reviewer)
    late = client.post(f"/reports/{seen.pk}/approve/")

    assert late.status_code == 409
    assert "nyare version" in late.content.decode()


def test_the_author_is_told_beforehand_and_refused(client, coordinator, obligation):
    report = a_report(obligation, figures=[10], by=coordinator, channel="phone")
    client.force_login(coordinator)

    assert "Du har själv skickat in rapporten." in client.get(f"/reports/{report.pk}/").content.decode()
    assert client.post(f"/reports/{report.pk}/approve/").status_code == 403


def test_asking_for_completion_needs_words_keeps_them_and_mails_whoever_answered(client, reviewer, obligation):
    report = a_report(obligation, figures=[10])
    client.force_login(reviewer)
    new_day = clock.today() + timedelta(days=7)
    address = f"/reports/{report.pk}/return/"
    without = client.post(address, {"return-reason": "", "return-new_due_on": new_day})
    wrong_day = client.post(address, {"return-reason": "Elever eller besök?", "return-new_due_on": "31 juni"})

    assert (without.status_code, wrong_day.status_code) == (422, 422)
    assert "Elever eller besök?" in wrong_day.content.decode(), "what was typed is kept"
    client.post(address, {"return-reason": "Elever eller besök?", "return-new_due_on": new_day})
    letter = Dispatch.objects.get(kind=DispatchKind.RETURNED)
    assert letter.contact == report.submitted_by_contact
    assert obligation.rulings.get().due_on == new_day
    assert obligation_state(Obligation.objects.get(pk=obligation.pk)) == State.RETURNED


def test_approving_many_tells_each_that_was_refused(client, coordinator, obligation, workspace, measure, indicator, period):
    actor = an_actor(workspace, "Kretsloppet (Exempel)")
    a_contact(actor)
    an_assignment(measure, actor, indicator)
    make_obligations([period], by=None)
    theirs = a_report(obligation, figures=[10])
    own = a_report(period.obligations.get(assignment__actor=actor), figures=[11], by=coordinator, channel="phone")
    client.force_login(coordinator)
    text = client.post("/reviews/approve/", {"report": [theirs.pk, own.pk]}, follow=True).content.decode()

    assert "1 rapport är godkänd." in text
    assert "Kretsloppet (Exempel)" in text
    assert "Den som har skickat in rapporten kan inte godkänna den." in text
    assert Event.objects.filter(verb="report.approved").count() == 1


def test_many_at_once_reaches_only_what_one_sees(client, outsider, obligation):
    report = a_report(obligation, figures=[10])
    client.force_login(outsider)
    client.post("/reviews/approve/", {"report": [report.pk]})

    assert Report.objects.get(pk=report.pk).approved_at is None


def test_a_comment_stands_by_its_line_and_the_actor_sees_it(client, reviewer, reporter, obligation):
    report = a_report(obligation, figures=[10])
    client.force_login(reviewer)
    client.post(f"/reports/{report.pk}/comment/", {"text": "Gäller det hela terminen?", "line": report.lines.get().pk})
    assert "Gäller det hela terminen?" in client.get(f"/reports/{report.pk}/").content.decode()
    theirs = Client()
    theirs.force_login(reporter)
    theirs.post(f"/reports/{report.pk}/comment/", {"text": "Ja, hela."})

    assert [comment.by_user for comment in report.comments.all()] == [reviewer, reporter]
    assert "Gäller det hela terminen?" in theirs.get(f"/reports/{report.pk}/").content.decode()


def test_a_comment_on_a_line_of_another_report_is_refused(client, reviewer, obligation, plan, assignment):
    other = a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[1])
    report = a_report(obligation, figures=[10])
    client.force_login(reviewer)

    assert client.post(f"/reports/{report.pk}/comment/", {"text": "?", "line": other.lines.get().pk}).status_code == 422


# Corrections and withdrawal


def test_a_correction_is_asked_for_by_the_company_and_the_approved_version_stands(client, coordinator, reviewer, obligation):
    report = a_report(obligation, figures=[10], approved_by=reviewer)
    client.force_login(coordinator)
    client.post(f"/reports/{report.pk}/request-correction/", {"correction-reason": "Är vårens grupp med?"})
    again = client.post(f"/reports/{report.pk}/request-correction/", {"correction-reason": "Är vårens grupp med?"})

    assert again.status_code == 409
    assert Dispatch.objects.filter(kind=DispatchKind.RETURNED, contact=report.submitted_by_contact).count() == 1
    assert obligation_state(obligation) == State.APPROVED
    assert "Är vårens grupp med?" in client.get("/reviews/").content.decode()
    a_report(obligation, figures=[14], correction_reason="vårens grupp saknades")
    assert not CorrectionRequest.objects.open().exists(), "answered by the newer version"


def test_a_correction_is_asked_for_by_the_actor_and_declined_with_a_reason(client, reporter, reviewer, obligation):
    report = a_report(obligation, figures=[10], approved_by=reviewer)
    client.force_login(reporter)
    client.post(f"/reports/{report.pk}/request-correction/", {"correction-reason": "vi glömde en grupp"})
    assert not Dispatch.objects.filter(kind=DispatchKind.RETURNED).exists(), "no letter to oneself"
    asked = CorrectionRequest.objects.get()
    theirs = Client()
    theirs.force_login(reviewer)
    assert theirs.post(f"/corrections/{asked.pk}/decline/", {"decline-reason": ""}).status_code == 422
    theirs.post(f"/corrections/{asked.pk}/decline/", {"decline-reason": "gruppen hör till hösten"})

    asked.refresh_from_db()
    assert asked.closed_reason == "gruppen hör till hösten"
    assert theirs.post(f"/corrections/{asked.pk}/decline/", {"decline-reason": "igen"}).status_code == 409


def test_only_what_is_approved_is_corrected(client, reporter, obligation):
    report = a_report(obligation, figures=[10])
    client.force_login(reporter)

    assert client.post(f"/reports/{report.pk}/request-correction/", {"correction-reason": "fel"}).status_code == 409


def test_withdrawing_needs_a_reason(client, coordinator, reviewer, obligation):
    report = a_report(obligation, figures=[10], approved_by=reviewer)
    client.force_login(coordinator)

    assert client.post(f"/reports/{report.pk}/withdraw/", {}).status_code == 422
    client.post(f"/reports/{report.pk}/withdraw/", {"withdraw-reason": "fel år"})
    assert obligation_state(Obligation.objects.get(pk=obligation.pk)) == State.WITHDRAWN
    assert "fel år" in client.get(f"/reports/{report.pk}/").content.decode()


def test_internal_approval_is_marked(client, reviewer, coordinator, company, measure, period):
    own = an_assignment(measure, company)
    make_obligations([period], by=None)
    report = a_report(own.obligations.get(), by=coordinator)
    client.force_login(reviewer)
    client.post(f"/reports/{report.pk}/approve/")

    assert "Internt godkänd" in client.get(f"/reports/{report.pk}/").content.decode()


# Who sees what


def test_management_sees_no_raw_number_of_people(client, manager, reviewer, club, measure, period):
    people = an_indicator(measure, name="Elever", kind="people")
    part = an_assignment(measure, club, people)
    make_obligations([period], by=None)
    report = a_report(part.obligations.get(period=period), figures=[3], approved_by=reviewer)
    client.force_login(manager)
    for address in (f"/reports/{report.pk}/", f"/reports/{report.pk}/as-answered/", f"/assignments/{part.pk}/"):
        text = client.get(address).content.decode()
        assert "Elever" not in text or "dold" in text
        assert ">3<" not in text
        assert ">3 <" not in text


def test_from_a_report_there_is_a_way_back_for_each_who_reads_it(client, manager, auditor, reviewer, reporter, obligation, plan, measure):
    with clock.at(datetime(2025, 11, 12, 15, tzinfo=UTC)):
        report = a_report(obligation, figures=[10])
    to_measure = (f"/measures/{measure.pk}/", str(measure))
    to_year = [("/years/", "Uppföljning"), (f"/plans/{plan.pk}/", plan.title), (f"/plans/{plan.pk}/years/2026/", "Årsuppföljning 2026")]
    to_round = [("/rounds/", "Rapportrundor"), (f"/rounds/{obligation.period_id}/", obligation.period.title)]
    for user, place, trail in (
        (manager, "/years/", [*to_year, to_measure]),
        (auditor, "/years/", [*to_year, to_measure]),
        (reviewer, "/rounds/", [*to_round, to_measure]),
        (reporter, "/plans/", [(f"/plans/{plan.pk}/", plan.title), to_measure]),
    ):
        client.force_login(user)
        page = client.get(f"/reports/{report.pk}/as-answered/").content.decode()
        links = Links.of(page.partition('class="crumbs"')[2].partition("</nav>")[0])
        assert links == trail
        assert f'<a href="{place}" aria-current="true">' in page
        assert [client.get(address).status_code for address, _words in links] == [200] * len(links), "each leads somewhere they may be"
        assert "onsdag 12 november 2025 kl. 16.00" in page, "the year is said where it is another"


def test_returning_keeps_it_on_time(obligation, reviewer):
    report = a_report(obligation, figures=[10])
    return_report(report, by=reviewer, reason="?")
    again = a_report(obligation, figures=[11])

    assert again.was_on_time == report.was_on_time


def test_a_plan_in_another_room_is_not_reviewed_by_ids(client, outsider, obligation):
    report = a_report(obligation, figures=[10])
    client.force_login(outsider)
    assert client.get(f"/reviews/?round={obligation.period_id}").content.decode().count("Norrbruks IF") == 0
    assert a_plan(outsider.memberships.get().actor.workspace)
    assert client.get(f"/reports/{report.pk}/effect/").status_code == 404
    assert a_measure(obligation.period.plan)
