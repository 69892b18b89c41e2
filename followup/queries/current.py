"""What goes on right now: the round that is open, and when each part in a measure is next to be reported."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from followup.models import Obligation, ObligationRuling, Period, Report
from followup.words import RulingKind
from stakeholders import clock
from stakeholders.models import Workspace


def round_now(workspace: Workspace) -> Period | None:
    """The latest round that has opened and is not closed; where several end on the same day, the one in the plan's own rhythm."""
    opened = Period.objects.filter(plan__workspace=workspace, plan__closed_at=None, closed_at=None, opens_on__lte=clock.today())
    has_answers = Exists(Obligation.objects.filter(period=OuterRef("pk")))
    in_order = opened.filter(has_answers).select_related("plan__workspace").order_by("-ends_on", "-starts_on", "pk")
    found = list(in_order[:8])
    newest = [period for period in found if period.ends_on == found[0].ends_on]
    return next((period for period in newest if period.interval == period.plan.interval), newest[0] if newest else None)


@dataclass(frozen=True)
class Next:
    """When an answer is next expected. `is_missing`: the last day has passed and nothing has come."""

    due_on: date
    obligation: int
    is_missing: bool


def next_answers(assignments: Any, today: date | None = None) -> dict[int, Next]:
    """{assignment id: what is next expected of it}, in one query; an assignment of which nothing is expected is not there.

    What is overdue goes before what is to come. `assignments`: a queryset or ids.
    """
    today = today or clock.today()
    standing = ObligationRuling.objects.filter(obligation=OuterRef("pk")).exclude(kind=RulingKind.EXTEND).order_by("-pk")
    extended = ObligationRuling.objects.filter(obligation=OuterRef("pk"), kind=RulingKind.EXTEND).order_by("-pk")
    answered = Report.objects.filter(obligation=OuterRef("pk"), submitted_at__isnull=False, returned_at=None, withdrawn_at=None)
    expected = (
        Obligation.objects.filter(assignment__in=assignments, period__closed_at=None)
        .annotate(
            standing=Coalesce(Subquery(standing.values("kind")[:1]), Value(RulingKind.REINSTATE)),
            day=Coalesce(Subquery(extended.values("due_on")[:1]), F("period__due_on")),
        )
        .filter(~Exists(answered), standing=RulingKind.REINSTATE)
        .values_list("assignment_id", "pk", "day")
        .order_by("day", "pk")
    )
    first: dict[int, Next] = {}
    for assignment, obligation, day in expected:
        first.setdefault(assignment, Next(day, obligation, day < today))
    return first
