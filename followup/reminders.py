"""Who is to be reminded today: worked out anew each time from what is true, stored once.

An answer is asked for fourteen days before its last day, and reminded of three days before, on the day, three and ten days after; then
it is the coordinator's to ring. On each mailing morning the latest step that has come is planned, so what was missed (a weekend, a
holiday, a scheduler that stood still) collapses into one letter. A person gets one letter a day, about one round, with all its measures.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from followup.models import Obligation, ObligationRuling, Report
from followup.queries import receiver
from followup.words import RulingKind
from stakeholders import clock
from stakeholders.actions.dispatches import CANCELLED, set_aside
from stakeholders.mail import worker_name
from stakeholders.models import ContactPerson, Dispatch, DispatchItem, Heartbeat, Membership, Workspace
from stakeholders.mornings import DAY_ENDS, MORNING, MORNING_ENDS, at, is_mailing_day
from stakeholders.rules import DIGEST_KINDS, ROUND_KINDS, TO_DECIDE, DispatchKind, DispatchState, Role

STEPS = [(-14, "t-14"), (-3, "t-3"), (0, "t0"), (3, "t+3"), (10, "t+10")]
"""(days after the last day, name). After the last one it is the coordinator's turn."""

LAST_CHANCE = 28
"""Days after the last day when nothing more is planned, even if nobody has closed the round."""

FIRST_RESTS = timedelta(hours=36)
"""A first letter is not followed by a reminder the very next morning."""

SPREAD = 6_000
"""Seconds of the morning (08.00–09.40) over which the letters are spread."""


@dataclass(frozen=True)
class Due:
    """One answer that a person is to be written to about, today."""

    obligation_id: int
    workspace_id: int
    period_id: int
    contact_id: int
    due_on: date
    step: str
    is_first: bool


def plan(worker: str = "") -> int:
    """Plan today's letters about rounds, and the mornings of coordinators and reviewers. Gives how many letters are new.

    Harmless at any time and twice: run each minute. The number of queries is the same for one receiver and for ten thousand.
    """
    if not is_time_to_plan(clock.now()):
        Heartbeat.beat("reminders", worker or worker_name())
        return 0
    with transaction.atomic():
        _set_stale_aside()
        planned = _plan_round_letters(_due_today())
        planned += _plan_digests()
    Heartbeat.beat("reminders", worker or worker_name())
    return planned


def is_time_to_plan(moment: datetime) -> bool:
    """Until ten in the morning; if nobody has planned today, until four in the afternoon."""
    hour = moment.astimezone(clock.STOCKHOLM).time()
    if hour < MORNING_ENDS:
        return True
    last = Heartbeat.objects.filter(duty="reminders").first()
    return hour < DAY_ENDS and (last is None or clock.day_of(last.seen_at) < clock.day_of(moment))


def step_of(due_on: date, today: date) -> str:
    """The latest step that has come for an answer that is due on `due_on`; "" before the first and long after the last."""
    days = (today - due_on).days
    return next((name for offset, name in reversed(STEPS) if days >= offset), "") if days <= LAST_CHANCE else ""


def needing_answer(today: date) -> Any:
    """Obligations that are open and unanswered: one query, with `due` (extension included) and `receiver` (whom to write to, or None).

    The same answer as `obligation_state` and `whom_to_ask` give for one at a time.
    """
    rulings = ObligationRuling.objects.filter(obligation=OuterRef("pk")).order_by("-id")
    reports = Report.objects.filter(obligation=OuterRef("pk"), submitted_at__isnull=False)
    newer = Report.objects.filter(obligation=OuterRef("obligation"), version__gt=OuterRef("version"), submitted_at__isnull=False)
    waits_or_stands = reports.filter(~Exists(newer), returned_at=None, withdrawn_at=None)
    in_force = reports.filter(~Exists(newer.filter(approved_at__isnull=False)), approved_at__isnull=False, withdrawn_at=None)
    return (
        Obligation.objects.filter(period__closed_at=None, period__plan__closed_at=None, period__opens_on__lte=today)
        .filter(~Exists(waits_or_stands), ~Exists(in_force))
        .annotate(
            ruling=Coalesce(Subquery(rulings.exclude(kind=RulingKind.EXTEND).values("kind")[:1]), Value("")),
            extended=Subquery(rulings.filter(kind=RulingKind.EXTEND).values("due_on")[:1]),
            due=Coalesce("extended", "period__due_on"),
            receiver=receiver(),
        )
        .exclude(ruling__in=[RulingKind.EXEMPT, RulingKind.CLOSE])
        .filter(Q(period__closes_on__gte=today) | Q(due__gte=today))
    )


