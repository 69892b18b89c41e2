"""A year as it is now beside a year as it was frozen. The frozen one is read from its stored JSON: never computed anew.

What is told apart is what is stored, exact; the words are for showing, and are told anew in the language of whoever reads.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from followup.words import Completeness
from followup.year.page import TargetRow, Year
from followup.year.retold import figure_told, number_told, statuses_told, target_told, verdict_told
from measures.rules import sign_of
from stakeholders.formats import number, out_of


@dataclass(frozen=True)
class Pair:
    """The same thing then and now, in words; "" where one of them has no such thing."""

    name: str
    then: str
    now: str

    @property
    def is_changed(self) -> bool:
        """Whether a number in it is another: "25 av 34" is "25 of 34"."""
        return _digits(self.then) != _digits(self.now)


@dataclass(frozen=True)
class TargetPair:
    """An indicator then and now. `difference` is written out with its sign; "" where it cannot be told."""

    indicator: int
    name: str
    then: str
    now: str
    difference: str
    verdict_then: str
    verdict_now: str
    target_then: str
    target_now: str
    has_other_figure: bool = False
    has_other_target: bool = False
    has_other_verdict: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether anything differs: of an indicator that was not there then, everything does."""
        return not self.then or self.has_other_figure or self.has_other_target or self.has_other_verdict


@dataclass(frozen=True)
class Comparison:
    sentence: str
    numbers: tuple[Pair, ...]
    statuses: tuple[Pair, ...]
    changed: tuple[TargetPair, ...]
    unchanged: tuple[TargetPair, ...]


def compared(then: dict[str, Any], frozen_year: int, now: Year, *, redefined: Container[int] = ()) -> Comparison:
    """`then`: the JSON of the year frozen `frozen_year`, of whatever age; what it lacks is not compared. Matched by what things are, not by name.

    `redefined`: indicators whose definition is another than it was then, so that no difference can be told.
    """
    before = {row["indicator"]: row for row in then.get("targets", ())}
    pairs = tuple(_target(before.get(row.indicator), row, is_redefined=row.indicator in redefined) for row in now.targets)
    moved = sum(pair.has_other_figure for pair in pairs)
    words = (
        _("%(part)s mått har en annan siffra %(year)s än i den frysta årsuppföljningen %(then)s.")
        if moved
        else _("Inget mått har en annan siffra %(year)s än i den frysta årsuppföljningen %(then)s.")
    )
    known = sum(row.indicator in before for row in now.targets)
    sentence = words % {"part": out_of(moved, known), "year": now.year, "then": frozen_year}
    numbers = tuple(
        Pair(new.label, number_told(old), f"{new.number} {new.out_of}")
        for old, new in zip(then.get("numbers", ()), now.numbers, strict=False)
    )
    areas = {row["goal"]: statuses_told(row["cells"][-1]) for row in then.get("matrix", ())}
    statuses = tuple(Pair(row.title, areas.get(row.goal, ""), row.cells[-1].words) for row in now.matrix)
    return Comparison(
        sentence=f"{sentence} {_so_far(now)}".strip(),
        numbers=numbers,
        statuses=statuses,
        changed=tuple(pair for pair in pairs if pair.is_changed),
        unchanged=tuple(pair for pair in pairs if not pair.is_changed),
    )


def _so_far(now: Year) -> str:
    """Why the year as it is now cannot be weighed against a whole one; "" when it can."""
    if not now.has_begun:
        return _("%(year)s har inte börjat. Inget är rapporterat än.") % {"year": now.year}
    if now.is_running:
        return _("%(year)s pågår: siffrorna för det året är hittills.") % {"year": now.year}
    if now.completeness == Completeness.PROVISIONAL:
        return _("Alla rapportrundor för %(year)s är inte stängda än.") % {"year": now.year}
    return ""


def _target(old: dict[str, Any] | None, new: TargetRow, *, is_redefined: bool) -> TargetPair:
    if old is None:
        return TargetPair(new.indicator, new.name, "", new.now.text, "", "", new.verdict_word, "", new.target_text)
    return TargetPair(
        indicator=new.indicator,
        name=new.name,
        then=figure_told(old),
        now=new.now.text,
        difference=_("ny definition") if is_redefined else _difference(old["now"], new),
        verdict_then=verdict_told(old),
        verdict_now=new.verdict_word,
        target_then=target_told(old),
        target_now=new.target_text,
        has_other_figure=_exact(old["now"]) != _exact(vars(new.now)),
        has_other_target=(old["target"], old["unit"]) != (new.target, new.unit),
        has_other_verdict=old["verdict"] != new.verdict,
    )


def _exact(figure: dict[str, Any]) -> tuple[object, ...]:
    """What a figure is, whatever the words: its ends, its unit, whether it is protected, and of how many ("2 av 3"), which only the words hold."""
    return figure["low"], figure["high"], figure["unit"], bool(figure.get("why")), _digits(figure["text"])


def _digits(words: str) -> list[str]:
    """The same in every language: "1 400" and "1,400"."""
    return re.findall(r"\d+", words)


def _difference(old: dict[str, Any], new: TargetRow) -> str:
    """ "+12", of shares "+2 procentenheter"; nothing when either is an interval, hidden, missing or in another unit."""
    ends = (old["low"], old["high"], new.now.low, new.now.high)
    if not all(ends) or ends[0] != ends[1] or ends[2] != ends[3] or old["unit"] != new.now.unit:
        return ""
    by = Fraction(new.now.low) - Fraction(old["low"])
    difference = f"{'+' if by > 0 else ''}{number(by, new.decimals)}"
    return _("%(n)s procentenheter") % {"n": difference} if sign_of(new.unit) == "%" else difference
