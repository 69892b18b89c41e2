"""The whole year put together: read the book, let each section speak."""

from collections import Counter
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import Decision
from followup.words import Audience, Completeness
from followup.year.assessments import assessment_rows, assessments_sentence
from followup.year.book import Book
from followup.year.numbers import big_numbers
from followup.year.outside import outside_groups
from followup.year.page import DecisionRow, Year
from followup.year.reading import read_book
from followup.year.revisions import revision_rows
from followup.year.sections import (
    JUDGED,
    actor_rows,
    coverage_of,
    funding_rows,
    held,
    matrix,
    methods,
    none_judged,
    sentences,
    target_row,
    verdicts,
)
from followup.year.texts import done_rows
from measures.models import Plan
from stakeholders import clock
from stakeholders.formats import full_day, whole

RULES_VERSION = "1"
"""Goes up when a rule of docs/figures.md changes what a figure is."""


def year_of(plan: Plan, year: int, *, audience: Audience, as_of: datetime | None = None, for_partners: bool = False) -> Year:
    """The year as `audience` may see it, as everything was recorded at `as_of` (now, if not said). `for_partners`: in their form."""
    return compose(read_book(plan, year, audience=audience, as_of=as_of or clock.now(), for_partners=for_partners))


def tertial_of(plan: Plan, year: int, tertial: int, *, audience: Audience, as_of: datetime | None = None) -> Year:
    """The same parts of one tertial, beside the same tertial the year before: what grows during the year is not judged yet."""
    return compose(read_book(plan, year, audience=audience, as_of=as_of or clock.now(), tertial=tertial))


def compose(book: Book, *, is_narrowed: bool = False) -> Year:
    """The book, or the chosen part of it, told section by section."""
    targets = held(book, book.year)
    last_targets = verdicts(book, book.year - 1)
    decisions, assessments = decision_rows(book), assessment_rows(book)
    coverage = coverage_of(book, book.answers.get(book.year, []))
    last_coverage = coverage_of(book, book.answers.get(book.year - 1, []))
    today = clock.day_of(book.as_of)
    has_begun = today >= book.window.start
    years = (book.year - 1, book.year) if book.year > book.plan.first_year else (book.year,)
    return Year(
        plan=book.plan.pk,
        plan_title=book.plan.title,
        company=book.plan.workspace.name,
        is_example=book.plan.workspace.is_example,
        year=book.year,
        as_of=book.moment,
        audience=str(book.audience),
        rules_version=RULES_VERSION,
        completeness=str(book.completeness),
        completeness_word=str(Completeness(book.completeness).label),
        sentences=sentences(book, targets, decisions, is_narrowed=is_narrowed),
        numbers=big_numbers(book, last_targets, coverage, last_coverage),
        matrix_sentence=_matrix_sentence(book),
        matrix_years=tuple((each, len(book.started(each)) if book.window.start.replace(year=each) <= today else 0) for each in years),
        matrix=matrix(book, years, is_narrowed=is_narrowed),
        decisions=decisions,
        assessments_sentence=assessments_sentence(assessments),
        assessments=assessments,
        targets_sentence=_targets_sentence(Counter(each.verdict for each in targets), is_narrowed=is_narrowed),
        targets=tuple(target_row(book, book.year, each) for each in targets),
        outside=outside_groups(book),
        actors=actor_rows(book),
        coverage=coverage,
        funding=funding_rows(book),
        methods=methods(book),
        is_running=book.is_running,
        has_begun=has_begun,
        is_last_running=book.is_last_running and book.window.year_before().start <= today,
        revisions=() if is_narrowed or book.tertial else revision_rows(book),
        texts=done_rows(book),
        tertial=book.tertial,
    )


def decision_rows(book: Book) -> tuple[DecisionRow, ...]:
    return tuple(
        DecisionRow(
            decision=decision.pk,
            number=number,
            question=decision.question,
            why=decision.why,
            asked_by=decision.asked_by,
            proposal=decision.proposal,
            about=", ".join(
                each for each in (decision.goal.title if decision.goal else "", *measures, _asked_before(book, decision)) if each
            ),
            answer_by=_day(decision.answer_by),
            outcome=_outcome(decision, book.as_of),
            last_day=decision.answer_by.isoformat() if decision.answer_by else "",
        )
        for number, (decision, measures) in enumerate(book.decisions.values(), 1)
    )


def _asked_before(book: Book, decision: Decision) -> str:
    return _("frågan är från %(year)s") % {"year": decision.year} if decision.year != book.year else ""


def _outcome(decision: Decision, as_of: datetime) -> str:
    """What was decided, by whom, when and its number; "" when nothing was written down by then."""
    if decision.outcome_at is None or decision.outcome_at > as_of:
        return ""
    dnr = _("dnr %(dnr)s") % {"dnr": decision.dnr} if decision.dnr else ""
    told = ", ".join(part for part in (decision.body, _day(decision.decided_on), dnr) if part)
    return f"{decision.outcome} ({told})"


def _day(day: date | None) -> str:
    """With its year: what is printed or frozen is read long after."""
    return full_day(day) if day else ""


def _matrix_sentence(book: Book) -> str:
    more = len(book.started(book.year)) - len(book.started(book.year - 1))
    begun = (
        ngettext("%(n)s åtgärd till har startat.", "%(n)s åtgärder till har startat.", more) % {"n": whole(more)}
        if more > 0
        else _("Inga fler åtgärder har startat.")
    )
    if clock.day_of(book.as_of) < book.window.start:
        begun = _("%(year)s har inte börjat. Inget är rapporterat än.") % {"year": book.year}
    elif book.year == book.plan.first_year:
        begun = _("%(year)s är första året. Från nästa år ser du utvecklingen här.") % {"year": book.year}
    return f"{begun} {_('Varje tecken är en åtgärd.')}"


def _targets_sentence(verdicts: Counter[str], *, is_narrowed: bool) -> str:
    if not any(verdicts[each] for each in JUDGED):
        told = none_judged(verdicts, is_narrowed=is_narrowed)
        return told if verdicts or is_narrowed else f"{told} {_('Lägg till målvärden på indikatorerna.')}"
    off = verdicts["wrong_way"] + verdicts["behind"] + verdicts["uncertain"]
    words = _("%(off)s av %(total)s mått går åt fel håll, ligger efter eller har ett osäkert läge.") % {
        "off": whole(off),
        "total": whole(verdicts.total()),
    }
    return f"{words} {_('Bilden visar hur långt vi kommit från utgångsläget till målet.')}"
