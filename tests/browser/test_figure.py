"""A figure's own page: read on a phone and a desk, from what was achieved to the report it rests on."""

import pytest

from measures.rules import IndicatorKind
from tests.followup.database_world import DatabaseWorld

pytestmark = pytest.mark.browser


def fill() -> dict:
    """Two partners over two years, one answer missing, one waiting, the year before published and corrected since."""
    world = DatabaseWorld()
    world.indicator("besök på läxhjälpen", IndicatorKind.COUNT)
    world.baseline("besök på läxhjälpen", 2024, 0)
    world.target("besök på läxhjälpen", 2026, 100)
    periods = ["2025T1", "2026T1", "2026T2"]
    for actor in ("Norrbruks IF (Exempel)", "Bruksskolan (Exempel)"):
        world.asks(actor, ["besök på läxhjälpen"], periods)
    world.on("2026-01-10")
    world.reports("Norrbruks IF (Exempel)", "2025T1", 30)
    world.reports("Bruksskolan (Exempel)", "2025T1", 12)
    world.closes("2025T1")
    world.publishes("2025T1")
    world.unlocks("2025T1", "2026-02-10")
    world.reports("Norrbruks IF (Exempel)", "2025T1", 34)
    world.on("2026-05-10")
    world.reports("Norrbruks IF (Exempel)", "2026T1", 40)
    world.reports("Bruksskolan (Exempel)", "2026T1", 14)
    world.on("2026-09-10")
    world.submits("Norrbruks IF (Exempel)", "2026T2", 20)
    return {"manager": world.manager, "indicator": world._indicator("besök på läxhjälpen").pk}


@pytest.fixture(scope="module")
def site(serve):
    return serve(fill)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_figure_says_where_it_comes_from(site, visit, width):
    address = f"/indicators/{site.cast['indicator']}/figure/"
    seen = visit(site, f"{address}?window=2026", width=width, as_=site.cast["manager"])
    assert "Så räknade vi" in seen.page.inner_text("main")
    seen.page.click("text=Visa en del, en annan tid eller som det var")
    seen.check("choice")
    seen.page.select_option("#choose-actor", label="Bruksskolan (Exempel)")
    seen.page.click("main form button")
    seen.check("one actor")
    assert "Bara Bruksskolan (Exempel)" in seen.page.inner_text("main")
    revised = visit(site, f"{address}?window=2025-T1", width=width, as_=site.cast["manager"])
    assert "Reviderad: 42 → 46" in revised.page.inner_text("main")
