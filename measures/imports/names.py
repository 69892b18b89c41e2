"""Which actors and areas a cell names: exact names first, then those that are alike, for a person to confirm.

A list may be separated by line breaks, semicolons, commas, "samt" and "och", and a name may itself hold a comma
("Norrbruks kommun, kommunledning"): of all ways to cut the text, the one with most known names is taken.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from measures.imports.cells import says_nothing
from stakeholders.rules import normalise_search

ALIKE = 0.86
CLEARLY_BEST = 0.04  # how much better than the second best a likeness must be
JOINED = 4  # a name is cut into at most this many pieces by its own commas and "och"
PIECES = 40
LOOKED_UP = 2_000  # how many different unknown names are compared with the register: more is no spelling mistake


@dataclass(frozen=True, slots=True)
class Mention:
    """One name in a cell. `name` is the registered name, or "" when nothing answers to it.

    `is_exact` is False for a likeness; `alike` lists the registered names that resemble it, best first.
    """

    text: str
    name: str = ""
    is_exact: bool = False
    alike: tuple[str, ...] = ()


_HARD = re.compile(r"[\n;]+")
_SOFT = re.compile(r"\s*,\s*|\s+samt\s+|\s+och\s+|\s+&\s+", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")


def name_key(text: str) -> str:
    """A name as it is compared: case and spaces do not matter, å, ä and ö do."""
    return " ".join(text.casefold().split())


@dataclass(slots=True)
class NameBook:
    """The names that are known, and what a person has said that unknown ones mean (`chosen`: text as written → name)."""

    names: Iterable[str]
    chosen: dict[str, str] = field(default_factory=dict)
    _by_key: dict[str, str] = field(init=False)
    _comparable: list[tuple[str, str]] = field(init=False)
    _single: dict[str, Mention] = field(init=False, default_factory=dict)
    _lists: dict[str, tuple[Mention, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.names = tuple(dict.fromkeys(self.names))
        self._by_key = {name_key(name): name for name in self.names}
        self._comparable = [(_comparable(name), name) for name in self.names]
        self.chosen = {name_key(text): name for text, name in self.chosen.items()}

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Every name in a cell that may hold a list, in order."""
        if text not in self._lists:
            self._lists[text] = tuple(
                mention for part in _HARD.split(text) if not says_nothing(part.strip()) for mention in self._cut(part.strip())
            )
        return self._lists[text]

    def mention(self, text: str) -> Mention:
        """What one name means, taken whole."""
        key = name_key(text)
        if key not in self._single:
            self._single[key] = self._looked_up(text, key)
        return self._single[key]

    def _looked_up(self, text: str, key: str) -> Mention:
        if key in self._by_key:
            return Mention(text, self._by_key[key], is_exact=True)
        if chosen := self.chosen.get(key):
            return Mention(text, chosen, is_exact=True)
        if len(self._single) > LOOKED_UP:
            return Mention(text)
        alike = self._alike(text)
        if not alike:
            return Mention(text)
        clear = len(alike) == 1 or alike[0][0] - alike[1][0] >= CLEARLY_BEST
        return Mention(text, alike[0][1] if clear else "", alike=tuple(name for _, name in alike[:3]))

    def _alike(self, text: str) -> list[tuple[float, str]]:
        wanted = _comparable(text)
        digits = re.findall(r"\d+", wanted)
        found = []
        for comparable, name in self._comparable:
            matcher = SequenceMatcher(None, comparable, wanted, autojunk=False)
            if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
                continue
            likeness = matcher.ratio()
            if likeness >= ALIKE and re.findall(r"\d+", comparable) == digits:
                found.append((likeness, name))
        return sorted(found, key=lambda pair: (-pair[0], pair[1]))

    def _cut(self, text: str) -> tuple[Mention, ...]:
        """The cheapest way to cut a text into names: known ones cost nothing, likenesses a little, unknown ones much."""
        pieces = _SOFT.split(text)
        if len(pieces) == 1 or len(pieces) > PIECES:
            return tuple(self.mention(piece) for piece in pieces if piece)
        gaps = _SOFT.findall(text)
        best: list[tuple[int, tuple[Mention, ...]]] = [(0, ())]
        for end in range(1, len(pieces) + 1):
            ways = []
            for start in range(max(0, end - JOINED), end):
                name = pieces[start] + "".join(g + p for g, p in zip(gaps[start : end - 1], pieces[start + 1 : end], strict=True))
                name = name.strip()
                if not name:
                    ways.append(best[start])
                    continue
                known = self.mention(name) if end - start == 1 or self._may_be_one(name) else None
                if known:
                    cost = 0 if known.is_exact else 3 if known.name or known.alike else 10
                    ways.append((best[start][0] + cost, (*best[start][1], known)))
            best.append(min(ways, key=lambda way: (way[0], len(way[1]))))
        return best[-1][1]

    def _may_be_one(self, name: str) -> bool:
        """Several pieces are one name only if the register, or a person, says so."""
        mention = self.mention(name)
        return bool(mention.name or mention.alike)


def _comparable(name: str) -> str:
    """Without brackets and accents, so that "(Exempel)" makes no two names alike."""
    return normalise_search(_IN_BRACKETS.sub("", name)) or normalise_search(name)
