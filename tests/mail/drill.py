"""F1: kill -9 at every step, and count. `python -m tests.mail.drill --rounds 2 --receivers 12` on the migrated database of DATABASE_URL.

A round is a morning: N people are to be reminded, W workers (forked, each with its own connection) plan and send through a real mail
server, and are killed with SIGKILL at the named step, over and over, until the mail is through. Then: nobody has two mails, everybody has
one or a visible "uncertain", no more uncertain than kills. The kills are made from here: nothing in the product knows of them.

Prints JSON: {"rounds", "mails", "kills", "accepted", "uncertain", "twice", "lost", "problems"}.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

STEPS = ["planning", "claim", "ehlo", "rcpt", "before_data", "mid_data", "after_dot", "after_250", "after_commit"]


def main() -> None:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.test_settings")
    import django

    django.setup()
    from tests.mail.sink import Sink

    with tempfile.TemporaryDirectory() as folder:
        sink = Sink(Path(folder))
        try:
            tally = Drill(sink, options).run()
        finally:
            sink.stop()
    sys.stdout.write(json.dumps(tally) + "\n")
    sys.exit(1 if tally["problems"] and not options.without_claim else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2, help="rounds of each step and number of workers")
    parser.add_argument("--receivers", type=int, default=12)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--steps", nargs="+", default=STEPS)
    parser.add_argument("--kills", type=int, default=3, help="most kills of one worker in a round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-claim", action="store_true", help="the negative control: nothing is claimed, duplicates must appear")
    return parser.parse_args()


class Drill:
    def __init__(self, sink: Any, options: argparse.Namespace) -> None:
        from stakeholders.models import ContactPerson
        from tests import factories

        self.sink, self.options, self.dice = sink, options, random.Random(options.seed)
        self.tally: Counter[str] = Counter()
        self.problems: list[str] = []
        self.factories = factories
        workspace = factories.a_workspace(f"drill-{os.getpid()}-{self.dice.randrange(10**9)}")
        self.plan = factories.a_plan(workspace)
        self.measure = factories.a_measure(self.plan)
        self.number = 0
        for _ in range(options.receivers):
            actor = factories.an_actor(workspace, f"Aktör {os.getpid()} {self.dice.random()}")
            factories.a_contact(actor, email=f"p{self.dice.randrange(10**12)}@norrbruk.example")
            factories.an_assignment(self.measure, actor)
        self.addresses = set(ContactPerson.objects.filter(actor__workspace=workspace).values_list("email", flat=True))
        self.moment = datetime.fromisoformat("2027-01-11T08:00:00+01:00")
        self._warm_up(workspace)

    def _warm_up(self, workspace: Any) -> None:
        """Load what a worker loads, once: children that are forked have it."""
        from followup import letters, reminders
        from stakeholders import clock
        from stakeholders.messages import Letter, paragraph

        assert letters
        assert Letter("", [paragraph(workspace.name)]).html
        with clock.at(self.moment):
            reminders.plan()

    def run(self) -> dict[str, Any]:
        for _ in range(self.options.rounds):
            for workers in self.options.workers:
                for step in self.options.steps:
                    self.morning(step, workers)
                    sys.stderr.write(json.dumps(self.so_far) + "\n")  # a thousand kills take an hour: how far it has come
        return self.so_far

    @property
    def so_far(self) -> dict[str, Any]:
        counts = {name: self.tally[name] for name in ("rounds", "mails", "kills", "accepted", "uncertain", "twice", "lost")}
        return {**counts, "problems": self.problems[:20]}

    def morning(self, step: str, workers: int) -> None:
        """One round: ask, kill, go on, count."""
        from stakeholders.mornings import next_morning

        self.number += 1
        self.moment = next_morning(self.moment + timedelta(days=1)) + timedelta(hours=1, minutes=45)
        period = self._ask()
        self.sink.empty()
        kills = 0
        pids = {self._fork(step): self.options.kills for _ in range(workers)}
        while pids:
            pid, status = os.wait()
            left = pids.pop(pid)
            if os.WIFSIGNALED(status):
                kills += 1
                self.moment += timedelta(minutes=6)  # the lease of what it held runs out
                pids[self._fork(step if left > 1 else "")] = left - 1
            elif os.waitstatus_to_exitcode(status):
                self.problems.append(f"{step}: a worker fell")
        self.moment += timedelta(minutes=6)
        self._wait(self._fork(""))
        self._count(step, workers, kills, period)

    def _ask(self) -> Any:
        """A new round with its last day in a fortnight; the ones before are shut."""
        from django.utils import timezone

        from followup.actions.rounds import make_obligations
        from followup.models import Period

        Period.objects.filter(plan=self.plan, closed_at=None).update(closed_at=timezone.now())  # noqa: TID251
        today = self.moment.date()
        days = {"opens_on": today, "due_on": today + timedelta(14), "closes_on": today + timedelta(30)}
        period = self.factories.a_period(self.plan, 2025 + self.number, 1, "year", **days)
        self.plan.interval = "year"
        self.plan.save()
        make_obligations([period], by=None)
        return period

    def _fork(self, step: str) -> int:
        """A worker that plans and sends until nothing is due; killed at `step`, if one is named, at a moment that differs."""
        from django.db import connections

        connections.close_all()
        nth = self.dice.randint(1, max(1, self.options.receivers // 3)) if step != "planning" else 1
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            self._work(step, nth)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _work(self, step: str, nth: int) -> None:
        from followup import reminders
        from followup.letters import compose
        from stakeholders import clock, mail

        transport = _crashing_transport(step, nth)("127.0.0.1", self.sink.port, timeout=10)
        if step == "planning":
            _die_within(reminders, "_plan_digests", 1)
        if step == "after_commit":
            _die_after(mail, "_finish", nth)
        if self.options.without_claim:
            mail._claim, mail._begin_handing_over = _take, _go_on
        with clock.at(self.moment):
            reminders.plan()
            while mail.sweep(compose=compose, transport=transport):
                pass

    def _wait(self, pid: int) -> None:
        _pid, status = os.waitpid(pid, 0)
        if os.waitstatus_to_exitcode(status):
            self.problems.append("the last worker fell")

    def _count(self, step: str, workers: int, kills: int, period: Any) -> None:
        from stakeholders.models import Dispatch

        rows = Dispatch.objects.filter(payload__period=period.pk).values_list("contact__email", "state")
        accepted, states = Counter(self.sink.receivers()), dict(rows)
        uncertain = [address for address, state in states.items() if state == "uncertain"]
        twice = [address for address, times in accepted.items() if times > 1]
        lost = [address for address in self.addresses if not accepted[address] and states.get(address) != "uncertain"]
        liars = [address for address, state in states.items() if state == "handed_over" and not accepted[address]]
        name = f"round {self.number}, {step}, {workers} workers, {kills} kills"
        if len(rows) != len(self.addresses) or set(states) != self.addresses:
            self.problems.append(f"{name}: {len(rows)} rows for {len(self.addresses)} people")
        for what, found in (("twice", twice), ("lost", lost), ("said to be handed over", liars)):
            if found:
                self.problems.append(f"{name}: {len(found)} {what}")
        if len(uncertain) > kills or set(states.values()) - {"handed_over", "uncertain"}:
            self.problems.append(f"{name}: {Counter(states.values())}")
        self.tally.update(
            rounds=1,
            mails=len(rows),
            kills=kills,
            accepted=sum(accepted.values()),
            uncertain=len(uncertain),
            twice=len(twice),
            lost=len(lost),
        )


def _take(pk: int, claim: str) -> bool:
    """A claim that asks nothing."""
    from stakeholders.models import Dispatch

    Dispatch.objects.filter(pk=pk).update(state="claimed", claimed_by=claim, lease_until=datetime.max.replace(tzinfo=UTC))
    return True


def _go_on(dispatch: Any) -> bool:
    """A beginning that asks nothing."""
    type(dispatch).objects.filter(pk=dispatch.pk).update(state="handing_over")
    return True


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_within(module: Any, name: str, nth: int) -> None:
    """Be killed when the nth call of a function begins."""
    function, calls = getattr(module, name), Counter()

    def dying(*args: Any, **options: Any) -> Any:
        calls[name] += 1
        if calls[name] == nth:
            _die()
        return function(*args, **options)

    setattr(module, name, dying)


def _die_after(module: Any, name: str, nth: int) -> None:
    """Be killed when the nth call of a function has come back."""
    function, calls = getattr(module, name), Counter()

    def dying(*args: Any, **options: Any) -> Any:
        result = function(*args, **options)
        calls[name] += 1
        if calls[name] == nth:
            _die()
        return result

    setattr(module, name, dying)


def _crashing_transport(step: str, nth: int) -> Callable[..., Any]:
    """The real way out, killed at a step the nth time it is reached."""
    from stakeholders.transports import SmtpTransport

    reached = Counter()

    def at(here: str) -> None:
        reached[here] += 1
        if here == step and reached[here] == nth:
            _die()

    class Crashing(SmtpTransport):
        def open(self) -> None:
            at("claim")
            super().open()

        def _connect(self) -> Any:
            server = super()._connect()
            reached["ehlo"] = max(reached["ehlo"], nth - 1)  # there is one greeting in a connection
            at("ehlo")
            return server

        def address(self, sender: str, receiver: str) -> None:
            super().address(sender, receiver)
            at("rcpt")

        def hand_over(self, content: bytes, message_id: Any) -> None:
            at("before_data")
            super().hand_over(content, message_id)
            at("after_250")

        def _send(self, server: Any, content: bytes) -> tuple[int, str]:
            if step == "mid_data" and reached["mid_data"] == nth - 1:
                server.send(content[: len(content) // 2])
            at("mid_data")
            if step == "after_dot" and reached["after_dot"] == nth - 1:
                server.send(content + b".\r\n")
            at("after_dot")
            return super()._send(server, content)

    return Crashing


if __name__ == "__main__":
    main()
