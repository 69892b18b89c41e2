"""A part of the year: under a goal, in an area, by an actor, of one measure or one kind of money. Narrows the book; the same query everywhere."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from followup.year.book import Book
from measures.models import Goal
from measures.rules import Funding

NO_FUNDING = "none"
NUMBERS = ("goal", "measure", "actor", "area", "indicator")


@dataclass(frozen=True)
class Choice:
    """What of the year is asked for; 0 or "" is all of it. As a query: `?goal=3&actor=7`."""

    goal: int = 0
    measure: int = 0
    actor: int = 0
    area: int = 0
    funding: str = ""
    indicator: int = 0

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        numbers = {name: int(value) for name in NUMBERS if (value := query.get(name, "")).isdecimal()}
        return cls(**numbers, funding=query.get("funding", ""))

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def query(self, **more: object) -> str:
        """ "?goal=3&actor=7"; "" for all of the year."""
        chosen = {name: value for name, value in (vars(self) | more).items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    def is_in(self, book: Book) -> bool:
        """Whether each thing that is chosen is there, in the book narrowed to it."""
        options = book.options
        known: dict[str, Container[int]] = {
            "goal": dict(options.goals), "actor": dict(options.actors), "area": dict(options.areas),
            "measure": book.measures, "indicator": book.indicators,
        }  # fmt: skip
        is_money_known = self.funding in ("", NO_FUNDING, *Funding.values)
        return is_money_known and all(pk in known[name] for name in NUMBERS if (pk := getattr(self, name)))

    def named(self, book: Book) -> str:
        """What is chosen, in words."""
        options = {"goal": book.options.goals, "actor": book.options.actors, "area": book.options.areas}
        words = [dict(options[name]).get(getattr(self, name), "").strip() for name in options]
        chosen = (book.measures.get(self.measure), book.indicators.get(self.indicator))
        return ", ".join(word for word in [*words, *(str(each) for each in chosen if each), self._money()] if word)

    def _money(self) -> str:
        if self.funding == NO_FUNDING:
            return _("finansiering inte angiven")
        return _("finansiering: %(kind)s") % {"kind": Funding(self.funding).label} if self.funding in Funding else ""


WHOLE = Choice()


def narrow(book: Book, choice: Choice, assignments: Iterable[tuple[int, int]]) -> None:
    """Leave in the book what is chosen. `assignments`: (actor, measure) of each."""
    if not choice:
        return
    taken_on = {measure for actor, measure in assignments if actor == choice.actor} if choice.actor else set()
    in_area = _measures_in(choice.area, book) if choice.area else set()
    lines = {goal: line_of(book.goals, goal) for goal in book.goals}
    branches: dict[int, set[int]] = {goal: set() for goal in book.goals}
    for pk, each in book.measures.items():
        for goal in lines[each.goal_id]:
            branches[goal].add(pk)
    book.measures = {
        pk: measure
        for pk, measure in book.measures.items()
        if (not choice.goal or choice.goal in lines[measure.goal_id])
        and (not choice.measure or pk == choice.measure)
        and (not choice.actor or pk in taken_on)
        and (not choice.area or pk in in_area)
        and (not choice.indicator or pk in book.measures_of[choice.indicator])
        and (not choice.funding or (measure.funding or NO_FUNDING) == choice.funding)
    }
    of_goal = {pk for pk, each in book.indicators.items() if each.goal_id and choice.goal in lines[each.goal_id]}
    about = {pk for pk in book.indicators if not book.measures.keys().isdisjoint(book.measures_of[pk])} | of_goal
    if choice.indicator:
        about = {choice.indicator} & book.indicators.keys()
    book.outside = [
        value
        for value in book.outside
        if _is_about(value.area_id, choice, value.indicator_id in about) and choice.indicator in (0, value.indicator_id)
    ]
    book.indicators = {pk: each for pk, each in book.indicators.items() if pk in about or any(v.indicator_id == pk for v in book.outside)}
    numbers = {measure.number for measure in book.measures.values()}
    book.decisions = {pk: each for pk, each in book.decisions.items() if numbers & set(each[1]) or _is_under(each[0].goal_id, choice, book)}
    book.texts = {goal: text for goal, text in book.texts.items() if goal and goal == choice.goal}
    book.whole_goals = set() if choice.actor else {pk for pk, below in branches.items() if below and below <= book.measures.keys()}
    book.assessments = {
        (kind, pk): each
        for (kind, pk), each in book.assessments.items()
        if pk in (book.whole_goals if kind == "goal" else book.measures) and not choice.actor
    }


def line_of(goals: Mapping[int, Goal], goal: int) -> set[int]:
    """The goal and all above it."""
    line = set()
    above: int | None = goal
    while above is not None:
        line.add(above)
        above = goals[above].parent_id
    return line


def _is_under(goal: int | None, choice: Choice, book: Book) -> bool:
    """Whether a question about a goal belongs to the chosen one."""
    return bool(goal and choice.goal) and choice.goal in line_of(book.goals, goal or 0)


def _is_about(area: int | None, choice: Choice, is_linked: bool) -> bool:
    """Statistics of the chosen area, with the whole municipality to compare with; of a goal only its own."""
    if choice.area:
        return area in (None, choice.area)
    return is_linked


def _measures_in(area: int, book: Book) -> set[int]:
    """The measures in an area or in one within it."""
    return {measure for measure, place in book.places if area in area_and_above(place, book.areas)}


def area_and_above(area: int, above: Mapping[int, int | None]) -> set[int]:
    """The area and all that it lies in."""
    line = set()
    each: int | None = area
    while each is not None:
        line.add(each)
        each = above.get(each)
    return line
