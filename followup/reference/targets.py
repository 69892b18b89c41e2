"""Rule 5: how far towards the target, and whether it is on its way."""

from bisect import bisect
from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction

from followup.figures import AgainstTarget, Figure, Number, Window
from followup.reference.definitions import Definitions
from followup.reference.facts import Baseline, Facts, Target
from followup.reference.figure import figure
from followup.words import Verdict
from measures.rules import SCALE, EffectLevel, IndicatorKind, TargetBasis

FLOWS = (IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.PEOPLE)


def against_targets(facts: Facts, indicator: int, window: Window, as_of: datetime) -> tuple[AgainstTarget | None, AgainstTarget | None]:
    """The window's figure against the original and the current targets; None where there is no target."""
    known = facts.at(as_of)
    targets = [target for target in known.targets if target.indicator == indicator]
    baselines = [baseline for baseline in known.baselines if baseline.indicator == indicator]
    original = {(target.basis, target.year): target for target in reversed(targets)}
    current = {(target.basis, target.year): target for target in targets}
    return (
        _against(facts, indicator, window, as_of, list(original.values()), baselines[:1]),
        _against(facts, indicator, window, as_of, list(current.values()), baselines[-1:]),
    )


def _against(
    facts: Facts, indicator: int, window: Window, as_of: datetime, targets: list[Target], baselines: list[Baseline]
) -> AgainstTarget | None:
    if not targets:
        return None
    bases = list(TargetBasis)
    in_order = sorted(targets, key=lambda target: (target.year, bases.index(target.basis)))
    target = next((target for target in in_order if target.year >= window.end.year), in_order[-1])
    line = [other for other in in_order if other.basis == target.basis]
    baseline = baselines[0] if baselines else None
    known = facts.at(as_of)
    start = comparable_baseline(known, indicator, window, baseline)
    actual = measured_likewise(facts, indicator, window, as_of, target.basis)
    path = path_on(window.end, baseline.year, start, line) if baseline and start is not None else None
    return AgainstTarget(
        basis=target.basis,
        baseline=start,
        target=target.value,
        target_year=target.year,
        final=line[-1].value,
        final_year=line[-1].year,
        attainment=attainment(actual, start, target.value),
        final_attainment=attainment(actual, start, line[-1].value),
        path=path,
        verdict=_verdict(known, indicator, window, actual, start, target.value, path),
    )


def comparable_baseline(known: Facts, indicator: int, window: Window, baseline: Baseline | None) -> Number | None:
    """The baseline in the words of the window's definition: bridged where it was stated before the bridge, none across a break."""
    definitions = Definitions.of(known.versions, indicator)
    definition = definitions.on(window.end)
    if baseline is None or definition is None:
        return None
    heard = [
        version for version in definitions.versions if version.recorded_at <= baseline.recorded_at and version.start <= definition.start
    ]
    stated_in = heard[-1] if heard else definitions.versions[0]
    if definitions.series(stated_in) != definitions.series(definition):
        return None
    return baseline.value * definitions.factor(stated_in, definition)


def measured_likewise(facts: Facts, indicator: int, window: Window, as_of: datetime, basis: TargetBasis) -> tuple[Number, Number] | None:
    """The actual, measured as the target says. What flows is held against a year's target only when the window is a whole year."""
    actual: Figure = figure(facts, indicator, window, as_of)
    if basis == TargetBasis.SINCE_START:
        actual = figure(facts, indicator, Window.since_start(window.end), as_of)
    elif actual.kind in FLOWS and not window.is_whole_year:
        return None
    return None if actual.low is None or actual.high is None else (actual.low, actual.high)


def attainment(actual: tuple[Number, Number] | None, baseline: Number | None, target: int) -> tuple[Fraction, Fraction] | None:
    """(actual − baseline) / (target − baseline), uncapped. Falling goals work: 20 → 10, now 12 is 80 %."""
    if actual is None or baseline is None or target == baseline:
        return None
    low, high = sorted(Fraction(end - baseline) / (target - baseline) for end in actual)
    return low, high


def path_on(day: date, baseline_year: int, baseline: Number, targets: Iterable[Target]) -> Fraction:
    """Where one ought to be: straight from 31 December of the baseline year through each target at 31 December of its year."""
    points = [(date(baseline_year, 12, 31), Fraction(baseline))]
    points += [(date(target.year, 12, 31), Fraction(target.value)) for target in targets if target.year > baseline_year]
    after = bisect([point[0] for point in points], day)
    if after == 0 or after == len(points):
        return points[max(after - 1, 0)][1]
    (from_day, from_value), (to_day, to_value) = points[after - 1], points[after]
    return from_value + (to_value - from_value) * Fraction((day - from_day).days, (to_day - from_day).days)


def _verdict(
    known: Facts,
    indicator: int,
    window: Window,
    actual: tuple[Number, Number] | None,
    baseline: Number | None,
    target: int,
    path: Fraction | None,
) -> Verdict:
    if is_too_early(known, indicator, window):
        return Verdict.TOO_EARLY
    if actual is None:
        return Verdict.NO_DATA
    if baseline is None or path is None or target == baseline:
        return Verdict.NOT_COMPUTABLE
    definition = Definitions.of(known.versions, indicator).on(window.end)
    share = Fraction(definition.tolerance, SCALE) if definition else Fraction(0)
    tolerance = share * abs(Fraction(target - baseline))
    ends = {verdict_of(end, baseline, target, path, tolerance) for end in actual}
    return ends.pop() if len(ends) == 1 else Verdict.UNCERTAIN


def verdict_of(actual: Number, baseline: Number, target: int, path: Fraction, tolerance: Fraction) -> Verdict:
    """Wrong way wins; else ahead of, behind or on the path. At the tolerance is still within it."""
    towards = 1 if target > baseline else -1
    if towards * (actual - baseline) < -tolerance:
        return Verdict.WRONG_WAY
    if towards * (actual - path) > tolerance:
        return Verdict.AHEAD
    if towards * (actual - path) < -tolerance:
        return Verdict.BEHIND
    return Verdict.ON_PATH


def is_too_early(known: Facts, indicator: int, window: Window) -> bool:
    """Outcomes and impacts only: until the earliest linked measure's start and its expected time to effect."""
    own = next(each for each in known.indicators if each.id == indicator)
    if own.level not in (EffectLevel.OUTCOME, EffectLevel.IMPACT):
        return False
    started = [(measure.start, measure.id, measure) for measure in known.measures if measure.id in own.measures and measure.start]
    if not started:
        return False
    start, _, earliest = min(started, key=lambda each: each[:2])
    months = earliest.months_to_outcome if own.level == EffectLevel.OUTCOME else earliest.months_to_impact
    return months is not None and window.end < months_after(start, months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the first of the month after when that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
