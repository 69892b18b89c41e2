"""Where no number can be small nothing is hidden, and that is seen from the answers alone: the same as when every figure is looked at."""

import random
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from followup import rollup
from followup.figures import Window
from followup.reference import facts as f
from followup.rollup import shown as deciding
from followup.rollup.small_numbers import Table, has_nothing_small
from followup.words import UNKNOWN, Audience, LineState
from measures.rules import SCALE, IndicatorKind, VersionLink
from tests.followup.random_facts import ADDED, LAST, YEARS, RandomPlan, random_windows
from tests.followup.stored import stored, stored_actor

ONCE = (Phase.explicit, Phase.reuse, Phase.generate)
K = 5

pytestmark = pytest.mark.django_db


class PlanOfCrowds(RandomPlan):
    """A plan of indicators that count people, answered in crowds and zeros, but for one `oddity`; everything else is as random as it can be."""

    oddity = ""
    kind = IndicatorKind.COUNT

    def _indicator(self) -> f.Indicator:
        indicator = super()._indicator()
        own = [version for version in self.versions if version.indicator == indicator.id]
        self.versions = [version for version in self.versions if version not in own]
        kept = own[:1]
        if self.oddity == "definitions":
            known = self.moment(own[0].recorded_at, datetime(2025, 1, 1, tzinfo=UTC))
            half = {"link": VersionLink.BRIDGED, "factor": Fraction(1, 2), "recorded_at": known}
            kept.append(f.replace(own[0], id=next(self.ids), start=date(2025, 5, 1), **half))
        for version in kept:
            dimensions = ("gender",) if self.oddity == "cells" or self.rnd.random() < 0.5 else ()
            is_running = self.oddity == "running"
            self.versions.append(f.replace(version, kind=self.kind, counts_people=True, running_total=is_running, dimensions=dimensions))
        return indicator

    def amount(self) -> int:
        is_small = self.oddity == "small" and self.rnd.random() < 0.1
        return self.rnd.choice((1, 2, 4) if is_small else (0, 5, 6, 7, 12, 40, 1000)) * SCALE

    def _line(self, version: f.IndicatorVersion) -> f.Line:
        state = self.rnd.choices(list(LineState), (8, 1, 1, 1))[0]
        if state != LineState.VALUE:
            return f.Line(version.id, state)
        number = 0 if self.oddity == "new" else self.amount()
        most_new = 3 if self.oddity == "new" else number // SCALE
        new = self.rnd.randint(0, most_new) * SCALE if version.kind == IndicatorKind.PEOPLE and self.rnd.random() < 0.8 else None
        return f.Line(version.id, state, number=number, new=new, cells=tuple(self._cells(version, number)))

    def _cells(self, version: f.IndicatorVersion, number: int):
        """Women and men at least five; one of them may be unsaid, and then as many are unknown."""
        if self.oddity == "cells" and number and self.rnd.random() < 0.2:
            yield "gender", "kvinna", number - 2 * SCALE
        elif version.dimensions and number >= 10 * SCALE:
            women = self.rnd.randint(5, number // SCALE - 5) * SCALE
            yield "gender", self.rnd.choice(("kvinna", UNKNOWN)), women
            if self.rnd.random() < 0.7:
                yield "gender", "man", number - women
        elif version.dimensions:
            yield "gender", "man", number


ODDITIES = ("", "small", "cells", "definitions", "running", "new")


def crowds(rnd: random.Random, kind: IndicatorKind, oddity: str) -> f.Facts:
    PlanOfCrowds.kind, PlanOfCrowds.oddity = kind, oddity
    return PlanOfCrowds(rnd, measures=2, indicators=1).facts


def before(rnd: random.Random, loaded: rollup.Shown, indicator: int) -> dict:
    """Perhaps something that a publication hid, and a number or two that it showed, small or not."""
    hidden, seen = set(), []
    if not loaded.scopes:
        return {}
    for name in rnd.sample(sorted(loaded.scopes), rnd.choice((0, 0, 0, 2))):
        hidden.add((indicator, *name, "2025-01-01", "2025-12-31", "", ""))
    for name in rnd.sample(sorted(loaded.scopes), rnd.choice((0, 1, 2))):
        reports = loaded.rollup.figure(indicator, Window.year(2025), loaded.scopes[name]).reports[1:]
        amount = rnd.choice((4, 40)) * SCALE
        seen += [(indicator, "2025-01-01", "2025-12-31", reports, "", "", amount, amount)] if reports else []
    return {"hidden_before": hidden, "seen_before": {indicator: seen}}


@pytest.mark.parametrize("oddity", ODDITIES)
@settings(max_examples=20, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from(ADDED))
def test_where_nothing_is_said_to_be_small_no_figure_is(oddity, seed, kind):
    rnd = random.Random(seed)
    facts = crowds(rnd, IndicatorKind.PEOPLE if oddity == "new" else kind, oddity)
    with stored(facts) as plan:
        live = rollup.load(plan, [Window.year(year) for year in YEARS], as_of=LAST)
        indicator = facts.indicators[0].id
        everyone = sorted(live.answers.get(indicator, ()))
        scopes = [None, *(frozenset({each}) for each in everyone)]
        scopes += [frozenset(rnd.sample(everyone, rnd.randint(0, len(everyone)))) for _ in range(4)]
        for window in (window for window in random_windows(rnd) if not window.spans_years):
            is_clear = has_nothing_small(live, indicator, [window], K)
            assert is_clear or oddity
            for scope in scopes if is_clear else ():
                figure = live.figure(indicator, window, scope)
                ends = [figure.low, figure.high, *(end for cell in figure.cells for end in (cell.low, cell.high))]
                assert not [end for end in ends if end and end < K * SCALE], window


@settings(max_examples=40, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from(ADDED), st.sampled_from(("", "small", "cells")))
def test_what_is_shown_is_the_same_whether_every_figure_is_looked_at_or_not(seed, kind, oddity):
    rnd = random.Random(seed)
    facts = crowds(rnd, kind, oddity)
    with stored(facts) as plan, pytest.MonkeyPatch.context() as monkeypatch:
        indicator = facts.indicators[0].id
        loaded = rollup.load_shown(plan, [Window.year(2025)], Audience.PARTNER, as_of=LAST)
        reader = {"own_actor": rnd.choice((None, stored_actor(1))), **before(rnd, loaded, indicator)}
        shown = rollup.Shown(loaded.rollup, Audience.PARTNER, **reader)
        windows = [*shown._windows(indicator, 2025), Window(date(2025, 1, 1), date(2025, 3, 7))]
        scopes = [None, frozenset(rnd.sample(sorted(live), len(live) // 2)) if (live := shown.rollup.answers.get(indicator)) else None]
        asked = [(indicator, window, scope) for window in windows for scope in [*scopes, *shown.scopes.values()]]
        quick = [shown.figure(*each) for each in asked]
        monkeypatch.setattr(deciding, "has_nothing_small", lambda *_: False)
        whole = rollup.Shown(loaded.rollup, Audience.PARTNER, **reader)
        assert quick == [whole.figure(*each) for each in asked]


@pytest.mark.parametrize("kind", ADDED)
def test_a_plan_of_crowds_is_decided_without_looking_at_every_figure(kind, monkeypatch):
    def looked_at(*_):
        raise AssertionError

    monkeypatch.setattr(Table, "add", looked_at)
    facts = crowds(random.Random(1), kind, "")
    with stored(facts) as plan:
        shown = rollup.load_shown(plan, [Window.year(2025)], Audience.MANAGEMENT, as_of=LAST)
        figure = shown.figure(facts.indicators[0].id, Window.year(2025))
    assert figure.high
    assert figure.protection is None


@pytest.mark.parametrize("amount", [4, 40])
def test_every_figure_is_looked_at_where_one_shown_before_is_small_now(amount):
    """The threshold was lower then: what was shown is hidden now, and so is what it could be worked out from."""
    facts = crowds(random.Random(1), IndicatorKind.COUNT, "")
    indicator = facts.indicators[0].id
    number = (indicator, "2025-01-01", "2025-12-31", (10**9,), "", "", amount * SCALE, amount * SCALE)
    with stored(facts) as plan:
        loaded = rollup.load_shown(plan, [Window.year(2025)], Audience.MANAGEMENT, as_of=LAST)
        shown = rollup.Shown(loaded.rollup, Audience.MANAGEMENT, seen_before={indicator: [number]})
        assert bool(shown._decided(indicator, Window.year(2025)).hidden) == (amount == 4)
