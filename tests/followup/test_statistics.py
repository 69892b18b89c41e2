"""What statistics say of an indicator that no actor reports: held against its target, with its place, the same wherever it is read."""

import re
from datetime import timedelta

import pytest

from followup.models import OutsideValue
from measures.models import Indicator
from stakeholders import clock
from tests.factories import a_target, an_area, an_indicator, in_units
from tests.followup.test_long import NOW, cast, in_2029, long
from tests.followup.test_year import text_of

pytestmark = pytest.mark.django_db
assert cast, "a fixture"
assert in_2029, "and another"


@pytest.fixture
def stay_on(cast):
    """An outcome that no actor reports, with a target: 40 in 2024, 60 in 2034; judged from 2028."""
    with clock.at(NOW - timedelta(days=1)):
        staying = an_indicator(cast["measure"], kind="stock", level="outcome", name="andel som bor kvar", unit="%")
        Indicator.objects.filter(pk=staying.pk).update(is_reported=False)
        a_target(staying, baseline=40, target=60, year=2034)
    return staying


def statistics(indicator, by, *, area=None, **values):
    with clock.at(NOW - timedelta(hours=1)):
        for year, value in values.items():
            OutsideValue.objects.create(
                indicator=indicator,
                area=area,
                year=int(year[1:]),
                value=in_units(value),
                source_line="Källa: enkät",
                fetched_at=NOW,
                by_user=by,
            )


def rows_of(answer, name: str) -> list[str]:
    """The rows of the tables that are about it."""
    rows = re.findall(r"<tr>.*?</tr>", answer.content.decode(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows if name in row]


def test_what_no_actor_reports_has_its_target_and_its_verdict_in_the_chain(client, cast, stay_on, manager, coordinator):
    client.force_login(manager)
    row = rows_of(long(client, cast, "goal"), "Andel som bor kvar")[-1]
    assert "60 % till 2034" in row
    assert "Saknar underlag" in row
    statistics(stay_on, coordinator, y2026=42, y2028=43)
    row = rows_of(long(client, cast, "goal"), "Andel som bor kvar")[-1]
    assert "43 %" in row
    assert "Efter" in row, "48 would be on the way"
    own = text_of(client.get(f"/plans/{cast['plan'].pk}/long/?indicator={stay_on.pk}"))
    assert "Mål: 60 % till 2034" in own
    Indicator.objects.filter(pk=stay_on.pk).update(level="impact")
    assert "För tidigt att bedöma bedöms från 2030" in rows_of(long(client, cast, "goal"), "Andel som bor kvar")[-1]


def test_the_year_holds_statistics_against_their_target_too(client, cast, stay_on, manager, coordinator):
    statistics(stay_on, coordinator, y2026=42, y2028=43)
    client.force_login(manager)
    row = rows_of(client.get(f"/plans/{cast['plan'].pk}/years/2028/"), "Andel som bor kvar")[-1]
    assert "saknas 43 %" in row, "2027 has no value: nobody was asked, and nobody was to be"
    assert "statistik, hela kommunen" in row
    assert "Efter" in row
    asked = {"plan": cast["plan"].pk, "indicator": stay_on.pk, "window": "2028", "include": "targets"}
    told = client.get("/api/v1/figures/", asked).json()["figures"][0]
    assert (told["low"], told["targets"]["current"]["verdict"]) == ("43", "behind"), "the API says the same"
    own = text_of(client.get(f"/indicators/{stay_on.pk}/figure/?year=2028&measure={cast['measure'].pk}"))
    assert "Andel som bor kvar: 43 % 2028, hela kommunen" in own
    assert "Bara" not in own, "no part of the plan has statistics of its own"
    assert "Efter" in own


def test_statistics_of_several_places_are_held_against_no_target_that_names_none(client, cast, stay_on, manager, workspace, coordinator):
    statistics(stay_on, coordinator, area=cast["area"], y2028=43)
    client.force_login(manager)
    address = f"/plans/{cast['plan'].pk}/years/2028/"
    assert "statistik, Hyttan" in rows_of(client.get(address), "Andel som bor kvar")[-1], "the only place there is"
    statistics(stay_on, coordinator, area=an_area(workspace, "Berget"), y2028=70)
    row = rows_of(client.get(address), "Andel som bor kvar")[-1]
    assert "Saknar underlag" in row
    assert "43" not in row
    own = text_of(client.get(f"/plans/{cast['plan'].pk}/long/?indicator={stay_on.pk}"))
    assert "Statistiken är om enskilda platser, och visas nedan." in own
    assert "ingen statistik är hämtad" not in own
    in_hyttan = client.get(f"/plans/{cast['plan'].pk}/long/", {"area": cast["area"].pk})
    row = rows_of(in_hyttan, "Andel som bor kvar")[-1]
    assert "43 %" in row
    assert "Efter" not in row, "the target is not for Hyttan alone"


def test_a_part_is_shown_the_whole_municipality_s_number_by_its_own_name(client, cast, stay_on, manager, workspace, coordinator):
    statistics(stay_on, coordinator, area=an_area(workspace, "Norrbruk", kind="municipality"), y2028=43)
    statistics(stay_on, coordinator, area=cast["area"], y2028=70)
    client.force_login(manager)
    row = rows_of(client.get(f"/plans/{cast['plan'].pk}/years/2028/", {"area": cast["area"].pk}), "Andel som bor kvar")[-1]
    assert "43 %" in row
    assert "statistik, hela kommunen" in row
    assert "Hyttan" not in row


def test_what_was_reported_once_stands_beside_the_statistics_that_came_after(client, cast, manager, coordinator):
    """20 in 2026 and 46 in 2028 were answers, 33 in 2027 is a statistic: each is what it was, with one verdict, wherever it is read."""
    visits = cast["indicator"]
    Indicator.objects.filter(pk=visits.pk).update(is_reported=False)
    statistics(visits, coordinator, y2027=33)
    client.force_login(manager)
    row = next(row for row in rows_of(long(client, cast, "goal"), "Besök på läxhjälpen") if "60 till 2030" in row)
    for number in ("20", "33", "46"):
        assert number in row
    for year, number, source in ((2026, "20", False), (2027, "33", True), (2028, "46", False)):
        told = rows_of(client.get(f"/plans/{cast['plan'].pk}/years/{year}/"), "Besök på läxhjälpen")[-1]
        assert number in told
        assert ("statistik, hela kommunen" in told) == source
        asked = {"plan": cast["plan"].pk, "indicator": visits.pk, "window": str(year), "include": "targets"}
        figure = client.get("/api/v1/figures/", asked).json()["figures"][0]
        assert figure["low"] == number
        verdict = figure["targets"]["current"]["verdict"]
        assert {"behind": "Efter", "on_path": "På väg", "ahead": "Före"}[verdict] in told
        assert {"behind": "Efter", "on_path": "På väg", "ahead": "Före"}[verdict] in text_of(
            client.get(f"/indicators/{visits.pk}/figure/?year={year}")
        )
