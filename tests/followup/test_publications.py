"""What was published stays as it was shown; the live page says what has changed since, and why."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from followup import rollup
from followup.figures import Window
from followup.models import Publication
from followup.rollup.publications import latest, published_figure, revision
from followup.words import Audience, Protection
from measures.rules import IndicatorKind
from stakeholders import clock
from stakeholders.models import Workspace
from stakeholders.refusals import TooLate
from tests.followup.database_world import DatabaseWorld
from tests.followup.worlds import window

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> DatabaseWorld:
    return DatabaseWorld()


def publish(world: DatabaseWorld, period: str) -> None:
    world.closes(period)
    world.publishes(period)


def published(world: DatabaseWorld, indicator: str, when: str, audience: str):
    return published_figure(latest(world.plan, window(when), audience), world._indicator(indicator).pk)


def signed_in(user) -> Client:
    """A browser of its own: a session does not last from one month to another."""
    client = Client()
    client.force_login(user)
    return client


def test_an_open_round_is_not_published(world):
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    with pytest.raises(TooLate):
        world.publishes("2026T1")


def test_it_is_not_published_twice_unless_something_has_changed(world):
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 40)
    world.on("2026-06-20")
    publish(world, "2026T1")
    with pytest.raises(TooLate):
        world.publishes("2026T1")
    world.unlocks("2026T1", "2026-07-01")
    world.reports("A", "2026T1", 41)
    world.publishes("2026T1")
    assert published(world, "besök", "2026T1", Audience.MANAGEMENT).low == 41_0000
    assert Publication.objects.filter(plan=world.plan, audience=Audience.MANAGEMENT).count() == 2


def test_a_publication_is_what_each_audience_saw(world):
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    for actor in ("A", "B"):
        world.asks(actor, ["deltagare"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 3)
    world.on("2026-06-20")
    publish(world, "2026T1")
    assert published(world, "deltagare", "2026T1", Audience.REVIEW).low == 3_0000
    for audience in (Audience.MANAGEMENT, Audience.PUBLIC):
        shown = published(world, "deltagare", "2026T1", audience)
        assert (shown.low, shown.protection) == (None, Protection.FEW)
    stored = latest(world.plan, window("2026T1"), Audience.PUBLIC).content["figures"][0]
    assert (stored["missing"], stored["parts"]) == ([], [])


def test_a_revision_says_what_when_who_and_why(world):
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 40)
    world.on("2026-06-20")
    publish(world, "2026T1")
    world.on("2026-07-01")
    world.unlocks("2026T1", "2026-07-08")
    correction = world.reports("A", "2026T1", 44)
    found = world.revision("besök", "2026T1", world.now)
    assert (found.old.low, found.new.low, found.because_of) == (40_0000, 44_0000, (correction,))
    (because,) = found.because
    assert (because.by, because.why) == (world.coordinator.name, "Rätt siffra (exempel).")
    assert because.at > datetime(2026, 7, 1, tzinfo=UTC)


def test_what_was_hidden_in_a_publication_stays_hidden(world):
    """A had 3 when T1 was published. That it is now 30 does not show what it was: but the difference would."""
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    for actor in ("A", "B", "C"):
        world.asks(actor, ["deltagare"], ["2026T1"])
    world.on("2026-05-10")
    for actor, number in (("A", 3), ("B", 20), ("C", 50)):
        world.reports(actor, "2026T1", number)
    world.on("2026-06-20")
    publish(world, "2026T1")
    world.unlocks("2026T1", "2026-07-08")
    world.reports("A", "2026T1", 30)
    world.publishes("2026T1")
    parts = latest(world.plan, window("2026T1"), Audience.MANAGEMENT).content["figures"][0]["parts"]
    assert {part[1]: part[4] for part in parts} == {"A": Protection.HIDDEN, "B": Protection.HIDDEN, "C": None}


def test_what_was_hidden_stays_hidden_also_when_the_threshold_is_lowered(world):
    """A's 4 was hidden when the threshold was 5. With 3 it would be shown; but it was promised to stay hidden."""
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    for actor in ("A", "B", "C"):
        world.asks(actor, ["deltagare"], ["2026T1"])
    world.on("2026-05-10")
    for actor, number in (("A", 4), ("B", 20), ("C", 50)):
        world.reports(actor, "2026T1", number)
    world.on("2026-06-20")
    publish(world, "2026T1")
    Workspace.objects.filter(pk=world.workspace.pk).update(small_number_threshold=3)
    world.unlocks("2026T1", "2026-07-08")
    world.reports("C", "2026T1", 51)
    world.publishes("2026T1")
    parts = latest(world.plan, window("2026T1"), Audience.MANAGEMENT).content["figures"][0]["parts"]
    assert {part[1]: part[4] for part in parts} == {"A": Protection.HIDDEN, "B": Protection.HIDDEN, "C": None}


