"""Stores what a file says: whole chunks at a time, with one event for each thing made or changed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Max, Model
from django.utils.translation import gettext as _

from measures.imports.comparison import (
    Change,
    GoalTree,
    IndicatorChange,
    cause_ids,
    compare_actors,
    compare_areas,
    compare_indicators,
    compare_measures,
    in_chunks,
    new_areas,
    new_assignments,
    new_causes,
    new_contacts,
    new_evidence,
    split_goal,
    wanted_of_measure,
)
from measures.imports.names import name_key
from measures.imports.tree import ActorRow, AreaRow, IndicatorRow, MeasureRow, Understanding
from measures.models import (
    Assignment,
    AssignmentIndicator,
    Baseline,
    Cause,
    Evidence,
    Goal,
    Indicator,
    IndicatorVersion,
    Measure,
    Plan,
    Target,
)
from measures.models.plan import GoalKind
from measures.rules import AssignmentRole, VersionLink
from stakeholders import clock, events
from stakeholders.events import By
from stakeholders.models import Actor, Area, ContactPerson, ImportRun, User, Workspace
from stakeholders.refusals import ChangedMeanwhile

BATCH = 500


class ImportWriter:
    """Writes one understanding into one workspace, inside the caller's transaction. `stored` tells what it did.

    `update`: also change what is stored with other values. `accepted`: the actors have already said yes.
    """

    def __init__(self, run: ImportRun, understanding: Understanding, *, by: By, update: bool, accepted: bool) -> None:
        self.run, self.understanding, self.by = run, understanding, by
        self.workspace: Workspace = run.workspace
        self.update, self.accepted = update, accepted
        self.made: dict[str, list[int]] = {}
        self.changed: list[dict[str, Any]] = []
        self.linked: dict[str, list[tuple[int, int]]] = {}

    def write(self, plan: Plan | None) -> dict[str, Any]:
        """Store everything; gives {"made": {label: ids}, "changed": […], "linked": {table: pairs}, "plan": id}."""
        self._write_areas()
        self._write_actors()
        if self.understanding.measures or self.understanding.indicators:
            self.plan = plan or self._make_plan()
            self._write_causes()
            for rows in in_chunks(self.understanding.measures):
                self._write_measures(rows)
            for rows in in_chunks(self.understanding.indicators):
                self._write_indicators(rows)
            self._ask_for_indicators()
        plan_id = getattr(getattr(self, "plan", None), "pk", None)
        return {"made": self.made, "changed": self.changed, "linked": self.linked, "plan": plan_id}

    # --- the small steps that all kinds share --------------------------------------------------------------------------

    def _make(self, objects: Iterable[Any], verb: str = "", *, but: tuple[str, ...] = ()) -> list[Any]:
        """Insert, remember the ids, and record one event each (none without a verb). `but`: fields that history leaves out."""
        made: list[Any] = []
        objects = list(objects)
        if not objects:
            return made
        made = type(objects[0]).objects.bulk_create(objects, batch_size=BATCH)
        self.made.setdefault(objects[0]._meta.label_lower, []).extend(row.pk for row in made)
        if verb:
            payloads = ((row, {"changes": _as_new(row, but), "import": self.run.pk}) for row in made)
            events.record_each(verb, payloads, workspace=self.workspace, by=self.by)
        return made

    def _link(self, through: Any, column: str, pairs: Sequence[tuple[int, int]], *, left: str = "measure_id") -> None:
        """Add rows to a many-to-many table and remember them."""
        rows = [through(**{left: one, column: other}) for one, other in pairs]
        through.objects.bulk_create(rows, batch_size=BATCH)
        self.linked.setdefault(through._meta.label_lower, []).extend(pairs)

    def _change(self, change: Change, verb: str) -> None:
        """Change a stored object, if nobody else has meanwhile."""
        subject = change.subject
        after = {name: pair[1] for name, pair in change.fields.items()}
        payload = {"changes": events.changes(subject, **after), "import": self.run.pk}
        before = {name: pair[0] for name, pair in change.fields.items()}
        for name, value in after.items():
            setattr(subject, name, value)
        same = type(subject).objects.filter(pk=subject.pk, version=subject.version)
        derived = {f.attname: f.pre_save(subject, False) for f in subject._meta.concrete_fields if getattr(f, "source", "") in after}
        if not same.update(version=F("version") + 1, **after, **derived):
            raise ChangedMeanwhile(
                _("Någon ändrade {subject} medan filen lästes in. Inget är sparat. Försök igen.").format(subject=subject)
            )
        events.record(verb, subject, workspace=self.workspace, by=self.by, **payload)
        self.changed.append(
            {"label": subject._meta.label_lower, "id": subject.pk, "version": subject.version + 1, "before": _as_stored(before)}
        )

    # --- registers -----------------------------------------------------------------------------------------------------

    def _write_areas(self) -> None:
        found = compare_areas(self.understanding.areas, self.workspace)
        self._make_areas(found.new)
        self.area_ids = {name_key(name): pk for pk, name in Area.objects.within(self.workspace).values_list("pk", "name")}
        for change in found.changed if self.update else ():
            self._change(change, "area.changed")

    def _make_areas(self, rows: list[AreaRow]) -> None:
        """Parents first: a generation at a time."""
        ids = {name_key(name): pk for pk, name in Area.objects.within(self.workspace).values_list("pk", "name")}
        waiting = list(rows)
        while waiting:
            ready = [row for row in waiting if not row.parent or name_key(row.parent) in ids]
            waiting = [row for row in waiting if row.parent and name_key(row.parent) not in ids]
            made = self._make(
                (
                    Area(workspace=self.workspace, name=row.name, kind=row.kind, flats=row.flats, parent_id=ids.get(name_key(row.parent)))
                    for row in ready
                ),
                "area.added",
            )
            ids |= {name_key(area.name): area.pk for area in made}

    def _write_actors(self) -> None:
        found = compare_actors(self.understanding.actors, self.workspace)
        self._make((self._actor(row) for row in found.new), "actor.registered")
        self.actor_ids = {name_key(name): pk for pk, name in Actor.objects.within(self.workspace).open().values_list("pk", "name")}
        for change in found.changed if self.update else ():
            self._change(change, "actor.changed")
        contacts = new_contacts(self.understanding.actors, self.actor_ids)
        self._make((self._contact(actor_id, row) for actor_id, row in contacts), "contact.added", but=PERSONAL)
        self._link_actors_to_areas()
        reachable = ContactPerson.objects.filter(actor__workspace=self.workspace, left_at=None).order_by("-id")
        self.contact_ids = dict(reachable.values_list("actor_id", "pk"))  # the first of each actor comes last

    def _actor(self, row: ActorRow) -> Actor:
        return Actor(workspace=self.workspace, name=row.name, kind=row.kind, org_number=row.org_number)

    def _contact(self, actor_id: int, row: ActorRow) -> ContactPerson:
        return ContactPerson(actor_id=actor_id, name=row.contact_name, role_title=row.contact_role, email=row.email, phone=row.phone)

    def _link_actors_to_areas(self) -> None:
        through = Actor.areas.through
        known = set(through.objects.filter(actor__workspace=self.workspace).values_list("actor_id", "area_id"))
        wanted = (
            (self.actor_ids[name_key(row.name)], self.area_ids[name_key(area)])
            for row in self.understanding.actors
            for area in row.areas
            if name_key(area) in self.area_ids
        )
        self._link(through, "area_id", [pair for pair in dict.fromkeys(wanted) if pair not in known], left="actor_id")

    # --- plan ----------------------------------------------------------------------------------------------------------

    def _make_plan(self) -> Plan:
        head = self.understanding.head
        (plan,) = self._make(
            [
                Plan(
                    workspace=self.workspace,
                    title=head.title,
                    first_year=head.first_year or 0,
                    last_year=head.last_year or 0,
                    adopted_by=head.adopted_by,
                    adopted_on=head.adopted_on,
                    decision_paragraph=head.decision_paragraph,
                    dnr=head.dnr,
                )
            ],
            "plan.created",
        )
        return plan

    def _write_causes(self) -> None:
        known = cause_ids(self.plan)
        titles = {name_key(title): title for row in self.understanding.measures for title in row.causes}
        self._make((Cause(plan=self.plan, title=title) for key, title in titles.items() if key not in known), "cause.created")
        self.cause_ids = cause_ids(self.plan)
        self.goals = GoalTree.of(self.plan)
        self._write_goals()
        self.measure_ids: dict[str, int] = dict(self.plan.measures.values_list("number", "pk"))

    def _write_goals(self) -> None:
        """Focus areas first, then the goals under them, in the file's order."""
        focus_areas: dict[tuple[str, str], Goal] = {}
        goals: dict[tuple[str, str], tuple[Goal, MeasureRow]] = {}
        for row in self.understanding.measures:
            focus_area, goal = path = GoalTree.path(row)
            if focus_area and (focus_area, "") not in self.goals.ids:
                focus_areas.setdefault(
                    (focus_area, ""), self._goal(row.focus_area, GoalKind.FOCUS_AREA, len(self.goals.ids) + len(focus_areas))
                )
            if goal and path not in self.goals.ids:
                goals.setdefault(path, (self._goal(row.goal, GoalKind.GOAL, len(goals)), row))
        for key, made in zip(focus_areas, self._make(focus_areas.values(), "goal.created"), strict=True):
            self.goals.ids[key] = made.pk
        for (focus_area, _goal), (new, _row) in goals.items():
            new.parent_id = self.goals.ids.get((focus_area, ""))
        for key, made in zip(goals, self._make((new for new, _row in goals.values()), "goal.created"), strict=True):
            self.goals.ids[key] = made.pk

    def _goal(self, text: str, kind: str, position: int) -> Goal:
        number, title = split_goal(text)
        return Goal(plan=self.plan, kind=kind, number=number[:20], title=title, position=position)

    def _write_measures(self, rows: Sequence[MeasureRow]) -> None:
        found = compare_measures(rows, self.plan, self.goals)
        made = self._make(
            (
                Measure(plan=self.plan, goal_id=self.goals.ids[GoalTree.path(row)], number=row.number, **wanted_of_measure(row))
                for row in found.new
            ),
            "measure.created",
        )
        self.measure_ids |= {measure.number: measure.pk for measure in made}
        for change in found.changed if self.update else ():
            self._change(change, "measure.changed")
        is_new = {row.number for row in found.new}
        linked = rows if self.update else [row for row in rows if row.number in is_new]
        ids = self.measure_ids
        causes = [(pk, self.cause_ids[name_key(title)]) for pk, title in new_causes(linked, ids)]
        self._link(Measure.causes.through, "cause_id", causes)
        areas = [(pk, self.area_ids[name_key(name)]) for pk, name in new_areas(linked, ids)]
        self._link(Measure.areas.through, "area_id", areas)
        self._judge(self._make(self._evidence(pk, row) for pk, row in new_evidence(linked, ids)))
        proposed = (self._assignment(*wanted) for wanted in new_assignments(rows, ids, self.actor_ids))
        assignments = self._make(proposed, "assignment.proposed")
        if self.accepted:
            events.record_many("assignment.accepted", assignments, workspace=self.workspace, by=self.by, **{"import": self.run.pk})

    def _judge(self, judged: list[Evidence]) -> None:
        """A new judgement is an event of its measure."""
        grades = ((Measure(pk=e.measure_id), {"changes": {"grade": [None, e.grade]}, "evidence": e, "import": self.run.pk}) for e in judged)
        events.record_each("measure.evidence_judged", grades, workspace=self.workspace, by=self.by)

    def _evidence(self, measure_id: int, row: MeasureRow) -> Evidence:
        return Evidence(
            measure_id=measure_id,
            grade=row.evidence_grade,
            finding=row.evidence_finding,
            source=row.evidence_source,
            by_user=self._user(),
            import_run=self.run,
        )

    def _assignment(self, measure_id: int, actor_id: int, role: str, row: MeasureRow) -> Assignment:
        starts_on = row.starts_on or date(self.plan.first_year, 1, 1)
        return Assignment(
            measure_id=measure_id,
            actor_id=actor_id,
            role=role,
            contact_id=self.contact_ids.get(actor_id),
            starts_on=min(starts_on, row.ends_on) if row.ends_on else starts_on,
            ends_on=row.ends_on,
            proposed_by=self._user(),
            accepted_at=clock.now() if self.accepted else None,
        )

    # --- indicators ----------------------------------------------------------------------------------------------------

    def _write_indicators(self, rows: Sequence[IndicatorRow]) -> None:
        new, changed, _same = compare_indicators(rows, self.plan)
        made = self._make(
            Indicator(plan=self.plan, name=row.name, level=row.level, source=row.source, is_reported=row.is_reported) for row in new
        )
        pairs = [(indicator.pk, self.measure_ids[row.measure]) for indicator, row in zip(made, new, strict=True)]
        self._link(Indicator.measures.through, "measure_id", pairs, left="indicator_id")
        self._make(self._definition(indicator, row) for indicator, row in zip(made, new, strict=True))
        self._make(self._baseline(indicator, row) for indicator, row in zip(made, new, strict=True) if row.baseline is not None)
        self._make(
            self._target(indicator, row, year, value) for indicator, row in zip(made, new, strict=True) for year, value in row.targets
        )
        created = (
            (indicator, {"changes": _indicator_as_new(row), "import": self.run.pk}) for indicator, row in zip(made, new, strict=True)
        )
        events.record_each("indicator.created", created, workspace=self.workspace, by=self.by)
        for change in changed if self.update else ():
            self._change_indicator(change)

    def _definition(self, indicator: Indicator, row: IndicatorRow, number: int = 1, link: str = "") -> IndicatorVersion:
        return IndicatorVersion(
            indicator=indicator,
            number=number,
            link=link,
            starts_on=date(self.plan.first_year, 1, 1),
            kind=row.kind,
            ratio_over_time=row.ratio_over_time,
            unit=row.unit,
            decimals=row.decimals,
            direction=row.direction,
            counts_people=row.counts_people,
            numerator_label=row.numerator_label,
            denominator_label=row.denominator_label,
            by_user=self._user(),
            import_run=self.run,
        )

    def _baseline(self, indicator: Indicator, row: IndicatorRow) -> Baseline:
        return Baseline(
            indicator=indicator, year=row.baseline_year or 0, value=row.baseline or 0, by_user=self._user(), import_run=self.run
        )

    def _target(self, indicator: Indicator, row: IndicatorRow, year: int, value: int) -> Target:
        return Target(indicator=indicator, year=year, value=value, basis=row.basis, by_user=self._user(), import_run=self.run)

    def _change_indicator(self, change: IndicatorChange) -> None:
        """Revisions are new rows: the first baseline, target and definition stay."""
        row, indicator = change.row, change.indicator
        if change.fields:
            self._change(Change(row.row, indicator, change.fields), "indicator.changed")
        if change.definition:
            latest = indicator.versions.aggregate(last=Max("number"))["last"] or 0
            link = VersionLink.SAME if latest else ""
            self._make([self._definition(indicator, row, latest + 1, link)])
        if change.baseline:
            self._make([self._baseline(indicator, row)])
        self._make(self._target(indicator, row, year, value) for year, _before, value in change.targets)
        revised = change.definition | ({"baseline": change.baseline} if change.baseline else {})
        revised |= {f"target_{year}": [before, value] for year, before, value in change.targets}
        if revised:
            events.record("indicator.revised", indicator, workspace=self.workspace, by=self.by, changes=revised, **{"import": self.run.pk})

    def _ask_for_indicators(self) -> None:
        """The responsible actor reports a measure's indicators, unless they are fetched elsewhere."""
        new_assignments = set(self.made.get("measures.assignment", ()))
        new_indicators = set(self.made.get("measures.indicator", ()))
        ids = sorted({self.measure_ids[row.measure] for row in self.understanding.indicators} | self._measures_assigned(new_assignments))
        through = Indicator.measures.through
        for chunk in in_chunks(ids):
            responsible = Assignment.objects.current().filter(measure__in=chunk, role=AssignmentRole.RESPONSIBLE)
            of_measure: dict[int, list[int]] = {}
            for pk, measure_id in responsible.values_list("pk", "measure_id"):
                of_measure.setdefault(measure_id, []).append(pk)
            reported = through.objects.filter(measure__in=chunk, indicator__is_reported=True).values_list("measure_id", "indicator_id")
            known = set(AssignmentIndicator.objects.filter(assignment__measure__in=chunk).values_list("assignment_id", "indicator_id"))
            self._make(
                AssignmentIndicator(assignment_id=assignment_id, indicator_id=indicator_id)
                for measure_id, indicator_id in reported
                for assignment_id in of_measure.get(measure_id, ())
                if (assignment_id in new_assignments or indicator_id in new_indicators) and (assignment_id, indicator_id) not in known
            )

    def _measures_assigned(self, ids: set[int]) -> set[int]:
        if not ids:
            return set()
        assigned = Assignment.objects.filter(measure__plan=self.plan, pk__gte=min(ids)).values_list("pk", "measure_id")
        return {measure_id for pk, measure_id in assigned if pk in ids}

    def _user(self) -> User | None:
        return self.by if isinstance(self.by, User) else None


PERSONAL = ("name", "role_title", "email", "phone")
"""History holds ids of persons, never what they are called or how they are reached."""

_NOT_HISTORY = frozenset(
    ("id", "recorded_at", "version", "name_sort", "name_search", "title_sort", "title_search", "number_sort", "import_run_id")
)


def _as_new(row: Model, but: tuple[str, ...]) -> dict[str, list[Any]]:
    """{field: [None, value]} for everything that was given a value."""
    values = {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname not in _NOT_HISTORY}
    return {name: [None, value] for name, value in values.items() if value not in ("", None) and name not in but}


def _indicator_as_new(row: IndicatorRow) -> dict[str, list[Any]]:
    names = ("measure", "name", "level", "kind", "unit", "direction", "basis", "baseline", "baseline_year", "targets", "source")
    return {name: [None, getattr(row, name)] for name in names if getattr(row, name) not in ("", None, ())}


def _as_stored(values: dict[str, Any]) -> dict[str, Any]:
    """Former values as JSON, to be set again when the import is undone."""
    return {
        name: value.pk if isinstance(value, Model) else value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
