"""A page and the part of it that htmx asks for: one view, one context, two templates."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers


def wants_part(request: HttpRequest) -> bool:
    """Whether only the part that changed is asked for, not the whole page."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request  # type: ignore[attr-defined]


def show(request: HttpRequest, page: str, part: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The whole `page`, or `part` alone with whatever there is to say put in the live region that is already there."""
    if wants_part(request):
        response = render(request, part, context, status=status)
        said = render_to_string("components/_messages.html", {**context, "swap": True}, request)
        response.write(said)
    else:
        response = render(request, page, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
