"""The tertial report: the year's own parts for four months, shorter."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from followup.figures import Window
from followup.permissions import audience_of
from followup.tertials import FORMS
from followup.views.annual import plan_of_year, year_crumbs
from followup.year.build import tertial_of
from measures.models import Plan
from measures.rules import PARTS_OF_YEAR, Interval
from stakeholders import clock
from stakeholders.actions.jobs import queue_job
from stakeholders.permissions import SignedInRequest

FIRST_ROWS = 12


@require_safe
def tertial_show(request: HttpRequest, pk: int, number: int, tertial: int) -> HttpResponse:
    """One tertial beside the same one the year before; `?show=all` every row."""
    plan = _plan_for(request, pk, number, tertial)
    context = {
        "plan": plan,
        "year": tertial_of(plan, number, tertial, audience=audience_of(request.user, plan.workspace)),
        "shown": None if request.GET.get("show") == "all" else FIRST_ROWS,
        "forms": [("pdf", "PDF"), ("docx", "Word")],
        "crumbs": year_crumbs(plan, number),
    }
    return render(request, "followup/tertial.html", context)


@require_POST
def tertial_draw(request: SignedInRequest, pk: int, number: int, tertial: int, form: str) -> HttpResponse:
    """Ask for the report as a file: a worker draws it, as the board may see it."""
    plan = _plan_for(request, pk, number, tertial)
    if form not in FORMS:
        raise Http404
    back = reverse("tertial_show", args=[pk, number, tertial])
    title = _("Tertialrapport %(number)s, %(year)s") % {"number": tertial, "year": number}
    asked = {"plan": pk, "year": number, "tertial": tertial, "form": form, "back": back, "title": title}
    return redirect("job_show", queue_job("tertial_report", workspace=plan.workspace, by=request.user, **asked).pk)


def _plan_for(request: HttpRequest, pk: int, number: int, tertial: int) -> Plan:
    """The plan, when the tertial is one of its own and has begun."""
    plan = plan_of_year(request, pk, number)
    if not 1 <= tertial <= PARTS_OF_YEAR[Interval.TERTIAL]:
        raise Http404
    if Window.period(number, Interval.TERTIAL, tertial).start > clock.today():
        raise Http404
    return plan
