"""How far towards the target, and whether it is on its way (rule 5)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from followup.figures import AgainstTarget, Figure, Number, Window
from followup.rollup.beginnings import BaselineRow
from followup.rollup.plan import Rollup
from followup.rollup.rows import TargetRow
from followup.words import Verdict
from measures.rules import SCALE, IndicatorKind, TargetBasis

Interval = tuple[Number, Number]
ORDER = {basis.value: place for place, basis in enumerate(TargetBasis)}
BASES = {basis.value: basis for basis in TargetBasis}
FLOWS = (IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.PEOPLE)


def against_targets(
    rollup: Rollup, indicator: int, window: Window, known: Figure | None = None
) -> tuple[AgainstTarget | None, AgainstTarget | None]:
    """The figure of the whole plan against the original and the current targets; None without targets.

    For targets *sedan start* the roll-up reads what came before its windows by itself. `known`: the window's figure, if worked out already.
    """
    original, current = _lines_of(rollup.rows.targets.get(indicator, ()))
    baselines: Sequence[BaselineRow | None] = rollup.baselines.get(indicator) or [None]
    now = _against(rollup, indicator, window, current, baselines[-1], known)
    if original == current and baselines[0] == baselines[-1]:
        return now, now
    return _against(rollup, indicator, window, original, baselines[0], known), now


def _lines_of(targets: Sequence[TargetRow]) -> tuple[list[TargetRow], list[TargetRow]]:
    """The targets as first decided and as they are now, by year and basis; `targets` in the order they were recorded."""
    if len(targets) < 2:
        return list(targets), list(targets)
    original: dict[tuple[int, int], TargetRow] = {}
    current: dict[tuple[int, int], TargetRow] = {}
    for target in targets:
        key = (target.year, ORDER[target.basis])
        original.setdefault(key, target)
        current[key] = target
    return [original[key] for key in sorted(original)], [current[key] for key in sorted(current)]


def _against(
    rollup: Rollup,
    indicator: int,
    window: Window,
    in_order: list[TargetRow],
    baseline: BaselineRow | None,
    known: Figure | None,
) -> AgainstTarget | None:
    if not in_order:
        return None
    target = next((each for each in in_order if each.year >= window.end.year), in_order[-1])
    along = [each for each in in_order if each.basis == target.basis]
    final = along[-1]
    start = comparable(rollup, indicator, window, baseline)
    actual = _actual(rollup, indicator, window, target.basis, known)
    path = None
    if baseline is not None and start is not None:
        points = [(baseline.year, start), *((each.year, each.value) for each in along if each.year > baseline.year)]
        path = _along(points, window.end)
    attainment = _attainment(actual, start, target.value)
    return AgainstTarget(
        basis=BASES[target.basis],
        baseline=start,
        target=target.value,
        target_year=target.year,
        final=final.value,
        final_year=final.year,
        attainment=attainment,
        final_attainment=attainment if final.value == target.value else _attainment(actual, start, final.value),
        path=path,
        verdict=_verdict(rollup, indicator, window, actual, start, target.value, path),
    )


def comparable(rollup: Rollup, indicator: int, window: Window, baseline: BaselineRow | None) -> Number | None:
    """The baseline in the words of the window's definition; none across a break."""
    line = rollup.lines.get(indicator)
    definition = line.on(window.end) if line else None
    if baseline is None or line is None or definition is None:
        return None
    known = [each for each in line.versions if each.id in baseline.versions and each.start <= definition.start]
    stated = known[-1] if known else line.versions[0]
    if line.series_of(stated.id) != line.series_of(definition.id):
        return None
    return baseline.value * line.factors_to(definition).get(stated.id, 1)


def _actual(rollup: Rollup, indicator: int, window: Window, basis: str, known: Figure | None) -> Interval | None:
    figure = known or rollup.figure(indicator, window)
    if basis == TargetBasis.SINCE_START:
        figure = rollup.figure(indicator, Window.since_start(window.end))
    elif figure.kind in FLOWS and not window.is_whole_year:
        return None
    figure = of_statistics(rollup, figure)
    return None if figure.low is None or figure.high is None else (figure.low, figure.high)


def of_statistics(rollup: Rollup, figure: Figure) -> Figure:
    """Of an indicator that no actor reports, what statistics say of a whole year, in the place of the answers that there are not."""
    if figure.low is not None or figure.protection or not figure.window.is_whole_year:
        return figure
    told = rollup.elsewhere.get(figure.indicator)
    value = told.values.get(figure.window.end.year) if told else None
    return figure if value is None else replace(figure, low=value, high=value)


def _attainment(actual: Interval | None, baseline: Number | None, target: int) -> tuple[Fraction, Fraction] | None:
    if actual is None or baseline is None or baseline == target:
        return None
    low, high = actual
    one = Fraction(low - baseline, target - baseline)
    if low == high:
        return one, one
    other = Fraction(high - baseline, target - baseline)
    return min(one, other), max(one, other)


def _along(points: list[tuple[int, Number]], day: date) -> Fraction:
    """The straight line from 31 December to 31 December, level before the first and after the last."""
    if day <= date(points[0][0], 12, 31):
        return Fraction(points[0][1])
    for (year, value), (next_year, next_value) in pairwise(points):
        if day <= date(next_year, 12, 31):
            gone, whole = (day - date(year, 12, 31)).days, (date(next_year, 12, 31) - date(year, 12, 31)).days
            return Fraction(value * whole + (next_value - value) * gone, whole)
    return Fraction(points[-1][1])


def _verdict(
    rollup: Rollup, indicator: int, window: Window, actual: Interval | None, baseline: Number | None, target: int, path: Fraction | None
) -> Verdict:
    effect_from = rollup.effect_from.get(indicator)
    if effect_from and window.end < effect_from:
        return Verdict.TOO_EARLY
    if actual is None:
        return Verdict.NO_DATA
    if baseline is None or path is None or baseline == target:
        return Verdict.NOT_COMPUTABLE
    line = rollup.lines[indicator]
    definition = line.on(window.end) or line.versions[0]
    way = target - baseline
    tolerance = definition.tolerance * max(way, -way)
    towards = 1 if way > 0 else -1
    low, high = actual
    verdict = _one_verdict(low, baseline, path, tolerance, towards)
    if low == high or verdict == _one_verdict(high, baseline, path, tolerance, towards):
        return verdict
    return Verdict.UNCERTAIN


def _one_verdict(actual: Number, baseline: Number, path: Fraction, tolerance: Number, towards: int) -> Verdict:
    """`tolerance`: in 1/10 000 of what the others are in. The path is held against in whole numbers: fractions are slow."""
    if (actual - baseline) * towards * SCALE < -tolerance:
        return Verdict.WRONG_WAY
    ahead = (actual * path.denominator - path.numerator) * towards
    if max(ahead, -ahead) * SCALE <= tolerance * path.denominator:
        return Verdict.ON_PATH
    return Verdict.AHEAD if ahead > 0 else Verdict.BEHIND
