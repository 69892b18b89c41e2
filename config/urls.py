"""Every address. Each app keeps its own list."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path

from stakeholders.views.typed import account_typed


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nothing of the database: whoever restarts processes must not restart for that."""
    return HttpResponse("ok", content_type="text/plain")


# Only the pages of allauth that we use. Its names are kept, since its own code asks for them.
accounts = [
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/closed/", account.signup, name="account_signup"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/typed/", account_typed, name="account_typed"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path("account/password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/password/reset/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]

urlpatterns = [
    path("healthz", alive, name="alive"),
    *accounts,
    path("", include("stakeholders.urls")),
    path("", include("measures.urls")),
    path("", include("followup.urls")),
]

handler400 = "config.refusals.not_understood"
handler403 = "config.refusals.not_allowed"
handler404 = "config.refusals.not_found"
handler500 = "config.refusals.fell"
