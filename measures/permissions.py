"""Who may what with a plan and its measures."""

from typing import Any

from measures.models import Measure, Plan
from stakeholders.permissions import can_coordinate


def can_change_plan(user: Any, plan: Plan) -> bool:
    """Edit the plan, its goals, measures, causes and evidence; adopt it; import into it."""
    return can_coordinate(user, plan.workspace)


def can_assign_actor(user: Any, measure: Measure) -> bool:
    """Assign actors to the measure; end and replace them."""
    return can_coordinate(user, measure.plan.workspace)
