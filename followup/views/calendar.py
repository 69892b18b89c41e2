"""The calendar of a plan: when its rounds open, fall due and close, and making them for a year."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from followup.actions import rounds as actions
from followup.forms.rounds import CalendarForm
from followup.permissions import can_run_round
from followup.queries.calendar import rounds_of
from measures.models import Plan
from stakeholders import clock
from stakeholders.permissions import SignedInRequest, can_read_all, require


def round_make(request: SignedInRequest, pk: int) -> HttpResponse:
    """The rounds of a year as they are or would be; making them asks every actor for its answers."""
    plan = _plan_for(request, pk)
    if request.method != "POST":
        require(can_read_all(request.user, plan.workspace))
        return _calendar_page(request, plan)
    require(can_run_round(request.user, plan.workspace))
    before = sum(one.is_made for one in rounds_of(plan, _year(request, plan)))
    made = len(actions.make_round(plan, _year(request, plan), by=request.user)) - before
    done = ngettext("%(n)d omgång är skapad.", "%(n)d omgångar är skapade.", made) % {"n": made}
    messages.success(request, done if made else _("Omgångarna fanns redan. De har nu alla svar som ska begäras."))
    return redirect("round_list")


@require_POST
def calendar_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the calendar; rounds that have not opened follow."""
    plan = _plan_for(request, pk)
    require(can_run_round(request.user, plan.workspace))
    form = CalendarForm(request.POST, instance=Plan.objects.get(pk=plan.pk))
    if not form.is_valid():
        return _calendar_page(request, plan, form, status=422)
    actions.change_calendar(plan, by=request.user, **form.cleaned_data)
    messages.success(request, _("Kalendern är sparad. Omgångar som redan har öppnat behåller sina dagar."))
    return redirect("round_make", plan.pk)


def _plan_for(request: SignedInRequest, pk: int) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(request.user).select_related("workspace"), pk=pk)


def _year(request: SignedInRequest, plan: Plan) -> int:
    """The year asked for, within the plan; else this year."""
    asked = request.POST.get("year", "") or request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else clock.today().year
    return min(max(year, plan.first_year), plan.last_year)


def _calendar_page(request: SignedInRequest, plan: Plan, form: CalendarForm | None = None, status: int = 200) -> HttpResponse:
    year = _year(request, plan)
    rounds = rounds_of(plan, year)
    return render(
        request,
        "followup/calendar.html",
        {
            "plan": plan,
            "year": year,
            "years": [other for other in (year - 1, year + 1) if plan.first_year <= other <= plan.last_year],
            "rounds": rounds,
            "unmade": sum(not one.is_made for one in rounds),
            "form": form or CalendarForm(instance=plan, initial={"version": plan.version}),
            "can_run": can_run_round(request.user, plan.workspace),
            "crumbs": [(_("Rapportrundor"), reverse("round_list")), (_("Kalender"), "")],
        },
        status=status,
    )
