"""The four large numbers: each opens exactly what it counts, and last year's is the one that was put before the board."""

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from followup.actions.annual import freeze_year
from followup.actions.reports import withdraw_report
from followup.freeze import File, json_bytes
from followup.models import AnnualFollowUp, Report
from followup.words import Audience
from followup.year.build import year_of
from stakeholders import clock
from tests.factories import a_measure, a_period, a_report, a_target, an_actor, an_assignment, an_indicator, an_obligation
from tests.followup.test_year import MARCH, links_of, text_of

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r'<span class="numbers__value"><a href="([^"]+)">(\d+) <span class="numbers__of">av (\d+)</span>')


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def told(plan, workspace, coordinator, reviewer):
    """Two years of three measures by three actors: one is delayed, one far from its target, one answer is missing."""
    actors = [an_actor(workspace, f"{name} (Exempel)") for name in ("Klubben", "Skolan", "Verket")]
    statuses = ("on_plan", "delayed", "done")
    for place, status in enumerate(statuses):
        measure = a_measure(plan, number=f"1.{place + 1}", title=f"Åtgärd nr {place + 1}")
        a_target(an_indicator(measure, name=f"antal nr {place + 1}"), baseline=0, target=2000 if place == 1 else 20, year=2027)
        for year in (2025, 2026):
            period = plan.periods.filter(year=year).first() or a_period(plan, year)
            obligation = an_obligation(an_assignment(measure, actors[place]) if year == 2025 else measure.assignments.get(), period)
            if (place, year) != (2, 2026):
                a_report(obligation, by=coordinator, approved_by=reviewer, figures=[40], implementation_status=status)
    plan.periods.update(closed_at=MARCH)
    return plan


def numbers(client, plan, year: int = 2026, query: str = "") -> list[tuple[str, int, int]]:
    """(address, part, total) of each."""
    page = client.get(f"/plans/{plan.pk}/years/{year}/{query}").content.decode()
    return [(html.unescape(address), int(part), int(total)) for address, part, total in NUMBER.findall(page)]


def listed(client, address: str) -> list[str]:
    """What the page has a heading for."""
    return [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in re.findall(r"<h2.*?</h2>", client.get(address).content.decode())]


def test_each_number_opens_exactly_what_it_counts(client, told, manager):
    client.force_login(manager)
    measures, targets, actors, reports = numbers(client, told)
    assert [each[1:] for each in (measures, targets, actors, reports)] == [(1, 3), (1, 2), (2, 3), (2, 3)]
    assert listed(client, measures[0]) == ["1.1 Åtgärd nr 1"]
    assert listed(client, targets[0]) == ["Antal nr 1"]
    assert "Före 2026: 40 · 1 av 1 rapporter" in text_of(client.get(targets[0])), "the figure is not taken for the share of the way"
    assert listed(client, actors[0]) == ["Klubben (Exempel)", "Skolan (Exempel)"]
    assert len(listed(client, reports[0])) == 3, "the reports that are in the figures, and the one that is not"
    for address, _part, _total in (measures, targets, actors, reports):
        found = [each for each in links_of(client.get(address)) if re.fullmatch(r"/reports/\d+/", each)]
        assert found, f"a report is two presses from its number: {address}"
        assert client.get(found[0]).status_code == 200


@pytest.mark.parametrize(("kind", "said"), [("stock", "3"), ("level", "vana")])
def test_the_list_says_why_it_is_of_fewer_reports_than_have_come(client, plan, workspace, coordinator, reviewer, manager, kind, said):
    """How many members there are now, or how far it has come, is what each said last: two of two have come, and one is counted."""
    members = an_indicator(a_measure(plan, number="1.1"), kind=kind, name="medlemmar", scale=["inget", "försök", "plan", "vana"])
    a_target(members, baseline=1, target=3, year=2026)
    assignment = an_assignment(members.measures.get(), an_actor(workspace), members)
    for number, figure in ((1, 2), (2, 3)):
        a_report(an_obligation(assignment, a_period(plan, 2026, number)), by=coordinator, approved_by=reviewer, figures=[figure])
    plan.periods.update(closed_at=MARCH)
    client.force_login(manager)
    page = text_of(client.get(f"/plans/{plan.pk}/years/2026/reports/?counted=targets"))
    assert f"2026: {said} · 2 av 2 rapporter · varje aktörs senaste gäller" in page
    assert page.count("Läs rapporten") == 1


