"""The plan tree with its filters, what it lacks, and the same list to download."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from followup.queries import plan_tree
from followup.queries.plan_tree import FILTERS, MeasureRow
from followup.views.statuses import Today
from measures.models import Goal, Measure, Plan
from measures.permissions import can_change_plan
from measures.queries import tops
from measures.rules import Gap
from stakeholders.exports import XLSX_TYPE, Sheet, as_download, xlsx_bytes
from stakeholders.models import Area
from stakeholders.permissions import SignedInRequest, can_read_all, require
from stakeholders.templatetags.symbols import SYMBOLS


def page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Focus area → goal → measure. Whoever sees only the own organisation's part sees those measures, and no judgements of others."""
    plan = _plan_for(request, pk)
    sees_all = can_read_all(request.user, plan.workspace)
    today = Today(plan) if sees_all else None
    rows = _rows(request, plan, today)
    goals = list(Goal.objects.filter(plan=plan))
    shown, chips = _filtered(request, plan, rows) if sees_all else (rows, [])
    unassigned_first = request.GET.get("first") == "unassigned"
    folds = sees_all and request.GET.get("show", "") in ("", "all")
    areas = plan_tree.focus_areas(
        goals, shown, request.GET.get("open", ""), folds=folds, first=lambda row: not row.lacks_responsible if unassigned_first else 0
    )
    if today:
        plan_tree.add_done(areas, goals, rows, today.done)
    context = {
        "plan": plan,
        "areas": areas,
        "chips": chips,
        "started_only": request.GET.get("show", "") == "",
        "total": len(rows),
        "focus_count": sum(goal.parent_id is None for goal in goals),
        "started": sum(row.has_started for row in rows),
        "delayed": sum(row.status == "delayed" for row in rows),
        "unled": sum(row.lacks_responsible for row in rows),
        "unassigned_first": unassigned_first,
        "menus": _menus(request, plan, rows) if sees_all else [],
        "sees_all": sees_all,
        "can_edit": can_change_plan(request.user, plan),
        "empty_goals": [goal for goal in goals if goal.parent_id is None] if not rows else [],
    }
    return render(request, "followup/plan.html", context)


def export(request: SignedInRequest, pk: int) -> HttpResponse:
    """The list as it is filtered, as Excel."""
    plan = _plan_for(request, pk)
    require(can_read_all(request.user, plan.workspace))
    shown, _chips = _filtered(request, plan, _rows(request, plan, Today(plan)))
    headings, table = plan_tree.plan_table(shown, tops(list(Goal.objects.filter(plan=plan))))
    for row in table:
        row[3] = str(SYMBOLS[str(row[3])][1])
    sheet = Sheet(_("Åtgärder"), headings, table, widths=(24, 6, 40, 16, 28, 40, 12, 12, 12, 30))
    return as_download(xlsx_bytes([sheet], title=plan.title), XLSX_TYPE, f"{plan.title}.xlsx")


def gaps(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the plan lacks, sort by sort, each line a link to where it is mended."""
    plan = _plan_for(request, pk)
    require(can_read_all(request.user, plan.workspace))
    rows = _rows(request, plan, Today(plan))
    lists = [(gap, [row for row in rows if gap in row.gaps]) for gap in Gap]
    context = {
        "plan": plan,
        "lists": [(gap, found) for gap, found in lists if found],
        "lacking": sum(bool(row.gaps) for row in rows),
        "total": len(rows),
        "can_edit": can_change_plan(request.user, plan),
    }
    return render(request, "followup/gaps.html", context)


def _plan_for(request: SignedInRequest, pk: int) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(request.user).select_related("workspace"), pk=pk)


def _rows(request: SignedInRequest, plan: Plan, today: Today | None) -> list[MeasureRow]:
    """Every measure with its status, or, without `today`, those of the own part without any."""
    if today:
        return plan_tree.measure_rows(plan, Measure.objects.filter(plan=plan), today.statuses)
    return plan_tree.measure_rows(plan, Measure.objects.visible_to(request.user).filter(plan=plan), lambda pks: {})


def _filtered(request: SignedInRequest, plan: Plan, rows: list[MeasureRow]) -> tuple[list[MeasureRow], list[dict[str, Any]]]:
    """The rows that the address asks for, and the chips that lead to the others; counts are within area and actor."""
    within = [row for row in rows if _is_within(row, request.GET.get("area", ""), request.GET.get("actor", ""))]
    if request.GET.get("goal"):
        branch = _branch(plan, request.GET["goal"])
        within = [row for row in within if row.measure.goal_id in branch]
    name = request.GET.get("show", "")
    name = name if name in FILTERS else ""
    chips = [
        {
            "words": words,
            "count": sum(wanted(row) for row in within),
            "address": _with(request, show=key),
            "is_here": key == name,
        }
        for key, (words, wanted) in FILTERS.items()
    ]
    return [row for row in within if FILTERS[name][1](row)], chips


def _is_within(row: MeasureRow, area: str, actor: str) -> bool:
    in_area = not area or any(str(each.pk) == area for each in row.measure.areas.all())
    return in_area and (not actor or actor in {str(pk) for pk in row.actors})


def _branch(plan: Plan, goal: str) -> set[int]:
    goals = list(Goal.objects.filter(plan=plan))
    inside = {each.pk for each in goals if str(each.pk) == goal}
    while True:
        more = {each.pk for each in goals if each.parent_id in inside} - inside
        if not more:
            return inside
        inside |= more


def _menus(request: SignedInRequest, plan: Plan, rows: list[MeasureRow]) -> list[dict[str, Any]]:
    """The filters that have many choices: area and actor, each choice a link with its count."""
    areas: dict[Area, int] = {}
    for row in rows:
        for area in row.measure.areas.all():
            areas[area] = areas.get(area, 0) + 1
    return [
        _menu(request, "area", _("Område"), sorted(areas.items(), key=lambda pair: pair[0].name_sort)),
        _menu(request, "actor", _("Aktör"), plan_tree.actors_in(rows)),
    ]


def _menu(request: SignedInRequest, name: str, words: str, found: list[tuple[Any, int]]) -> dict[str, Any]:
    here = request.GET.get(name, "")
    chosen = next((str(thing) for thing, _count in found if str(thing.pk) == here), _("alla"))
    choices: list[dict[str, Any]] = [{"words": _("Alla"), "count": None, "address": _with(request, **{name: ""}), "is_here": not here}]
    choices += [
        {"words": thing, "count": count, "address": _with(request, **{name: thing.pk}), "is_here": str(thing.pk) == here}
        for thing, count in found
    ]
    return {"words": f"{words}: {chosen}", "choices": choices, "is_set": bool(here)}


def _with(request: SignedInRequest, **changes: Any) -> str:
    """This page's address with some of its query changed; empty values go."""
    query = request.GET.copy()
    query.pop("open", None)
    for name, value in changes.items():
        query[name] = str(value)
        if not value:
            del query[name]
    return f"?{query.urlencode()}" if query else request.path
