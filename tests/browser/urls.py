"""The real addresses, and pages that show the parts. In no other place than the tests."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as real
from tests.browser import examples


@login_not_required
def parts(request: HttpRequest, name: str) -> HttpResponse:
    """One of the pages in templates/parts/, with made-up figures."""
    if "said" in request.GET:
        messages.success(request, "Läxhjälp är tilldelad Norrbruks IF.", extra_tags="/undo/")
    return render(request, f"parts/{name}.html", examples.everything())


__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [*real, path("parts/<slug:name>/", parts)]
