"""What is small, on its own (rule 8)."""

from measures.rules import SCALE

LOWEST_THRESHOLD = 3


def is_small(amount: int, threshold: int) -> bool:
    """1…k−1. Nobody is no secret, and neither is a crowd."""
    return 0 < amount < max(threshold, LOWEST_THRESHOLD) * SCALE


def is_small_rate(numerator: int, denominator: int, threshold: int) -> bool:
    """A rate is small when those in it, or those outside it, are few; or when it is of fewer than 2k."""
    few = is_small(numerator, threshold) or is_small(denominator - numerator, threshold)
    return few or 0 < denominator < 2 * max(threshold, LOWEST_THRESHOLD) * SCALE


def refreshed(before: int | None, now: int, threshold: int) -> int:
    """What the public is shown of a year to date: the new number only when at least k were added, or none; else the one before."""
    return before if before is not None and is_small(abs(now - before), threshold) else now
