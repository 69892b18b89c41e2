"""How long somebody stays signed in, and what becomes of what they had typed when they no longer are."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from stakeholders import clock

LONGEST = timedelta(hours=12)
LONGEST_SILENCE = timedelta(hours=2)
NOTED_EVERY = timedelta(minutes=5)  # so that reading pages hardly ever writes

LAST_HERE = "last_here"  # a signed cookie: who was last signed in with this browser
REMEMBERED = timedelta(days=2)
TYPED = "typed"
MOST_TYPED = 100_000  # characters


def limited(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sign out whoever has been signed in, or silent, for too long; the page then asks for the password."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        is_new = "began_at" not in request.session
        _limit(request)
        user_id = request.user.pk
        response = get_response(request)
        if is_new and user_id:
            _remember(response, user_id)
        return response

    return middleware


class SignInRequired(LoginRequiredMiddleware):
    """Pages are closed unless they say otherwise. What somebody sent when no longer signed in is kept, and offered after."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponse:  # type: ignore[override]
        after = reverse("account_typed") if _keep_typed(request) else request.get_full_path()
        if not request.headers.get("HX-Request"):
            return redirect_to_login(after, reverse("account_login"))
        # A part of a page is no place to sign in: the whole page goes there, and then back to where it was.
        if TYPED not in request.session:
            after = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Redirect": redirect_to_login(after, reverse("account_login"))["Location"]})


def typed(request: HttpRequest) -> dict[str, Any] | None:
    """What this person had typed when signed out: {"address": …, "fields": [[name, value], …]}. Nobody else gets it."""
    kept = request.session.get(TYPED)
    return kept if kept and kept["by"] == str(request.user.pk) else None


def forget_typed(request: HttpRequest) -> None:
    """It has been sent, or is not wanted."""
    request.session.pop(TYPED, None)


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
    if request.method == "POST" and request.session.get(TYPED, {}).get("address") == request.get_full_path():
        forget_typed(request)


def _remember(response: HttpResponse, user_id: int) -> None:
    response.set_signed_cookie(
        LAST_HERE,
        str(user_id),
        salt=LAST_HERE,
        max_age=REMEMBERED,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _keep_typed(request: HttpRequest) -> bool:
    """Keep the fields of a form from a browser that somebody was signed in with. No files, no passwords, and not without end."""
    by = request.get_signed_cookie(LAST_HERE, default="", salt=LAST_HERE, max_age=REMEMBERED)
    if request.method != "POST" or not by or request.path.startswith("/account/"):
        return False
    fields = [[name, value] for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values]
    if not fields or sum(len(name) + len(value) for name, value in fields) > MOST_TYPED:
        return False
    request.session[TYPED] = {"by": by, "address": request.get_full_path(), "fields": fields}
    return True


def _moment(request: HttpRequest, name: str) -> datetime | None:
    """A moment kept in the session."""
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None
