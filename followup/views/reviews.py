"""The queue of a reviewer, and what is done with a report: approve, return, withdraw, comment, ask for a correction."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from followup.actions import reports as actions
from followup.actions.reviews import comment_on_report, decline_correction, request_correction
from followup.effects import effects_of
from followup.forms.reviews import CommentForm, CorrectionForm, DeclineForm, ReturnForm, WithdrawForm
from followup.models import CorrectionRequest, Report
from followup.permissions import can_ask_for_correction, can_comment, can_review_report, can_withdraw_report
from followup.queries.review import Waiting, review_queue
from followup.views.report import read_page, report_for, review_page
from stakeholders.permissions import SignedInRequest, can_review_anything, require

SHOWN = 100
"""How many of the queue a page lists; the rest is said and comes when these are done."""


def review_list(request: SignedInRequest) -> HttpResponse:
    """All that waits for review, odd figures first."""
    require(can_review_anything(request.user))
    queue = review_queue(request.user, _round(request))
    asked = (
        CorrectionRequest.objects.visible_to(request.user)
        .open()
        .select_related("report__obligation__assignment__measure", "report__obligation__assignment__actor", "report__obligation__period")
    )
    context = {
        "queue": queue[:SHOWN],
        "rest": max(len(queue) - SHOWN, 0),
        "count": len(queue),
        "odd": sum(bool(one.odd) for one in queue),
        "round": _round(request),
        "corrections": asked,
        "crumbs": [(_("Rapportrundor"), reverse("round_list")), (_("Granska"), "")],
    }
    return render(request, "followup/review_list.html", context)


@require_POST
def report_approve_many(request: SignedInRequest) -> HttpResponse:
    """Approve those that are ticked, one by one; each that is refused is named with its reason."""
    require(can_review_anything(request.user))
    chosen = {int(pk) for pk in request.POST.getlist("report") if pk.isdecimal()}
    reports = list(
        Report.objects.visible_to(request.user)
        .submitted()
        .filter(pk__in=chosen)
        .select_related("obligation__assignment__actor__workspace", "obligation__assignment__measure")
        .order_by("submitted_at")
    )
    for report in reports:
        require(can_review_report(request.user, report))
    approved, refused = actions.approve_reports(reports, by=request.user)
    if approved:
        done = ngettext("%(n)d rapport är godkänd.", "%(n)d rapporter är godkända.", len(approved))
        messages.success(request, done % {"n": len(approved)})
    for report, why in refused:
        messages.warning(request, f"{report.obligation.assignment}: {why}")
    if not chosen:
        messages.warning(request, _("Kryssa för de rapporter som ska godkännas."))
    return redirect(_with_round(reverse("review_list"), request))


def report_show(request: SignedInRequest, pk: int) -> HttpResponse:
    """A report: beside last time for who reviews it, as it was written for everybody else."""
    report = report_for(request, pk)
    return review_page(request, report) if can_review_report(request.user, report) else read_page(request, report)


def report_as_answered(request: SignedInRequest, pk: int) -> HttpResponse:
    """The report as whoever answered saw it."""
    return read_page(request, report_for(request, pk))


def report_effect(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the figures become if the report is approved: a part of the review page, and a page of its own where there are no scripts."""
    report = report_for(request, pk)
    require(can_review_report(request.user, report))
    context = {"report": report, "assignment": report.obligation.assignment, "effects": effects_of(report), "round": _round(request)}
    template = "followup/_effect.html" if request.headers.get("HX-Request") else "followup/effect.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
def report_approve(request: SignedInRequest, pk: int) -> HttpResponse:
    """From now it counts. Then the next one in the queue."""
    report = report_for(request, pk)
    require(can_review_report(request.user, report))
    following = _following(request, report)
    actions.approve_report(report, by=request.user)
    messages.success(request, _("Godkänd: %(report)s.") % {"report": report.obligation.assignment})
    return redirect(following)


