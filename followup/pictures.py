"""Pictures of follow-up, drawn from the table beneath them: values in, SVG out. Attributes only, so screen, print and PDF look alike."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from itertools import pairwise
from math import ceil

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from stakeholders.formats import interval, listing, number

GREEN, GREY, LIGHT, INK, MUTED = "#0f5c4a", "#76797c", "#dfe2e3", "#20252a", "#5b5e61"
FONT = "Source Sans 3, sans-serif"
TOP, BOTTOM = 16, 20
WORD = 36  # how wide "saknas" is
WORDS = 18  # how high a line of words is
COLUMN = {
    "done": ("#0a4738", "#fff"), "on_plan": ("#9dc4b8", INK), "not_started": ("#fff", INK), "delayed": ("#f2b35e", INK),
    "paused": ("#c9d6e6", INK), "ended_early": ("#76797c", "#fff"), "unreported": ("#fff", INK),
    "no_responsible": ("#fff", INK),
}  # fmt: skip
"""How each status is filled and its count written: told apart by order and number too, since paper may be grey."""

DASHED = {"unreported": ' stroke-dasharray="3 2"', "no_responsible": ' stroke-dasharray="1 2"'}
"""What nobody has reported has a broken outline."""

RULED = "delayed"
"""On grey paper its amber and the green of what goes to plan are the same grey, so it has lines across it."""


@dataclass(frozen=True)
class Curve:
    """One series over whole years, in 1/10 000 of the unit; None is *saknas* and leaves a gap. `breaks`: years where a new series begins."""

    name: str
    values: dict[int, int | Fraction | None]
    breaks: frozenset[int] = frozenset()
    spans: dict[int, tuple[int | Fraction, int | Fraction]] = field(default_factory=dict)
    """Years whose figure is an interval: drawn upright from least to most, and no line through them."""

    apart: frozenset[int] = frozenset()
    """Years that are no continuation: the sum so far of a year that goes on is no fall from the whole of the last."""

    bridges: frozenset[int] = frozenset()
    """Years from which the same is measured otherwise: the line goes on, with a mark."""

    told: dict[int, str] = field(default_factory=dict)
    """What is said instead of the figure, of a level its word, of a milestone "2 av 3"; a large picture, with sentences above it, has it only for
    who hears it."""

    def pieces(self) -> list[list[tuple[int, int | Fraction]]]:
        """The unbroken runs: a line is never drawn through a gap or a break."""
        runs: list[list[tuple[int, int | Fraction]]] = [[]]
        for year in range(min(self.values, default=0), max(self.values, default=-1) + 1):
            value = self.values.get(year)
            if (value is None or year in self.breaks or year in self.apart) and runs[-1]:
                runs.append([])
            if value is not None:
                runs[-1].append((year, value))
        return [run for run in runs if run]

    def words(self, year: int, decimals: int) -> str:
        """The figure of a year, or its interval, or what is said instead; "" when there is none."""
        return self.told.get(year) or interval(*self.spans.get(year, (self.values[year], self.values[year])), decimals)

    def last(self) -> tuple[int, int | Fraction] | None:
        known = [(year, value) for year, value in self.values.items() if value is not None]
        return max(known, default=None)


@dataclass(frozen=True)
class Frame:
    """The scale that all pictures beside each other share: years across, values up."""

    first_year: int
    last_year: int
    low: int | Fraction
    high: int | Fraction
    plan_year: int | None = None
    decimals: int = 0

    @classmethod
    def around(cls, curves: Sequence[Curve], plan_year: int | None = None, decimals: int = 0) -> "Frame":
        """The smallest frame, in even tens of the unit (in ones where none is above five), that holds every curve."""
        years = [year for curve in curves for year in curve.values] or [plan_year or 0]
        values = [value for curve in curves for value in curve.values.values() if value is not None]
        values += [end for curve in curves for span in curve.spans.values() for end in span]
        values = values or [0]
        step = 10_000 if max(max(values), -min(values)) <= 50_000 else 100_000
        low = Fraction(min(values)) // step * step
        high = -(-Fraction(max(values)) // step) * step
        return cls(min(years), max(years), low, high if high > low else low + step, plan_year, decimals)

    @property
    def left(self) -> int:
        """Where the years begin: beside the figures of the scale, so that no line runs through them."""
        return 8 + 6 * max(len(number(each, self.decimals)) for each in (self.low, self.high))

    @property
    def right(self) -> int:
        """What is left beyond the last year for its value in figures, however long they are."""
        return max(34, 10 + 7 * max(len(number(each, self.decimals)) for each in (self.low, self.high)))

    def x(self, year: int, width: int) -> float:
        span = max(self.last_year - self.first_year, 1)
        return round(self.left + (year - self.first_year) / span * (width - self.left - self.right), 1)

    def y(self, value: int | Fraction, height: int) -> float:
        share = float((Fraction(value) - self.low) / (self.high - self.low))
        return round(TOP + (1 - share) * (height - TOP - BOTTOM), 1)


def small_multiple(curve: Curve, frame: Frame, *, beside: Curve | None = None, width: int = 210, height: int = 96) -> SafeString:
    """One of several pictures with the same scale: the curve in green, the one to compare with in grey, the last value in figures."""
    floor = height - BOTTOM
    parts = _scale(frame, width, height, 10.5)
    if frame.plan_year and frame.first_year < frame.plan_year <= frame.last_year:
        x = frame.x(frame.plan_year, width)
        parts.append(f'<path d="M{x:g} {TOP}V{floor}" stroke="{GREY}" stroke-dasharray="2 3"/>')
    if beside:
        parts.append(_curve(beside, frame, width, height, GREY, 1.25))
    parts.append(_curve(curve, frame, width, height, GREEN, 2))
    parts += _last_value(curve, frame, width, height)
    parts += _gaps(curve, frame, width, height)
    if not curve.last() and not curve.spans:
        parts.append(_text((frame.left + width - frame.right) / 2, (floor + TOP) / 2, _("saknas"), MUTED, 12, "middle"))
    parts += _years(frame, set(), width, height, 10.5)
    if curve.told:
        parts, height = _below_its_word(curve, width, parts), height + WORDS
    return _svg(curve.name, describe(curve, frame.decimals), width, height, parts)


def way_to_target(
    curve: Curve, path: Curve, original: Curve, *, plan_year: int, decimals: int, width: int = 420, height: int = 200
) -> SafeString:
    """The curve of one indicator beside the way to its target: dashed as it is now, dotted as it was first decided when that differs."""
    curves = [curve, path, original]
    frame = Frame.around(curves, decimals=decimals)
    parts = _scale(frame, width, height, 12)
    for each, dashes in ((original, "1 4"), (path, "6 4")):
        points = [
            f"{frame.x(year, width):g} {frame.y(value, height):g}" for year, value in sorted(each.values.items()) if value is not None
        ]
        if points:
            parts.append(f'<path d="M{"L".join(points)}" fill="none" stroke="{INK}" stroke-width="1.25" stroke-dasharray="{dashes}"/>')
    parts.append(_curve(curve, frame, width, height, GREEN, 2.5))
    parts += [_circle(frame, year, value, width, height) for year, value in curve.values.items() if value is not None]
    parts += _last_value(curve, frame, width, height)
    parts += _years(frame, {plan_year, *curve.values}, width, height, 12)
    words = [describe(curve, decimals)]
    words += [f"{each.name}: {describe(each, decimals)}" for each in (path, original) if each.values]
    return _svg(curve.name, " ".join(words), width, height, parts)


def status_columns(
    counts: Sequence[tuple[int, Sequence[tuple[str, int]]]], name: str, words: str, *, width: int = 420, height: int = 200
) -> SafeString:
    """A column a year: how many measures had each status, best at the bottom, the count in each part."""
    tallest = max((sum(n for _word, n in own) for _year, own in counts), default=0) or 1
    step = width / max(len(counts), 1)
    thick = min(step * 0.6, 64)
    scale = (height - TOP - BOTTOM) / tallest
    every = ceil(_wide(12) / step)  # the last year always has its label
    parts = [f'<path d="M0 {height - BOTTOM}H{width}" stroke="{GREY}"/>']
    for place, (year, own) in enumerate(counts):
        x, y = place * step + (step - thick) / 2, float(height - BOTTOM)
        for word, n in own:
            fill, ink = COLUMN[word]
            tall = n * scale
            y -= tall
            dash = DASHED.get(word, "")
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{thick:.1f}" height="{tall:.1f}" fill="{fill}" stroke="{INK}" stroke-width=".75"{dash}/>'
            )
            if word == RULED:
                parts.append(_ruled(x, y, thick, tall))
            if tall >= 12 and word == RULED:
                parts.append(f'<rect x="{x + thick / 2 - 11:.1f}" y="{y + tall / 2 - 6:.1f}" width="22" height="12" fill="{fill}"/>')
            if tall >= 12:
                parts.append(_text(x + thick / 2, y + tall / 2 + 4, str(n), ink, 12, "middle", 600))
        if (len(counts) - 1 - place) % every == 0:
            inside = min(max(x + thick / 2, _wide(12) / 2), width - _wide(12) / 2)
            parts.append(_text(inside, height - 5, str(year), MUTED, 12, "middle"))
    return _svg(name, words, width, height, parts)


def _ruled(x: float, y: float, width: float, height: float) -> str:
    """Thin lines across a field."""
    lines = "".join(f"M{x:.1f} {y + step:.1f}h{width:.1f}" for step in range(3, max(int(height), 3), 4))
    return f'<path d="{lines}" stroke="{INK}" stroke-width=".75"/>' if lines else ""


def status_swatch(word: str) -> SafeString:
    """How a status is filled, for the key below the columns."""
    fill, _ink = COLUMN[word]
    dash = mark_safe(DASHED.get(word, ""))  # our own constants
    ruled = mark_safe(_ruled(1, 1, 14, 10)) if word == RULED else ""  # numbers only
    return format_html(
        '<svg width="16" height="12" viewBox="0 0 16 12" aria-hidden="true"><rect x=".5" y=".5" width="15" height="11" fill="{}" stroke="{}"{}/>{}</svg>',
        fill, INK, dash, ruled,
    )  # fmt: skip


def _scale(frame: Frame, width: int, height: int, size: float) -> list[str]:
    """The least and the most, each a thin line with its figure before it."""
    parts = []
    for value in (frame.low, frame.high):
        y = frame.y(value, height)
        parts.append(f'<path d="M{frame.left} {y:g}H{width - frame.right}" stroke="{LIGHT}"/>')
        parts.append(_text(frame.left - 5, y + 3.5, number(value, frame.decimals), MUTED, size, "end"))
    return parts


def _gaps(curve: Curve, frame: Frame, width: int, height: int) -> list[str]:
    """The word where a line stops and goes on: between two known years, where there is room for it."""
    known = sorted((year, value) for year, value in curve.values.items() if value is not None)
    parts = []
    for (year, value), (later, after) in pairwise(known):
        x, beyond = frame.x(year, width), frame.x(later, width)
        if later - year > 1 and beyond - x >= WORD and not any(year < each < later for each in curve.spans):
            y = (frame.y(value, height) + frame.y(after, height)) / 2
            parts.append(_text((x + beyond) / 2, y + 3.5, _("saknas"), MUTED, 10.5, "middle"))
    return parts


def _wide(size: float) -> float:
    """How wide a year is in that size, with the space to the next."""
    return size * 2.75


def _years(frame: Frame, wanted: Collection[int], width: int, height: int, size: float) -> list[str]:
    """The years below: the first and the last, and of the wanted those that there is room for between them, from the last and back."""
    first, last, room = frame.first_year, frame.last_year, _wide(size)
    shown = [last]
    for year in (*sorted({*wanted} - {first, last}, reverse=True), first):
        x = frame.x(year, width)
        if x + room <= frame.x(shown[-1], width) and (year == first or frame.x(first, width) + room <= x):
            shown.append(year)
    return [_text(frame.x(year, width), height - 5, str(year), MUTED, size, "middle") for year in reversed(shown)]


def _circle(frame: Frame, year: int, value: int | Fraction, width: int, height: int) -> str:
    return f'<circle cx="{frame.x(year, width):g}" cy="{frame.y(value, height):g}" r="3" fill="{GREEN}"/>'


def _svg(name: str, words: str, width: int, height: int, parts: Sequence[str]) -> SafeString:
    return format_html(
        '<svg class="picture" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
        "<title>{name}</title><desc>{words}</desc>{drawn}</svg>",
        width=width, height=height, name=name, words=words, drawn=mark_safe("".join(parts)),  # numbers and escaped texts
    )  # fmt: skip


def describe(curve: Curve, decimals: int = 0) -> str:
    """The curve in words: every year with its value, and the years that are missing."""
    known = [f"{year}: {words}" for year in sorted(curve.values) if (words := curve.words(year, decimals))]
    lacking = [str(year) for year in sorted(curve.values) if not curve.words(year, decimals)]
    words = f"{', '.join(known)}." if known else _("Inga uppgifter.")
    missing = _("Saknas: %(years)s.") % {"years": listing(lacking)}
    return f"{words} {missing}" if lacking and known else words


def _curve(curve: Curve, frame: Frame, width: int, height: int, colour: str, stroke: float) -> str:
    drawn = ""
    for run in curve.pieces():
        points = [f"{frame.x(year, width):g} {frame.y(value, height):g}" for year, value in run]
        if len(points) == 1:
            across, up = points[0].split()
            drawn += f'<circle cx="{across}" cy="{up}" r="{stroke}" fill="{colour}"/>'
        else:
            drawn += f'<path d="M{"L".join(points)}" fill="none" stroke="{colour}" stroke-width="{stroke}" stroke-linejoin="round"/>'
    for year, span in curve.spans.items():
        x, (least, most) = frame.x(year, width), (frame.y(each, height) for each in span)
        drawn += (
            f'<path d="M{x - 3:g} {most:g}h6M{x:g} {most:g}V{least:g}M{x - 3:g} {least:g}h6" stroke="{colour}" stroke-width="{stroke}"/>'
        )
    for year in sorted(curve.breaks | curve.bridges):
        x = frame.x(year, width) - 3
        drawn += f'<path d="M{x - 3:g} {TOP + 4}l4 {height - TOP - BOTTOM - 8}" stroke="{INK}" stroke-width="1"/>'
    return drawn


def _last_value(curve: Curve, frame: Frame, width: int, height: int) -> list[str]:
    last = curve.last()
    if not last:
        return []
    x, y = frame.x(last[0], width), frame.y(last[1], height)
    circle = f'<circle cx="{x:g}" cy="{y:g}" r="2.6" fill="{GREEN}"/>'
    return [circle] if curve.told else [circle, _text(x + 6, y + 4, number(last[1], frame.decimals), INK, 13, weight=600)]


def _below_its_word(curve: Curve, width: int, parts: Sequence[str]) -> list[str]:
    """A word is too long to stand after the line, and would lie on it: it has a line of its own above the picture."""
    last = curve.last()
    word = curve.told.get(last[0], "") if last else ""
    size = min(13.0, round(width / (0.56 * max(len(word), 1)), 1))
    return [_text(width, 13, word, INK, size, "end", 600), f'<g transform="translate(0 {WORDS})">{"".join(parts)}</g>']


def _text(x: float, y: float, words: str, colour: str, size: float, anchor: str = "start", weight: int = 400) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="{FONT}" font-size="{size}" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )
