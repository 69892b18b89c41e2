"""Rule 2: a figure is rounded once, when it is shown, half away from zero."""

from fractions import Fraction

from followup.figures import Number
from measures.rules import SCALE


def rounded(number: Number, decimals: int = 0) -> str:
    """A number of 1/10 000 as text with so many decimals and a decimal point: 5 000 with 0 decimals is "1", −5 000 is "-1"."""
    steps = abs(Fraction(number)) * 10**decimals / SCALE
    whole = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator)
    digits = str(whole).rjust(decimals + 1, "0")
    text = digits[: len(digits) - decimals] + ("." + digits[len(digits) - decimals :] if decimals else "")
    return "-" + text if number < 0 and whole else text


def percent(share: Fraction) -> str:
    """A share as a whole percentage: 2/3 is "67"."""
    return rounded(share * 100 * SCALE)
