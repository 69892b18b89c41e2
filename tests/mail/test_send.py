"""Handing over: what a real mail server answers decides what becomes of the row."""

from datetime import timedelta

import pytest

from stakeholders import clock
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.actions.mail import leave_dispatch, resend_dispatch
from stakeholders.mail import LEASE, sweep
from stakeholders.messages import Letter, paragraph
from stakeholders.models import Dispatch, Event
from stakeholders.refusals import TooLate
from stakeholders.rules import DispatchKind, DispatchState
from stakeholders.transports import FolderTransport, SmtpTransport
from tests.factories import a_contact
from tests.mail.conftest import MORNING

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_morning():
    with clock.at(MORNING):
        yield


@pytest.fixture
def contact(club):
    return club.contacts.get()


@pytest.fixture
def dispatch(workspace, contact, club):
    return plan_dispatch(DispatchKind.REQUEST, workspace=workspace, to=contact, about=[(club, "test")])


def compose(dispatch: Dispatch) -> Letter:
    return Letter("Hur gick det?", [paragraph("Hej {name}!", name=dispatch.contact.name)])


def state(dispatch: Dispatch) -> str:
    dispatch.refresh_from_db()
    return dispatch.state


def test_it_is_handed_over_once(dispatch, transport, sink, contact):
    sweep(compose=compose, transport=transport)
    sweep(compose=compose, transport=transport)

    assert sink.receivers() == [contact.email]
    assert state(dispatch) == DispatchState.HANDED_OVER
    assert dispatch.handed_over_at
    message = sink.messages()[0]
    assert message["Message-ID"].startswith(f"<{dispatch.message_id}@")
    assert message["Auto-Submitted"] == "auto-generated"


def test_it_waits_for_its_moment(workspace, contact, club, transport, sink):
    plan_dispatch(
        DispatchKind.REQUEST, workspace=workspace, to=contact, about=[(club, "later")], not_before=clock.now() + timedelta(minutes=1)
    )
    sweep(compose=compose, transport=transport)
    assert sink.accepted() == []


def test_what_is_no_longer_needed_is_cancelled_and_may_be_asked_again(dispatch, transport, sink, workspace, club):
    sweep(compose=lambda dispatch: None, transport=transport)

    assert (sink.accepted(), state(dispatch)) == ([], DispatchState.CANCELLED)
    plan_dispatch(DispatchKind.REQUEST, workspace=workspace, to=a_contact(club), about=[(club, "test")])


@pytest.mark.parametrize("fact", ["left_at", "opted_out_at", "bounced_at"])
def test_it_is_not_sent_to_somebody_who_cannot_or_will_not_have_it(dispatch, contact, transport, sink, fact):
    setattr(contact, fact, clock.now())
    contact.save()
    sweep(compose=compose, transport=transport)

    assert (sink.accepted(), state(dispatch)) == ([], DispatchState.CANCELLED)
    assert dispatch.reason


def test_a_receipt_reaches_somebody_who_has_declined_other_mail(workspace, contact, club, transport, sink):
    contact.opted_out_at = clock.now()
    contact.save()
    plan_dispatch(DispatchKind.RECEIPT, workspace=workspace, to=contact, about=[(club, "receipt")])
    with clock.at(MORNING + timedelta(hours=12)):
        sweep(compose=compose, transport=transport)

    assert sink.receivers() == [contact.email]
    assert sink.messages()[0]["List-Unsubscribe"] is None


def test_at_night_it_waits_for_the_morning(workspace, contact, club, transport, sink):
    with clock.at(MORNING + timedelta(hours=12)):
        dispatch = plan_dispatch(DispatchKind.PROPOSAL, workspace=workspace, to=contact, about=[(club, "proposal")])
        sweep(compose=compose, transport=transport)
    assert (sink.accepted(), state(dispatch)) == ([], DispatchState.PLANNED)
    assert dispatch.not_before.isoformat() == "2026-11-24T07:00:00+00:00"


