"""Signing in with an e-mail address and a password. Accounts are made by invitation only."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.account.utils import user_pk_to_url_str
from django import forms
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from stakeholders.models import User

log = structlog.get_logger(__name__)

post = ThreadPoolExecutor(max_workers=1, thread_name_prefix="account-mail")
"""Hands over password letters, so that the answer comes as fast whether the address is known or not."""


def password_link(user: User) -> str:
    """A link where `user` chooses a password; works once, for three days."""
    return _link(f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}")


def _link(key: str) -> str:
    uidb36, _dash, token = key.partition("-")
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
    return f"{settings.BASE_URL}{address}"


class Adapter(DefaultAccountAdapter):
    """How allauth behaves here."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("E-postadressen eller lösenordet stämmer inte."),
        "too_many_login_attempts": _("Det blev för många försök. Vänta fem minuter och försök igen, eller välj ett nytt lösenord."),
        "incorrect_password": _("Det nuvarande lösenordet stämmer inte."),
        "enter_current_password": _("Skriv ditt nuvarande lösenord."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: a coordinator invites."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Built from BASE_URL: what the browser calls us could be anybody's."""
        return _link(key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the letter now and hand it over beside the page."""
        letter = self.render_mail(template_prefix, email, {**context, "email": email, "base_url": settings.BASE_URL})
        letter.extra_headers["Auto-Submitted"] = "auto-generated"
        post.submit(_hand_over, letter)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong guesses by address and by who guesses, so that nobody can lock somebody else out."""
        return f"{self.get_client_ip(request)}:{credentials.get('email', '').lower()}"


def _hand_over(letter: EmailMessage) -> None:
    try:
        letter.send()
    except Exception as error:  # noqa: BLE001 whatever the mail server says; the person asks again
        log.warning("account.letter_failed", error=type(error).__name__)


def _plain(form: forms.Form, **labels: Any) -> None:
    """Our labels, and no placeholder saying the same thing once more."""
    for name, label in labels.items():
        if name in form.fields:
            form.fields[name].label = label
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignIn(LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, login=_("E-postadress"), password=_("Lösenord"))
        self.fields["password"].help_text = ""


class AskForPassword(ResetPasswordForm):
    """The address that the letter goes to, if we know it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, email=_("E-postadress"))


class ChoosePassword(ResetPasswordKeyForm):
    """A new password, written twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password1=_("Nytt lösenord"), password2=_("Samma lösenord en gång till"))


class ChangePassword(ChangePasswordForm):
    """The present password, and a new one written twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, oldpassword=_("Nuvarande lösenord"), password1=_("Nytt lösenord"), password2=_("Samma lösenord en gång till"))
