"""The round as a table: actors by measures, those who lack an answer first, totals both ways; and whom to ring."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.queries.rounds import TO_REVIEW, Cell, Tally, tally
from measures.models import Goal, Measure
from stakeholders import clock
from stakeholders.exports import Value
from stakeholders.formats import when
from stakeholders.models import Actor, ContactPerson
from stakeholders.rules import SECTOR_OF, ActorKind, Sector
from stakeholders.templatetags.symbols import SYMBOLS

IN_ORDER = (
    "approved",
    "to_review",
    "returned",
    "begun",
    "opened",
    "reminded",
    "uncertain_mail",
    "wrong_address",
    "asked",
    "overdue",
    "withdrawn",
    "closed_without",
    "exempt",
    "not_asked",
)
"""The signs, as the key to the table tells them."""

KEY: dict[str, object] = {
    "begun": gettext_lazy("Påbörjad, inte inskickad"),
    "opened": gettext_lazy("Länken är öppnad"),
    "reminded": gettext_lazy("Påmind, inget svar"),
    "uncertain_mail": gettext_lazy("Osäkert om mejlet kom fram"),
    "overdue": gettext_lazy("Inget svar, sista dagen har passerat"),
    "closed_without": gettext_lazy("Inte rapporterad, omgången är stängd"),
    "not_asked": gettext_lazy("Inte begärd: svarar i en annan takt"),
}
"""Longer words for the key than there is room for in a cell."""

WIDEST = 12
"""More measures than this make a table each, by focus area; a table is never made to fit by shrinking."""


@dataclass
class MatrixRow:
    actor: Actor
    cells: list[Cell | None]
    total: Tally

    @property
    def kind(self) -> str:
        """What the actor is; Django's own way to the word costs more than the rest of the row."""
        return str(ActorKind(self.actor.kind).label)

    @property
    def lacks(self) -> int:
        return self.total.asked - self.total.answered


@dataclass
class Section:
    """One table: `title` is empty when the whole round fits in one."""

    title: str
    measures: list[Measure]
    rows: list[MatrixRow]
    totals: list[Tally]
    total: Tally


@dataclass
class Chip:
    """A filter with how many actors it shows."""

    name: str
    words: str
    count: int
    actors: set[int] = field(default_factory=set)


def chips(cells: list[Cell]) -> list[Chip]:
    """All, those who lack an answer, those to review, and the sectors that are there."""
    by_sector: dict[str, set[int]] = defaultdict(set)
    for cell in cells:
        if sector := SECTOR_OF.get(cell.actor.kind):
            by_sector[sector].add(cell.actor.pk)
    groups = [
        ("", _("Alla"), {cell.actor.pk for cell in cells}),
        ("missing", _("Saknar svar"), {cell.actor.pk for cell in cells if cell.is_missing}),
        ("review", _("Att granska"), {cell.actor.pk for cell in cells if cell.state in TO_REVIEW}),
        *((str(sector), str(sector.label), by_sector[sector]) for sector in Sector),
    ]
    return [Chip(name, words, len(actors), actors) for name, words, actors in groups if actors or not name]


def sections(cells: list[Cell]) -> list[Section]:
    """The tables of the round."""
    measures = _in_order({cell.measure.pk: cell.measure for cell in cells}.values())
    if len(measures) <= WIDEST:
        return [_section("", measures, cells)] if measures else []
    tables = []
    for focus, group in _by_focus(measures):
        parts = [group[start : start + WIDEST] for start in range(0, len(group), WIDEST)]
        for number, part in enumerate(parts, 1):
            title = f"{focus.title} ({number}/{len(parts)})" if len(parts) > 1 else focus.title
            tables.append(_section(title, part, cells))
    return tables


def _section(title: str, measures: list[Measure], cells: list[Cell]) -> Section:
    wanted = {measure.pk for measure in measures}
    inside = [cell for cell in cells if cell.measure.pk in wanted]
    placed: dict[int, dict[int, Cell]] = defaultdict(dict)
    actors = {}
    for cell in inside:
        actors[cell.actor.pk] = cell.actor
        standing = placed[cell.actor.pk].get(cell.measure.pk)
        if standing is None or (cell.is_missing and not standing.is_missing):  # two parts in one measure: the one that lacks is shown
            placed[cell.actor.pk][cell.measure.pk] = cell
    rows = [
        MatrixRow(
            actors[pk],
            [found.get(measure.pk) for measure in measures],
            tally(cell for cell in inside if cell.actor.pk == pk),
        )
        for pk, found in placed.items()
    ]
    rows.sort(key=lambda row: (-row.lacks, row.actor.name_sort, row.actor.pk))
    totals = [tally(cell for cell in inside if cell.measure.pk == measure.pk) for measure in measures]
    return Section(title, measures, rows, totals, tally(inside))


