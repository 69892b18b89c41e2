"""One indicator over the years: what it was, how it stood to its target, and which years cannot be laid side by side as they were said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from followup.figures import AgainstTarget, Figure, Number, Status, Window
from followup.models import OutsideValue
from followup.rollup import Shown as SeenBy
from followup.rollup.beginnings import as_read, elsewhere
from followup.rollup.definitions import Line as Definitions
from followup.rollup.rows import VersionRow
from followup.rollup.targets import comparable, of_statistics
from followup.words import Verdict
from followup.year.book import Book
from followup.year.choice import Choice
from followup.year.outside import outside_group
from followup.year.page import OutsideSeries, Shown
from followup.year.sections import FLOWS, is_so_far, runs, withheld
from followup.year.words import converted, exact, said, shown
from measures.models import Activity
from measures.rules import SCALE, IndicatorKind, VersionLink
from stakeholders.formats import listing, number, out_of


@dataclass(frozen=True)
class YearValue:
    """An indicator in a year, and how it stood to the target in force now. `verdict` is "" where there is no target.

    `mark`: why the year cannot be read as the others are: a new definition, or a number said anew in the words of a later one.
    """

    year: int
    shown: Shown
    verdict: str = ""
    verdict_word: str = ""
    note: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Line:
    """One indicator over the years (`pk` 0: something counted from the plan itself). Values in 1/10 000 as exact text.

    `path` and `original`: the points of the way to the target as it is now and as it was first decided. `so_far`: years whose sum still grows.
    `breaks`: years from which another thing is measured; `bridges`: from which it is measured otherwise, with the years before said anew.
    `is_outside`: statistics that no actor reports; `has_places`: of several places and not of the whole, so that no one stands for it.
    `is_worded`: its figures are words, or a number of a number.
    """

    pk: int
    name: str
    about: str
    unit: str
    decimals: int
    values: tuple[YearValue, ...]
    target_text: str = ""
    original_text: str = ""
    target: str = ""
    target_year: int | None = None
    first_target: str = ""
    first_target_year: int | None = None
    path: tuple[tuple[int, str], ...] = ()
    original: tuple[tuple[int, str], ...] = ()
    breaks: tuple[int, ...] = ()
    bridges: tuple[int, ...] = ()
    is_part: bool = False
    is_asked: bool = True
    is_converted: bool = False
    is_outside: bool = False
    has_places: bool = False
    is_worded: bool = False
    so_far: tuple[int, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is a figure in some year."""
        return any(value.shown.low for value in self.values)

    @property
    def sentence(self) -> str:
        """What the picture shows: the last whole year beside the first that it can be compared with, and why some cannot."""
        since = max(self.breaks, default=0)
        known = [value for value in self.values if value.shown.low and value.year not in self.so_far]
        alike = [value for value in known if value.year >= since]
        parts = []
        if alike:
            now, then = alike[-1], alike[0]
            told = {"last": now.year, "now": now.shown.text, "first": then.year, "then": then.shown.text}
            parts.append(
                (_("%(last)s var det %(now)s; %(first)s var det %(then)s.") if now is not then else _("%(last)s var det %(now)s.")) % told
            )
        elif not known:
            parts.append(_("Det finns ingen siffra för ett helt år än."))
        parts += [
            _("Definitionen är ny från %(year)s: åren före går inte att jämföra med åren efter.") % {"year": year} for year in self.breaks
        ]
        bridged = (
            _("Definitionen är ändrad från %(year)s: åren före är omräknade.")
            if self.is_converted
            else _("Definitionen är ändrad från %(year)s.")
        )
        parts += [bridged % {"year": year} for year in self.bridges]
        if lacking := [str(value.year) for value in self.values if value.shown.expected and not value.shown.low and not value.shown.why]:
            parts.append(_("Uppgift saknas för %(years)s.") % {"years": listing(lacking)})
        return " ".join(parts)

    @property
    def key(self) -> str:
        """What the strokes of the large picture are, those that are there."""
        return key_of([self], is_large=True)


def key_of(lines: Sequence[Line], *, is_large: bool = False) -> str:
    """What the strokes of the pictures are, those that are there; the ways to the target are drawn in the large one only."""
    values = [value for line in lines for value in line.values]
    known = [value for value in values if value.shown.low]
    parts = [
        _("Grön linje: utfallet.") if any(value.shown.low == value.shown.high for value in known) else "",
        _("Lodrätt streck: från minst till högst.") if any(value.shown.low != value.shown.high for value in known) else "",
        _("Streckat: vägen till målet som det är nu.") if is_large and any(line.path for line in lines) else "",
        _("Prickat: vägen som den först beslutades.") if is_large and any(line.original for line in lines) else "",
        _("Snett streck: ny definition.") if any(line.breaks or line.bridges for line in lines) else "",
        _("Lucka: uppgift saknas.") if len(known) < len(values) else "",
    ]
    return " ".join(part for part in parts if part)


