"""A part of the year: by goal, by area, by actor. The same query leads the page, its tables, its figures and their reports."""

import csv
import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from followup.models import OutsideValue
from stakeholders import clock
from tests.factories import a_goal, a_measure, a_period, a_report, a_target, an_actor, an_area, an_assignment, an_indicator, an_obligation
from tests.followup.test_year import MARCH, links_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def cast(plan, workspace, coordinator, reviewer):
    """Two goals with a measure each; the club reports both, the school only homework help, which is in Hyttan."""
    school, safety = a_goal(plan, title="Uppväxt"), a_goal(plan, title="Trygghet")
    below = a_goal(plan, school, "goal", title="Fler klarar skolan")
    homework = a_measure(plan, below, number="3.1", title="Läxhjälp")
    walks = a_measure(plan, safety, number="6.1", title="Trygghetsvandring")
    homework.areas.add(an_area(workspace, "Hyttan", parent=an_area(workspace, "Norrbruk")))
    a_target(visits := an_indicator(homework, name="besök på läxhjälpen"), baseline=0, target=100)
    a_target(an_indicator(walks, name="vandringar"), baseline=0, target=10)
    club, pupils = an_actor(workspace, "Klubben (Exempel)"), an_actor(workspace, "Skolan (Exempel)")
    period = a_period(plan)
    for measure, actor, figure, words in (
        (homework, club, 30, "Fler kommer."),
        (homework, pupils, 12, "Skolan är med."),
        (walks, club, 4, "Vandringen är ny."),
    ):
        obligation = an_obligation(an_assignment(measure, actor), period)
        a_report(obligation, by=coordinator, approved_by=reviewer, figures=[figure], what_happened=words)
    return {"plan": plan, "school": school, "club": club, "pupils": pupils, "visits": visits, "homework": homework, "workspace": workspace}


def year(client, cast, **query):
    return client.get(f"/plans/{cast['plan'].pk}/years/2026/", query)


def test_a_goal_shows_what_lies_under_it_and_nothing_else(client, cast, manager):
    client.force_login(manager)
    page = text_of(year(client, cast, goal=cast["school"].pk))
    assert "Årsuppföljning 2026: Uppväxt" in page
    assert "1 av 1 startade åtgärder" in page
    assert "Besök på läxhjälpen" in page
    assert "Bygger på 2 av 2 rapporter" in page
    assert "Vandringar" not in page
    assert "Vandringar" in text_of(year(client, cast)), "all of the year has both"


def test_a_part_that_nobody_was_asked_about_is_not_said_to_be_due_later(client, cast, manager):
    nobody = a_goal(cast["plan"], title="Hälsa")
    a_measure(cast["plan"], nobody, number="7.1", title="Gå ut")
    client.force_login(manager)
    for told in (year(client, cast, goal=nobody.pk), client.get(f"/plans/{cast['plan'].pk}/years/2026/reports/", {"goal": nobody.pk})):
        assert "Ingen aktör har haft något att rapportera under året" in text_of(told)
        assert "förfallit" not in text_of(told)
    with clock.at(datetime(2026, 6, 1, 8, tzinfo=UTC)):
        client.force_login(manager)
        for told in (year(client, cast, goal=nobody.pk), client.get(f"/plans/{cast['plan'].pk}/years/2026/reports/", {"goal": nobody.pk})):
            assert "Ingen rapport har förfallit än" in text_of(told)


def test_an_area_takes_in_the_places_within_it(client, cast, manager):
    client.force_login(manager)
    for name, is_there in (("Norrbruk", True), ("Hyttan", True)):
        area = cast["workspace"].areas.get(name=name)
        page = text_of(year(client, cast, area=area.pk))
        assert ("Besök på läxhjälpen" in page) is is_there
        assert "Vandringar" not in page


def test_each_picture_of_a_place_has_a_csv_of_its_own(client, cast, coordinator, manager):
    """Of the whole year and of a chosen area: the numbers that the picture above is drawn from, and no others."""
    area = cast["workspace"].areas.get(name="Hyttan")
    pictured = {}
    for name, value in (("behöriga till gymnasiet", 71), ("trygga på kvällen", 58)):
        indicator = an_indicator(cast["homework"], kind="ratio", level="impact", name=name)
        pictured[name] = (indicator, value)
        for place, more in ((area, 0), (None, 20)):
            OutsideValue.objects.create(
                indicator=indicator, area=place, year=2026, value=(value + more) * 10_000, source_line="Källa: Kolada",
                fetched_at=MARCH, by_user=coordinator,
            )  # fmt: skip
    client.force_login(manager)
    for query in ({}, {"area": area.pk}):
        page = year(client, cast, **query).content.decode()
        found = [html.unescape(each) for each in re.findall(r'href="([^"]*/outside.csv[^"]*)"', page)]
        assert len(found) == 2, "one below each"
        for name, (indicator, value) in pictured.items():
            (address,) = (each for each in found if f"indicator={indicator.pk}" in each)
            answer = client.get(address)
            assert f"outside-{indicator.pk}.csv" in answer["Content-Disposition"], "two files do not write over each other"
            rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines(), delimiter=";"))[1:]
            assert {row[0] for row in rows} == {name}
            assert sorted(row[4] for row in rows) == [str(value), str(value + 20)]


