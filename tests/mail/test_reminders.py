"""Who gets which letter when: fourteen days before, three before, on the day, three and ten after, and nobody twice."""

import zoneinfo
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from followup import reminders
from followup.actions.reports import return_report, withdraw_report
from followup.actions.rounds import close_period, exempt_obligation, extend_obligation, make_obligations, reinstate_obligation
from followup.letters import compose
from followup.letters.rounds import ASKED
from followup.models import Obligation
from followup.queries import due_on, obligation_state, whom_to_ask
from stakeholders import clock
from stakeholders.actions.mail import opt_out
from stakeholders.mail import sweep
from stakeholders.models import Dispatch, DispatchItem
from stakeholders.rules import DispatchKind, DispatchState
from stakeholders.transports import FolderTransport
from tests.factories import a_contact, a_measure, a_period, a_report, an_actor, an_assignment, an_indicator

pytestmark = pytest.mark.django_db
DUE = date(2027, 1, 22)  # a Friday
STOCKHOLM = zoneinfo.ZoneInfo("Europe/Stockholm")


@pytest.fixture
def period(plan):
    """September–December 2026, as in the pictures: answered by 22 January, closes on 12 February."""
    return a_period(plan, 2026, 3, opens_on=date(2026, 12, 17), due_on=DUE, closes_on=date(2027, 2, 12))


@pytest.fixture
def folder(tmp_path):
    return FolderTransport(tmp_path)


def at(day: date, hour: int = 8, minute: int = 30):
    return clock.at(datetime.combine(day, time(hour, minute), STOCKHOLM))


def morning(day: date, folder: FolderTransport) -> None:
    """What the worker does on a morning: plan at six, send until ten."""
    with at(day, 6):
        reminders.plan()
    with at(day, 9, 45):
        reminders.plan()
        sweep(compose=compose, transport=folder)


def mornings(first: date, last: date, folder: FolderTransport) -> None:
    for number in range((last - first).days + 1):
        morning(first + timedelta(number), folder)


def letters(**about) -> list[tuple[str, str, str]]:
    """(day, kind, step) of what has gone to partners, in order."""
    sent = Dispatch.objects.filter(state=DispatchState.HANDED_OVER, contact__isnull=False, **about).order_by("handed_over_at", "id")
    return [(f"{row.day:%m-%d}", row.kind, ",".join(sorted({item.step for item in row.items.all()}))) for row in sent]


def test_the_five_steps(obligation, folder):
    mornings(date(2027, 1, 6), date(2027, 2, 12), folder)
    assert letters() == [
        ("01-08", DispatchKind.REQUEST, "t-14"),
        ("01-19", DispatchKind.REMINDER, "t-3"),
        ("01-22", DispatchKind.REMINDER, "t0"),
        ("01-25", DispatchKind.REMINDER, "t+3"),
        ("02-01", DispatchKind.REMINDER, "t+10"),
    ]


def test_letters_leave_between_eight_and_ten_on_weekdays(obligation, folder):
    for number in range(30):
        for hour in (0, 5, 7, 8, 9, 10, 12, 16, 20, 23):
            with at(date(2027, 1, 7) + timedelta(number), hour):
                reminders.plan()
                sweep(compose=compose, transport=folder)
    moments = [moment.astimezone(STOCKHOLM) for moment in Dispatch.objects.filter(kind="reminder").values_list("handed_over_at", flat=True)]
    assert len(moments) == 4
    assert {moment.hour for moment in moments} <= {8, 9, 10}
    assert all(moment.weekday() < 5 for moment in moments)
    assert {row.not_before.astimezone(STOCKHOLM).hour for row in Dispatch.objects.filter(kind="reminder")} <= {8, 9}


def test_it_stops_when_the_answer_is_in(obligation, folder):
    mornings(date(2027, 1, 7), date(2027, 1, 20), folder)
    with at(date(2027, 1, 20), 14):
        a_report(obligation, figures=[3])
    mornings(date(2027, 1, 21), date(2027, 2, 10), folder)
    assert [step for _day, _kind, step in letters(kind__in=["request", "reminder"])] == ["t-14", "t-3"]


def test_an_answer_between_planning_and_sending_cancels_the_letter(obligation, folder):
    with at(date(2027, 1, 19), 6):
        reminders.plan()
        a_report(obligation, figures=[3])
    with at(date(2027, 1, 19), 9, 45):
        sweep(compose=compose, transport=folder)
    assert Dispatch.objects.get(kind="request").state == DispatchState.CANCELLED


