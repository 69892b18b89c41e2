"""What pages need to know about a plan, in few queries: what is lacking, where a measure stands in the tree, what is found."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from measures.models import Assignment, Goal, Indicator, IndicatorVersion, Measure
from measures.models.measure import MeasureQuerySet, MeasureRuling, MeasureRulingKind
from measures.rules import AssignmentRole, Gap
from stakeholders import clock
from stakeholders.models import ContactPerson


def with_gaps(measures: MeasureQuerySet, today: date | None = None) -> MeasureQuerySet:
    """The measures, each knowing what it lacks: read it with `gaps_of`. No further query, whatever their number."""
    today = today or clock.today()
    responsible = running(today).filter(measure=OuterRef("pk"), role=AssignmentRole.RESPONSIBLE)
    someone = ContactPerson.objects.reachable().filter(actor=OuterRef("actor"))
    kind = IndicatorVersion.objects.filter(indicator=OuterRef("pk")).order_by("-number").values("kind")[:1]
    unkind = Indicator.objects.filter(measures=OuterRef("pk")).annotate(kind=Coalesce(Subquery(kind), Value(""))).filter(kind="")
    ended = MeasureRuling.objects.filter(measure=OuterRef("pk")).order_by("-from_date", "-pk").values("kind")[:1]
    return measures.annotate(
        has_responsible=Exists(responsible),
        has_mute_responsible=Exists(responsible.exclude(Exists(someone))),
        has_indicator=Exists(Indicator.objects.filter(measures=OuterRef("pk"))),
        has_indicator_without_kind=Exists(unkind),
        has_cause=Exists(Measure.causes.through.objects.filter(measure=OuterRef("pk"))),
        last_ruling=Subquery(ended),
    )


def gaps_of(measure: Any) -> list[Gap]:
    """What a measure from `with_gaps` lacks, the gravest first. One that was ended early lacks nothing any more."""
    if measure.last_ruling == MeasureRulingKind.END:
        return []
    lacks = {
        Gap.RESPONSIBLE: not measure.has_responsible,
        Gap.INDICATOR: not measure.has_indicator,
        Gap.KIND: measure.has_indicator_without_kind,
        Gap.CAUSE: not measure.has_cause,
        Gap.END: measure.ends_on is None and not measure.runs_until_further_notice,
        Gap.CONTACT: measure.has_mute_responsible,
    }
    return [gap for gap, is_lacking in lacks.items() if is_lacking]


def running(day: date) -> Any:
    """Assignments, proposed or accepted, that have not ended by `day`."""
    return Assignment.objects.current().filter(Q(ends_on=None) | Q(ends_on__gte=day))


def path_to(goal: Goal) -> list[Goal]:
    """The goal and what is above it, the focus area first. Asks once for each step that is not fetched with it."""
    path = [goal]
    while path[0].parent is not None:
        path.insert(0, path[0].parent)
    return path


def tops(goals: list[Goal]) -> dict[int, Goal]:
    """{goal id: the goal at the top of its branch}, from all goals of a plan, without asking again."""
    by_id = {goal.pk: goal for goal in goals}
    top: dict[int, Goal] = {}
    for goal in goals:
        highest = goal
        while highest.parent_id is not None:
            highest = by_id[highest.parent_id]
        top[goal.pk] = highest
    return top
