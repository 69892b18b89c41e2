"""The year: its page, its tables, and the frozen ones."""

from collections import defaultdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from followup import exporting
from followup.figures import Window
from followup.freeze import archive_package, files_of
from followup.models import AnnualFollowUp, Period
from followup.permissions import audience_of, can_freeze_year
from followup.views.annual import plan_of_year, year_crumbs
from followup.year.after import came_after, came_after_sentence
from followup.year.book import Book
from followup.year.build import compose
from followup.year.choice import Choice
from followup.year.files import table_csv
from followup.year.reading import read_book
from followup.year.reports import COUNTED, Counted, counted_of, reports_of
from followup.year.sections import held
from followup.year.tables import TABLES
from followup.year.words import none_due
from measures.models import Plan
from measures.rules import Interval
from stakeholders import clock
from stakeholders.exports import CSV_TYPE, XLSX_TYPE, as_download
from stakeholders.formats import out_of
from stakeholders.permissions import SignedInRequest, can_read_all, can_read_anything, require

FIRST_ROWS = 12
"""How many rows of a long table are shown before one asks for all of it."""


@require_safe
def year_list(request: HttpRequest) -> HttpResponse:
    """The years of each plan, newest first: running, closed or frozen."""
    plans = [
        plan for plan in Plan.objects.visible_to(request.user).select_related("workspace") if can_read_all(request.user, plan.workspace)
    ]
    require(can_read_anything(request.user))
    rounds: dict[int, dict[int, list[Period]]] = {plan.pk: defaultdict(list) for plan in plans}
    for period in Period.objects.filter(plan__in=plans).order_by("-year", "starts_on"):
        rounds[period.plan_id][period.year].append(period)
    frozen: dict[int, dict[int, AnnualFollowUp]] = {plan.pk: {} for plan in plans}
    for annual in AnnualFollowUp.objects.filter(plan__in=plans).order_by("version"):
        frozen[annual.plan_id][annual.year] = annual
    rows = [
        (
            plan,
            [
                (year, frozen[plan.pk].get(year), _tertials(year), out_of(sum(each.closed_at is not None for each in own), len(own)))
                for year, own in rounds[plan.pk].items()
                if own[0].starts_on <= clock.today()
            ],
        )
        for plan in plans
    ]
    return render(request, "followup/year_list.html", {"rows": rows})


def _tertials(year: int) -> list[int]:
    """Those that have begun."""
    return [number for number in (1, 2, 3) if Window.period(year, Interval.TERTIAL, number).start <= clock.today()]


