"""Pure functions about answers: no tables, no clock. Figures are integers of 1/10 000 of the unit."""

from fractions import Fraction

from measures.rules import SCALE, IndicatorKind

FAR_OFF_TIMES = 2
FAR_OFF_UNITS = 5 * SCALE
FAR_OFF_POINTS = Fraction(20, 100)
NEVER_FAR_OFF = (IndicatorKind.LEVEL, IndicatorKind.MILESTONE, IndicatorKind.NARRATIVE)


def is_far_off(kind: str, now: Fraction | int | None, last: Fraction | int | None) -> bool:
    """Whether a figure calls for the question "Stämmer det?": more than twice or less than half of last time, and at least
    five units away. A ratio (given as numerator / denominator): at least 20 percentage points away. Nothing to compare with: no.
    """
    if now is None or last is None or kind in NEVER_FAR_OFF:
        return False
    if kind == IndicatorKind.RATIO:
        return abs(Fraction(now) - Fraction(last)) >= FAR_OFF_POINTS
    is_other_size = now > FAR_OFF_TIMES * last or FAR_OFF_TIMES * now < last
    return is_other_size and abs(now - last) >= FAR_OFF_UNITS
