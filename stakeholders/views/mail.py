"""Mail as people see it: what waits for the coordinator's decision, the letters of an installation that sends none, and declining."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from stakeholders import clock
from stakeholders.actions.mail import cancel_dispatch, leave_dispatch, opt_in, opt_out, resend_dispatch
from stakeholders.guesses import count_wrong_guess
from stakeholders.mail import contact_of
from stakeholders.models import ContactPerson, Dispatch, Workspace
from stakeholders.permissions import SignedInRequest, can_coordinate, can_coordinate_anything, require
from stakeholders.rules import DIGEST_KINDS, ROUND_KINDS, TO_DECIDE, DispatchState
from stakeholders.transports import FolderTransport, from_settings

MOST_SHOWN = 100
MAIL_STYLE = {"default-src": [NONE], "style-src": [UNSAFE_INLINE], "frame-ancestors": [NONE], "base-uri": [NONE], "form-action": [NONE]}
"""What a letter's HTML may do in a browser: be read, in its own colours."""


def dispatch_list(request: SignedInRequest) -> HttpResponse:
    """What a person must decide about, what goes later, who cannot be written to, and the latest letters with what became of them."""
    require(can_coordinate_anything(request.user))
    rooms = [room for room in Workspace.objects.visible_to(request.user) if can_coordinate(request.user, room)]
    dispatches = _dispatches(request).filter(workspace__in=rooms).order_by("-id")
    later = dispatches.filter(state=DispatchState.PLANNED, not_before__gt=clock.now()).order_by("not_before", "id")
    unwritable = ContactPerson.objects.filter(actor__workspace__in=rooms, left_at=None).exclude(bounced_at=None, opted_out_at=None)
    context = {
        "to_decide": dispatches.filter(state__in=TO_DECIDE),
        "later": later[:MOST_SHOWN],
        "later_count": later.count(),
        "unwritable": unwritable.select_related("actor").order_by("actor__name_sort", "id"),
        "latest": dispatches.exclude(state__in=TO_DECIDE).exclude(pk__in=later.values("pk"))[:MOST_SHOWN],
        "by_themselves": (*ROUND_KINDS, *DIGEST_KINDS),
        "reads_here": _folder() is not None,
    }
    return render(request, "stakeholders/dispatch_list.html", context)


@require_POST
def dispatch_resend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a letter again that was refused, or that nobody knows about."""
    dispatch = get_object_or_404(_dispatches(request), pk=pk)
    require(can_coordinate(request.user, dispatch.workspace))
    resend_dispatch(dispatch, by=request.user)
    messages.success(request, _("Mejlet skickas igen."))
    return redirect("dispatch_list")


@require_POST
def dispatch_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let it be, until the next reminder."""
    dispatch = get_object_or_404(_dispatches(request), pk=pk)
    require(can_coordinate(request.user, dispatch.workspace))
    leave_dispatch(dispatch, by=request.user)
    messages.success(request, _("Vi väntar till nästa påminnelse."))
    return redirect("dispatch_list")


@require_POST
def dispatch_cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop a letter that waits."""
    dispatch = get_object_or_404(_dispatches(request), pk=pk)
    require(can_coordinate(request.user, dispatch.workspace))
    cancel_dispatch(dispatch, by=request.user)
    messages.success(request, _("Brevet är inställt."))
    return redirect("dispatch_list")


def mail_list(request: SignedInRequest) -> HttpResponse:
    """Postlådan: the letters that have become files, in an installation without a mail server."""
    folder = _folder_or_404()
    require(can_coordinate_anything(request.user))
    sent = _dispatches(request).filter(state=DispatchState.HANDED_OVER).order_by("-handed_over_at", "-id")
    letters = [(one, _message(folder, one)) for one in sent[:MOST_SHOWN] if can_coordinate(request.user, one.workspace)]
    return render(request, "stakeholders/mail_list.html", {"letters": [pair for pair in letters if pair[1]], "folder": folder.folder})


def mail_show(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """One letter: its headers and its plain text."""
    dispatch, message = _letter_for(request, message_id)
    crumbs = [(_("Postlådan"), reverse("mail_list")), (message["subject"], "")]
    context = {"dispatch": dispatch, "message": message, "text": _body(message, "plain"), "crumbs": crumbs}
    return render(request, "stakeholders/mail.html", context)


@csp(MAIL_STYLE)  # type: ignore[arg-type]  # its types know only views without arguments
def mail_show_html(request: SignedInRequest, message_id: UUID) -> HttpResponse:
    """The letter's HTML, as a mail program draws it."""
    _dispatch, message = _letter_for(request, message_id)
    return HttpResponse(_body(message, "html"))


@login_not_required
@csrf_exempt  # a mail program's one-click button has no cookie of ours; the address itself is the right to decline
def mail_opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks and changes nothing; POST declines further letters, or takes that back."""
    contact = contact_of(token)
    if contact is None or contact.left_at:
        count_wrong_guess(request)
        raise Http404
    if request.method == "POST":
        contact = (opt_in if request.POST.get("undo") else opt_out)(contact, by=contact)
    return render(request, "stakeholders/opt_out.html", {"contact": contact, "workspace": contact.actor.workspace})


def _dispatches(request: SignedInRequest) -> Any:
    return Dispatch.objects.visible_to(request.user).select_related("workspace", "contact__actor", "user")


def _folder() -> FolderTransport | None:
    transport = from_settings()
    return transport if isinstance(transport, FolderTransport) else None


def _folder_or_404() -> FolderTransport:
    folder = _folder()
    if folder is None:
        raise Http404
    return folder


def _letter_for(request: SignedInRequest, message_id: UUID) -> tuple[Dispatch, EmailMessage]:
    folder = _folder_or_404()
    dispatch = get_object_or_404(_dispatches(request), message_id=message_id)
    require(can_coordinate(request.user, dispatch.workspace))
    message = _message(folder, dispatch)
    if message is None:
        raise Http404
    return dispatch, message


def _message(folder: FolderTransport, dispatch: Dispatch) -> EmailMessage | None:
    path = folder.path(dispatch.message_id)
    return message_from_bytes(path.read_bytes(), policy=default) if path.is_file() else None


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content() if part else ""
