"""The frozen year in the form that partners read: each of them knows its own numbers, and works no other partner's small one out."""

import hashlib
import io
import json
import os
import random
import re
import zipfile
from datetime import datetime

import pytest
from django.core.management import call_command
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from followup import rollup
from followup.actions.publications import store_figures
from followup.figures import Window
from followup.models import AnnualFollowUp, Obligation, Publication, Report
from followup.tasks import run_jobs
from followup.words import Audience
from measures.models import Plan
from measures.rules import SCALE, IndicatorKind
from stakeholders import clock
from stakeholders.models import Event, User
from tests.followup.database_world import DatabaseWorld
from tests.followup.partner import Partner, link_to
from tests.followup.random_facts import FIRST, LAST
from tests.followup.stored import stored
from tests.followup.test_published_attack import published
from tests.followup.test_shown import KINDS, K, PlanOfPeople, everything_shown, recovered, single_numbers, understood

ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller seed is not a simpler plan
DRILL = bool(os.environ.get("DRILL"))

pytestmark = pytest.mark.django_db


@settings(max_examples=100 if DRILL else 16, derandomize=not DRILL, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from(KINDS), st.booleans() if DRILL else st.just(False))
@example(348326, IndicatorKind.COUNT, True)  # a partner was thought to have read all that management had of a frozen year
@example(416, IndicatorKind.COUNT, True)  # a round that management was told of showed what the form before gave away
@example(29896, IndicatorKind.COUNT, True)  # what stood in the place of a corrected answer was thought to have been called few
@example(3249436, IndicatorKind.PEOPLE, True)  # "färre än 5" of people said to be the same, taken for their sum, gave the other away
def test_no_partner_works_anothers_small_number_out_with_the_help_of_its_own(seed, kind, is_frozen):
    """Each partner in turn, who has all that it ever reported, and kept its form of the year when it was frozen first, if it was, and all that
    was published: rounds of it, and the year so far, to management and to all. Then the year is frozen again."""
    rnd = random.Random(seed)
    PlanOfPeople.kind = kind
    facts = PlanOfPeople(rnd, indicators=1).facts
    indicator, year = facts.indicators[0].id, rnd.choice((2024, 2025, 2026))
    with stored(facts) as plan:
        raw, forms = [], {}
        moments = sorted(rnd.uniform(0.2, 0.9) * (LAST - FIRST) + FIRST for _ in range(2))
        for moment in (*moments, LAST):
            shown = rollup.load_shown(plan, [Window.year(year)], Audience.MANAGEMENT, as_of=moment, for_partners=True)
            windows = sorted(shown._windows(indicator, year))
            raw.append(everything_shown(shown.to(Audience.REVIEW), indicator, windows)[0])
            numbers, words = everything_shown(shown, indicator, windows)
            if is_frozen and moment == moments[0]:
                forms = {("then", *name): each for name, each in numbers.items() if name[:2] == (("plan", plan.pk), Window.year(year))}
            if moment in moments:
                _publish(plan, year, windows[:2], moment, is_frozen=is_frozen and moment == moments[0])
        for_all = published(Publication.objects.filter(plan=plan, audience=Audience.PUBLIC), indicator)
        reporter = dict(Report.objects.values_list("pk", "obligation__assignment__actor"))
    truth, cells = single_numbers(raw)
    for actor in set(reporter.values()):
        own = {("own", *single): (value, frozenset({single})) for single, value in truth.items() if reporter[single[0]] == actor}
        secrets = {single for single, value in truth.items() if 0 < value < K * SCALE and reporter[single[0]] != actor}
        sums, limits = understood(numbers | forms | for_all[0] | own, words | for_all[1], truth)
        assert not secrets & recovered(sums, truth, cells, limits), (seed, kind, is_frozen, actor)


def _publish(plan: Plan, year: int, rounds: list[Window], moment: datetime, *, is_frozen: bool) -> None:
    """The year is frozen, or rounds of it are published and the year with them."""
    by = User.objects.first()
    if is_frozen:
        annual = AnnualFollowUp.objects.create(plan=plan, year=year, version=1, rules_version="1", frozen_by=by, recorded_at=moment)
        store_figures(plan, Window.year(year), by=by, annual=annual, as_of=moment)
    else:
        for days in (*rounds, Window.year(year)):
            store_figures(plan, days, by=by, as_of=moment)