@require_safe
def year_show(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The whole year on one page, computed from what is approved now; `?goal=`, `?area=` and `?actor=` choose a part, `?show=all` every row."""
    plan, book, choice = _book_for(request, pk, number)
    shown = None if request.GET.get("show") == "all" else FIRST_ROWS
    context = {
        "plan": plan,
        "year": compose(book, is_narrowed=bool(choice)),
        "all_targets": len(held(book, number)),
        "options": book.options,
        "choice": choice,
        "query": choice.query(),
        "about": choice.named(book),
        "shown": shown,
        "may_freeze": can_freeze_year(request.user, plan.workspace) and not choice,
        "crumbs": year_crumbs(plan, number, is_last=True),
    }
    return render(request, "followup/year.html", context)


@require_safe
def year_reports(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The answers behind the year, or behind the chosen part of it: each with its report, or why it is missing.

    `?counted=` only what one of the large numbers counts, `&rest=1` the others of what it is counted among.
    """
    plan, book, choice = _book_for(request, pk, number)
    name = request.GET.get("counted", "")
    counted = counted_of(book, name, is_rest=bool(request.GET.get("rest"))) if name in COUNTED else None
    groups = counted.groups if counted else reports_of(book)
    context = {
        "plan": plan,
        "number": number,
        "groups": groups,
        "counted": counted,
        "chips": _chips_of(counted, reverse("year_reports", args=[pk, number]), choice) if counted else [],
        "about": choice.named(book),
        "approved": sum(row.is_approved for group in groups for row in group.rows if row.is_expected),
        "expected": sum(row.is_expected for group in groups for row in group.rows),
        "none_due": none_due(is_over=not book.is_running and not any(group.rows for group in groups)),
        "crumbs": year_crumbs(plan, number),
    }
    return render(request, "followup/year_reports.html", context)


def _chips_of(counted: Counted, here: str, choice: Choice) -> list[dict[str, Any]]:
    """What is counted, the rest of it, and every report."""
    queries: tuple[dict[str, object], ...] = ({"counted": counted.name}, {"counted": counted.name, "rest": 1}, {})
    words = (_("Räknas med"), _("Övriga"), _("Årets alla rapporter"))
    sizes, is_here = (counted.part, counted.rest, None), (not counted.is_rest, counted.is_rest, False)
    return [
        {"words": said, "count": size, "address": here + choice.query(**query), "is_here": is_it}
        for said, size, query, is_it in zip(words, sizes, queries, is_here, strict=True)
    ]


@require_safe
def year_export(request: HttpRequest, pk: int, number: int, table: str) -> HttpResponse:
    """One table of the page as CSV; `?indicator=` of one of its pictures."""
    if table not in TABLES:
        raise Http404
    _plan, book, choice = _book_for(request, pk, number)
    of_one = f"-{choice.indicator}" if choice.indicator else ""
    content = table_csv(compose(book, is_narrowed=bool(choice)), table)
    return as_download(content, CSV_TYPE, f"arsuppfoljning-{number}-{table}{of_one}.csv")


@require_POST
def year_workbook(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The year as Excel: at once, or made by a worker when the plan is large. The same query as the page chooses a part."""
    plan, choice = plan_of_year(request, pk, number), Choice.from_query(request.GET)
    if plan.measures.count() > exporting.LARGE_PLAN:
        back = reverse("year_show", args=[pk, number]) + choice.query()
        return redirect("job_show", exporting.ask_for_workbook(plan, number, choice, by=request.user, back=back).pk)
    content = exporting.year_workbook(plan, number, choice, by=request.user, at=clock.now())
    return as_download(content, XLSX_TYPE, exporting.file_name(number))


@require_safe
def frozen_show(request: HttpRequest, pk: int) -> HttpResponse:
    """A frozen year: its fingerprint, its files, its versions, and what came after."""
    annual = _frozen_for(request, pk)
    files = files_of(annual)
    later = came_after(annual)
    versions = list(annual.plan.annual_follow_ups.filter(year=annual.year).order_by("-version"))
    context = {
        "annual": annual,
        "files": files,
        "fingerprint": next((file.sha256 for file, _words in files if file.name.endswith(".json")), ""),
        "versions": versions,
        "newest": versions[0],
        "came_after": later,
        "sentence": came_after_sentence(later),
        "may_freeze": can_freeze_year(request.user, annual.plan.workspace),
        "crumbs": year_crumbs(annual.plan, annual.year),
    }
    return render(request, "followup/frozen_year.html", context)


@require_safe
def frozen_file(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The stored bytes, byte for byte."""
    file = get_object_or_404(_frozen_for(request, pk).files, name=name)
    return as_download(bytes(file.content), file.content_type, file.name)


@require_safe
def frozen_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """A zip with a manifest, for the municipal archive."""
    annual = _frozen_for(request, pk)
    return as_download(archive_package(annual), "application/zip", f"arsuppfoljning-{annual.year}-v{annual.version}.zip")


def _book_for(request: HttpRequest, pk: int, number: int) -> tuple[Plan, Book, Choice]:
    """The book of the year, or of the chosen part of it. What is chosen must be there."""
    choice = Choice.from_query(request.GET)
    plan = plan_of_year(request, pk, number, with_before=not choice)
    book = read_book(plan, number, audience=audience_of(request.user, plan.workspace), as_of=clock.now(), choice=choice)
    if not choice.is_in(book):
        raise Http404
    return plan, book, choice


def _frozen_for(request: HttpRequest, pk: int) -> AnnualFollowUp:
    annual = get_object_or_404(AnnualFollowUp.objects.visible_to(request.user).select_related("plan__workspace", "frozen_by"), pk=pk)
    require(can_read_all(request.user, annual.plan.workspace))
    return annual
