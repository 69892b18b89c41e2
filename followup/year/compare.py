"""A year as it is now beside a year as it was frozen. The frozen one is read from its stored JSON: never computed anew."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from followup.year.page import Year
from stakeholders.formats import number, out_of


@dataclass(frozen=True)
class Pair:
    """The same thing then and now, in words; "" where one of them has no such thing."""

    name: str
    then: str
    now: str

    @property
    def is_changed(self) -> bool:
        return self.then != self.now


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


@dataclass(frozen=True)
class Comparison:
    sentence: str
    numbers: tuple[Pair, ...]
    statuses: tuple[Pair, ...]
    targets: tuple[TargetPair, ...]


def compared(then: dict[str, Any], frozen_year: int, now: Year) -> Comparison:
    """`then`: the JSON of the year frozen `frozen_year`, of whatever age; what it lacks is not compared. Matched by what things are, not by name."""
    before = {row["indicator"]: row for row in then.get("targets", ())}
    pairs = tuple(_target(before.get(row.indicator), row) for row in now.targets)
    told = [pair for pair in pairs if pair.then]
    moved = sum(pair.then != pair.now for pair in told)
    words = (
        _("%(part)s mått har en annan siffra %(year)s än i den frysta årsuppföljningen %(then)s.")
        if moved
        else _("Inget mått har en annan siffra %(year)s än i den frysta årsuppföljningen %(then)s.")
    )
    sentence = words % {"part": out_of(moved, len(told)), "year": now.year, "then": frozen_year}
    numbers = tuple(
        Pair(new.label, f"{old['number']} {old['out_of']}", f"{new.number} {new.out_of}")
        for old, new in zip(then.get("numbers", ()), now.numbers, strict=False)
    )
    areas = {row["goal"]: row["cells"][-1]["words"] for row in then.get("matrix", ())}
    statuses = tuple(Pair(row.title, areas.get(row.goal, ""), row.cells[-1].words) for row in now.matrix)
    return Comparison(sentence, numbers, statuses, pairs)


def _target(old: dict[str, Any] | None, new: Any) -> TargetPair:
    if old is None:
        return TargetPair(new.indicator, new.name, "", new.now.text, "", "", new.verdict_word, "", new.target_text)
    return TargetPair(
        indicator=new.indicator,
        name=new.name,
        then=old["now"]["text"],
        now=new.now.text,
        difference=_difference(old["now"], new),
        verdict_then=old["verdict_word"],
        verdict_now=new.verdict_word,
        target_then=old["target_text"],
        target_now=new.target_text,
    )


def _difference(old: dict[str, Any], new: Any) -> str:
    """ "+12", of shares "+2 procentenheter"; nothing when either is an interval, hidden, missing or in another unit."""
    ends = (old["low"], old["high"], new.now.low, new.now.high)
    if not all(ends) or ends[0] != ends[1] or ends[2] != ends[3] or old["unit"] != new.now.unit:
        return ""
    by = Fraction(new.now.low) - Fraction(old["low"])
    difference = f"{'+' if by > 0 else ''}{number(by, new.decimals)}"
    return _("%(n)s procentenheter") % {"n": difference} if new.unit == "%" else difference
