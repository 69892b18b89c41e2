"""The workbench: texts shared out, drafts from the figures, written by people, and only what is done stands in the year."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from followup.actions.reports import withdraw_report
from followup.actions.rounds import exempt_obligation, reinstate_obligation
from followup.actions.year_texts import Share, share_out
from followup.models import Report, YearText
from followup.words import Audience
from followup.year.build import year_of
from followup.year.files import json_bytes, page
from followup.year.word import document
from stakeholders import clock
from stakeholders.models import Event
from tests.factories import a_goal, a_measure, a_plan, a_workspace
from tests.followup.test_freeze import closed_year  # noqa: F401 a fixture
from tests.followup.test_year import text_of, told_year  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db
MARCH = datetime(2027, 3, 9, 8, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def bench(plan, measure) -> str:
    return f"/plans/{plan.pk}/years/2026/workbench/"


@pytest.fixture
def address(plan, measure) -> str:
    return f"/plans/{plan.pk}/years/2026/texts/{measure.goal_id}/"


def shared_out(measure, **fields: object) -> dict[str, object]:
    return {"text-0-version": 0, f"text-{measure.goal_id}-version": 0} | {
        f"text-{measure.goal_id}-{name}": each for name, each in fields.items()
    }


def test_the_texts_are_shared_out_and_whoever_is_to_write_sees_it_today(client, bench, address, measure, coordinator, reviewer):
    client.force_login(coordinator)
    assert "0 av 2 texter klara" in text_of(client.get(bench))
    answer = client.post(f"{bench}plan/", shared_out(measure, assignee=reviewer.pk, write_by="2027-03-20"))
    assert answer.status_code == 302
    text = YearText.objects.get()
    assert (text.goal, text.assignee, text.write_by, text.version) == (measure.goal, reviewer, date(2027, 3, 20), 1)
    assert Event.objects.get(verb="year_text.planned").by_user == coordinator
    assert str(reviewer) in text_of(client.get(bench))
    assert "Skriv om" not in text_of(client.get("/"))

    client.force_login(reviewer)
    today = client.get("/")
    assert f"Skriv om {measure.goal} i årsuppföljningen 2026" in text_of(today)
    assert "Klar senast 20 mars." in text_of(today)
    assert address in today.content.decode()
    assert client.get(address).status_code == 200


def test_a_draft_from_the_figures_is_a_draft_until_a_person_takes_it(client, told_year, manager):  # noqa: F811
    plan = told_year
    goal = plan.goals.get()
    address, bench = f"/plans/{plan.pk}/years/2026/texts/{goal.pk}/", f"/plans/{plan.pk}/years/2026/workbench/"
    client.force_login(manager)
    said = "2 av 2 startade åtgärder är klara eller går enligt plan"
    page = text_of(client.get(address))
    assert said in page
    assert "Det bygger på 11 av 12 rapporter; svar saknas från Bruksskolan (Exempel)." in page
    assert not YearText.objects.exists()
    preview = text_of(client.get(f"{bench}preview/"))
    assert "Utkast ur siffrorna. Ingen har läst det." in preview
    assert "2 texter är inte klara" in preview
    assert "Område för område" not in text_of(client.get(f"/plans/{plan.pk}/years/2026/"))

    begun = client.get(f"{address}?draft=1").content.decode()
    typed = begun[begun.index("<textarea") : begun.index("</textarea>")]
    assert said in typed
    client.post(address, {"text": "Vi tog utkastet och skrev om det.", "is_done": "on", "version": 0})
    text = YearText.objects.get()
    assert (text.written_by, text.done_by, text.done_at) == (manager, manager, MARCH)
    year = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "Vi tog utkastet och skrev om det." in year
    assert "Utkast ur siffrorna" not in year
    assert "1 av 2 texter klara" in text_of(client.get(bench))


def test_a_text_that_is_not_done_stands_on_the_bench_and_not_in_the_year(client, plan, bench, address, manager):
    client.force_login(manager)
    client.post(address, {"text": "Halvfärdigt.", "version": 0})
    assert "Påbörjad" in text_of(client.get(bench))
    assert "Halvfärdigt." not in text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    preview = text_of(client.get(f"{bench}preview/"))
    assert "Halvfärdigt." in preview
    client.post(address, {"text": "Färdigt.", "is_done": "on", "version": 1})
    assert "Färdigt." in text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    client.post(address, {"text": "Färdigt.", "version": 2})
    assert "Färdigt." not in text_of(client.get(f"/plans/{plan.pk}/years/2026/")), "not done any more"


def test_done_texts_go_into_every_form_that_is_frozen(client, plan, address, measure, manager):
    client.force_login(manager)
    client.post(address, {"text": "Fler klarade matten.", "is_done": "on", "version": 0})
    year = year_of(plan, 2026, audience=Audience.MANAGEMENT)
    assert "Fler klarade matten." in page(year)
    assert "Fler klarade matten." in json_bytes(year).decode()
    assert document(year, created=MARCH)
    assert "Fler klarade matten." in client.get(f"/plans/{plan.pk}/years/2026/texts.csv").content.decode("utf-8-sig")
    assert [row.text for row in year.texts] == ["Fler klarade matten."]


def test_two_who_write_at_once_see_both_texts(client, address, manager, coordinator):
    client.force_login(manager)
    client.post(address, {"text": "Ledningens text.", "version": 0})
    client.force_login(coordinator)
    answer = client.post(address, {"text": "Samordnarens text.", "version": 0})
    assert answer.status_code == 409
    assert "Ledningens text." in text_of(answer)
    assert "Samordnarens text." in text_of(answer)
    assert YearText.objects.get().text == "Ledningens text."
    assert client.post(address, {"text": "Bådas text.", "version": 1}).status_code == 302
    assert YearText.objects.get().text == "Bådas text."


def test_many_texts_are_shared_out_in_one_go(client, bench, measure, coordinator, reviewer):
    client.force_login(coordinator)
    both = shared_out(measure, assignee=reviewer.pk, write_by="2027-03-20") | {"text-0-assignee": coordinator.pk}
    client.post(f"{bench}plan/", both)
    assert set(YearText.objects.values_list("goal", "assignee")) == {(None, coordinator.pk), (measure.goal_id, reviewer.pk)}


def test_no_text_is_to_be_ready_by_a_day_gone_by(client, bench, measure, coordinator, reviewer):
    client.force_login(coordinator)
    late = shared_out(measure, assignee=reviewer.pk, write_by=str(clock.today() - timedelta(days=1)))
    answer = client.post(f"{bench}plan/", late)
    assert answer.status_code == 422
    assert "Dagen har redan passerat. Välj i dag eller en senare dag." in text_of(answer)
    assert f'value="{clock.today() - timedelta(days=1)}"' in answer.content.decode(), "what was typed is kept"
    assert not YearText.objects.exists()

    client.post(f"{bench}plan/", shared_out(measure, assignee=reviewer.pk, write_by=str(clock.today())))
    with clock.at(clock.now() + timedelta(days=3)):
        client.logout()
        client.force_login(coordinator)
        kept = shared_out(measure, assignee=coordinator.pk, write_by=str(YearText.objects.get().write_by)) | {
            f"text-{measure.goal_id}-version": 1
        }
        assert client.post(f"{bench}plan/", kept).status_code == 302, "who writes may change without a new day"
    assert YearText.objects.get().assignee == coordinator


def test_two_who_share_out_at_once_are_told(client, bench, measure, coordinator, manager, reviewer):
    client.force_login(coordinator)
    client.post(f"{bench}plan/", shared_out(measure, assignee=reviewer.pk))
    client.force_login(manager)
    answer = client.post(f"{bench}plan/", shared_out(measure, assignee=manager.pk))
    assert answer.status_code == 409
    assert YearText.objects.get().assignee == reviewer


def test_nothing_said_is_not_done(client, address, manager):
    client.force_login(manager)
    answer = client.post(address, {"text": " ", "is_done": "on", "version": 0})
    assert answer.status_code == 422
    assert "Skriv texten." in text_of(answer)
    assert not YearText.objects.filter(done_at__isnull=False).exists()


def test_only_members_who_may_write_can_be_asked(client, bench, measure, coordinator, auditor, reporter, outsider):
    client.force_login(coordinator)
    for stranger in (auditor, reporter, outsider):
        assert client.post(f"{bench}plan/", shared_out(measure, assignee=stranger.pk)).status_code == 422
    assert not YearText.objects.exists()


def test_a_text_of_a_goal_that_is_no_focus_area_is_not_found(client, plan, measure, manager):
    below = a_goal(plan, measure.goal, kind="goal")
    client.force_login(manager)
    assert client.get(f"/plans/{plan.pk}/years/2026/texts/{below.pk}/").status_code == 404
    with pytest.raises(DatabaseError), transaction.atomic():
        YearText.objects.create(plan=plan, year=2026, goal=a_goal(a_plan(a_workspace())))


@pytest.mark.parametrize("areas", [2, 40])
def test_the_bench_costs_the_same_at_any_size(client, plan, bench, manager, django_assert_max_num_queries, areas):
    texts = [YearText(plan=plan, year=2026, goal=a_goal(plan)) for _ in range(areas)]
    share_out(plan, [Share(text, 0, manager, date(2027, 2, 1)) for text in texts], by=manager)
    for text in texts:
        a_measure(plan, text.goal)
    client.force_login(manager)
    client.get("/years/")
    for page_of, most in ((bench, 12), (f"{bench}plan/", 12), (f"{bench}preview/", 27), (f"/plans/{plan.pk}/years/2026/texts/0/", 27)):
        with django_assert_max_num_queries(most):
            assert client.get(page_of).status_code == 200


def test_a_text_that_was_done_before_the_figures_moved_says_so_until_it_is_done_anew(client, told_year, manager, coordinator):  # noqa: F811
    plan = told_year
    goal = plan.goals.get()
    address, bench = f"/plans/{plan.pk}/years/2026/texts/{goal.pk}/", f"/plans/{plan.pk}/years/2026/workbench/"
    client.force_login(manager)
    client.post(address, {"text": "11 av 12 har svarat.", "is_done": "on", "version": 0})
    for where in (bench, address):
        assert "fallit bort" not in text_of(client.get(where))
    report = Report.objects.within(plan.workspace).filter(approved_at__isnull=False).first()
    with clock.at(MARCH + timedelta(hours=1)):
        plan.periods.update(closed_at=None)
        withdraw_report(report, by=coordinator, reason="Fel verksamhet.")
        plan.periods.update(closed_at=MARCH)
    with clock.at(MARCH + timedelta(hours=2)):
        assert "1 rapport har kommit till eller fallit bort sedan dess" in text_of(client.get(bench))
        assert "Stämmer siffrorna i den?" in text_of(client.get(address))
        before_freezing = text_of(client.get(f"/plans/{plan.pk}/years/2026/freeze/"))
        for left in (
            "1 av 2 texter är klara. De andra kommer inte med.",
            f"Texten ”{goal}” blev klar innan 1 rapport kom till eller föll bort.",
            "1 fråga väntar på beslut.",
        ):
            assert left in before_freezing
        client.post(address, {"text": "10 av 12 har svarat.", "is_done": "on", "version": 1})
        assert "fallit bort" not in text_of(client.get(bench))


def test_a_text_that_was_done_before_an_answer_was_exempted_says_so(client, told_year, manager, coordinator):  # noqa: F811
    """An exempted answer goes out of the figures that the text quotes, and one that is asked for again comes back."""
    plan = told_year
    goal = plan.goals.get()
    address, bench = f"/plans/{plan.pk}/years/2026/texts/{goal.pk}/", f"/plans/{plan.pk}/years/2026/workbench/"
    client.force_login(manager)
    plan.periods.update(closed_at=None)
    first, second = (report.obligation for report in Report.objects.approved().order_by("pk")[:2])
    with clock.at(MARCH - timedelta(hours=1)):
        exempt_obligation(second, by=coordinator, reason="Flyttade.")
    client.post(address, {"text": "11 av 12 har svarat.", "is_done": "on", "version": 0})
    assert "fallit bort" not in text_of(client.get(bench))
    with clock.at(MARCH + timedelta(hours=1)):
        exempt_obligation(first, by=coordinator, reason="Lades ner.")
    with clock.at(MARCH + timedelta(hours=2)):
        assert "1 rapport har kommit till eller fallit bort sedan dess" in text_of(client.get(bench))
        assert "1 rapport har kommit till eller fallit bort sedan texten blev klar." in text_of(client.get(address))
        assert "blev klar innan 1 rapport kom till eller föll bort." in text_of(client.get(f"/plans/{plan.pk}/years/2026/freeze/"))
        reinstate_obligation(first, by=coordinator, reason="Fel aktör.")
        reinstate_obligation(second, by=coordinator, reason="De är tillbaka.")
        assert "2 rapporter har kommit till eller fallit bort" in text_of(client.get(bench)), "each answer once"
