"""What an import would do, in numbers and words, as plain JSON to be stored with it and shown."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from measures.imports.comparison import (
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
)
from measures.imports.headings import PLAN
from measures.imports.names import name_key
from measures.imports.problems import Problem, Severity
from measures.imports.tree import MeasureRow, Understanding
from measures.models import Plan
from measures.spreadsheets import Sheet
from stakeholders.models import Actor, Workspace

SHOWN_CHANGES = 100
STORED_PROBLEMS = 2_000
SHOWN_NAMES = 50


def preview_of(understanding: Understanding, sheets: list[Sheet], workspace: Workspace, plan: Plan | None) -> dict[str, Any]:
    """Counts of what is new, changed and the same; what would change; what is unclear. `digest` is equal when all of it is."""
    counter = _Counter(understanding, workspace, plan)
    preview = {
        "plan": _plan(understanding, plan),
        "counts": counter.counts,
        "changes": counter.changes[:SHOWN_CHANGES],
        "changes_total": len(counter.changes),
        "problems": dict(Counter(problem.code for problem in understanding.problems)),
        "left_out": len(understanding.blocked_rows),
        "rows": understanding.rows_read,
        "is_stopped": understanding.is_stopped,
        "unknown_actors": [[u.text, u.meant, list(u.alike), u.places] for u in understanding.unknown_actors[:SHOWN_NAMES]],
        "sheets": _sheets(understanding, sheets),
    }
    return {**preview, "digest": hashlib.sha256(json.dumps(preview, sort_keys=True).encode()).hexdigest()[:16]}


def stored_problems(problems: list[Problem]) -> list[list[Any]]:
    """The problems worth keeping for the page, the worst first, never more than fits on it."""
    order = {Severity.BLOCKS: 0, Severity.GAP: 1, Severity.NOTE: 2}
    worst_first = sorted(problems, key=lambda problem: order[problem.severity])
    return [problem.as_json() for problem in worst_first[:STORED_PROBLEMS]]


def _plan(understanding: Understanding, plan: Plan | None) -> dict[str, Any]:
    head = understanding.head
    return {
        "id": plan.pk if plan else None,
        "title": plan.title if plan else head.title,
        "first_year": plan.first_year if plan else head.first_year,
        "last_year": plan.last_year if plan else head.last_year,
        "adopted_by": head.adopted_by,
        "adopted_on": str(head.adopted_on or ""),
        "decision_paragraph": head.decision_paragraph,
        "dnr": head.dnr,
        "has_measures": any(layout.kind == PLAN for layout in understanding.layouts.values()),
    }


def _sheets(understanding: Understanding, sheets: list[Sheet]) -> list[dict[str, Any]]:
    """How each sheet was read."""
    read = []
    for index, sheet in enumerate(sheets):
        layout = understanding.layouts.get(index)
        columns = {str(column): name for name, column in layout.columns.items()} if layout else {}
        columns |= {str(column): f"target:{year}" for year, column in layout.targets.items()} if layout else {}
        read.append(
            {
                "name": sheet.name,
                "kind": layout.kind if layout else "",
                "header_row": layout.header_row if layout else 0,
                "columns": columns,
            }
        )
    return read


class _Counter:
    """Goes through the comparison once and keeps only numbers and the first changes."""

    def __init__(self, understanding: Understanding, workspace: Workspace, plan: Plan | None) -> None:
        self.understanding, self.workspace, self.plan = understanding, workspace, plan
        self.counts: dict[str, dict[str, int]] = {}
        self.changes: list[dict[str, Any]] = []
        self._registers()
        self._measures()
        self._indicators()

    def _count(self, kind: str, *, new: int = 0, changed: int = 0, same: int = 0) -> None:
        counts = self.counts.setdefault(kind, {"new": 0, "changed": 0, "same": 0})
        counts["new"] += new
        counts["changed"] += changed
        counts["same"] += same

    def _change(self, kind: str, row: int, label: str, fields: dict[str, list[Any]], *, is_kept: bool = False) -> None:
        plain = {name: [_shown(before), _shown(after)] for name, (before, after) in fields.items()}
        self.changes.append({"kind": kind, "row": row, "label": label, "fields": plain, "is_kept": is_kept})

    def _registers(self) -> None:
        for kind, found in (
            ("area", compare_areas(self.understanding.areas, self.workspace)),
            ("actor", compare_actors(self.understanding.actors, self.workspace)),
        ):
            self._count(kind, new=len(found.new), changed=len(found.changed), same=found.same)
            for change in found.changed:
                self._change(kind, change.row, str(change.subject), change.fields)
        stored = {name_key(name): pk for pk, name in Actor.objects.within(self.workspace).open().values_list("pk", "name")}
        self.actor_ids = stored
        known = new_contacts([row for row in self.understanding.actors if name_key(row.name) in stored], stored)
        fresh = [row for row in self.understanding.actors if name_key(row.name) not in stored and (row.email or row.contact_name)]
        self._count("contact", new=len(known) + len(fresh))

    def _measures(self) -> None:
        goals = GoalTree.of(self.plan)
        stored_ids = dict(self.plan.measures.values_list("number", "pk")) if self.plan else {}
        causes = cause_ids(self.plan)
        paths: set[tuple[str, str]] = set()
        titles: set[str] = set()
        for rows in in_chunks(self.understanding.measures):
            found = compare_measures(rows, self.plan, goals)
            self._count("measure", new=len(found.new), changed=len(found.changed), same=found.same)
            for change in found.changed:
                self._change("measure", change.row, str(change.subject), change.fields)
            self._count("assignment", new=sum(1 for _ in new_assignments(rows, stored_ids, self.actor_ids)))
            self._additions(rows, stored_ids)
            for row in rows:
                focus_area, goal = GoalTree.path(row)
                paths |= {path for path in ((focus_area, ""), (focus_area, goal)) if any(path)}
                titles |= {name_key(title) for title in row.causes}
        self._count("goal", new=len(paths - goals.ids.keys()))
        self._count("cause", new=len(titles - causes.keys()))

    def _additions(self, rows: Sequence[MeasureRow], stored_ids: dict[str, int]) -> None:
        """What stored measures would get besides new values in their own columns: causes, areas, evidence."""
        old = [row for row in rows if row.number in stored_ids]
        rows_of = {stored_ids[row.number]: row for row in old}
        added: dict[int, dict[str, list[Any]]] = {}
        for measure_id, row in new_evidence(old, stored_ids):
            added.setdefault(measure_id, {})["evidence"] = [None, f"{row.evidence_grade} – {row.evidence_finding}"]
        for field, pairs in (("causes", new_causes(old, stored_ids)), ("areas", new_areas(old, stored_ids))):
            for measure_id, name in pairs:
                added.setdefault(measure_id, {}).setdefault(field, [None, []])[1].append(name)
        for measure_id, fields in added.items():
            row = rows_of[measure_id]
            self._change("measure", row.row, f"{row.number} {row.title}", fields)

    def _indicators(self) -> None:
        for rows in in_chunks(self.understanding.indicators):
            new, changed, same = compare_indicators(rows, self.plan)
            self._count("indicator", new=len(new), changed=sum(1 for change in changed if would_change(change)), same=same)
            for change in changed:
                label = f"{change.row.measure} {change.indicator.name}"
                fields = {**change.fields, **change.definition}
                if change.baseline:
                    fields["baseline"] = change.baseline
                fields |= {f"target {year}": [before, after] for year, before, after in change.targets}
                if fields:
                    self._change("indicator", change.row.row, label, fields)
                if change.kept:
                    self._change("indicator", change.row.row, label, change.kept, is_kept=True)


def would_change(change: IndicatorChange) -> bool:
    """Whether the import would write anything, or only tells of a difference that it leaves alone."""
    return bool(change.fields or change.definition or change.baseline or change.targets)


def _shown(value: Any) -> Any:
    """Plain JSON; long texts cut."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, tuple | list):
        return [_shown(item) for item in value]
    text = str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