def test_it_comes_again_after_a_return_and_a_new_last_day(obligation, reviewer, folder):
    with at(date(2027, 1, 18)):
        report = a_report(obligation, figures=[3])
    with at(date(2027, 1, 20), 12):
        return_report(report, by=reviewer, reason="Antal personer?", new_due_on=date(2027, 2, 5))
    mornings(date(2027, 1, 21), date(2027, 2, 12), folder)
    assert [row[0] for row in letters(kind="reminder")] == ["02-02", "02-05", "02-08"]


def test_several_measures_are_one_letter(plan, period, club, folder):
    for _ in range(3):
        an_assignment(a_measure(plan), club)
    make_obligations([period], by=None)
    morning(date(2027, 1, 8), folder)
    letter = Dispatch.objects.get()
    assert letter.items.count() == 3


def test_two_rounds_with_the_same_last_day_come_on_two_days(plan, obligation, club, folder):
    yearly = an_assignment(a_measure(plan), club, interval="year")
    make_obligations([a_period(plan, 2026, 1, "year", opens_on=date(2026, 12, 17), due_on=DUE, closes_on=date(2027, 2, 12))], by=None)
    morning(date(2027, 1, 8), folder)
    morning(date(2027, 1, 11), folder)
    assert [day for day, _kind, _step in letters()] == ["01-08", "01-11"]
    assert DispatchItem.objects.filter(subject_id=yearly.obligations.get().pk).count() == 1


def test_one_address_gets_one_letter_a_day_although_it_speaks_for_two_actors(plan, obligation, workspace, club, folder):
    choir = an_actor(workspace)
    a_contact(choir, email=club.contacts.get().email.upper())
    an_assignment(a_measure(plan), choir)
    make_obligations([obligation.period], by=None)
    morning(date(2027, 1, 8), folder)
    assert len(letters()) == 1
    morning(date(2027, 1, 11), folder)
    assert len(letters()) == 2


def test_somebody_who_has_declined_is_replaced_by_a_colleague(obligation, club, folder):
    first, second = club.contacts.get(), a_contact(club)
    morning(date(2027, 1, 8), folder)
    opt_out(first, by=first)
    morning(date(2027, 1, 19), folder)
    assert [row.contact for row in Dispatch.objects.filter(state="handed_over").order_by("id")] == [first, second]


def test_a_letter_planned_for_somebody_who_then_declines_goes_to_the_colleague_the_same_day(obligation, club, folder):
    first, second = club.contacts.get(), a_contact(club)
    with at(date(2027, 1, 8), 6):
        reminders.plan()
    opt_out(first, by=first)
    with at(date(2027, 1, 8), 9, 45):
        sweep(compose=compose, transport=folder)
        reminders.plan()
        sweep(compose=compose, transport=folder)
    with at(date(2027, 1, 8), 11):
        sweep(compose=compose, transport=folder)
    assert [row.contact for row in Dispatch.objects.filter(state="handed_over")] == [second]


def test_nobody_to_write_to_means_no_letter(obligation, club, folder):
    club.contacts.update(bounced_at=clock.now())
    morning(date(2027, 1, 8), folder)
    assert letters() == []


def test_a_pause_collapses_into_one_letter_when_it_ends(obligation, workspace, folder):
    workspace.mail_pauses = [{"from": "2027-01-04", "to": "2027-01-24", "why": "flytt"}]
    workspace.save()
    mornings(date(2027, 1, 22), date(2027, 1, 27), folder)
    assert letters() == [("01-25", DispatchKind.REQUEST, "t+3")]


def three_days_of_standing_still(obligation, folder, client) -> None:
    """Planned on the morning of T−3 but never sent; nobody there for T−2, T−1 and T0, and health is red; back on Monday."""
    an_assignment(obligation.assignment.measure, obligation.assignment.actor, role="contributing")
    make_obligations([obligation.period], by=None)
    morning(date(2027, 1, 8), folder)
    with at(date(2027, 1, 19), 6):
        reminders.plan()
    for day, is_red in ((19, False), (20, True), (22, True)):
        with at(date(2027, 1, day), 6, 5):
            assert ("ingen har gjort reminders på" in client.get("/readyz").content.decode()) is is_red
    with at(date(2027, 1, 22), 12):
        assert "1 mejl skulle ha gått för mer än 15 minuter sedan" in client.get("/readyz").content.decode()
    mornings(date(2027, 1, 25), date(2027, 1, 26), folder)


