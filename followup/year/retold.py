"""What a frozen year stores, told in the language of whoever reads: our own words from what stands for them, never a name or a text of anybody's.

What cannot be told anew – a level's own word, an answer in words – stays as it was frozen.
"""

import re
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.explain import MISSING, NOT_ASKED, NOT_DUE, WITHOUT_NUMBER, with_unit
from followup.words import Verdict
from followup.year.frozen import counted
from followup.year.words import HIDDEN, shown_text
from stakeholders.formats import number, out_of, whole
from stakeholders.templatetags.symbols import COUNTED, words_for

INSTEAD = (MISSING, NOT_ASKED, NOT_DUE, HIDDEN, *WITHOUT_NUMBER.values())
"""What stands in the place of a number. A wording that is changed one day has to stand here beside the new one: old years have it."""


def number_told(one: dict[str, Any]) -> str:
    """One of the four: "25 av 34"."""
    found = counted(one)
    return out_of(*found) if found else f"{one['number']} {_said_anew(one['out_of'], ('inget att räkna än',))}"


def statuses_told(cell: dict[str, Any]) -> str:
    """A focus area's measures: "5 enligt plan, 1 försenad"."""
    statuses = cell.get("statuses")
    if statuses is None or any(each not in COUNTED for each in statuses):
        return cell["words"]
    return words_for(statuses) or _said_anew(cell["words"], ("inga startade", "inget år än"))


def verdict_told(row: dict[str, Any]) -> str:
    return str(Verdict(row["verdict"]).label) if row["verdict"] in Verdict.values else row["verdict_word"]


def target_told(row: dict[str, Any]) -> str:
    """A target of a level is a word, and so is not written anew."""
    written = with_unit(number(Fraction(row["target"]), row["decimals"]), row["unit"]) if row["target"] else ""
    return written if _figures_in(written) == _figures_in(row["target_text"]) else row["target_text"]


def figure_told(row: dict[str, Any]) -> str:
    """The figure of a target's row. Its number is written anew where that says what was frozen; "2 av 3" and "3 svar" by their form."""
    now = row["now"]
    text = now["text"]
    if now["low"] and now["high"]:
        written = shown_text(Fraction(now["low"]), Fraction(now["high"]), row["decimals"], row["unit"])
        if _figures_in(written) == _figures_in(text):
            return written
    numbers = [int(re.sub(r"\s", "", each)) for each in re.findall(r"\d[\d\s]*\d|\d", text)]
    if len(numbers) == 2 and text in _in_each_language(lambda: out_of(*numbers)):
        return out_of(*numbers)
    if len(numbers) == 1 and text in _in_each_language(lambda: _answers(numbers[0])):
        return _answers(numbers[0])
    return _said_anew(text, INSTEAD)


def _figures_in(words: str) -> list[str]:
    """The same in every language: "1 400" and "1,400"."""
    return re.findall(r"\d+", words)


def _answers(n: int) -> str:
    return ngettext("%(n)s svar", "%(n)s svar", n) % {"n": whole(n)}


def _said_anew(text: str, known: tuple[str, ...]) -> str:
    """One of the known words, in whatever language it was stored; any other text as it is."""
    return next((_(words) for words in known if text in _in_each_language(lambda: _(words))), text)  # noqa: B023


def _in_each_language(said: Any) -> set[str]:
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(said())
    return found