def line_of_indicator(
    book: Book, seen: SeenBy, pk: int, years: tuple[int, ...], scope: frozenset[int] | None, verdicts: Mapping[Verdict, str]
) -> Line:
    """Every year in the words of the definition that is in force in the last of them."""
    version, rollup = book.versions.get(pk), seen.rollup
    definitions = rollup.lines.get(pk)
    factors, breaks, bridges = _changed(definitions, version, years)
    values = []
    against: tuple[AgainstTarget | None, AgainstTarget | None] = (None, None)
    is_asked = False
    for year in years:
        window = Window.year(year)
        figure = seen.figure(pk, window, scope if pk in book.parts else None, parts=False)
        is_asked = is_asked or bool(figure.expected or figure.requested or figure.low is not None)
        against, verdict = _held(book, seen, pk, window, None if pk in book.parts else figure)
        told, mark = shown(figure, version), _("ny definition") if year in breaks else ""
        if year in factors and figure.low is not None:
            mark = _("omräknat, var %(value)s") % {"value": told.text}
            told = shown(converted(figure, factors[year]), version)
        values.append(YearValue(year, told, str(verdict or ""), verdicts[verdict] if verdict else "", _note(book, pk, verdict), mark))
    line = Line(
        pk=pk,
        name=book.indicators[pk].name[:1].upper() + book.indicators[pk].name[1:],
        about=", ".join(book.measures[each].number for each in book.measures_of[pk] if each in book.measures),
        unit=version.unit if version else "",
        decimals=version.decimals if version else 0,
        values=tuple(values),
        breaks=breaks,
        bridges=bridges,
        is_converted=bool(factors),
        is_part=pk in book.parts,
        is_asked=is_asked,
        is_worded=bool(version and version.kind in (IndicatorKind.LEVEL, IndicatorKind.MILESTONE)),
        so_far=tuple(year for year in years if is_so_far(book, year)) if version and version.kind in FLOWS else (),
    )
    return _with_targets(line, book, seen, against)


def _held(
    book: Book, seen: SeenBy, pk: int, window: Window, known: Figure | None
) -> tuple[tuple[AgainstTarget | None, AgainstTarget | None], Verdict | None]:
    """Against the original and the current targets, with what may not be said of them left out; and the verdict. `known`: the figure, if known."""
    original, current = seen.against_targets(pk, window, known)
    left_out = withheld(book, window.end.year, pk, current) if current and pk in book.versions else {}
    if current and left_out:
        current = replace(current, **left_out)
    return (original, current), current.verdict if current else None


def _with_targets(line: Line, book: Book, seen: SeenBy, against: tuple[AgainstTarget | None, AgainstTarget | None]) -> Line:
    """The line with the target, as it is and was, and the ways there; of a part of what the target is for, without the ways."""
    original, current = against
    version = book.versions.get(line.pk)
    is_revised = bool(original and current and (original.target, original.target_year) != (current.target, current.target_year))
    path, first = ((), ()) if line.is_part else (_points(book, seen, line.pk, is_first=is_first) for is_first in (False, True))
    return replace(
        line,
        target_text=_by_year(current, version) if current else "",
        original_text=_("ursprungligen %(target)s") % {"target": _by_year(original, version)} if is_revised and original else "",
        target=exact(current.target) if current else "",
        target_year=current.target_year if current else None,
        first_target=exact(original.target) if is_revised and original else "",
        first_target_year=original.target_year if is_revised and original else None,
        path=path,
        original=first if first != path else (),
    )


def _changed(
    definitions: Definitions | None, version: VersionRow | None, years: Sequence[int]
) -> tuple[dict[int, Number], tuple[int, ...], tuple[int, ...]]:
    """What the figure of each year is multiplied with to be said as the last is; the years that begin a series; those a bridge leads to."""
    if definitions is None or version is None or len(definitions.versions) < 2:
        return {}, (), ()
    known = definitions.factors_to(version)
    in_force = {year: definitions.on(date(year, 12, 31)) for year in years}
    factors = {
        year: known[each.id]
        for year, each in in_force.items()
        if each and each.id in known and definitions.series_of(each.id) == definitions.series_of(version.id)
    }
    starts: dict[str, list[int]] = {VersionLink.BREAK: [], VersionLink.BRIDGED: []}
    for each in definitions.versions:
        if each.link in starts and years[0] < each.start.year <= years[-1]:
            starts[each.link].append(each.start.year)
    return factors, tuple(starts[VersionLink.BREAK]), tuple(starts[VersionLink.BRIDGED])


def _by_year(against: AgainstTarget, version: VersionRow | None) -> str:
    return _("%(value)s till %(year)s") % {"value": said(against.target, version), "year": against.target_year}


def _note(book: Book, pk: int, verdict: Verdict | None) -> str:
    when = book.effect_expected(pk)
    if verdict == Verdict.TOO_EARLY and when:
        return _("bedöms från %(year)s") % {"year": when.year}
    return _("målet gäller alla som redovisar måttet tillsammans") if pk in book.parts else ""


