"""Long-term indicators: what statistics from elsewhere say about the places, the same scale for all. Never "effekt av åtgärden"."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from django.utils.translation import gettext as _

from followup.models import OutsideValue
from followup.year.book import Book
from followup.year.page import OutsideGroup, OutsideSeries
from followup.year.words import exact
from stakeholders.formats import full_day, listing, number
from stakeholders.models import Area
from stakeholders.rules import AreaKind

YEARS_SHOWN = 10


def outside_groups(book: Book) -> tuple[OutsideGroup, ...]:
    """One group per indicator: the municipality first, then each place, over at most ten years up to the year."""
    by_indicator: dict[int, list[OutsideValue]] = defaultdict(list)
    for value in book.outside:
        if value.year <= book.year:
            by_indicator[value.indicator_id].append(value)
    return tuple(outside_group(book, pk, values) for pk, values in by_indicator.items())


def outside_group(book: Book, pk: int, values: list[OutsideValue]) -> OutsideGroup:
    """One indicator in each place that there are values for; `values` is not empty."""
    last = max(value.year for value in values)
    years = tuple(range(max(min(value.year for value in values), last - YEARS_SHOWN + 1), last + 1))
    version = book.versions.get(pk)
    series = sorted((_series(rows, years) for rows in _by_place(values)), key=lambda one: (not one.is_whole, one.place))
    newest = max(values, key=lambda value: (value.fetched_at, value.pk))
    return OutsideGroup(
        name=book.indicators[pk].name,
        unit=version.unit if version else "",
        decimals=version.decimals if version else 0,
        sentence=_sentence(series, version.decimals if version else 0),
        source=_("%(source)s, hämtat %(day)s.") % {"source": newest.source_line, "day": full_day(newest.fetched_at)},
        series=tuple(series),
        plan_year=book.plan.first_year,
        indicator=pk,
    )


def held_place(book: Book, area: int | None) -> str:
    """The whole municipality, or an area that there are statistics of, in words."""
    return next((row.area.name for row in book.outside if row.area and row.area_id == area), _("hela kommunen"))


def _is_whole(area: Area | None) -> bool:
    return area is None or area.kind == AreaKind.MUNICIPALITY


def _by_place(values: Iterable[OutsideValue]) -> list[list[OutsideValue]]:
    places: dict[int | None, list[OutsideValue]] = defaultdict(list)
    for value in values:
        places[value.area_id].append(value)
    return list(places.values())


def _series(rows: list[OutsideValue], years: tuple[int, ...]) -> OutsideSeries:
    """The newest row of each year; a change of division starts a new series (the areas are not the same)."""
    newest = {row.year: row for row in sorted(rows, key=lambda row: row.pk)}
    area = rows[0].area
    breaks = []
    before = ""
    for year in years:
        row = newest.get(year)
        if row and row.value is not None:
            if before and row.division_version and row.division_version != before:
                breaks.append(year)
            before = row.division_version or before
    values = tuple(exact(newest[year].value) if year in newest else "" for year in years)
    return OutsideSeries(area.name if area else _("Hela kommunen"), _is_whole(area), years, values, tuple(breaks))


def _sentence(series: list[OutsideSeries], decimals: int) -> str:
    """What the pictures show: which places have moved closer to the whole, and which further from it, from their first known year to the last."""
    whole = next((one for one in series if one.is_whole), None)
    if whole is None:
        return ""
    reference = {year: Fraction(value) for year, value in zip(whole.years, whole.values, strict=True) if value}
    moved: dict[tuple[bool, int, int], list[str]] = defaultdict(list)
    for one in series:
        known = [(year, Fraction(value)) for year, value in zip(one.years, one.values, strict=True) if value and year in reference]
        if one is whole or len(known) < 2 or one.breaks:
            continue
        (first_year, first), (last_year, last) = known[0], known[-1]
        gap_before, gap_now = abs(first - reference[first_year]), abs(last - reference[last_year])
        if gap_now != gap_before:
            moved[gap_now > gap_before, first_year, last_year].append(one.place)
    parts = []
    for (is_further, first_year, last_year), places in sorted(moved.items()):
        words = (
            _("Från %(first)s till %(last)s har %(places)s kommit längre ifrån hela kommunen.")
            if is_further
            else _("Från %(first)s till %(last)s har %(places)s närmat sig hela kommunen.")
        )
        parts.append(words % {"first": first_year, "last": last_year, "places": listing(places)})
    if reference:
        newest = max(reference)
        parts.append(_("Hela kommunen %(year)s: %(value)s.") % {"year": newest, "value": number(reference[newest], decimals)})
    return " ".join(parts)
