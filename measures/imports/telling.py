"""The preview in words, for the page and the command line: problems gathered, counts named, changes from and to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from measures.imports.problems import Problem, Severity
from stakeholders import formats

KINDS = {
    "measure": (gettext_lazy("åtgärder"), "measures.measure"),
    "indicator": (gettext_lazy("indikatorer"), "measures.indicator"),
    "assignment": (gettext_lazy("uppdrag"), "measures.assignment"),
    "goal": (gettext_lazy("fokusområden och mål"), "measures.goal"),
    "cause": (gettext_lazy("orsaker"), "measures.cause"),
    "actor": (gettext_lazy("aktörer"), "stakeholders.actor"),
    "contact": (gettext_lazy("kontaktpersoner"), "stakeholders.contactperson"),
    "area": (gettext_lazy("områden"), "stakeholders.area"),
}
SEVERITIES = {
    Severity.BLOCKS: gettext_lazy("Går inte att läsa in"),
    Severity.GAP: gettext_lazy("Brister i planen: läses in, men något saknas"),
    Severity.NOTE: gettext_lazy("Så har vi läst filen"),
}
SHOWN_ROWS = 12


@dataclass(slots=True)
class Line:
    """One sentence about one column of one sheet, and the rows it is true of. `times` may be more than the rows listed."""

    sheet: str
    column: str
    wrong: str
    remedy: str
    rows: list[int] = field(default_factory=list)
    times: int = 0

    @property
    def where(self) -> str:
        """ "rad 9, 11 och 16" – a long list is cut, and says so."""
        shown = [str(row) for row in self.rows[:SHOWN_ROWS] if row]
        if not shown:
            return ""
        more = self.times - len(shown)
        if more > 0:
            shown = [*shown, ngettext("%(count)s till", "%(count)s till", more) % {"count": formats.whole(more)}]
        return _("rad %(rows)s") % {"rows": formats.listing(shown)}


@dataclass(slots=True)
class Part:
    """Everything of one severity."""

    severity: Severity
    words: str
    lines: list[Line]
    total: int


def told(stored: Iterable[list[Any]]) -> list[Part]:
    """The stored problems, the worst first, with equal sentences gathered."""
    parts = {severity: dict[tuple[str, str, str], Line]() for severity in Severity}
    for problem in map(Problem.from_json, stored):
        lines = parts[problem.severity]
        key = (problem.sheet, problem.column, problem.wrong)
        line = lines.setdefault(key, Line(problem.sheet, problem.column, problem.wrong, problem.remedy))
        line.rows.append(problem.row)
        line.times += (problem.facts or {}).get("times", 1)
    return [
        Part(severity, str(SEVERITIES[severity]), list(lines.values()), sum(line.times for line in lines.values()))
        for severity, lines in parts.items()
        if lines
    ]


@dataclass(frozen=True, slots=True)
class Count:
    words: str
    new: int
    changed: int
    same: int


def counts(content: dict[str, Any]) -> list[Count]:
    """What is new, changed and the same, in the order in which people ask. Kinds that the file says nothing of are left out."""
    found = content.get("counts", {})
    return [Count(str(words), **found[kind]) for kind, (words, _label) in KINDS.items() if any(found.get(kind, {}).values())]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that the file would change. `is_kept`: it is told, but left as it is."""

    row: int
    label: str
    what: str
    before: str
    after: str
    is_kept: bool


def differences(content: dict[str, Any]) -> list[Difference]:
    return [
        Difference(
            change["row"], change["label"], _field_words(change["kind"], name), _shown(name, before), _shown(name, after), change["is_kept"]
        )
        for change in content.get("changes", [])
        for name, (before, after) in change["fields"].items()
    ]


def _field_words(kind: str, name: str) -> str:
    """What a field is called on the screen."""
    if name == "baseline":
        return _("utgångsvärde")
    if name == "evidence":
        return _("stöd")
    if name.startswith("target "):
        return _("målvärde %(year)s") % {"year": name.removeprefix("target ")}
    labels = [KINDS[kind][1], "measures.indicatorversion"]
    for label in labels:
        try:
            return str(apps.get_model(label)._meta.get_field(name.removesuffix("_id")).verbose_name)
        except FieldDoesNotExist:
            continue
    return name


def _shown(name: str, value: Any) -> str:
    if value in (None, "", []):
        return "–"
    if name == "baseline":
        return f"{formats.number(value[1])} ({value[0]})"
    if name.startswith("target "):
        return formats.number(value)
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, list):
        return formats.listing([str(item) for item in value])
    return str(value)


def made(stored: dict[str, Any]) -> list[tuple[str, int]]:
    """What an import made: [("åtgärder", 61), …]."""
    found = stored.get("made", {})
    return [(str(words), len(found[label])) for words, label in KINDS.values() if found.get(label)]
