"""Who may: authority is a function, reach is `visible_to`."""

from typing import Any

from django.utils.translation import gettext as _

from stakeholders.models import Workspace
from stakeholders.refusals import NotAllowed
from stakeholders.rules import Role


def roles_in(user: Any, workspace: Workspace) -> set[str]:
    """The active roles of `user` in `workspace`, asked once for each user object."""
    if not user.is_authenticated:
        return set()
    if not hasattr(user, "_roles"):
        rows = user.memberships.active().values_list("actor__workspace_id", "role")
        user._roles = {}
        for workspace_id, role in rows:
            user._roles.setdefault(workspace_id, set()).add(role)
    return user._roles.get(workspace.pk, set())


def can_coordinate(user: Any, workspace: Workspace) -> bool:
    """Edit the register and the plan, assign, run rounds, import."""
    return bool(roles_in(user, workspace) & {Role.COORDINATOR, Role.ADMIN})


def can_review(user: Any, workspace: Workspace) -> bool:
    """Approve and return reports."""
    return bool(roles_in(user, workspace) & {Role.COORDINATOR, Role.REVIEWER})


def can_read_all(user: Any, workspace: Workspace) -> bool:
    """See the whole room, if only as protected figures."""
    return bool(roles_in(user, workspace) - {Role.REPORTER})


def can_see_raw_figures(user: Any, workspace: Workspace) -> bool:
    """See small numbers as they were reported (rule 8 of docs/figures.md)."""
    return can_review(user, workspace)


def require(allowed: bool) -> None:
    """Go on, or 403."""
    if not allowed:
        raise NotAllowed(_("Du har inte behörighet att göra det här."))