def _due_today() -> list[Due]:
    """What is to be written about today, and has not been."""
    today = clock.today()
    open_now = needing_answer(today).filter(receiver__isnull=False, due__lte=today + timedelta(days=-STEPS[0][0]))
    rows = list(open_now.values_list("pk", "period__plan__workspace", "period", "receiver", "due", "extended"))
    mailing = _mailing_today({row[1] for row in rows}, today)
    written, first_written = _written({row[2] for row in rows})
    due = []
    for obligation_id, workspace_id, period_id, contact_id, due_on, extended in rows:
        step = step_of(due_on, today)
        key = f"{step} {extended}" if extended else step
        is_fresh = clock.now() - first_written.get(obligation_id, clock.now()) < FIRST_RESTS
        if not step or workspace_id not in mailing or (obligation_id, key) in written or (obligation_id in first_written and is_fresh):
            continue
        due.append(Due(obligation_id, workspace_id, period_id, contact_id, due_on, key, obligation_id not in first_written))
    return due


def _mailing_today(workspace_ids: set[int], today: date) -> set[int]:
    """The workspaces that send mail today."""
    pauses = Workspace.objects.filter(pk__in=workspace_ids).values_list("pk", "mail_pauses")
    return {pk for pk, pause in pauses if is_mailing_day(today, pause)}


def _written(period_ids: set[int]) -> tuple[set[tuple[int, str]], dict[int, datetime]]:
    """(obligation, step) that a letter has been planned for, and when the first letter about each obligation was."""
    asked = Obligation.objects.filter(period__in=period_ids).values("pk")
    items = DispatchItem.objects.filter(subject_type=Obligation._meta.label_lower, subject_id__in=asked)
    steps: set[tuple[int, str]] = set()
    first: dict[int, datetime] = {}
    for obligation_id, step, moment in items.exclude(step__contains=CANCELLED).values_list("subject_id", "step", "recorded_at"):
        steps.add((obligation_id, step))
        first[obligation_id] = min(moment, first.get(obligation_id, moment))
    return steps, first


def _set_stale_aside() -> None:
    """Letters planned for an earlier day that never went are planned anew, with today's step."""
    stale = Dispatch.objects.filter(kind__in=[*ROUND_KINDS, *DIGEST_KINDS], day__lt=clock.today())
    set_aside(stale, reason=_("Hann inte skickas; planerat på nytt."))


def _plan_round_letters(due: list[Due]) -> int:
    """One row for each person, its items for each answer. Rows and items that are there already stay as they are."""
    chosen = _one_round_a_person(due)
    now, today = clock.now(), clock.today()
    morning = at(today, MORNING)
    rows = [
        Dispatch(
            workspace_id=group[0].workspace_id,
            kind=DispatchKind.REQUEST if all(one.is_first for one in group) else DispatchKind.REMINDER,
            contact_id=contact_id,
            day=today,
            not_before=max(now, morning + timedelta(seconds=contact_id * 37 % SPREAD)),
            payload={"period": group[0].period_id},
        )
        for contact_id, group in chosen.items()
    ]
    before = Dispatch.objects.filter(day=today, kind__in=ROUND_KINDS).count()
    Dispatch.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    waiting = Dispatch.objects.select_for_update().filter(day=today, kind__in=ROUND_KINDS, state=DispatchState.PLANNED)
    place = {row.contact_id: row for row in waiting}
    DispatchItem.objects.bulk_create(
        (
            DispatchItem(dispatch=place[contact_id], subject_type=Obligation._meta.label_lower, subject_id=one.obligation_id, step=one.step)
            for contact_id, group in chosen.items()
            if contact_id in place and place[contact_id].payload.get("period") == group[0].period_id
            for one in group
        ),
        ignore_conflicts=True,
        batch_size=500,
    )
    return Dispatch.objects.filter(day=today, kind__in=ROUND_KINDS).count() - before


