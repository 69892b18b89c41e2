"""A history lived with the real actions: rebuilt from the tables it comes to what is shown, and what was shown once never changes."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from followup import rollup
from followup.demo.history import History
from followup.figures import Window
from followup.reference.figure import figure
from followup.reference.targets import against_targets
from measures.models import Plan
from measures.rules import IndicatorKind, Interval
from stakeholders import clock
from stakeholders.rules import Role
from tests.factories import a_contact, a_measure, a_target, a_user, an_actor, an_assignment, an_indicator
from tests.followup.stored_facts import facts_of
from tests.followup.test_rollup import assert_same

pytestmark = pytest.mark.django_db
WINDOWS = [Window.year(2025), Window.period(2025, Interval.TERTIAL, 2), Window.since_start(Window.year(2025).end)]
MOMENTS = [datetime(2025, 6, 10, 12, tzinfo=UTC), datetime(2025, 10, 1, 12, tzinfo=UTC), datetime(2026, 1, 20, 12, tzinfo=UTC)]


@pytest.fixture
def history(plan, company, coordinator, workspace) -> History:
    """A measure of each kind, two actors each, known since the first day."""
    with clock.at(datetime(2025, 1, 1, 12, tzinfo=UTC)):
        return a_history(plan, company, coordinator, workspace)


def a_history(plan, company, coordinator, workspace) -> History:
    for number, kind in enumerate(IndicatorKind):
        measure = a_measure(plan, number=f"{number}.1", title=f"Åtgärd {number}")
        indicator = an_indicator(measure, kind=kind, has_disjoint_denominators=True, ratio_over_time="flow")
        a_target(indicator, baseline=40, target=80, year=2027)
        for place in (1, 2):
            actor = an_actor(workspace, f"Aktör {number}.{place} (Exempel)")  # what happens to it hangs on its name
            a_contact(actor)
            an_assignment(measure, actor, indicator)
    return History(plan, coordinator=coordinator, reviewer=a_user(company, Role.REVIEWER))


def everything_shown(plan: Plan, as_of: datetime) -> dict:
    live = rollup.load(plan, WINDOWS, as_of=as_of)
    return {
        (indicator, days): (live.figure(indicator, days), rollup.against_targets(live, indicator, days))
        for indicator in sorted(live.lines)
        for days in WINDOWS
    }


def coverage(shown: dict) -> list:
    return [(figure.low, figure.approved, figure.expected) for figure, _ in shown.values()]


def test_rebuilt_from_the_tables_it_comes_to_what_is_shown(history, plan):
    history.live(2025)
    facts = facts_of(plan)
    for as_of in MOMENTS:
        shown = everything_shown(plan, as_of)
        assert any(live.low for live, _ in shown.values())
        for (indicator, days), (live, against) in shown.items():
            assert_same(live, figure(facts, indicator, days, as_of), f"{indicator} {days} {as_of}")
            assert against == against_targets(facts, indicator, days, as_of)


def test_what_was_shown_once_is_shown_as_of_that_moment_ever_after(history, plan):
    before = {}
    for moment, year in zip(MOMENTS, (2025, 2100, 2100), strict=True):  # from 2100 on no more rounds are planned: only what waits is lived
        with clock.at(moment):
            history.live(year)
        before[moment] = everything_shown(plan, moment)
    history.live(2026)
    known = [coverage(shown) for shown in (*before.values(), everything_shown(plan, clock.now()))]
    assert all(one != other for one, other in pairwise(known)), "something happened in between, and after"
    assert {moment: everything_shown(plan, moment) for moment in MOMENTS} == before
