"""What every page about a year begins with: the plan and the year that the person can reach, and the way back."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from followup.models import AnnualFollowUp
from followup.year.frozen import with_frozen_before
from measures.models import Plan
from stakeholders import clock
from stakeholders.permissions import can_read_all, require

Crumbs = list[tuple[str, str]]


def _with_frozen(plans: QuerySet[Plan], number: int) -> QuerySet[Plan]:
    """Which year was frozen last (`frozen_year`), and the newest version of this one (`frozen`, `frozen_version`): no question of their own."""
    newest = AnnualFollowUp.objects.filter(plan=OuterRef("pk")).order_by("-year", "-version")
    own = newest.filter(year=number)
    return plans.annotate(
        frozen_year=Subquery(newest.values("year")[:1]),
        frozen=Subquery(own.values("pk")[:1]),
        frozen_version=Subquery(own.values("version")[:1]),
    )


def plan_of_year(request: HttpRequest, pk: int, number: int, *, with_before: bool = False) -> Plan:
    """The plan, when the person may read all of it and the year is one of its own. `with_before`: and the year before as it was frozen."""
    plans = _with_frozen(Plan.objects.visible_to(request.user), number)
    if with_before:
        plans = with_frozen_before(plans, number, clock.now())
    plan = get_object_or_404(plans.select_related("workspace"), pk=pk)
    require(can_read_all(request.user, plan.workspace))
    refuse_other_years(plan, number)
    return plan


def refuse_other_years(plan: Plan, number: int) -> None:
    if not plan.first_year <= number <= plan.last_year:
        raise Http404


def year_crumbs(plan: Plan, number: int, *below: tuple[str, str], is_last: bool = False) -> Crumbs:
    """Follow-up, the plan, the year (unless it `is_last`: the page itself), and what is `below` it."""
    here = reverse("year_show", args=[plan.pk, number])
    return [
        (_("Uppföljning"), reverse("year_list")),
        (plan.title, reverse("plan_page", args=[plan.pk])),
        *([] if is_last else [(_("Årsuppföljning %(year)s") % {"year": number}, here)]),
        *below,
    ]
