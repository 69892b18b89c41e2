"""`{% load symbols %}`: every symbol with its word. Circles are for doing, squares for results; colour is never alone.

The drawings carry their colours as attributes, so that they look the same on screen, in print and in a PDF.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

register = template.Library()

GREEN, AMBER, RED, BLUE, GREY, INK = "#0f5c4a", "#b86200", "#b3261e", "#1b4f8c", "#5b5e61", "#20252a"


def _line(path: str, colour: str = "#fff", width: str = "1.6") -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/>'


def _ring(colour: str, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<circle cx="8" cy="8" r="6.6" fill="none" stroke="{colour}" stroke-width="1.5"{dashed}/>'


def _disc(colour: str) -> str:
    return f'<circle cx="8" cy="8" r="7.35" fill="{colour}"/>'


def _square(colour: str, filled: bool = False, dash: str = "") -> str:
    if filled:
        return f'<rect x=".9" y=".9" width="14.2" height="14.2" rx="3" fill="{colour}"/>'
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<rect x="1.6" y="1.6" width="12.8" height="12.8" rx="2.5" fill="none" stroke="{colour}" stroke-width="1.5"{dashed}/>'


def _hexagon(colour: str, filled: bool = False) -> str:
    paint = f'fill="{colour}"' if filled else 'fill="none"'
    return f'<path d="M8 1.2 13.9 4.6V11.4L8 14.8 2.1 11.4V4.6z" {paint} stroke="{colour}" stroke-width="1.5" stroke-linejoin="round"/>'


TRIANGLE = f'<path d="M8 2.1 14.6 13.9H1.4z" fill="{AMBER}" stroke="{AMBER}" stroke-width="1.6" stroke-linejoin="round"/>'
DIAMOND = f'<path d="M8 1.5 14.5 8 8 14.5 1.5 8z" fill="{RED}" stroke="{RED}" stroke-width="1.4" stroke-linejoin="round"/>'
FLAG = f'<path d="M3.6 2.6h9.9l-2.4 3.2 2.4 3.2H3.6z" fill="{AMBER}"/>' + _line("M3.6 2v12.4", AMBER, "1.7")
ENVELOPE = f'<rect x="1.2" y="3" width="13.6" height="10" rx="1.6" fill="none" stroke="{AMBER}" stroke-width="1.5"/>' + _line(
    "M2 4.4 8 8.9l6-4.5", AMBER, "1.5"
)
BOOK = _line(
    "M8 4.4C6.7 3.3 4.6 3 2 3.2v9.2c2.6-.2 4.7.2 6 1.3 1.3-1.1 3.4-1.5 6-1.3V3.2c-2.6-.2-4.7.1-6 1.2zm0 0v9",
    GREY,
    "1.4",
)
RIGHT, LEFT, UP, DOWN = (
    "M5 8h6M8.6 5.6 11 8l-2.4 2.4",
    "M11 8H5M7.4 5.6 5 8l2.4 2.4",
    "M8 11V5M5.6 7.4 8 5l2.4 2.4",
    "M8 5v6M5.6 8.6 8 11l2.4-2.4",
)
CHECK, CROSS, PAUSE, DASH, CLOCK = (
    "M5 8.3 7.2 10.5 11.2 6",
    "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
    "M6.6 5.8v4.4M9.4 5.8v4.4",
    "M5.6 8h4.8",
    "M8 4.9V8.4H10.6",
)
ASK = "M6.2 6.3a1.85 1.85 0 1 1 2.7 1.75c-.6.35-.9.7-.9 1.35M8 11.5v.05"
SHOUT = "M8 4.8v3.7M8 11.1v.05"
SHOUT_LOW = "M8 6.2v3.4M8 11.8v.05"
LETTER_A = "M5.3 11 8 4.9l2.7 6.1M6.3 9.1h3.4"
LETTER_M = "M4.9 10.4V6.6M4.9 8c.2-1.7 2.9-1.9 3.1-.2v2.6M8 8c.2-1.7 3-1.9 3.1-.2v2.6"

SYMBOLS = {
    # Implementation: circles
    "not_started": (_ring(GREY), _("Inte påbörjad")),
    "on_plan": (_ring(GREEN) + _line(RIGHT, GREEN), _("Enligt plan")),
    "delayed": (TRIANGLE + _line(SHOUT_LOW), _("Försenad")),
    "done": (_disc(GREEN) + _line(CHECK), _("Klar")),
    "paused": (_ring(GREY) + _line(PAUSE, GREY), _("Pausad")),
    "ended_early": (_disc(INK) + _line(CROSS), _("Avslutad i förtid")),
    "unreported": (_ring(GREY, "1.9 1.55"), _("Utan rapport")),
    "no_responsible": (_ring(GREY, "1.9 1.55") + _line(ASK, GREY), _("Saknar ansvarig")),
    # A figure against its target: squares
    "ahead": (_square(GREEN, filled=True) + _line(UP), _("Före")),
    "on_path": (_square(GREEN) + _line(RIGHT, GREEN), _("På väg")),
    "behind": (_square(AMBER, filled=True) + _line(DOWN), _("Efter")),
    "wrong_way": (_square(RED, filled=True) + _line(LEFT), _("Fel riktning")),
    "too_early": (_square(GREY) + _line(CLOCK, GREY), _("För tidigt att bedöma")),
    "running": (_square(GREY) + _line("M5 8h.05M8 8h.05M11 8h.05", GREY, "2"), _("Året pågår")),
    "hidden": (_square(GREY, filled=True) + _line(DASH), _("Visas inte: små tal")),
    "no_data": (_square(GREY, dash="2.6 1.9") + _line(DASH, GREY), _("Saknar underlag")),
    "uncertain": (_square(BLUE) + _line(ASK, BLUE, "1.5"), _("Osäkert")),
    "not_computable": (_square(GREY) + _line(CROSS, GREY), _("Går inte att räkna ut")),
    # The round of reports
    "approved": (_disc(GREEN) + _line(CHECK), _("Godkänd")),
    "to_review": (_ring(GREEN) + _line(CHECK, GREEN), _("Att granska")),
    "begun": (_ring(GREY) + f'<path d="M8 3.2a4.8 4.8 0 0 0 0 9.6z" fill="{GREY}"/>', _("Påbörjad")),
    "opened": (_ring(GREY) + f'<circle cx="8" cy="8" r="2" fill="{GREY}"/>', _("Öppnad")),
    "asked": (_ring(GREY), _("Inget svar än")),
    "reminded": (ENVELOPE, _("Påmind")),
    "uncertain_mail": (_ring(BLUE) + _line(ASK, BLUE, "1.5"), _("Osäkert mejl")),
    "wrong_address": (DIAMOND + _line(SHOUT), _("Fel adress")),
    "returned": (_ring(AMBER) + _line(LEFT, AMBER), _("Kompletteras")),
    "withdrawn": (_ring(GREY, "1.9 1.55"), _("Återkallad")),
    "overdue": (_ring(AMBER) + _line(CLOCK, AMBER), _("Sen")),
    "closed_without": (_ring(GREY, "1.9 1.55"), _("Inte rapporterad")),
    "exempt": (_ring(GREY) + _line(DASH, GREY), _("Befriad")),
    "not_asked": (_line(DASH, GREY), _("Inte begärd")),
    # A goal, assessed by a person
    "met": (_hexagon(GREEN, filled=True) + _line(CHECK), _("Uppfyllt")),
    "partly": (_hexagon(GREEN) + f'<path d="M8 3.6 4.2 5.8v4.4L8 12.4z" fill="{GREEN}"/>', _("Delvis uppfyllt")),
    "not_met": (_hexagon(AMBER) + _line(CROSS, AMBER), _("Inte uppfyllt")),
    "cannot_assess": (_hexagon(GREY) + _line(CLOCK, GREY), _("Kan inte bedömas än")),
    # Which way it goes
    "better": (_line("M3.4 12.2 12 3.8M6.6 3.6H12.2V9.2", GREEN, "1.8"), _("Bättre")),
    "unchanged": (_line("M2.4 8H13M9.2 4.2 13 8 9.2 11.8", GREY, "1.8"), _("Oförändrad")),
    "worse": (_line("M3.4 3.8 12 12.2M6.6 12.4H12.2V6.8", AMBER, "1.8"), _("Sämre")),
    "unknown": (_line(ASK, GREY), _("Okänd")),
    # A part in a measure
    "responsible": (_disc(GREEN) + _line(LETTER_A, "#fff", "1.5"), _("Ansvarig")),
    "contributing": (_ring(GREEN) + _line(LETTER_M, GREEN, "1.2"), _("Medverkar")),
    # A need to look
    "look": (FLAG, _("Titta på")),
    "gap": (_ring(RED) + _line(SHOUT, RED), _("Brist")),
    "warning": (TRIANGLE + _line(SHOUT_LOW), _("Varning")),
    "evidence": (BOOK, _("Kunskapsstöd")),
}  # fmt: skip

COUNTED = {
    "done": ngettext_lazy("%(n)s klar", "%(n)s klara", "n"),
    "on_plan": ngettext_lazy("%(n)s enligt plan", "%(n)s enligt plan", "n"),
    "paused": ngettext_lazy("%(n)s pausad", "%(n)s pausade", "n"),
    "delayed": ngettext_lazy("%(n)s försenad", "%(n)s försenade", "n"),
    "not_started": ngettext_lazy("%(n)s inte påbörjad", "%(n)s inte påbörjade", "n"),
    "ended_early": ngettext_lazy("%(n)s avslutad i förtid", "%(n)s avslutade i förtid", "n"),
    "unreported": ngettext_lazy("%(n)s utan rapport", "%(n)s utan rapport", "n"),
    "no_responsible": ngettext_lazy("%(n)s saknar ansvarig", "%(n)s saknar ansvarig", "n"),
}
"""How many there are of each status, in the order they are told."""


@cache
def draw(name: str, size: int = 16) -> SafeString:
    """The drawing alone, hidden from screen readers: its word must stand beside it. Drawn once: a year shows the same few 600 times."""
    shape = mark_safe(SYMBOLS[name][0])  # our own constants above, nothing from outside
    return format_html('<svg width="{0}" height="{0}" viewBox="0 0 16 16" aria-hidden="true">{1}</svg>', size, shape)


def words_for(statuses: Iterable[str]) -> str:
    """How many of each, in words: "5 enligt plan, 1 försenad, 1 utan rapport"."""
    counts = Counter(statuses)
    return ", ".join(COUNTED[name] % {"n": counts[name]} for name in COUNTED if counts[name])


@register.simple_tag
def symbol(name: str, word: str = "", note: str = "", stacked: bool = False, size: int = 16) -> SafeString:
    """`{% symbol report.status %}`: the drawing and its word. `note` follows in grey; `stacked` puts the word below, for a matrix."""
    return _symbol(name, str(word or SYMBOLS[name][1]), str(note), stacked, size)


@lru_cache(maxsize=512)
def _symbol(name: str, word: str, note: str, stacked: bool, size: int) -> SafeString:
    """Drawn once for each word: a round shows the same dozen a thousand times."""
    kind = " symbol--stacked" if stacked else " symbol--gap" if name == "gap" else ""
    after = format_html(' <span class="symbol__note">{}</span>', note) if note else ""
    return format_html('<span class="symbol{}">{}<span>{}{}</span></span>', kind, draw(name, size), word, after)


@register.simple_tag
def symbol_alone(name: str, size: int = 16) -> SafeString:
    """`{% symbol_alone "look" %}`: only the drawing, for a row whose own words already say it."""
    return draw(name, size)


@register.simple_tag
def symbol_row(statuses: Iterable[str], words: bool = True) -> SafeString:
    """`{% symbol_row statuses %}`: one symbol per measure, in the order given, and the counts in words below. No averages."""
    names = list(statuses)
    dots = format_html('<span class="dots" aria-hidden="true">{}</span>', mark_safe("".join(draw(name) for name in names)))  # drawn above
    if not words:
        return dots
    return format_html('{}<span class="dots__words">{}</span>', dots, words_for(names))


@register.filter
def status_words(statuses: Iterable[str]) -> str:
    """`{{ statuses|status_words }}` → "5 enligt plan, 1 klar"."""
    return words_for(statuses)
