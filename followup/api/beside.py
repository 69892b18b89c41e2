"""What a machine may ask to have beside a figure: how it stands to its targets, to the year before, and to what was published."""

from collections.abc import Collection, Mapping
from typing import Any

from rest_framework import serializers

from followup.explain import in_units
from followup.figures import Figure, Number, Window
from followup.models import Publication
from followup.rollup import Shown
from followup.rollup.publications import Revision, revisions
from followup.rollup.shown import ScopeName
from followup.year.origin import against
from measures.rules import SCALE

CHOICES = ("targets", "trend", "revision")


class ExactField(serializers.Field):
    """A number in its unit, as text: exact with at most four decimals, else rounded to four, half away from zero."""

    def to_representation(self, value: Number | None) -> str | None:
        return None if value is None else in_units(value)


class ShareField(serializers.Field):
    """Two ends of a share as text, 1 is 100 %: {"low": "0.8", "high": "0.8"}."""

    def to_representation(self, value: tuple[Number, Number]) -> dict[str, str]:
        return {"low": in_units(value[0] * SCALE), "high": in_units(value[1] * SCALE)}


class EndsField(serializers.Field):
    """The two ends of a number in its unit."""

    def to_representation(self, value: tuple[Number, Number]) -> dict[str, str]:
        return {"low": in_units(value[0]), "high": in_units(value[1])}


class AgainstOut(serializers.Serializer):
    """A line of targets: where it began, the next target and the last, how far it is (uncapped), and the verdict in words of the API."""

    basis = serializers.CharField()
    baseline = ExactField(allow_null=True)
    target = ExactField()
    target_year = serializers.IntegerField()
    final = ExactField()
    final_year = serializers.IntegerField()
    attainment = ShareField(allow_null=True)
    final_attainment = ShareField(allow_null=True)
    path = ExactField(allow_null=True)
    verdict = serializers.CharField()


class TargetsOut(serializers.Serializer):
    original = AgainstOut(allow_null=True)
    current = AgainstOut(allow_null=True)


class ChangeOut(serializers.Serializer):
    """Against the year before, on the `pairs` of answers approved in both."""

    trend = serializers.CharField()
    pairs = serializers.IntegerField()
    before = EndsField(allow_null=True)
    now = EndsField(allow_null=True)


class SideOut(serializers.Serializer):
    low = ExactField(allow_null=True)
    high = ExactField(allow_null=True)
    protection = serializers.CharField(allow_null=True)


class BecauseOut(serializers.Serializer):
    what = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    why = serializers.CharField()
    report = serializers.IntegerField(allow_null=True)


class RevisionOut(serializers.Serializer):
    """*Reviderad*: as published, as it is now, and what has been recorded since."""

    old = SideOut()
    new = SideOut()
    because = BecauseOut(many=True)


class Beside:
    """What was asked for beside the figures of some windows. Targets and publications are of the plan, so a partner has neither.

    `scope`: the part that is asked about; `name`: what that part is called in a publication, None when it has no name there.
    """

    def __init__(
        self, shown: Shown, asked: Collection[str], windows: Collection[Window], *, scope: frozenset[int] | None, name: ScopeName | None
    ) -> None:
        self.shown, self.asked, self.scope = shown, asked, scope
        self.revised: dict[tuple[int, Window], Revision] = {}
        if "revision" in asked and (scope is None or name):
            self.revised = _revised(shown, windows, name)

    def of(self, figure: Figure) -> Mapping[str, Any]:
        """By the names of the choices; only what was asked for."""
        found: dict[str, Any] = {}
        indicator, window = figure.indicator, figure.window
        if "targets" in self.asked:
            line = self.shown.rollup.lines.get(indicator)
            both = against(self.shown, indicator, window, line.on(window.end) if line else None) if self.scope is None else (None, None)
            found["targets"] = TargetsOut(dict(zip(("original", "current"), both, strict=True))).data
        if "trend" in self.asked:
            found["trend"] = ChangeOut(self.shown.change(indicator, window, self.scope)).data
        if "revision" in self.asked:
            revision = self.revised.get((indicator, window))
            found["revision"] = RevisionOut(revision).data if revision else None
        return found


def _revised(shown: Shown, windows: Collection[Window], name: ScopeName | None) -> dict[tuple[int, Window], Revision]:
    """The figures that have changed since the last publication of exactly their window for the reader."""
    plan, audience = shown.rollup.plan, shown.audience
    published = Publication.objects.filter(plan=plan, audience=audience, recorded_at__lte=shown.rollup.as_of)
    ends = {window.end for window in windows}
    last = {Window(each.window_start, each.window_end): each for each in published.filter(window_end__in=ends).order_by("id")}
    return {
        (indicator, window): revision
        for window in windows
        if window in last
        for indicator, revision in revisions(shown, last[window], sorted(shown.rollup.lines), name).items()
    }
