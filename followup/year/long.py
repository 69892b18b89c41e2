"""Ten years side by side, of the plan or of one goal, measure, indicator, actor or area: how it went, and the chain from work to effect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.figures import Window
from followup.models import OutsideValue
from followup.rollup import Rollup, Statuses, load_shown
from followup.rollup import Shown as SeenBy
from followup.rollup.statuses import reports_of
from followup.words import Audience, Verdict
from followup.year.book import Book
from followup.year.changes import Change, changes_of
from followup.year.choice import Choice, narrow
from followup.year.outside import outside_groups
from followup.year.page import OutsideGroup, Shown
from followup.year.reading import effect_days, is_running, read_definitions, read_options, read_plan, scope_of
from followup.year.sections import BEST_FIRST, FLOWS, JUDGED, ON_THE_WAY, UNREPORTED, status_word, withheld
from followup.year.words import exact, shown, with_unit
from measures.models import Activity, Assignment, Measure, Plan
from measures.rules import SCALE, EffectLevel, VersionLink
from stakeholders import clock
from stakeholders.formats import number, out_of, whole
from stakeholders.templatetags.symbols import words_for

MOST_YEARS = 10


@dataclass(frozen=True)
class StatusRow:
    """A measure, or a focus area of the whole plan: per year the statuses of what had begun ("" words: nothing had)."""

    kind: str
    pk: int
    name: str
    cells: tuple[tuple[int, tuple[str, ...], str], ...]

    @property
    def query(self) -> str:
        """What of a page is about it."""
        return f"?{self.kind}={self.pk}"


@dataclass(frozen=True)
class YearValue:
    """An indicator in a year, and how it stood to the target in force now. `verdict` is "" where there is no target."""

    year: int
    shown: Shown
    verdict: str = ""
    verdict_word: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One indicator over the years (`pk` 0: something counted from the plan itself). Values in 1/10 000 as exact text.

    `path` and `original`: the points of the way to the target as it is now and as it was first decided. `so_far`: years whose sum still grows.
    """

    pk: int
    name: str
    about: str
    unit: str
    decimals: int
    values: tuple[YearValue, ...]
    target_text: str = ""
    original_text: str = ""
    path: tuple[tuple[int, str], ...] = ()
    original: tuple[tuple[int, str], ...] = ()
    breaks: tuple[int, ...] = ()
    is_part: bool = False
    so_far: tuple[int, ...] = ()


@dataclass(frozen=True)
class Step:
    """A link of the chain: its lines, and what they say together, in a sentence."""

    level: str
    word: str
    sentence: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class LongView:
    about: str
    years: tuple[int, ...]
    is_running: bool
    sentence: str
    statuses: tuple[StatusRow, ...]
    counts: tuple[tuple[int, tuple[tuple[str, int], ...]], ...]
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    outside: tuple[OutsideGroup, ...] = ()

    @property
    def is_crowded(self) -> bool:
        """Whether there are so many years that a status word must stand under its symbol."""
        return len(self.years) > 4


def long_view(plan: Plan, choice: Choice, *, audience: Audience, as_of: datetime) -> tuple[LongView, Book]:
    """The years that have had rounds, at most ten, as `audience` may see them. The book tells what else can be chosen."""
    last = plan.periods.latest_year(clock.day_of(as_of)) or plan.first_year
    years = tuple(range(max(plan.first_year, last - MOST_YEARS + 1), last + 1))
    book = Book(plan=plan, year=last, as_of=as_of, audience=audience)
    read_plan(book)
    tree, effect_from = book.tree(), effect_days(book)
    assigned = Assignment.objects.filter(measure__plan=plan, recorded_at__lte=as_of)
    narrow(book, choice, assigned.values_list("actor_id", "measure_id"))
    told = list(book.indicators) if choice else []
    windows = [Window.year(year) for year in years]
    seen = book.seen = load_shown(plan, windows, audience, as_of=as_of, indicators=told, tree=tree)
    seen.rollup.effect_from = effect_from
    read_options(book, seen.rollup)
    book.is_running = is_running(book, seen.rollup)
    lines = _counted_lines(book, seen.rollup, choice, years)
    with reports_of(seen.rollup, book.measures) as reports:
        steps = _steps(book, seen, choice, years, lines) if choice else ()
        said = reports()
    statuses = book.progress = Statuses(seen.rollup, book.measures, said)
    book.statuses = {window.end.year: {pk: statuses.status(pk, window) for pk in book.measures} for window in windows}
    counts = tuple((year, _counted(status_word(book, year, each.pk) for each in book.started(year))) for year in years)
    decimals = {pk: version.decimals for pk, version in book.versions.items()}
    view = LongView(
        about=choice.named(book),
        years=years,
        is_running=book.is_running,
        sentence=_sentence(counts, years),
        statuses=_by_measure(book, years) if choice else _by_focus_area(book, years),
        counts=counts,
        steps=steps,
        changes=tuple(changes_of(book.indicators, decimals, as_of)) if choice else (),
        outside=_outside(book) if choice.indicator and not steps else (),
    )
    return view, book


