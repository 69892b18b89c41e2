"""What each part of the year says, from the book: no queries, no clock."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from followup.figures import AgainstTarget
from followup.words import WORST_FIRST, ImplementationStatus, StatusSource, Verdict
from followup.year.book import AnswerRow, Book, Held
from followup.year.page import (
    ActorRow,
    Answers,
    Coverage,
    DecisionRow,
    FundingRow,
    Gap,
    MatrixCell,
    MatrixRow,
    TargetRow,
)
from followup.year.retold import figure_told
from followup.year.words import exact, said, shown
from measures.models import Measure
from measures.rules import SCALE, EffectLevel, Funding, IndicatorKind
from stakeholders import clock
from stakeholders.formats import interval, label, listing, out_of, whole
from stakeholders.templatetags.symbols import words_for

GOING_WELL = (ImplementationStatus.DONE, ImplementationStatus.ON_PLAN)
UNREPORTED, NO_RESPONSIBLE = "unreported", str(StatusSource.NO_RESPONSIBLE)
NOT_TOLD = (UNREPORTED, NO_RESPONSIBLE)
BEST_FIRST = (*reversed(WORST_FIRST), *NOT_TOLD)
FLOWS = (IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.PEOPLE)
"""Kinds that grow during the year, so that a part of it cannot be held against the target of the whole."""

WORST_VERDICT_FIRST = (
    Verdict.WRONG_WAY,
    Verdict.BEHIND,
    Verdict.UNCERTAIN,
    Verdict.ON_PATH,
    Verdict.AHEAD,
    Verdict.RUNNING,
    Verdict.TOO_EARLY,
    Verdict.NOT_COMPUTABLE,
    Verdict.HIDDEN,
    Verdict.NO_DATA,
)
ON_THE_WAY = (Verdict.AHEAD, Verdict.ON_PATH)
JUDGED = (Verdict.WRONG_WAY, Verdict.BEHIND, Verdict.UNCERTAIN, Verdict.ON_PATH, Verdict.AHEAD)
WHY_NOT_JUDGED = {
    Verdict.TOO_EARLY: gettext_lazy("är det för tidigt att bedöma"),
    Verdict.NO_DATA: gettext_lazy("utan underlag"),
    Verdict.RUNNING: gettext_lazy("bedöms när året är slut"),
    Verdict.NOT_COMPUTABLE: gettext_lazy("går inte att räkna ut"),
    Verdict.HIDDEN: gettext_lazy("visas inte: små tal"),
}
"""What is said of so many that have no verdict."""


def status_word(book: Book, year: int, measure: int) -> str:
    """The status of a measure in a year, as its symbol is named; where there is none, "unreported", or "no_responsible": nobody is to report."""
    status = book.statuses.get(year, {}).get(measure)
    if status is None or status.status:
        return (status and status.status) or UNREPORTED
    return NO_RESPONSIBLE if status.source == StatusSource.NO_RESPONSIBLE else UNREPORTED


def sentences(book: Book, targets: tuple[Held, ...], decisions: tuple[DecisionRow, ...], *, is_narrowed: bool = False) -> tuple[str, ...]:
    """The year in three sentences: what was done, what came of it, what must be decided."""
    return (_what_was_done(book), _what_came_of_it(book, targets, is_narrowed), _what_to_decide(decisions, is_narrowed))


def _what_was_done(book: Book) -> str:
    now = book.started(book.year)
    if not now:
        return _("Ingen åtgärd har startat än.")
    if clock.day_of(book.as_of) < book.window.start:
        return _("%(year)s har inte börjat. Inget är rapporterat än.") % {"year": book.year}
    statuses = [status_word(book, book.year, measure.pk) for measure in now]
    well = sum(status in GOING_WELL for status in statuses)
    words = _("%(part)s startade åtgärder är klara eller går enligt plan") % {"part": out_of(well, len(now))}
    rest = words_for(status for status in statuses if status not in GOING_WELL)
    return f"{words}, {rest}." if rest else f"{words}."


def _what_came_of_it(book: Book, targets: tuple[Held, ...], is_narrowed: bool) -> str:
    judged = [row for row in targets if row.verdict in JUDGED]
    if not judged:
        return none_judged(Counter(row.verdict for row in targets), is_narrowed=is_narrowed)
    well = sum(row.verdict in ON_THE_WAY for row in judged)
    words = _("%(part)s mått är på väg eller före") % {"part": out_of(well, len(judged))}
    worst = [_with_its_reports(book, row) for row in judged if row.verdict in (Verdict.WRONG_WAY, Verdict.BEHIND)][:2]
    return _("%(words)s; sämst går det för %(worst)s.") % {"words": words, "worst": listing(worst)} if worst else words + "."


def none_judged(verdicts: Counter[str], *, is_narrowed: bool) -> str:
    """That no target can be judged, and how many for which reason; or that there are none."""
    if not verdicts:
        return _("Inget mått i den här delen har ett mål med siffror.") if is_narrowed else _("Planen har inga mål med siffror än.")
    why = listing(f"{whole(verdicts[verdict])} {words}" for verdict, words in WHY_NOT_JUDGED.items() if verdicts[verdict])
    return _("Inget av %(total)s mått går att bedöma: %(why)s.") % {"total": whole(verdicts.total()), "why": why}


def _with_its_reports(book: Book, row: Held) -> str:
    """Its name, and how many of its reports are in where some are missing: a sum that lacks some is not the whole."""
    name = row.name[:1].lower() + row.name[1:]
    figure = book.figures.get((row.indicator, book.year))
    if figure is None or figure.approved >= figure.expected:
        return name
    return _("%(name)s (%(part)s rapporter)") % {"name": name, "part": out_of(figure.approved, figure.expected)}


def _what_to_decide(decisions: tuple[DecisionRow, ...], is_narrowed: bool) -> str:
    open_ones = [row for row in decisions if not row.outcome]
    if is_narrowed and not open_ones:
        return _("Inget beslut väntar om just den här delen.")
    if not open_ones:
        return _("Inget beslut väntar på styrelsen.")
    return ngettext("Styrelsen behöver besluta om %(n)s sak.", "Styrelsen behöver besluta om %(n)s saker.", len(open_ones)) % {
        "n": whole(len(open_ones))
    }


def matrix(book: Book, years: tuple[int, ...], *, is_narrowed: bool = False) -> tuple[MatrixRow, ...]:
    """Focus area × year: one symbol per started measure, in order, with the count in words. Nothing is averaged.

    Of a narrowed year the focus areas without a measure in it are left out.
    """
    rows = []
    answers = _answers_by_area(book)
    under: dict[int, list[Measure]] = {goal.pk: [] for goal in book.goals.values() if goal.parent_id is None}
    for measure in book.measures.values():
        under[book.focus_area(measure.goal_id).pk].append(measure)
    for pk, own in under.items():
        area = book.goals[pk]
        if is_narrowed and not own:
            continue
        cells = []
        for year in years:
            if book.window.start.replace(year=year) > clock.day_of(book.as_of):
                cells.append(MatrixCell(year, (), _("inget år än"), (), _standing(answers.get((pk, year), []))))
                continue
            ranked = sorted(((status_word(book, year, measure.pk), measure.pk) for measure in book.started(year, own)), key=_rank)
            words = words_for(status for status, _pk in ranked) or _("inga startade")
            statuses, pks = tuple(status for status, _pk in ranked), tuple(pk for _status, pk in ranked)
            cells.append(MatrixCell(year, statuses, words, pks, _standing(answers.get((pk, year), []))))
        waiting = [measure for measure in own if measure.starts_on and measure.starts_on.year == book.year + 1]
        later = ngettext("%(n)s startar", "%(n)s startar", len(waiting)) % {"n": whole(len(waiting))} if waiting else _("inga nya")
        rows.append(MatrixRow(area.pk, area.title, tuple(cells), later, len(waiting)))
    return tuple(rows)


def _answers_by_area(book: Book) -> dict[tuple[int, int], list[AnswerRow]]:
    """By focus area and year."""
    tops = {pk: book.focus_area(measure.goal_id).pk for pk, measure in book.measures.items()}
    found: dict[tuple[int, int], list[AnswerRow]] = {}
    for year, own in book.answers.items():
        for row in own:
            found.setdefault((tops[row.measure], year), []).append(row)
    return found


def _standing(rows: list[AnswerRow]) -> Answers:
    expected = [row for row in rows if row.is_expected]
    return Answers(
        expected=len(expected),
        received=sum(row.is_received for row in expected),
        on_time=sum(row.is_received and row.is_on_time for row in expected),
        approved=sum(row.is_approved for row in expected),
        waiting=sum(row.is_waiting for row in rows),
        requested=len(rows) - len(expected),
    )


def _rank(entry: tuple[str, int]) -> tuple[int, int]:
    return BEST_FIRST.index(entry[0]), entry[1]


def verdicts(book: Book, year: int) -> Counter[str]:
    """How many indicators stand how to their targets."""
    held = [(pk, current) for pk, (_original, current) in book.against.get(year, {}).items() if current is not None]
    return Counter(str(withheld(book, year, pk, current).get("verdict", current.verdict)) for pk, current in held)


def held(book: Book, year: int) -> tuple[Held, ...]:
    """Every indicator that has a target, worst first; the furthest behind before the others of the same verdict. Worked out once."""
    if year not in book.held:
        book.held[year] = _held(book, year)
    return book.held[year]


def _held(book: Book, year: int) -> tuple[Held, ...]:
    found = []
    for pk, (original, current) in book.against.get(year, {}).items():
        if current is not None:
            left_out = withheld(book, year, pk, current)
            against = replace(current, **left_out) if left_out else current
            found.append(Held(pk, capital(book.indicators[pk].name), str(against.verdict), against, original))
    return tuple(sorted(found, key=_worst_first))


def _worst_first(each: Held) -> tuple[int, float, Fraction, str]:
    """By verdict, how far, and name. Rounded first: exact fractions are slow to compare, and few are that near each other."""
    distance = each.against.attainment[0] if each.against.attainment else Fraction(0)
    return WORST_VERDICT_FIRST.index(Verdict(each.verdict)), float(distance), distance, each.name


def withheld(book: Book, year: int, pk: int, against: AgainstTarget) -> dict[str, Any]:
    """What is not said of a target: no verdict on a part of a year, nor on the part of some partners or measures. Too early is too early for all."""
    if pk in book.parts:
        verdict = Verdict.TOO_EARLY if against.verdict == Verdict.TOO_EARLY else Verdict.NOT_COMPUTABLE
        return {"verdict": verdict, "attainment": None, "path": None}
    if book.tertial and book.versions[pk].kind in FLOWS and against.verdict != Verdict.TOO_EARLY:
        goes_on = book.is_year_running and year == book.year
        return {"verdict": Verdict.RUNNING if goes_on else Verdict.NOT_COMPUTABLE, "attainment": None, "path": None}
    is_partial = is_so_far(book, year) and book.versions[pk].kind in FLOWS
    return {"verdict": Verdict.RUNNING, "attainment": None} if is_partial and against.verdict in JUDGED else {}


def is_so_far(book: Book, year: int) -> bool:
    """Whether figures of the year are so far: of the book's own, or of the one before it, whose last round falls due in January."""
    return (year == book.year and book.is_running) or (year == book.year - 1 and book.is_last_running)


