"""Ten years side by side: how it went, what was revised, the chain from work to effect; and a year beside a frozen one."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.utils import translation

from followup.actions.annual import freeze_year
from followup.freeze import File, json_bytes
from followup.models import AnnualFollowUp, OutsideValue
from followup.words import Audience, ImplementationStatus
from followup.year.build import year_of
from measures.actions.measures import add_activity
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
CURVE = r'<path d="M[^"]*L[^"]*" fill="none" stroke="#0f5c4a"'


@pytest.fixture(autouse=True)
def in_2029() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def cast(plan, workspace, coordinator, reviewer):
    """A goal with a measure reported three years: 20, nothing, 46 visits; its effect is judged from 2030; a target that was lowered."""
    with clock.at(NOW - timedelta(days=1)):
        goal = a_goal(plan, title="Fler klarar skolan")
        homework = a_measure(plan, goal, number="3.1", title="Läxhjälp", budget_per_year=150_000, impact_months=60, outcome_months=24)
        homework.areas.add(area := an_area(workspace, "Hyttan"))
        visits = an_indicator(homework, name="besök på läxhjälpen")
        a_target(visits, baseline=10, target=100, year=2030)
        Target.objects.create(indicator=visits, year=2030, value=in_units(60), decision_reference="KS 2027/12")
        passed = an_indicator(homework, kind="stock", level="impact", name="andel som fullföljer gymnasiet", unit="%")
        a_target(passed, baseline=60, target=75, year=2034)
        add_activity(homework, by=coordinator, title="Torsdagsgrupp", started_on=date(2026, 2, 1), ended_on=date(2027, 6, 1))
        club = an_actor(workspace, "Klubben (Exempel)")
        assignment = an_assignment(homework, club)
    for year, figures, status in ((2026, [20, 61], ImplementationStatus.DELAYED), (2028, [46, 64], ImplementationStatus.ON_PLAN)):
        a_report(
            an_obligation(assignment, a_period(plan, year)),
            by=coordinator,
            approved_by=reviewer,
            figures=figures,
            implementation_status=status,
        )
    plan.periods.update(closed_at=NOW)
    return {"plan": plan, "goal": goal, "measure": homework, "indicator": visits, "actor": club, "area": area, "assignment": assignment}


def long(client, cast, kind=""):
    return client.get(f"/plans/{cast['plan'].pk}/long/", {kind: cast[kind].pk} if kind else {})


@pytest.mark.parametrize("kind", ["goal", "measure", "actor", "area", "indicator"])
def test_each_of_the_five_kinds_has_picture_sentence_and_table_with_its_csv(client, cast, manager, kind):
    client.force_login(manager)
    answer = long(client, cast, kind)
    page = text_of(answer)
    assert "2028 var 1 av 1 startade åtgärder klara eller enligt plan; 2026 var det 0 av 1." in page
    pictures = answer.content.decode()
    assert "<title>Åtgärdernas status år för år</title>" in pictures
    assert "2026: 1 försenad." in pictures
    lined = re.findall(r'fill="#f2b35e"[^>]*/><path d="M', pictures)
    assert len(lined) == 2, "in the picture and in the key: on grey paper amber and green are the same, so what is late has lines"
    for year, status in ((2025, "Utan rapport"), (2026, "Försenad"), (2028, "Enligt plan")):
        assert f"{status} : 3.1 Läxhjälp {year}" in page
    assert "20 Besök på läxhjälpen 2026" in page
    assert "inte begärd Besök på läxhjälpen 2027" in page, "a year that nobody was asked about is never zero"
    tables = [link for link in links_of(answer) if link.partition("?")[0].endswith(".csv") and "&indicator=" not in link]
    assert len(tables) == 3, "beside those of single pictures"
    rows = client.get(next(link for link in tables if "figures.csv" in link)).content.decode("utf-8-sig")
    assert "Besök på läxhjälpen;3.1;st;2028;46;46;46;1;1;På väg;2030;60;2030;100" in rows, "numbers in cells of their own"
    if kind != "indicator":
        assert "Budget per år, kronor;;kr;2028;150000;150000;150 000;;;;;;;;1 av 1" in rows.replace("\xa0", " ")
    assert "Utskrift av läget 9 mars 2029 kl. 09.00." in page
    assert "Läxhjälp;2026;Försenad;1" in client.get(next(link for link in tables if "statuses.csv" in link)).content.decode()


def test_a_revised_target_and_a_new_definition_are_seen(client, cast, manager):
    visits = cast["indicator"]
    with clock.at(NOW - timedelta(hours=1)):
        IndicatorVersion.objects.create(indicator=visits, number=2, starts_on=date(2028, 1, 1), kind="count", unit="st", link="break")
        Baseline.objects.create(indicator=visits, year=2027, value=in_units(30), decision_reference="VD 2029/2")
    client.force_login(manager)
    answer = long(client, cast, "indicator")
    page = text_of(answer)
    assert "60 till 2030 (ursprungligen 100 till 2030)" in page
    assert "Mål 2030: 100 → 60 KS 2027/12" in page
    assert "Utgångsläge: 10 (2024) → 30 (2027) VD 2029/2" in page
    assert "Ny definition från 1 januari 2028, brott: två serier" in page
    assert answer.content.decode().count('stroke-dasharray="1 4"') == 1, "the first way to the target is dotted"
    assert 'l4 156"' in answer.content.decode(), "and the break is drawn as a slanting stroke"
    assert "100 → 60" in client.get(next(link for link in links_of(answer) if "changes.csv" in link)).content.decode()


def test_the_chain_of_a_goal_goes_from_resources_to_effects_in_time(client, cast, manager):
    client.force_login(manager)
    page = text_of(long(client, cast, "goal"))
    steps = [
        "Resurser: det vi lägger in",
        "Aktiviteter: det vi gör",
        "Prestationer: det som lämnar oss",
        "Utfall: det som ändras för målgruppen",
    ]
    places = [page.index(step) for step in [*steps, "Effekt på sikt: det som ändras i samhället"]]
    assert places == sorted(places)
    assert "Resurser: det vi lägger in Budget per år, kronor: 150 000." in page
    assert "Aktiviteter som blivit klara" in page
    assert "Utfall: det som ändras för målgruppen Inget mått i det här ledet." in page
    assert "1 mått, 1 är det för tidigt att bedöma." in page
    assert "För tidigt att bedöma bedöms från 2030" in page


def test_a_goal_without_data_says_so_and_the_first_year_too(client, plan, manager):
    goal = a_goal(plan, title="Trygghet")
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/long/?goal={goal.pk}"))
    assert "Ingen åtgärd har startat än. Målet har inga åtgärder än." in page
    assert page.count("Inget mått i det här ledet.") == 5
    assert "Inget mål, utgångsläge eller definition har ändrats" in page
    assert "Inget år är fryst än." in page
    a_measure(plan, goal)
    with clock.at(datetime(2025, 5, 1, tzinfo=UTC)):
        client.logout()
        client.force_login(manager)
        assert "Ingen rapport har kommit om åtgärderna som har startat." in text_of(client.get(f"/plans/{plan.pk}/long/?goal={goal.pk}"))


def test_a_number_from_elsewhere_has_its_years_and_its_source(client, cast, manager, coordinator):
    shares = an_indicator(cast["measure"], kind="ratio", level="impact", name="behöriga till yrkesprogram", unit="procent")
    Indicator.objects.filter(pk=shares.pk).update(is_reported=False)
    client.force_login(manager)
    address = f"/plans/{cast['plan'].pk}/long/?indicator={shares.pk}"
    assert "Ingen aktör redovisar måttet" in text_of(client.get(address))
    with clock.at(NOW - timedelta(hours=1)):
        for year in (2026, 2028):
            OutsideValue.objects.create(
                indicator=shares, year=year, value=in_units(year - 1950), source_line="Källa: Kolada", fetched_at=NOW, by_user=coordinator
            )
    answer = client.get(address)
    page = text_of(answer)
    assert "76 saknas 78" in page, "the year between is a gap"
    assert "Källa: Kolada, hämtat" in page
    assert "2026: 76, 2028: 78. Saknas: 2027." in answer.content.decode()
    assert (
        "Kolada"
        in client.get(next(link for link in links_of(answer) if link.endswith(f"outside.csv?indicator={shares.pk}"))).content.decode()
    )
    cast["measure"].indicators.remove(shares)
    assert "Så har genomförandet gått" not in text_of(client.get(address)), "no measure, no word of how it goes"


def test_the_figure_s_page_says_that_nobody_reports_it_and_where_it_comes_from(client, cast, manager):
    shares = an_indicator(cast["measure"], kind="ratio", level="impact", name="behöriga till yrkesprogram", unit="procent")
    client.force_login(manager)
    page = f"/indicators/{shares.pk}/figure/?year=2028"
    assert "Ingen aktör redovisar måttet" not in text_of(client.get(page))
    Indicator.objects.filter(pk=shares.pk).update(is_reported=False, source="Kolada N15428")
    said = text_of(client.get(page))
    assert "Ingen aktör redovisar måttet. Källa: Kolada N15428. Måttet år för år" in said
    assert not re.search("inte begärd|Rapporter", said), "nobody was to report"
    asked = {"plan": cast["plan"].pk, "indicator": shares.pk, "window": "2028"}
    told = client.get("/api/v1/figures/", asked).json()["figures"][0]
    assert (told["rule"], told["honesty"]) == ("Ingen aktör redovisar måttet. Källa: Kolada N15428.", [])
    assert f"/plans/{cast['plan'].pk}/long/?indicator={shares.pk}" in links_of(client.get(page))


def test_what_the_picture_says_of_gaps_and_of_the_plan_is_drawn(client, cast, manager, coordinator):
    shares = an_indicator(cast["measure"], kind="ratio", level="impact", name="behöriga till yrkesprogram", unit="procent")
    with clock.at(NOW - timedelta(hours=1)):
        for year in (2018, 2019, 2020, 2022, 2023, 2024):
            OutsideValue.objects.create(
                indicator=shares, year=year, value=in_units(80), source_line="Källa: Kolada", fetched_at=NOW, by_user=coordinator
            )
    client.force_login(manager)
    address = f"/plans/{cast['plan'].pk}/years/2028/"
    drawn = client.get(address).content.decode()
    assert "Streckat: planen börjar." not in drawn, "nothing is dashed in statistics that end before the plan begins"
    assert re.search(r"<text[^>]*>saknas</text>", drawn), "the word stands in the gap"
    with clock.at(NOW - timedelta(minutes=30)):
        OutsideValue.objects.create(
            indicator=shares, year=2026, value=in_units(82), source_line="Källa: Kolada", fetched_at=NOW, by_user=coordinator
        )
    drawn = client.get(address).content.decode()
    assert "Streckat: planen börjar." in drawn
    assert 'stroke-dasharray="2 3"' in drawn


def test_a_sum_of_a_year_that_goes_on_is_no_fall_in_the_curve(client, cast, manager, coordinator, reviewer):
    """46 visits all last year and 5 so far this year: no line between them. A share of how things stand goes on."""
    obligation = an_obligation(cast["assignment"], a_period(cast["plan"], 2029, 1, due_on=date(2029, 3, 1), closes_on=date(2029, 12, 1)))
    a_report(obligation, by=coordinator, approved_by=reviewer, figures=[5, 66])
    client.force_login(manager)
    answer = long(client, cast, "indicator")
    assert "2029 hittills" in text_of(answer)
    assert not re.search(CURVE, answer.content.decode())
    stock = Indicator.objects.get(name="andel som fullföljer gymnasiet")
    assert re.search(CURVE, client.get(f"/plans/{cast['plan'].pk}/long/?indicator={stock.pk}").content.decode())


def test_what_is_not_in_the_plan_is_not_found(client, cast, manager):
    client.force_login(manager)
    base = f"/plans/{cast['plan'].pk}/long/"
    for address in (f"{base}?goal=999", f"{base}?indicator=999", f"{base}?actor=999", f"{base}people.csv", f"{base}figures.csv?area=999"):
        assert client.get(address).status_code == 404, address
    goal, indicator = cast["goal"].pk, cast["indicator"].pk
    other = a_measure(cast["plan"], a_goal(cast["plan"]), number="9.1")
    for query in (
        f"goal={goal}&indicator=999",
        f"goal={goal}&measure={other.pk}",
        "funding=lottery",
        f"indicator={indicator}&measure={other.pk}",
    ):
        assert client.get(f"{base}?{query}").status_code == 404, query
    assert client.get(f"{base}?goal={goal}&indicator={indicator}").status_code == 200


def test_a_part_that_is_chosen_by_its_money_says_so(client, cast, manager):
    client.force_login(manager)
    assert "<h1>År för år: finansiering: EU</h1>" in client.get(f"/plans/{cast['plan'].pk}/long/?funding=eu").content.decode()
    reports = client.get(f"/plans/{cast['plan'].pk}/years/2028/reports/?funding=none")
    assert "finansiering inte angiven" in text_of(reports)


def test_small_numbers_are_kept_in_every_year(client, plan, workspace, coordinator, reviewer, manager):
    people = an_indicator(measure := a_measure(plan, number="1.1"), kind="people", name="ungdomar")
    a_report(an_obligation(an_assignment(measure, an_actor(workspace)), a_period(plan)), by=coordinator, approved_by=reviewer, figures=[3])
    for person, is_seen in ((coordinator, True), (manager, False)):
        client.force_login(person)
        page = text_of(client.get(f"/plans/{plan.pk}/long/?indicator={people.pk}"))
        assert ("3 Ungdomar 2026" in page) is is_seen
        assert ("dold: små tal Ungdomar 2026" in page) is not is_seen


@pytest.fixture
def frozen(cast, manager) -> AnnualFollowUp:
    year = year_of(cast["plan"], 2026, audience=Audience.MANAGEMENT)
    return freeze_year(cast["plan"], year, [File("aret.json", "application/json", json_bytes(year))], by=manager)


def test_any_year_stands_beside_a_frozen_one(client, cast, frozen, manager):
    client.force_login(manager)
    assert f'action="/plans/{cast["plan"].pk}/years/2028/compare/"' in long(client, cast, "goal").content.decode()
    page = text_of(client.get(f"/plans/{cast['plan'].pk}/years/2028/compare/", {"year": 2028, "frozen": frozen.pk}))
    assert "2028 bredvid det frysta 2026" in page
    assert "2 av 2 mått har en annan siffra 2028 än i den frysta årsuppföljningen 2026." in page
    row = page[page.index("Besök på läxhjälpen") :][:160]
    assert "Besök på läxhjälpen 20 46 Besök på läxhjälpen +26" in row
    assert "61 % 64 % Andel som fullföljer gymnasiet +3 procentenheter" in page
    assert "1 försenad 1 enligt plan" in page
    page = text_of(client.get(f"/plans/{cast['plan'].pk}/years/2026/compare/"))
    assert "Inget mått har en annan siffra 2026 än i den frysta årsuppföljningen 2026." in page
    assert "Det som skiljer sig" not in page
    assert "2 mått med samma siffra, läge och mål" in page


def test_a_year_is_the_same_in_another_language_than_it_was_frozen_in(client, cast, coordinator, reviewer, manager):
    cast["plan"].periods.update(closed_at=None, closes_on=date(2030, 1, 1))
    Target.objects.create(indicator=cast["indicator"], year=2028, value=in_units(1400))
    more = an_obligation(an_assignment(cast["measure"], an_actor(cast["plan"].workspace)), cast["plan"].periods.get(year=2028))
    a_report(more, by=coordinator, approved_by=reviewer, figures=[1400, 61])
    cast["plan"].periods.update(closed_at=NOW)
    year = year_of(cast["plan"], 2028, audience=Audience.MANAGEMENT)
    assert "1\N{NO-BREAK SPACE}446" in json_bytes(year).decode()
    freeze_year(cast["plan"], year, [File("aret.json", "application/json", json_bytes(year))], by=manager)
    client.force_login(manager)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"/plans/{cast['plan'].pk}/years/2028/compare/").content.decode()
    assert "1,446" in page
    assert "→" not in page
    assert "<strong>" not in page
    assert 'class="fold unchanged"' in page
    assert 'id="changed-title"' not in page, "nothing differs but the words"


def test_what_was_frozen_is_told_in_the_language_of_whoever_reads(client, cast, coordinator, reviewer, manager):
    """Verdicts, statuses, numbers and what stands where there is none: our own words, whichever language the year was frozen in."""
    plan = cast["plan"]
    unknown = an_indicator(cast["measure"], name="antal nya")
    a_target(unknown, baseline=0, target=1400, year=2030)
    reached = an_indicator(cast["measure"], kind="milestone", name="avtal klart")
    a_target(reached, baseline=0, target=1, year=2030)
    a_period(plan, 2027, 1, closes_on=date(2030, 1, 1))
    ours = re.compile("försenad|enligt plan|På väg|Efter|Före|Saknar underlag|saknas|inte begärd|inga startade|dold| av |För tidigt")
    theirs = re.compile("delayed|on plan|On track|Behind|Ahead|No data|missing|not requested|none started|hidden| of |Too early")
    plan.periods.update(closed_at=NOW)
    client.force_login(manager)
    pages = {}
    for year, frozen_in in ((2026, "sv"), (2027, "en"), (2028, "sv")):
        with translation.override(frozen_in):
            told = year_of(plan, year, audience=Audience.MANAGEMENT)
            freeze_year(plan, told, [File("aret.json", "application/json", json_bytes(told))], by=manager)
        for read_in in ("sv", "en"):
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = read_in
            pages[year, read_in] = text_of(client.get(f"/plans/{plan.pk}/years/{year}/compare/")).partition("<main")[0]
    for (year, read_in), page in pages.items():
        compared = page[page.index("Mål och utfall" if read_in == "sv" else "Implementation") :]
        foreign = (theirs if read_in == "sv" else ours).findall(compared)
        assert not foreign, f"{year} read in {read_in}: {foreign}"
        assert (ours if read_in == "sv" else theirs).search(compared)


def test_what_differs_comes_first_and_the_rest_is_folded(client, cast, frozen, coordinator, reviewer, manager):
    cast["plan"].periods.update(closed_at=None, closes_on=date(2030, 1, 1))
    answered = cast["assignment"].obligations.get(period__year=2026)
    a_report(answered, by=coordinator, approved_by=reviewer, figures=[25, 61], correction_reason="fel")
    client.force_login(manager)
    page = client.get(f"/plans/{cast['plan'].pk}/years/2026/compare/").content.decode()
    differs, unchanged = page[page.index("Det som skiljer sig") :].split("<details", 1)
    assert "Besök på läxhjälpen" in differs
    assert "Andel som fullföljer" not in differs
    assert "1 mått med samma siffra, läge och mål" in unchanged
    assert "Andel som fullföljer" in unchanged
    assert "Alla rapportrundor för 2026 är inte stängda än." in text_of(client.get(f"/plans/{cast['plan'].pk}/years/2026/compare/"))


def test_a_year_that_goes_on_says_so_beside_a_whole_one(client, cast, frozen, manager):
    a_period(cast["plan"], 2029)
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{cast['plan'].pk}/years/2029/compare/"))
    assert "2029 pågår: siffrorna för det året är hittills." in page
    assert "pågår" not in text_of(client.get(f"/plans/{cast['plan'].pk}/years/2028/compare/")).partition("Fryst 9 mars")[0]
    assert "2030 har inte börjat." in text_of(client.get(f"/plans/{cast['plan'].pk}/years/2030/compare/"))


def test_the_frozen_year_is_read_from_its_bytes_not_computed_anew(client, cast, frozen, coordinator, reviewer, manager):
    cast["plan"].periods.update(closed_at=None, closes_on=date(2030, 1, 1))
    a_report(
        cast["assignment"].obligations.get(period__year=2026),
        by=coordinator,
        approved_by=reviewer,
        figures=[25, 61],
        correction_reason="fel",
    )
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{cast['plan'].pk}/years/2026/compare/?frozen={frozen.pk}"))
    assert "1 av 2 mått har en annan siffra 2026 än i den frysta årsuppföljningen 2026." in page
    assert "Besök på läxhjälpen 20 25 Besök på läxhjälpen +5" in page
    assert json.loads(bytes(frozen.files.get().content))["targets"][0]["now"]["text"] in ("20", "61 %")


def test_without_a_frozen_year_there_is_nothing_to_compare_with(client, cast, manager, workspace):
    client.force_login(manager)
    assert client.get(f"/plans/{cast['plan'].pk}/years/2026/compare/").status_code == 404
    assert client.get(f"/plans/{cast['plan'].pk}/years/2026/compare/?frozen=77").status_code == 404


@pytest.mark.parametrize("measures", [2, 40])
def test_ten_years_cost_the_same_at_any_size(client, workspace, coordinator, reviewer, manager, django_assert_max_num_queries, measures):
    plan = a_plan(workspace)
    goal = a_goal(plan)
    period = a_period(plan)
    for number in range(measures):
        a_target(
            an_indicator(measure := a_measure(plan, goal, number=f"1.{number}"), name=f"antal unga av slag {number}", kind="people"),
            baseline=0,
            target=100,
        )
        an_assignment(measure, an_actor(workspace))
    a_report(an_obligation(plan.measures.first().assignments.get(), period), by=coordinator, approved_by=reviewer, figures=[12])
    client.force_login(manager)
    client.get("/years/")
    a_period(plan, 2034)
    client.logout()
    with clock.at(datetime(2034, 12, 31, tzinfo=UTC)):
        client.force_login(manager)
        client.get("/years/")
        with django_assert_max_num_queries(25):
            page = client.get(f"/plans/{plan.pk}/long/?goal={goal.pk}")
    assert page.status_code == 200
    assert len(gzip.compress(page.content)) < 90 * 1024


def test_the_chain_holds_what_no_actor_reports_too(client, cast, manager):
    stays = an_indicator(cast["measure"], level="outcome", name="andel som bor kvar", unit="%")
    Indicator.objects.filter(pk=stays.pk).update(is_reported=False)
    client.force_login(manager)
    assert "Andel som bor kvar" in text_of(long(client, cast, "goal"))


def test_in_january_the_last_year_is_the_one_that_had_rounds(client, cast, manager):
    """A round of the new year has begun, and nobody has been asked yet: the year before is the one to read."""
    a_period(cast["plan"], 2029, 1, opens_on=date(2029, 4, 17))
    client.force_login(manager)
    with clock.at(datetime(2029, 1, 12, 8, tzinfo=UTC)):
        page = text_of(long(client, cast, "goal"))
        assert "2028" in page
        assert "2029" not in page.replace("12 januari 2029", ""), "but on paper, which says when it was printed"
        assert f"/plans/{cast['plan'].pk}/years/2028/" in client.get("/").content.decode()


def test_a_target_s_way_is_not_drawn_across_a_break(client, cast, manager):
    visits = cast["indicator"]
    client.force_login(manager)
    assert "Streckat: vägen till målet som det är nu." in text_of(long(client, cast, "indicator"))
    with clock.at(NOW - timedelta(hours=1)):
        IndicatorVersion.objects.create(indicator=visits, number=2, starts_on=date(2028, 1, 1), kind="count", unit="st", link="break")
    assert "Streckat: vägen till målet som det är nu." not in text_of(long(client, cast, "indicator"))


def test_the_figures_of_a_part_that_nobody_works_in_have_a_page(client, cast, manager):
    alone = a_measure(cast["plan"], cast["goal"], number="3.2", title="Ingen har den")
    alone.indicators.add(cast["indicator"])
    client.force_login(manager)
    page = text_of(client.get(f"/indicators/{cast['indicator'].pk}/figure/?year=2028&measure={alone.pk}"))
    assert "inte begärd" in page
    assert client.get(f"/indicators/{cast['indicator'].pk}/figure/?year=2028&measure=999999").status_code == 404
