"""`{% load swedish %}`: figures, days and periods as people write them. The writing itself is in stakeholders/formats.py."""

from datetime import date
from fractions import Fraction

from django import template

from stakeholders import formats

register = template.Library()

register.filter("number", formats.number)
register.filter("whole", formats.whole)
register.filter("in_words", formats.in_words)
register.filter("soft_hyphens", formats.with_soft_hyphens)
register.filter("percent", formats.percent)
register.filter("weekday", formats.weekday)
register.filter("day_month", formats.day_month)
register.filter("full_day", formats.full_day)
register.filter("short_day", formats.short_day)
register.filter("clock_time", formats.clock_time)
register.filter("day_and_time", formats.day_and_time)
register.filter("when", formats.when)
register.filter("listing", formats.listing)


@register.simple_tag
def span(first: date, last: date, short: bool = False) -> str:
    """`{% span period.start period.end %}` → "september–december 2026"; `short=True` → "sep–dec 2026"."""
    return formats.span(first, last, short)


@register.simple_tag
def interval(low: int | Fraction | None, high: int | Fraction | None, decimals: int = 0) -> str:
    """`{% interval figure.low figure.high 1 %}` → "3,5–4,0"."""
    return formats.interval(low, high, decimals)


@register.simple_tag
def out_of(part: int, total: int) -> str:
    """`{% out_of 19 24 %}` → "19 av 24"."""
    return formats.out_of(part, total)


@register.simple_tag
def percent_interval(low: int | Fraction | None, high: int | Fraction | None) -> str:
    """`{% percent_interval figure.low figure.high %}` → "72 %" or "68–72 %", of values in 1/10 000 of the whole."""
    return formats.percent_interval(low, high)
