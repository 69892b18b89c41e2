""" "Så räknade vi": the rule behind a figure in one Swedish sentence, and what it must say about itself. Values in, text out."""

from collections.abc import Sequence
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from followup.figures import Figure, Number, PercentDone
from followup.words import Flag, Protection
from measures.rules import SCALE, IndicatorKind, RatioOverTime, sign_of
from stakeholders.formats import NBSP, interval, out_of, percent, whole

RULES = {
    IndicatorKind.COUNT: lambda: _("Varje aktörs godkända antal läggs ihop över perioderna, och sedan över aktörerna."),
    IndicatorKind.MONEY: lambda: _("Varje aktörs godkända belopp läggs ihop över perioderna, och sedan över aktörerna."),
    IndicatorKind.STOCK: lambda: _("Varje aktörs senaste godkända läge, högst tolv månader gammalt; lägena läggs ihop över aktörerna."),
    IndicatorKind.PEOPLE: lambda: _(
        "För varje aktör minst som flest i en period, högst alla perioder ihop; är nya personer angivna räknas de. "
        "Över aktörerna minst som om alla nådde samma personer, högst som om ingen gjorde det, om inget annat är beslutat."
    ),
    IndicatorKind.LEVEL: lambda: _("Varje aktörs senaste nivå. Nivåer läggs inte ihop: vi visar hur de fördelar sig och den mittersta."),
    IndicatorKind.MILESTONE: lambda: _("Hur många som har nått milstolpen, av dem som skulle ha svarat."),
    IndicatorKind.NARRATIVE: lambda: _("Svaren står var för sig. De läggs inte ihop."),
}


def rule(kind: str | None, *, ratio_over_time: str = "", is_running_total: bool = False) -> str:
    """The rule of a kind of indicator, in one sentence (rule 3 of docs/figures.md)."""
    if not kind:
        return _("Indikatorn saknar räknesätt. Den räknas inte förrän någon har bestämt hur.")
    if kind == IndicatorKind.RATIO:
        over_time = (
            _("Senaste täljare och nämnare för varje aktör")
            if ratio_over_time == RatioOverTime.STOCK
            else _("Alla täljare genom alla nämnare, för varje aktör över perioderna")
        )
        return _(
            "%(over_time)s; över aktörerna läggs täljare och nämnare ihop om nämnarna inte överlappar, annars står andelarna var för sig."
        ) % {"over_time": over_time}
    sentence = RULES[IndicatorKind(kind)]()
    if is_running_total:
        sentence += " " + _("Aktören anger summan hittills; siffran är ökningen sedan förra godkända svaret.")
    return sentence


def rule_elsewhere(source: str) -> str:
    """In the place of the rule, for an indicator that no actor reports: where it comes from."""
    return _("Ingen aktör redovisar måttet. Källa: %(source)s.") % {"source": source or _("inte angiven")}


def honesty(figure: Figure) -> list[str]:
    """What stands beside the figure: what it rests on, what waits, what is marked."""
    part = out_of(figure.approved, figure.expected)
    said = [_("Bygger på %(part)s rapporter.") % {"part": part} if figure.expected else _("Ingen rapport ingår i siffran.")]
    if figure.on_time < figure.received:
        late = figure.received - figure.on_time
        said.append(ngettext("%(n)s av dem kom sent.", "%(n)s av dem kom sent.", late) % {"n": whole(late)})
    if figure.requested:
        said.append(
            ngettext("%(n)s är begärd men inte förfallen än.", "%(n)s är begärda men inte förfallna än.", figure.requested)
            % {"n": whole(figure.requested)}
        )
    if figure.preliminary:
        said.append(
            ngettext(
                "%(n)s väntar på granskning och räknas inte än.",
                "%(n)s väntar på granskning och räknas inte än.",
                figure.preliminary.pending,
            )
            % {"n": whole(figure.preliminary.pending)}
        )
    marks = {mark.flag for mark in figure.flags} - {Flag.LATE}
    return said + [f"{str(Flag(flag).label)[:1].upper()}{str(Flag(flag).label)[1:]}." for flag in sorted(marks)]


