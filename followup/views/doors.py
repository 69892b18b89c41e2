"""The two doors to the same answer: a reporting link that has been swapped for a narrow cookie, and a signed-in person.

The cookie is no login. It names one link, which is looked up at every request, and opens only what that link leads to. A page that is
drawn carries a seal as well: if the cookie or the session is gone when the form comes back, what was typed can still be kept
(and nothing else can be done) by it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from secrets import token_urlsafe
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache

from followup.actions.drafts import Seen, Writer, save_draft
from followup.forms.answer import FORMS, Answer
from followup.models import AccessLink, Obligation
from followup.models.report import Channel
from followup.permissions import can_submit_report
from followup.queries.answering import behind_link, with_answers
from stakeholders.actions.attachments import attachments_of
from stakeholders.models import Attachment, ContactPerson, User
from stakeholders.permissions import require
from stakeholders.refusals import Refusal
from stakeholders.rules import Role

COOKIE = "samspel_answer"
SEAL = "followup.seal"
KNOWN_FOR = timedelta(days=60)
OPEN_FOR = timedelta(hours=12)
SEAL_HOLDS = timedelta(days=7)
NOT_TYPED = ("csrfmiddlewaretoken", "seal", "seen", "form_key")

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Visit:
    """What the cookie says: which link, which browser, the name given when it is not the contact's own, and whether the link leads to many."""

    link: int
    mark: str
    name: str = ""
    role_title: str = ""
    is_list: bool = False

    @classmethod
    def of(cls, request: HttpRequest, max_age: timedelta = OPEN_FOR) -> Self | None:
        """The visit that the browser's cookie tells of; None when there is none, it is too old or tampered with."""
        try:
            return cls(**signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=max_age))
        except (signing.BadSignature, TypeError):
            return None

    @classmethod
    def begin(cls, link: AccessLink) -> Self:
        return cls(link.pk, token_urlsafe(9))

    def set_on(self, response: HttpResponse) -> None:
        """The browser keeps it longer than it opens anything, to be recognised when the same person comes back."""
        response.set_cookie(
            COOKIE,
            signing.dumps(vars(self), salt=COOKIE),
            max_age=KNOWN_FOR,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )


@dataclass(frozen=True)
class Door:
    """Who answers, for which obligation, and from where. `space` is the namespace of the addresses behind this door."""

    obligation: Obligation
    by: User | ContactPerson
    channel: str
    space: str
    visit: str
    link: AccessLink | None = None
    name: str = ""
    role_title: str = ""
    is_one_of_many: bool = False

    def address(self, page: str, *args: Any) -> str:
        return reverse(f"{self.space}:answer_{page}", args=[self.obligation.pk, *args])

    @property
    def pages(self) -> "Pages":
        return Pages(self)

    def files(self) -> list[tuple[Attachment, str]]:
        """The files beside the answer, each with its address."""
        return [(file, self.address("open_file", file.pk)) for file in attachments_of(self.obligation)]

    def to(self, obligation: Obligation) -> Self:
        """The same door to another obligation."""
        return replace(self, obligation=obligation)

    @property
    def writer(self) -> Writer:
        return Writer(self.name or str(self.by), self.visit)

    @property
    def seal(self) -> str:
        """What a form carries, so that nothing typed is lost when cookie or session is gone."""
        who = {"link": self.link.pk} if self.link else {"user": self.by.pk}
        return signing.dumps({"obligation": self.obligation.pk, "visit": self.visit, "name": self.name, **who}, salt=SEAL)

    @property
    def is_by_phone(self) -> bool:
        return self.channel == Channel.PHONE


@dataclass(frozen=True)
class Pages:
    """`{{ door.pages.check }}`: the addresses behind a door, for templates."""

    door: Door

    def __getitem__(self, page: str) -> str:
        return self.door.address(page)


def opened_by(visit: Visit | None) -> AccessLink | None:
    """The link of a visit while it still opens anything: not revoked, not expired, and the contact has not left."""
    if visit is None:
        return None
    links = AccessLink.objects.usable().filter(pk=visit.link, contact__left_at=None)
    return links.select_related("contact", "actor__workspace", "period__plan__workspace").first()


