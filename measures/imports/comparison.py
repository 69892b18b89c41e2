"""What a file says held against what is stored: what is new, what differs, what is the same. Reads, never writes.

Natural keys: an area's and an actor's name, a measure's number in its plan, an indicator's name for its measure, a goal's path,
a cause's title. An empty cell never erases anything, and what people have ended is never begun again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from measures.imports.names import name_key
from measures.imports.tree import ActorRow, AreaRow, IndicatorRow, Known, MeasureRow
from measures.models import Assignment, Baseline, Cause, Evidence, Goal, Indicator, IndicatorVersion, Measure, Plan, Target
from measures.models.plan import GoalKind
from measures.rules import AssignmentRole
from stakeholders.models import Actor, Area, ContactPerson, Workspace

CHUNK = 500


@dataclass(slots=True)
class Change:
    """A stored object whose fields the file would change: {field: [from, to]}."""

    row: int
    subject: Any
    fields: dict[str, list[Any]]


@dataclass(slots=True)
class Found:
    """The rows of one kind: not stored yet, stored with other values, and how many are the same."""

    new: list[Any] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0

    def sort_in(self, row: Any, subject: Any | None, wanted: dict[str, Any]) -> None:
        """Put a row where it belongs."""
        if subject is None:
            self.new.append(row)
            return
        fields = {name: [getattr(subject, name), value] for name, value in wanted.items() if getattr(subject, name) != value}
        if fields:
            self.changed.append(Change(row.row, subject, fields))
        else:
            self.same += 1


def known_to(workspace: Workspace, plan: Plan | None) -> Known:
    """What a file may mention without defining it."""
    actors = Actor.objects.within(workspace).open().values_list("name", "org_number")
    return Known(
        actors=tuple(name for name, _ in actors),
        actor_of_org_number={number: name for name, number in actors if number},
        areas=tuple(Area.objects.within(workspace).values_list("name", flat=True)),
        measures=frozenset(plan.measures.values_list("number", flat=True)) if plan else frozenset(),
        first_year=plan.first_year if plan else None,
        last_year=plan.last_year if plan else None,
    )


def plan_titled(workspace: Workspace, title: str) -> Plan | None:
    """The workspace's plan with that title, whatever the case."""
    plans = Plan.objects.within(workspace).only("pk", "title")
    return next((plan for plan in plans if name_key(plan.title) == name_key(title)), None)


# --- registers --------------------------------------------------------------------------------------------------------


def compare_areas(rows: Iterable[AreaRow], workspace: Workspace) -> Found:
    stored = {name_key(area.name): area for area in Area.objects.within(workspace).select_related("parent")}
    found = Found()
    for row in rows:
        wanted: dict[str, Any] = {"kind": row.kind}
        if row.flats is not None:
            wanted["flats"] = row.flats
        area = stored.get(name_key(row.name))
        if area and row.parent and (not area.parent or name_key(area.parent.name) != name_key(row.parent)):
            parent = stored.get(name_key(row.parent))
            wanted |= {"parent": parent} if parent else {}
        found.sort_in(row, area, wanted)
    return found


def compare_actors(rows: Iterable[ActorRow], workspace: Workspace) -> Found:
    stored = {name_key(actor.name): actor for actor in Actor.objects.within(workspace).open()}
    found = Found()
    for row in rows:
        said_nothing = row.kind == "other"
        wanted = {} if said_nothing else {"kind": row.kind}
        if row.org_number:
            wanted["org_number"] = row.org_number
        found.sort_in(row, stored.get(name_key(row.name)), wanted)
    return found


def new_contacts(rows: Iterable[ActorRow], actor_ids: dict[str, int]) -> list[tuple[int, ActorRow]]:
    """(actor id, row) for each contact person that the actor does not have, by e-mail address or else by name."""
    rows = [row for row in rows if row.email or row.contact_name]
    ids = [actor_ids[name_key(row.name)] for row in rows if name_key(row.name) in actor_ids]
    known: set[tuple[int, str]] = set()
    for actor_id, email, name in ContactPerson.objects.filter(actor__in=ids).values_list("actor_id", "email", "name"):
        known |= {(actor_id, key) for key in (email.casefold(), name_key(name)) if key}
    fresh = []
    for row in rows:
        actor_id = actor_ids.get(name_key(row.name), 0)
        if not {(actor_id, row.email.casefold()), (actor_id, name_key(row.contact_name))} & known:
            fresh.append((actor_id, row))
    return fresh


# --- plan -------------------------------------------------------------------------------------------------------------

_NUMBERED = re.compile(
    r"(?:(?:mål|delmål|fokusområde|insatsområde)\s*)?(?P<number>\d+(?:\.\d+)*)\s*[:.–-]\s*(?P<title>\S.*)", re.IGNORECASE
)


def split_goal(text: str) -> tuple[str, str]:
    """("1", "Boende ska utvecklas") from "Mål 1: boende ska utvecklas"; no number gives ""."""
    found = _NUMBERED.fullmatch(text)
    if not found:
        return "", text
    return found["number"], found["title"][0].upper() + found["title"][1:]


