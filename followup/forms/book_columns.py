"""The columns of the workbook of answers, and how it is written: what has been typed or sent in so far, as rows."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.actions.drafts import Answers
from followup.forms.answer import Answer, typed_answers, with_lines
from followup.models import Obligation, Report
from followup.models.report import Channel
from followup.queries import due_on, obligation_state
from followup.queries.answering import AskedFigure, asked_figures_of
from followup.words import ImplementationStatus, LineState
from measures.rules import IndicatorKind
from stakeholders.exports import Sheet, Value

ANSWERS, FIGURES = gettext_lazy("Svar"), gettext_lazy("Siffror")
KEY = gettext_lazy("Nyckel")
TOLD = (gettext_lazy("Aktör"), gettext_lazy("Åtgärd"), gettext_lazy("Omgång"))
ASKED = {
    "status-status": gettext_lazy("Hur går det?"),
    "reason-reason": gettext_lazy("Varför pausad eller avslutad?"),
    "happened-happened": gettext_lazy("Vad har hänt?"),
    "happened-percent": gettext_lazy("Procent klart"),
    "needs-needs": gettext_lazy("Vad behöver ni?"),
    "why-why": gettext_lazy("Varför rättas svaret?"),
}
"""step-field → heading, on the sheet of answers."""
ASKED_OF_FIGURE = {
    "value": gettext_lazy("Värde"),
    "denominator": gettext_lazy("Av totalt"),
    "new": gettext_lazy("Varav nya i år"),
    "decrease_reason": gettext_lazy("Varför är summan lägre?"),
}
DIMENSIONS = {"gender": gettext_lazy("Kön"), "age": gettext_lazy("Ålder")}
WITHOUT = {LineState.NOT_AVAILABLE: gettext_lazy("Vet inte"), LineState.NOT_APPLICABLE: gettext_lazy("Gäller inte")}
YES, NO = gettext_lazy("Ja"), gettext_lazy("Nej")
MAIN: dict[str, str] = {IndicatorKind.RATIO: "numerator", IndicatorKind.NARRATIVE: "text"}
"""The field that the column "Värde" fills, by kind; "value" for every other."""


def write_book(obligations: list[Obligation]) -> list[Sheet]:
    """The two sheets, filled with what has been typed or sent in so far."""
    figures = asked_figures_of(obligations)
    with_lines(filter(None, map(latest_of, obligations)))
    parts = parts_of(figure for asked in figures.values() for figure in asked)
    answers, rows = [], []
    for one in obligations:
        typed = _typed_now(one)
        told = [str(one.assignment.actor), str(one.assignment.measure), one.period.title]
        asked = [typed.get(step, {}).get(name, "") for step, name in (key.split("-") for key in ASKED)]
        asked[0] = str(ImplementationStatus(asked[0]).label) if asked[0] in ImplementationStatus.values else asked[0]
        answers.append([one.pk, *told, due_on(one), str(obligation_state(one).label), *map(_as_cell, asked)])
        for figure in figures[one.pk]:
            cells = _figure_cells(figure, typed.get("figures", {}), parts)
            rows.append([f"{one.pk}/{figure.version.pk}", *told, figure.question, _how(figure), figure.beside, *cells])
    heads = [KEY, *TOLD]
    choices = ", ".join(str(status.label) for status in ImplementationStatus)
    above = [_("Fyll i, spara och läs in filen igen. Ändra inte kolumnen Nyckel."), _("Hur går det: %s.") % choices]
    return [
        Sheet(str(ANSWERS), [*map(str, heads), _("Svara senast"), _("Läge"), *map(str, ASKED.values())], answers, (10, 24, 28), above),
        Sheet(
            str(FIGURES),
            [*map(str, heads), _("Siffra"), _("Så fyller du i"), _("Bra att veta"), *map(str, ASKED_OF_FIGURE.values()), *parts.values()],
            rows,
            (12, 24, 28, 24, 36, 36, 36),
            above[:1],
        ),
    ]


def latest_of(obligation: Obligation) -> Report | None:
    """The version sent in last."""
    return max(obligation.reports.all(), key=lambda report: report.version, default=None)


def _typed_now(obligation: Obligation) -> Answers:
    answer = Answer(obligation, Channel.IMPORT, [])
    latest = latest_of(obligation)
    return answer.typed or (typed_answers(latest) if latest else {})


def _figure_cells(figure: AskedFigure, typed: Mapping[str, str], parts: dict[str, str]) -> list[Value]:
    version, prefix = figure.version, f"f{figure.version.pk}"
    main = MAIN.get(version.kind, "value")
    said = typed.get(f"{prefix}-{main}", "")
    state = typed.get(f"{prefix}-state", "")
    if state in WITHOUT:
        value: Value = str(WITHOUT[LineState(state)])
    elif version.kind == IndicatorKind.LEVEL:
        value = str(version.scale[int(said)]) if said.isdecimal() and int(said) < len(version.scale) else said
    elif version.kind == IndicatorKind.MILESTONE:
        value = str({"1": YES, "0": NO}.get(said, said))
    else:
        value = said if version.kind == IndicatorKind.NARRATIVE else _as_cell(said)
    rest = [_as_cell(typed.get(f"{prefix}-{name}", "")) for name in ("denominator", "new", "decrease_reason")]
    places = {f"{dimension}:{category}": f"{prefix}-{dimension}-{place}" for dimension, place, category in categories_of(figure)}
    return [value, *rest, *(_as_cell(typed.get(places.get(part, ""), "")) for part in parts)]


def _how(figure: AskedFigure) -> str:
    version = figure.version
    if version.kind == IndicatorKind.LEVEL:
        return ", ".join(map(str, version.scale))
    if version.kind == IndicatorKind.MILESTONE:
        return f"{YES}, {NO}"
    if version.kind == IndicatorKind.NARRATIVE:
        return _("Skriv fritt.")
    if version.kind == IndicatorKind.RATIO:
        words = {"part": version.numerator_label or _("antal"), "all": version.denominator_label or _("alla")}
        return _("Värde: %(part)s. Av totalt: %(all)s.") % words
    return _("Ett tal (%(unit)s). 0 är noll. Eller: Vet inte, Gäller inte.") % {"unit": version.unit}


def categories_of(figure: AskedFigure) -> list[tuple[str, int, str]]:
    """[(dimension, place, category)] of the breakdowns that a figure asks for."""
    return [
        (dimension, place, category)
        for dimension, categories in figure.version.breakdowns.items()
        for place, category in enumerate(categories)
    ]


def parts_of(figures: Iterable[AskedFigure]) -> dict[str, str]:
    """dimension:category → heading, of every breakdown that some figure asks for."""
    return {
        f"{dimension}:{category}": f"{DIMENSIONS.get(dimension, dimension)}: {category}"
        for figure in figures
        for dimension, _place, category in categories_of(figure)
    }


def _as_cell(text: str) -> Value:
    """A figure as a number, so that the sheet can count with it; anything else as it was typed."""
    if not re.fullmatch(r"-?(0|[1-9]\d{0,11})(,\d*[1-9])?", text):
        return text
    number = Decimal(text.replace(",", "."))
    return int(number) if "," not in text else number