def test_f9_a_scheduler_that_stood_still_three_days_sends_one_letter_each(obligation, folder, client):
    three_days_of_standing_still(obligation, folder, client)
    with at(date(2027, 1, 26), 9, 50):
        troubles = client.get("/readyz").content.decode()
    assert "reminders" not in troubles
    assert "mejl" not in troubles
    assert letters() == [("01-08", "request", "t-14"), ("01-25", "reminder", "t+3")]
    assert Dispatch.objects.get(state=DispatchState.CANCELLED).day == date(2027, 1, 19)


def test_without_collapsing_the_overdue_reminders_would_come_one_by_one(obligation, folder, client, monkeypatch):
    """The negative control of F9: what was planned for a day that has gone is not set aside."""
    monkeypatch.setattr(reminders, "_set_stale_aside", lambda: None)
    three_days_of_standing_still(obligation, folder, client)
    assert letters()[1:] == [("01-19", "reminder", "t-3"), ("01-25", "reminder", "t+3")]
    days = Dispatch.objects.filter(kind=DispatchKind.REMINDER).values_list("handed_over_at", flat=True)
    assert {clock.day_of(moment) for moment in days} == {date(2027, 1, 25)}, "both on Monday morning"


def test_a_morning_that_was_missed_goes_the_same_day(obligation, folder):
    morning(date(2027, 1, 8), folder)
    with at(date(2027, 1, 19), 13):
        reminders.plan()
        sweep(compose=compose, transport=folder)
    assert letters()[-1] == ("01-19", "reminder", "t-3")


def test_what_comes_up_after_the_morning_waits_for_the_next(obligation, plan, club, period, folder):
    morning(date(2027, 1, 19), folder)
    an_assignment(a_measure(plan), club)
    make_obligations([period], by=None)
    with at(date(2027, 1, 19), 13):
        reminders.plan()
        sweep(compose=compose, transport=folder)
    assert len(letters()) == 1


NIGHTS = [date(2027, 3, 28), date(2026, 10, 25)]


def half_hours(night: date, monday: date) -> Iterator[datetime]:
    """When the scheduler rings: each half hour through the night and until the last day's evening."""
    moment = datetime.combine(night - timedelta(1), time(22), STOCKHOLM).astimezone(UTC)
    while moment < datetime.combine(monday, time(23), STOCKHOLM):
        yield moment
        moment += timedelta(minutes=30)


def the_night_through(plan, night: date, folder: FolderTransport) -> tuple[list[tuple[str, str]], set[time]]:
    """The letters that went in and after the night, and at what times on the wall letters were to go, before and after it.

    The last day is the Monday, or the Tuesday after Easter."""
    monday = night + timedelta(2 if night.month == 3 else 1)
    period = a_period(plan, night.year, 1, opens_on=night - timedelta(30), due_on=monday, closes_on=monday + timedelta(20))
    make_obligations([period], by=None)
    mornings(monday - timedelta(14), monday - timedelta(3), folder)
    before = len(letters())
    for moment in half_hours(night, monday):
        with clock.at(moment):
            reminders.plan()
            sweep(compose=compose, transport=folder)
    planned = Dispatch.objects.filter(contact__isnull=False).values_list("not_before", flat=True)
    return [(day, step) for day, _kind, step in letters()[before:]], {moment.astimezone(STOCKHOLM).time() for moment in planned}


@pytest.mark.parametrize("night", NIGHTS)
def test_d2_both_nights_when_the_clocks_change_it_is_once_and_the_same_day(plan, assignment, night, folder):
    sent, times = the_night_through(plan, night, folder)
    assert sent == [(f"{night + timedelta(2 if night.month == 3 else 1):%m-%d}", "t0")]
    assert len(times) == 1, "the same time by the clock on the wall before the night and after it"


@pytest.mark.parametrize("night", NIGHTS)
def test_by_an_hour_that_never_changes_letters_would_go_at_another_time_after_the_night(plan, assignment, night, folder, monkeypatch):
    """The negative control of D2: the zone's offset of the day before the night, and no zone."""
    offset = timezone(datetime.combine(night - timedelta(1), time(12), STOCKHOLM).utcoffset())
    monkeypatch.setattr(clock, "STOCKHOLM", offset)
    monkeypatch.setattr("stakeholders.mornings.STOCKHOLM", offset)
    _sent, times = the_night_through(plan, night, folder)
    assert len(times) == 2


