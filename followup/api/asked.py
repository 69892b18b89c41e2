"""What may be asked of the figures and the statuses: a plan, windows, a part of it, a moment."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from followup import rollup
from followup.figures import Window
from measures.models import Goal, Plan
from stakeholders import clock
from stakeholders.models import Area
from stakeholders.refusals import NotRight

MOST_WINDOWS = 12


class Asked(serializers.Serializer):
    """What may be asked for. `window`: 2026, 2026-T2, 2026-Q1, 2026-H2, 2026-M05, 2024..2026, a date (the year up to it) or ..2026-12-31 (since the start)."""

    plan = serializers.IntegerField()
    window = serializers.ListField(child=serializers.CharField(max_length=20), min_length=1, max_length=MOST_WINDOWS)
    indicator = serializers.ListField(child=serializers.IntegerField(), required=False)
    goal = serializers.IntegerField(required=False)
    measure = serializers.IntegerField(required=False)
    area = serializers.IntegerField(required=False)
    actor = serializers.IntegerField(required=False)
    as_of = serializers.DateTimeField(required=False)


def read_query(request: Request, asked: type[Asked] = Asked) -> dict[str, Any]:
    """What is asked, or 422 with what is wrong."""
    lists = {name: request.query_params.getlist(name) for name in ("window", "indicator", "include") if name in request.query_params}
    form = asked(data={**request.query_params.dict(), **lists})
    if not form.is_valid():
        raise NotRight("; ".join(f"{name}: {' '.join(map(str, problems))}" for name, problems in form.errors.items()))
    return dict(form.validated_data)


def found_or_404(rows: QuerySet[Any], number: int) -> Any:
    """The row, or 404: out of reach and not there at all are the same answer."""
    row = rows.filter(pk=number).first()
    if row is None:
        raise NotFound(_("Sidan finns inte, eller så har du inte tillgång till den."))
    return row


def read_window(text: str) -> Window:
    try:
        return Window.named(text)
    except ValueError:
        raise NotRight(
            _("Fönstret ”%(text)s” går inte att läsa. Skriv till exempel 2026, 2026-T2 eller 2026-08-31.") % {"text": text}
        ) from None


def read_moment(moment: datetime | None) -> datetime:
    now = clock.now()
    if moment and moment > now:
        raise NotRight(_("Det går inte att fråga om framtiden."))
    return moment or now


def scope_of(live: rollup.Rollup, plan: Plan, asked: dict[str, Any]) -> frozenset[int] | None:
    """The assignments asked about; None for all."""
    measures = measures_of(live, plan, asked)
    actors = {asked["actor"]} if "actor" in asked else None
    return None if measures is None and actors is None else live.assignments(actors=actors, measures=measures)


def measures_of(live: rollup.Rollup, plan: Plan, asked: dict[str, Any]) -> set[int] | None:
    """The measures asked about, None for all; 404 for a goal or an area that is not the plan's."""
    measures: set[int] | None = {asked["measure"]} if "measure" in asked else None
    if "goal" in asked:
        goal = found_or_404(Goal.objects.filter(plan=plan), asked["goal"])
        measures = _both(measures, rollup.Statuses(live).measures_under(goal.pk))
    if "area" in asked:
        area = found_or_404(Area.objects.filter(workspace=plan.workspace_id), asked["area"])
        measures = _both(measures, _measures_in(plan, area))
    return measures


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
