"""Loads the example into an empty workspace, once."""

from datetime import date, datetime, time, timedelta
from importlib.resources import files
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from followup.demo.annual import ask_and_decide, judge_last_year, write_the_year
from followup.demo.cast import make_room, make_user, write_sign_in
from followup.demo.extras import add_overlaps, add_places, add_statistics, add_steps
from followup.demo.history import History
from followup.links import issue_link
from followup.models import Obligation
from followup.queries import obligation_state
from followup.transitions import State
from measures.models import Assignment, Plan
from stakeholders import clock
from stakeholders.actions.jobs import queue_job
from stakeholders.models import Dispatch, User, Workspace
from stakeholders.rules import ActorKind, DispatchState, Role

EXAMPLE_PLAN = files("measures") / "examples" / "handlingsplan_exempel.xlsx"


@transaction.atomic
def load_demo() -> str:
    """Make the example from the plan's first day to now; gives the sign-in table. All of it or nothing."""
    first_year = clock.today().year - 1
    beginning = datetime.combine(date(first_year, 1, 2), time(8), clock.STOCKHOLM)
    with clock.at(beginning):
        workspace = make_room()
        users = {role: make_user(workspace, role) for role in (Role.COORDINATOR, Role.REVIEWER, Role.MANAGEMENT, Role.AUDITOR, Role.ADMIN)}
        call_command("import_plan", str(EXAMPLE_PLAN), workspace=workspace.slug, confirm=True, stdout=StringIO())
        users[Role.REPORTER] = make_user(workspace, Role.REPORTER)
        plan = Plan.objects.get(workspace=workspace)
        plan.opens_days_before_end = 60  # so that the example always has a round to answer
        plan.save(update_fields=["opens_days_before_end"])
        Assignment.objects.filter(measure__plan=plan, accepted_at=None).update(accepted_at=clock.now())
        add_places(plan, by=users[Role.COORDINATOR])
        add_overlaps(plan, by=users[Role.COORDINATOR])
        add_statistics(plan, by=users[Role.COORDINATOR])
    History(plan, coordinator=users[Role.COORDINATOR], reviewer=users[Role.REVIEWER]).live(first_year)
    add_steps(plan, by=users[Role.COORDINATOR])
    judge_last_year(plan, first_year, coordinator=users[Role.COORDINATOR], manager=users[Role.MANAGEMENT])
    ask_and_decide(plan, by=users[Role.COORDINATOR])
    write_the_year(plan, first_year + 1, coordinator=users[Role.COORDINATOR], manager=users[Role.MANAGEMENT], is_finished=False)
    _lay_old_mail_to_rest(workspace)
    _ask_to_freeze(plan, first_year, by=users[Role.COORDINATOR])
    return write_sign_in(_some_links(plan))


def _lay_old_mail_to_rest(workspace: Workspace) -> None:
    """What the history would have sent long ago is handed over already; a week's mail is left for the worker to send."""
    week_ago = clock.now().replace(hour=0, minute=0) - timedelta(days=7)
    old = Dispatch.objects.filter(workspace=workspace, state=DispatchState.PLANNED, not_before__lt=week_ago)
    old.update(state=DispatchState.HANDED_OVER, handed_over_at=clock.now())


def _ask_to_freeze(plan: Plan, year: int, *, by: User) -> None:
    """Last year, once its rounds are closed; the worker draws it, so that nobody waits for it."""
    if not plan.periods.filter(year=year, closed_at=None).exists():
        queue_job("freeze_year", workspace=plan.workspace, by=by, plan=plan.pk, year=year, version=1, reason="")


def _some_links(plan: Plan) -> list[tuple[str, str]]:
    """Links of two partners that still have something to answer."""
    links: list[tuple[str, str]] = []
    waiting = Obligation.objects.filter(period__plan=plan, period__closed_at=None, period__opens_on__lte=clock.today())
    for obligation in waiting.select_related("assignment__actor", "assignment__contact", "period").order_by("-period__ends_on", "pk"):
        actor = obligation.assignment.actor
        contact = obligation.assignment.contact or actor.contacts.first()
        is_partner = actor.kind != ActorKind.HOUSING_COMPANY
        if contact and is_partner and obligation_state(obligation) == State.UNANSWERED and actor.name not in dict(links):
            _link, token = issue_link(contact, actor, obligation.period, by=None)
            links.append((actor.name, f"{settings.BASE_URL}/l/{token}/"))
        if len(links) == 2:
            break
    return links