def _outside(book: Book) -> tuple[OutsideGroup, ...]:
    """What statistics from elsewhere say of an indicator that no actor reports."""
    rows = OutsideValue.objects.filter(indicator__in=book.indicators, recorded_at__lte=book.as_of).select_related("area")
    book.outside = list(rows.order_by("indicator_id", "area__name_sort", "year", "id"))
    return outside_groups(book)


def _counted(words: Iterable[str]) -> tuple[tuple[str, int], ...]:
    found = list(words)
    return tuple((word, found.count(word)) for word in BEST_FIRST if word in found)


def _sentence(counts: tuple[tuple[int, tuple[tuple[str, int], ...]], ...], years: tuple[int, ...]) -> str:
    """What the picture shows, in the first and the last year that anything is known of."""
    well = {year: (sum(n for word, n in own if word in ("done", "on_plan")), sum(n for _word, n in own)) for year, own in counts}
    known = {year for year, own in counts if any(word != UNREPORTED for word, _n in own)}
    begun = [year for year in years if year in known] or [year for year in years if well[year][1]]
    if not begun:
        return _("Ingen åtgärd har startat än.")
    last = begun[-1]
    now = _("%(year)s var %(part)s startade åtgärder klara eller enligt plan") % {"year": last, "part": out_of(*well[last])}
    if len(begun) == 1:
        return _("%(now)s. Från nästa år ser du utvecklingen här.") % {"now": now}
    return _("%(now)s; %(first)s var det %(part)s.") % {"now": now, "first": begun[0], "part": out_of(*well[begun[0]])}


def _by_measure(book: Book, years: tuple[int, ...]) -> tuple[StatusRow, ...]:
    rows = sorted(book.measures.values(), key=lambda each: each.number_sort)
    return tuple(StatusRow("measure", each.pk, str(each), tuple(_cell(book, year, [each]) for year in years)) for each in rows)


def _by_focus_area(book: Book, years: tuple[int, ...]) -> tuple[StatusRow, ...]:
    rows = []
    for area in (goal for goal in book.goals.values() if goal.parent_id is None):
        own = [measure for measure in book.measures.values() if book.focus_area(measure.goal_id).pk == area.pk]
        rows.append(StatusRow("goal", area.pk, area.title, tuple(_cell(book, year, own) for year in years)))
    return tuple(rows)


def _cell(book: Book, year: int, measures: list[Measure]) -> tuple[int, tuple[str, ...], str]:
    words = [status_word(book, year, each.pk) for each in book.started(year, measures)]
    return year, tuple(sorted(words, key=BEST_FIRST.index)), words_for(words)


def _counted_lines(book: Book, rollup: Rollup, choice: Choice, years: tuple[int, ...]) -> dict[str, list[Line]]:
    """What is counted from the plan itself, and what the figures stand beside: all that `_steps` has to ask the database for."""
    lines: dict[str, list[Line]] = {level: [] for level in EffectLevel.values}
    if choice:
        read_definitions(book, rollup, None if choice.indicator else scope_of(book, rollup, choice))
    if choice and not choice.indicator:
        lines[EffectLevel.RESOURCE] += _budget(book, years)
        lines[EffectLevel.ACTIVITY] += _activities(book, years)
    return lines


def _steps(book: Book, seen: SeenBy, choice: Choice, years: tuple[int, ...], lines: dict[str, list[Line]]) -> tuple[Step, ...]:
    """The chain: resources → activities → outputs → outcomes → effects in time."""
    scope = scope_of(book, seen.rollup, choice)
    verdicts = {verdict: str(verdict.label) for verdict in Verdict}
    for pk, indicator in book.indicators.items():
        if indicator.is_reported or not choice.indicator:
            lines[indicator.level].append(_line(book, seen, pk, years, scope, verdicts))
    words = {
        EffectLevel.RESOURCE: _("Resurser: det vi lägger in"),
        EffectLevel.ACTIVITY: _("Aktiviteter: det vi gör"),
        EffectLevel.OUTPUT: _("Prestationer: det som lämnar oss"),
        EffectLevel.OUTCOME: _("Utfall: det som ändras för målgruppen"),
        EffectLevel.IMPACT: _("Effekt på sikt: det som ändras i samhället"),
    }
    levels = [level for level in EffectLevel if lines[level] or not choice.indicator]
    return tuple(Step(str(level), words[level], _of_step(lines[level]), tuple(lines[level])) for level in levels)


def _of_step(lines: list[Line]) -> str:
    own = [line for line in lines if line.pk]
    verdicts = [line.values[-1].verdict for line in own if line.values[-1].verdict]
    if not lines:
        return _("Inget mått i det här ledet.")
    if not own:
        told = [f"{line.name}: {line.values[-1].shown.text}" for line in lines]
        return f"{'; '.join([told[0], *(each[:1].lower() + each[1:] for each in told[1:])])}."
    judged = [verdict for verdict in verdicts if verdict in JUDGED]
    parts = [ngettext("%(n)s mått", "%(n)s mått", len(own)) % {"n": whole(len(own))}]
    if judged:
        parts.append(_("%(part)s på väg eller före") % {"part": out_of(sum(v in ON_THE_WAY for v in judged), len(judged))})
    for verdict, words in (
        (Verdict.TOO_EARLY, _("är det för tidigt att bedöma")),
        (Verdict.NO_DATA, _("utan underlag")),
        (Verdict.RUNNING, _("bedöms när året är slut")),
    ):
        if n := verdicts.count(verdict):
            parts.append(f"{whole(n)} {words}")
    return f"{', '.join(parts)}."