def test_the_others_of_what_it_is_counted_among_are_one_press_away(client, told, manager):
    client.force_login(manager)
    measures, targets, actors, _reports = numbers(client, told)
    for (address, _part, _total), others in (
        (measures, ["1.2 Åtgärd nr 2", "1.3 Åtgärd nr 3"]),
        (targets, ["Antal nr 2"]),
        (actors, ["Verket (Exempel)"]),
    ):
        (rest,) = (each for each in links_of(client.get(address)) if "rest=1" in each)
        assert listed(client, rest) == others
        assert f"{len(others)} " in text_of(client.get(rest)).partition("Övriga")[0], "the heading says how many"
    assert "1 aktör har inte lämnat allt" in text_of(client.get(rest))


@pytest.mark.parametrize("is_frozen", [False, True])
def test_last_years_figures_open_the_reports_of_last_year(client, told, manager, is_frozen):
    """What this year is held against is no less a figure: two presses to a report of that year, frozen or not."""
    if is_frozen:
        frozen(told, 2025, manager)
    client.force_login(manager)
    page = client.get(f"/plans/{told.pk}/years/2026/").content.decode()
    lasts = [html.unescape(each) for each in re.findall(r'<span class="numbers__before"><a href="([^"]+)">2025: ', page)]
    assert [each.partition("?")[0] for each in lasts] == [f"/plans/{told.pk}/years/2025/reports/"] * 4
    targets = page.partition('id="targets"')[2].partition("</section>")[0]
    lasts += [html.unescape(each) for each in re.findall(r'data-label="2025"><a href="([^"]+)">40<', targets)]
    assert len(lasts) == 4 + 3
    reports = {f"/reports/{pk}/" for pk in Report.objects.filter(obligation__period__year=2025).values_list("pk", flat=True)}
    assert all(reports & links_of(client.get(each)) for each in lasts)
    assert listed(client, lasts[0]) == ["1.1 Åtgärd nr 1", "1.3 Åtgärd nr 3"], "what last year's number counted"
    assert f"/frozen/{told.annual_follow_ups.get().pk}/" in page if is_frozen else "/frozen/" not in page


def test_of_a_part_of_the_year_the_list_is_of_that_part(client, told, manager):
    client.force_login(manager)
    club = told.workspace.actors.get(name__startswith="Klubben")
    measures, *_others = numbers(client, told, query=f"?actor={club.pk}")
    assert measures[1:] == (1, 1)
    assert listed(client, measures[0]) == ["1.1 Åtgärd nr 1"]
    late = told.workspace.actors.get(name__startswith="Skolan")
    measures, *_others = numbers(client, told, query=f"?actor={late.pk}")
    assert measures[1:] == (0, 1)
    assert listed(client, measures[0]) == []
    assert "0 av 1 startade åtgärder är klara eller går enligt plan" in text_of(client.get(measures[0]))


def frozen(plan, year: int, by, content: bytes | None = None) -> AnnualFollowUp:
    told = year_of(plan, year, audience=Audience.MANAGEMENT)
    reason = "Rättat." if plan.annual_follow_ups.filter(year=year).exists() else ""
    file = File("aret.json", "application/json", content or json_bytes(told))
    return freeze_year(plan, told, [file], by=by, reason=reason)