def test_an_area_that_measures_lie_within_can_be_chosen_and_one_without_any_cannot(client, cast, manager):
    empty = an_area(cast["workspace"], "Östervik")
    client.force_login(manager)
    whole = cast["workspace"].areas.get(name="Norrbruk")
    assert f'<option value="{whole.pk}">Norrbruk</option>' in year(client, cast).content.decode()
    assert "Östervik</option>" not in year(client, cast).content.decode()
    assert "Årsuppföljning 2026: Norrbruk" in text_of(year(client, cast, area=whole.pk))
    assert "3.1 Läxhjälp" in text_of(client.get(f"/plans/{cast['plan'].pk}/long/?area={whole.pk}"))
    assert client.get(f"/plans/{cast['plan'].pk}/long/?area={empty.pk}").status_code == 404


def who_did_what(page: str) -> str:
    return page[page.index("Vem gjorde vad") : page.index("Bygger på")]


def test_who_did_what_and_their_words_are_of_the_chosen_part(client, cast, manager):
    """By goal and area only what was said of measures there; by actor only its own words, and each quote leads to its report."""
    client.force_login(manager)
    hyttan = cast["workspace"].areas.get(name="Hyttan").pk
    for query, seen, unseen in (
        ({}, ("Klubben (Exempel)", "Skolan (Exempel)", "”Vandringen är ny.”"), ()),
        ({"goal": cast["school"].pk}, ("Klubben (Exempel)", "”Fler kommer.”", "”Skolan är med.”"), ("Vandringen är ny", "6.1")),
        ({"area": hyttan}, ("Klubben (Exempel)", "”Fler kommer.”", "”Skolan är med.”"), ("Vandringen är ny", "6.1")),
        ({"actor": cast["pupils"].pk}, ("Skolan (Exempel)", "”Skolan är med.”"), ("Klubben (Exempel)", "Vandringen är ny", "Fler kommer")),
        ({"actor": cast["club"].pk, "area": hyttan}, ("Klubben (Exempel)", "”Fler kommer.”"), ("Skolan", "Vandringen är ny", "6.1")),
    ):
        answer = year(client, cast, **query)
        told = who_did_what(text_of(answer))
        assert [words for words in seen if words not in told] == [], query
        assert [words for words in unseen if words in told] == [], query
        table = next(link for link in links_of(answer) if link.partition("?")[0].endswith("actors.csv"))
        rows = client.get(table).content.decode("utf-8-sig")
        assert [words for words in unseen if words in rows] == [], query


def test_an_actor_shows_its_own_part_which_is_not_held_against_the_target_of_all(client, cast, manager):
    client.force_login(manager)
    page = text_of(year(client, cast, actor=cast["club"].pk))
    assert "Bygger på 2 av 2 rapporter" in page
    assert "Inget beslut väntar om just den här delen." in page, "others may wait: the year as a whole says so"
    assert "Skolan (Exempel)" not in page[page.index("Så går genomförandet") :]
    row = page[page.index("Besök på läxhjälpen") :][:180]
    assert " 30 " in row
    assert "målet gäller alla som redovisar måttet tillsammans" in row
    row = page[page.index("Vandringar") :][:160]
    assert "målet gäller alla" not in row, "nobody else reports it, so the part is the whole"


def test_what_is_chosen_is_chosen_on_the_way_to_the_reports_and_in_the_tables_too(client, cast, manager):
    client.force_login(manager)
    here = year(client, cast, actor=cast["pupils"].pk)
    figure = next(link for link in links_of(here) if f"/indicators/{cast['visits'].pk}/figure/" in link)
    page = text_of(client.get(figure))
    assert "Besök på läxhjälpen: 12" in page
    assert "Klubben (Exempel)" not in page.partition("Visa en del")[0]
    table = next(link for link in links_of(here) if link.partition("?")[0].endswith("targets.csv"))
    assert "Vandringar" not in client.get(table).content.decode()
    reports = next(link for link in links_of(here) if "/years/2026/reports/?" in link and "counted=reports" in link)
    assert "1 av 1 rapporter är godkända" in text_of(client.get(reports))


def test_a_part_is_not_frozen_and_what_does_not_exist_is_not_found(client, cast, manager):
    cast["plan"].periods.update(closed_at=clock.now())
    client.force_login(manager)
    assert "Frys året" in text_of(year(client, cast))
    assert "Frys året" not in text_of(year(client, cast, goal=cast["school"].pk))
    for name in ("goal", "measure", "actor", "area", "indicator"):
        assert year(client, cast, **{name: 999_999}).status_code == 404, name
        assert client.get(f"/plans/{cast['plan'].pk}/years/2026/reports/?{name}=999999").status_code == 404, name
    assert year(client, cast, funding="wishes").status_code == 404
    assert year(client, cast, goal=cast["school"].pk, actor=999_999).status_code == 404, "one that exists does not excuse another"
    assert year(client, cast, funding="none").status_code == 200
    assert client.get(f"/indicators/{cast['visits'].pk}/figure/?year=2026&actor=999999").status_code == 404


def test_a_part_says_why_nothing_in_it_is_judged_and_nothing_of_the_whole_plan(client, cast, manager):
    client.force_login(manager)
    page = text_of(year(client, cast, actor=cast["pupils"].pk))
    assert page.count("Inget av 1 mått går att bedöma: 1 går inte att räkna ut.") == 2, "the target is for both partners together"
    page = text_of(
        year(client, cast, funding="none", area=cast["homework"].areas.get().pk, goal=cast["plan"].goals.get(title="Trygghet").pk)
    )
    assert page.count("Inget mått i den här delen har ett mål med siffror.") == 2
    assert "Planen har inga mål" not in page
