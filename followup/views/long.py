"""Ten years side by side, and a year beside a frozen one."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from followup.explain import done, rule_of_done, share_done
from followup.figures import PercentDone, Window
from followup.models import AnnualFollowUp, Assessment
from followup.permissions import audience_of
from followup.views.annual import refuse_other_years
from followup.year.book import Book
from followup.year.build import year_of
from followup.year.choice import Choice
from followup.year.compare import compared
from followup.year.frozen import content_of
from followup.year.long import LongView, long_view
from followup.year.long_tables import LONG_TABLES, long_table
from followup.year.page import Year
from measures.models import IndicatorVersion, Plan
from measures.rules import VersionLink
from stakeholders import clock
from stakeholders.exports import CSV_TYPE, as_download, csv_bytes
from stakeholders.permissions import can_read_all, require


@require_safe
def long_show(request: HttpRequest, pk: int) -> HttpResponse:
    """The years of the plan beside each other; `?goal=`, `?measure=`, `?indicator=`, `?actor=` or `?area=` says of what."""
    plan, choice = _plan_for(request, pk), Choice.from_query(request.GET)
    view, book = long_view(plan, choice, audience=audience_of(request.user, plan.workspace), as_of=clock.now())
    _refuse_unknown(choice, book)
    frozen = list(plan.annual_follow_ups.order_by("-year", "-version"))
    context = {
        "plan": plan,
        "view": view,
        "options": book.options,
        "choice": choice,
        "query": choice.query(),
        "judged": _judged(plan, choice),
        "done": _done(view, book) if choice == Choice(goal=choice.goal) and choice.goal else None,
        "frozen": frozen,
        "frozen_years": len({each.year for each in frozen}),
        "all_years": range(view.years[-1], plan.first_year - 1, -1),
        "crumbs": [
            (_("Uppföljning"), reverse("year_list")),
            (plan.title, reverse("plan_page", args=[pk])),
            *([(_("År för år"), reverse("long_show", args=[pk]))] if choice else []),
        ],
    }
    return render(request, "followup/long.html", context)


def _done(view: LongView, book: Book) -> dict[str, Any]:
    """How much of the goal is done, year by year: the mean, by how many it is said, and what ended early and is left out."""
    if book.progress is None:
        return {}
    said: dict[int, PercentDone] = {year: book.progress.percent_done(list(book.measures), Window.year(year)) for year in view.years}
    return {
        "sentence": done(said[view.years[-1]]),
        "rule": rule_of_done(),
        "years": [(year, share_done(each), each) for year, each in said.items()],
        "ended": [book.measures[pk] for pk in said[view.years[-1]].ended_early],
    }


def _judged(plan: Plan, choice: Choice) -> list[Assessment]:
    """The latest judgement of each year, when the page is of one goal or one measure; newest first."""
    if not (choice.goal or choice.measure):
        return []
    judged = Assessment.objects.filter(plan=plan)
    judged = judged.filter(measure=choice.measure) if choice.measure else judged.filter(goal=choice.goal)
    found = judged.select_related("by_user").order_by("year", "version")
    return list(reversed({each.year: each for each in found}.values()))


@require_safe
def long_export(request: HttpRequest, pk: int, table: str) -> HttpResponse:
    """One table of the page as CSV."""
    if table not in LONG_TABLES:
        raise Http404
    plan, choice = _plan_for(request, pk), Choice.from_query(request.GET)
    view, book = long_view(plan, choice, audience=audience_of(request.user, plan.workspace), as_of=clock.now())
    _refuse_unknown(choice, book)
    return as_download(csv_bytes(*long_table(view, table)), CSV_TYPE, f"ar-for-ar-{table}.csv")


@require_safe
def year_compare(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A year as it is now beside one as it was frozen (`?frozen=`; the newest frozen one, if not said). `?year=` leads to another year."""
    plan = _plan_for(request, pk)
    refuse_other_years(plan, number)
    versions = list(plan.annual_follow_ups.order_by("-year", "-version"))
    asked, other = request.GET.get("frozen", ""), request.GET.get("year", "")
    frozen = next((each for each in versions if not asked.isdecimal() or each.pk == int(asked)), None)
    if frozen is None:
        raise Http404
    if other.isdecimal() and int(other) != number:
        refuse_other_years(plan, int(other))
        return redirect(f"{reverse('year_compare', args=[pk, int(other)])}?frozen={frozen.pk}")
    now, before = _year_now(request, plan, number), _year_as_frozen(frozen)
    context = {
        "plan": plan,
        "year": now,
        "frozen": frozen,
        "versions": versions,
        "newest": next(each for each in versions if each.year == frozen.year),
        "years": range(max(number, plan.periods.latest_year(clock.today()) or number), plan.first_year - 1, -1),
        "comparison": compared(before, frozen.year, now, redefined=_redefined_between(plan, frozen, number)),
        "crumbs": [
            (_("Uppföljning"), reverse("year_list")),
            (_("Årsuppföljning %(year)s") % {"year": number}, reverse("year_show", args=[pk, number])),
        ],
    }
    return render(request, "followup/year_compare.html", context)


def _plan_for(request: HttpRequest, pk: int) -> Plan:
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("workspace"), pk=pk)
    require(can_read_all(request.user, plan.workspace))
    return plan


def _refuse_unknown(choice: Choice, book: Book) -> None:
    """All that is asked for must be there, each within the others: a page about a part is never taken for the whole."""
    if not choice.is_in(book):
        raise Http404


def _year_now(request: HttpRequest, plan: Plan, number: int) -> Year:
    return year_of(plan, number, audience=audience_of(request.user, plan.workspace))


def _redefined_between(plan: Plan, frozen: AnnualFollowUp, year: int) -> set[int]:
    """Indicators that the frozen year and the other, as it is known now, define otherwise: their figures are not laid side by side."""
    versions = IndicatorVersion.objects.filter(indicator__plan=plan, link__in=[VersionLink.BREAK, VersionLink.BRIDGED])
    return {
        indicator
        for indicator, start, known in versions.values_list("indicator_id", "starts_on", "recorded_at")
        if (start.year <= frozen.year and known <= frozen.recorded_at) != (start.year <= year)
    }


def _year_as_frozen(annual: AnnualFollowUp) -> dict[str, Any]:
    content = content_of(annual)
    if content is None:
        raise Http404
    return content