def _one_round_a_person(due: list[Due]) -> dict[int, list[Due]]:
    """{contact: what to write about}: the most urgent round of each address, or the one that today's letter is about already.
    The rest waits a day."""
    taken = _letters_today()
    address = dict(ContactPerson.objects.filter(pk__in={one.contact_id for one in due}).values_list("pk", "email"))
    groups: dict[tuple[int, int], list[Due]] = defaultdict(list)
    for one in due:
        groups[one.contact_id, one.period_id].append(one)
    chosen: dict[int, list[Due]] = {}
    for key, group in sorted(groups.items(), key=lambda pair: (min(one.due_on for one in pair[1]), pair[0])):
        person = (group[0].workspace_id, address[key[0]].lower())
        if taken.setdefault(person, key) == key:
            chosen[key[0]] = group
    return chosen


def _letters_today() -> dict[tuple[int, str], tuple[int, int] | None]:
    """{(workspace, address): (contact, round) of the letter that waits to go today, or None when it has gone or is on its way}."""
    midnight = at(clock.today(), time())
    today = Q(day=clock.today()) | Q(state__in=[DispatchState.CLAIMED, DispatchState.HANDING_OVER]) | Q(handing_over_at__gte=midnight)
    rows = Dispatch.objects.filter(today, kind__in=ROUND_KINDS).values_list("workspace", "contact__email", "contact", "state", "payload")
    return {
        (workspace_id, (email or "").lower()): (contact_id, payload["period"]) if state == DispatchState.PLANNED else None
        for workspace_id, email, contact_id, state, payload in rows.order_by("-id")
    }


def _plan_digests() -> int:
    """A morning letter to coordinators where somebody has not answered or mail needs a decision, and to reviewers where reports wait."""
    today = clock.today()
    to_decide = Dispatch.objects.filter(state__in=TO_DECIDE)
    unanswered = needing_answer(today).filter(period__closes_on__gte=today)
    with_work = {
        DispatchKind.COORDINATOR_DIGEST: set(unanswered.values_list("period__plan__workspace", flat=True).distinct())
        | set(to_decide.values_list("workspace", flat=True).distinct()),
        DispatchKind.REVIEW_DIGEST: set(
            Report.objects.awaiting_review().values_list("obligation__period__plan__workspace", flat=True).distinct()
        ),
    }
    mailing = _mailing_today(set().union(*with_work.values()), today)
    row = partial(Dispatch, day=today, not_before=max(clock.now(), at(today, MORNING)))
    rows = [
        row(workspace_id=workspace_id, user_id=user_id, kind=kind)
        for kind, role in ((DispatchKind.COORDINATOR_DIGEST, Role.COORDINATOR), (DispatchKind.REVIEW_DIGEST, Role.REVIEWER))
        for user_id, workspace_id in Membership.objects.active()
        .filter(role=role, actor__workspace__in=with_work[kind] & mailing)
        .values_list("user", "actor__workspace")
        .distinct()
    ]
    before = Dispatch.objects.filter(day=today, kind__in=DIGEST_KINDS).count()
    Dispatch.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return Dispatch.objects.filter(day=today, kind__in=DIGEST_KINDS).count() - before