@pytest.mark.parametrize(("night", "rings"), [(NIGHTS[0], 0), (NIGHTS[1], 2)])
def test_a_scheduler_that_goes_by_the_wall_would_ring_never_or_twice(night, rings):
    """What the nights that D2 walks through do to whoever asks only what the clock shows: half past two is not there, or comes again."""
    shown = [moment.astimezone(STOCKHOLM).replace(tzinfo=None) for moment in half_hours(night, night + timedelta(1))]
    assert shown.count(datetime.combine(night, time(2, 30))) == rings


def test_f2_two_schedulers_and_two_workers_make_no_difference(obligation, folder):
    for hour in (6, 6, 7, 8, 8, 9, 9):
        with at(date(2027, 1, 8), hour, 45):
            reminders.plan("one")
            reminders.plan("two")
            sweep(compose=compose, transport=folder, worker="one")
            sweep(compose=compose, transport=folder, worker="two")
    assert len(letters()) == 1


def test_needing_answer_agrees_with_the_states_one_by_one(measure, workspace, period, plan, reviewer, coordinator):
    """Every way an answer can stand, worked out in one query and one at a time."""
    indicator = an_indicator(measure)
    fates = {
        "nothing": lambda one: None,
        "submitted": lambda one: a_report(one, figures=[1]),
        "returned": lambda one: return_report(a_report(one, figures=[1]), by=reviewer, reason="?"),
        "resubmitted": lambda one: (return_report(a_report(one, figures=[1]), by=reviewer, reason="?"), a_report(one, figures=[2])),
        "approved": lambda one: a_report(one, figures=[1], approved_by=reviewer),
        "correcting": lambda one: (a_report(one, figures=[1], approved_by=reviewer), a_report(one, figures=[2], correction_reason="x")),
        "correction_returned": lambda one: (
            a_report(one, figures=[1], approved_by=reviewer),
            return_report(a_report(one, figures=[2], correction_reason="x"), by=reviewer, reason="?"),
        ),
        "withdrawn": lambda one: withdraw_report(a_report(one, figures=[1], approved_by=reviewer), by=coordinator, reason="x"),
        "exempt": lambda one: exempt_obligation(one, by=coordinator, reason="x"),
        "reinstated": lambda one: (
            exempt_obligation(one, by=coordinator, reason="x"),
            reinstate_obligation(one, by=coordinator, reason="x"),
        ),
        "extended": lambda one: extend_obligation(one, by=coordinator, due_on=date(2027, 3, 1), reason="x"),
    }
    actors = {}
    for fate in fates:
        actors[fate] = an_actor(workspace, fate)
        a_contact(actors[fate])
        an_assignment(measure, actors[fate], indicator)
    with at(date(2027, 1, 20)):
        make_obligations([period], by=None)
        for fate, happen in fates.items():
            happen(Obligation.objects.get(assignment__actor=actors[fate]))
        found = {row.assignment.actor.name: (row.due, row.receiver) for row in reminders.needing_answer(clock.today())}
        expected = {
            one.assignment.actor.name: (due_on(one), whom_to_ask(one).pk)
            for one in Obligation.objects.all()
            if obligation_state(one) in ASKED
        }
    assert found == expected
    assert set(found) == {"nothing", "returned", "withdrawn", "reinstated", "extended"}


def test_a_closed_round_is_silent(obligation, coordinator, folder):
    with at(date(2027, 1, 24), 12):
        close_period(obligation.period, by=coordinator)
    mornings(date(2027, 1, 25), date(2027, 2, 2), folder)
    assert letters() == []


def queries_of_planning(day: date) -> int:
    with (
        at(day, 6),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        reminders.plan()
    return len(queries)


def test_planning_asks_as_little_for_many_as_for_few(plan, workspace, period):
    measure = a_measure(plan)
    counts = []
    for number in (3, 40):
        for _ in range(number):
            actor = an_actor(workspace)
            a_contact(actor)
            an_assignment(measure, actor)
        make_obligations([period], by=None)
        counts.append(queries_of_planning(date(2027, 1, 8)))
    assert counts[0] == counts[1] <= 25


def test_mornings_for_those_with_an_account(obligation, coordinator, reviewer, manager, folder):
    with at(date(2027, 1, 8), 7):
        reminders.plan()
    assert Counter(Dispatch.objects.filter(user__isnull=False).values_list("kind", "user")) == {("coordinator_digest", coordinator.pk): 1}
    with at(date(2027, 1, 8), 9):
        a_report(obligation, figures=[1])
    with at(date(2027, 1, 11), 7):
        reminders.plan()
        reminders.plan()
    assert list(Dispatch.objects.filter(day=date(2027, 1, 11)).values_list("kind", "user")) == [("review_digest", reviewer.pk)]
