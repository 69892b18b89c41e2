"""The example: a history made with the real actions."""

import pytest

from followup.demo.history import History
from followup.models import Report
from stakeholders.rules import Role
from tests.factories import a_contact, a_measure, a_target, a_user, an_actor, an_assignment, an_indicator

pytestmark = pytest.mark.django_db


def test_two_years_are_lived_with_answers_of_every_sort(plan, company, coordinator, workspace):
    """The names are fixed: what happens hangs on them."""
    reviewer = a_user(company, Role.REVIEWER)
    for number in range(12):
        measure = a_measure(plan, number=f"{number}.1", title=f"Åtgärd {number}")
        a_target(an_indicator(measure, kind="people" if number % 2 else "count"), baseline=40, target=80)
        actor = an_actor(workspace, name=f"Aktör {number}")
        a_contact(actor)
        an_assignment(measure, actor)
    History(plan, coordinator=coordinator, reviewer=reviewer).live(2025)

    reports = Report.objects.all()
    assert reports.approved().count() > 40
    assert reports.filter(was_on_time=False).exists()
    assert reports.filter(returned_at__isnull=False).exists()
    assert reports.filter(kind="correction").exists()
    assert plan.periods.filter(closed_at__isnull=False).count() >= 5
