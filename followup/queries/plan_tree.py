"""The plan as a tree to read: focus area → goal → measure, each measure with its status, who has it, what is next and what it lacks."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from followup.explain import done
from followup.figures import PercentDone
from followup.queries.current import Next, next_answers
from measures.models import Assignment, Goal, Measure, Plan
from measures.models.measure import MeasureQuerySet
from measures.queries import gaps_of, tops, with_gaps
from measures.rules import AssignmentRole, Gap
from stakeholders import clock
from stakeholders.models import Actor
from stakeholders.templatetags.symbols import words_for

UNREPORTED = "unreported"
GOING_WELL = ("on_plan", "done")
IN_SIGHT = 5
"""How many measures of a focus area stand open before the ones that go well are folded away."""


@dataclass
class MeasureRow:
    """One measure in the tree. `status` is its symbol's name; `next` the soonest answer of a responsible actor."""

    measure: Measure
    status: str
    has_started: bool
    gaps: list[Gap]
    responsible: list[Assignment] = field(default_factory=list)
    contributing: list[Assignment] = field(default_factory=list)
    next: Next | None = None

    @property
    def lacks_responsible(self) -> bool:
        return Gap.RESPONSIBLE in self.gaps

    @property
    def other_gaps(self) -> str:
        """ "saknar orsak, indikator"."""
        words = [str(gap.label) for gap in self.gaps]
        return ", ".join([*words[:1], *(word.removeprefix("saknar ") for word in words[1:])])

    @property
    def needs_a_look(self) -> bool:
        return self.status not in GOING_WELL or bool(self.gaps) or bool(self.next and self.next.is_missing)

    @property
    def actors(self) -> set[int]:
        return {assignment.actor_id for assignment in (*self.responsible, *self.contributing)}


@dataclass(frozen=True)
class Done:
    """How much of a goal is done, in words, and which of its measures ended early and are left out of it."""

    words: str
    ended: list[Measure]


@dataclass
class GoalGroup:
    goal: Goal
    rows: list[MeasureRow] = field(default_factory=list)
    done: Done | None = None


@dataclass
class FocusArea:
    """One focus area: the rows in sight grouped by goal, and those folded away."""

    goal: Goal
    groups: list[GoalGroup]
    statuses: list[str]
    folded: list[MeasureRow]
    done: Done | None = None

    @property
    def folded_words(self) -> str:
        """ "2 enligt plan, 1 klar"."""
        return words_for(row.status for row in self.folded)


def measure_rows(plan: Plan, measures: MeasureQuerySet, statuses_of: Callable[[list[int]], Mapping[int, str]]) -> list[MeasureRow]:
    """A row for each of `measures`, by number, in the same few queries whatever their number."""
    today = clock.today()
    found = list(with_gaps(measures).prefetch_related("areas").order_by("number_sort", "pk"))
    statuses = statuses_of([each.pk for each in found])
    rows = [
        MeasureRow(each, statuses.get(each.pk, UNREPORTED), bool(each.starts_on and each.starts_on <= today), gaps_of(each))
        for each in found
    ]
    by_id = {row.measure.pk: row for row in rows}
    parts = Assignment.objects.current().filter(measure__plan=plan).select_related("actor").order_by("actor__name_sort", "pk")
    for part in parts:
        if row := by_id.get(part.measure_id):
            (row.responsible if part.role == AssignmentRole.RESPONSIBLE else row.contributing).append(part)
    expected = next_answers([part.pk for row in rows for part in row.responsible])
    for row in rows:
        soonest = [expected[part.pk] for part in row.responsible if part.pk in expected]
        row.next = min(soonest, key=lambda each: each.due_on, default=None)
    return rows


FILTERS: dict[str, tuple[object, Callable[[MeasureRow], bool]]] = {
    "": (_("Startade"), lambda row: row.has_started),
    "all": (_("Alla"), lambda row: True),
    "delayed": (_("Försenade"), lambda row: row.status == "delayed"),
    "unreported": (_("Utan rapport"), lambda row: row.has_started and row.status == UNREPORTED),
    "gaps": (_("Brister"), lambda row: bool(row.gaps)),
}
"""{name in the address: (words, which rows)}."""


