"""The register: organisations come in, change and close; their contact persons come and go."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stakeholders import clock, events
from stakeholders.actions.changes import save_changes
from stakeholders.events import By
from stakeholders.models import Actor, Area, ContactPerson, User, Workspace
from stakeholders.queries import similar_actors
from stakeholders.refusals import NotRight, Refusal, TooLate
from stakeholders.rules import org_number_digits


class LooksLikeAnother(Refusal):
    """The name or number may be of an actor that is already here: asked about, not decided. `actors`: who it may be."""

    def __init__(self, name: str, actors: list[Actor]) -> None:
        self.actors = actors
        super().__init__(_("”%(name)s” liknar %(actor)s. Är det samma?") % {"name": name, "actor": actors[0]})


@transaction.atomic
def register_actor(
    workspace: Workspace,
    *,
    by: By,
    name: str,
    kind: str,
    org_number: str = "",
    parent: Actor | None = None,
    areas: Iterable[Area] = (),
    note: str = "",
    is_another: bool = False,
) -> Actor:
    """A new organisation in the register.

    Raises LooksLikeAnother unless `is_another` says that the likeness has been looked at; NotRight for a false organisation
    number or a name that is taken.
    """
    name = " ".join(name.split())
    digits = _org_number(org_number)
    _refuse_taken_name(workspace, name)
    alike = [] if is_another else similar_actors(workspace, name, digits)
    if alike:
        raise LooksLikeAnother(name, alike)
    actor = Actor.objects.create(workspace=workspace, name=name, kind=kind, org_number=digits, parent=parent, note=note)
    actor.areas.set(areas)
    events.record("actor.registered", actor, workspace=workspace, by=by, name=name, kind=kind)
    return actor


@transaction.atomic
def change_actor(actor: Actor, *, by: User, version: int, **fields: Any) -> Actor:
    """Edit what stands about an actor. Raises ChangedMeanwhile (409) when somebody was first."""
    if "org_number" in fields:
        fields["org_number"] = _org_number(fields["org_number"])
    if "name" in fields:
        fields["name"] = " ".join(fields["name"].split())
        _refuse_taken_name(actor.workspace, fields["name"], besides=actor)
    if fields.get("parent") and _is_under(fields["parent"], actor):
        raise NotRight(_("En aktör kan inte vara del av sig själv."))
    return save_changes(actor, fields, version=version, by=by, verb="actor.changed", workspace=actor.workspace)


@transaction.atomic
def close_actor(actor: Actor, *, by: User, successor: Actor | None = None, why: str = "") -> Actor:
    """The organisation is no more, or goes on as `successor`. What it did stays; raises TooLate if it is already closed.

    What it had taken on is moved or ended by `followup.actions.assignments.close_actor`, which calls this.
    """
    actor = Actor.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=actor.pk)
    if actor.closed_at:
        raise TooLate(_("Aktören är redan avslutad."))
    if successor and (successor.workspace_id != actor.workspace_id or successor.pk == actor.pk or successor.closed_at):
        raise NotRight(_("Välj en annan, öppen aktör som efterträdare."))
    actor.closed_at, actor.successor, actor.version = clock.now(), successor, actor.version + 1
    actor.save(update_fields=["closed_at", "successor", "version"])
    events.record("actor.closed", actor, workspace=actor.workspace, by=by, successor=successor, why=why)
    return actor


@transaction.atomic
def add_contact(
    actor: Actor, *, by: By, name: str = "", role_title: str = "", email: str = "", phone: str = "", language: str = "sv"
) -> ContactPerson:
    """A person, or a role, that the actor is reached through."""
    if not (name or role_title):
        raise NotRight(_("Skriv ett namn eller en roll."))
    contact = ContactPerson.objects.create(actor=actor, name=name, role_title=role_title, email=email, phone=phone, language=language)
    events.record("contact.added", contact, workspace=actor.workspace, by=by, actor=actor)
    return contact


@transaction.atomic
def change_contact(contact: ContactPerson, *, by: User, version: int, **fields: Any) -> ContactPerson:
    """Edit a contact person. A new address is tried afresh. Raises ChangedMeanwhile when somebody was first."""
    _refuse_if_left(contact)
    if fields.get("email", contact.email) != contact.email:
        fields |= {"bounced_at": None, "bounce_reason": "", "opted_out_at": None}
    workspace = contact.actor.workspace
    return save_changes(contact, fields, version=version, by=by, verb="contact.changed", workspace=workspace, is_about_person=True)


@transaction.atomic
def erase_contact(contact: ContactPerson, *, by: By) -> ContactPerson:
    """The person has left: name, address and phone are erased; the role and the organisation stay.

    Drafts, signatures and links are seen to by `followup.actions.contacts.let_contact_leave`, which calls this.
    """
    contact = ContactPerson.objects.select_for_update(of=("self",)).select_related("actor__workspace").get(pk=contact.pk)
    _refuse_if_left(contact)
    for fact in ("name", "email", "phone", "bounce_reason"):
        setattr(contact, fact, "")
    contact.left_at, contact.bounced_at, contact.version = clock.now(), None, contact.version + 1
    contact.save()
    events.record("contact.left", contact, workspace=contact.actor.workspace, by=by, actor=contact.actor)
    return contact


def _org_number(text: str) -> str:
    digits = org_number_digits(text) if text else ""
    if text and not digits:
        raise NotRight(_("Organisationsnumret stämmer inte. Det har tio siffror, till exempel 556000-0001, och den sista är en kontroll."))
    return digits


def _refuse_taken_name(workspace: Workspace, name: str, *, besides: Actor | None = None) -> None:
    Workspace.objects.select_for_update().get(pk=workspace.pk)  # two who register the same name at once take turns
    taken = Actor.objects.within(workspace).open().filter(name=name).exclude(pk=besides.pk if besides else None)
    if taken.exists():
        raise NotRight(_("Det finns redan en aktör som heter ”%(name)s”.") % {"name": name})


def _is_under(actor: Actor | None, above: Actor) -> bool:
    while actor is not None:
        if actor.pk == above.pk:
            return True
        actor = actor.parent
    return False


def _refuse_if_left(contact: ContactPerson) -> None:
    if contact.left_at:
        raise TooLate(_("Kontaktpersonen har slutat."))
