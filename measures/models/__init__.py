"""What: the plan, its analysis, measures, evidence, indicators, and who has taken on what."""

from measures.models.analysis import Cause, Consequence, Interview
from measures.models.assignment import Assignment, AssignmentIndicator
from measures.models.indicator import Baseline, Indicator, IndicatorVersion, Target
from measures.models.measure import Activity, Evidence, Measure, MeasureRuling, MeasureTemplate
from measures.models.plan import Goal, Plan, PlanRevision, SteeringDocument

__all__ = [
    "Activity",
    "Assignment",
    "AssignmentIndicator",
    "Baseline",
    "Cause",
    "Consequence",
    "Evidence",
    "Goal",
    "Indicator",
    "IndicatorVersion",
    "Interview",
    "Measure",
    "MeasureRuling",
    "MeasureTemplate",
    "Plan",
    "PlanRevision",
    "SteeringDocument",
    "Target",
]
