"""The four large numbers: what each counts, how many, and last year's beside it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.year.book import AnswerRow, Book, Held
from followup.year.frozen import Counted
from followup.year.page import BigNumber, Coverage
from followup.year.sections import GOING_WELL, JUDGED, ON_THE_WAY, held, status_word
from measures.models import Measure
from stakeholders import clock
from stakeholders.formats import out_of, whole

T = TypeVar("T")

LABELS: dict[str, Promise] = {
    "measures": gettext_lazy("startade åtgärder är klara eller går enligt plan"),
    "targets": gettext_lazy("mått är på väg eller före"),
    "actors": gettext_lazy("aktörer har lämnat allt"),
    "reports": gettext_lazy("rapporter är med i siffrorna"),
}
"""What each counts, in order, as it is said after "25 av 34"."""

ANCHORS = {"measures": "#status", "targets": "#targets", "actors": "#who", "reports": "#coverage"}
BY_AUDIENCE = ("targets",)
"""Numbers that are another for who sees small figures, and so are not held against one counted for other eyes."""


class Split(NamedTuple, Generic[T]):
    """What is counted, and the rest of what it is counted among."""

    part: list[T]
    rest: list[T]


def measures_going_well(book: Book, year: int) -> Split[Measure]:
    """Of the measures that have begun, those done or going to plan; none before the year has begun, or before the plan has."""
    is_told = year >= book.plan.first_year and book.window.start.replace(year=year) <= clock.day_of(book.as_of)
    started = book.started(year) if is_told else []
    return _split(started, [status_word(book, year, measure.pk) in GOING_WELL for measure in started])


def targets_on_their_way(book: Book) -> Split[Held]:
    """Of the indicators that can be judged, those on their way or ahead."""
    judged = [each for each in held(book, book.year) if each.verdict in JUDGED]
    return _split(judged, [each.verdict in ON_THE_WAY for each in judged])


def complete_actors(book: Book) -> Split[int]:
    """Of the actors whose answers have fallen due, those with every one of them approved."""
    by_actor: dict[int, list[AnswerRow]] = {}
    for row in book.answers.get(book.year, []):
        if row.is_expected:
            by_actor.setdefault(row.actor, []).append(row)
    return _split(list(by_actor), [all(row.is_approved for row in own) for own in by_actor.values()])


def _split(among: Sequence[T], is_counted: Sequence[bool]) -> Split[T]:
    return Split(*([each for each, own in zip(among, is_counted, strict=True) if own is wanted] for wanted in (True, False)))


def big_numbers(book: Book, last_targets: Counter[str], coverage: Coverage, last: Coverage) -> tuple[BigNumber, ...]:
    """The four: measures going well, targets on their way, actors that answered everything, reports the figures rest on.

    Last year's stands beside each. People are not summed over indicators (rule 3: only within the same one).
    """
    now: dict[str, Counted] = {
        "measures": _size(measures_going_well(book, book.year)),
        "targets": _size(targets_on_their_way(book)),
        "actors": _of(coverage.partners_complete, coverage.partners),
        "reports": _of(coverage.approved, coverage.expected),
    }
    before: dict[str, Counted] = {
        "measures": _size(measures_going_well(book, book.year - 1)),
        "targets": _of(sum(last_targets[v] for v in ON_THE_WAY), sum(last_targets[v] for v in JUDGED)),
        "actors": _of(last.partners_complete, last.partners),
        "reports": _of(last.approved, last.expected),
    }
    return tuple(_number(book, name, place, now[name], before[name]) for place, name in enumerate(LABELS))


def _size(split: Split[Any]) -> Counted:
    return _of(len(split.part), len(split.part) + len(split.rest))


def _of(part: int, total: int) -> Counted:
    return (part, total) if total else None


def _number(book: Book, name: str, place: int, now: Counted, before: Counted) -> BigNumber:
    """Where there is nothing to count yet no zero, which would be a judgement."""
    then = _as_frozen(book, place, before)
    is_comparable = book.frozen_before is None or name not in BY_AUDIENCE or book.frozen_before.audience == book.audience
    is_revised = is_comparable and then != before
    return BigNumber(
        number=whole(now[0]) if now else "–",
        out_of=_("av %(total)s") % {"total": whole(now[1])} if now else _("inget att räkna än"),
        label=str(LABELS[name]),
        last_year=_beside(book.year - 1, then, before, is_same_reader=is_comparable),
        link=ANCHORS[name],
        counts=name,
        part=now[0] if now else None,
        total=now[1] if now else None,
        last_part=then[0] if then else None,
        last_total=then[1] if then else None,
        is_last_revised=is_revised,
        last_frozen=book.frozen_before.annual if book.frozen_before else 0,
    )


def _as_frozen(book: Book, place: int, before: Counted) -> Counted:
    """Last year's as it was frozen, if it was: what was put before the board is not changed afterwards."""
    frozen = book.frozen_before
    return frozen.numbers[place] if frozen and place < len(frozen.numbers) else before


def _beside(year: int, then: Counted, now: Counted, *, is_same_reader: bool) -> str:
    """ "2025: 25 av 34"; of a frozen year that has changed since "2025: 25 av 34 → 26 av 34 (reviderad)".

    Whoever sees more than the year was frozen for is told both counts, and not that anything was revised.
    """
    if not then and not now:
        return _("%(year)s: inget att jämföra med") % {"year": year}
    old, new = (out_of(*each) if each else "–" for each in (then, now))
    if then == now:
        return f"{year}: {old}"
    told = _("%(year)s: %(old)s → %(new)s (reviderad)") if is_same_reader else _("%(year)s: %(old)s i det frysta, %(new)s som du ser det")
    return told % {"year": year, "old": old, "new": new}