def _line(book: Book, seen: SeenBy, pk: int, years: tuple[int, ...], scope: frozenset[int] | None, verdicts: Mapping[Verdict, str]) -> Line:
    version, rollup = book.versions.get(pk), seen.rollup
    values, against = [], None
    for year in years:
        window = Window.year(year)
        figure = seen.figure(pk, window, scope if pk in book.parts else None, parts=False)
        original, current = seen.against_targets(pk, window, None if pk in book.parts else figure)
        left_out = withheld(book, year, pk, current) if current and version else {}
        if current and left_out:
            current = replace(current, **left_out)
        against = (original, current)
        verdict = current.verdict if current else None
        values.append(
            YearValue(year, shown(figure, version), str(verdict or ""), verdicts[verdict] if verdict else "", _note(book, pk, verdict))
        )
    original, current = against or (None, None)
    decimals, unit = (version.decimals, version.unit) if version else (0, "")
    is_revised = bool(original and current and (original.target, original.target_year) != (current.target, current.target_year))
    is_shown = pk not in book.parts
    starts = [each.start.year for each in rollup.lines[pk].versions if each.link == VersionLink.BREAK] if pk in rollup.lines else []
    return Line(
        pk=pk,
        name=book.indicators[pk].name[:1].upper() + book.indicators[pk].name[1:],
        about=", ".join(book.measures[each].number for each in book.measures_of[pk] if each in book.measures),
        unit=unit,
        decimals=decimals,
        values=tuple(values),
        target_text=_("%(value)s till %(year)s") % {"value": with_unit(number(current.target, decimals), unit), "year": current.target_year}
        if current
        else "",
        original_text=_("ursprungligen %(value)s till %(year)s")
        % {"value": with_unit(number(original.target, decimals), unit), "year": original.target_year}
        if is_revised and original
        else "",
        path=_points(book, seen, pk, is_first=False) if is_shown else (),
        original=_points(book, seen, pk, is_first=True) if is_shown and is_revised else (),
        breaks=tuple(year for year in starts if year in years),
        is_part=not is_shown,
        so_far=years[-1:] if book.is_running and version and version.kind in FLOWS else (),
    )


def _note(book: Book, pk: int, verdict: Verdict | None) -> str:
    when = book.effect_expected(pk)
    return _("bedöms från %(year)s") % {"year": when.year} if verdict == Verdict.TOO_EARLY and when else ""


def _points(book: Book, seen: SeenBy, pk: int, *, is_first: bool) -> tuple[tuple[int, str], ...]:
    """The way from the starting point through each year's target: as first decided, or as it is now."""
    rows = seen.rollup.rows.targets.get(pk, [])
    baselines = seen.rollup.baselines.get(pk, [])
    by_year = {each.year: each.value for each in (reversed(rows) if is_first else rows)}
    if not by_year or not baselines:
        return ()
    start = baselines[0 if is_first else -1]
    return ((start.year, exact(start.value)), *((year, exact(value)) for year, value in sorted(by_year.items()) if year > start.year))


def _budget(book: Book, years: tuple[int, ...]) -> list[Line]:
    """What the measures that run are planned to cost: a sum over what has a budget."""
    values = []
    for year in years:
        own = [each for each in book.started(year) if (each.ends_on is None or each.ends_on.year >= year)]
        known = [each.budget_per_year for each in own if each.budget_per_year is not None]
        total = sum(known) * SCALE if known else None
        values.append(_counted_value(year, total, len(known), len(own)))
    return [Line(0, _("Budget per år, kronor"), "", "kr", 0, tuple(values))] if book.measures else []


def _activities(book: Book, years: tuple[int, ...]) -> list[Line]:
    rows = list(Activity.objects.filter(measure__in=book.measures).values_list("started_on", "ended_on"))
    going: list[YearValue] = []
    done: list[YearValue] = []
    for year in years:
        begun = [end for start, end in rows if start and start.year <= year and (end is None or end.year >= year)]
        going.append(_counted_value(year, len(begun) * SCALE))
        done.append(_counted_value(year, sum(end is not None and end.year == year for _start, end in rows) * SCALE))
    if not rows:
        return []
    return [
        Line(0, _("Aktiviteter som pågått"), "", "st", 0, tuple(going)),
        Line(0, _("Aktiviteter som blivit klara"), "", "st", 0, tuple(done)),
    ]


def _counted_value(year: int, value: int | None, known: int = 0, total: int = 0) -> YearValue:
    text = number(value, 0) if value is not None else _("saknas")
    return YearValue(year, Shown(text, exact(value), exact(value), coverage=out_of(known, total) if total else ""))
