"""Assigning: from a measure or an actor. Search, suggestions, an actor created on the way, and ten minutes to undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from followup.actions import assignments as actions
from followup.forms.assigning import AGREED, AssignForm, NewActorForm
from followup.letters import preview_proposal
from followup.queries.candidates import candidates, open_measures
from measures.models import Assignment, Measure
from measures.permissions import can_assign_actor
from stakeholders.actions.actors import LooksLikeAnother
from stakeholders.messages import sender_name
from stakeholders.models import Actor
from stakeholders.permissions import SignedInRequest, can_coordinate, require
from stakeholders.refusals import NotRight, TooLate
from stakeholders.views.parts import show

PAGE, PART, LETTER = "followup/assign.html", "followup/_candidates.html", "followup/_proposal_preview.html"


def measure_assign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose an actor (`?actor=`) or create one (`?new=`), and assign it to the measure."""
    measure = _measure_for(request, pk)
    actor = _chosen(request, measure)
    is_new = "new" in request.GET
    form = AssignForm(request.POST or None, measure=measure, actor=actor)
    new_form = NewActorForm(request.POST or None, prefix="new", initial={"name": request.GET.get("new", "")}) if is_new else None
    context = {"measure": measure, "actor": actor, "form": form, "new_form": new_form, **_letter(measure, actor, form)}
    if request.method == "POST" and "preview" in request.POST:
        return show(request, PAGE, LETTER, context)
    if request.method != "POST":
        q = request.GET.get("q", "")
        found = [] if actor or is_new else candidates(measure, q)
        return show(request, PAGE, PART, {**context, "q": q, "candidates": found})
    if not form.is_valid() or (new_form and not new_form.is_valid()):
        return show(request, PAGE, PART, context, status=422)
    try:
        assignment = _assign(request, measure, actor, form, new_form)
    except LooksLikeAnother as question:
        return show(request, PAGE, PART, {**context, "question": question}, status=422)
    except (NotRight, TooLate) as no:
        form.add_error(None, no.sentence)
        return show(request, PAGE, PART, context, status=no.status)
    _say(request, assignment)
    return redirect("measure_page", measure.pk)


def actor_assign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose a measure for an actor; those without responsible stand first."""
    actor = get_object_or_404(Actor.objects.visible_to(request.user).open().select_related("workspace"), pk=pk)
    require(can_coordinate(request.user, actor.workspace))
    q = request.GET.get("q", "")
    context = {"actor": actor, "q": q, "measures": open_measures(actor, q)}
    return show(request, "followup/actor_assign.html", "followup/_open_measures.html", context)


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back what was assigned a moment ago."""
    assignment = get_object_or_404(Assignment.objects.visible_to(request.user).select_related("measure__plan__workspace"), pk=pk)
    require(can_assign_actor(request.user, assignment.measure))
    measure = assignment.measure_id
    actions.undo_assignment(assignment, by=request.user)
    messages.success(request, _("Tilldelningen är ångrad."))
    return redirect("measure_page", measure)


def _measure_for(request: SignedInRequest, pk: int) -> Measure:
    measure = get_object_or_404(Measure.objects.visible_to(request.user).select_related("plan__workspace", "goal__parent__parent"), pk=pk)
    require(can_assign_actor(request.user, measure))
    return measure


def _chosen(request: SignedInRequest, measure: Measure) -> Actor | None:
    """The actor in the address; one from another room is not found."""
    chosen = request.GET.get("actor", "")
    if not chosen:
        return None
    return get_object_or_404(Actor.objects.within(measure.plan.workspace).open(), pk=chosen if chosen.isdigit() else 0)


def _assign(request: SignedInRequest, measure: Measure, actor: Actor | None, form: AssignForm, new_form: NewActorForm | None) -> Assignment:
    if actor:
        return actions.assign_actor(measure, actor, by=request.user, **form.part)
    if new_form is None:
        raise NotRight(_("Välj en aktör."))
    return actions.assign_new_actor(
        measure,
        by=request.user,
        actor=new_form.actor_fields,
        contact=new_form.contact_fields,
        is_another="is_another" in request.POST,
        **form.part,
    )


def _letter(measure: Measure, actor: Actor | None, form: AssignForm) -> dict[str, Any]:
    """The mail as it would go out with what stands in the form, or why there is none."""
    if actor is None:
        return {}
    given = form.cleaned_data if form.is_bound and form.is_valid() else form.initial_part
    contact = given.get("contact")
    if given.get("manner") == AGREED:
        return {"no_letter": _("Ni är redan överens. Aktören får frågorna när perioden är slut.")}
    if contact is None or not contact.email:
        return {"no_letter": _("Det finns ingen adress att skriva till. Ring och notera svaret på uppdraget.")}
    proposed = Assignment(measure=measure, actor=actor, contact=contact, role=given["role"], commitment=given.get("commitment") or "")
    return {"letter": preview_proposal(proposed), "sender": sender_name(measure.plan.workspace), "receiver": f"{contact}, {actor}"}


def _say(request: SignedInRequest, assignment: Assignment) -> None:
    names: dict[str, Any] = {"actor": assignment.actor, "measure": assignment.measure, "role": assignment.get_role_display()}
    if assignment.accepted_at:
        words = _("%(measure)s: %(actor)s är tilldelad, %(role)s.")
    elif assignment.contact and assignment.contact.email:
        words = _("%(actor)s är föreslagen som %(role)s för %(measure)s. Mejlet går om tio minuter.")
    else:
        words = _("%(actor)s är föreslagen som %(role)s för %(measure)s. Det finns ingen adress att mejla: ring och notera svaret.")
    messages.success(request, words % names, extra_tags=reverse("assignment_undo", args=[assignment.pk]))