def target_row(book: Book, year: int, each: Held) -> TargetRow:
    """One of them, in words and figures ready to show."""
    pk, against, original = each.indicator, each.against, each.original
    indicator, version = book.indicators[pk], book.versions[pk]
    numbers = [book.measures[measure].number for measure in book.measures_of[pk] if measure in book.measures]
    decimals = version.decimals
    tolerance = book.tolerance(pk, against)
    last_year = book.shown(pk, year - 1)
    revised = original is not None and (original.target, original.target_year) != (against.target, against.target_year)
    return TargetRow(
        indicator=pk,
        name=each.name,
        about=", ".join(numbers),
        level=label(EffectLevel(indicator.level)),
        unit=version.unit,
        decimals=decimals,
        baseline_year=book.baseline_year(pk),
        baseline=exact(against.baseline),
        baseline_text=said(against.baseline, version),
        last_year=replace(last_year, low="", high="") if pk in book.factors and not book.factors[pk] else last_year,
        now=book.shown(pk, year),
        target_year=against.target_year,
        target=exact(against.target),
        target_text=said(against.target, version),
        original_text=_("ursprungligen %(value)s") % {"value": said(original.target, version)} if revised and original else "",
        path_low=exact(against.path - tolerance if against.path is not None else None),
        path_high=exact(against.path + tolerance if against.path is not None else None),
        verdict=each.verdict,
        verdict_word=label(against.verdict),
        attainment=attained(against),
        note=_note(book, pk, against),
        original=exact(original.target) if revised and original else "",
        original_year=original.target_year if revised and original else 0,
        attained_low=exact(against.attainment[0]) if against.attainment else "",
        attained_high=exact(against.attainment[1]) if against.attainment else "",
        source=_source(book, pk, year),
        last_year_note=_otherwise_defined(book, pk, year - 1) or _otherwise_frozen(book, pk, year - 1),
    )


