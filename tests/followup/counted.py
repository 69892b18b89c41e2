"""What a reader is told of how people who may be the same were put together: which answers a figure is the sum of, and what was taken off."""

import itertools
from collections.abc import Iterable, Set

from followup import rollup
from followup.figures import Figure, Part
from followup.rollup.rows import DecisionRow
from followup.words import Overlap

Counted = list[tuple[set[int], int]]
"""Reports that may be all that is counted, and how much less than their sum the figure is."""


def said(plan: rollup.Rollup, indicator: int) -> dict[tuple[int, str], int]:
    """What each report says, as a whole and in each cell."""
    found = {}
    for answer in itertools.chain.from_iterable(plan.answers.get(indicator, {}).values()):
        found[answer.report, ""] = answer.value
        found |= {(answer.report, name): number for _dimension, name, number in plan.rows.cells.get(answer.line, ())}
    return found


def counted(plan: rollup.Rollup, figure: Figure, scope: Set[int], cell: str) -> Counted:
    """A lead counts for the others; of people who are the same, or declared to overlap so much, the largest does, whoever that is."""
    amounts = said(plan, figure.indicator)
    choices = []
    for decision, parts in _groups(plan, figure, scope):
        sizes = [sum(amounts.get((report, cell), 0) for report in part.reports) for part in parts]
        largest = [part for part, size in zip(parts, sizes, strict=True) if size == max(sizes)]
        if decision.kind == Overlap.LEAD:
            choices.append([(_reports(part for part in parts if part.assignment != decision.lead), 0)])
        elif decision.kind in (Overlap.SAME_PEOPLE, Overlap.DECLARED):
            beside = [(_reports(part for part in parts if part is not one), 0) for one in largest]
            choices.append(beside if decision.kind == Overlap.SAME_PEOPLE else [(set(), decision.overlap), *beside])
    chosen = itertools.product(*choices) if choices else ()
    return [(set(figure.reports).difference(*(beside for beside, _ in each)), sum(off for _, off in each)) for each in chosen]


def _groups(plan: rollup.Rollup, figure: Figure, scope: Set[int]) -> Iterable[tuple[DecisionRow, list[Part]]]:
    """The decisions in force for exactly the figure's window, and what those in each add."""
    of: dict[int, DecisionRow] = {}
    for decision in plan.rows.decisions.get(figure.indicator, ()):
        if (decision.start, decision.end) == (figure.window.start, figure.window.end) and not decision.is_between_groups:
            of |= dict.fromkeys(decision.assignments & scope, decision)
    for decision in {each.id: each for each in of.values()}.values():
        is_led = decision.kind != Overlap.LEAD or of.get(decision.lead) is decision
        if is_led and not decision.is_revoked:
            yield decision, [part for part in figure.parts if of.get(part.assignment) is decision]


def _reports(parts: Iterable[Part]) -> set[int]:
    return {report for part in parts for report in part.reports}
