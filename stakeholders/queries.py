"""What pages and actions need to know about the register, in few queries."""

from stakeholders.models import Actor, Workspace
from stakeholders.rules import core_of_name, names_are_alike


def similar_actors(workspace: Workspace, name: str, org_number: str = "", *, besides: Actor | None = None) -> list[Actor]:
    """Registered actors that may well be the one called `name`: the same organisation number, or a name that is alike."""
    alike = [
        actor
        for actor in Actor.objects.within(workspace).open()
        if actor != besides and ((org_number and actor.org_number == org_number) or names_are_alike(actor.name, name))
    ]
    return sorted(
        alike, key=lambda actor: (actor.org_number != org_number, core_of_name(actor.name) != core_of_name(name), actor.name_sort)
    )
