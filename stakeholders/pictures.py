"""Pictures drawn from figures: values in, SVG out.

Every property is an attribute, so that screen, print and PDF look alike under a strict CSP.
"""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from stakeholders.formats import interval, number

GREEN, AMBER, RED, BLUE, GREY, INK, BAND = "#0f5c4a", "#b86200", "#b3261e", "#1b4f8c", "#76797c", "#20252a", "#dfe9e6"
COLOURS = {"behind": AMBER, "wrong_way": RED, "uncertain": BLUE}
FONT = "Source Sans 3, sans-serif"

BEFORE, AFTER = 0.27, 0.13  # room on either side of the way from baseline (0) to target (1), as shares of it
HEIGHT, BAR = 22, 8
RING = 4.2  # from the middle of last year's ring to its outer edge
TOP = (HEIGHT - BAR) / 2


@dataclass(frozen=True, kw_only=True)
class TargetBar:
    """One indicator on the shared axis from its baseline to its target. Values in 1/10 000 of the unit.

    `low`/`high`: the figure (equal unless it is an interval; None when there is none). `path_low`/`path_high`: where a
    straight way, with its tolerance, would have come. `last_year`: the figure a year ago. `verdict`: a word of followup.words.Verdict.
    """

    name: str
    baseline: int | Fraction
    baseline_year: int
    target: int | Fraction
    target_year: int
    verdict: str
    low: int | Fraction | None = None
    high: int | Fraction | None = None
    path_low: int | Fraction | None = None
    path_high: int | Fraction | None = None
    last_year: int | Fraction | None = None
    decimals: int = 0
    lacks: str = ""


class _Axis:
    """Turns a value into a place, in whole tenths of a unit of the drawing."""

    def __init__(self, bar: TargetBar, width: int, flush: bool) -> None:
        self.bar, self.width = bar, width
        shown = [value for value in (bar.low, bar.high, bar.last_year) if value is not None]
        self.before = 0.02 if flush and all(self.share(value) >= 0 for value in shown) else BEFORE
        self.step = (width - 2) / (self.before + 1 + AFTER)
        self.start, self.end = self.at(0), self.at(1)

    def at(self, share: float) -> float:
        return round(1 + (self.before + share) * self.step, 1)

    def share(self, value: int | Fraction) -> float:
        return float((value - self.bar.baseline) / (self.bar.target - self.bar.baseline))

    def place(self, value: int | Fraction) -> float:
        """Where `value` stands; what lies outside the picture stands at its edge."""
        return self.at(min(max(self.share(value), -self.before), 1 + AFTER))

    def outside(self, value: int | Fraction) -> bool:
        return not -self.before <= self.share(value) <= 1 + AFTER


def target_bar(bar: TargetBar, width: int = 248, flush: bool = False) -> SafeString:
    """The picture of one target: band where one ought to be, bar to the figure, ring last year, line at the target.

    An interval is solid to its near end and dashed to its far one; too early to judge is hollow; no figure is the word.
    `flush` leaves out the room to the left of the baseline where nothing needs it: for a bar that stands alone, not in a column.
    """
    if bar.target == bar.baseline:
        return _svg(bar, width, _words(4, _("går inte att räkna ut")))
    axis = _Axis(bar, width, flush)
    parts = []
    if bar.low is not None and bar.path_low is not None and bar.path_high is not None:
        left, right = sorted((axis.place(bar.path_low), axis.place(bar.path_high)))
        parts.append(_rect(left, 0, right - left, HEIGHT, fill=BAND))
    parts.append(_upright(axis.start, GREY, 1))
    if bar.low is None or bar.high is None:
        parts.append(_words(axis.start + 6, bar.lacks or _("saknas")))
    else:
        parts.append(_bar(bar, axis, bar.low, bar.high))
    parts.append(_upright(axis.end, INK, 2))
    if bar.last_year is not None:
        x = min(max(axis.place(bar.last_year), RING), width - RING)  # whole, also of a value beyond the picture
        parts.append(f'<circle cx="{x}" cy="{HEIGHT / 2}" r="3.4" fill="#fff" stroke="{INK}" stroke-width="1.5"/>')
    return _svg(bar, width, "".join(parts))


