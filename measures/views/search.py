"""The field in the header: measures, actors and goals, found whatever the case and accents."""

from django.http import HttpResponse

from measures.models import Goal, Measure
from stakeholders.models import Actor
from stakeholders.permissions import SignedInRequest
from stakeholders.rules import normalise_search
from stakeholders.views.parts import show
from stakeholders.views.rooms import workspace_of

MOST = 20


def search(request: SignedInRequest) -> HttpResponse:
    """What holds the words of `?q=`, in the workspace one is in, of what one may see; at most 20 of each sort."""
    workspace = workspace_of(request)
    q = request.GET.get("q", "").strip()[:100]
    words = normalise_search(q)
    context: dict[str, object] = {"q": q, "measures": [], "actors": [], "goals": []}
    if words:
        measures = Measure.objects.visible_to(request.user).within(workspace)
        by_title = measures.filter(title_search__contains=words) | measures.filter(number__startswith=q)
        context["measures"] = list(by_title[:MOST])
        context["actors"] = list(Actor.objects.visible_to(request.user).within(workspace).matching(q)[:MOST])
        goals = Goal.objects.visible_to(request.user).within(workspace)
        context["goals"] = [goal for goal in goals if words in normalise_search(goal.title)][:MOST]
    return show(request, "measures/search.html", "measures/_found.html", context)
