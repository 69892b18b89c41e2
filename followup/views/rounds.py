"""The rounds of a plan: the list, the table of one round, and what is done to a whole round."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from followup.actions import rounds as actions
from followup.actions.publications import publish_period
from followup.actions.reminders import remind_now
from followup.forms.rounds import UnlockForm
from followup.models import Period
from followup.permissions import can_run_round
from followup.queries import matrix
from followup.queries.matrix import Chip
from followup.queries.rounds import TO_REVIEW, Cell, RoundInShort, round_cells, rounds_in_short, standing, tally, unlocked_until
from measures.models import Plan
from stakeholders import clock
from stakeholders.exports import CSV_TYPE, as_download, csv_bytes
from stakeholders.formats import day_and_time
from stakeholders.permissions import SignedInRequest, can_read_all, can_read_anything, can_review, require


def round_list(request: SignedInRequest) -> HttpResponse:
    """The rounds of this year and the two beside it (or all), with how many answers have come."""
    seen = Period.objects.visible_to(request.user).select_related("plan__workspace").order_by("plan", "-ends_on", "-starts_on")
    year = clock.today().year
    wanted = seen if request.GET.get("years") == "all" else seen.filter(year__gte=year - 1, year__lte=year + 1)
    readable = [period for period in wanted if can_read_all(request.user, period.plan.workspace)]
    require(can_read_anything(request.user))
    rounds = rounds_in_short(readable)
    now_open = [period for period in readable if not period.closed_at and period.opens_on <= clock.today()]
    return render(
        request,
        "followup/round_list.html",
        {
            "plans": _by_plan_and_year(rounds),
            "now_open": now_open,
            "to_review": sum(one.waiting for one in rounds if can_review(request.user, one.period.plan.workspace)),
            "may_run": {period.plan_id for period in readable if can_run_round(request.user, period.plan.workspace)},
            "is_cut": wanted is not seen and seen.filter(year__lt=year - 1).exists(),
        },
    )


def round_show(request: SignedInRequest, pk: int) -> HttpResponse:
    """One round: actors by measures, and whom to ring."""
    period = _period_for(request, pk)
    require(can_read_all(request.user, period.plan.workspace))
    cells = round_cells(period)
    chips = matrix.chips(cells)
    here = next((chip for chip in chips if chip.name == request.GET.get("show", "")), chips[0])
    shown = [cell for cell in cells if cell.actor.pk in here.actors]
    calls = matrix.calls(cells)
    return render(
        request,
        "followup/round.html",
        {
            "period": period,
            "total": tally(cells),
            "actors": _complete_actors(cells),
            "sections": matrix.sections(shown),
            "chips": _links(request, chips, here),
            "calls": calls,
            "lacking": sum(len(call.missing) for call in calls),
            "to_review": sum(cell.state in TO_REVIEW for cell in cells),
            "standing": standing(period, unlocked_until(period)),
            "beside": Period.objects.filter(plan=period.plan_id, ends_on=period.ends_on).exclude(pk=period.pk),
            "crumbs": [(_("Rapportrundor"), reverse("round_list")), (period.title, "")],
            **_what_may_be_done(request, period),
            "key": _key(cells),
        },
    )


def round_export(request: SignedInRequest, pk: int) -> HttpResponse:
    """The table of the round as CSV, a row for each answer."""
    period = _period_for(request, pk)
    require(can_read_all(request.user, period.plan.workspace))
    headings, rows = matrix.as_table(round_cells(period))
    return as_download(csv_bytes(headings, rows), CSV_TYPE, f"{period.title}.csv")


@require_POST
def round_remind(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remind everybody who lacks an answer, now: one letter a person."""
    period = _period_for(request, pk)
    require(can_run_round(request.user, period.plan.workspace))
    reminded = remind_now(period, by=request.user)
    if reminded.letters:
        sent = ngettext("%(n)d person får en påminnelse %(when)s.", "%(n)d personer får en påminnelse %(when)s.", reminded.letters)
        is_now = reminded.at <= clock.now()
        messages.success(request, sent % {"n": reminded.letters, "when": _("nu") if is_now else day_and_time(reminded.at)})
    for actor, why in reminded.passed_by:
        messages.warning(request, f"{actor}: {why}")
    return redirect("round_show", period.pk)