@dataclass(slots=True)
class GoalTree:
    """Focus areas and the goals under them, by path. A path is a pair of names; one of them may be ""."""

    ids: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan | None) -> "GoalTree":
        tree = cls()
        if plan is None:
            return tree
        goals = {goal.pk: goal for goal in Goal.objects.filter(plan=plan).only("pk", "title", "parent_id", "kind")}
        for goal in goals.values():
            if goal.parent_id is None:
                key = (name_key(goal.title), "") if goal.kind == GoalKind.FOCUS_AREA else ("", name_key(goal.title))
                tree.ids.setdefault(key, goal.pk)
            elif goals[goal.parent_id].parent_id is None:
                tree.ids.setdefault((name_key(goals[goal.parent_id].title), name_key(goal.title)), goal.pk)
        return tree

    @staticmethod
    def path(row: MeasureRow) -> tuple[str, str]:
        return (name_key(split_goal(row.focus_area)[1]), name_key(split_goal(row.goal)[1]))

    def id_of(self, row: MeasureRow) -> int | None:
        """The goal that a measure hangs under, or None when it is not stored yet."""
        return self.ids.get(self.path(row))


def wanted_of_measure(row: MeasureRow) -> dict[str, Any]:
    """The columns that a row fills; what it leaves empty is not among them."""
    wanted = {
        "title": row.title,
        "description": row.description,
        "target_group": row.target_group,
        "starts_on": row.starts_on,
        "time_to_effect": row.time_to_effect,
        "output_months": row.output_months,
        "outcome_months": row.outcome_months,
        "funding": row.funding,
        "budget_per_year": row.budget_per_year,
    }
    wanted = {name: value for name, value in wanted.items() if value not in ("", None)}
    if row.runs_until_further_notice or row.ends_on:
        wanted |= {"ends_on": row.ends_on, "runs_until_further_notice": row.runs_until_further_notice}
    return wanted


def compare_measures(rows: Sequence[MeasureRow], plan: Plan | None, goals: GoalTree) -> Found:
    """Hold one chunk of measures against the plan's."""
    found = Found()
    numbers = [row.number for row in rows]
    stored = {measure.number: measure for measure in Measure.objects.filter(plan=plan, number__in=numbers)} if plan else {}
    for row in rows:
        wanted = wanted_of_measure(row)
        goal_id = goals.id_of(row)
        if goal_id:
            wanted["goal_id"] = goal_id
        found.sort_in(row, stored.get(row.number), wanted)
    return found


def new_evidence(rows: Sequence[MeasureRow], measure_ids: dict[str, int]) -> Iterator[tuple[int, MeasureRow]]:
    """(measure id, row) where the file's judgement is not the latest one stored."""
    rows = [row for row in rows if row.evidence_grade]
    latest = {}
    ids = [measure_ids[row.number] for row in rows if row.number in measure_ids]
    for evidence in Evidence.objects.filter(measure__in=ids).order_by("id"):
        latest[evidence.measure_id] = (evidence.grade, evidence.finding, evidence.source)
    for row in rows:
        measure_id = measure_ids.get(row.number, 0)
        if latest.get(measure_id) != (row.evidence_grade, row.evidence_finding, row.evidence_source):
            yield measure_id, row


def new_assignments(
    rows: Sequence[MeasureRow], measure_ids: dict[str, int], actor_ids: dict[str, int]
) -> Iterator[tuple[int, int, str, MeasureRow]]:
    """(measure id, actor id, role, row) for each actor that has never had a part in the measure. Ids of what is new are 0."""
    ids = [measure_ids[row.number] for row in rows if row.number in measure_ids]
    known = set(Assignment.objects.filter(measure__in=ids).values_list("measure_id", "actor_id"))
    for row in rows:
        measure_id = measure_ids.get(row.number, 0)
        for role, names in ((AssignmentRole.RESPONSIBLE, row.responsible), (AssignmentRole.CONTRIBUTING, row.contributing)):
            for name in names:
                actor_id = actor_ids.get(name_key(name), 0)
                if not measure_id or (measure_id, actor_id) not in known:
                    yield measure_id, actor_id, role, row


def new_causes(rows: Sequence[MeasureRow], measure_ids: dict[str, int]) -> list[tuple[int, str]]:
    """(measure id, title) for each cause that a stored measure is not linked to yet."""
    named = Measure.causes.through.objects.values_list("measure_id", "cause__title")
    return _new_names(rows, measure_ids, named, lambda row: row.causes)


def new_areas(rows: Sequence[MeasureRow], measure_ids: dict[str, int]) -> list[tuple[int, str]]:
    """(measure id, name) for each area that a stored measure is not linked to yet."""
    named = Measure.areas.through.objects.values_list("measure_id", "area__name")
    return _new_names(rows, measure_ids, named, lambda row: row.areas)


