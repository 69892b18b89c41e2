"""Who may what with reports and rounds."""

from typing import Any

from followup.models import Obligation, Report
from stakeholders.models import ContactPerson
from stakeholders.permissions import can_coordinate, can_review, roles_in
from stakeholders.rules import Role


def can_submit_report(by: Any, obligation: Obligation) -> bool:
    """A contact of the actor, a reporter of the actor, or the coordinator on the actor's behalf."""
    actor = obligation.assignment.actor
    if isinstance(by, ContactPerson):
        return by.actor_id == actor.pk and by.left_at is None
    if can_coordinate(by, actor.workspace):
        return True
    return Role.REPORTER in roles_in(by, actor.workspace) and by.memberships.active().filter(actor=actor, role=Role.REPORTER).exists()


def can_review_report(by: Any, report: Report) -> bool:
    """Reviewer or coordinator of the workspace; the author is refused by the action, not hidden."""
    return can_review(by, report.obligation.assignment.actor.workspace)


def can_withdraw_report(by: Any, report: Report) -> bool:
    return can_coordinate(by, report.obligation.assignment.actor.workspace)


def can_run_round(by: Any, workspace: Any) -> bool:
    """Extend, exempt, close, unlock."""
    return can_coordinate(by, workspace)
