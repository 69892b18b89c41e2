"""A frozen year is told of: management at once, partners in March, each contact once a year and in its own words."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from followup.actions.annual import freeze_year
from followup.actions.reports import withdraw_report
from followup.actions.rounds import make_obligations
from followup.actions.year_letters import plan_year_letters
from followup.letters import compose
from followup.models import AnnualFollowUp, Obligation
from followup.words import Audience
from followup.year.build import year_of
from stakeholders import clock
from stakeholders.mail import sweep
from stakeholders.models import Dispatch
from stakeholders.mornings import STOCKHOLM
from stakeholders.rules import DispatchKind, DispatchState, Role
from stakeholders.transports import FolderTransport
from tests.factories import a_contact, a_measure, a_period, a_plan, a_report, a_user, an_actor, an_assignment

pytestmark = pytest.mark.django_db
JANUARY = datetime(2027, 1, 18, 8, tzinfo=UTC)
MARCH = datetime(2027, 3, 9, 8, tzinfo=UTC)
"""A Tuesday, nine in the morning in Stockholm."""


@pytest.fixture(autouse=True)
def in_january() -> Iterator[None]:
    with clock.at(JANUARY):
        yield


@pytest.fixture
def period(plan):
    return a_period(plan, 2026, 3, due_on=date(2027, 1, 22), closes_on=date(2027, 2, 12))


@pytest.fixture
def answered(obligation, reviewer):
    return a_report(obligation, figures=[3], approved_by=reviewer, what_happened="Vi hade fullt hus varje tisdag.")


def freeze(plan, by, reason: str = "", *, moment: datetime = MARCH) -> AnnualFollowUp:
    with clock.at(moment):
        plan.periods.update(closed_at=clock.now())
        return freeze_year(plan, year_of(plan, 2026, audience=Audience.MANAGEMENT), [], by=by, reason=reason)


def waiting(kind: str) -> list[tuple[str, str]]:
    """(to whom, when by Stockholm's clocks) of the letters that wait."""
    rows = Dispatch.objects.filter(kind=kind, state=DispatchState.PLANNED).select_related("contact", "user").order_by("not_before", "id")
    return [((row.contact or row.user).email, f"{row.not_before.astimezone(STOCKHOLM):%m-%d %H.%M}") for row in rows]


def send(moment: datetime, folder) -> list[str]:
    """What the worker sends then, as plain text with its subject."""
    before = set(folder.iterdir())
    with clock.at(moment):
        sweep(compose=compose, transport=FolderTransport(folder))
    letters = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(set(folder.iterdir()) - before)]
    return sorted(f"{letter['Subject']}\n{letter.get_body(('plain',)).get_content()}" for letter in letters)


def test_management_is_told_when_the_year_is_frozen(plan, answered, manager, reviewer, company, tmp_path):
    a_user(company, Role.MANAGEMENT, is_active=False)
    freeze(plan, manager)
    assert waiting(DispatchKind.YEAR_READY) == [(manager.email, "03-09 09.00")]
    letter = next(text for text in send(MARCH, tmp_path) if text.startswith("Årsuppföljningen"))
    assert letter.startswith("Årsuppföljningen 2026 är klar\n")


def test_partners_read_in_march_how_it_went_in_their_own_words(plan, answered, manager, club, tmp_path):
    freeze(plan, manager, moment=JANUARY + timedelta(days=1))
    contact = club.contacts.get()
    assert waiting(DispatchKind.FEEDBACK) == [(contact.email, "03-01 08.00")]
    assert not any("Så blev det" in text for text in send(datetime(2027, 2, 26, 9, tzinfo=UTC), tmp_path))
    (letter,) = send(datetime(2027, 3, 1, 7, tzinfo=UTC), tmp_path)
    assert letter.startswith("Så blev det: er insats i årsuppföljningen 2026\n")
    assert "> Vi hade fullt hus varje tisdag." in letter


def test_a_year_that_is_frozen_later_is_told_of_the_next_morning(plan, answered, manager, workspace):
    workspace.mail_pauses = [{"from": "2027-03-10", "to": "2027-03-14", "why": "sportlov"}]
    workspace.save()
    plan.refresh_from_db()
    freeze(plan, manager)
    assert [when for _who, when in waiting(DispatchKind.FEEDBACK)] == ["03-15 08.00"]


def test_after_a_correction_nobody_gets_it_twice_and_what_waits_is_written_anew(
    plan, answered, manager, reviewer, measure, workspace, tmp_path
):
    choir = an_actor(workspace)
    a_contact(choir, email="sist@norrbruk.example")
    an_assignment(measure, choir)
    make_obligations([answered.obligation.period], by=None)
    theirs = Obligation.objects.get(assignment__actor=choir)
    first = a_report(theirs, figures=[1], approved_by=reviewer, what_happened="Vi sjöng.")
    freeze(plan, manager)
    Dispatch.objects.filter(kind=DispatchKind.FEEDBACK, contact__actor=choir).update(not_before=datetime(2027, 3, 20, 8, tzinfo=UTC))
    assert len([text for text in send(datetime(2027, 3, 10, 8, tzinfo=UTC), tmp_path) if "Så blev det" in text]) == 1

    with clock.at(datetime(2027, 3, 10, 9, tzinfo=UTC)):
        plan.periods.update(closed_at=None)
        a_report(theirs, figures=[2], correction_reason="fel", approved_by=reviewer, what_happened="Vi sjöng på torget.")
    freeze(plan, manager, "En siffra var fel.", moment=datetime(2027, 3, 10, 10, tzinfo=UTC))
    assert waiting(DispatchKind.FEEDBACK) == [("sist@norrbruk.example", "03-11 08.00")]
    assert [who for who, _when in waiting(DispatchKind.YEAR_READY)] == [manager.email]
    letters = send(datetime(2027, 3, 11, 8, tzinfo=UTC), tmp_path)
    assert [text.splitlines()[0] for text in letters if "rsuppföljningen 2026" in text.splitlines()[0]] == [
        "Så blev det: er insats i årsuppföljningen 2026",
        "Årsuppföljningen 2026 är rättad",
    ]
    assert any("> Vi sjöng på torget." in text for text in letters)
    assert first.version == 1