def test_last_years_number_is_the_frozen_one_and_says_when_it_has_been_revised(client, told, manager, coordinator):
    client.force_login(manager)
    address = f"/plans/{told.pk}/years/2026/"
    assert "2025: 3 av 3" in text_of(client.get(address)), "not frozen yet: as it is now"
    first = frozen(told, 2025, manager)
    page = client.get(address)
    assert text_of(page).count("2025: 3 av 3") == 2, "reports and actors"
    assert "reviderad" not in text_of(page)
    assert f"/frozen/{first.pk}/" in links_of(page)
    with clock.at(MARCH + timedelta(hours=1)):
        told.periods.update(closed_at=None)
        withdraw_report(Report.objects.filter(obligation__period__year=2025).first(), by=coordinator, reason="Fel verksamhet.")
        told.periods.update(closed_at=MARCH)
        top = text_of(client.get(address)).partition("Så går genomförandet")[0]
        assert "rapporter är med i siffrorna 2025: 3 av 3 → 2 av 3 (reviderad) · fryst 2025" in top
        assert "aktörer har lämnat allt 2025: 3 av 3 → 2 av 3 (reviderad)" in top
        targets = text_of(client.get(address)).partition("Mål och utfall")[2]
        assert "saknas Antal nr 1 2025 reviderad, frystes som 40 40 Antal nr 1 2026" in targets, "so is the figure it was made of"
        assert targets.count("reviderad, frystes som") == 1
        client.force_login(coordinator)
        assert "reviderad, frystes" not in text_of(client.get(address)), "frozen for other eyes"
        client.force_login(manager)
        second = frozen(told, 2025, manager)
        page = client.get(address)
        assert "rapporter är med i siffrorna 2025: 2 av 3 · fryst 2025" in text_of(page), "the correction is what holds"
        assert f"/frozen/{second.pk}/" in links_of(page)
        told_of = year_of(told, 2026, audience=Audience.MANAGEMENT, as_of=MARCH).numbers[3]
        assert told_of.last_year == "2025: 3 av 3", "as everything was that day"


def test_last_years_frozen_numbers_cost_no_query_of_their_own(client, told, manager, django_assert_max_num_queries):
    frozen(told, 2025, manager)
    client.force_login(manager)
    client.get("/years/")
    with django_assert_max_num_queries(25):
        page = client.get(f"/plans/{told.pk}/years/2026/")
    assert text_of(page).count("· fryst 2025") == 4


def test_a_year_frozen_before_its_numbers_were_stored_as_numbers_is_read_from_its_words(client, told, manager):
    words = [("1\u00a0203", "av 1\u00a0300"), ("–", "inget att räkna än"), ("3", "of 4"), ("2", "av 3")]
    old = [{"number": number, "out_of": out_of, "label": "", "last_year": "", "link": ""} for number, out_of in words]
    frozen(told, 2025, manager, json.dumps({"audience": "management", "numbers": old}).encode())
    client.force_login(manager)
    top = text_of(client.get(f"/plans/{told.pk}/years/2026/")).partition("Så går genomförandet")[0]
    for words in ("2025: 1 203 av 1 300 →", "2025: 3 av 4 →", "2025: 2 av 3 → 3 av 3 (reviderad)", "2025: – →"):
        assert words in top, words


def test_who_sees_more_is_not_told_that_a_verdict_was_revised(client, told, workspace, coordinator, reviewer, manager):
    """Three young people: the coordinator's year can judge the target, the frozen one could not."""
    measure = a_measure(told, number="2.1", title="Sommarjobb")
    a_target(an_indicator(measure, kind="people", name="ungdomar"), baseline=0, target=3, year=2027)
    told.periods.update(closed_at=None)
    obligation = an_obligation(an_assignment(measure, an_actor(workspace)), told.periods.get(year=2025))
    a_report(obligation, by=coordinator, approved_by=reviewer, figures=[3])
    told.periods.update(closed_at=MARCH)
    frozen(told, 2025, manager)
    for person in (manager, coordinator):
        client.force_login(person)
        assert "reviderad" not in text_of(client.get(f"/plans/{told.pk}/years/2026/")), str(person)
    page = client.get(f"/plans/{told.pk}/years/2026/")
    assert "mått är på väg eller före 2025: 2 av 3 i det frysta, 3 av 4 som du ser det" in text_of(page)
    (opened,) = (each for each in links_of(page) if "/years/2025/reports/" in each and "counted=targets" in each)
    assert "3 av 4 mått är på väg eller före" in text_of(client.get(opened)), "the list is the reader's own"
