"""Guessing at secret addresses (S6, S15 of docs/promises.md): wrong ones are counted for each visitor, right ones always open.

The secret has 256 bits and is not to be found by guessing; the limit keeps those who try from costing much. It goes by who guesses and
never by what is guessed, so that nobody can lock somebody else out of a letter.
"""

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.utils.translation import gettext as _

from stakeholders.refusals import TooOften

LIMIT = {"guess": "30/10m/ip"}


def count_wrong_guess(request: HttpRequest) -> None:
    """One more wrong address from this visitor. Raises TooOften from the thirty-first in ten minutes.

    The counter is that of wrong passwords: it takes turns by a lock in the cache, so that a hundred at once are a hundred.
    """
    if not ratelimit.consume(request, app="samspel", action="guess", config=LIMIT, limit_get=True):
        raise TooOften(_("Det kom för många försök på kort tid. Försök igen om några minuter."))
