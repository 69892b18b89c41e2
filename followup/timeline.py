"""The picture of a measure's steps through time, drawn from the table beneath it: values in, SVG out. Attributes only, as in `pictures`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from stakeholders.formats import short_day
from stakeholders.pictures import AMBER, FONT, GREEN, INK

AMBER_WORDS, MUTED, LIGHT = "#8f4c00", "#5b5e61", "#dfe2e3"
WIDTH, NAMES, AFTER, ROW, TOP, BAR = 680, 190, 110, 26, 26, 10
LONGEST_NAME = 26


@dataclass(frozen=True)
class Step:
    """A step as planned and as it went. Days may be missing; a step without any is not drawn."""

    title: str
    planned_start: date | None
    planned_end: date | None
    started_on: date | None
    ended_on: date | None

    @property
    def first(self) -> date | None:
        return self.started_on or self.planned_start or self.ended_on or self.planned_end

    def last(self, today: date) -> date | None:
        """Where the bar ends; a step that is late goes on to today."""
        end = self.ended_on or self.planned_end
        return max(end, today) if end and self.is_late(today) else end

    def is_late(self, today: date) -> bool:
        """Planned to have begun, or to be done, before today, and it is not."""
        late_end = self.ended_on is None and self.planned_end is not None and self.planned_end < today
        late_start = self.ended_on is None and self.started_on is None and self.planned_start is not None and self.planned_start < today
        return late_end or late_start

    def words(self, today: date) -> str:
        """What stands after the bar."""
        if self.ended_on:
            return _("klar %(day)s") % {"day": short_day(self.ended_on)}
        return _("försenad") if self.is_late(today) else ""


def timeline(steps: Sequence[Step], today: date) -> SafeString | str:
    """Every step that has a day, on a shared axis of whole years: done or begun is filled, to come is hollow, late is amber, no end is dashed."""
    dated = [(step, step.first) for step in steps]
    drawn = [(step, first) for step, first in dated if first]
    if not drawn:
        return ""
    days = [day for step, first in drawn for day in (first, step.last(today)) if day]
    first_year, last_year = min([*days, today]).year, max([*days, today]).year + 1
    axis = _Axis(date(first_year, 1, 1), date(last_year, 1, 1))
    height = TOP + ROW * len(drawn) + 20
    parts = [_year(axis, year, height) for year in range(first_year, last_year + 1)]
    x = axis.x(today)
    parts.append(f'<path d="M{x:g} {TOP - 6}V{height - 18}" stroke="{INK}" stroke-width="1.5"/>')
    parts += [_row(axis, step, first, TOP + ROW * number, today) for number, (step, first) in enumerate(drawn)]
    parts.append(_text(x + 4, height - 5, _("i dag"), INK, weight=600))
    return format_html(
        '<svg class="picture" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{drawn}</svg>',
        width=WIDTH,
        height=height,
        label=_("Aktiviteterna längs en tidsaxel; samma uppgifter står i tabellen."),
        drawn=mark_safe("".join(parts)),
    )


@dataclass(frozen=True)
class _Axis:
    start: date
    end: date

    def x(self, day: date) -> float:
        share = (day - self.start) / (self.end - self.start)
        return round(NAMES + share * (WIDTH - NAMES - AFTER), 1)


def _row(axis: _Axis, step: Step, first: date, top: float, today: date) -> str:
    end, late = step.last(today), step.is_late(today)
    colour = AMBER if late else GREEN
    left, right = axis.x(first), axis.x(end) if end else float(WIDTH - AFTER)
    right = max(right, left + 4)
    filled = axis.x(max(first, min(end or today, today))) if step.started_on or step.ended_on else left
    name = step.title if len(step.title) <= LONGEST_NAME else f"{step.title[: LONGEST_NAME - 1].rstrip()}…"
    bar = top + (ROW - BAR) / 2
    dashes = "" if end else ' stroke-dasharray="4 3"'
    parts = [_text(0, top + ROW / 2 + 4, name, INK)]
    if right > filled:
        parts.append(f'<path d="M{filled:g} {bar:g}H{right:g}{f"V{bar + BAR:g}" if end else f"M{right:g} {bar + BAR:g}"}H{filled:g}"'
                     f' fill="none" stroke="{colour}" stroke-width="1.5"{dashes}/>')  # fmt: skip
    if filled > left:
        parts.append(f'<rect x="{left:g}" y="{bar:g}" width="{filled - left:g}" height="{BAR}" fill="{colour}"/>')
    else:
        parts.append(f'<path d="M{left:g} {bar - 0.75:g}V{bar + BAR + 0.75:g}" stroke="{colour}" stroke-width="1.5"/>')
    parts.append(_text(right + 6, top + ROW / 2 + 4, step.words(today), AMBER_WORDS if late else MUTED))
    return "".join(parts)


def _year(axis: _Axis, year: int, height: float) -> str:
    x = axis.x(date(year, 1, 1))
    line = f'<path d="M{x:g} {TOP - 6}V{height - 18}" stroke="{LIGHT}"/>'
    return line + (_text(x + 4, 12, str(year), MUTED) if date(year, 1, 1) + timedelta(1) < axis.end else "")


def _text(x: float, y: float, words: str, colour: str, weight: int = 400) -> str:
    return format_html(
        '<text x="{}" y="{}" font-family="{}" font-size="13" font-weight="{}" fill="{}" stroke="#fff" stroke-width="3" paint-order="stroke">'
        "{}</text>",
        f"{x:g}", f"{y:g}", FONT, weight, colour, words,
    )  # fmt: skip
