"""The register's own forms: a new actor, an edited one, its contact persons. Lists and sheets show more, so they live in followup."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from stakeholders.actions import actors as actions
from stakeholders.actions.actors import LooksLikeAnother
from stakeholders.forms import ActorForm, ContactForm
from stakeholders.models import Actor, ContactPerson
from stakeholders.permissions import SignedInRequest, can_coordinate, require
from stakeholders.refusals import ChangedMeanwhile, NotRight
from stakeholders.views.clash import clash_page
from stakeholders.views.rooms import workspace_of


def create(request: SignedInRequest) -> HttpResponse:
    """Register an actor. A likely duplicate is asked about on the same page."""
    workspace = workspace_of(request)
    require(can_coordinate(request.user, workspace))
    form = ActorForm(request.POST or None, workspace=workspace)
    page = {"form": form, "title": _("Ny aktör"), "back": "actor_list"}
    if request.method != "POST":
        return render(request, "stakeholders/actor_form.html", page)
    if not form.is_valid():
        return render(request, "stakeholders/actor_form.html", page, status=422)
    try:
        actor = actions.register_actor(workspace, by=request.user, is_another="is_another" in request.POST, **form.given)
    except LooksLikeAnother as question:
        return render(request, "stakeholders/actor_form.html", {**page, "question": question}, status=422)
    except NotRight as no:
        form.add_error(None, no.sentence)
        return render(request, "stakeholders/actor_form.html", page, status=422)
    messages.success(request, _("%(actor)s är registrerad. Lägg till en kontaktperson, så kan ni fråga dem.") % {"actor": actor})
    return redirect("actor_page", actor.pk)


def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Edit what stands about an actor."""
    actor = get_object_or_404(Actor.objects.visible_to(request.user).select_related("workspace"), pk=pk)
    require(can_coordinate(request.user, actor.workspace))
    form = ActorForm(request.POST or None, instance=actor, workspace=actor.workspace)
    page = {"form": form, "title": _("Ändra %(actor)s") % {"actor": actor}, "actor": actor}
    if request.method != "POST":
        return render(request, "stakeholders/actor_form.html", page)
    if not form.is_valid():
        return render(request, "stakeholders/actor_form.html", page, status=422)
    try:
        actions.change_actor(actor, by=request.user, version=form.read_version, **form.given)
    except ChangedMeanwhile as clash:
        return clash_page(request, form, clash, actor, version=form.read_version, title=page["title"])
    except NotRight as no:
        form.add_error(None, no.sentence)
        return render(request, "stakeholders/actor_form.html", page, status=422)
    messages.success(request, _("Ändringarna är sparade."))
    return redirect("actor_page", actor.pk)


def add_contact(request: SignedInRequest, pk: int) -> HttpResponse:
    """A contact person at an actor."""
    actor = get_object_or_404(Actor.objects.visible_to(request.user).select_related("workspace"), pk=pk)
    require(can_coordinate(request.user, actor.workspace))
    form = ContactForm(request.POST or None)
    page = {"form": form, "title": _("Ny kontaktperson"), "actor": actor}
    if request.method != "POST":
        return render(request, "stakeholders/contact_form.html", page)
    if not form.is_valid():
        return render(request, "stakeholders/contact_form.html", page, status=422)
    actions.add_contact(actor, by=request.user, **form.given)
    messages.success(request, _("Kontaktpersonen är tillagd."))
    return redirect("actor_page", actor.pk)


def edit_contact(request: SignedInRequest, pk: int) -> HttpResponse:
    """Edit a contact person; a new address is tried afresh."""
    contact = get_object_or_404(ContactPerson.objects.visible_to(request.user).select_related("actor__workspace"), pk=pk)
    actor = contact.actor
    require(can_coordinate(request.user, actor.workspace))
    form = ContactForm(request.POST or None, instance=contact)
    page = {"form": form, "title": _("Ändra kontaktperson"), "actor": actor, "contact": contact}
    if request.method != "POST":
        return render(request, "stakeholders/contact_form.html", page)
    if not form.is_valid():
        return render(request, "stakeholders/contact_form.html", page, status=422)
    try:
        actions.change_contact(contact, by=request.user, version=form.read_version, **form.given)
    except ChangedMeanwhile as clash:
        return clash_page(request, form, clash, contact, version=form.read_version, title=page["title"])
    messages.success(request, _("Ändringarna är sparade."))
    return redirect("actor_page", actor.pk)