def _otherwise_defined(book: Book, pk: int, year: int) -> str:
    figure = book.figures.get((pk, year))
    if pk not in book.factors or figure is None or figure.low is None:
        return ""
    if not book.factors[pk]:
        return _("annan definition, går inte att jämföra")
    return _("omräknat, var %(value)s") % {"value": shown(figure, book.versions[pk]).text}


def _otherwise_frozen(book: Book, pk: int, year: int) -> str:
    """What stood in the frozen year before, where it is another now: told only to whoever it was frozen for, since others see other figures."""
    frozen, figure = book.frozen_before, book.figures.get((pk, year))
    row = frozen.targets.get(pk) if frozen and frozen.audience == book.audience else None
    if row is None or figure is None or (row["now"]["low"], row["now"]["high"]) == (exact(figure.low), exact(figure.high)):
        return ""
    return _("reviderad, frystes som %(value)s") % {"value": figure_told(row)}


def attained(against: AgainstTarget) -> str:
    """ "80 % av vägen", an interval when the figure is one; "" when it cannot be worked out."""
    if not against.attainment:
        return ""
    low, high = against.attainment
    return _("%(share)s %% av vägen") % {"share": interval(low * 100 * SCALE, high * 100 * SCALE)}


def _source(book: Book, pk: int, year: int) -> str:
    """Of which place the figure is, where it comes from statistics."""
    figure = book.figures.get((pk, year))
    if pk not in book.places_held or figure is None or figure.low is None or figure.reports:
        return ""
    return _("statistik, %(place)s") % {"place": book.places_held[pk]}


