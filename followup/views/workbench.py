"""The workbench of the annual follow-up: who writes what by when, drafts from the figures, and the year as it will read."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from followup.actions.year_texts import Share, share_out, write_text
from followup.forms.annual import TextForm, TextPlanForm
from followup.models import YearText
from followup.permissions import audience_of, can_plan_texts, can_write_text
from followup.views.annual import Crumbs, plan_of_year, year_crumbs
from followup.year.build import compose
from followup.year.drafts import draft_of, with_drafts
from followup.year.reading import read_book
from followup.year.texts import SUMMARY, moved_since, title_of
from measures.models import Goal, Plan
from stakeholders import clock
from stakeholders.models import Membership, User
from stakeholders.permissions import SignedInRequest, require
from stakeholders.refusals import ChangedMeanwhile
from stakeholders.rules import Role
from stakeholders.views.clash import clash_page

WRITERS = (Role.COORDINATOR, Role.REVIEWER, Role.MANAGEMENT, Role.ADMIN)
"""Who can be asked to write: those who see the whole room and may do more than read."""


@require_safe
def workbench_show(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Every text of the year: who writes it, by when, and how far it has come."""
    plan = plan_of_year(request, pk, number)
    texts = _texts(plan, number)
    moved = moved_since(plan, number, (text for _goal, text in texts))
    context = {
        "plan": plan,
        "number": number,
        "rows": [(title_of(goal), text, can_write_text(request.user, text), moved.get(text.goal_id, 0)) for goal, text in texts],
        "done": sum(text.done_at is not None for _goal, text in texts),
        "today": clock.today(),
        "may_plan": can_plan_texts(request.user, plan.workspace),
        "crumbs": year_crumbs(plan, number),
    }
    return render(request, "followup/workbench.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def workbench_plan(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Share out the texts: one form for all of them. Of two who share out at once the second is told, and changes nothing."""
    plan = plan_of_year(request, pk, number)
    require(can_plan_texts(request.user, plan.workspace))
    members = Membership.objects.within(plan.workspace).active().filter(role__in=WRITERS)
    writers = {user.pk: user for user in User.objects.filter(pk__in=members.values("user")).order_by("name", "pk")}
    sent = request.POST if request.method == "POST" else None
    texts = _texts(plan, number)
    rows = [
        (goal, text, TextPlanForm(sent, instance=text, writers=writers, prefix=f"text-{text.goal_id or SUMMARY}")) for goal, text in texts
    ]
    if request.method == "POST" and all(form.is_valid() for _goal, _text, form in rows):
        shares = [Share(text, form.read_version, **form.given) for _goal, text, form in rows if set(form.changed_data) - {"version"}]
        share_out(plan, shares, by=request.user)
        messages.success(request, _("Texterna är fördelade. De som ska skriva ser det under I dag."))
        return redirect("workbench_show", pk, number)
    context = {
        "plan": plan,
        "number": number,
        "rows": [(title_of(goal), form) for goal, _text, form in rows],
        "has_faults": any(form.errors for _goal, _text, form in rows),
        "crumbs": _crumbs(plan, number),
    }
    return render(request, "followup/workbench_plan.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def text_write(request: SignedInRequest, pk: int, number: int, goal: int) -> HttpResponse:
    """One text beside the draft that the figures give; `?draft=1` begins from it."""
    plan = plan_of_year(request, pk, number, with_before=True)
    found = next(((each, text) for each, text in _texts(plan, number) if (text.goal_id or SUMMARY) == goal), None)
    if found is None:
        raise Http404
    area, text = found
    require(can_write_text(request.user, text))
    begun = {"is_done": text.done_at is not None}
    form = TextForm(request.POST or None, instance=text, initial=begun)
    if request.method == "POST" and form.is_valid():
        words, is_done = form.cleaned_data["text"], form.cleaned_data["is_done"]
        try:
            write_text(text, by=request.user, version=form.read_version, words=words, is_done=is_done)
        except ChangedMeanwhile as clash:
            stored = YearText.objects.get(plan=plan, year=number, goal=area)
            return clash_page(request, form, clash, stored, version=form.read_version, title=title_of(area))
        messages.success(request, _("Texten är klar.") if is_done else _("Texten är sparad. Den står i årsuppföljningen när den är klar."))
        return redirect("workbench_show", pk, number)
    book = read_book(plan, number, audience=audience_of(request.user, plan.workspace), as_of=clock.now())
    draft = draft_of(book, area)
    if request.method != "POST" and request.GET.get("draft"):
        form.initial["text"] = draft
    context = {
        "plan": plan,
        "number": number,
        "title": title_of(area),
        "text": text,
        "moved": moved_since(plan, number, [text]).get(text.goal_id, 0),
        "form": form,
        "draft": draft,
        "crumbs": _crumbs(plan, number),
    }
    return render(request, "followup/text_write.html", context, status=422 if request.method == "POST" else 200)


@require_safe
def workbench_preview(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """The year as it would read now, drafts included and marked."""
    plan = plan_of_year(request, pk, number, with_before=True)
    book = read_book(plan, number, audience=audience_of(request.user, plan.workspace), as_of=clock.now())
    texts = [text for _goal, text in _texts(plan, number)]
    year = replace(compose(book), texts=with_drafts(book, texts))
    context: dict[str, Any] = {
        "plan": plan,
        "number": number,
        "year": year,
        "is_frozen": True,
        "shown": None,
        "left": sum(text.done_at is None for text in texts),
        "crumbs": _crumbs(plan, number),
    }
    return render(request, "followup/workbench_preview.html", context)


def _texts(plan: Plan, number: int) -> list[tuple[Goal | None, YearText]]:
    """The text of the whole and of each focus area; one that nobody has touched is a row that is not stored."""
    stored = {text.goal_id: text for text in plan.year_texts.filter(year=number).select_related("assignee", "written_by", "done_by")}
    goals: list[Goal | None] = [None, *plan.goals.filter(parent=None)]
    found = [(goal, stored.get(goal.pk if goal else None) or YearText(year=number, goal=goal, version=0)) for goal in goals]
    for _goal, text in found:
        text.plan = plan
    return found


def _crumbs(plan: Plan, number: int) -> Crumbs:
    return year_crumbs(plan, number, (_("Arbetsbord"), reverse("workbench_show", args=[plan.pk, number])))
