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


@login_not_required
def swap(request: HttpRequest) -> HttpResponse:
    """A form that is swapped in place: 422 with what to put right, or the fragment with what was said."""
    form = examples.Form(request.POST or None)
    if request.method == "POST" and form.errors and request.POST.get("title") != "Läxhjälp":
        return render(request, "parts/_swap.html", {"form": form}, status=422)
    if request.method == "POST":
        messages.success(request, "Läxhjälp är sparad.", extra_tags="/undo/")
    return render(request, "parts/_swap.html" if request.htmx else "parts/swap.html", {"form": examples.Form()})


@login_not_required
def falls(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=int(request.GET["status"]))


urlpatterns = [
    *real,
    path("parts/swap/", swap, name="parts_swap"),
    path("parts/falls/", falls, name="parts_falls"),
    path("parts/<slug:name>/", parts),
]
