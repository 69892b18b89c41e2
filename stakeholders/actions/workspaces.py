"""A housing company gets its room."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stakeholders.actions.changes import save_changes
from stakeholders.events import By, record
from stakeholders.models import Actor, Membership, User, Workspace
from stakeholders.refusals import NotRight
from stakeholders.rules import ActorKind, Role


@transaction.atomic
def create_workspace(
    name: str, slug: str, *, company_name: str, coordinator_name: str, coordinator_email: str, by: By
) -> tuple[Workspace, User]:
    """A room with its housing company and a coordinator, who becomes its contact person.

    A coordinator that already has an account gets the role there; a new one has no password yet.
    Raises NotRight, with nothing stored, if the name or the slug is taken.
    """
    if Workspace.objects.filter(slug=slug).exists():
        raise NotRight(_("Det finns redan ett samverkansrum med kortnamnet ”%(slug)s”. Välj ett annat.") % {"slug": slug})
    if Workspace.objects.filter(name__iexact=name).exists():
        raise NotRight(_("Det finns redan ett samverkansrum som heter ”%(name)s”.") % {"name": name})
    email = coordinator_email.lower()
    workspace = Workspace.objects.create(name=name, slug=slug, contact_name=coordinator_name, contact_email=email)
    company = Actor.objects.create(workspace=workspace, name=company_name, kind=ActorKind.HOUSING_COMPANY)
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=coordinator_name)
    membership = Membership.objects.create(user=user, actor=company, role=Role.COORDINATOR)
    record("workspace.created", workspace, workspace=workspace, by=by, slug=slug, company=company)
    record("membership.created", membership, workspace=workspace, by=by, user=user, actor=company, role=Role.COORDINATOR)
    return workspace, user


@transaction.atomic
def change_letters(workspace: Workspace, *, by: User, version: int, **fields: Any) -> Workspace:
    """Who asks, the own greeting and the pauses: holds for every letter that is written from now on. Raises ChangedMeanwhile (409)."""
    return save_changes(workspace, fields, version=version, by=by, verb="workspace.letters_changed", workspace=workspace)