def by_link(view: View) -> View:
    """A page under /answer/: open to whoever holds the cookie of a link that leads to the obligation."""

    @login_not_required
    @never_cache
    @wraps(view)
    def through_link(request: HttpRequest, obligation_id: int, **kwargs: Any) -> HttpResponseBase:
        visit = Visit.of(request)
        link = opened_by(visit)
        if visit is None or link is None:
            return _keep_what_was_typed(request, obligation_id) or away(request)
        obligation = get_object_or_404(with_answers(behind_link(link)), pk=obligation_id)
        door = Door(obligation, link.contact, Channel.LINK, "link", visit.mark, link, visit.name, visit.role_title, visit.is_list)
        with translation.override(link.contact.language):
            return view(request, door, **kwargs)

    return through_link


def by_account(view: View) -> View:
    """The same page under /obligations/…: for the actor's reporters, and for the coordinator on their behalf (by phone)."""

    @login_not_required
    @never_cache
    @wraps(view)
    def through_account(request: HttpRequest, obligation_id: int, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return _keep_what_was_typed(request, obligation_id) or redirect_to_login(request.get_full_path())
        obligation = get_object_or_404(with_answers(Obligation.objects.visible_to(user)), pk=obligation_id)
        require(can_submit_report(user, obligation))
        actor = obligation.assignment.actor_id
        is_theirs = user.memberships.active().filter(actor=actor, role__in=(Role.REPORTER, Role.COORDINATOR)).exists()
        channel = Channel.ACCOUNT if is_theirs else Channel.PHONE
        return view(request, Door(obligation, user, channel, "account", f"user {user.pk}"), **kwargs)

    return through_account


def away(request: HttpRequest, **told: Any) -> HttpResponse:
    """The cookie is gone, too old, or its link opens nothing any more: how to get back in, without saying which."""
    return render(request, "followup/answer/away.html", told, status=403)


def _keep_what_was_typed(request: HttpRequest, obligation_id: int) -> HttpResponse | None:
    """A form has come back without its cookie or session: keep what it says by its seal, and show it. None when nothing was sent."""
    if request.method != "POST" or request.resolver_match is None:
        return None
    told: dict[str, Any] = {"texts": [text for name, text in request.POST.items() if name not in NOT_TYPED and str(text).strip()]}
    sealed = _sealed(request.POST.get("seal", ""), obligation_id)
    if sealed is None:
        return away(request, **told)
    obligation, by, writer = sealed
    step = str(request.resolver_match.url_name).removeprefix("answer_")
    told["workspace"] = obligation.period.plan.workspace
    if isinstance(by, User):
        told["sign_in"] = redirect_to_login(reverse("account:answer_show", args=[obligation.pk])).url
    if step in FORMS or step == "figures":
        form = Answer(obligation, Channel.LINK).form(step, request.POST)
        try:
            if form.may_be_kept:
                save_draft(obligation, by=by, step=step, answers=form.typed, seen=Seen.read(request.POST.get("seen", "")), writer=writer)
                told["is_kept"] = True
        except Refusal as refusal:
            told["refusal"] = refusal.sentence
    return away(request, **told)


def _sealed(seal: str, obligation_id: int) -> tuple[Obligation, User | ContactPerson, Writer] | None:
    """Whose form it was; None without a right seal, or when that person has nothing more to do with the obligation."""
    try:
        said = signing.loads(seal, salt=SEAL, max_age=SEAL_HOLDS)
    except signing.BadSignature:
        return None
    link = (
        AccessLink.objects.filter(pk=said.get("link"), revoked_at=None, contact__left_at=None).select_related("contact", "period").first()
    )
    user = User.objects.filter(pk=said.get("user"), is_active=True).first()
    reach = behind_link(link) if link else Obligation.objects.visible_to(user) if user else Obligation.objects.none()
    obligation = with_answers(reach).filter(pk=obligation_id).first()
    by = link.contact if link else user
    if obligation is None or by is None or said["obligation"] != obligation_id or not can_submit_report(by, obligation):
        return None
    return obligation, by, Writer(said["name"] or str(by), said["visit"])