def target_axis(baseline_year: int, target_year: int, width: int = 248) -> SafeString:
    """The head of a column of bars: the years at their places. Hidden from screen readers; the column has words of its own."""
    step = (width - 2) / (BEFORE + 1 + AFTER)
    start, end, middle = 1 + BEFORE * step, 1 + (BEFORE + 1) * step, 1 + (BEFORE + 0.5) * step
    return format_html(
        '<svg width="{width}" height="32" viewBox="0 0 {width} 32" aria-hidden="true" font-family="{font}" font-size="11.5" '
        'font-weight="600" text-anchor="middle"><text x="{start}" y="28" fill="#5b5e61">{baseline}</text>'
        '<text x="{middle}" y="14" fill="{green}">{ought}</text><text x="{middle}" y="28" fill="{green}">{come}</text>'
        '<text x="{end}" y="28" fill="{ink}">{target}</text></svg>',
        width=width, font=FONT, start=round(start, 1), middle=round(middle, 1), end=round(end, 1), green=GREEN, ink=INK,
        baseline=baseline_year, ought=_("hit borde vi"), come=_("ha kommit"), target=_("mål %(year)s") % {"year": target_year},
    )  # fmt: skip


def describe(bar: TargetBar) -> str:
    """The picture in words, for those who do not see it."""
    facts = [
        _("Läget %(year)s: %(value)s.") % {"year": bar.baseline_year, "value": number(bar.baseline, bar.decimals)},
        _("Mål %(year)s: %(value)s.") % {"year": bar.target_year, "value": number(bar.target, bar.decimals)},
        _("Nu: %(value)s.") % {"value": interval(bar.low, bar.high, bar.decimals) or bar.lacks or _("saknas")},
    ]
    if bar.last_year is not None:
        facts.append(_("Förra året: %(value)s.") % {"value": number(bar.last_year, bar.decimals)})
    if bar.path_low is not None and bar.path_high is not None:
        low, high = sorted((bar.path_low, bar.path_high))
        ought = interval(low, high, bar.decimals)
        facts.append(_("Hit borde vi ha kommit: %(value)s.") % {"value": ought})
    return " ".join(facts)


def _bar(bar: TargetBar, axis: _Axis, low: int | Fraction, high: int | Fraction) -> str:
    """The figure: solid as far as is certain, dashed over what lies between minst and högst."""
    near, far = sorted((low, high), key=axis.share)
    start, left, right = axis.start, axis.place(near), axis.place(far)
    if bar.verdict in ("too_early", "running"):
        return _box(min(start, left), max(start, right), GREY)
    colour = COLOURS.get(bar.verdict, GREEN)
    certain = (start, left) if left >= start else (right, start) if right <= start else (start, start)
    drawn = _rect(certain[0], TOP, certain[1] - certain[0], BAR, fill=colour)
    if right - left > 1:
        drawn += _box(left, right, colour, dash="3 2")
    if axis.outside(far) or axis.outside(near):  # the bar goes on beyond the picture: it is cut by a slanting gap
        edge = right - 7 if axis.outside(far) and axis.share(far) > 0 else left + 4
        drawn += f'<path d="M{edge:g} {TOP - 1:g}l3 {BAR + 2}" stroke="#fff" stroke-width="2"/>'
    return drawn


def _box(left: float, right: float, colour: str, dash: str = "") -> str:
    """An outline that keeps within its place, at least a pixel wide."""
    return _rect(left + 0.5, TOP + 0.5, max(right - left - 1, 1), BAR - 1, fill="#fff", stroke=colour, dash=dash)


def _rect(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "", dash: str = "") -> str:
    edge = f' stroke="{stroke}"' if stroke else ""
    edge += f' stroke-dasharray="{dash}"' if dash else ""
    return f'<rect x="{round(x, 1):g}" y="{y:g}" width="{round(width, 1):g}" height="{height:g}" fill="{fill}"{edge}/>'


def _upright(x: float, colour: str, width: int) -> str:
    return f'<path d="M{x:g} 0v{HEIGHT}" stroke="{colour}" stroke-width="{width}"/>'


def _words(x: float, text: str) -> str:
    return format_html('<text x="{}" y="15" font-family="{}" font-size="12.5" fill="#5b5e61">{}</text>', x, FONT, text)


def _svg(bar: TargetBar, width: int, drawn: str) -> SafeString:
    return format_html(
        '<svg class="picture" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
        "<title>{name}</title><desc>{words}</desc>{drawn}</svg>",
        width=width,
        height=HEIGHT,
        name=bar.name,
        words=describe(bar),
        drawn=mark_safe(drawn),  # numbers and our own constants; texts were escaped where they were put in
    )