def _points(book: Book, seen: SeenBy, pk: int, *, is_first: bool) -> tuple[tuple[int, str], ...]:
    """The way from the starting point through each year's target: as first decided, or as it is now. The start is said as the years are."""
    rows = seen.rollup.rows.targets.get(pk, [])
    baselines = seen.rollup.baselines.get(pk, [])
    by_year = {each.year: each.value for each in (reversed(rows) if is_first else rows)}
    if not by_year or not baselines:
        return ()
    start = baselines[0 if is_first else -1]
    value = comparable(seen.rollup, pk, book.window, start)
    if value is None and not is_first:
        return ()  # across a break there is no way; as it was first decided, it was in the words of then
    first = (start.year, exact(start.value if value is None else value))
    return (first, *((year, exact(value)) for year, value in sorted(by_year.items()) if year > start.year))


def outside_lines(book: Book, seen: SeenBy, choice: Choice, years: tuple[int, ...]) -> dict[int, Line]:
    """What statistics say of the indicators that no actor reports: of the chosen area where there is something, else of the whole municipality."""
    pks = [pk for pk, each in book.indicators.items() if not each.is_reported]
    if not pks:
        return {}
    rows = OutsideValue.objects.filter(indicator__in=pks, recorded_at__lte=book.as_of).select_related("area")
    by_indicator: dict[int, list[OutsideValue]] = {pk: [] for pk in pks}
    for row in rows.order_by("indicator_id", "area__name_sort", "year", "id"):
        if row.year <= book.year:
            by_indicator[row.indicator_id].append(row)
    seen.rollup.elsewhere = elsewhere(as_read(row) for own in by_indicator.values() for row in own)
    return {pk: _outside_line(book, seen, pk, own, choice.area, years) for pk, own in by_indicator.items()}


def _of_place(book: Book, pk: int, rows: list[OutsideValue], area: int) -> OutsideSeries | None:
    here = [row for row in rows if area and row.area_id == area]
    if not rows:
        return None
    series = outside_group(book, pk, here or rows).series
    return series[0] if here or series[0].is_whole or len(series) == 1 else None


def _outside_line(book: Book, seen: SeenBy, pk: int, rows: list[OutsideValue], area: int, years: tuple[int, ...]) -> Line:
    """A year that was reported once stands as it was. A verdict is of the place that the target is for: of another one only that it is too early."""
    version, one = book.versions.get(pk), _of_place(book, pk, rows, area)
    known = dict(zip(one.years, one.values, strict=True)) if one else {}
    values = []
    against: tuple[AgainstTarget | None, AgainstTarget | None] = (None, None)
    for year in years:
        window = Window.year(year)
        figure = seen.figure(pk, window, parts=False)
        against, verdict = _held(book, seen, pk, window, figure)
        told = shown(figure, version)
        if not figure.reports:
            value = known.get(year, "")
            told = Shown(said(Fraction(value), version) if value else _("saknas"), value, value)
            if verdict != Verdict.TOO_EARLY and exact(of_statistics(seen.rollup, figure).low) != value:
                verdict = None
        judged = (str(verdict), str(verdict.label), _note(book, pk, verdict)) if verdict else ()
        values.append(YearValue(year, told, *judged))
    line = Line(
        pk=pk,
        name=book.indicators[pk].name[:1].upper() + book.indicators[pk].name[1:],
        about=_about_statistics(one, rows),
        unit=version.unit if version else "",
        decimals=version.decimals if version else 0,
        values=tuple(values),
        breaks=tuple(year for year in one.breaks if year in years) if one else (),
        is_outside=True,
        has_places=bool(rows) and one is None,
    )
    return _with_targets(line, book, seen, against)


def _about_statistics(one: OutsideSeries | None, rows: list[OutsideValue]) -> str:
    if one:
        return _("statistik, %(place)s") % {"place": _("hela kommunen") if one.is_whole else one.place}
    return _("statistik om enskilda platser") if rows else _("ingen statistik är hämtad")


def budget_line(book: Book, before: Mapping[int, Status], years: tuple[int, ...]) -> Line:
    """What the measures that run are planned to cost: a sum over what has a budget. `before`: how it went with each before the first of the years."""
    values = []
    for year in years:
        then, now = book.statuses.get(year - 1, before), book.statuses[year]
        own = [each for each in book.started(year) if runs(each, year, then[each.pk].status, now[each.pk].status)]
        known = [each.budget_per_year for each in own if each.budget_per_year is not None]
        total = sum(known) * SCALE if known else None
        values.append(_counted_value(year, total, len(known), len(own)) if own else YearValue(year, Shown(_("inget pågick"))))
    return Line(0, _("Budget per år, kronor"), "", "kr", 0, tuple(values))


def activity_lines(book: Book, years: tuple[int, ...]) -> list[Line]:
    """How many steps of the measures went on, and how many were done."""
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
