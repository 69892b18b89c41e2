"""Many years side by side: new definitions, measures that have ended, actors who have left, statistics in the chain, and the way to a frozen year."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from followup.actions.annual import freeze_year
from followup.freeze import File, json_bytes
from followup.models import OutsideValue
from followup.words import Audience
from followup.year.build import year_of
from measures.actions.measures import end_measure
from measures.models import Baseline, Indicator, IndicatorVersion, Target
from stakeholders import clock
from tests.factories import (
    a_goal,
    a_measure,
    a_period,
    a_plan,
    a_report,
    a_target,
    an_actor,
    an_area,
    an_assignment,
    an_indicator,
    an_obligation,
    in_units,
)
from tests.followup.test_year import links_of, text_of

pytestmark = pytest.mark.django_db
NOW = datetime(2029, 3, 9, 8, tzinfo=UTC)
BEFORE = NOW - timedelta(days=2)


@pytest.fixture(autouse=True)
def in_2029() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def told(plan, workspace, coordinator, reviewer):
    """`told(indicator, {2026: 20})`: the figures of an indicator, answered for the first tertial of each year and approved."""

    def tell(indicator, figures, actor=None):
        measure = indicator.measures.get()
        plan.periods.update(closed_at=None, closes_on=date(2030, 1, 1))
        assignment = an_assignment(measure, actor or an_actor(workspace), indicator)
        for year, figure in figures.items():
            period = plan.periods.filter(year=year).first() or a_period(plan, year)
            a_report(an_obligation(assignment, period), by=coordinator, approved_by=reviewer, figures=[figure])
        plan.periods.update(closed_at=NOW)
        return assignment

    return tell


def redefine(indicator, starts_on, link, kind="stock", **fields):
    with clock.at(BEFORE + timedelta(hours=1)):
        IndicatorVersion.objects.create(
            indicator=indicator, number=2, starts_on=starts_on, kind=kind, unit="st", link=link, decision_reference="VD 2027/9", **fields
        )


@pytest.fixture
def cafe(plan):
    """Visitors an evening, counted in another way from 2028."""
    with clock.at(BEFORE):
        indicator = an_indicator(a_measure(plan, a_goal(plan), number="2.4", title="Språkkafé"), kind="stock", name="besökare på språkkafé")
        a_target(indicator, baseline=8, target=50, year=2030)
    return indicator


def page_of(client, plan, query):
    return client.get(f"/plans/{plan.pk}/long/?{query}")


def test_the_years_before_a_bridge_are_said_as_those_after_it(client, plan, cafe, told, manager):
    redefine(cafe, date(2028, 1, 1), "bridged", bridge_factor=in_units(2))
    told(cafe, {2026: 10, 2027: 12, 2028: 25})
    client.force_login(manager)
    answer = page_of(client, plan, f"indicator={cafe.pk}")
    page = text_of(answer)
    assert "20 Besökare på språkkafé 2026 1 av 1 omräknat, var 10" in page
    assert "24 Besökare på språkkafé 2027 1 av 1 omräknat, var 12" in page
    assert "2028 var det 25; 2026 var det 20. Definitionen är ändrad från 2028: åren före är omräknade." in page
    assert "2024: 16" in answer.content.decode(), "the starting point of the way to the target is said so too"
    assert "Ny definition från 1 januari 2028: det äldre räknas om gånger 2 VD 2027/9" in page
    drawn = answer.content.decode()
    assert 'l4 156"' in drawn, "the line goes on, with a mark"
    assert "Snett streck: ny definition." in page
    rows = client.get(next(link for link in links_of(answer) if "figures.csv" in link)).content.decode("utf-8-sig")
    assert "2026;20;20;20;1;1;" in rows
    assert "omräknat, var 10; sen rapport" in rows


def test_across_a_break_no_year_is_laid_beside_another(client, plan, cafe, told, manager):
    redefine(cafe, date(2028, 1, 1), "break")
    told(cafe, {2026: 10, 2027: 12, 2028: 25})
    client.force_login(manager)
    page = text_of(page_of(client, plan, f"indicator={cafe.pk}"))
    assert "2028 var det 25. Definitionen är ny från 2028: åren före går inte att jämföra med åren efter." in page
    assert "25 Besökare på språkkafé 2028 1 av 1 ny definition" in page
    assert "omräknat" not in page


@pytest.mark.parametrize(
    ("link", "then", "note"),
    [("bridged", "24", "omräknat, var 12"), ("break", "12", "annan definition, går inte att jämföra")],
)
def test_last_year_is_not_laid_beside_this_one_as_if_they_were_alike(client, plan, cafe, told, manager, link, then, note, monkeypatch):
    with clock.at(BEFORE):
        Baseline.objects.create(indicator=cafe, year=2027, value=in_units(20))
    redefine(cafe, date(2028, 1, 1), link, bridge_factor=in_units(2) if link == "bridged" else None)
    told(cafe, {2027: 12, 2028: 25})
    client.force_login(manager)
    address = f"/plans/{plan.pk}/years/2028/"
    assert f"{then} Besökare på språkkafé 2027 {note} 25 Besökare på språkkafé 2028" in text_of(client.get(address))
    assert f"Förra året: {note}" in client.get(f"{address}targets.csv").content.decode()
    assert note not in text_of(client.get(f"/plans/{plan.pk}/years/2027/"))
    monkeypatch.setattr("followup.views.years.FIRST_ROWS", 0)
    assert f"{then} {note} 25 50 2030" in text_of(client.get(address)), "and so on paper, where the rest of the rows are"


def frozen_year(plan, year, by, reason=""):
    shown = year_of(plan, year, audience=Audience.MANAGEMENT)
    return freeze_year(plan, shown, [File("aret.json", "application/json", json_bytes(shown))], by=by, reason=reason)


@pytest.mark.parametrize(("link", "then"), [("bridged", "24"), ("break", "12")])
def test_no_difference_is_told_from_a_frozen_year_of_another_definition(client, plan, cafe, told, manager, link, then):
    told(cafe, {2026: 10, 2027: 12})
    frozen = frozen_year(plan, 2026, manager)
    client.force_login(manager)
    address = f"/plans/{plan.pk}/years/2027/compare/?frozen={frozen.pk}"
    assert "10 12 Besökare på språkkafé +2" in text_of(client.get(address))
    redefine(cafe, date(2027, 1, 1), link, bridge_factor=in_units(2) if link == "bridged" else None)
    assert f"10 {then} Besökare på språkkafé ny definition" in text_of(client.get(address))


def test_ten_years_of_frozen_ones_are_two_choices_not_a_hundred_links(client, plan, cafe, told, manager):
    told(cafe, {2026: 10, 2027: 12, 2028: 25})
    frozen = [frozen_year(plan, year, manager) for year in (2026, 2027)]
    client.force_login(manager)
    answer = page_of(client, plan, f"indicator={cafe.pk}")
    assert not [link for link in links_of(answer) if "compare" in link]
    form = answer.content.decode().partition('aria-labelledby="compare-title"')[2]
    assert form.count("<option") == 4 + 2, "the years of the plan, and the frozen ones"
    chosen = client.get(f"/plans/{plan.pk}/years/2028/compare/", {"year": 2026, "frozen": frozen[1].pk})
    assert chosen.url == f"/plans/{plan.pk}/years/2026/compare/?frozen={frozen[1].pk}"
    assert "2026 bredvid det frysta 2027" in text_of(client.get(chosen.url))
    assert client.get(f"/plans/{plan.pk}/years/2028/compare/", {"year": 1999}).status_code == 404
    assert client.get(f"/plans/{plan.pk}/years/2028/compare/", {"year": "9" * 30, "frozen": "9" * 30}).status_code == 404


def test_the_chain_tells_what_statistics_say_not_that_nobody_was_asked(client, plan, cafe, told, manager, coordinator):
    measure = cafe.measures.get()
    area = an_area(plan.workspace, "Hyttan")
    measure.areas.add(area)
    told(cafe, {2026: 10, 2028: 25})
    jobs = an_indicator(measure, kind="ratio", level="impact", name="förvärvsarbetande", unit="procent")
    Indicator.objects.filter(pk=jobs.pk).update(is_reported=False)
    client.force_login(manager)
    goal = f"goal={measure.goal_id}"
    assert "Förvärvsarbetande ingen statistik är hämtad · procent saknas" in text_of(page_of(client, plan, goal))
    with clock.at(BEFORE):
        for place, level in ((None, 80), (area, 60)):
            for year in (2026, 2028):
                OutsideValue.objects.create(
                    indicator=jobs, area=place, year=year, value=in_units(level + year - 2026), source_line="SCB", fetched_at=NOW,
                    by_user=coordinator,
                )  # fmt: skip
    answer = page_of(client, plan, goal)
    page = text_of(answer)
    assert "Förvärvsarbetande statistik, hela kommunen · procent saknas 80 % saknas 82 %" in page
    assert f"/indicators/{jobs.pk}/figure/" not in answer.content.decode(), "no answers lie behind it"
    assert "Förvärvsarbetande statistik, Hyttan · procent saknas 60 % saknas 62 %" in text_of(page_of(client, plan, f"area={area.pk}"))


@pytest.mark.parametrize("kind", ["count", ""])
def test_a_figure_that_nobody_was_asked_about_says_so(client, plan, told, manager, kind):
    asked, other = (an_indicator(a_measure(plan, number=f"1.{n}"), name=name) for n, name in ((1, "besök"), (2, "garantier")))
    told(asked, {2028: 46})
    with clock.at(BEFORE + timedelta(hours=1)):
        IndicatorVersion.objects.create(indicator=other, number=2, starts_on=date(2025, 1, 1), kind=kind, unit="st", link="same")
    client.force_login(manager)
    page = text_of(client.get(f"/indicators/{other.pk}/figure/?year=2028"))
    assert "Garantier: inte begärd 2028" in page
    assert "inte begärd" not in text_of(client.get(f"/indicators/{asked.pk}/figure/?year=2028"))


def test_a_measure_that_has_ended_costs_nothing_more(client, plan, told, manager, coordinator):
    goal = a_goal(plan)
    money = {"funding": "value_transfer", "budget_per_year": 100_000}
    ends = a_measure(plan, goal, number="1.1", title="Boskola", **money)
    over = a_measure(plan, goal, number="1.2", title="Kurs", **money, ends_on=date(2026, 6, 30), runs_until_further_notice=False)
    a_measure(plan, goal, number="1.3", title="Läxhjälp", **money)
    for year in (2026, 2027, 2028):
        a_period(plan, year, closed_at=NOW)
    with clock.at(BEFORE):
        end_measure(ends, by=coordinator, from_date=date(2027, 6, 30), reason="Gick över i vanlig drift.")
    client.force_login(manager)
    page = text_of(page_of(client, plan, f"goal={goal.pk}"))
    assert "kr 300 000 3 av 3 300 000 3 av 3 200 000 2 av 2 100 000 1 av 1" in page, "2025 to 2028"
    for year, told_money in ((2026, "300 000"), (2027, "200 000"), (2028, "100 000")):
        answer = text_of(client.get(f"/plans/{plan.pk}/years/{year}/")).partition("Utan budget")[2]
        assert told_money in answer[:160], (year, answer[:160])
        assert ("1.1 Boskola" in answer[:120]) is (year < 2028)
        assert (str(over) in answer[:120]) is (year < 2027)


def test_an_actor_who_has_left_is_not_held_to_what_came_after(client, plan, cafe, told, manager, workspace, coordinator):
    school = an_actor(workspace, "Skolan (Exempel)")
    told(cafe, {2026: 12})
    left = told(cafe, {2026: 10}, actor=school)
    others = an_indicator(cafe.measures.get(), name="elever som är behöriga", level="outcome")
    told(others, {2027: 12, 2028: 25})
    client.force_login(manager)
    assert "Aktören har haft uppdrag" not in text_of(page_of(client, plan, f"actor={school.pk}"))
    left.ended_on, left.ended_at, left.ended_reason = date(2026, 12, 31), BEFORE, "Lade ner."
    left.save()
    page = text_of(page_of(client, plan, f"actor={school.pk}"))
    assert "Aktören har haft uppdrag 2025–2026. Andra år visar hur det gick för åtgärderna, inte vad aktören gjorde." in page
    assert "Elever som är behöriga" not in page, "nobody ever asked the school for it"
    assert "Inget mått som aktören redovisar i det här ledet." in page
    assert "målet gäller alla som redovisar måttet tillsammans" in page


def test_a_target_that_is_added_later_is_a_change(client, plan, cafe, told, manager):
    told(cafe, {2028: 25})
    client.force_login(manager)
    with clock.at(BEFORE):
        Target.objects.create(indicator=cafe, year=2034, value=in_units(80))
    address = f"indicator={cafe.pk}"
    assert "Inget mål, utgångsläge eller definition har ändrats" in text_of(page_of(client, plan, address)), "one more of the same day"
    with clock.at(NOW - timedelta(hours=1)):
        Target.objects.create(indicator=cafe, year=2032, value=in_units(70), decision_reference="KS 2029/3")
    assert "Nytt mål 2032: 70 KS 2029/3" in text_of(page_of(client, plan, address))


def test_years_before_the_last_ten_are_told_and_can_be_reached(client, workspace, manager):
    plan = a_plan(workspace, first_year=2017, last_year=2030)
    goal = a_goal(plan)
    a_measure(plan, goal, number="1.1")
    a_period(plan, 2028, closed_at=NOW)
    client.force_login(manager)
    answer = page_of(client, plan, f"goal={goal.pk}")
    assert "De senaste tio åren visas. Åren före: 2017 , 2018" in text_of(answer)
    assert f"/plans/{plan.pk}/years/2017/?goal={goal.pk}" in links_of(answer)
    later = a_plan(workspace, title="En ny plan", first_year=2027)
    assert "De senaste tio åren" not in text_of(client.get(f"/plans/{later.pk}/long/"))


def test_a_level_is_held_against_a_target_in_its_own_words(client, plan, told, manager):
    measure = a_measure(plan, a_goal(plan), number="3.3")
    steps = an_indicator(
        measure, kind="level", name="samverkans mognad", scale=["ingen", "möten", "gemensam lägesbild", "gemensam plan"], unit="nivå"
    )
    a_target(steps, baseline=1, target=3, year=2030)
    Target.objects.create(indicator=steps, year=2030, value=in_units(2))
    told(steps, {2028: 2})
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2028/"))
    assert "möten 2024" in page
    assert "gemensam lägesbild 2030 ursprungligen gemensam plan" in page
    answer = page_of(client, plan, f"indicator={steps.pk}")
    assert "gemensam lägesbild till 2030 (ursprungligen gemensam plan till 2030)" in text_of(answer)
    assert ">3</text>" in answer.content.decode(), "the scale goes to the highest that is drawn, not to ten"
    assert ">10</text>" not in answer.content.decode()
    for picture in (answer, page_of(client, plan, f"measure={measure.pk}")):
        drawn = re.findall(r'<svg class="picture".*?</svg>', picture.content.decode(), re.S)
        (told,) = (each for each in drawn if "2028: gemensam lägesbild." in each)
        assert 'font-weight="600" fill="#20252a" text-anchor="start">2<' not in told, "a word, not a digit"
    assert ">gemensam lägesbild</text>" in told, "where no sentence says it"
    assert "Mål 2030: gemensam plan → gemensam lägesbild" in text_of(answer)
    frozen = frozen_year(plan, 2028, manager)
    assert "gemensam lägesbild" in text_of(client.get(f"/plans/{plan.pk}/years/2029/compare/?frozen={frozen.pk}"))


def test_a_milestone_s_picture_ends_in_how_many_have_reached_it_of_how_many(client, plan, told, manager):
    reached = an_indicator(a_measure(plan, a_goal(plan), number="3.4"), kind="milestone", name="avtal med skolan", unit="st")
    told(reached, {2028: 1})
    client.force_login(manager)
    for query in (f"indicator={reached.pk}", f"goal={reached.measures.get().goal_id}"):
        page = page_of(client, plan, query).content.decode()
        (drawn,) = (each for each in re.findall(r'<svg class="picture".*?</svg>', page, re.S) if "2028: 1 av 1." in each)
        assert 'font-weight="600" fill="#20252a" text-anchor="start">1<' not in drawn
    assert ">1 av 1</text>" in drawn


@pytest.mark.parametrize("unit", ["%", "procent", "Procent "])
def test_a_share_has_its_sign_however_the_unit_is_written(client, plan, told, manager, unit):
    share = an_indicator(a_measure(plan, number="3.5"), kind="stock", name="andel trygga", unit=unit)
    a_target(share, baseline=50, target=80, year=2030)
    told(share, {2026: 60, 2028: 64})
    frozen = frozen_year(plan, 2026, manager)
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2028/compare/?frozen={frozen.pk}"))
    assert "60 % 64 % Andel trygga +4 procentenheter" in page
    assert "64 %" in text_of(client.get(f"/indicators/{share.pk}/figure/?year=2028")).partition("Så räknade vi")[0]


def test_who_compares_with_a_version_that_was_corrected_is_told(client, plan, cafe, told, manager):
    told(cafe, {2026: 20, 2028: 30})
    first, second = frozen_year(plan, 2026, manager), frozen_year(plan, 2026, manager, reason="En siffra var fel.")
    client.force_login(manager)
    answer = client.get(f"/plans/{plan.pk}/years/2028/compare/?frozen={first.pk}")
    assert "Det här är version 1. Den är rättad: version 2, 9 mars 2029, är den som gäller. Jämför med version 2" in text_of(answer)
    assert f"/plans/{plan.pk}/years/2028/compare/?frozen={second.pk}" in links_of(answer)
    assert "rättad" not in text_of(client.get(f"/plans/{plan.pk}/years/2028/compare/?frozen={second.pk}"))
    page = text_of(page_of(client, plan, f"indicator={cafe.pk}"))
    assert "1 fryst årsuppföljning. Välj ett år" in page, "years are counted, not versions"


def test_a_sum_that_grows_is_said_to_be_so_far_on_a_phone_too(client, plan, told, manager):
    visits = an_indicator(a_measure(plan, number="1.1"), name="besök")
    told(visits, {2028: 46})
    a_period(plan, 2029)
    client.force_login(manager)
    answer = page_of(client, plan, f"indicator={visits.pk}").content.decode()
    assert 'data-label="2028"' in answer
    assert 'data-label="2029 hittills"' in answer


def test_a_year_that_has_not_begun_says_so_in_every_part(client, plan, cafe, told, manager):
    told(cafe, {2028: 25})
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2030/"))
    assert "2030 har inte börjat. Inget är rapporterat än. Varje tecken är en åtgärd." in page
    assert "2030 · 0 startade" in page
    assert "inget år än" in page
    assert "utan rapport" not in page.partition("2030 · 0 startade")[2].partition("Att besluta")[0].partition("inget år än")[2]
    assert "Inget av 1 mått går att bedöma: 1 utan underlag." in page
    assert "0 av 0" not in page


def test_each_picture_of_the_chain_has_room_enough_to_be_read(client, plan, cafe, told, manager):
    told(cafe, {2026: 10, 2027: 12, 2028: 25})
    client.force_login(manager)
    answer = page_of(client, plan, f"goal={cafe.measures.get().goal_id}").content.decode()
    pictures, table = answer.partition('<ul class="multiples">')[2].partition("</ul>")[::2]
    assert "<h4>Besökare på språkkafé</h4>" in pictures
    assert "<title>Besökare på språkkafé</title>" in pictures
    assert 'class="picture"' not in table.partition("</table>")[0], "not in a column a thumb wide"
    assert "Varje bild har sin egen skala." in table


def test_each_picture_of_the_chain_has_its_sentence_and_its_csv(client, plan, cafe, told, manager):
    told(cafe, {2026: 10, 2028: 25})
    measure = cafe.measures.get()
    told(an_indicator(measure, name="kaffekoppar"), {2026: 100})
    stays = an_indicator(measure, kind="ratio", name="andel som bor kvar", level="impact", unit="%")
    Indicator.objects.filter(pk=stays.pk).update(is_reported=False)
    with clock.at(BEFORE):
        for year in (2027, 2028):
            OutsideValue.objects.create(
                indicator=stays, year=year, value=in_units(year - 1967), source_line="SCB", fetched_at=NOW, by_user=manager
            )
    client.force_login(manager)
    answer = page_of(client, plan, f"goal={measure.goal_id}").content.decode()
    pictures = [each for part in answer.split('<ul class="multiples">')[1:] for each in part.partition("</ul>")[0].split("<li>")[1:]]
    for name, sentence, row in (
        ("Besökare på språkkafé", "2028 var det 25; 2026 var det 10. Uppgift saknas för 2027.", "2028;25;25"),
        ("Kaffekoppar", "2026 var det 100.", "2026;100;100"),
        ("Andel som bor kvar", "2028 var det 61 %; 2027 var det 60 %.", "2028;61"),
    ):
        (own,) = (each for each in pictures if f"<h4>{name}</h4>" in each)
        assert sentence.partition(" Uppgift")[0] in own.replace("\u00a0", " ")
        (link,) = re.findall(r'href="([^"]+\.csv[^"]*)"', own)
        rows = client.get(link.replace("&amp;", "&")).content.decode("utf-8-sig").splitlines()
        assert any(row in each for each in rows), (name, rows)
        assert all(name.lower() in each.lower() for each in rows[1:]), "its own numbers and no others"
