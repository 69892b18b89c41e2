"""The workspace that a signed-in person is in: the one they chose, or the only one they have."""

from typing import cast

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stakeholders.models import Workspace
from stakeholders.permissions import SignedInRequest
from stakeholders.refusals import NotAllowed

CHOSEN = "workspace"


def workspaces_of(request: SignedInRequest) -> list[Workspace]:
    """The workspaces where the person has a role, by name; asked once a request."""
    if "workspaces" not in vars(request):
        vars(request)["workspaces"] = list(Workspace.objects.visible_to(request.user).order_by("name", "pk"))
    return cast(list[Workspace], vars(request)["workspaces"])


def workspace_of(request: SignedInRequest) -> Workspace:
    """The workspace whose lists are shown. Raises NotAllowed when the person has no role anywhere."""
    mine = workspaces_of(request)
    if not mine:
        raise NotAllowed(_("Du har ingen roll i något samverkansrum. Be samordnaren om en inbjudan."))
    chosen = request.session.get(CHOSEN)
    return next((workspace for workspace in mine if workspace.slug == chosen), mine[0])


@require_POST
def choose(request: SignedInRequest, slug: str) -> HttpResponse:
    """Go over to another of one's workspaces, to its first page."""
    workspace = get_object_or_404(Workspace.objects.visible_to(request.user), slug=slug)
    request.session[CHOSEN] = workspace.slug
    return HttpResponseRedirect("/")
