"""Which language a page is in: Swedish, unless the visitor has chosen English here."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


def language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Follow the visitor's choice, kept in a cookie. The browser's own list is not asked: a Swedish
    official with an English computer should not get a half-known English page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(known):
            response = get_response(request)
            response.headers.setdefault("Content-Language", known)
            return response

    return middleware
