"""How long somebody stays signed in: not past a working day, and not past two hours of silence."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from stakeholders import clock

LONGEST = timedelta(hours=12)
LONGEST_SILENCE = timedelta(hours=2)
NOTED_EVERY = timedelta(minutes=5)  # so that reading pages hardly ever writes


def limited(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sign out whoever has been signed in, or silent, for too long; the page then asks for the password."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _limit(request)
        return get_response(request)

    return middleware


def _limit(request: HttpRequest) -> None:
    now = clock.now()
    began = _moment(request, "began_at") or now
    seen = _moment(request, "seen_at") or now
    if now - began > LONGEST or now - seen > LONGEST_SILENCE:
        logout(request)
        messages.info(request, _("Du var borta en stund, så vi loggade ut dig."))
        return
    if "began_at" not in request.session:
        request.session["began_at"] = now.isoformat()
    if "seen_at" not in request.session or now - seen > NOTED_EVERY:
        request.session["seen_at"] = now.isoformat()


def _moment(request: HttpRequest, name: str) -> datetime | None:
    """A moment kept in the session."""
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None
