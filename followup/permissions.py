"""Who may what with reports and rounds."""

from typing import Any

from followup.models import JournalNote, Obligation, Report, YearText
from followup.words import Audience
from measures.models import Assignment
from stakeholders.models import Actor, ContactPerson
from stakeholders.permissions import can_coordinate, can_read_all, can_review, can_see_raw_figures, roles_anywhere, roles_in
from stakeholders.rules import Role


def can_submit_report(by: Any, obligation: Obligation) -> bool:
    """A contact of the actor, a reporter of the actor, or the coordinator on the actor's behalf."""
    actor = obligation.assignment.actor
    if isinstance(by, ContactPerson):
        return by.actor_id == actor.pk and by.left_at is None
    if can_coordinate(by, actor.workspace):
        return True
    return _reports_for(by, actor)


def can_submit_anything(by: Any) -> bool:
    """Whether the person may answer for any actor at all."""
    return bool(roles_anywhere(by) & {Role.REPORTER, Role.COORDINATOR, Role.ADMIN})


def can_review_report(by: Any, report: Report) -> bool:
    """Reviewer or coordinator of the workspace; the author is refused by the action, not hidden."""
    return can_review(by, report.obligation.assignment.actor.workspace)


def can_withdraw_report(by: Any, report: Report) -> bool:
    return can_coordinate(by, report.obligation.assignment.actor.workspace)


def can_run_round(by: Any, workspace: Any) -> bool:
    """Extend, exempt, close, publish, unlock."""
    return can_coordinate(by, workspace)


def can_ask_for_correction(by: Any, report: Report) -> bool:
    """Either side: whoever may answer, and whoever reviews."""
    return can_submit_report(by, report.obligation) or can_review_report(by, report)


def can_comment(by: Any, report: Report) -> bool:
    return can_ask_for_correction(by, report)


def can_write_note(by: Any, assignment: Assignment) -> bool:
    """A reporter of the actor; at the company those who coordinate or review."""
    workspace = assignment.actor.workspace
    return can_review(by, workspace) or can_coordinate(by, workspace) or _reports_for(by, assignment.actor)


def can_remove_note(by: Any, note: JournalNote) -> bool:
    """Whoever wrote it, and the coordinator for what the company wrote."""
    is_ours = can_coordinate(by, note.actor.workspace) and by.memberships.active().filter(actor=note.actor).exists()
    return note.by_user_id == by.pk or is_ours


def can_see_raw(by: Any, actor: Actor) -> bool:
    """Small numbers as they were reported: the actor's own people, and the company's reviewers (rule 8 of docs/figures.md)."""
    return can_see_raw_figures(by, actor.workspace) or by.memberships.active().filter(actor=actor).exists()


def _reports_for(by: Any, actor: Actor) -> bool:
    return Role.REPORTER in roles_in(by, actor.workspace) and by.memberships.active().filter(actor=actor, role=Role.REPORTER).exists()


def actors_of(user: Any) -> set[int]:
    """The actors whose own people the user is one of."""
    return set(user.memberships.active().values_list("actor", flat=True))


def audience_of(user: Any, workspace: Any) -> Audience:
    """Whose eyes figures are protected for: coordinator and reviewer see what was reported to them, others protected figures."""
    return Audience.REVIEW if can_see_raw_figures(user, workspace) else Audience.MANAGEMENT


def can_freeze_year(user: Any, workspace: Any) -> bool:
    """Freeze the year, and correct it."""
    return _leads_the_year(user, workspace)


def can_assess(user: Any, workspace: Any) -> bool:
    """Judge goals and measures."""
    return _leads_the_year(user, workspace)


def can_ask_for_decision(user: Any, workspace: Any) -> bool:
    """Put a question to management: those who judge, and whoever reviews and so meets what partners need."""
    return _leads_the_year(user, workspace) or can_review(user, workspace)


def can_record_decision(user: Any, workspace: Any) -> bool:
    """Write down what was decided."""
    return _leads_the_year(user, workspace)


def can_plan_texts(user: Any, workspace: Any) -> bool:
    """Say who writes which text of the year, and by when."""
    return _leads_the_year(user, workspace)


def can_write_text(user: Any, text: YearText) -> bool:
    """Those who lead the year, and whoever has been asked to."""
    workspace = text.plan.workspace
    return _leads_the_year(user, workspace) or (text.assignee_id == user.pk and can_read_all(user, workspace))


def _leads_the_year(user: Any, workspace: Any) -> bool:
    return bool(roles_in(user, workspace) & {Role.COORDINATOR, Role.MANAGEMENT, Role.ADMIN})
