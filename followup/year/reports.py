"""The answers behind the year, in groups: what each figure and each symbol of its page leads to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.words import Verdict
from followup.year.book import AnswerRow, Book, Held
from followup.year.numbers import LABELS, Split, complete_actors, measures_going_well, targets_on_their_way
from followup.year.sections import status_word
from measures.models import Measure
from measures.rules import IndicatorKind
from stakeholders.formats import out_of, whole
from stakeholders.rules import swedish_sort_key

COUNTED = ("measures", "targets", "actors")
"""The large numbers that count something else than reports."""


@dataclass(frozen=True)
class Row:
    """An answer, who gave it or was to give it, and about what."""

    answer: AnswerRow
    actor: str
    measure: str

    @property
    def is_approved(self) -> bool:
        return self.answer.is_approved

    @property
    def is_expected(self) -> bool:
        return self.answer.is_expected


@dataclass(frozen=True)
class Group:
    """A measure with its status, an indicator with how it stands to its target, or an actor; and the answers behind it.

    `kind`: "measure", "target" or "actor"; `address`: its own page; `told`: what the sign does not say.
    """

    kind: str
    pk: int
    title: str
    address: str
    rows: tuple[Row, ...]
    sign: str = ""
    word: str = ""
    told: str = ""


@dataclass(frozen=True)
class Counted:
    """What one of the large numbers counts (or, where `is_rest`, the others of what it is counted among)."""

    name: str
    sentence: str
    groups: list[Group]
    part: int
    rest: int
    is_rest: bool


def reports_of(book: Book) -> list[Group]:
    """The answers in the book, by measure in the order of the plan; measures that have not begun and that nobody answers are left out."""
    rows = _by_measure(book)
    measures = sorted(book.measures.values(), key=lambda each: each.number_sort)
    return [_of_measure(book, each, rows.get(each.pk, [])) for each in measures if each.pk in rows or book.has_started(each, book.year)]


def counted_of(book: Book, name: str, *, is_rest: bool = False) -> Counted:
    """Exactly what "measures", "targets" or "actors" counts, each with the answers behind it."""
    split: Split[Measure] | Split[Held] | Split[int]
    if name == "measures":
        split, rows = measures_going_well(book, book.year), _by_measure(book)
        measures = sorted(split.rest if is_rest else split.part, key=lambda each: each.number_sort)
        groups = [_of_measure(book, each, rows.get(each.pk, [])) for each in measures]
    elif name == "targets":
        split, reports = targets_on_their_way(book), _by_report(book)
        groups = [_of_target(book, each, reports) for each in (split.rest if is_rest else split.part)]
    else:
        split = complete_actors(book)
        actors = sorted(split.rest if is_rest else split.part, key=lambda pk: swedish_sort_key(book.actors[pk]))
        groups = [_of_actor(book, pk) for pk in actors]
    part, rest = len(split.part), len(split.rest)
    sentence = _rest_sentence(name, rest) if is_rest else f"{out_of(part, part + rest)} {LABELS[name]}"
    return Counted(name, sentence, groups, part, rest, is_rest)


def _rest_sentence(name: str, n: int) -> str:
    words = {
        "measures": ngettext(
            "%(n)s startad åtgärd är varken klar eller går enligt plan",
            "%(n)s startade åtgärder är varken klara eller går enligt plan",
            n,
        ),
        "targets": ngettext("%(n)s mått är inte på väg", "%(n)s mått är inte på väg", n),
        "actors": ngettext("%(n)s aktör har inte lämnat allt", "%(n)s aktörer har inte lämnat allt", n),
    }
    return words[name] % {"n": whole(n)}


def _by_measure(book: Book) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for answer in book.answers.get(book.year, []):
        found.setdefault(answer.measure, []).append(_row(book, answer))
    return found


def _by_report(book: Book) -> dict[int, AnswerRow]:
    """Those in force, of the year before too: how things stood may be from then."""
    return {answer.report: answer for own in book.answers.values() for answer in own if answer.report}


def _of_measure(book: Book, measure: Measure, rows: Iterable[Row]) -> Group:
    status = status_word(book, book.year, measure.pk)
    return Group("measure", measure.pk, str(measure), reverse("measure_page", args=[measure.pk]), _in_order(rows), status)


def _of_target(book: Book, each: Held, reports: dict[int, AnswerRow]) -> Group:
    figure = book.figures[each.indicator, book.year]
    rows = [_row(book, reports[pk]) for pk in figure.reports if pk in reports]
    address = f"{reverse('figure_show', args=[each.indicator])}?year={book.year}"
    told = book.shown(each.indicator, book.year)
    figure_told = f"{book.year}: {told.text}"  # not the share of the way, which stands beside the verdict elsewhere
    coverage = _("%(part)s rapporter") % {"part": told.coverage} if told.coverage else ""
    version = book.versions[each.indicator]
    is_last_only = version.is_last_only or version.kind == IndicatorKind.LEVEL
    latest = _("varje aktörs senaste gäller") if is_last_only and len(figure.reports) < figure.approved else ""
    said = " · ".join(part for part in (figure_told, coverage, latest) if part)
    return Group("target", each.indicator, each.name, address, _in_order(rows), each.verdict, str(Verdict(each.verdict).label), said)


def _of_actor(book: Book, pk: int) -> Group:
    rows = [_row(book, answer) for answer in book.answers.get(book.year, []) if answer.actor == pk]
    due = [row for row in rows if row.is_expected]
    said = _("%(part)s rapporter är godkända") % {"part": out_of(sum(row.is_approved for row in due), len(due))}
    return Group("actor", pk, book.actors[pk], reverse("actor_page", args=[pk]), _in_order(rows), told=said)


def _row(book: Book, answer: AnswerRow) -> Row:
    return Row(answer, book.actors[answer.actor], str(book.measures[answer.measure]))


def _in_order(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: (row.actor, row.measure, row.answer.period_end.isoformat(), row.answer.obligation)))
