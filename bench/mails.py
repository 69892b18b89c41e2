"""`make bench`, mail: a morning's letters planned and handed over to a real mail server on loopback, with time, queries and memory.

BENCH_MAILS says how many people are to be reminded. The server answers at once, so what is measured is ours.
"""

import os
import resource
import sys
import tempfile
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path

from bench.databases import own_database

MORNING = datetime.fromisoformat("2027-01-19T09:45:00+01:00")
"""Three days before the last day of the round; every letter of the morning is due."""


def main() -> None:
    people = int(os.environ.get("BENCH_MAILS", "10000"))
    with own_database("samspel_bench_mails"):
        from stakeholders import clock

        with clock.at(MORNING):
            measure(people)


def measure(people: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from followup import reminders
    from followup.letters import compose
    from stakeholders.mail import sweep
    from stakeholders.transports import SmtpTransport
    from tests.mail.sink import Sink

    make_people(people)
    with CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        planned = reminders.plan()
        took = time.perf_counter() - began
    asked = f"{len(queries)} frågor och satser (rader lagras 500 åt gången)"
    print(f"{planned} brev planerade på {took:.1f} s, {asked}.")
    with tempfile.TemporaryDirectory() as folder:
        sink = Sink(Path(folder))
        transport = SmtpTransport("127.0.0.1", sink.port)
        began, began_cpu = time.perf_counter(), time.process_time()
        while sweep(compose=compose, transport=transport):
            pass
        took, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        accepted = Counter(sink.receivers())
        sink.stop()
    twice = sum(times > 1 for times in accepted.values())
    each = f"{took / len(accepted) * 1000:.0f} ms styck, {cpu / len(accepted) * 1000:.0f} av dem processortid"
    print(f"{len(accepted)} mejl överlämnade på {took:.0f} s ({each}), högst {memory()} MB.")
    print(f"Två gånger: {twice}. Saknas: {planned - len(accepted)}.")


def make_people(count: int) -> None:
    """One measure and so many actors, each with a contact who is to answer."""
    from followup.actions.rounds import make_obligations
    from measures.models import Assignment
    from stakeholders import clock
    from stakeholders.models import Actor, ContactPerson
    from tests.factories import a_measure, a_period, a_plan, a_workspace

    workspace = a_workspace()
    measure = a_measure(a_plan(workspace))
    actors = Actor.objects.bulk_create(Actor(workspace=workspace, name=f"Aktör {n}", kind="association") for n in range(count))
    people = ContactPerson.objects.bulk_create(
        ContactPerson(actor=actor, name=f"Exempelperson {n}", email=f"p{n}@norrbruk.example") for n, actor in enumerate(actors)
    )
    Assignment.objects.bulk_create(
        Assignment(measure=measure, actor=one.actor, contact=one, role="responsible", starts_on=date(2025, 1, 1), accepted_at=clock.now())
        for one in people
    )
    days = {"opens_on": date(2026, 12, 17), "due_on": date(2027, 1, 22), "closes_on": date(2027, 2, 12)}
    make_obligations([a_period(measure.plan, 2026, 3, **days)], by=None)


def memory() -> int:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
