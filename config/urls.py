"""Every address. Each app keeps its own list."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nothing of the database: whoever restarts processes must not restart for that."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", alive, name="alive"),
    path("account/", include("allauth.urls")),
    path("", include("stakeholders.urls")),
    path("", include("measures.urls")),
    path("", include("followup.urls")),
]
