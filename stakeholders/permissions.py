"""Who may: authority is a function, reach is `visible_to`."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from stakeholders.models import User, Workspace
from stakeholders.refusals import NotAllowed
from stakeholders.rules import Role


class SignedInRequest(HttpRequest):
    """A request behind the sign-in wall, for types only: LoginRequiredMiddleware has seen to it that there is a user."""

    user: User


def roles_in(user: Any, workspace: Workspace) -> set[str]:
    """The active roles of `user` in `workspace`, asked once for each user object."""
    return _roles(user).get(workspace.pk, set())


def roles_anywhere(user: Any) -> set[str]:
    """The active roles of `user`, whatever the workspace: for pages that list what is in all of them."""
    return set().union(*_roles(user).values())


def _roles(user: Any) -> dict[int, set[str]]:
    if not user.is_authenticated:
        return {}
    if not hasattr(user, "_roles"):
        user._roles = {}
        for workspace_id, role in user.memberships.active().values_list("actor__workspace_id", "role"):
            user._roles.setdefault(workspace_id, set()).add(role)
    return user._roles


def can_coordinate(user: Any, workspace: Workspace) -> bool:
    """Edit the register and the plan, assign, run rounds, import."""
    return bool(roles_in(user, workspace) & {Role.COORDINATOR, Role.ADMIN})


def can_coordinate_anything(user: Any) -> bool:
    """Whether the user coordinates any workspace: for pages that hold what is in all of them."""
    return bool(roles_anywhere(user) & {Role.COORDINATOR, Role.ADMIN})


def can_review(user: Any, workspace: Workspace) -> bool:
    """Approve and return reports."""
    return bool(roles_in(user, workspace) & {Role.COORDINATOR, Role.REVIEWER})


def can_read_all(user: Any, workspace: Workspace) -> bool:
    """See the whole room, if only as protected figures."""
    return bool(roles_in(user, workspace) - {Role.REPORTER})


def can_read_anything(user: Any) -> bool:
    """Whether any workspace at all is open to the user beyond the own actor's part."""
    return bool(roles_anywhere(user) - {Role.REPORTER})


def can_review_anything(user: Any) -> bool:
    """Whether the user reviews in any workspace: for the queue, which holds those of all."""
    return bool(roles_anywhere(user) & {Role.COORDINATOR, Role.REVIEWER})


def can_see_raw_figures(user: Any, workspace: Workspace) -> bool:
    """See small numbers as they were reported (rule 8 of docs/figures.md)."""
    return can_review(user, workspace)


def require(allowed: bool) -> None:
    """Go on, or 403."""
    if not allowed:
        raise NotAllowed(_("Du har inte behörighet att göra det här."))
