"""How it goes with the measures, as a machine asks for it: statuses, how many of each, and how much is done."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from followup import rollup
from followup.api.asked import Asked, found_or_404, measures_of, read_moment, read_query, read_window
from followup.figures import Window
from measures.models import Plan
from stakeholders.permissions import can_read_all, require


class StatusOut(serializers.Serializer):
    """`origin`: reported, decided, not_reported or no_responsible. `unreported`: those responsible (assignments) who have not said."""

    measure = serializers.IntegerField()
    status = serializers.CharField(allow_null=True)
    origin = serializers.CharField(source="source")
    unreported = serializers.ListField(child=serializers.IntegerField())


class PercentDoneOut(serializers.Serializer):
    """`mean`: exact, as a fraction in per cent ("50", "133/3"), over `stated` of `measures`."""

    mean = serializers.CharField(allow_null=True)
    stated = serializers.IntegerField()
    measures = serializers.IntegerField()
    ended_early = serializers.ListField(child=serializers.IntegerField())


class WindowOut(serializers.Serializer):
    window = serializers.CharField()
    statuses = StatusOut(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    percent_done = PercentDoneOut()


class StatusesOut(serializers.Serializer):
    plan = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    windows = WindowOut(many=True)


@extend_schema(parameters=[Asked], responses=StatusesOut)
@login_not_required
@api_view(["GET"])
def status_list(request: Request) -> Response:
    """The statuses of a plan's measures, or those under a goal or in an area, counted and never averaged (rule 3)."""
    asked = read_query(request)
    plan = found_or_404(Plan.objects.visible_to(request.user).select_related("workspace"), asked["plan"])
    require(can_read_all(request.user, plan.workspace))
    windows = [read_window(text) for text in asked["window"]]
    live = rollup.load(plan, windows, as_of=read_moment(asked.get("as_of")), indicators=[])
    statuses = rollup.Statuses(live)
    chosen = measures_of(live, plan, asked)
    measures = sorted(plan.measures.values_list("id", flat=True)) if chosen is None else sorted(chosen)
    answer = {"plan": plan.pk, "as_of": live.as_of, "windows": [_told(statuses, measures, window) for window in windows]}
    return Response(StatusesOut(answer).data)


def _told(statuses: rollup.Statuses, measures: list[int], window: Window) -> dict[str, Any]:
    return {
        "window": window.name,
        "statuses": [statuses.status(measure, window) for measure in measures],
        "counts": statuses.counts(measures, window),
        "percent_done": statuses.percent_done(measures, window),
    }