def round_close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Close the round: what is missing then is said to be missing. First what that means, then the act."""
    period = _period_for(request, pk)
    require(can_run_round(request.user, period.plan.workspace))
    if request.method != "POST":
        cells = round_cells(period)
        waiting = sum(cell.state in TO_REVIEW for cell in cells)
        return render(request, "followup/round_close.html", {"period": period, "calls": matrix.calls(cells), "waiting": waiting})
    actions.close_period(period, by=request.user)
    messages.success(request, _("%(round)s är stängd.") % {"round": period.title})
    return redirect("round_show", period.pk)


def round_publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep the figures of a closed round as each reader sees them, for good. First what that means, then the act."""
    period = _period_for(request, pk)
    require(can_run_round(request.user, period.plan.workspace))
    if request.method != "POST":
        return render(request, "followup/round_publish.html", {"period": period})
    publish_period(period, by=request.user)
    messages.success(request, _("%(round)s är publicerad.") % {"round": period.title})
    return redirect("round_show", period.pk)


def round_unlock(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open a closed round again for a time, with a reason."""
    period = _period_for(request, pk)
    require(can_run_round(request.user, period.plan.workspace))
    form = UnlockForm(request.POST or None)
    if not form.is_valid():
        return render(request, "followup/round_unlock.html", {"period": period, "form": form}, status=422 if form.is_bound else 200)
    actions.unlock_period(period, by=request.user, **form.cleaned_data)
    messages.success(request, _("%(round)s är upplåst.") % {"round": period.title})
    return redirect("round_show", period.pk)


def _period_for(request: SignedInRequest, pk: int) -> Period:
    return get_object_or_404(Period.objects.visible_to(request.user).select_related("plan__workspace"), pk=pk)


def _what_may_be_done(request: SignedInRequest, period: Period) -> dict[str, bool]:
    can_run = can_run_round(request.user, period.plan.workspace)
    is_open = not period.closed_at and period.opens_on <= clock.today()
    return {
        "can_run": can_run,
        "can_remind": can_run and is_open,
        "can_close": can_run and is_open and period.due_on < clock.today(),
        "can_review": can_review(request.user, period.plan.workspace),
        "can_see_contacts": can_review(request.user, period.plan.workspace),
    }


def _by_plan_and_year(rounds: list[RoundInShort]) -> list[tuple[Plan, list[tuple[int, list[RoundInShort]]]]]:
    """[(plan, [(year, its rounds)])], latest year first."""
    plans: dict[int, tuple[Plan, dict[int, list[RoundInShort]]]] = {}
    for one in rounds:
        plans.setdefault(one.period.plan_id, (one.period.plan, {}))[1].setdefault(one.period.year, []).append(one)
    return [(plan, sorted(years.items(), reverse=True)) for plan, years in plans.values()]


def _complete_actors(cells: list[Cell]) -> dict[str, int]:
    """How many actors have answered all that is asked of them, of how many."""
    asked = {cell.actor.pk for cell in cells if cell.is_asked}
    lacking = {cell.actor.pk for cell in cells if cell.is_missing}
    return {"complete": len(asked - lacking), "all": len(asked), "lacking": len(lacking)}


def _links(request: SignedInRequest, chips: list[Chip], here: Chip) -> list[dict[str, Any]]:
    return [
        {
            "words": chip.words,
            "count": chip.count,
            "address": f"?show={chip.name}" if chip.name else request.path,
            "is_here": chip is here,
        }
        for chip in chips
    ]


def _key(cells: list[Cell]) -> list[tuple[str, object]]:
    """The signs that stand in the table, with their words."""
    found = {cell.sign for cell in cells}
    return [(sign, matrix.KEY.get(sign, "")) for sign in matrix.IN_ORDER if sign in found]