def test_an_address_that_does_not_exist_is_shown_with_its_reason(dispatch, contact, transport, sink, workspace, club, coordinator):
    others = [a_contact(club) for _ in range(2)]
    for other in others:
        plan_dispatch(DispatchKind.REQUEST, workspace=workspace, to=other, about=[(club, f"test {other.pk}")])
    sink.order(rcpt={contact.email: "550 5.1.1 User unknown"})
    sweep(compose=compose, transport=transport)

    assert sorted(sink.receivers()) == sorted(other.email for other in others)
    assert (state(dispatch), dispatch.reason) == (DispatchState.REFUSED, "550 5.1.1 User unknown")
    contact.refresh_from_db()
    assert contact.bounced_at
    assert Event.objects.about(contact).get().verb == "contact.bounced"

    sink.order()
    resend_dispatch(dispatch, by=coordinator)
    sweep(compose=compose, transport=transport)
    assert (state(dispatch), sink.receivers()[-1]) == (DispatchState.HANDED_OVER, contact.email)


def test_a_server_that_will_not_relay_does_not_condemn_the_address(dispatch, contact, transport, sink):
    sink.order(rcpt={"*": "554 5.7.1 Relay access denied"})
    sweep(compose=compose, transport=transport)

    contact.refresh_from_db()
    assert (state(dispatch), contact.bounced_at) == (DispatchState.REFUSED, None)


@pytest.mark.parametrize(
    "orders",
    [
        {"connect": "421 Closing"},
        {"mail": "451 Later"},
        {"mail": "550 Sender not allowed"},
        {"rcpt": {"*": "421 Too busy"}},
        {"rcpt": {"*": "450 4.2.0 Greylisted"}},
        {"data": "452 4.3.1 Out of space"},
    ],
)
def test_what_the_server_cannot_take_now_is_tried_later(dispatch, transport, sink, orders):
    sink.order(**orders)
    sweep(compose=compose, transport=transport)
    assert (state(dispatch), dispatch.attempts) == (DispatchState.PLANNED, 1)
    assert dispatch.not_before == clock.now() + timedelta(minutes=1)

    sink.order()
    with clock.at(clock.now() + timedelta(minutes=1)):
        sweep(compose=compose, transport=transport)
    assert len(sink.accepted()) == 1


def test_a_whole_mail_that_is_refused_is_shown(dispatch, transport, sink):
    sink.order(data="554 5.6.0 Not this")
    sweep(compose=compose, transport=transport)
    assert (state(dispatch), dispatch.reason) == (DispatchState.REFUSED, "554 5.6.0 Not this")


def test_a_break_after_the_dot_is_uncertain_until_somebody_decides(dispatch, transport, sink, coordinator):
    sink.order(silent=True)
    sweep(compose=compose, transport=transport)
    sink.order()
    with clock.at(MORNING + timedelta(hours=2)):
        sweep(compose=compose, transport=transport)
    assert (state(dispatch), len(sink.accepted())) == (DispatchState.UNCERTAIN, 1)

    resend_dispatch(dispatch, by=coordinator)
    with pytest.raises(TooLate):
        leave_dispatch(dispatch, by=coordinator)
    sweep(compose=compose, transport=transport)
    first, second = sink.messages()
    assert first["Message-ID"] == second["Message-ID"]


def test_an_uncertain_mail_may_be_left(dispatch, transport, sink, coordinator):
    sink.order(silent=True)
    sweep(compose=compose, transport=transport)
    leave_dispatch(dispatch, by=coordinator)
    sink.order()
    sweep(compose=compose, transport=transport)
    assert (state(dispatch), len(sink.accepted())) == (DispatchState.CANCELLED, 1)


