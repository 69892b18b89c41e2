"""Answers from the side of those who give them: what is asked of one's own organisations, and what one may answer at all."""

from typing import Any

from django.db.models import Q, QuerySet

from followup.models import Obligation
from followup.queries.answering import with_answers
from stakeholders import clock
from stakeholders.rules import Role


def own_obligations(user: Any) -> QuerySet[Obligation]:
    """What has been asked of the organisations that the user answers for, in rounds that have opened; the latest round first."""
    mine = user.memberships.active().filter(role__in=(Role.REPORTER, Role.COORDINATOR)).values("actor")
    asked = Obligation.objects.filter(assignment__actor__in=mine, period__opens_on__lte=clock.today())
    return with_answers(asked).order_by("-period__ends_on", "-period", "assignment__actor", "assignment__measure__number_sort", "pk")


def may_be_answered_by(user: Any) -> QuerySet[Obligation]:
    """`can_submit_report` for many at once, within the user's reach."""
    roles = user.memberships.active()
    reports_for = roles.filter(role=Role.REPORTER).values("actor")
    coordinates = roles.filter(role__in=(Role.COORDINATOR, Role.ADMIN)).values("actor__workspace")
    may = Q(assignment__actor__in=reports_for) | Q(assignment__actor__workspace__in=coordinates)
    return with_answers(Obligation.objects.visible_to(user).filter(may))
