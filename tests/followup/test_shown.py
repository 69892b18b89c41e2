"""What an audience is shown of a plan: enough is hidden that nothing below the threshold can be worked out from all the pages together."""

import random
from datetime import UTC, date, datetime

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from followup import rollup
from followup.figures import Window
from followup.reference import facts as f
from followup.words import Audience, LineState
from measures.rules import SCALE, EffectLevel, IndicatorKind
from tests.followup.random_facts import LAST, YEARS, RandomPlan
from tests.followup.stored import stored

K = 5
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)

pytestmark = pytest.mark.django_db


class PlanOfPeople(RandomPlan):
    """A plan with one indicator that counts people, answered in whole small numbers, by gender."""

    kind = IndicatorKind.COUNT

    def _indicator(self) -> f.Indicator:
        indicator = f.Indicator(next(self.ids), EffectLevel.OUTPUT, frozenset(measure.id for measure in self.measures))
        dimensions = ("gender",) if self.rnd.random() < 0.5 else ()
        known = datetime(2024, 1, 1, tzinfo=UTC)
        self.versions.append(
            f.IndicatorVersion(next(self.ids), indicator.id, date(2024, 1, 1), self.kind, known, counts_people=True, dimensions=dimensions)
        )
        return indicator

    def _line(self, version: f.IndicatorVersion) -> f.Line:
        number = self.rnd.choice((0, 1, 2, 3, 4, 5, 7, 9, 15, 40)) * SCALE
        women = self.rnd.randint(0, number // SCALE) * SCALE
        cells = (("gender", "kvinna", women), ("gender", "man", number - women)) if version.dimensions else ()
        return f.Line(version.id, LineState.VALUE if number else LineState.ZERO, number=number, cells=cells if number else ())


def everything_shown(shown: rollup.Shown, indicator: int, windows: list[Window]) -> dict[tuple, tuple[int, frozenset]]:
    """Each number that some page could show: its value, and the single numbers (report, cell) that it is the sum of."""
    numbers = {}
    for name, scope in shown.scopes.items():
        for window in windows:
            figure = shown.figure(indicator, window, scope)
            whole = figure.low
            if figure.protection is None and whole is not None:
                numbers[name, window, ""] = (int(whole), frozenset((report, "") for report in figure.reports))
            for cell in figure.cells:
                if cell.protection is None:
                    numbers[name, window, cell.name] = (int(cell.low), frozenset((report, cell.name) for report in figure.reports))
    return numbers


def recovered(numbers: dict, truth: dict[tuple, int], cells: dict[tuple, list[tuple]]) -> set[tuple]:
    """The single numbers that are exactly determined by all that is shown: by subtraction of any two sums, and by bounds."""
    sums = {atoms: value for value, atoms in numbers.values() if atoms}
    grown = dict(sums)
    for one, value in sums.items():
        for other, smaller in sums.items():
            if other < one:
                grown[one - other] = value - smaller
    known = {atom: value for atoms, value in grown.items() if len(atoms) == 1 for atom in atoms}
    low = {atom: known.get(atom, 0) for atom in truth}
    high = {atom: known.get(atom, 10**9) for atom in truth}
    equations = [(dict.fromkeys(atoms, 1), value) for atoms, value in grown.items()]
    equations += [({whole: -1, **dict.fromkeys(parts, 1)}, 0) for whole, parts in cells.items()]
    moved = True
    while moved:
        moved = False
        for signs, value in equations:
            for atom, sign in signs.items():
                rest_low = sum(low[other] if s > 0 else -high[other] for other, s in signs.items() if other != atom)
                rest_high = sum(high[other] if s > 0 else -low[other] for other, s in signs.items() if other != atom)
                bounds = (value - rest_high, value - rest_low) if sign > 0 else (rest_low - value, rest_high - value)
                new = max(low[atom], bounds[0]), min(high[atom], bounds[1])
                if new != (low[atom], high[atom]):
                    (low[atom], high[atom]), moved = new, True
    return {atom for atom in truth if low[atom] == high[atom]}


@settings(max_examples=25, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from([IndicatorKind.COUNT, IndicatorKind.STOCK]))
def test_no_page_nor_all_of_them_together_give_a_small_number_away(seed, kind):
    PlanOfPeople.kind = kind
    facts = PlanOfPeople(random.Random(seed), indicators=1).facts
    year = random.Random(seed).choice((2024, 2025, 2026))
    with stored(facts) as plan:
        indicator = facts.indicators[0].id
        shown = rollup.load_shown(plan, [Window.year(year)], Audience.MANAGEMENT, as_of=LAST)
        raw = rollup.Shown(shown.rollup, Audience.REVIEW)
        windows = sorted(each for each in shown._windows(indicator, year))
        truth: dict[tuple, int] = {}
        cells: dict[tuple, list[tuple]] = {}
        for (_, _, cell), (value, atoms) in everything_shown(raw, indicator, windows).items():
            if len(atoms) == 1:
                (atom,) = atoms
                truth[atom] = value
                if cell:
                    cells.setdefault((atom[0], ""), [])
                    if atom not in cells[atom[0], ""]:
                        cells[atom[0], ""].append(atom)
        cells = {whole: parts for whole, parts in cells.items() if whole in truth and truth[whole] == sum(truth[part] for part in parts)}
        numbers = {name: each for name, each in everything_shown(shown, indicator, windows).items() if each[1] <= truth.keys()}
        secrets = {atom for atom, value in truth.items() if 0 < value < K * SCALE}
        assert not secrets & recovered(numbers, truth, cells)
        assert not {name for name, (value, _) in numbers.items() if 0 < value < K * SCALE}
        everything = {name: each for name, each in everything_shown(raw, indicator, windows).items() if each[1] <= truth.keys()}
        assert secrets <= recovered(everything, truth, cells)  # the attack works on what is not protected


@settings(max_examples=10, deadline=None, phases=ONCE)
@given(st.integers(0, 2**32), st.sampled_from([IndicatorKind.COUNT, IndicatorKind.STOCK]))
def test_sums_over_several_years_give_no_small_number_of_a_year_away(seed, kind):
    PlanOfPeople.kind = kind
    facts = PlanOfPeople(random.Random(seed), indicators=1).facts
    spans = [Window.years(first, last) for first in YEARS for last in YEARS if first < last]
    spans += [Window.since_start(Window.period(year, "tertial", number).end) for year in YEARS for number in (1, 2, 3)]
    with stored(facts) as plan:
        indicator = facts.indicators[0].id
        shown = rollup.load_shown(plan, [*spans, *(Window.year(year) for year in YEARS)], Audience.MANAGEMENT, as_of=LAST)
        windows = [*sorted(shown._windows(indicator, 0)), *spans]
        raw = everything_shown(rollup.Shown(shown.rollup, Audience.REVIEW), indicator, windows)
        numbers = everything_shown(shown, indicator, windows)
    truth = {atom: value for value, atoms in raw.values() if len(atoms) == 1 for atom in atoms}
    secrets = {atom for atom, value in truth.items() if 0 < value < K * SCALE}
    known = {name: each for name, each in numbers.items() if each[1] <= truth.keys()}
    assert not secrets & recovered(known, truth, {})
