"""*I dag*: where every role starts. What needs me, each line a link to the act that settles it."""

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.letters.digests import Morning
from followup.models import Period
from followup.queries import matrix, today
from followup.queries.current import round_now
from followup.queries.meanwhile import came_meanwhile
from followup.queries.rounds import round_cells
from followup.queries.story import latest
from followup.views.statuses import UNREPORTED, statuses_today
from measures.models import Measure, Plan
from measures.rules import Gap
from stakeholders import clock
from stakeholders.models import Workspace
from stakeholders.permissions import SignedInRequest, can_coordinate, can_read_all, can_review
from stakeholders.rules import DispatchKind, DispatchState
from stakeholders.templatetags.symbols import words_for
from stakeholders.views.rooms import workspace_of

ROUND_ORDER = (
    "approved",
    "to_review",
    "returned",
    "withdrawn",
    "begun",
    "opened",
    "asked",
    "reminded",
    "overdue",
    "uncertain_mail",
    "wrong_address",
    "closed_without",
)
"""How the signs of a round stand beside each other: what has come first."""


def page(request: SignedInRequest) -> HttpResponse:
    """The day as the person's role meets it."""
    workspace = workspace_of(request)
    context: dict[str, Any] = {"workspace": workspace, "day": clock.today()}
    if can_coordinate(request.user, workspace):
        context |= _coordinator(workspace)
    elif can_review(request.user, workspace):
        context |= _reviewer(workspace)
    elif can_read_all(request.user, workspace):
        context |= _management(workspace)
    else:
        context |= _reporter(request.user)
    if can_read_all(request.user, workspace):
        context["now"] = [*context.get("now", []), *today.texts_to_write(request.user, workspace)]
    return render(request, "followup/today.html", context)


def _coordinator(workspace: Workspace) -> dict[str, Any]:
    period = round_now(workspace)
    morning = Morning(period, round_cells(period)) if period else None
    cells = morning.cells if morning else []
    missing = matrix.calls(cells)
    measures = today.with_their_gaps(Measure.objects.within(workspace))
    now = [
        *today.wrong_addresses(missing),
        *today.wrong_persons(workspace),
        *came_meanwhile(workspace),
        *today.to_review(workspace),
        *today.unsure_mail(workspace),
        *today.wishes_for_correction(workspace),
        *today.asked_for_help(workspace),
        *today.declined(workspace),
    ]
    week = [
        *(today.to_ring(period, missing) if period else []),
        *today.unassigned(measures),
        *today.unanswered_proposals(workspace),
        *today.ending_agreements(workspace),
    ]
    signs = sorted((cell.sign for cell in cells if cell.is_asked), key=ROUND_ORDER.index)
    lacking = Counter(gap for _measure, gaps in measures for gap in gaps)
    return {
        "heading": morning.sentence if morning and morning.asked else _nothing_runs(measures),
        "period": period,
        "reminder_at": _next_reminder(workspace) if missing else None,
        "is_past_due": bool(period and period.due_on < clock.today()),
        "now": now,
        "week": week,
        "signs": signs,
        "sign_counts": [(sign, count) for sign in ROUND_ORDER if (count := signs.count(sign))],
        "gaps": [(gap, lacking[gap]) for gap in Gap if lacking[gap]],
        "gaps_plan": measures[0][0].plan_id if measures else None,
        "latest": latest(workspace),
        "next_period": None if period else _next_period(workspace),
        "has_plan": bool(measures),
        "can_edit": True,
    }


def _reviewer(workspace: Workspace) -> dict[str, Any]:
    waiting = today.to_review(workspace)
    return {
        "heading": _("%(what)s.") % {"what": waiting[0].what} if waiting else _("Inget väntar på granskning."),
        "now": [*waiting, *today.wishes_for_correction(workspace)],
        "latest": latest(workspace),
    }


def _management(workspace: Workspace) -> dict[str, Any]:
    """How the plan in force goes, in a sentence, and the way to the year."""
    plan = Plan.objects.within(workspace).filter(closed_at=None, first_year__lte=clock.today().year).first()
    if plan is None:
        return {"heading": _("Här finns ingen plan än."), "latest": []}
    started = list(Measure.objects.filter(plan=plan, starts_on__lte=clock.today()).values_list("pk", flat=True))
    statuses = statuses_today(plan, started)
    words = [statuses.get(pk, UNREPORTED) for pk in started]
    well = sum(word in ("on_plan", "done") for word in words)
    heading = ngettext(
        "%(well)d av %(n)d startad åtgärd går enligt plan eller är klar.",
        "%(well)d av %(n)d startade åtgärder går enligt plan eller är klara.",
        len(words),
    )
    return {
        "heading": heading % {"well": well, "n": len(words)},
        "status_words": words_for(words),
        "now": today.to_decide(workspace),
        "plan": plan,
        "year": plan.periods.latest_year(clock.today()) or plan.first_year,
        "statuses": sorted(words),
        "latest": latest(workspace),
    }


def _reporter(user: Any) -> dict[str, Any]:
    answers = today.own_answers(user)
    waiting = ngettext("%(n)d rapport väntar på er.", "%(n)d rapporter väntar på er.", len(answers)) % {"n": len(answers)}
    return {
        "heading": waiting if answers else _("Ni är klara för nu. Vi hör av oss när nästa omgång öppnar."),
        "now": answers,
        "is_reporter": True,
    }


def _nothing_runs(measures: list[Any]) -> str:
    return _("Ingen rapportomgång pågår.") if measures else _("Välkommen! Börja med planen.")


def _next_period(workspace: Workspace) -> Period | None:
    coming = Period.objects.within(workspace).filter(plan__closed_at=None, opens_on__gt=clock.today())
    return coming.order_by("opens_on", "pk").first()


def _next_reminder(workspace: Workspace) -> Any:
    """When the next reminder goes; None when none is planned."""
    planned = workspace.dispatches.filter(kind=DispatchKind.REMINDER, state=DispatchState.PLANNED, not_before__gte=clock.now())
    return planned.order_by("not_before").values_list("not_before", flat=True).first()