def _note(book: Book, pk: int, against: AgainstTarget) -> str:
    if against.verdict == Verdict.TOO_EARLY:
        when = book.effect_expected(pk)
        return _("bedöms från %(year)s") % {"year": when.year} if when else ""
    if pk in book.parts:
        return _("målet gäller alla som redovisar måttet tillsammans")
    if book.tertial and against.verdict == Verdict.NOT_COMPUTABLE and book.versions[pk].kind in FLOWS:
        return _("målet gäller hela året")
    if against.verdict == Verdict.UNCERTAIN:
        return _("intervallet ligger på båda sidor om vägen")
    return ""


def capital(name: str) -> str:
    """As it begins a row."""
    return name[:1].upper() + name[1:]


def coverage_of(book: Book, rows: list[AnswerRow]) -> Coverage:
    """How many of the reports the figures rest on; what is missing by name. What is missing is never counted as zero."""
    expected = [row for row in rows if row.is_expected]
    by_actor: dict[int, list[AnswerRow]] = {}
    for row in expected:
        by_actor.setdefault(row.actor, []).append(row)
    gaps = tuple(
        Gap(book.actors[row.actor], str(book.measures[row.measure]), row.period, row.why)
        for row in sorted((row for row in expected if not row.is_approved), key=lambda row: (book.actors[row.actor], row.period_end))
    )
    return Coverage(
        approved=sum(row.is_approved for row in expected),
        expected=len(expected),
        late=sum(row.is_approved and not row.is_on_time for row in expected),
        partners_complete=sum(all(row.is_approved for row in own) for own in by_actor.values()),
        partners=len(by_actor),
        gaps=gaps,
        waiting=sum(row.is_waiting for row in rows),
        requested=sum(not row.is_expected for row in rows),
    )