def _new_names(
    rows: Sequence[MeasureRow], measure_ids: dict[str, int], named: Any, names_of: Callable[[MeasureRow], tuple[str, ...]]
) -> list[tuple[int, str]]:
    rows = [row for row in rows if row.number in measure_ids]
    known = {(pk, name_key(name)) for pk, name in named.filter(measure__in=[measure_ids[row.number] for row in rows])}
    wanted = {(measure_ids[row.number], name_key(name)): name for row in rows for name in names_of(row)}
    return [(pk, name) for (pk, key), name in wanted.items() if (pk, key) not in known]


def cause_ids(plan: Plan | None) -> dict[str, int]:
    return {name_key(title): pk for pk, title in Cause.objects.filter(plan=plan).values_list("pk", "title")} if plan else {}


# --- indicators -------------------------------------------------------------------------------------------------------

DEFINITION = (*("kind", "unit", "decimals", "direction", "counts_people", "ratio_over_time", "numerator_label", "denominator_label"),)


@dataclass(slots=True)
class StoredIndicator:
    """An indicator as it stands: its latest definition, baseline and target for each year."""

    pk: int
    definition: dict[str, Any] = field(default_factory=dict)
    baseline: tuple[int, int] | None = None
    targets: dict[int, tuple[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class IndicatorChange:
    """What a row adds to a stored indicator. A filled-in kind becomes a definition; other differences are only told."""

    row: IndicatorRow
    indicator: Indicator
    fields: dict[str, list[Any]]
    definition: dict[str, list[Any]]
    kept: dict[str, list[Any]]
    baseline: list[Any]
    targets: list[tuple[int, Any, int]]


def stored_indicators(rows: Sequence[IndicatorRow], plan: Plan | None) -> dict[tuple[str, str], StoredIndicator]:
    """(measure number, name) → what is stored, for one chunk, in four queries."""
    if plan is None:
        return {}
    named = Indicator.measures.through.objects.filter(measure__plan=plan, measure__number__in={row.measure for row in rows})
    found: dict[int, StoredIndicator] = {}
    stored = {}
    for pk, number, name in named.values_list("indicator_id", "measure__number", "indicator__name"):
        stored[number, name_key(name)] = found.setdefault(pk, StoredIndicator(pk))
    for version in IndicatorVersion.objects.filter(indicator__in=found).order_by("number").values("indicator_id", *DEFINITION):
        found[version.pop("indicator_id")].definition = version
    for pk, year, value in Baseline.objects.filter(indicator__in=found).order_by("pk").values_list("indicator_id", "year", "value"):
        found[pk].baseline = (year, value)
    targets = Target.objects.filter(indicator__in=found).order_by("pk").values_list("indicator_id", "year", "value", "basis")
    for pk, year, value, basis in targets:
        found[pk].targets[year] = (value, basis)
    return stored


def compare_indicators(rows: Sequence[IndicatorRow], plan: Plan | None) -> tuple[list[IndicatorRow], list[IndicatorChange], int]:
    """(new, changed, how many are the same) for one chunk."""
    stored = stored_indicators(rows, plan)
    indicators = Indicator.objects.in_bulk([entry.pk for entry in stored.values()])
    new, changed, same = [], [], 0
    for row in rows:
        entry = stored.get((row.measure, name_key(row.name)))
        if entry is None:
            new.append(row)
            continue
        change = _indicator_change(row, entry, indicators[entry.pk])
        if change.fields or change.definition or change.kept or change.baseline or change.targets:
            changed.append(change)
        else:
            same += 1
    return new, changed, same


def _indicator_change(row: IndicatorRow, entry: StoredIndicator, indicator: Indicator) -> IndicatorChange:
    wanted = {"level": row.level, "source": row.source}
    fields = {name: [getattr(indicator, name), value] for name, value in wanted.items() if value and getattr(indicator, name) != value}
    said = {name: value for name in DEFINITION if (value := getattr(row, name)) not in ("", 0, False)}
    differs = {name: [entry.definition.get(name, ""), value] for name, value in said.items() if entry.definition.get(name, "") != value}
    fills_kind = bool(row.kind) and not entry.definition.get("kind")
    baseline: list[Any] = []
    if row.baseline is not None and entry.baseline != (row.baseline_year, row.baseline):
        baseline = [entry.baseline, (row.baseline_year, row.baseline)]
    targets = [
        (year, entry.targets.get(year, (None, ""))[0], value)
        for year, value in row.targets
        if entry.targets.get(year) != (value, row.basis)
    ]
    return IndicatorChange(row, indicator, fields, differs if fills_kind else {}, {} if fills_kind else differs, baseline, targets)


def in_chunks(rows: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """Slices of at most `size`, so that no query and no list of stored objects grows with the file."""
    return map(partial(_slice, rows, size), range(0, len(rows), size))


def _slice(rows: Sequence[Any], size: int, start: int) -> Sequence[Any]:
    return rows[start : start + size]
