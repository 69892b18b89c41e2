"""The live roll-up says what the reference says, on any plan, as of any moment, for any scope."""

import os
import random
from dataclasses import fields, replace
from datetime import UTC

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from followup import rollup
from followup.figures import Figure
from followup.reference.figure import figure
from followup.reference.statuses import measure_status, measures_under, percent_done, status_counts
from followup.reference.targets import against_targets
from followup.reference.trend import trend
from followup.words import Audience
from tests.followup.random_facts import FIRST, LAST, random_facts, random_windows, shuffled
from tests.followup.stored import stored, stored_actor

PLANS = int(os.environ.get("RANDOM_PLANS", "2000" if os.environ.get("DRILL") else "60"))
seeds = st.integers(0, 2**32)
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller seed is not a simpler plan
moments = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))

pytestmark = pytest.mark.django_db


def with_stored_actors(shown: Figure) -> Figure:
    """The reference's figure with the ids that the actors have in the database."""
    actor = lambda each: replace(each, actor=stored_actor(each.actor))  # noqa: E731
    return replace(shown, missing=tuple(map(actor, shown.missing)), parts=tuple(map(actor, shown.parts)))


def assert_same(live: object, wanted: object, told: str) -> None:
    """Field by field, so that a difference can be read."""
    for each in fields(wanted):
        found, expected = getattr(live, each.name), getattr(wanted, each.name)
        assert found == expected, f"{told}: {each.name}\n  live      {found}\n  reference {expected}"


@settings(max_examples=PLANS, deadline=None, phases=ONCE)
@given(seeds, moments)
def test_every_figure_is_the_reference_s(seed, as_of):
    facts = random_facts(seed)
    rnd = random.Random(seed)
    windows = random_windows(rnd)
    actor, measure = rnd.randint(1, 3), rnd.choice(facts.measures).id
    with stored(shuffled(facts, random.Random(seed))) as plan:
        live = rollup.load(plan, windows, as_of=as_of)
        scopes = [
            (None, lambda each: True),
            (live.assignments(actors={stored_actor(actor)}), lambda each: each.actor == actor),
            (live.assignments(measures={measure}), lambda each: each.measure == measure),
        ]
        for days in windows:
            for indicator in facts.indicators:
                for scope, reference_scope in scopes:
                    wanted = with_stored_actors(figure(facts, indicator.id, days, as_of, reference_scope))
                    assert_same(live.figure(indicator.id, days, scope), wanted, f"{seed} {as_of} {days} {indicator.id} {scope}")


@settings(max_examples=PLANS, deadline=None, phases=ONCE)
@given(seeds, moments)
def test_a_window_read_by_itself_says_the_same(seed, as_of):
    """What a window needs from before it is read, whichever other windows are asked about, and whichever way it is read."""
    facts = random_facts(seed)
    windows = random_windows(random.Random(seed))
    with stored(shuffled(facts, random.Random(seed))) as plan:
        together = rollup.load(plan, windows, as_of=as_of, trends=True)
        for days in windows:
            alone = rollup.load(plan, [days], as_of=as_of, trends=True)
            shown = rollup.load_shown(plan, [days], Audience.REVIEW, as_of=as_of)
            figures = rollup.plan_figures(plan, [days], as_of=as_of, breakdowns=True, parts=True)
            bare = rollup.plan_figures(plan, [days], as_of=as_of)
            for indicator in facts.indicators:
                told = f"{seed} {as_of} {days} {indicator.id}"
                wanted = together.figure(indicator.id, days)
                assert_same(alone.figure(indicator.id, days), wanted, told)
                assert_same(shown.figure(indicator.id, days), wanted, told)
                if indicator.id in together.lines:  # an indicator nobody had defined yet is not among a plan's figures
                    assert_same(figures[indicator.id, days], wanted, told)
                    assert_same(bare[indicator.id, days], replace(wanted, parts=(), cells=()), told)
                assert rollup.against_targets(alone, indicator.id, days) == rollup.against_targets(together, indicator.id, days), told
                assert rollup.change(alone, indicator.id, days) == rollup.change(together, indicator.id, days), told


@settings(max_examples=PLANS, deadline=None, phases=ONCE)
@given(seeds, moments)
def test_targets_and_trends_are_the_reference_s(seed, as_of):
    facts = random_facts(seed)
    windows = random_windows(random.Random(seed))
    with stored(shuffled(facts, random.Random(seed))) as plan:
        live = rollup.load(plan, windows, as_of=as_of, trends=True)
        for days in windows:
            for indicator in facts.indicators:
                told = f"{seed} {as_of} {days} {indicator.id}"
                assert rollup.against_targets(live, indicator.id, days) == against_targets(facts, indicator.id, days, as_of), told
                assert rollup.change(live, indicator.id, days) == trend(facts, indicator.id, days, as_of), told


@settings(max_examples=PLANS, deadline=None, phases=ONCE)
@given(seeds, moments)
def test_statuses_are_the_reference_s(seed, as_of):
    facts = random_facts(seed)
    windows = random_windows(random.Random(seed))
    with stored(shuffled(facts, random.Random(seed))) as plan:
        statuses = rollup.Statuses(rollup.load(plan, windows, as_of=as_of, indicators=[]))
        for days in windows:
            for measure in facts.measures:
                assert statuses.status(measure.id, days) == measure_status(facts, measure.id, days, as_of), (
                    f"{seed} {as_of} {days} {measure.id}"
                )
            for goal in facts.goals:
                under = measures_under(facts, goal.id)
                assert statuses.measures_under(goal.id) == under
                assert statuses.counts(under, days) == status_counts(facts, under, days, as_of)
                assert statuses.percent_done(under, days) == percent_done(facts, under, days, as_of), f"{seed} {as_of} {days} {goal.id}"
