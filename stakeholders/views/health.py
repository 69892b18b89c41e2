"""For those who run Samspel: is it ready, and its numbers. Words and sums only; nothing about anybody."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from stakeholders.health import gauges, troubles
from stakeholders.permissions import roles_anywhere
from stakeholders.rules import Role

TEXT = "text/plain; charset=utf-8"


@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """200 "ok", or 503 and what is wrong, a line each: database, migrations, triggers, worker, mail that has not gone."""
    found = troubles()
    return HttpResponse("\n".join([*found, ""]) if found else "ok", content_type=TEXT, status=503 if found else 200)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges as text, one a line; for an administrator, or with the key METRICS_KEY as bearer."""
    key = settings.METRICS_KEY
    has_key = bool(key) and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {key}")
    if not has_key and Role.ADMIN not in roles_anywhere(request.user):
        raise Http404
    return HttpResponse("".join(f"{name} {value:g}\n" for name, value in gauges()), content_type=TEXT)
