"""One measure's sheet, edited in place: the same article as a page of its own and as a part that replaces itself."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from followup.permissions import audience_of, can_ask_for_decision
from followup.queries.measure_sheet import MeasureSheet, effect_chain, measure_sheet
from followup.queries.story import history_of_measure
from followup.timeline import Step, timeline
from followup.views.statuses import UNREPORTED, statuses_today
from followup.year.measure import figures_in_chain, latest_year
from measures.actions.measures import change_measure
from measures.forms import MeasureForm
from measures.models import Activity, Consequence, Measure
from measures.permissions import can_change_plan
from stakeholders import clock
from stakeholders.formats import full_day, listing, span
from stakeholders.permissions import SignedInRequest, can_read_all, require
from stakeholders.refusals import ChangedMeanwhile, NotRight
from stakeholders.views.clash import clash_page
from stakeholders.views.parts import show, wants_part

SHOWN_HISTORY = 6


def page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything about one measure. Asked for by htmx, the article alone: what "Avbryt" goes back to."""
    measure = _measure_for(request, pk)
    return show(request, "followup/measure.html", "followup/_measure.html", _sheet(request, measure))


def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Edit in place, or on a page of its own."""
    measure = _measure_for(request, pk)
    require(can_change_plan(request.user, measure.plan))
    form = MeasureForm(request.POST or None, instance=measure, plan=measure.plan)
    context = {"measure": measure, "form": form, "title": Measure.objects.get(pk=pk)}
    if request.method != "POST" or not form.is_valid():
        return show(request, "followup/measure_edit.html", "followup/_measure_edit.html", context, status=422 if form.is_bound else 200)
    try:
        measure = change_measure(measure, by=request.user, version=form.read_version, **form.given)
    except ChangedMeanwhile as clash:
        return clash_page(request, form, clash, measure, version=form.read_version, title=context["title"])
    except NotRight as no:
        form.add_error(None, no.sentence)
        return show(request, "followup/measure_edit.html", "followup/_measure_edit.html", context, status=422)
    messages.success(request, _("Ändringarna är sparade."))
    if wants_part(request):
        return show(request, "", "followup/_measure.html", _sheet(request, _measure_for(request, pk)))
    return redirect("measure_page", measure.pk)


def history(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything that has happened to a measure, latest first."""
    measure = _measure_for(request, pk)
    require(can_read_all(request.user, measure.plan.workspace))
    lines, _count = history_of_measure(measure)
    context = {"title": measure, "back": reverse("measure_page", args=[pk]), "place": "plan_list", "lines": lines}
    return render(request, "followup/history.html", context)


def _measure_for(request: SignedInRequest, pk: int) -> Measure:
    found = Measure.objects.visible_to(request.user).select_related("plan__workspace", "plan__steering_document", "goal__parent__parent")
    return get_object_or_404(found, pk=pk)


def _sheet(request: SignedInRequest, measure: Measure) -> dict[str, Any]:
    sees_all = can_read_all(request.user, measure.plan.workspace)
    sheet = measure_sheet(measure, request.user)
    lines, events = history_of_measure(measure, SHOWN_HISTORY) if sees_all else ([], 0)
    return {
        "measure": measure,
        "sheet": sheet,
        "status": _status(sheet, statuses_today(measure.plan, [measure.pk]).get(measure.pk, UNREPORTED)) if sees_all else None,
        "crumbs": _crumbs(measure, sheet),
        "causes": list(measure.causes.all()),
        "consequences": list(Consequence.objects.filter(causes__measures=measure).distinct()),
        "areas": list(measure.areas.all()),
        **_chain(request, measure, sees_all),
        "timeline": timeline([_step(activity) for activity in sheet.activities], clock.today()),
        **(_judged(request, measure) if sees_all else {}),
        "lines": lines,
        "events": events,
        "sees_all": sees_all,
        "can_edit": can_change_plan(request.user, measure.plan),
    }


def _chain(request: SignedInRequest, measure: Measure, sees_all: bool) -> dict[str, Any]:
    """From work to effect: for those who read the whole plan with the figures of the latest year."""
    chain = effect_chain(measure)
    if not chain or not sees_all:
        return {"chain": [(step, None) for step in chain]}
    year, audience = latest_year(measure), audience_of(request.user, measure.plan.workspace)
    figures = figures_in_chain(measure, year, audience=audience, as_of=clock.now())
    return {"chain": [(step, figures[step.indicator.pk]) for step in chain], "chain_year": year}


def _step(activity: Activity) -> Step:
    return Step(activity.title, activity.planned_start, activity.planned_end, activity.started_on, activity.ended_on)


def _judged(request: SignedInRequest, measure: Measure) -> dict[str, Any]:
    """The latest judgement of each year, newest first, and what management is asked or has decided."""
    by_year = {each.year: each for each in measure.assessments.select_related("by_user").order_by("year", "version")}
    return {
        "judged": list(reversed(by_year.values())),
        "decisions": list(measure.decisions.order_by("-year", "pk")),
        "this_year": min(max(clock.today().year, measure.plan.first_year), measure.plan.last_year),
        "may_ask": can_ask_for_decision(request.user, measure.plan.workspace),
    }


def _status(sheet: MeasureSheet, status: str) -> dict[str, str]:
    """The sign of the measure's status, and who said it, about when, approved which day; or what has been decided."""
    if sheet.ruling:
        return {"sign": status, "words": _("Beslutat från %(day)s.") % {"day": full_day(sheet.ruling.from_date)}}
    told = [row for row in sheet.responsible if row.report]
    words = [
        _("%(actor)s, %(period)s. Godkänt %(day)s.")
        % {
            "actor": row.assignment.actor,
            "period": span(row.report.obligation.period.starts_on, row.report.obligation.period.ends_on),
            "day": full_day(row.report.approved_at),
        }
        for row in told
        if row.report and row.report.approved_at
    ]
    silent = [str(row.assignment.actor) for row in sheet.responsible if not row.report]
    if words and silent:
        words.append(_("%(actors)s har inte rapporterat.") % {"actors": listing(silent)})
    return {"sign": status, "words": " ".join(words)}


def _crumbs(measure: Measure, sheet: MeasureSheet) -> list[tuple[str, str]]:
    plan = reverse("plan_page", args=[measure.plan_id])
    return [(measure.plan.title, plan), *((f"{goal.number} {goal.title}".strip(), f"{plan}#goal-{goal.pk}") for goal in sheet.path)]
