"""How a no is shown: as a page, as a message in the page that asked, or as JSON – always with its sentence."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from stakeholders.refusals import ChangedMeanwhile, Refusal

log = structlog.get_logger(__name__)

LARGEST_FILE_MB = 40
LARGEST_BODY = (LARGEST_FILE_MB + 1) * 1024 * 1024  # a file, and the fields of its form

PARTNER = ("/l/", "/answer/", "/proposals/")


class Refusals:
    """Turns a `Refusal` from anywhere below a view into an answer; a database that is away into 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ChangedMeanwhile):
            return _answer(
                request, error.status, error.sentence, title=_("Någon annan hann före"), theirs=error.theirs, yours=_typed(request)
            )
        if isinstance(error, Refusal):
            return _answer(request, error.status, error.sentence, title=_("Det gick inte"), yours=_typed_by_partner(request))
        if isinstance(error, OperationalError | InterfaceError):
            log.exception("database.away")
            return _away(request, 503)
        return None


def limit_body(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """413 at once, unread, for a body larger than any we take. Stands before whatever looks for the form's secret in it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        size = request.META.get("CONTENT_LENGTH") or "0"
        if size.isdecimal() and int(size) > LARGEST_BODY:
            sentence = _("Filen är för stor. Det största som går att skicka är %(limit)s MB.") % {"limit": LARGEST_FILE_MB}
            response = _answer(request, 413, sentence, title=_("Filen är för stor"))
            response.headers["Connection"] = "close"
            return response
        return get_response(request)

    return middleware


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: outside your reach and not there at all are the same page."""
    return _answer(request, 404, _("Sidan finns inte, eller så har du inte tillgång till den."), title=_("Sidan finns inte"))


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 from Django itself; our own come as `NotAllowed`."""
    return _answer(request, 403, _("Du har inte behörighet att göra det här."), title=_("Det gick inte"))


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what was sent cannot be read. Said plainly, since even the host name may be false."""
    return HttpResponse(_("Vi kunde inte läsa det som skickades."), status=400, content_type="text/plain; charset=utf-8")


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when the form's secret does not match: signed in or out in another tab, or cookies are off."""
    sentence = _("Formuläret hade blivit för gammalt. Gå tillbaka, ladda om sidan och skicka igen. Kopiera först det du har skrivit.")
    return _answer(request, 403, sentence, title=_("Ladda om sidan"), yours=_typed_by_partner(request))


def fell(request: HttpRequest) -> HttpResponse:
    """500: our fault, and said so."""
    return _away(request, 500)


def _away(request: HttpRequest, status: int) -> HttpResponse:
    """A page that asks nothing of the database, the session or the user."""
    sentence = _("Något gick fel hos oss. Försök igen om en stund.")
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": sentence}, status=status, headers={"Retry-After": "30"})
    response = render(None, "refusals/away.html", {"sentence": sentence}, status=status)
    response.headers["Retry-After"] = "30"
    return response


def _answer(request: HttpRequest, status: int, sentence: str, **more: Any) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": sentence}, status=status)
    context = {"sentence": sentence, "layout": _layout(request), **more}
    if not request.headers.get("HX-Request"):
        response = render(request, "refusals/refused.html", context, status=status)
    else:
        response = render(request, "refusals/_refused.html", context, status=status)
        response.headers["HX-Retarget"] = "#messages"
        response.headers["HX-Reswap"] = "innerHTML"
    patch_vary_headers(response, ["HX-Request"])
    return response


def _layout(request: HttpRequest) -> str:
    """The frame the visitor is in: a partner's, a signed-in person's, or anybody's."""
    if request.path.startswith(PARTNER):
        return "partner.html"
    user = getattr(request, "user", None)
    return "base.html" if user is not None and user.is_authenticated else "public.html"


def _typed_by_partner(request: HttpRequest) -> Mapping[str, str]:
    """What a partner had written, in one piece, to be copied. Only there: on other pages it may be a password."""
    typed = "\n".join(_typed(request).values()) if request.path.startswith(PARTNER) else ""
    return {_("Ditt svar"): typed} if typed else {}


def _typed(request: HttpRequest) -> Mapping[str, str]:
    """What the visitor had written, to be shown beside what stands there now: nothing typed is lost."""
    hidden = {"csrfmiddlewaretoken", "version", "form_key", "seal", "seen"}
    return {name: value for name, value in request.POST.items() if name not in hidden and isinstance(value, str) and value.strip()}