@require_POST
def report_return(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for completion. Then the next one in the queue."""
    report = report_for(request, pk)
    require(can_review_report(request.user, report))
    form = ReturnForm(request.POST, prefix="return")
    if not form.is_valid():
        return review_page(request, report, return_form=form, status=422)
    following = _following(request, report)
    actions.return_report(report, by=request.user, **form.cleaned_data)
    messages.success(request, _("Komplettering är begärd: %(report)s.") % {"report": report.obligation.assignment})
    return redirect(following)


@require_POST
def report_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """The figure becomes missing until a later version is approved."""
    report = report_for(request, pk)
    require(can_withdraw_report(request.user, report))
    form = WithdrawForm(request.POST, prefix="withdraw")
    if not form.is_valid():
        return review_page(request, report, withdraw_form=form, status=422)
    actions.withdraw_report(report, by=request.user, **form.cleaned_data)
    messages.success(request, _("Rapporten är återkallad. Siffrorna saknas tills en senare version är godkänd."))
    return redirect("report_show", report.pk)


@require_POST
def report_comment(request: SignedInRequest, pk: int) -> HttpResponse:
    """A question or an answer, on a line or on the whole report."""
    report = report_for(request, pk)
    require(can_comment(request.user, report))
    form = CommentForm(request.POST, report=report)
    if not form.is_valid():
        return _page_for(request, report, comment_form=form, status=422)
    line = next((line for line in report.lines.all() if line.pk == form.cleaned_data.get("line")), None)
    comment_on_report(report, by=request.user, text=form.cleaned_data["text"], line=line)
    return redirect(f"{reverse('report_show', args=[report.pk])}#comments")


@require_POST
def report_request_correction(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask that an approved report be corrected; it stays in force meanwhile."""
    report = report_for(request, pk)
    require(can_ask_for_correction(request.user, report))
    form = CorrectionForm(request.POST, prefix="correction")
    if not form.is_valid():
        return _page_for(request, report, correction_form=form, status=422)
    request_correction(report, by=request.user, **form.cleaned_data)
    messages.success(request, _("Rättelsen är begärd. Den godkända rapporten gäller tills rättelsen är godkänd."))
    return redirect("report_show", report.pk)


@require_POST
def correction_decline(request: SignedInRequest, pk: int) -> HttpResponse:
    """The approved version is right as it is."""
    asked = get_object_or_404(
        CorrectionRequest.objects.visible_to(request.user).select_related("report__obligation__assignment__actor__workspace"), pk=pk
    )
    require(can_review_report(request.user, asked.report))
    form = DeclineForm(request.POST, prefix="decline")
    if not form.is_valid():
        return review_page(request, report_for(request, asked.report_id), decline_form=form, status=422)
    decline_correction(asked, by=request.user, **form.cleaned_data)
    messages.success(request, _("Begäran är avslutad utan rättelse."))
    return redirect("report_show", asked.report_id)


def _page_for(request: SignedInRequest, report: Report, *, status: int, **forms: Any) -> HttpResponse:
    page = review_page if can_review_report(request.user, report) else read_page
    return page(request, report, status=status, **forms)


def _following(request: SignedInRequest, report: Report) -> str:
    """The address of the report after this one in the queue, or of the queue when this was the last."""
    queue: list[Waiting] = review_queue(request.user, _round(request))
    ids = [one.report.pk for one in queue]
    rest = ids[ids.index(report.pk) + 1 :] + ids[: ids.index(report.pk)] if report.pk in ids else ids
    address = reverse("report_show", args=[rest[0]]) if rest else reverse("review_list")
    return _with_round(address, request)


def _round(request: SignedInRequest) -> int | None:
    """The round that the queue is kept to, if any."""
    asked = request.POST.get("round") or request.GET.get("round") or ""
    return int(asked) if asked.isdecimal() and len(asked) < 19 else None


def _with_round(address: str, request: SignedInRequest) -> str:
    return f"{address}?round={_round(request)}" if _round(request) else address