def test_a_server_that_is_down_delays_everything_and_loses_nothing(workspace, club, sink, transport):
    """F4: six hours of nothing, then 421, then it works, with 550 for one."""
    contacts = [a_contact(club) for _ in range(6)]
    for contact in contacts:
        plan_dispatch(DispatchKind.RECEIPT, workspace=workspace, to=contact, about=[(club, f"{contact.pk}")])
    nobody_there = SmtpTransport("127.0.0.1", 1, timeout=1)
    for minute in range(0, 360, 1):
        with clock.at(MORNING + timedelta(minutes=minute)):
            sweep(compose=compose, transport=nobody_there)
    tried = Dispatch.objects.values_list("attempts", flat=True)
    assert set(Dispatch.objects.values_list("state", flat=True)) == {DispatchState.PLANNED}
    assert 6 <= max(tried) <= 15  # further and further apart

    sink.order(connect="421 Back soon")
    with clock.at(MORNING + timedelta(hours=7)):
        sweep(compose=compose, transport=transport)
    sink.order(rcpt={contacts[0].email: "550 5.1.1 No such user"})
    for hours in (8, 9.5):
        with clock.at(MORNING + timedelta(hours=hours)):
            sweep(compose=compose, transport=transport)
    assert sorted(sink.receivers()) == sorted(contact.email for contact in contacts[1:])
    assert Dispatch.objects.get(contact=contacts[0]).state == DispatchState.REFUSED


def test_it_gives_up_in_plain_sight_after_some_days(dispatch, sink, transport):
    sink.order(rcpt={"*": "450 4.2.0 Greylisted for ever"})
    for hours in range(0, 24 * 6, 2):
        with clock.at(MORNING + timedelta(hours=hours)):
            sweep(compose=compose, transport=transport)
    assert state(dispatch) == DispatchState.REFUSED
    assert "Gav upp" in dispatch.reason


def test_a_letter_that_cannot_be_written_does_not_stop_the_others(dispatch, workspace, club, sink, transport):
    other = a_contact(club)
    plan_dispatch(DispatchKind.REQUEST, workspace=workspace, to=other, about=[(club, "other")])

    def broken_for_one(row: Dispatch) -> Letter:
        return compose(row) if row.pk != dispatch.pk else 1 / 0

    sweep(compose=broken_for_one, transport=transport)
    assert sink.receivers() == [other.email]
    assert (state(dispatch), dispatch.reason) == (DispatchState.PLANNED, "Brevet går inte att skriva: ZeroDivisionError")


@pytest.mark.parametrize(("held_in", "becomes"), [("claimed", "planned"), ("handing_over", "uncertain")])
def test_what_a_killed_worker_held_is_taken_care_of_when_the_lease_ends(dispatch, sink, transport, held_in, becomes):
    Dispatch.objects.update(state=held_in, claimed_by="killed", lease_until=clock.now() + LEASE)
    sweep(compose=compose, transport=transport)
    assert (state(dispatch), sink.accepted()) == (held_in, [])

    sink.order(connect="421 Not now")  # so that we see it as the lease leaves it
    with clock.at(clock.now() + LEASE):
        sweep(compose=compose, transport=transport)
    assert state(dispatch) == becomes


def test_a_folder_knows_whether_the_killed_worker_had_succeeded(workspace, club, tmp_path):
    folder = FolderTransport(tmp_path)
    written, unwritten = (
        plan_dispatch(DispatchKind.RECEIPT, workspace=workspace, to=a_contact(club), about=[(club, step)]) for step in ("a", "b")
    )
    folder.hand_over(b"Subject: x\r\n\r\nx\r\n", written.message_id)
    Dispatch.objects.update(state="handing_over", claimed_by="killed", lease_until=clock.now())
    sweep(compose=compose, transport=folder)

    assert (state(written), state(unwritten)) == (DispatchState.HANDED_OVER, DispatchState.HANDED_OVER)
    assert len(list(tmp_path.glob("*.eml"))) == 2
    assert folder.path(written.message_id).read_bytes() == b"Subject: x\r\n\r\nx\r\n"
    assert not list(tmp_path.glob("*.tmp"))
