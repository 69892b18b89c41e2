""" "Så räknade vi": the rule behind a figure in one Swedish sentence, and what it must say about itself. Values in, text out."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.figures import Figure
from followup.words import Flag
from measures.rules import IndicatorKind, RatioOverTime
from stakeholders.formats import out_of, whole

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


def honesty(figure: Figure) -> list[str]:
    """What stands beside the figure: what it rests on, what waits, what is marked."""
    said = [_("Bygger på %(part)s rapporter.") % {"part": out_of(figure.approved, figure.expected)}]
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
