"""What somebody had typed when they were signed out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from stakeholders import sessions


@require_http_methods(["GET", "POST"])
def account_typed(request: HttpRequest) -> HttpResponse:
    """Offer to send it now, as it was; POST throws it away."""
    if request.method == "POST":
        sessions.forget_typed(request)
        return redirect("/")
    kept = sessions.typed(request)
    if not kept:
        return redirect("/")
    texts = [value for _name, value in kept["fields"] if len(value) > 3]
    return render(request, "account/typed.html", {**kept, "texts": texts})
