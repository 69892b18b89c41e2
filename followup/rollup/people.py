"""Putting partners together who may reach the same people (rule 4)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from followup.figures import Number, Window
from followup.rollup.rows import DecisionRow
from followup.words import Flag, Overlap

Interval = tuple[Number, Number]


def decided_before(decisions: Sequence[DecisionRow]) -> Iterable[list[DecisionRow]]:
    """What may have been decided at some time before now, the latest first: one less each time, those revoked by now in force or not."""
    for number in range(len(decisions), 0, -1):
        until = decisions[:number]
        if any(each.is_revoked for each in until):
            yield [replace(each, is_revoked=False) for each in until]
        yield [*until[:-1]]


class Grouping:
    """Which assignments of a scope stand in which decision for exactly one window."""

    __slots__ = ("are_disjoint", "decision_of", "decisions")

    def __init__(self, decisions: Iterable[DecisionRow], window: Window, scope: Collection[int]) -> None:
        self.decisions: dict[int, DecisionRow] = {}
        self.decision_of: dict[int, int] = {}
        self.are_disjoint = False
        for decision in decisions:
            if (decision.start, decision.end) != (window.start, window.end):
                continue
            if decision.is_between_groups:
                self.are_disjoint = not decision.is_revoked
                continue
            self.decisions[decision.id] = decision
            for assignment in decision.assignments:
                if assignment in scope:
                    self.decision_of[assignment] = decision.id

    def is_beside_a_lead(self, assignment: int) -> bool:
        """Whether another partner counts for this one."""
        decision = self.decisions.get(self.decision_of.get(assignment, 0))
        return decision is not None and decision.lead != assignment and self._is_led(decision)

    def _is_led(self, decision: DecisionRow) -> bool:
        """By a partner of the scope."""
        return decision.kind == Overlap.LEAD and not decision.is_revoked and self.decision_of.get(decision.lead or 0) == decision.id

    def together(self, intervals: Mapping[int, Interval], *, use_declared: bool = True) -> tuple[Interval | None, set[Flag]]:
        """All as one interval, and what to say about it. `use_declared=False`: leave declared overlaps undecided."""
        flags: set[Flag] = set()
        lows: list[Number] = []
        highs: list[Number] = []
        groups: dict[int, list[int]] = {}
        for assignment, (low, high) in intervals.items():
            decision = self.decision_of.get(assignment)
            if decision is None or self.decisions[decision].is_revoked:
                lows.append(low)
                highs.append(high)
            else:
                groups.setdefault(decision, []).append(assignment)
        for number, members in groups.items():
            own = [intervals[assignment] for assignment in members]
            interval = self._decided(self.decisions[number], members, own, intervals, use_declared, flags)
            if interval is not None:
                lows.append(interval[0])
                highs.append(interval[1])
        if not lows:
            return None, flags
        if self.are_disjoint:
            return (sum(lows), sum(highs)), flags
        if len(lows) > 1:
            flags.add(Flag.OVERLAP_UNDECIDED)
        return (max(lows), sum(highs)), flags

    def _decided(
        self,
        decision: DecisionRow,
        members: list[int],
        own: list[Interval],
        intervals: Mapping[int, Interval],
        use_declared: bool,
        flags: set[Flag],
    ) -> Interval | None:
        lows, highs = [low for low, _ in own], [high for _, high in own]
        kind = decision.kind
        if kind == Overlap.DISJOINT:
            return sum(lows), sum(highs)
        if kind == Overlap.SAME_PEOPLE:
            return max(lows), max(highs)
        if self._is_led(decision):
            if decision.lead not in intervals:
                flags.add(Flag.LEAD_MISSING)
            return intervals.get(decision.lead or 0)
        if kind == Overlap.DECLARED and use_declared:
            low = max(*lows, sum(lows) - decision.overlap)
            is_whole = decision.assignments == set(members)
            return low, max(*highs, sum(highs) - decision.overlap) if is_whole else sum(highs)
        if len(own) > 1:
            flags.add(Flag.OVERLAP_UNDECIDED)
        return max(lows), sum(highs)