def frozen(client, *people: int | None, is_published: bool = False) -> tuple[DatabaseWorld, AnnualFollowUp]:
    """A year of one round, with an indicator that counts people, answered by partners A, B …; frozen by page and worker, as it is done."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    world.target("deltagare", 2028, 100)
    world.baseline("deltagare", 2025, 10)
    for actor, _number in zip("ABC", people, strict=False):
        world.asks(actor, ["deltagare"], ["2026T3"])
    world.on("2027-01-10")
    for actor, number in zip("ABC", people, strict=False):
        if number is not None:
            world.reports(actor, "2026T3", number)
    world.on("2027-02-20")
    world.closes("2026T3")
    if is_published:
        world.publishes("2026T3")
    return world, freeze(client, world)


def freeze(client, world: DatabaseWorld, **form: str) -> AnnualFollowUp:
    with clock.at(world.tick()):
        client.logout()  # the former time has run out
        client.force_login(world.manager)
        assert client.post(f"/plans/{world.plan.pk}/years/2026/freeze/", form).status_code == 302
        run_jobs()
    return AnnualFollowUp.objects.latest("version")


def number_in(page: str) -> str:
    """What the row of the indicator says of the year."""
    return " ".join(re.search(r'class="number fact now" data-label="2026">([^<]*)<', page).group(1).replace("\xa0", " ").split())


def read_by_partner(world: DatabaseWorld, actor: str, *, is_unlocked: bool = False) -> Partner:
    """By the link of the letter, on to the year; by way of their answer where it can be changed again."""
    obligation = Obligation.objects.get(assignment__actor__name=actor)
    with clock.at(world.tick()):
        opened = Partner().open(link_to(obligation))
        if is_unlocked:
            return opened.press("Läs eller ändra").follow("Läs hela sammanställningen")
        return opened.press("Läs hela sammanställningen")


def for_management(client, annual: AnnualFollowUp) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(client.get(f"/frozen/{annual.pk}/archive/").content)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("is_published", [False, True])
def test_who_reported_20_does_not_read_23_when_the_other_reported_3(client, is_published):
    """Management reads 23, in which it sees neither; it may have done so in a publication too. No partner reads the sum."""
    world, annual = frozen(client, 20, 3, is_published=is_published)
    files = for_management(client, annual)
    assert number_in(files["arsuppfoljning-2026.html"].decode()) == "23"
    assert json.loads(files["arsuppfoljning-2026.json"])["targets"][0]["now"]["low"] == str(23 * SCALE)
    for actor in "AB":
        page = read_by_partner(world, actor)
        assert page.response.content == files["arsuppfoljning-2026-partner.html"], "all get the same form"
        assert number_in(page.page) == "dold: små tal"
        assert not re.search(r"\b23\b(?! februari)", page.text)
        assert "Den här utgåvan är gjord för er som rapporterar: några fler tal kan vara dolda än i ledningens" in page.text
        assert hashlib.sha256(files["arsuppfoljning-2026.json"]).hexdigest() in page.text, "it says which year it belongs to"
        assert "<script" not in page.page
    assert "gjord för er som rapporterar" not in files["arsuppfoljning-2026.html"].decode()
    told = Event.objects.about(annual).get(verb="year.frozen").payload["files"]
    assert told["arsuppfoljning-2026-partner.html"] == hashlib.sha256(files["arsuppfoljning-2026-partner.html"]).hexdigest()
    call_command("verify_frozen")


def test_where_nothing_is_small_partners_read_what_management_reads(client):
    world, annual = frozen(client, 20, 13)
    assert (
        number_in(for_management(client, annual)["arsuppfoljning-2026.html"].decode())
        == number_in(read_by_partner(world, "A").page)
        == "33"
    )


def test_the_sum_is_shown_to_partners_where_two_others_share_what_is_left_of_it(client):
    world, annual = frozen(client, 20, 3, 30)
    assert (
        number_in(for_management(client, annual)["arsuppfoljning-2026.html"].decode())
        == number_in(read_by_partner(world, "A").page)
        == "53"
    )


def test_a_correction_does_not_tell_partners_what_the_version_before_told_management(client):
    """20 and 3 are 23 in the first version; 20 and 13 in the second. What management is told has been revised would give the 3 away."""
    world, _first = frozen(client, 20, 3)
    world.unlocks("2026T3", "2027-03-10")
    world.reports("B", "2026T3", 13)
    world.on("2027-03-11")
    annual = freeze(client, world, reason="B hade räknat fel.")
    world.unlocks("2026T3", "2027-03-20")
    files = for_management(client, annual)
    theirs = read_by_partner(world, "A", is_unlocked=True)
    assert [(row["old"], row["new"]) for row in json.loads(files["arsuppfoljning-2026-v2.json"])["revisions"]] == [("23", "33")]
    assert not re.search(r"(?<!nr )(?<!Mål )(?<!\.)\b23\b", theirs.text)
    assert theirs.response.content == files["arsuppfoljning-2026-v2-partner.html"]


def test_what_their_form_has_hidden_stays_hidden_in_the_next(client):
    """20 and 3, then 30 that came late: of 53 nobody works out who has what, and management reads it; but the form was silent before."""
    world, _first = frozen(client, 20, 3, None)
    world.unlocks("2026T3", "2027-03-10")
    world.reports("C", "2026T3", 30)
    world.on("2027-03-11")
    annual = freeze(client, world, reason="C:s svar kom sent.")
    assert number_in(for_management(client, annual)["arsuppfoljning-2026-v2.html"].decode()) == "53"
    assert number_in(read_by_partner(world, "A").page) == "dold: små tal"


def test_what_a_frozen_year_said_of_the_year_before_gives_no_late_answer_away(client):
    """2025 is 20 and 3, and stands as 23 beside 2026 when that is frozen. C's 4 come late: 27 beside the corrected 2026 would be 27 − 23."""
    world = DatabaseWorld()
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True)
    world.target("deltagare", 2028, 100)
    world.baseline("deltagare", 2024, 0)
    for actor in "ABC":
        world.asks(actor, ["deltagare"], ["2025T3", "2026T3"])
    world.on("2026-01-10")
    world.reports("A", "2025T3", 20)
    world.reports("B", "2025T3", 3)
    world.on("2026-02-20")
    world.closes("2025T3")
    world.on("2027-01-10")
    for actor, number in zip("ABC", (30, 40, 50), strict=True):
        world.reports(actor, "2026T3", number)
    world.on("2027-02-20")
    world.closes("2026T3")
    told = [last_year_of(for_management(client, freeze(client, world)))]
    world.unlocks("2025T3", "2027-03-30")
    world.reports("C", "2025T3", 4)
    told.append(last_year_of(for_management(client, freeze(client, world, reason="C:s svar kom sent."))))
    assert told == ["23", "dold: små tal"]


def last_year_of(files: dict[str, bytes]) -> str:
    """What the year's JSON says of its indicator the year before."""
    year = next(content for name, content in files.items() if name.startswith("arsuppfoljning") and name.endswith(".json"))
    return json.loads(year)["targets"][0]["last_year"]["text"].replace("\xa0", " ")
