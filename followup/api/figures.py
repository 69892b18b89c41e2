"""Figures, as a machine asks for them."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from followup import rollup
from followup.api.asked import Asked, found_or_404, read_moment, read_query, read_window, scope_of
from followup.api.beside import CHOICES, Beside, ChangeOut, ExactField, RevisionOut, TargetsOut
from followup.explain import honesty, in_units, rule, rule_elsewhere
from followup.figures import Figure, Number
from followup.permissions import actors_of, audience_of
from followup.rollup.publications import RULES_VERSION
from followup.rollup.shown import ScopeName
from followup.rollup.targets import of_statistics
from followup.words import Audience
from measures.models import Indicator, Plan
from stakeholders.permissions import can_read_all


class AskedFigures(Asked):
    """`include`: what is to stand beside each figure: `targets`, `trend`, `revision`."""

    include = serializers.ListField(child=serializers.ChoiceField(choices=CHOICES), required=False)


class MissingOut(serializers.Serializer):
    obligation = serializers.IntegerField()
    assignment = serializers.IntegerField()
    actor = serializers.IntegerField()
    name = serializers.CharField()
    reason = serializers.CharField()


class FlagOut(serializers.Serializer):
    flag = serializers.CharField()
    obligation = serializers.IntegerField()


class CellOut(serializers.Serializer):
    dimension = serializers.CharField()
    name = serializers.CharField()
    low = ExactField(allow_null=True)
    high = ExactField(allow_null=True)
    protection = serializers.CharField(allow_null=True)


class PartOut(serializers.Serializer):
    assignment = serializers.IntegerField()
    actor = serializers.IntegerField()
    name = serializers.CharField()
    low = ExactField(allow_null=True)
    high = ExactField(allow_null=True)
    protection = serializers.CharField(allow_null=True)
    reports = serializers.ListField(child=serializers.IntegerField())


class SeriesOut(serializers.Serializer):
    version = serializers.IntegerField()
    low = ExactField(allow_null=True)
    high = ExactField(allow_null=True)
    approved = serializers.IntegerField()


class PreliminaryOut(serializers.Serializer):
    low = ExactField(allow_null=True)
    high = ExactField(allow_null=True)
    pending = serializers.IntegerField()


class FigureOut(serializers.Serializer):
    """A figure with its honesty (docs/figures.md, section 2). `protection`: the number is kept from you, and why."""

    indicator = serializers.IntegerField()
    window = serializers.SerializerMethodField()
    kind = serializers.CharField(allow_null=True)
    unit = serializers.SerializerMethodField()
    low = ExactField(allow_null=True)
    high = ExactField(allow_null=True)
    numerator = serializers.SerializerMethodField()
    denominator = serializers.SerializerMethodField()
    approved = serializers.IntegerField()
    expected = serializers.IntegerField()
    received = serializers.IntegerField()
    on_time = serializers.IntegerField()
    requested = serializers.IntegerField()
    partners_complete = serializers.IntegerField()
    partners = serializers.IntegerField()
    missing = MissingOut(many=True)
    preliminary = PreliminaryOut(allow_null=True)
    completeness = serializers.CharField()
    flags = FlagOut(many=True)
    distribution = serializers.SerializerMethodField()
    cells = CellOut(many=True)
    parts = PartOut(many=True)
    series = SeriesOut(many=True)
    reports = serializers.ListField(child=serializers.IntegerField())
    protection = serializers.CharField(allow_null=True)
    rule = serializers.SerializerMethodField()
    honesty = serializers.SerializerMethodField()
    targets = TargetsOut(required=False)
    trend = ChangeOut(required=False)
    revision = RevisionOut(required=False)

    def to_representation(self, figure: Figure) -> dict[str, Any]:
        """The figure, with what was asked to have beside it."""
        return {**super().to_representation(figure), **self.context["beside"].of(figure)}

    def get_window(self, figure: Figure) -> dict[str, str | None]:
        start = None if figure.window.is_since_start else figure.window.start.isoformat()
        return {"start": start, "end": figure.window.end.isoformat()}

    def get_unit(self, figure: Figure) -> str:
        version = self._version(figure)
        return version.unit if version else ""

    def get_numerator(self, figure: Figure) -> str | None:
        """In its unit; of a milestone: how many have reached it."""
        return _counted(figure, figure.numerator)

    def get_denominator(self, figure: Figure) -> str | None:
        return _counted(figure, figure.denominator)

    def get_distribution(self, figure: Figure) -> list[dict[str, Any]]:
        """How many partners stand at each level."""
        return [{"level": in_units(level), "partners": partners} for level, partners in figure.distribution]

    def get_rule(self, figure: Figure) -> str:
        """What "Så räknade vi" says, in a sentence."""
        if figure.indicator in self.context["elsewhere"]:
            return rule_elsewhere(self.context["elsewhere"][figure.indicator])
        version = self._version(figure)
        return rule(version.kind, ratio_over_time=version.over_time, is_running_total=version.is_running) if version else rule(None)

    def get_honesty(self, figure: Figure) -> list[str]:
        return [] if figure.indicator in self.context["elsewhere"] else honesty(figure)

    def _version(self, figure: Figure) -> Any:
        line = self.context["lines"].get(figure.indicator)
        return line.on(figure.window.end) if line else None


class FiguresOut(serializers.Serializer):
    plan = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    audience = serializers.CharField()
    rules = serializers.CharField()
    figures = FigureOut(many=True)


@extend_schema(parameters=[AskedFigures], responses=FiguresOut)
@login_not_required
@api_view(["GET"])
def figure_list(request: Request) -> Response:
    """Figures of a plan for some windows, as the one who asks may see them. A partner sees its own answers only."""
    asked = read_query(request, AskedFigures)
    include = asked.get("include", ())
    plan = found_or_404(Plan.objects.visible_to(request.user).select_related("workspace"), asked["plan"])
    windows = [read_window(text) for text in asked["window"]]
    as_of = read_moment(asked.get("as_of"))
    is_partner = not can_read_all(request.user, plan.workspace)
    audience = Audience.REVIEW if is_partner else audience_of(request.user, plan.workspace)  # a partner is shown nothing but its own
    shown = rollup.load_shown(
        plan,
        windows,
        audience,
        as_of=as_of,
        indicators=asked.get("indicator"),
        trends="trend" in include,
        is_gone_by="as_of" in asked,
    )
    scope = scope_of(shown.rollup, plan, asked)
    if is_partner:
        mine = shown.rollup.assignments(actors=actors_of(request.user))
        scope = mine if scope is None else scope & mine
    figures = [shown.figure(indicator, window, scope) for window in windows for indicator in sorted(shown.rollup.lines)]
    elsewhere = dict(Indicator.objects.filter(plan=plan, is_reported=False).values_list("pk", "source"))
    if not is_partner:
        figures = [of_statistics(shown.rollup, figure) if figure.indicator in elsewhere else figure for figure in figures]
    answer = {
        "plan": plan.pk,
        "as_of": shown.rollup.as_of,
        "audience": Audience.PARTNER if is_partner else audience,
        "rules": RULES_VERSION,
        "figures": figures,
    }
    beside = Beside(shown, include, windows, scope=scope, name=None if is_partner else _published_as(asked))
    return Response(FiguresOut(answer, context={"lines": shown.rollup.lines, "beside": beside, "elsewhere": elsewhere}).data)


def _published_as(asked: dict[str, Any]) -> ScopeName | None:
    """What the part that is asked about is called in a publication: a goal, an area or a measure by itself."""
    names: list[ScopeName] = [(kind, asked[kind]) for kind in ("goal", "area", "measure") if kind in asked]
    return names[0] if len(names) == 1 and "actor" not in asked else None


def _counted(figure: Figure, value: Number | None) -> str | None:
    if value is None:
        return None
    return str(value) if figure.kind == "milestone" else in_units(value)
