"""What a machine sees of followup."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from followup import rollup
from followup.explain import honesty, in_units, rule
from followup.figures import Figure, Number, Window
from followup.permissions import actors_of, audience_of
from followup.rollup.publications import RULES_VERSION
from followup.words import Audience
from measures.models import Goal, Plan
from stakeholders import clock
from stakeholders.models import Area
from stakeholders.permissions import can_read_all
from stakeholders.refusals import NotRight

MOST_WINDOWS = 12


class FiguresAsked(serializers.Serializer):
    """What may be asked for. `window`: 2026, 2026-T2, 2026-Q1, 2026-H2, 2026-M05, 2024..2026, a date (the year up to it) or ..2026-12-31 (since the start)."""

    plan = serializers.IntegerField()
    window = serializers.ListField(child=serializers.CharField(max_length=20), min_length=1, max_length=MOST_WINDOWS)
    indicator = serializers.ListField(child=serializers.IntegerField(), required=False)
    goal = serializers.IntegerField(required=False)
    measure = serializers.IntegerField(required=False)
    area = serializers.IntegerField(required=False)
    actor = serializers.IntegerField(required=False)
    as_of = serializers.DateTimeField(required=False)


class ExactField(serializers.Field):
    """A number in its unit, as text: exact with at most four decimals, else rounded to four, half away from zero."""

    def to_representation(self, value: Number | None) -> str | None:
        return None if value is None else in_units(value)


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
        version = self._version(figure)
        return rule(version.kind, ratio_over_time=version.over_time, is_running_total=version.is_running) if version else rule(None)

    def get_honesty(self, figure: Figure) -> list[str]:
        return list(honesty(figure))

    def _version(self, figure: Figure) -> Any:
        line = self.context["lines"].get(figure.indicator)
        return line.on(figure.window.end) if line else None


class FiguresOut(serializers.Serializer):
    plan = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    audience = serializers.CharField()
    rules = serializers.CharField()
    figures = FigureOut(many=True)


@extend_schema(parameters=[FiguresAsked], responses=FiguresOut)
@login_not_required
@api_view(["GET"])
def figure_list(request: Request) -> Response:
    """Figures of a plan for some windows, as the one who asks may see them. A partner sees its own answers only."""
    asked = _asked(request)
    plan = _found(Plan.objects.visible_to(request.user).select_related("workspace"), asked["plan"])
    windows = [_window(text) for text in asked["window"]]
    as_of = _as_of(asked.get("as_of"))
    is_partner = not can_read_all(request.user, plan.workspace)
    audience = Audience.REVIEW if is_partner else audience_of(request.user, plan.workspace)  # a partner is shown nothing but its own
    shown = rollup.load_shown(plan, windows, audience, as_of=as_of, indicators=asked.get("indicator"))
    scope = _scope(shown.rollup, plan, asked)
    if is_partner:
        mine = shown.rollup.assignments(actors=actors_of(request.user))
        scope = mine if scope is None else scope & mine
    figures = [shown.figure(indicator, window, scope) for window in windows for indicator in sorted(shown.rollup.lines)]
    answer = {
        "plan": plan.pk,
        "as_of": shown.rollup.as_of,
        "audience": Audience.PARTNER if is_partner else audience,
        "rules": RULES_VERSION,
        "figures": figures,
    }
    return Response(FiguresOut(answer, context={"lines": shown.rollup.lines}).data)


def _counted(figure: Figure, value: Number | None) -> str | None:
    if value is None:
        return None
    return str(value) if figure.kind == "milestone" else in_units(value)


def _asked(request: Request) -> dict[str, Any]:
    """What is asked, or 422 with what is wrong."""
    lists = {name: request.query_params.getlist(name) for name in ("window", "indicator") if name in request.query_params}
    form = FiguresAsked(data={**request.query_params.dict(), **lists})
    if not form.is_valid():
        raise NotRight("; ".join(f"{name}: {' '.join(map(str, problems))}" for name, problems in form.errors.items()))
    return dict(form.validated_data)


def _found(rows: QuerySet[Any], number: int) -> Any:
    """The row, or 404: out of reach and not there at all are the same answer."""
    row = rows.filter(pk=number).first()
    if row is None:
        raise NotFound(_("Sidan finns inte, eller så har du inte tillgång till den."))
    return row


def _window(text: str) -> Window:
    try:
        return Window.named(text)
    except ValueError:
        raise NotRight(
            _("Fönstret ”%(text)s” går inte att läsa. Skriv till exempel 2026, 2026-T2 eller 2026-08-31.") % {"text": text}
        ) from None


def _as_of(moment: datetime | None) -> datetime:
    now = clock.now()
    if moment and moment > now:
        raise NotRight(_("Det går inte att fråga om framtiden."))
    return moment or now


def _scope(live: rollup.Rollup, plan: Plan, asked: dict[str, Any]) -> frozenset[int] | None:
    """The assignments asked about; 404 for a goal or an area that is not the plan's."""
    measures: set[int] | None = {asked["measure"]} if "measure" in asked else None
    if "goal" in asked:
        goal = _found(Goal.objects.filter(plan=plan), asked["goal"])
        measures = _both(measures, rollup.Statuses(live).measures_under(goal.pk))
    if "area" in asked:
        area = _found(Area.objects.filter(workspace=plan.workspace_id), asked["area"])
        measures = _both(measures, _measures_in(plan, area))
    actors = {asked["actor"]} if "actor" in asked else None
    return None if measures is None and actors is None else live.assignments(actors=actors, measures=measures)


def _both(one: set[int] | None, other: set[int]) -> set[int]:
    return other if one is None else one & other


def _measures_in(plan: Plan, area: Area) -> set[int]:
    """The measures that work in an area or somewhere below it."""
    below: dict[int | None, list[int]] = {}
    for number, parent in Area.objects.filter(workspace=plan.workspace_id).values_list("id", "parent_id"):
        below.setdefault(parent, []).append(number)
    areas, waiting = set(), [area.pk]
    while waiting:
        at = waiting.pop()
        areas.add(at)
        waiting += below.get(at, [])
    return set(plan.measures.filter(areas__in=areas).values_list("id", flat=True))