def actor_rows(book: Book) -> tuple[ActorRow, ...]:
    """Who did what: measures, answers, timeliness and one sentence of their own, those with most answers first."""
    by_actor: dict[int, list[AnswerRow]] = {}
    for row in book.answers.get(book.year, []):
        by_actor.setdefault(row.actor, []).append(row)
    rows = []
    for actor, own in by_actor.items():
        expected = [row for row in own if row.is_expected]
        quoted = max(
            (row for row in own if row.is_approved and row.words.strip()), key=lambda row: (row.period_end, row.obligation), default=None
        )
        measures = sorted({row.measure for row in own}, key=lambda pk: book.measures[pk].number_sort)
        rows.append(
            ActorRow(
                actor=actor,
                name=book.actors[actor],
                kind=book.actor_kinds[actor],
                measures=tuple((pk, book.measures[pk].number) for pk in measures),
                approved=sum(row.is_approved for row in expected),
                expected=len(expected),
                on_time=sum(row.is_received and row.is_on_time for row in expected),
                received=sum(row.is_received for row in expected),
                quote=quoted.quote if quoted else "",
                quote_about=book.measures[quoted.measure].number if quoted else "",
                quote_report=quoted.report or 0 if quoted else 0,
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.approved, row.name)))


def runs(measure: Measure, year: int, before: str | None, now: str | None) -> bool:
    """Whether a started measure went on in some part of the year: it had not reached its end, nor ended early, before the year began."""
    ended = before == now == ImplementationStatus.ENDED_EARLY
    return not ended and (measure.ends_on is None or measure.ends_on.year >= year)


def funding_rows(book: Book) -> tuple[FundingRow, ...]:
    """Money by funding type over the measures that went on. Only value transfers under 5 § 1 are told apart for länsstyrelsen."""
    rows = []
    year = book.year
    words = {each.pk: (status_word(book, year - 1, each.pk), status_word(book, year, each.pk)) for each in book.started(year)}
    begun = [measure for measure in book.started(year) if runs(measure, year, *words[measure.pk])]
    for funding in [*Funding, ""]:
        own = [measure for measure in begun if measure.funding == funding]
        if own:
            rows.append(
                FundingRow(
                    kind=str(funding),
                    funding=str(Funding(funding).label) if funding else _("inte angiven"),
                    measures=len(own),
                    budget=sum(measure.budget_per_year or 0 for measure in own),
                    without_budget=sum(measure.budget_per_year is None for measure in own),
                    is_value_transfer=funding == Funding.VALUE_TRANSFER,
                    titles=tuple(str(measure) for measure in own) if funding == Funding.VALUE_TRANSFER else (),
                )
            )
    return tuple(rows)


def methods(book: Book) -> tuple[tuple[str, str], ...]:
    """How it was counted, said so that a board member can repeat it."""
    return (
        (_("Bara godkända rapporter räknas"), _("Inskickat men inte granskat visas som preliminärt bredvid, aldrig i summan.")),
        (_("Saknas är inte noll"), _("Ett svar som inte kommit lämnar en lucka. Vi gissar inte.")),
        (
            _("Personer kan vara samma"),
            _(
                "När det inte är avgjort om aktörer når samma personer visas minst och högst: minst som om alla vore samma, högst som om ingen vore det."
            ),
        ),
        (
            _("På väg, före och efter"),
            _("Rak linje från utgångsläget genom målen. Före eller efter är mer än toleransen från linjen, oftast 10 procent av sträckan."),
        ),
        (_("Status läggs aldrig ihop till ett snitt"), _("Vi räknar åtgärder: en rad, ett tecken.")),
        (
            _("Små tal skyddas"),
            _("Antal personer mellan 1 och %(k)s visas inte, och inte heller de tal som skulle avslöja dem.")
            % {"k": book.plan.workspace.small_number_threshold - 1},
        ),
        (
            _("Mål och områden är dagens"),
            _("Siffror och uppdrag är som de var registrerade vid läget; indelningen i mål och områden är dagens."),
        ),
    )
