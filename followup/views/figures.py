"""Where a figure comes from: the rule, the partners, the reports behind it, what is missing."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from followup.explain import honesty, rule, rule_elsewhere
from followup.figures import Window
from followup.permissions import audience_of
from followup.year.choice import Choice
from followup.year.origin import origin_of
from measures.models import Goal, Indicator, Measure, Plan
from stakeholders import clock
from stakeholders.formats import full_day, span
from stakeholders.models import Actor, Area
from stakeholders.permissions import can_read_all, require
from stakeholders.refusals import NotRight


@require_safe
def figure_show(request: HttpRequest, pk: int) -> HttpResponse:
    """One indicator over a window, for all of the plan or a part of it, as of now or a day gone by, with everything it rests on."""
    indicator = get_object_or_404(Indicator.objects.visible_to(request.user).select_related("plan__workspace"), pk=pk)
    plan = indicator.plan
    require(can_read_all(request.user, plan.workspace))
    window, as_of, choice = _window(request, plan), _as_of(request), Choice.from_query(request.GET)
    origin = origin_of(indicator, window, audience=audience_of(request.user, plan.workspace), as_of=as_of, choice=choice)
    if origin is None:
        raise Http404
    version = origin.version
    how = rule(version.kind, ratio_over_time=version.over_time, is_running_total=version.is_running) if version else rule(None)
    context = {
        "indicator": indicator,
        "origin": origin,
        "version": version,
        "figure": origin.figure,
        "days": window,
        "when": in_words(window),
        "as_of": request.GET.get("as_of", ""),
        "rule": how if indicator.is_reported else rule_elsewhere(indicator.source),
        "honesty": honesty(origin.figure),
        "choice": choice,
        "about": _about(choice, plan),
        "options": _options(indicator),
        "windows": _windows(plan, window),
        "crumbs": _crumbs(indicator, window, choice),
    }
    return render(request, "followup/figure.html", context)


def in_words(window: Window) -> str:
    """ "2026", "januari–april 2026", "sedan start till och med 31 december 2026"."""
    if window.is_since_start:
        return _("sedan start till och med %(day)s") % {"day": full_day(window.end)}
    if window.spans_years and window == Window.years(window.start.year, window.end.year):
        return f"{window.start.year}–{window.end.year}"
    is_whole_months = window.start.day == 1 and (window.end + timedelta(days=1)).day == 1
    return span(window.start, window.end) if is_whole_months else f"{full_day(window.start)}–{full_day(window.end)}"


def _window(request: HttpRequest, plan: Plan) -> Window:
    """`window` as the API takes it, or `year`; this year when nothing is said. A year outside the plan is not there."""
    text = request.GET.get("window") or request.GET.get("year") or str(clock.today().year)
    try:
        window = Window.named(text)
    except ValueError:
        raise Http404 from None
    if not plan.first_year <= window.end.year <= plan.last_year or not (window.is_since_start or plan.first_year <= window.start.year):
        raise Http404
    return window


def _as_of(request: HttpRequest) -> datetime | None:
    """The end of a day gone by, in Stockholm; none when it is now that is asked about."""
    text = request.GET.get("as_of")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotRight(_("Skriv dagen som år-månad-dag, till exempel 2027-02-12.")) from None
    if day > clock.today():
        raise NotRight(_("Det går inte att fråga om framtiden."))
    return min(clock.now(), datetime.combine(day, time.max, clock.STOCKHOLM))


def _windows(plan: Plan, window: Window) -> list[tuple[str, str]]:
    """The years of the plan, and the spans of years up to the one that is shown."""
    last = window.end.year
    spans = [(f"{first}..{last}", f"{first}–{last}") for first in range(plan.first_year, last)]
    return [(str(year), str(year)) for year in range(plan.first_year, plan.last_year + 1)] + spans


def _about(choice: Choice, plan: Plan) -> str:
    """What part is chosen, in words."""
    within: dict[str, Any] = {
        "goal": Goal.objects.filter(plan=plan),
        "area": Area.objects.filter(workspace=plan.workspace_id),
        "measure": Measure.objects.filter(plan=plan),
        "actor": Actor.objects.filter(workspace=plan.workspace_id),
    }
    chosen = [(rows, getattr(choice, kind)) for kind, rows in within.items() if getattr(choice, kind)]
    return ", ".join(str(each) for rows, number in chosen for each in rows.filter(pk=number))


def _options(indicator: Indicator) -> list[tuple[str, str, str, list[tuple[int, str]]]]:
    """What the figure can be narrowed to: (name, label, all of it, choices), of those it is asked from."""
    plan = indicator.plan
    measures = plan.measures.filter(assignments__reported__indicator=indicator).distinct()
    actors = Actor.objects.filter(assignments__reported__indicator=indicator).distinct()
    areas = Area.objects.filter(measures__in=measures).distinct().order_by("name_sort")
    return [
        ("goal", pgettext("goal", "Mål"), _("Hela planen"), [(goal.pk, str(goal)) for goal in Goal.objects.filter(plan=plan)]),
        ("area", _("Område"), _("Alla områden"), [(area.pk, str(area)) for area in areas]),
        ("measure", _("Åtgärd"), _("Alla åtgärder"), [(measure.pk, str(measure)) for measure in measures]),
        ("actor", _("Aktör"), _("Alla aktörer"), [(actor.pk, str(actor)) for actor in actors.order_by("name_sort")]),
    ]


def _crumbs(indicator: Indicator, window: Window, choice: Choice) -> list[tuple[str, str]]:
    year = window.end.year
    return [
        (_("Uppföljning"), reverse("year_list")),
        (_("Årsuppföljning %(year)s") % {"year": year}, reverse("year_show", args=[indicator.plan_id, year]) + choice.query()),
    ]
