"""How our letters sound, and when they rest: the coordinator's own greeting, seen in a letter before it is saved."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from followup.letters import preview_request
from followup.models import Period
from followup.queries.current import round_now
from measures.models import Assignment
from stakeholders.actions.workspaces import change_letters
from stakeholders.forms import LettersForm
from stakeholders.messages import sender_name
from stakeholders.models import Workspace
from stakeholders.permissions import SignedInRequest, can_coordinate, require
from stakeholders.refusals import ChangedMeanwhile
from stakeholders.rules import ActorKind
from stakeholders.views.clash import clash_page
from stakeholders.views.rooms import workspace_of


@require_http_methods(["GET", "HEAD", "POST"])
def letters_change(request: SignedInRequest) -> HttpResponse:
    """Who asks, the own greeting, the pauses. "preview" shows the letter as it would be and saves nothing."""
    workspace = workspace_of(request)
    require(can_coordinate(request.user, workspace))
    form = LettersForm(request.POST or None, instance=workspace)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    if "preview" in request.POST:
        return _page(request, form)
    try:
        change_letters(workspace, by=request.user, version=form.read_version, **form.given)
    except ChangedMeanwhile as clash:
        return clash_page(request, form, clash, workspace, version=form.read_version, title=_("Hälsning och uppehåll"))
    messages.success(request, _("Sparat. Det gäller alla brev som går från och med nu."))
    return redirect("dispatch_list")


def _page(request: SignedInRequest, form: LettersForm, *, status: int = 200) -> HttpResponse:
    crumbs = [(_("Brev"), reverse("dispatch_list")), (_("Hälsning och uppehåll"), "")]
    context = {"form": form, "crumbs": crumbs, "is_sample": True, **_sample(form.instance)}
    return render(request, "followup/letters_change.html", context, status=status)


def _sample(workspace: Workspace) -> dict[str, Any]:
    """The first letter to somebody who is assigned something, with what stands in the form."""
    with_contact = Assignment.objects.within(workspace).filter(contact__isnull=False).exclude(actor__kind=ActorKind.HOUSING_COMPANY)
    assignment = with_contact.select_related("measure", "actor", "contact").order_by("id").first()
    period = round_now(workspace) or Period.objects.within(workspace).order_by("-due_on", "id").first()
    if assignment is None or period is None:
        return {"no_letter": _("När någon har ett uppdrag och en runda finns ser du brevet här.")}
    assignment.actor.workspace = workspace
    assignment.contact.actor = assignment.actor
    letter = preview_request(assignment, period)
    return {"letter": letter, "sender": sender_name(workspace), "receiver": f"{assignment.contact}, {assignment.actor}"}
