"""What has been altered in the plan's yardsticks: targets, starting points, definitions. Nothing of it is ever overwritten."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from measures.models import Baseline, Indicator, IndicatorVersion, Target
from measures.rules import TargetBasis, VersionLink
from stakeholders import clock
from stakeholders.formats import full_day, number


@dataclass(frozen=True)
class Change:
    """One alteration: the day it was recorded, what it concerns, from what to what, and by which decision."""

    day: date
    indicator: int
    name: str
    words: str
    decision: str


def changes_of(indicators: dict[int, Indicator], decimals: dict[int, int], as_of: datetime) -> list[Change]:
    """Revised targets and starting points, and new definitions, newest first. Three queries."""
    known = {"indicator__in": list(indicators), "recorded_at__lte": as_of}
    targets = Target.objects.filter(**known).order_by("recorded_at", "pk")
    baselines = Baseline.objects.filter(**known).order_by("recorded_at", "pk")
    versions = IndicatorVersion.objects.filter(**known, number__gt=1)
    found = [
        *_revised(targets, indicators, decimals),
        *_moved(baselines, indicators, decimals),
        *(_redefined(each, indicators) for each in versions),
    ]
    return sorted(found, key=lambda each: (each.day, each.indicator), reverse=True)


def _revised(targets: Iterable[Target], indicators: dict[int, Indicator], decimals: dict[int, int]) -> list[Change]:
    by_target: dict[tuple[int, int, str], list[Target]] = defaultdict(list)
    for each in targets:
        by_target[each.indicator_id, each.year, each.basis].append(each)
    found = []
    for (indicator, year, basis), own in by_target.items():
        since_start = f" {TargetBasis.SINCE_START.label}" if basis == TargetBasis.SINCE_START else ""
        for before, after in pairwise(own):
            places = decimals.get(indicator, 0)
            words = _("Mål %(year)s%(basis)s: %(old)s → %(new)s") % {
                "year": year, "basis": since_start, "old": number(before.value, places), "new": number(after.value, places),
            }  # fmt: skip
            found.append(_change(after, indicators, words))
    return found


def _moved(baselines: Iterable[Baseline], indicators: dict[int, Indicator], decimals: dict[int, int]) -> list[Change]:
    last: dict[int, Baseline] = {}
    found = []
    for each in baselines:
        before, places = last.get(each.indicator_id), decimals.get(each.indicator_id, 0)
        if before:
            words = _("Utgångsläge: %(old)s (%(old_year)s) → %(new)s (%(new_year)s)") % {
                "old": number(before.value, places), "old_year": before.year, "new": number(each.value, places), "new_year": each.year,
            }  # fmt: skip
            found.append(_change(each, indicators, words))
        last[each.indicator_id] = each
    return found


def _redefined(version: IndicatorVersion, indicators: dict[int, Indicator]) -> Change:
    words = _("Ny definition från %(day)s, %(link)s") % {"day": full_day(version.starts_on), "link": VersionLink(version.link).label}
    return _change(version, indicators, words)


def _change(row: Target | Baseline | IndicatorVersion, indicators: dict[int, Indicator], words: str) -> Change:
    return Change(clock.day_of(row.recorded_at), row.indicator_id, indicators[row.indicator_id].name, words, row.decision_reference)
