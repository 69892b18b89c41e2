"""The rounds: the list, the table of one round, whom to ring, reminding, closing and unlocking."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from followup.actions.reports import approve_report, return_report, withdraw_report
from followup.actions.rounds import (
    close_period,
    exempt_obligation,
    extend_obligation,
    make_obligations,
    make_round,
)
from followup.links import issue_link
from followup.models import AccessLinkUse, Draft, Obligation
from followup.queries.matrix import sections
from followup.queries.rounds import round_cells
from stakeholders import clock
from stakeholders.formats import weekday
from stakeholders.models import ContactPerson, Dispatch, DispatchItem, Event
from stakeholders.rules import ActorKind, DispatchKind, DispatchState
from tests.factories import a_contact, a_goal, a_measure, a_period, a_plan, a_report, an_actor, an_assignment

pytestmark = pytest.mark.django_db

THAT_DAY = datetime(2027, 1, 19, 9, tzinfo=UTC)
"""A Tuesday, three days before the last day of tertial 3, 2026."""


@pytest.fixture
def round_(plan):
    """Tertial 3, 2026, asked for until 22 January 2027."""
    return a_period(plan, 2026, 3, opens_on=date(2026, 12, 17), due_on=date(2027, 1, 22), closes_on=date(2027, 2, 12))


def partner(workspace, name, **fields):
    actor = an_actor(workspace, name, **fields)
    a_contact(actor, role_title="ordförande", phone="010-000 00 04")
    return actor


def asked(measure, actor, period, **fields):
    assignment = an_assignment(measure, actor, **fields)
    make_obligations([period], by=None)
    return Obligation.objects.filter(assignment=assignment, period=period).first()


def mailed(obligation, *, state=DispatchState.HANDED_OVER, kind=DispatchKind.REMINDER, days_ago=1, step="t-3"):
    moment = clock.now() - timedelta(days=days_ago)
    dispatch = Dispatch.objects.create(
        workspace=obligation.assignment.actor.workspace,
        kind=kind,
        contact=obligation.assignment.contact,
        day=clock.day_of(moment),
        not_before=moment,
        state=state,
        handing_over_at=moment,
        handed_over_at=moment if state == DispatchState.HANDED_OVER else None,
        payload={"period": obligation.period_id},
    )
    DispatchItem.objects.create(dispatch=dispatch, subject_type="followup.obligation", subject_id=obligation.pk, step=step)
    return dispatch


def sign(obligation):
    return next(cell.sign for cell in round_cells(obligation.period) if cell.obligation == obligation)


def page(client, user, address):
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# What a cell says


def test_a_cell_says_the_most_telling_thing(workspace, plan, round_, reviewer, coordinator):
    with clock.at(THAT_DAY):
        signs = {}
        for name in (
            "asked",
            "reminded",
            "uncertain_mail",
            "begun",
            "opened",
            "wrong_address",
            "to_review",
            "approved",
            "returned",
            "withdrawn",
            "exempt",
        ):
            signs[name] = asked(a_measure(plan), partner(workspace, name), round_)
        mailed(signs["reminded"])
        mailed(signs["uncertain_mail"], state=DispatchState.UNCERTAIN)
        mailed(signs["begun"])
        Draft.objects.create(obligation=signs["begun"], content={}, begun_at=clock.now(), saved_at=clock.now())
        mailed(signs["opened"], days_ago=3)
        link, _token = issue_link(signs["opened"].assignment.contact, signs["opened"].assignment.actor, round_, by=None)
        AccessLinkUse.objects.create(link=link, verb="entered")
        ContactPerson.objects.filter(actor=signs["wrong_address"].assignment.actor).update(bounced_at=clock.now())
        a_report(signs["to_review"])
        a_report(signs["approved"], approved_by=reviewer)
        return_report(a_report(signs["returned"]), by=reviewer, reason="vad menas?")
        withdraw_report(a_report(signs["withdrawn"], approved_by=reviewer), by=coordinator, reason="fel år")
        exempt_obligation(signs["exempt"], by=coordinator, reason="stängt")

        assert {name: sign(obligation) for name, obligation in signs.items()} == {name: name for name in signs}


def test_a_scanner_that_only_looks_has_not_opened(workspace, measure, club, round_):
    with clock.at(THAT_DAY):
        obligation = asked(measure, club, round_)
        link, _token = issue_link(obligation.assignment.contact, club, round_, by=None)
        AccessLinkUse.objects.create(link=link, verb="seen")

        assert sign(obligation) == "asked"


def test_unanswered_past_the_last_day_is_late_until_then_not(measure, club, round_):
    obligation = asked(measure, club, round_)
    with clock.at(datetime(2027, 1, 22, 20, tzinfo=UTC)):
        assert sign(obligation) == "asked"
    with clock.at(datetime(2027, 1, 22, 23, 30, tzinfo=UTC)):  # the 23rd in Stockholm
        assert sign(obligation) == "overdue"


def test_longer_time_is_not_late(measure, club, round_, coordinator):
    with clock.at(THAT_DAY):
        obligation = asked(measure, club, round_)
        extend_obligation(obligation, by=coordinator, due_on=date(2027, 2, 5), reason="sjukdom")
    with clock.at(datetime(2027, 2, 4, 12, tzinfo=UTC)):
        assert sign(obligation) == "asked"


def test_a_half_year_partner_is_said_not_to_be_asked(client, workspace, plan, measure, round_, coordinator):
    asked(measure, partner(workspace, "Skolan"), round_)
    asked(a_measure(plan), partner(workspace, "Biblioteket"), round_, interval="half_year")
    text = page(client, coordinator, f"/rounds/{round_.pk}/")

    assert "0 av 1 svar har kommit" in text
    assert "Inte begärd" in text
    assert "svarar varje halvår" in text


# The table


@pytest.fixture
def a_round(workspace, plan, round_, reviewer):
    """Two measures, three actors: one is complete, one lacks one of two, one cannot be reached."""
    first, second = a_measure(plan, number="3.1", title="Läxhjälp"), a_measure(plan, number="3.5", title="Nattfotboll")
    with clock.at(THAT_DAY):
        school = partner(workspace, "Bruksskolan", kind=ActorKind.SCHOOL)
        a_report(asked(first, school, round_), approved_by=reviewer)
        club = partner(workspace, "Norrbruks IF")
        a_report(asked(first, club, round_))
        mailed(asked(second, club, round_))
        tenants = partner(workspace, "Hyresgästföreningen", kind=ActorKind.TENANT_ORGANISATION)
        asked(second, tenants, round_)
        ContactPerson.objects.filter(actor=tenants).update(bounced_at=clock.now() - timedelta(days=7))
    return round_


def test_the_heading_is_the_answer_and_those_who_lack_one_stand_first(client, a_round, coordinator):
    with clock.at(THAT_DAY):
        text = page(client, coordinator, f"/rounds/{a_round.pk}/")

    assert "<h1>2 av 4 svar har kommit</h1>" in text
    assert "1 av 3 aktörer är klara." in text
    assert "Sista dagen är fredag 22 januari, om 3 dagar." in text
    table = text[text.index("<tbody>") : text.index("<tfoot>")]
    assert table.index("Hyresgästföreningen") < table.index("Norrbruks IF") < table.index("Bruksskolan")
    assert "Påminn 2 aktörer" in text
    assert "Granska 1" in text


def test_totals_both_ways_agree(a_round):
    (section,) = sections(round_cells(a_round))
    by_row = (sum(row.total.answered for row in section.rows), sum(row.total.asked for row in section.rows))
    by_column = (sum(total.answered for total in section.totals), sum(total.asked for total in section.totals))

    assert by_row == by_column == (section.total.answered, section.total.asked) == (2, 4)


@pytest.mark.parametrize(
    ("show", "seen", "unseen"),
    [
        ("missing", {"Norrbruks IF", "Hyresgästföreningen"}, {"Bruksskolan"}),
        ("review", {"Norrbruks IF"}, {"Bruksskolan", "Hyresgästföreningen"}),
        ("school", {"Bruksskolan"}, {"Norrbruks IF", "Hyresgästföreningen"}),
    ],
)
def test_a_filter_is_an_address_and_says_how_many_it_shows(client, a_round, coordinator, show, seen, unseen):
    text = page(client, coordinator, f"/rounds/{a_round.pk}/?show={show}")
    table = text[text.index("<tbody>") : text.index("<tfoot>")]

    assert all(name in table for name in seen)
    assert not any(name in table for name in unseen)
    assert f'?show={show}" aria-current="true"' in text


def test_the_call_list_has_numbers_and_what_was_last_heard(client, a_round, coordinator, manager):
    with clock.at(THAT_DAY):
        text = page(client, coordinator, f"/rounds/{a_round.pk}/")
        calls = text[text.index('id="calls"') :]
        to_manager = page(client, manager, f"/rounds/{a_round.pk}/")

    assert "Ring de här två" in calls
    assert 'href="tel:010-0000004"' in calls
    assert "Retur 12 jan" in calls
    assert "Påmind i går" in calls
    assert calls.index("Hyresgästföreningen") < calls.index("Norrbruks IF"), "a wrong address goes first"
    assert 'id="calls"' not in to_manager, "contacts are the coordinator's and reviewer's"


def test_more_than_twelve_measures_split_by_focus_area(client, workspace, plan, round_, coordinator):
    actor = partner(workspace, "Norrbruks IF")
    for area in ("Boende", "Arbete"):
        focus = a_goal(plan, title=area)
        goal = a_goal(plan, parent=focus, kind="goal")
        for _ in range(7):
            an_assignment(a_measure(plan, goal), actor)
    make_obligations([round_], by=None)
    text = page(client, coordinator, f"/rounds/{round_.pk}/")

    assert text.count('<table class="matrix">') == 2
    assert text.index("Boende</h2>") < text.index("Arbete</h2>")
    assert text.count("0 av 7") == 4, "a total a row and a total a table"


def test_a_focus_area_of_more_than_twelve_is_cut_too(workspace, plan, round_):
    focus = a_goal(plan, title="Boende")
    actor = partner(workspace, "Norrbruks IF")
    for _ in range(30):
        an_assignment(a_measure(plan, focus), actor)
    make_obligations([round_], by=None)

    assert [(section.title, len(section.measures)) for section in sections(round_cells(round_))] == [
        ("Boende (1/3)", 12),
        ("Boende (2/3)", 12),
        ("Boende (3/3)", 6),
    ]


def test_the_csv_has_a_row_for_each_answer_and_runs_nothing(client, a_round, workspace, plan, coordinator):
    asked(a_measure(plan, number="9.1", title="=1+1"), partner(workspace, "+46 Föreningen"), a_round)
    client.force_login(coordinator)
    answer = client.get(f"/rounds/{a_round.pk}/table.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))

    assert answer["Content-Disposition"].startswith("attachment")
    assert len(rows) == 1 + 5
    assert "'+46 Föreningen" in {row[0] for row in rows}
    assert "'=1+1" in {row[3] for row in rows}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("size", [2, 14])
def test_the_table_costs_the_same_at_any_size(client, workspace, plan, round_, coordinator, django_assert_max_num_queries, reviewer, size):
    for _ in range(size):
        measure = a_measure(plan)
        for _ in range(3):
            an_assignment(measure, partner(workspace, ""), *measure.indicators.all())
    make_obligations([round_], by=None)
    with clock.at(THAT_DAY):
        for obligation in round_.obligations.all()[:size]:
            a_report(obligation, approved_by=reviewer)
    page(client, coordinator, f"/rounds/{round_.pk}/")  # the first page of a session stores it
    with django_assert_max_num_queries(12):
        assert client.get(f"/rounds/{round_.pk}/").status_code == 200


@pytest.mark.parametrize("size", [1, 12])
def test_the_list_costs_the_same_at_any_size(client, plan, measure, club, coordinator, django_assert_max_num_queries, size):
    an_assignment(measure, club)
    for year in range(2026, 2028):
        make_round(plan, year, by=None)
    for _ in range(size - 1):
        a_period(a_plan(plan.workspace), 2026, 1)
    page(client, coordinator, "/rounds/")
    with django_assert_max_num_queries(12):
        assert client.get("/rounds/").status_code == 200


# Acts on a whole round


def test_reminding_plans_one_letter_a_person_and_never_two_in_a_day(client, a_round, coordinator, plan):
    club = ContactPerson.objects.get(actor__name="Norrbruks IF")
    with clock.at(THAT_DAY):
        asked(a_measure(plan), club.actor, a_round)
        client.force_login(coordinator)
        first = client.post(f"/rounds/{a_round.pk}/remind/", follow=True).content.decode()
        second = client.post(f"/rounds/{a_round.pk}/remind/", follow=True).content.decode()
    letter = Dispatch.objects.get(contact=club, kind=DispatchKind.REMINDER, state=DispatchState.PLANNED)

    assert letter.items.count() == 2, "both answers in one letter"
    assert letter.not_before == THAT_DAY
    assert "1 person får en påminnelse nu." in first
    assert "Hyresgästföreningen: ingen adress fungerar, ring i stället" in first
    assert "Norrbruks IF: får redan ett brev den dagen" in second
    assert Event.objects.filter(verb="obligation.reminded").count() == 2


def test_reminding_in_the_evening_waits_for_the_morning(client, a_round, coordinator):
    with clock.at(datetime(2027, 1, 22, 20, tzinfo=UTC)):  # Friday evening
        client.force_login(coordinator)
        client.post(f"/rounds/{a_round.pk}/remind/")

    assert Dispatch.objects.get(kind=DispatchKind.REMINDER, state=DispatchState.PLANNED).not_before == datetime(2027, 1, 25, 7, tzinfo=UTC)


def test_closing_says_first_what_it_means(client, a_round, coordinator, reviewer):
    client.force_login(coordinator)
    with clock.at(datetime(2027, 2, 13, 9, tzinfo=UTC)):
        before = client.get(f"/rounds/{a_round.pk}/close/").content.decode()
        refused = client.post(f"/rounds/{a_round.pk}/close/")
        for obligation in a_round.obligations.all():
            for report in obligation.reports.all().awaiting_review():
                approve_report(report, by=reviewer)
        client.post(f"/rounds/{a_round.pk}/close/")
        text = page(client, coordinator, f"/rounds/{a_round.pk}/")

    assert "1 rapport väntar på granskning" in before
    assert refused.status_code == 409
    assert "Inte rapporterad" in text
    assert "Stängd 13 februari." in text
    assert "Påminn" not in text


def test_unlocking_needs_a_reason_and_ends_by_itself(client, obligation, period, coordinator, reviewer):
    client.force_login(coordinator)
    close_period(period, by=coordinator)
    until = clock.today() + timedelta(days=2)
    without = client.post(f"/rounds/{period.pk}/unlock/", {"until_day": until})
    client.post(f"/rounds/{period.pk}/unlock/", {"until_day": until, "reason": "rättelse av läxhjälpen"})
    text = page(client, coordinator, f"/rounds/{period.pk}/")

    assert without.status_code == 422
    assert f"Upplåst till och med {weekday(until)}." in text
    with clock.at(clock.now() + timedelta(days=4)):
        assert "Upplåst till" not in page(Client(), coordinator, f"/rounds/{period.pk}/")


# One answer


def test_an_answers_page_says_where_it_stands_and_what_happened(client, obligation, coordinator, reviewer):
    report = a_report(obligation, figures=[12])
    return_report(report, by=reviewer, reason="Är det elever eller besök?")
    text = page(client, coordinator, f"/obligations/{obligation.pk}/")

    assert "Kompletteras" in text
    assert "Rapporten skickades in" in text
    assert "Är det elever eller besök?" in text
    assert f'href="/reports/{report.pk}/"' in text


def test_longer_time_needs_a_day_ahead_and_a_reason(client, obligation, coordinator):
    client.force_login(coordinator)
    address = f"/obligations/{obligation.pk}/extend/"
    ahead = clock.today() + timedelta(days=9)

    assert client.post(address, {"extend-due_on": "31 juni", "extend-reason": "sjukdom"}).status_code == 422
    assert client.post(address, {"extend-due_on": ahead}).status_code == 422
    assert client.post(address, {"extend-due_on": "2020-01-01", "extend-reason": "sjukdom"}).status_code == 422
    client.post(address, {"extend-due_on": ahead, "extend-reason": "sjukdom"})
    assert obligation.rulings.get().due_on == ahead


# The calendar, and rounds that make themselves


# Two workspaces


def test_the_neighbours_rounds_are_not_listed(client, a_round, outsider, coordinator):
    foreign = a_plan(outsider.memberships.get().actor.workspace, title="Grannbys plan")
    an_assignment(a_measure(foreign), an_actor(foreign.workspace))
    make_round(foreign, 2026, by=None)

    ours, theirs = page(client, coordinator, "/rounds/"), page(client, outsider, "/rounds/")
    assert "Grannbys plan" not in ours
    assert a_round.plan.title not in theirs
    assert "Grannbys plan" in theirs