def focus_areas(
    goals: list[Goal], rows: list[MeasureRow], opened: str, *, folds: bool, first: Callable[[MeasureRow], object]
) -> list[FocusArea]:
    """The rows under their focus areas, in the plan's order. `opened`: the id of the one that is unfolded, or "all"."""
    top = tops(goals)
    inside: dict[int, list[MeasureRow]] = defaultdict(list)
    for row in rows:
        inside[top[row.measure.goal_id].pk].append(row)
    areas = []
    for goal in goals:
        if goal.parent_id is None and inside[goal.pk]:
            own = inside[goal.pk]
            folded = _folded(own) if folds and opened not in ("all", str(goal.pk)) else []
            hidden = {row.measure.pk for row in folded}
            in_sight = sorted((row for row in own if row.measure.pk not in hidden), key=first)  # type: ignore[arg-type]
            areas.append(FocusArea(goal, _by_goal(goals, goal, in_sight), _in_order(row.status for row in own), folded))
    return areas


def add_done(areas: list[FocusArea], goals: list[Goal], rows: list[MeasureRow], done_of: Callable[[Collection[int]], PercentDone]) -> None:
    """Say of each focus area and goal how much of all its measures is done, whichever of them are in sight. `rows`: every measure."""
    measures = {row.measure.pk: row.measure for row in rows}
    for area in areas:
        area.done = _done(_branch(goals, area.goal, measures), measures, done_of)
        for group in area.groups:
            own = _branch(goals, group.goal, measures)
            if group.goal != area.goal and own != _branch(goals, area.goal, measures):  # a goal that is all of its area says the same
                group.done = _done(own, measures, done_of)


def _branch(goals: list[Goal], top: Goal, measures: Mapping[int, Measure]) -> list[int]:
    """The measures of a goal and of everything below it."""
    branch = {goal.pk for goal in _walk(goals, top)}
    return [pk for pk, measure in measures.items() if measure.goal_id in branch]


def _done(own: list[int], measures: Mapping[int, Measure], done_of: Callable[[Collection[int]], PercentDone]) -> Done | None:
    """None where nobody has said anything."""
    said = done_of(own)
    return Done(done(said), [measures[pk] for pk in said.ended_early]) if said.stated or said.ended_early else None


def actors_in(rows: list[MeasureRow]) -> list[tuple[Actor, int]]:
    """Who has a part in any of the rows, by name, and in how many."""
    counts: dict[int, int] = defaultdict(int)
    actors: dict[int, Actor] = {}
    for row in rows:
        for part in (*row.responsible, *row.contributing):
            actors[part.actor_id] = part.actor
        for pk in row.actors:
            counts[pk] += 1
    return [(actor, counts[actor.pk]) for actor in sorted(actors.values(), key=lambda actor: (actor.name_sort, actor.pk))]


def plan_table(rows: list[MeasureRow], top: Mapping[int, Goal]) -> tuple[list[str], list[list[str | int | date | None]]]:
    """Headings and rows of the list as a table to download."""
    headings = [
        _("Fokusområde"), _("Nr"), _("Åtgärd"), _("Genomförande"), _("Ansvarig"), _("Medverkar"), _("Nästa rapport"), _("Startar"), _("Slutar"), _("Brister")
    ]  # fmt: skip
    return headings, [
        [
            top[row.measure.goal_id].title,
            row.measure.number,
            row.measure.title,
            row.status,
            ", ".join(str(part.actor) for part in row.responsible),
            ", ".join(str(part.actor) for part in row.contributing),
            row.next.due_on if row.next else None,
            row.measure.starts_on,
            row.measure.ends_on,
            ", ".join(str(gap.label) for gap in row.gaps),
        ]
        for row in rows
    ]


def _folded(rows: list[MeasureRow]) -> list[MeasureRow]:
    """What goes well beyond the first few; nothing when it would hide a single row."""
    room = max(IN_SIGHT - sum(row.needs_a_look for row in rows), 0)
    well = [row for row in rows if not row.needs_a_look]
    return well[room:] if len(well) - room > 1 else []


def _by_goal(goals: list[Goal], top: Goal, rows: list[MeasureRow]) -> list[GoalGroup]:
    groups: dict[int, GoalGroup] = {}
    by_id = {goal.pk: goal for goal in goals}
    for row in rows:
        groups.setdefault(row.measure.goal_id, GoalGroup(by_id[row.measure.goal_id])).rows.append(row)
    place = {goal.pk: position for position, goal in enumerate(_walk(goals, top))}
    return sorted(groups.values(), key=lambda group: place.get(group.goal.pk, 0))


def _walk(goals: list[Goal], top: Goal) -> list[Goal]:
    """The branch in reading order."""
    below = [goal for goal in goals if goal.parent_id == top.pk]
    return [top, *(each for goal in below for each in _walk(goals, goal))]


def _in_order(statuses: object) -> list[str]:
    """Statuses as they stand beside each other: those that go well first."""
    order = ("on_plan", "done", "paused", "delayed", "not_started", "ended_early", UNREPORTED)
    return sorted(statuses, key=order.index)  # type: ignore[call-overload]
