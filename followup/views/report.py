"""The two pages of a report: for who reviews it, beside earlier ones; for everybody else, as it was answered."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from followup.forms.reviews import CommentForm, CorrectionForm, DeclineForm, ReturnForm, WithdrawForm
from followup.models import Report
from followup.permissions import can_ask_for_correction, can_ask_for_decision, can_comment, can_see_raw, can_withdraw_report
from followup.queries import obligation_state, whom_to_ask
from followup.queries.beside import columns_of, rows_of, said
from followup.queries.review import Waiting, desk, with_lines
from followup.transitions import State, Verb, refusal
from followup.views.annual import Crumbs, year_crumbs
from stakeholders.actions.attachments import attachments_of
from stakeholders.permissions import SignedInRequest, can_read_all, can_review

BESIDE = 12
"""How many of the queue stand beside a report."""


def report_for(request: SignedInRequest, pk: int) -> Report:
    """A sealed report within the user's reach, with its figures; else 404."""
    found = (
        with_lines(Report.objects.visible_to(request.user).submitted())
        .select_related("signature", "submitted_by_user", "submitted_by_contact", "approved_by", "returned_by", "withdrawn_by")
        .select_related("obligation__period__plan__workspace", "obligation__assignment__actor__workspace")
    )
    return get_object_or_404(found.prefetch_related("lines__cells", "obligation__reports", "obligation__rulings"), pk=pk)


def review_page(request: SignedInRequest, report: Report, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Now beside last time, with what may be done. `forms`: those to show again with what was wrong in them."""
    assignment = report.obligation.assignment
    round_id = request.GET.get("round") or request.POST.get("round") or ""
    queue, earlier = desk(request.user, int(round_id) if round_id.isdecimal() else None, report)
    columns = columns_of(report, earlier)
    comments = list(report.comments.select_related("by_user", "by_contact__actor", "line__indicator_version__indicator"))
    context = {
        **_common(request, report, comments),
        **_place_in(queue, report),
        "files": attachments_of(report.obligation),
        "columns": columns,
        "rows": rows_of(report, columns, earlier, comments),
        "round": round_id,
        "receiver": whom_to_ask(report.obligation, report.submitted_by_contact),
        "may": _may(request, report),
        "return_form": ReturnForm(prefix="return"),
        "withdraw_form": WithdrawForm(prefix="withdraw"),
        "decline_form": DeclineForm(prefix="decline"),
        "crumbs": [*_round_crumbs(report), (_("Granska"), reverse("review_list"))],
        "title": _("%(actor)s om %(measure)s") % {"actor": assignment.actor, "measure": assignment.measure},
        **forms,
    }
    return render(request, "followup/review.html", context, status=status)


def read_page(request: SignedInRequest, report: Report, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Every question with its answer, as it was sent in; small numbers only for those who may see them."""
    comments = list(report.comments.select_related("by_user", "by_contact__actor", "line__indicator_version__indicator"))
    raw = can_see_raw(request.user, report.obligation.assignment.actor)
    place, crumbs = _way_back(request, report)
    context = {
        **_common(request, report, comments),
        "place": place,
        "crumbs": crumbs,
        "answers": [(line, said(line) if raw or not line.indicator_version.counts_people else None) for line in report.lines.all()],
        "files": attachments_of(report.obligation) if raw else [],
        "comments": comments,
        "correction_form": CorrectionForm(prefix="correction"),
        **forms,
    }
    return render(request, "followup/report.html", context, status=status)


def _common(request: SignedInRequest, report: Report, comments: list[Any]) -> dict[str, Any]:
    state = obligation_state(report.obligation)
    versions = sorted(report.obligation.reports.all(), key=lambda one: -one.version)
    in_force = next((one for one in versions if one.approved_at), None)
    is_in_force = in_force is not None and in_force.pk == report.pk and in_force.withdrawn_at is None and state != State.EXEMPT
    asked = list(report.correction_requests.filter(closed_at=None).select_related("by_user", "by_contact")) if is_in_force else []
    return {
        "report": report,
        "assignment": report.obligation.assignment,
        "period": report.obligation.period,
        "state": state,
        "is_latest": versions[0].pk == report.pk,
        "is_in_force": is_in_force,
        "newer": versions[0] if versions[0].pk != report.pk else None,
        "corrections": asked,
        "files": attachments_of(report.obligation),
        "comments": [comment for comment in comments if comment.line_id is None],
        "comment_form": CommentForm(report=report),
        "correction_form": CorrectionForm(prefix="correction"),
        "decision_address": _decision_address(request, report),
        "can_comment": can_comment(request.user, report),
        "can_ask": is_in_force and not asked and state == State.APPROVED and can_ask_for_correction(request.user, report),
    }


def _way_back(request: SignedInRequest, report: Report) -> tuple[str, Crumbs]:
    """The place in the menu and the trail: by the round for those who run or review it, by the year for others who read all of the plan,
    and by the plan for the actor's own people."""
    period, measure = report.obligation.period, report.obligation.assignment.measure
    about = (str(measure), reverse("measure_page", args=[measure.pk]))
    if can_review(request.user, period.plan.workspace):
        return "round_list", [*_round_crumbs(report), about]
    if can_read_all(request.user, period.plan.workspace):
        return "year_list", year_crumbs(period.plan, period.year, about)
    return "plan_list", [(period.plan.title, reverse("plan_page", args=[period.plan_id])), about]


def _round_crumbs(report: Report) -> Crumbs:
    period = report.obligation.period
    return [(_("Rapportrundor"), reverse("round_list")), (period.title, reverse("round_show", args=[period.pk]))]


def _decision_address(request: SignedInRequest, report: Report) -> str:
    """Where what the partner needs is put before management; "" when nothing is needed, or for those who may not ask."""
    period = report.obligation.period
    if not report.what_is_needed or not can_ask_for_decision(request.user, period.plan.workspace):
        return ""
    return f"{reverse('decision_ask', args=[period.plan_id, period.year])}?report={report.pk}"


def _place_in(queue: list[Waiting], report: Report) -> dict[str, Any]:
    """Where in the queue the report stands, what stands around it, and what comes next."""
    ids = [one.report.pk for one in queue]
    place = ids.index(report.pk) if report.pk in ids else None
    start = max(0, min(place - BESIDE // 2, len(queue) - BESIDE)) if place is not None else 0
    following = queue[(place + 1) % len(queue)].report if place is not None and len(queue) > 1 else None
    if place is None and queue:
        following = queue[0].report
    return {
        "queue": queue[start : start + BESIDE],
        "queue_rest": max(len(queue) - BESIDE, 0),
        "place": place + 1 if place is not None else None,
        "waiting": len(queue),
        "following": following,
    }


def _may(request: SignedInRequest, report: Report) -> dict[str, Any]:
    """What may be done with this very version, and why it may not be approved by this person."""
    state = obligation_state(report.obligation)
    is_open = report.returned_at is None and report.approved_at is None and report.withdrawn_at is None
    is_latest = all(one.version <= report.version for one in report.obligation.reports.all())
    is_author = report.submitted_by_user_id == request.user.pk
    return {
        "review": is_open and is_latest and refusal(state, Verb.APPROVE) is None,
        "approve": not is_author,
        "withdraw": bool(report.approved_at)
        and report.withdrawn_at is None
        and refusal(state, Verb.WITHDRAW) is None
        and can_withdraw_report(request.user, report),
    }