def test_a_quick_correction_gives_management_one_letter_of_the_version_that_holds(plan, answered, manager, tmp_path):
    freeze(plan, manager, moment=MARCH - timedelta(hours=8))
    assert waiting(DispatchKind.YEAR_READY) == [(manager.email, "03-09 08.00")]
    freeze(plan, manager, "En siffra var fel.", moment=MARCH - timedelta(hours=7))
    assert waiting(DispatchKind.YEAR_READY) == [(manager.email, "03-09 08.00")]
    letters = [text for text in send(MARCH, tmp_path) if text.startswith("Årsuppföljningen")]
    assert [text.splitlines()[0] for text in letters] == ["Årsuppföljningen 2026 är rättad"]
    assert "Skälet till rättelsen: En siffra var fel." in letters[0]
    assert f"/frozen/{AnnualFollowUp.objects.get(version=2).pk}/" in letters[0]


def test_a_correction_sets_no_other_year_s_letter_aside(plan, answered, manager, workspace):
    other = a_plan(workspace, title="En annan plan")
    a_period(other)
    night = MARCH - timedelta(hours=8)
    freeze(other, manager, moment=night)
    freeze(plan, manager, moment=night)
    freeze(plan, manager, "En siffra var fel.", moment=night)
    assert waiting(DispatchKind.YEAR_READY) == [(manager.email, "03-09 08.00")] * 2


def test_whom_it_goes_to(plan, answered, manager, reviewer, coordinator, measure, workspace, club, company):
    """To a colleague of somebody who has declined; not to the company itself, nor to who has nothing approved; a person with two actors
    on two mornings."""
    declined, colleague = club.contacts.get(), a_contact(club, email="kollega@norrbruk.example")
    declined.opted_out_at = clock.now()
    declined.save()
    for name, email in (("Kören", "Kollega@norrbruk.example"), ("Tysta huset", "tyst@norrbruk.example"), ("Ångrat", "x@norrbruk.example")):
        actor = an_actor(workspace, name)
        a_contact(actor, email=email)
        an_assignment(measure, actor)
    a_contact(company)
    an_assignment(measure, company)
    make_obligations([answered.obligation.period], by=None)
    a_report(Obligation.objects.get(assignment__actor=company), figures=[1], approved_by=reviewer)
    a_report(Obligation.objects.get(assignment__actor__name="Kören"), figures=[1], approved_by=reviewer)
    withdrawn = a_report(Obligation.objects.get(assignment__actor__name="Ångrat"), figures=[1], approved_by=reviewer)
    withdraw_report(withdrawn, by=coordinator, reason="Fel år.")
    freeze(plan, manager)
    assert waiting(DispatchKind.FEEDBACK) == [(colleague.email, "03-10 08.00"), ("Kollega@norrbruk.example", "03-11 08.00")]


def test_a_freeze_that_falls_leaves_no_letter(plan, answered, manager):
    with transaction.atomic():
        freeze(plan, manager)
        assert waiting(DispatchKind.YEAR_READY)
        transaction.set_rollback(True)
    assert waiting(DispatchKind.YEAR_READY) == waiting(DispatchKind.FEEDBACK) == []


def test_planning_asks_as_little_for_many_as_for_few(plan, obligation, reviewer, manager, company, workspace, measure):
    counts = []
    for number in (0, 3, 30):  # the first time there is no earlier version to set aside
        for _ in range(number):
            a_user(company, Role.MANAGEMENT)
            actor = an_actor(workspace)
            a_contact(actor)
            an_assignment(measure, actor)
        make_obligations([obligation.period], by=None)
        for one in Obligation.objects.exclude(reports__isnull=False):
            a_report(one, figures=[1] if one.pinned.exists() else [], approved_by=reviewer)
        shown = year_of(plan, 2026, audience=Audience.MANAGEMENT)
        annual = AnnualFollowUp.objects.create(
            plan=plan, year=2026, version=len(counts) + 1, reason="x" * len(counts), rules_version="1", frozen_by=manager
        )
        with CaptureQueriesContext(connection) as queries:
            plan_year_letters(annual, shown)
        counts.append(len(queries))
        assert Dispatch.objects.filter(kind=DispatchKind.FEEDBACK, payload__annual=annual.pk).count() > number
    assert counts[1] == counts[2] <= 15


def test_one_more_actor_of_many_measures_gets_one_letter(plan, answered, manager, reviewer, club):
    an_assignment(a_measure(plan), club)
    make_obligations([answered.obligation.period], by=None)
    a_report(Obligation.objects.get(reports=None), approved_by=reviewer)
    freeze(plan, manager)
    assert len(waiting(DispatchKind.FEEDBACK)) == 1
