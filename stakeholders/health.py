"""Is all well? Asked by those who run Samspel: in words (`troubles`) and in numbers (`gauges`)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q, QuerySet

from stakeholders import clock
from stakeholders.models import Dispatch, Heartbeat, Job
from stakeholders.protection import missing_triggers
from stakeholders.rules import DispatchState, JobState

DUTIES = ("mail", "reminders", "sealing", "jobs")
SILENT = timedelta(minutes=10)
"""A worker that does its duties each minute and has not for so long is standing."""

OVERDUE = timedelta(minutes=15)


def troubles() -> list[str]:
    """What is wrong, a sentence each; nothing when all is well."""
    try:
        return [*_schema(), *_workers(), *_overdue()]
    except DatabaseError as error:
        return [f"databasen svarar inte: {type(error).__name__}"]


def gauges() -> Iterator[tuple[str, float]]:
    """(name with labels, value) of what is worth a curve."""
    now = clock.now()
    for state, count in Dispatch.objects.values_list("state").annotate(Count("id")).order_by("state"):
        yield f'samspel_dispatches{{state="{state}"}}', count
    due = _due(now).aggregate(count=Count("id"), oldest=Min("not_before"))
    yield "samspel_dispatches_due", due["count"]
    yield "samspel_oldest_due_seconds", (now - due["oldest"]).total_seconds() if due["oldest"] else 0
    for state, count in Job.objects.values_list("state").annotate(Count("id")).order_by("state"):
        yield f'samspel_jobs{{state="{state}"}}', count
    for duty, seen_at in Heartbeat.objects.order_by("duty").values_list("duty", "seen_at"):
        yield f'samspel_worker_silent_seconds{{duty="{duty}"}}', (now - seen_at).total_seconds()
    yield "samspel_troubles", len(troubles())


def _schema() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        yield f"{waiting} migrationer är inte körda"
    missing = missing_triggers()
    if missing:
        yield f"{len(missing)} spärrar saknas i databasen"


def _workers() -> Iterator[str]:
    seen = dict(Heartbeat.objects.values_list("duty", "seen_at"))
    for duty in DUTIES:
        if duty not in seen:
            yield f"ingen har gjort {duty} än: är arbetaren igång?"
        elif clock.now() - seen[duty] > SILENT:
            yield f"ingen har gjort {duty} på {_minutes(clock.now() - seen[duty])} minuter: står arbetaren?"


def _overdue() -> Iterator[str]:
    late = clock.now() - OVERDUE
    waiting = _due(late).count()
    if waiting:
        yield f"{waiting} mejl skulle ha gått för mer än {_minutes(OVERDUE)} minuter sedan"
    held = Q(state__in=[DispatchState.CLAIMED, DispatchState.HANDING_OVER], lease_until__lte=late)
    if Dispatch.objects.filter(held).exists():
        yield "mejl är kvar hos en arbetare som inte längre svarar"
    if Job.objects.filter(state=JobState.RUNNING, lease_until__lte=late).exists():
        yield "ett arbete är kvar hos en arbetare som inte längre svarar"


def _due(moment: datetime) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(state=DispatchState.PLANNED, not_before__lte=moment)


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)
