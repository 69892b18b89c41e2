"""Rule 4: partners may reach the same people, and only a recorded decision says how."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from followup.figures import Number, Window
from followup.reference.facts import OverlapDecision
from followup.words import Flag, Overlap

Interval = tuple[Number, Number]


@dataclass(frozen=True)
class Group:
    """Assignments that one decision is about; an assignment in no group is one of its own (`decision=None`)."""

    decision: OverlapDecision | None
    assignments: frozenset[int]


@dataclass(frozen=True)
class Grouping:
    groups: tuple[Group, ...]
    are_disjoint: bool


def grouping(overlaps: Iterable[OverlapDecision], indicator: int, window: Window, in_scope: Collection[int]) -> Grouping:
    """The groups for exactly this window. Each assignment belongs to the latest decision that names it.

    A decision taken back leaves those it named in no group: it never revives an older one.
    """
    own = [each for each in overlaps if each.indicator == indicator and (each.start, each.end) == (window.start, window.end)]
    between = [each for each in own if each.is_between_groups]
    latest = {assignment: each for each in own if not each.is_between_groups for assignment in each.assignments}
    members: dict[int, set[int]] = {}
    for assignment in in_scope:
        decision = latest.get(assignment)
        if decision and not decision.revoked_at:
            members.setdefault(decision.id, set()).add(assignment)
    decisions = {each.id: each for each in own}
    groups = [Group(decisions[number], frozenset(assignments)) for number, assignments in members.items()]
    alone = [Group(None, frozenset([each])) for each in in_scope if not any(each in group.assignments for group in groups)]
    return Grouping((*groups, *alone), bool(between) and between[-1].revoked_at is None)


def together(intervals: Mapping[int, Interval], grouped: Grouping) -> tuple[Interval | None, set[Flag]]:
    """All assignments as one interval: each group as decided, then the groups as disjoint or as if nothing were known."""
    flags = set()
    found = []
    for group in grouped.groups:
        here = {assignment: intervals[assignment] for assignment in group.assignments if assignment in intervals}
        interval, group_flags = _decided(group, here) if here else (None, set())
        flags |= group_flags
        if interval:
            found.append(interval)
    if grouped.are_disjoint and found:
        return (sum(low for low, _ in found), sum(high for _, high in found)), flags
    if len(found) > 1:
        flags.add(Flag.OVERLAP_UNDECIDED)
    return undecided(found), flags


def _decided(group: Group, here: Mapping[int, Interval]) -> tuple[Interval | None, set[Flag]]:
    decision = group.decision
    most_low, most_high = max(low for low, _ in here.values()), max(high for _, high in here.values())
    all_low, all_high = sum(low for low, _ in here.values()), sum(high for _, high in here.values())
    if decision and decision.kind == Overlap.DISJOINT:
        return (all_low, all_high), set()
    if decision and decision.kind == Overlap.SAME_PEOPLE:
        return (most_low, most_high), set()
    if decision and decision.kind == Overlap.LEAD and decision.lead in group.assignments:
        return here.get(decision.lead), set() if decision.lead in here else {Flag.LEAD_MISSING}
    if decision and decision.kind == Overlap.DECLARED:
        low = max(most_low, all_low - decision.overlap)
        if here.keys() == decision.assignments:
            return (low, max(most_high, all_high - decision.overlap)), set()
        return (low, all_high), set()  # how much of the overlap belongs to those not here is not known
    return (most_low, all_high), {Flag.OVERLAP_UNDECIDED} if len(here) > 1 else set()


def undecided(found: Iterable[Interval]) -> Interval | None:
    """They may be all the same or all different."""
    found = list(found)
    return (max(low for low, _ in found), sum(high for _, high in found)) if found else None
