"""Who does what together: actors by measures, in tables that fit the screen, by focus area across and by sector down."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from measures.models import Assignment, Goal, Measure, Plan
from measures.queries import tops
from measures.rules import AssignmentRole
from stakeholders.models import Actor
from stakeholders.rules import SECTOR_OF, ActorKind, Sector

WIDEST = 16
"""More measures than this make another table; none is made to fit by shrinking."""


@dataclass(frozen=True)
class Square:
    """One actor in one measure: the role's symbol, or nothing. `key` names the square in a form."""

    measure: Measure
    key: str
    role: str = ""
    is_asked: bool = False


@dataclass
class Row:
    actor: Actor
    squares: list[Square]
    total: int


@dataclass
class Table:
    """`heads`: (focus area, how many columns). `groups`: (sector in words, its rows). `counts`: actors per measure. `led`: who has a responsible."""

    heads: list[tuple[Goal, int]]
    measures: list[Measure]
    groups: list[tuple[str, list[Row]]]
    counts: list[int]
    led: list[bool]

    @property
    def total(self) -> int:
        return sum(self.counts)


def tables(plan: Plan, measures: list[Measure], actors: list[Actor], *, only_busy: bool) -> list[Table]:
    """The tables of these measures; `only_busy` leaves out actors without a part in any of them. Two queries."""
    top = tops(list(Goal.objects.filter(plan=plan)))
    roles: dict[tuple[int, int], list[Assignment]] = defaultdict(list)
    wanted = {measure.pk for measure in measures}
    for part in Assignment.objects.current().filter(measure__plan=plan):
        if part.measure_id in wanted:
            roles[part.actor_id, part.measure_id].append(part)
    busy = {actor for actor, _measure in roles}
    shown = [actor for actor in actors if actor.pk in busy or not only_busy]
    by_top = sorted(measures, key=lambda each: (top[each.goal_id].position, top[each.goal_id].pk, each.number_sort, each.pk))
    return [_table(columns, shown, roles, top) for columns in _split(by_top, top)]


def _split(measures: list[Measure], top: dict[int, Goal]) -> list[list[Measure]]:
    """Columns that fit; a focus area is kept together where it can be."""
    areas: dict[int, list[Measure]] = {}
    for measure in measures:
        areas.setdefault(top[measure.goal_id].pk, []).append(measure)
    found: list[list[Measure]] = []
    for own in areas.values():
        for part in (own[start : start + WIDEST] for start in range(0, len(own), WIDEST)):
            if found and len(found[-1]) + len(part) <= WIDEST:
                found[-1] += part
            else:
                found.append(list(part))
    return found


def _table(columns: list[Measure], actors: list[Actor], roles: dict[tuple[int, int], list[Assignment]], top: dict[int, Goal]) -> Table:
    groups: dict[str, list[Row]] = {}
    for actor in sorted(actors, key=lambda each: (_rank(each), each.name_sort, each.pk)):
        squares = [_square(actor, measure, roles.get((actor.pk, measure.pk), [])) for measure in columns]
        groups.setdefault(_sector(actor), []).append(Row(actor, squares, sum(bool(square.role) for square in squares)))
    heads: list[tuple[Goal, int]] = []
    for measure in columns:
        area = top[measure.goal_id]
        if heads and heads[-1][0].pk == area.pk:
            heads[-1] = (area, heads[-1][1] + 1)
        else:
            heads.append((area, 1))
    found = [[part for (_actor, pk), parts in roles.items() if pk == measure.pk for part in parts] for measure in columns]
    return Table(
        heads,
        columns,
        list(groups.items()),
        [len({part.actor_id for part in parts}) for parts in found],
        [any(part.role == AssignmentRole.RESPONSIBLE for part in parts) for parts in found],
    )


def _square(actor: Actor, measure: Measure, parts: list[Assignment]) -> Square:
    part = next((each for each in parts if each.role == AssignmentRole.RESPONSIBLE), parts[0] if parts else None)
    key = f"{measure.pk}-{actor.pk}"
    return Square(measure, key, part.role, part.accepted_at is None) if part else Square(measure, key)


def _sector(actor: Actor) -> str:
    if actor.kind == ActorKind.HOUSING_COMPANY:
        return _("Bostadsbolag")
    sector = SECTOR_OF.get(actor.kind)
    return str(sector.label) if sector else _("Övriga")


def _rank(actor: Actor) -> int:
    order = [Sector.PUBLIC, Sector.SCHOOL, Sector.CIVIL, Sector.BUSINESS]
    sector = SECTOR_OF.get(actor.kind)
    return 0 if actor.kind == ActorKind.HOUSING_COMPANY else 1 + order.index(sector) if sector else 9
