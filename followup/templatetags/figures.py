"""`{% load figures %}`: a figure in words, its exact number beside it for those who copy or compute."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from followup.explain import headline, in_units, level_name, protected
from followup.figures import AgainstTarget, Figure, Number, Part
from followup.words import Protection, Verdict
from followup.year.choice import Choice
from followup.year.sections import attained
from stakeholders.formats import interval

register = template.Library()


@register.simple_tag
def figure_text(figure: Figure, origin: Any) -> SafeString:
    """`{% figure_text origin.figure origin %}` → <data value="80/140">80–140</data>; a word where there is no number."""
    decimals, unit = (origin.version.decimals, origin.version.unit) if origin.version else (0, "")
    words = headline(figure, decimals=decimals, unit=unit, threshold=origin.threshold, scale=origin.scale)
    return _exact(figure.low, figure.high, words)


@register.simple_tag
def amount(low: Number | None, high: Number | None, origin: Any, protection: Protection | None = None) -> SafeString:
    """`{% amount part.low part.high origin part.protection %}`: an amount in the unit of the figure."""
    if protection:
        return format_html("{}", protected(protection, origin.threshold))
    decimals = origin.version.decimals if origin.version else 0
    return _exact(low, high, interval(low, high, decimals) or _("saknas"))


@register.simple_tag
def part_text(part: Part, origin: Any) -> SafeString:
    """`{% part_text part origin %}`: what one assignment adds; of a level its word, of a milestone whether it is reached."""
    if part.protection is None and part.low is not None and origin.figure.kind == "level":
        return format_html("{}", level_name(int(part.low), origin.scale))
    if part.protection is None and origin.figure.kind == "milestone":
        return format_html("{}", _("nådd") if part.low else _("inte nådd"))
    return amount(part.low, part.high, origin, part.protection)


@register.simple_tag
def level(value: int, origin: Any) -> str:
    """`{% level value origin %}`: the word of a level."""
    return level_name(value, origin.scale)


@register.simple_tag
def attainment(against: AgainstTarget) -> SafeString | str:
    """`{% attainment against %}` → <data value="4/5">80 % av vägen</data>: how far from the baseline to the target, uncapped."""
    if against.verdict == Verdict.HIDDEN:
        return ""
    if against.attainment is None:
        return _("går inte att räkna ut") if against.verdict == Verdict.NOT_COMPUTABLE else "–"
    low, high = against.attainment
    return format_html('<data value="{}">{}</data>', low if low == high else f"{low} {high}", attained(against))


@register.filter
def chosen(choice: Choice, name: str) -> int:
    """`{{ choice|chosen:"goal" }}`: the number chosen of a kind, 0 for all."""
    return int(getattr(choice, name))


def _exact(low: Number | None, high: Number | None, words: str) -> SafeString:
    if low is None or high is None:
        return format_html("{}", words)
    value = in_units(low) if low == high else f"{in_units(low)}/{in_units(high)}"
    return format_html('<data value="{}">{}</data>', value, words)