def _by_focus(measures: list[Measure]) -> list[tuple[Goal, list[Measure]]]:
    """The measures under each focus area, areas in the order of the plan."""
    groups: dict[int, tuple[Goal, list[Measure]]] = {}
    for measure in measures:
        top = measure.goal
        while top.parent:
            top = top.parent
        groups.setdefault(top.pk, (top, []))[1].append(measure)
    return sorted(groups.values(), key=lambda group: (group[0].position, group[0].pk))


def _in_order(measures: Iterable[Measure]) -> list[Measure]:
    return sorted(measures, key=lambda measure: (measure.number_sort, measure.pk))


@dataclass
class Call:
    """One actor to ring: what is lacking, and what was last heard."""

    actor: Actor
    missing: list[Cell]

    @property
    def has_wrong_address(self) -> bool:
        return any(cell.sign == "wrong_address" for cell in self.missing)

    @property
    def contact(self) -> ContactPerson | None:
        """Whom to ring: whoever the assignment names, even when mail does not reach them."""
        named = (cell.obligation.assignment.contact for cell in self.missing if cell.obligation)
        return next((contact for contact in named if contact and contact.left_at is None), None)

    @property
    def latest(self) -> str:
        """What was last heard, or last sent, in a few words."""
        contacts = [cell.contacted for cell in self.missing]
        begun = max((one.begun_at for one in contacts if one.begun_at), default=None)
        if begun:
            return _("Skrev %(when)s, har inte skickat in") % {"when": _moment(begun)}
        if self.has_wrong_address:
            contact = self.contact
            return (
                _("Retur %(day)s") % {"day": _moment(contact.bounced_at)}
                if contact and contact.bounced_at
                else _("Ingen adress att skriva till")
            )
        said = (
            (_("Öppnade länken %(when)s"), [one.opened_at for one in contacts]),
            (_("Påmind %(when)s, osäkert om det kom fram"), [one.uncertain_at for one in contacts]),
            (_("Påmind %(when)s"), [one.reminded_at for one in contacts]),
            (_("Första mejlet %(when)s"), [one.asked_at for one in contacts]),
        )
        known = [(max(filter(None, moments)), words) for words, moments in said if any(moments)]
        if not known:
            return _("Inget mejl har gått")
        moment, words = max(known, key=lambda pair: pair[0])
        return words % {"when": _moment(moment)}


def _moment(moment: datetime) -> str:
    """ "i dag kl. 14.31", "i går", "12 januari", within a sentence."""
    return _("i dag kl. %(time)s") % {"time": when(moment)} if clock.day_of(moment) == clock.today() else when(moment)


def calls(cells: list[Cell]) -> list[Call]:
    """Actors that lack an answer, wrong addresses first, then those that lack most."""
    missing: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.is_missing:
            missing[cell.actor.pk].append(cell)
    found = [Call(group[0].actor, sorted(group, key=lambda cell: cell.measure.number_sort)) for group in missing.values()]
    return sorted(found, key=lambda call: (not call.has_wrong_address, -len(call.missing), call.actor.name_sort))


def as_table(cells: list[Cell]) -> tuple[list[str], list[list[Value]]]:
    """The round as headings and rows, one row for each answer, those who lack one first."""
    headings = [
        _("Aktör"),
        _("Typ av aktör"),
        _("Nummer"),
        _("Åtgärd"),
        _("Läge"),
        _("Sen"),
        _("Sista dag"),
        _("Version"),
        _("Inskickad"),
        _("Kvittonummer"),
    ]
    ordered = sorted(cells, key=lambda cell: (not cell.is_missing, cell.actor.name_sort, cell.measure.number_sort))
    return headings, [_table_row(cell) for cell in ordered]


def _table_row(cell: Cell) -> list[Value]:
    report = cell.report
    return [
        cell.actor.name,
        cell.actor.get_kind_display(),
        cell.measure.number,
        cell.measure.title,
        str(SYMBOLS[cell.sign][1]),
        cell.is_late,
        cell.due_on,
        report.version if report else None,
        report.submitted_at if report else None,
        report.receipt_number if report else "",
    ]
