"""Where an indicator began, from when its effect can be judged, and what statistics say of one that no actor reports: read when something is
held against a target (rule 5)."""

from calendar import monthrange
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from followup.models import OutsideValue
from followup.rollup.queries import BASELINES, asked
from measures.models import Indicator, Plan
from measures.rules import EffectLevel
from stakeholders.rules import AreaKind


class BaselineRow(NamedTuple):
    """`versions`: the definitions that were recorded when it was."""

    year: int
    value: int
    versions: frozenset[int]


def read_baselines(plan: Plan, as_of: datetime, indicators: Collection[int] | None) -> dict[int, list[BaselineRow]]:
    found: dict[int, list[BaselineRow]] = {}
    for (_, indicator, year, value), rows in groupby(asked(BASELINES, plan, as_of, indicators), key=lambda row: row[:4]):
        found.setdefault(indicator, []).append(BaselineRow(year, value, frozenset(row[4] for row in rows)))
    return found


def read_effect_from(plan: Plan, indicators: Collection[int] | None) -> dict[int, date]:
    """The first day it is not too early to judge an outcome or impact: the earliest linked measure's start and its time to effect."""
    linked = Indicator.measures.through.objects.filter(
        indicator__plan=plan, indicator__level__in=(EffectLevel.OUTCOME, EffectLevel.IMPACT), measure__starts_on__isnull=False
    )
    if indicators is not None:
        linked = linked.filter(indicator__in=indicators)
    return effect_from(
        linked.order_by("measure__starts_on", "measure").values_list(
            "indicator_id", "indicator__level", "measure__starts_on", "measure__outcome_months", "measure__impact_months"
        )
    )


def effect_from(linked: Iterable[tuple[int, str, date | None, int | None, int | None]]) -> dict[int, date]:
    """`linked`: (indicator, its level, a measure's start, its months to outcome and to impact), the earliest measure first."""
    found: dict[int, date] = {}
    seen = set()
    for indicator, level, start, outcome, impact in linked:
        months = outcome if level == EffectLevel.OUTCOME else impact
        if indicator not in seen and start and months is not None:
            found[indicator] = _months_later(start, months)
        seen.add(indicator)
    return found


class Elsewhere(NamedTuple):
    """What statistics say by year, and of which area (None: the whole municipality)."""

    area: int | None
    values: dict[int, int]


OutsideRow = tuple[int, int | None, str | None, int, int | None]
"""Indicator, area (None: the whole municipality), its kind, year and value."""


def read_elsewhere(plan: Plan, as_of: datetime) -> dict[int, Elsewhere]:
    """What statistics say of each indicator that no actor reports."""
    rows = OutsideValue.objects.filter(indicator__plan=plan, indicator__is_reported=False, recorded_at__lte=as_of).order_by("id")
    return elsewhere(rows.values_list("indicator_id", "area_id", "area__kind", "year", "value"))


def as_read(row: OutsideValue) -> OutsideRow:
    """One that was read with its area."""
    return row.indicator_id, row.area_id, row.area.kind if row.area else None, row.year, row.value


def elsewhere(rows: Iterable[OutsideRow]) -> dict[int, Elsewhere]:
    """Of the whole municipality, or of the only place that there are values of: a target names none. `rows`: the newest last."""
    by_place: dict[int, dict[int, dict[int, int | None]]] = {}
    for indicator, area, kind, year, value in rows:
        place = area if area and kind != AreaKind.MUNICIPALITY else 0
        by_place.setdefault(indicator, {}).setdefault(place, {})[year] = value
    found = {}
    for indicator, places in by_place.items():
        if 0 in places or len(places) == 1:
            area = 0 if 0 in places else next(iter(places))
            found[indicator] = Elsewhere(area or None, {year: value for year, value in places[area].items() if value is not None})
    return found


def _months_later(day: date, months: int) -> date:
    """The same day of the month so many months on; where that month has no such day, the first of the next."""
    whole = day.year * 12 + day.month - 1 + months
    last = monthrange(whole // 12, whole % 12 + 1)[1]
    if day.day <= last:
        return date(whole // 12, whole % 12 + 1, day.day)
    return date(whole // 12, whole % 12 + 1, last) + timedelta(days=1)
