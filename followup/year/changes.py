"""What has been altered in the plan's yardsticks: targets, starting points, definitions. Nothing of it is ever overwritten."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import DateField, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from followup.year.words import Definition, said
from measures.models import Baseline, Indicator, IndicatorVersion, Target
from measures.rules import TargetBasis, VersionLink
from stakeholders import clock
from stakeholders.formats import full_day, number

Versions = Mapping[int, Definition]
"""By indicator, the definition in whose words its numbers are said."""


@dataclass(frozen=True)
class Change:
    """One alteration: when it was recorded and by whom ("" where nobody is said), what it concerns, from what to what, and by which decision.

    `kind`: "target", "baseline" or "definition".
    """

    kind: str
    at: datetime
    indicator: int
    name: str
    words: str
    decision: str
    who: str

    @property
    def day(self) -> date:
        return clock.day_of(self.at)


class _Row(NamedTuple):
    """A new definition, a target or a starting point, as it was recorded; what the others lack is empty. `value` of a definition: its bridge's factor."""

    kind: str
    recorded_at: datetime
    pk: int
    indicator: int
    decision: str
    starts_on: Any
    link: str
    year: int
    basis: str
    value: int
    who: str | None


def changes_of(indicators: dict[int, Indicator], versions: Versions, as_of: datetime, *, with_first: bool = False) -> list[Change]:
    """Revised targets and starting points, and new definitions, newest first. One query. `with_first`: those that nothing stood before, too."""
    by_kind: dict[str, list[_Row]] = {"target": [], "baseline": [], "definition": []}
    for row in _recorded(indicators, as_of):
        by_kind[row.kind].append(row)
    found = [
        *_revised(by_kind["target"], indicators, versions, with_first=with_first),
        *_moved(by_kind["baseline"], indicators, versions, with_first=with_first),
        *(_redefined(each, indicators) for each in by_kind["definition"]),
    ]
    return sorted(found, key=lambda each: (each.day, each.indicator), reverse=True)


def _recorded(indicators: Collection[int], as_of: datetime) -> list[_Row]:
    """In the order they were recorded. The definitions stand first in the query, for theirs are the columns that the others have no value for."""
    known = {"indicator__in": list(indicators), "recorded_at__lte": as_of}
    common = ("recorded_at", "pk", "indicator_id", "decision_reference")
    no_day = Value(None, output_field=DateField())
    definitions = IndicatorVersion.objects.filter(**known, number__gt=1).order_by()
    rows = definitions.values_list(
        Value("definition"), *common, "starts_on", "link", Value(0), Value(""), Coalesce("bridge_factor", 0), "by_user__name"
    ).union(
        Target.objects.filter(**known)
        .order_by()
        .values_list(Value("target"), *common, no_day, Value(""), "year", "basis", "value", "by_user__name"),
        Baseline.objects.filter(**known)
        .order_by()
        .values_list(Value("baseline"), *common, no_day, Value(""), "year", Value(""), "value", "by_user__name"),
        all=True,
    )
    return sorted(map(_Row._make, rows), key=lambda row: (row.recorded_at, row.pk))


def _revised(targets: Collection[_Row], indicators: dict[int, Indicator], versions: Versions, *, with_first: bool) -> list[Change]:
    by_target: dict[tuple[int, int, str], list[_Row]] = defaultdict(list)
    for each in targets:
        by_target[each.indicator, each.year, each.basis].append(each)
    first_day: dict[int, date] = {}
    for each in targets:
        first_day.setdefault(each.indicator, clock.day_of(each.recorded_at))
    found = []
    for (indicator, year, basis), own in by_target.items():
        since_start = f" {TargetBasis.SINCE_START.label}" if basis == TargetBasis.SINCE_START else ""
        version = versions.get(indicator)
        if with_first or clock.day_of(own[0].recorded_at) > first_day[indicator]:
            words = _("Nytt mål %(year)s%(basis)s: %(new)s") % {"year": year, "basis": since_start, "new": said(own[0].value, version)}
            found.append(_change(own[0], indicators, words))
        for before, after in pairwise(own):
            words = _("Mål %(year)s%(basis)s: %(old)s → %(new)s") % {
                "year": year, "basis": since_start, "old": said(before.value, version), "new": said(after.value, version),
            }  # fmt: skip
            found.append(_change(after, indicators, words))
    return found


def _moved(baselines: Iterable[_Row], indicators: dict[int, Indicator], versions: Versions, *, with_first: bool) -> list[Change]:
    last: dict[int, _Row] = {}
    found = []
    for each in baselines:
        before, version = last.get(each.indicator), versions.get(each.indicator)
        if before:
            words = _("Utgångsläge: %(old)s (%(old_year)s) → %(new)s (%(new_year)s)") % {
                "old": said(before.value, version), "old_year": before.year, "new": said(each.value, version), "new_year": each.year,
            }  # fmt: skip
            found.append(_change(each, indicators, words))
        elif with_first:
            words = _("Nytt utgångsläge: %(new)s (%(new_year)s)") % {"new": said(each.value, version), "new_year": each.year}
            found.append(_change(each, indicators, words))
        last[each.indicator] = each
    return found


def _redefined(version: _Row, indicators: dict[int, Indicator]) -> Change:
    told = {
        "day": full_day(version.starts_on),
        "link": VersionLink(version.link).label,
        "factor": number(version.value, 4).rstrip("0").rstrip(",."),
    }
    if version.link == VersionLink.BRIDGED and version.value:
        words = _("Ny definition från %(day)s: det äldre räknas om gånger %(factor)s") % told
    else:
        words = _("Ny definition från %(day)s, %(link)s") % told
    return _change(version, indicators, words)


def _change(row: _Row, indicators: dict[int, Indicator], words: str) -> Change:
    return Change(row.kind, row.recorded_at, row.indicator, indicators[row.indicator].name, words, row.decision, row.who or "")
