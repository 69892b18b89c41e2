"""The register with search as you type, and one actor's sheet."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from followup.actions.assignments import close_actor
from followup.actions.contacts import let_contact_leave
from followup.forms.register import CloseActorForm, LeaveForm
from followup.queries import register
from followup.queries.actor_sheet import actor_sheet
from followup.queries.current import round_now
from followup.queries.story import history_of_actor
from stakeholders.models import Actor, ContactPerson
from stakeholders.permissions import SignedInRequest, can_coordinate, can_read_all, require
from stakeholders.refusals import NotRight
from stakeholders.rules import normalise_search
from stakeholders.views.parts import show
from stakeholders.views.rooms import workspace_of


def listing(request: SignedInRequest) -> HttpResponse:
    """Every actor, filtered by what is typed and by a chip. The list alone is a part of the page, for search as you type."""
    workspace = workspace_of(request)
    sees_all = can_read_all(request.user, workspace)
    period = round_now(workspace) if sees_all else None
    actors = Actor.objects.visible_to(request.user).within(workspace).open()
    rows = register.actor_rows(actors, period, with_contacts=sees_all)
    groups = register.chips(rows)
    here = next((group for group in groups if group[0] == request.GET.get("show", "")), groups[0])
    q = request.GET.get("q", "")
    words = normalise_search(q)
    context = {
        "rows": [row for row in here[2] if not words or row.matches(words)],
        "chips": [_chip(request, name, text, len(found), name == here[0]) for name, text, found in groups],
        "q": q,
        "shown": here[0],
        "period": period,
        "total": len(rows),
        "lacking": sum(row.lacks for row in rows),
        "broken": sum(any(sign == "wrong_address" for sign, _words in row.todo) for row in rows),
        "sees_all": sees_all,
        "can_edit": can_coordinate(request.user, workspace),
    }
    return show(request, "followup/actor_list.html", "followup/_actors.html", context)


def page(request: SignedInRequest, pk: int) -> HttpResponse:
    """One actor: what it has taken on, its answers over time, its own words, its agreements."""
    actor = _actor_for(request, pk)
    context = {
        "actor": actor,
        "areas": list(actor.areas.all()),
        "sheet": actor_sheet(actor),
        "contacts": ContactPerson.objects.visible_to(request.user).filter(actor=actor, left_at=None),
        "can_edit": can_coordinate(request.user, actor.workspace),
        "sees_all": can_read_all(request.user, actor.workspace),
    }
    return render(request, "followup/actor.html", context)


def history(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything that has happened to an actor, latest first."""
    actor = _actor_for(request, pk)
    require(can_read_all(request.user, actor.workspace))
    back = reverse("actor_page", args=[actor.pk])
    context = {"title": actor, "back": back, "place": "actor_list", "lines": history_of_actor(actor)}
    return render(request, "followup/history.html", context)


def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """An actor that is no more: its parts end, or go on with a successor."""
    actor = _actor_for(request, pk)
    require(can_coordinate(request.user, actor.workspace))
    form = CloseActorForm(request.POST or None, actor=actor)
    context = {"actor": actor, "form": form, "parts": actor.assignments.current().count()}
    if request.method != "POST" or not form.is_valid():
        return render(request, "followup/actor_close.html", context, status=422 if form.is_bound else 200)
    try:
        close_actor(actor, by=request.user, **form.cleaned_data)
    except NotRight as no:
        form.add_error(None, no.sentence)
        return render(request, "followup/actor_close.html", context, status=422)
    messages.success(request, _("%(actor)s är avslutad. Det som är rapporterat finns kvar.") % {"actor": actor})
    return redirect("actor_page", actor.pk)


def contact_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """A contact person has left: erased, and somebody else takes over the questions."""
    contact = get_object_or_404(ContactPerson.objects.visible_to(request.user).select_related("actor__workspace"), pk=pk)
    require(can_coordinate(request.user, contact.actor.workspace))
    form = LeaveForm(request.POST if request.method == "POST" else None, contact=contact)
    context = {"contact": contact, "form": form, "parts": contact.assignments.current().count()}
    if request.method != "POST" or not form.is_valid():
        return render(request, "followup/contact_leave.html", context, status=422 if form.is_bound else 200)
    let_contact_leave(contact, by=request.user, **form.cleaned_data)
    messages.success(request, _("Uppgifterna om personen är raderade."))
    return redirect("actor_page", contact.actor_id)


def _actor_for(request: SignedInRequest, pk: int) -> Actor:
    return get_object_or_404(Actor.objects.visible_to(request.user).select_related("workspace", "parent", "successor"), pk=pk)


def _chip(request: SignedInRequest, name: str, words: str, count: int, is_here: bool) -> dict[str, object]:
    query = request.GET.copy()
    query["show"] = name
    for empty in [key for key in query if not query[key]]:
        del query[empty]
    address = f"?{query.urlencode()}" if query else request.path
    return {"words": words, "count": count, "address": address, "is_here": is_here}
