"""The year on one page: what was achieved, what to decide, how sure it is; and where every figure comes from."""

import gzip
import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count

import pytest

from followup.actions.decisions import ask_for_decision
from followup.models import OutsideValue, Period
from followup.words import Audience
from followup.year.build import year_of
from followup.year.files import page as as_file
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
)

pytestmark = pytest.mark.django_db
MARCH = datetime(2027, 3, 9, 8, tzinfo=UTC)
"""When the year 2026 is put before the board: every round is due."""


def text_of(answer) -> str:
    """The words of a page, as they are read."""
    words = re.sub(r"<script.*?</script>|<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return " ".join(html.unescape(words).replace("\u00a0", " ").split())


def links_of(answer) -> set[str]:
    main = answer.content.decode().partition("<main")[2]
    return {html.unescape(each) for each in re.findall(r'href="([^"]+)"', main)}


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def told_year(plan, company, workspace, coordinator, reviewer):
    """Two partners asked about each of two measures in three rounds; one answer is missing."""
    counted = a_measure(plan, number="1.1", title="Läxhjälp")
    visits = an_indicator(counted, name="besök på läxhjälpen")
    a_target(visits, baseline=0, target=100, year=2028)
    reached = a_measure(plan, number="1.2", title="Sommarjobb")
    people = an_indicator(reached, kind="people", name="ungdomar med sommarjobb")
    a_target(people, baseline=0, target=40, year=2028)
    periods = [a_period(plan, 2026, number, due_on=date(2026, 4 * number, 28)) for number in (1, 2, 3)]
    partners = [an_actor(workspace, name) for name in ("Norrbruks IF (Exempel)", "Bruksskolan (Exempel)")]
    figures = count(20)
    for measure in (counted, reached):
        for partner in partners:
            assignment = an_assignment(measure, partner)
            for period in periods:
                obligation = an_obligation(assignment, period)
                if (measure, partner, period) != (counted, partners[1], periods[2]):
                    a_report(
                        obligation, by=coordinator, approved_by=reviewer, figures=[next(figures)], what_happened="Fler kommer på torsdagar."
                    )
    plan.periods.update(closed_at=MARCH)
    ask_for_decision(
        plan,
        2026,
        by=coordinator,
        measures=[counted],
        question="Fler läxhjälpare?",
        why="Fyra står i kö.",
        asked_by="Rektorn",
        proposal="Två till från augusti.",
    )
    return plan


def test_the_first_screen_says_what_was_achieved_what_to_decide_and_how_sure_it_is(client, told_year, manager):
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{told_year.pk}/years/2026/"))
    top = page[: page.index("Så går genomförandet")]
    assert "2 av 2 startade åtgärder är klara eller går enligt plan" in top
    assert "Styrelsen behöver besluta om 1 sak." in top
    assert "11 av 12 rapporter är med i siffrorna" in top
    assert "Ofullständig: 1 rapport saknas" in top
    assert "Fler läxhjälpare?" in page
    assert "”Fler kommer på torsdagar.”" in page
    page = page[page.index("Bygger på") :]
    assert re.search(r"Bruksskolan \(Exempel\) 1.1 Läxhjälp sep\S*–dec\S* 2026 inte svarat", page, re.I), page[:900]


def test_every_figure_leads_to_its_reports_in_two_clicks_and_back(client, told_year, manager):
    client.force_login(manager)
    address = f"/plans/{told_year.pk}/years/2026/"
    here = client.get(address)
    figures = {link for link in links_of(here) if "/figure/" in link or "/years/2026/reports/" in link}
    assert len([link for link in figures if "/figure/" in link]) == 2
    for link in figures:
        page = client.get(link)
        assert page.status_code == 200
        reports = {each for each in links_of(page) if re.fullmatch(r"/reports/\d+/", each)}
        assert reports, f"{link} leads to no report"
        assert all(client.get(each).status_code == 200 for each in reports)
        assert address in links_of(page), f"no way back from {link}"


def test_a_list_of_reports_can_be_for_one_goal_measure_or_actor(client, told_year, manager):
    client.force_login(manager)
    measure = told_year.measures.get(number="1.1")
    actor = measure.assignments.first().actor
    page = text_of(client.get(f"/plans/{told_year.pk}/years/2026/reports/?measure={measure.pk}&actor={actor.pk}"))
    assert "3 av 3 rapporter är godkända" in page
    assert "Sommarjobb" not in page


def test_small_numbers_of_people_are_kept_from_management_but_not_from_the_coordinator(
    client, plan, workspace, coordinator, reviewer, manager
):
    people = an_indicator(measure := a_measure(plan, number="1.1"), kind="people", name="ungdomar")
    a_target(people, baseline=0, target=40, year=2028)
    a_report(an_obligation(an_assignment(measure, an_actor(workspace)), a_period(plan)), by=coordinator, approved_by=reviewer, figures=[3])
    addresses = [f"/plans/{plan.pk}/years/2026/", f"/indicators/{people.pk}/figure/?year=2026", f"/plans/{plan.pk}/years/2026/targets.csv"]
    for person, is_seen in ((coordinator, True), (manager, False)):
        client.force_login(person)
        for address in addresses:
            answer = client.get(address)
            told = answer.content.decode() if address.endswith("csv") else text_of(answer)
            assert bool(re.search("dold: små tal|pekas ut", told)) is not is_seen, f"{person} {address}"
            assert bool(re.search("8 % av vägen|;0,075;", told)) is is_seen, f"{person} {address}"


def test_a_part_of_a_year_is_not_held_against_the_target_of_the_whole(client, plan, workspace, coordinator, reviewer, manager):
    client.force_login(manager)
    with clock.at(datetime(2026, 10, 1, 8, tzinfo=UTC)):
        visits = an_indicator(measure := a_measure(plan, number="1.1"), name="besök")
        a_target(visits, baseline=60, target=100, year=2028)
        partner = an_assignment(measure, an_actor(workspace))
        first, last = a_period(plan, 2026, 2), a_period(plan, 2026, 3, due_on=date(2027, 1, 22), closes_on=date(2027, 3, 31))
        Period.objects.filter(pk=first.pk).update(closes_on=date(2026, 12, 31))
        a_report(an_obligation(partner, first), by=coordinator, approved_by=reviewer, figures=[20])
        an_obligation(partner, last)
        page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "Året pågår: siffrorna är hittills" in page
    assert "2026 hittills" in page
    assert "% av vägen" not in page, "nor in per cent: five months of visits are no hundred per cent the wrong way"
    assert "Fel riktning" not in page
    client.logout()  # half a year later the session has gone out
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "Fel riktning" in page
    assert "hittills" not in page


def test_an_empty_year_says_so_in_words(client, plan, manager):
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    for words in ("Ingen åtgärd har startat än.", "Planen har inga mål med siffror än.", "Inget beslut väntar på styrelsen."):
        assert words in page
    assert "Ingen aktör har haft något att rapportera under året Det som saknas räknas inte som noll." in page
    assert "Ingen aktör har haft något att rapportera under året." in page


def test_a_measure_that_nobody_answers_for_is_not_said_to_be_without_a_report(client, plan, measure, workspace, manager):
    an_assignment(a_measure(plan, measure.goal, number="3.2"), an_actor(workspace, "Klubben (Exempel)"))
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "0 av 2 startade åtgärder är klara eller går enligt plan, 1 utan rapport, 1 saknar ansvarig." in page
    assert "Saknar ansvarig : 3.1 Läxhjälp" in text_of(client.get(f"/plans/{plan.pk}/long/?goal={measure.goal_id}"))


def test_a_year_that_has_not_begun_says_so(client, plan, measure, manager):
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2029/"))
    assert "2029 har inte börjat. Inget är rapporterat än." in page
    assert page.count("inget att räkna än") == 4
    assert "Året pågår" not in page


def test_what_is_printed_says_of_which_moment_it_is_and_that_it_is_not_the_frozen_report(client, told_year, manager):
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{told_year.pk}/years/2026/"))
    assert "Utskrift av läget 9 mars 2027 kl. 09.00. Det här är inte den frysta årsuppföljningen" in page
    assert "Utskrift av läget" in text_of(client.get(f"/plans/{told_year.pk}/years/2026/tertials/3/"))
    assert "Utskrift av läget" not in as_file(year_of(told_year, 2026, audience=Audience.MANAGEMENT))


def test_a_year_to_come_counts_nothing_in_it_nor_in_the_one_before(client, told_year, manager):
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{told_year.pk}/years/2029/"))
    assert "2028 · 0 startade 2029 · 0 startade" in page
    assert "hittills" not in page


def test_the_year_before_is_so_far_beside_the_new_one_too(client, told_year, manager):
    """Its last round is still to fall due: what grows is held against no target yet, on its own page or on the next."""
    told_year.periods.filter(year=2026, number=3).update(due_on=date(2027, 3, 28), closes_on=date(2027, 4, 28), closed_at=None)
    a_period(told_year, 2027, 1)
    client.force_login(manager)
    own, beside = (text_of(client.get(f"/plans/{told_year.pk}/years/{year}/")) for year in (2026, 2027))
    assert "Året pågår: siffrorna är hittills" in own
    assert "– inget att räkna än mått är på väg eller före" in own
    assert "mått är på väg eller före 2026: inget att jämföra med" in beside
    assert "2026 hittills 2027 hittills Mål" in beside


def test_the_years_a_place_has_come_closer_in_are_told(client, plan, measure, workspace, coordinator, manager):
    shares = an_indicator(measure, kind="ratio", level="impact", name="behöriga", unit="procent")
    places = {None: (80, 80), an_area(workspace, "Hyttan"): (60, 70), an_area(workspace, "Berget"): (70, 65)}
    for area, values in places.items():
        for year, told in zip((2019, 2026), values, strict=True):
            OutsideValue.objects.create(
                indicator=shares,
                area=area,
                year=year,
                value=told * 10_000,
                source_line="Källa: Kolada",
                fetched_at=MARCH,
                by_user=coordinator,
            )
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "Från 2019 till 2026 har Hyttan närmat sig hela kommunen." in page
    assert "Från 2019 till 2026 har Berget kommit längre ifrån hela kommunen." in page


def test_what_nobody_was_asked_for_is_not_missing(client, told_year, manager):
    """The sommarjobb began this year: nobody owes a figure for the year before."""
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{told_year.pk}/years/2026/"))
    targets = page[page.index("Mål och utfall, sämst först") : page.index("Vem gjorde vad")]
    assert "inte begärd" in targets
    assert "saknas" not in targets


def test_the_first_year_says_that_there_is_nothing_to_compare_with(client, plan, manager):
    a_measure(plan)
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2025/"))
    assert "2025 är första året. Från nästa år ser du utvecklingen här." in page
    assert "2024: inget att jämföra med" in page


def test_what_began_before_the_plan_is_nothing_to_compare_with_in_its_first_year(client, plan, manager):
    """The year before is no year of the plan: nobody was asked, and there is no page to open."""
    a_measure(plan, number="1.1", title="Nattfotboll", starts_on=date(2020, 1, 1))
    client.force_login(manager)
    answer = client.get(f"/plans/{plan.pk}/years/{plan.first_year}/")
    assert "0 av 1 startade åtgärder" in text_of(answer)
    assert text_of(answer).count(f"{plan.first_year - 1}: inget att jämföra med") == 4
    assert "0 åtgärder" not in text_of(answer)
    assert not [each for each in links_of(answer) if f"/years/{plan.first_year - 1}/" in each]


def test_a_year_where_everything_is_late_says_that_nothing_came(client, plan, workspace, manager):
    indicator = an_indicator(measure := a_measure(plan, number="1.1", title="Läxhjälp"), name="besök")
    a_target(indicator, baseline=0, target=100)
    an_obligation(an_assignment(measure, an_actor(workspace, "Norrbruks IF (Exempel)")), a_period(plan))
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/"))
    assert "0 av 1 startade åtgärder är klara eller går enligt plan, 1 utan rapport." in page
    assert "Bygger på 0 av 1 rapporter" in page
    assert "Saknar underlag" in page
    assert "saknas" in page


def test_a_goal_without_data_is_listed_and_says_so(client, plan, manager):
    a_goal(plan, title="Trygghet")
    client.force_login(manager)
    assert "Trygghet" in (page := text_of(client.get(f"/plans/{plan.pk}/years/2026/")))
    assert "inga startade" in page


def test_years_outside_the_plan_and_tables_there_are_none_of_are_not_found(client, plan, indicator, manager):
    client.force_login(manager)
    for address in (
        f"/plans/{plan.pk}/years/2024/",
        f"/plans/{plan.pk}/years/2026/people.csv",
        f"/indicators/{indicator.pk}/figure/?year=x",
    ):
        assert client.get(address).status_code == 404


def a_big_plan(workspace, measures: int, coordinator, reviewer):
    plan = a_plan(workspace)
    goals = [a_goal(plan) for _ in range(7)]
    period = a_period(plan)
    partners = [an_actor(workspace) for _ in range(5)]
    for number in range(measures):
        measure = a_measure(
            plan, goals[number % 7], number=f"{number % 7}.{number}", title="En åtgärd med ett namn av vanlig längd i planen"
        )
        a_target(
            an_indicator(measure, name=f"antal tillfällen av slag {number}", kind="people" if number % 5 == 0 else "count"),
            baseline=0,
            target=100,
        )
        an_assignment(measure, partners[number % 5])
    first = None
    for assignment in plan.measures.first().assignments.all():
        first = a_report(an_obligation(assignment, period), by=coordinator, approved_by=reviewer, figures=[12])
    assert first
    return plan


@pytest.mark.parametrize("measures", [3, 300])
def test_the_year_costs_the_same_at_any_size(client, workspace, coordinator, reviewer, manager, django_assert_max_num_queries, measures):
    plan = a_big_plan(workspace, measures, coordinator, reviewer)
    client.force_login(manager)
    client.get("/years/")
    with django_assert_max_num_queries(25):
        page = client.get(f"/plans/{plan.pk}/years/2026/")
    assert page.status_code == 200
    assert len(gzip.compress(page.content)) < 90 * 1024, "170 KB with letters, styles and script, which are 66 KB"


def test_the_list_of_years_says_how_many_rounds_are_closed(client, told_year, manager):
    Period.objects.filter(plan=told_year, number=3).update(closed_at=None, closed_by=None)
    client.force_login(manager)
    page = text_of(client.get("/years/"))
    assert "Årsuppföljning 2026 Tertial 1 2026 · Tertial 2 2026 · Tertial 3 2026 2 av 3 inte fryst" in page


def test_the_worst_that_lacks_reports_is_named_with_how_many_it_has(client, told_year, manager):
    """11 of 12 reports: a sum that lacks one is not the whole, and the sentence says so."""
    a_target(told_year.indicators.get(name="besök på läxhjälpen"), baseline=0, target=10_000, year=2027)
    client.force_login(manager)
    assert "sämst går det för besök på läxhjälpen (5 av 6 rapporter)" in text_of(client.get(f"/plans/{told_year.pk}/years/2026/"))