def done(said: PercentDone) -> str:
    """How much of a goal is done, and by how many it is said: "I snitt 50 % klart enligt 3 av 5 åtgärder". A mean, never a verdict."""
    basis = {"part": out_of(said.stated, said.measures)}
    if said.mean is None:
        return _("Hur mycket som är klart är angett för %(part)s åtgärder") % basis
    return _("I snitt %(mean)s klart enligt %(part)s åtgärder") % {"mean": share_done(said), **basis}


def share_done(said: PercentDone) -> str:
    """ "50 %", or "–" where nobody has said."""
    return "–" if said.mean is None else percent(said.mean * SCALE / 100)


def rule_of_done() -> str:
    """The rule behind it, in one sentence (rule 3 of docs/figures.md)."""
    return _(
        "Snittet av det som de ansvariga senast har angett, lika för alla åtgärder; "
        "är flera ansvariga räknas den lägsta, och det som är avslutat i förtid räknas inte med."
    )


MISSING, NOT_DUE, NOT_ASKED = gettext_noop("saknas"), gettext_noop("inte förfallen än"), gettext_noop("inte begärd")

WITHOUT_NUMBER: dict[Flag, str] = {
    Flag.ZERO_DENOMINATOR: gettext_noop("går inte att räkna ut"),
    Flag.LISTED: gettext_noop("redovisas var för sig"),
    Flag.BREAK: gettext_noop("två serier, ingen summa"),
    Flag.NO_TOTAL_ACROSS_YEARS: gettext_noop("redovisas år för år"),
}
"""What stands in the place of a number, and why there is none."""


def headline(figure: Figure, *, decimals: int, unit: str, threshold: int = 0, scale: Sequence[str] = ()) -> str:
    """The figure in a few words: "80–140", "58 %", "2 av 3", "färre än 5". Never 0 for what is not known.

    Without a number: "saknas"; "inte förfallen än" before anybody was due; "inte begärd" where nobody was to answer.
    `threshold`: below it numbers of people are hidden; only needed where they may be.
    """
    if figure.protection:
        return protected(figure.protection, threshold)
    if figure.kind == IndicatorKind.NARRATIVE and figure.reports:
        return ngettext("%(n)s svar", "%(n)s svar", len(figure.reports)) % {"n": whole(len(figure.reports))}
    if figure.kind == IndicatorKind.MILESTONE and figure.numerator is not None:
        return out_of(int(figure.numerator), int(figure.denominator or 0))
    if figure.kind == IndicatorKind.LEVEL and figure.low is not None:
        return level_name(int(figure.low), scale)
    if figure.low is None and not figure.expected and all(mark.flag == Flag.NO_KIND for mark in figure.flags):
        return _(NOT_DUE) if figure.requested else _(NOT_ASKED)
    if figure.low is None:
        return _(next((words for flag, words in WITHOUT_NUMBER.items() if figure.has(flag)), MISSING))
    return with_unit(interval(figure.low, figure.high, decimals), unit)


def protected(protection: Protection, threshold: int) -> str:
    """What stands in the place of a small number (rule 8)."""
    return _("färre än %(k)s") % {"k": threshold} if protection == Protection.FEW else _("dold")


def level_name(level: int, scale: Sequence[str]) -> str:
    """The word of a level (its place on the scale, in 1/10 000); its number where the scale has no such word."""
    place = level // SCALE
    return str(scale[place]) if 0 <= place < len(scale) else str(place)


def in_units(value: Number) -> str:
    """1/10 000 as text in the unit: 6000 is "0.6"; a third of a person is "0.3333"."""
    exact = Fraction(value)
    steps = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    text = f"{steps // SCALE}.{steps % SCALE:04d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and steps else text


def with_unit(text: str, unit: str) -> str:
    """ "58 %": of a share the sign follows its figure; other units are said beside."""
    sign = sign_of(unit)
    return f"{text}{NBSP}{sign}" if sign and text else text
