"""Where a figure comes from: the rule, the partners, the reports behind it, what is missing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followup.explain import honesty, rule
from followup.permissions import audience_of
from followup.year.choice import Choice
from followup.year.origin import origin_of
from measures.models import Indicator
from stakeholders import clock
from stakeholders.permissions import can_read_all, require


@require_safe
def figure_show(request: HttpRequest, pk: int) -> HttpResponse:
    """One indicator in one year, with everything it rests on."""
    indicator = get_object_or_404(Indicator.objects.visible_to(request.user).select_related("plan__workspace"), pk=pk)
    workspace = indicator.plan.workspace
    require(can_read_all(request.user, workspace))
    year = _year(request, indicator)
    choice = Choice.from_query(request.GET)
    origin = origin_of(indicator, year, audience=audience_of(request.user, workspace), as_of=clock.now(), choice=choice)
    if origin is None:
        raise Http404
    version = origin.version
    how = rule(version.kind, ratio_over_time=version.over_time, is_running_total=version.is_running) if version else rule(None)
    context = {
        "indicator": indicator,
        "year": year,
        "origin": origin,
        "rule": how,
        "honesty": honesty(origin.figure),
        "about": origin.about,
        "crumbs": _crumbs(indicator, year, choice),
    }
    return render(request, "followup/figure.html", context)


def _year(request: HttpRequest, indicator: Indicator) -> int:
    text = request.GET.get("year") or str(clock.today().year)
    if not text.isdigit() or not indicator.plan.first_year <= int(text) <= indicator.plan.last_year:
        raise Http404
    return int(text)


def _crumbs(indicator: Indicator, year: int, choice: Choice) -> list[tuple[str, str]]:
    return [
        (_("Uppföljning"), reverse("year_list")),
        (_("Årsuppföljning %(year)s") % {"year": year}, reverse("year_show", args=[indicator.plan_id, year]) + choice.query()),
    ]
