"""What must hold for every figure, whatever has happened: properties of the reference on random plans."""

import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from followup.reference import facts as f
from followup.reference.figure import figure
from followup.reference.statuses import measure_status, percent_done
from followup.reference.targets import against_targets
from followup.reference.trend import trend
from tests.followup.random_facts import FIRST, LAST, random_facts, random_windows, shuffled

seeds = st.integers(0, 2**32)
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller seed is not a simpler plan
moments = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))
some = settings(max_examples=2000 if os.environ.get("DRILL") else 60, deadline=None, phases=ONCE)


def everything(facts: f.Facts, seed: int, as_of: datetime) -> list:
    """Every answer the reference gives about a random plan, as of a moment."""
    windows = random_windows(random.Random(seed))
    shown = []
    for days in windows:
        for indicator in sorted(facts.indicators, key=lambda each: each.id):
            shown.append(figure(facts, indicator.id, days, as_of))
            shown.append(against_targets(facts, indicator.id, days, as_of))
            if not days.is_since_start:
                shown.append(trend(facts, indicator.id, days, as_of))
        shown += [measure_status(facts, measure.id, days, as_of) for measure in sorted(facts.measures, key=lambda each: each.id)]
        shown.append(percent_done(facts, [measure.id for measure in facts.measures], days, as_of))
    return shown


def figures(seed: int, as_of: datetime) -> list:
    facts = random_facts(seed)
    windows = random_windows(random.Random(seed))
    return [figure(facts, indicator.id, days, as_of) for days in windows for indicator in facts.indicators]


@some
@given(seeds, moments, st.integers())
def test_the_order_of_recording_in_the_store_does_not_matter(seed, as_of, shuffling):
    facts = random_facts(seed)
    assert everything(shuffled(facts, random.Random(shuffling)), seed, as_of) == everything(facts, seed, as_of)


@some
@given(seeds, moments)
def test_a_figure_adds_up_with_its_own_honesty(seed, as_of):
    for shown in figures(seed, as_of):
        assert (shown.low is None) == (shown.high is None)
        assert shown.low is None or shown.low <= shown.high
        assert shown.approved + len(shown.missing) == shown.expected
        assert shown.coverage is None or 0 <= shown.coverage <= 1
        assert shown.on_time <= shown.received <= shown.expected
        assert shown.partners_complete <= shown.partners
        assert len({missing.obligation for missing in shown.missing}) == len(shown.missing)


@some
@given(seeds, moments)
def test_what_is_not_approved_never_counts(seed, as_of):
    facts = random_facts(seed)
    without = replace(facts, reports=tuple(report for report in facts.reports if report.approved_at and report.approved_at <= as_of))
    for days in random_windows(random.Random(seed)):
        for indicator in facts.indicators:
            with_pending, approved_only = (figure(each, indicator.id, days, as_of) for each in (facts, without))
            for name in ("low", "high", "numerator", "denominator", "cells", "parts", "distribution", "approved", "expected", "reports"):
                assert getattr(with_pending, name) == getattr(approved_only, name), name


@some
@given(seeds, moments, st.integers(1, 900))
def test_a_figure_as_of_a_moment_never_changes_afterwards(seed, as_of, days_later):
    """The facts that were recorded later are not there, or are there: the same figure."""
    facts = random_facts(seed)
    assert everything(facts.at(as_of), seed, as_of) == everything(facts, seed, as_of)
    assert everything(facts.at(as_of + timedelta(days=days_later)), seed, as_of) == everything(facts, seed, as_of)


@some
@given(seeds, moments)
def test_a_breakdown_sums_to_its_total_where_numbers_are_added(seed, as_of):
    for shown in figures(seed, as_of):
        for dimension in {cell.dimension for cell in shown.cells}:
            if shown.kind != "people":
                assert sum(cell.low for cell in shown.cells if cell.dimension == dimension) == shown.low


@some
@given(seeds, moments)
def test_an_exemption_is_the_same_before_and_after_the_answer(seed, as_of):
    """Moving every exemption to the very beginning changes nothing that is seen after it."""
    facts = random_facts(seed)
    exempted = {ruling.obligation for ruling in facts.rulings if ruling.kind == "exempt"}
    only = tuple(ruling for ruling in facts.rulings if ruling.kind not in ("exempt", "reinstate"))
    late = tuple(f.Ruling(10**6 + each, each, "exempt", LAST) for each in sorted(exempted))
    early = tuple(replace(ruling, recorded_at=FIRST) for ruling in late)
    one, other = replace(facts, rulings=(*only, *late)), replace(facts, rulings=(*only, *early))
    assert everything(one, seed, LAST) == everything(other, seed, LAST)