def test_the_public_year_to_date_waits_until_enough_are_new(world):
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    for actor in ("A", "B"):
        world.asks(actor, ["deltagare"], ["2026T1", "2026T2", "2026T3"])
    for day, period, a, b, close in (
        ("2026-05-10", "2026T1", 20, 30, "2026-06-20"),
        ("2026-09-05", "2026T2", 0, 3, "2026-10-20"),
        ("2027-01-05", "2026T3", 40, 40, "2027-02-20"),
    ):
        world.on(day)
        world.reports("A", period, a, zero=a == 0)
        world.reports("B", period, b)
        world.on(close)
        publish(world, period)
    assert published(world, "deltagare", "2026-04-30", Audience.PUBLIC).low == 50_0000
    waiting = published(world, "deltagare", "2026-08-31", Audience.PUBLIC)
    assert (waiting.low, waiting.is_held) == (50_0000, True)
    assert published(world, "deltagare", "2026-08-31", Audience.REVIEW).low == 53_0000
    assert published(world, "deltagare", "2026", Audience.PUBLIC).low == 133_0000


def test_a_publication_stands_as_it_was_whatever_happens_later(world):
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 40)
    world.on("2026-06-20")
    publish(world, "2026T1")
    before = latest(world.plan, window("2026T1"), Audience.REVIEW).content
    world.redefines("besök", "2026-05-01", "bridged")
    world.unlocks("2026T1", "2026-07-08")
    world.reports("A", "2026T1", 44)
    assert latest(world.plan, window("2026T1"), Audience.REVIEW).content == before
    with clock.at(world.now):
        seen = rollup.load_shown(world.plan, [Window.period(2026, "tertial", 1)], Audience.REVIEW)
    assert revision(seen, latest(world.plan, window("2026T1"), Audience.REVIEW), world._indicator("besök").pk).new.low == 44_0000


def test_the_year_s_page_says_what_is_revised_since_it_was_published(world, django_assert_max_num_queries):
    """Old and new, who, when and why, with the way to the figure and its reports; nothing while it stands."""
    for name in ("besök", "samtal"):
        world.indicator(name, IndicatorKind.COUNT)
    world.asks("A", ["besök", "samtal"], ["2026"])
    world.on("2027-01-10")
    world.reports("A", "2026", lines={"besök": 40, "samtal": 7})
    world.on("2027-02-20")
    publish(world, "2026")
    address = f"/plans/{world.plan.pk}/years/2026/"
    with clock.at(world.now):
        client = signed_in(world.manager)
        assert "Årsuppföljning 2026" in (page := client.get(address).content.decode())
        assert "Reviderat" not in page
    world.on("2027-04-01")
    world.unlocks("2026", "2027-04-08")
    world.reports("A", "2026", lines={"besök": 44, "samtal": 7})
    with clock.at(world.now):
        client = signed_in(world.manager)
        client.get("/years/")
    with clock.at(world.now), django_assert_max_num_queries(25 + 4):
        page = client.get(address).content.decode()
    (row,) = re.findall(r"<tr>.*?</tr>", page.partition('id="revisions"')[2].partition("</table>")[0].partition("<tbody>")[2], re.DOTALL)
    words = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    assert words == f"Besök 40 44 {world.coordinator.name}, 1 april 2027 Rätt siffra (exempel)."
    assert f"/indicators/{world._indicator('besök').pk}/figure/?year=2026" in row


def test_a_closed_round_is_published_on_its_page_and_the_live_page_says_what_is_revised(world):
    """Who runs the round publishes it; what is corrected after that says reviderad; and it is not published twice for nothing."""
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 40)
    world.on("2026-06-20")
    round_ = f"/rounds/{world._period('2026T1').pk}/"
    with clock.at(world.now):
        client = signed_in(world.coordinator)
        assert client.post(f"{round_}publish/").status_code == 409, "an open round is not published"
    world.closes("2026T1")
    with clock.at(world.tick()):
        assert f'href="{round_}publish/"' in client.get(round_).content.decode()
        assert "Det som är publicerat ändras aldrig." in client.get(f"{round_}publish/").content.decode()
        page = client.post(f"{round_}publish/", follow=True).content.decode()
        assert "Publicerad 20 juni." in page
        assert "Publicera omgången på nytt" in page
        assert client.post(f"{round_}publish/").status_code == 409, "nothing has changed"
    assert sorted(Publication.objects.values_list("audience", flat=True)) == ["management", "public", "review"]
    world.unlocks("2026T1", "2026-07-01")
    world.reports("A", "2026T1", 44)
    with clock.at(world.tick()):
        figure = f"/indicators/{world._indicator('besök').pk}/figure/?window=2026-T1"
        assert "Reviderad" in client.get(figure).content.decode()
        assert client.post(f"{round_}publish/").status_code == 302
        assert "Reviderad" not in client.get(figure).content.decode()
