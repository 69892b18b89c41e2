"""`{% load navigation %}`: the main menu and the chips of a list."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()

PLACES = (
    ("today", _("I dag")),
    ("plan_list", _("Plan")),
    ("actor_list", _("Aktörer")),
    ("round_list", _("Rapportrunda")),
    ("year_list", _("Uppföljning")),
)


def address(name: str) -> str:
    """The address of a URL name, or "" where this installation has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("components/_main_nav.html")
def main_nav(here: str = "") -> dict[str, Any]:
    """`{% main_nav "plan_list" %}`: the menu, with the place one is in marked. `here` is one of the names in PLACES."""
    places = [(name, address(name), label) for name, label in PLACES]
    return {"here": here, "places": [place for place in places if place[1]]}


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: Any) -> str:
    """`{% query_with status="delayed" page=None %}`: this page's query with some values changed (None takes one away).

    Filters are links, so that every choice is an address to share; changing a filter starts from the first page.
    """
    query = context["request"].GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    return "?" + query.urlencode()
