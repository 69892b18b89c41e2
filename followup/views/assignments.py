"""One assignment that stands: edited, answered for by telephone, ended, handed over."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from followup.actions import assignments as actions
from followup.forms.assigning import EditPartForm, EndPartForm, ReplacePartForm
from measures.actions.assignments import decline_assignment
from measures.models import Assignment
from measures.permissions import can_assign_actor
from stakeholders.permissions import SignedInRequest, require
from stakeholders.refusals import ChangedMeanwhile, NotRight
from stakeholders.views.clash import clash_page


def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who is asked, what they take on, how often, which figures."""
    assignment = _assignment_for(request, pk)
    form = EditPartForm(request.POST or None, assignment=assignment)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "followup/assignment_edit.html", assignment, form)
    given = {"indicators": [], **form.cleaned_data}
    version = given.pop("version")
    try:
        actions.change_assignment(assignment, by=request.user, version=version, **given)
    except ChangedMeanwhile as clash:
        return clash_page(request, form, clash, assignment, version=version, title=str(assignment))
    except NotRight as no:
        form.add_error(None, no.sentence)
        return _page(request, "followup/assignment_edit.html", assignment, form)
    messages.success(request, _("Ändringarna är sparade."))
    return redirect("measure_page", assignment.measure_id)


def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part is over: later answers are no longer asked for."""
    assignment = _assignment_for(request, pk)
    form = EndPartForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "followup/assignment_end.html", assignment, form)
    ended = actions.end_assignment(assignment, by=request.user, **form.cleaned_data)
    messages.success(request, _("Uppdraget för %(actor)s är avslutat.") % {"actor": ended.actor})
    return redirect("measure_page", assignment.measure_id)


def replace(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another actor goes on with the same part."""
    assignment = _assignment_for(request, pk)
    form = ReplacePartForm(request.POST or None, assignment=assignment)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "followup/assignment_replace.html", assignment, form)
    successor = actions.replace_assignment(assignment, by=request.user, **form.cleaned_data)
    messages.success(request, _("%(actor)s tar över.") % {"actor": successor.actor})
    return redirect("measure_page", assignment.measure_id)


@require_POST
def accept(request: SignedInRequest, pk: int) -> HttpResponse:
    """The actor has said yes on the telephone; noted by the coordinator."""
    assignment = _assignment_for(request, pk)
    actions.accept_assignment(assignment, by=request.user)
    messages.success(request, _("%(actor)s har tackat ja.") % {"actor": assignment.actor})
    return redirect("measure_page", assignment.measure_id)


@require_POST
def decline(request: SignedInRequest, pk: int) -> HttpResponse:
    """The actor has said no on the telephone; the reason is noted."""
    assignment = _assignment_for(request, pk)
    decline_assignment(assignment, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("%(actor)s har tackat nej.") % {"actor": assignment.actor})
    return redirect("measure_page", assignment.measure_id)


def _assignment_for(request: SignedInRequest, pk: int) -> Assignment:
    found = Assignment.objects.visible_to(request.user).select_related("measure__plan__workspace", "actor__workspace", "contact")
    assignment = get_object_or_404(found, pk=pk)
    require(can_assign_actor(request.user, assignment.measure))
    return assignment


def _page(request: SignedInRequest, template: str, assignment: Assignment, form: Form) -> HttpResponse:
    context: dict[str, Any] = {"assignment": assignment, "measure": assignment.measure, "form": form}
    return render(request, template, context, status=422 if form.is_bound else 200)
