"""`make bench`, small numbers: what it takes to decide what is hidden, against the same figure without anything hidden.

PARTNERS partners with one indicator that counts people by gender, a round each tertial, every third answer small. The reviewer's figure is
the floor; management's year and the partners' form of the frozen year are decided over every partner, measure, goal, round and breakdown at once.
"""

import os
import random
import time
from collections.abc import Callable

from bench.databases import own_database

PARTNERS = int(os.environ.get("PARTNERS", "40"))
MEASURES = 6
KINDS = ("count", "stock", "people")
ROUNDS = {"2026T1": "2026-05-10", "2026T2": "2026-09-10", "2026T3": "2027-01-10"}


def main() -> None:
    with own_database("samspel_bench_small_numbers"):
        from followup import rollup
        from followup.figures import Window
        from followup.words import Audience
        from tests.followup.database_world import DatabaseWorld

        world = DatabaseWorld()
        make_answers(world)
        year = Window.year(2026)
        for kind in KINDS:
            indicator = world._indicator(kind).pk

            def decided(audience: Audience, indicator: int = indicator, *, for_partners: bool = False) -> Callable[[], object]:
                shown = rollup.load_shown(world.plan, [year], audience, as_of=world.now, for_partners=for_partners)
                return lambda: shown.figure(indicator, year)

            floor = best(lambda of=decided: of(Audience.REVIEW))
            management = best(lambda of=decided: of(Audience.MANAGEMENT))
            partners = best(lambda of=decided: of(Audience.MANAGEMENT, for_partners=True))
            print(
                f"{kind}, {PARTNERS} parter, var tredje uppgift liten: granskarens siffra {floor:.1f} ms, ledningens {management:.0f} ms, "
                f"parternas form {partners:.0f} ms ({partners / management:.0f} × ledningens).",
                flush=True,
            )


def best(prepare: Callable[[], Callable[[], object]], turns: int = 3) -> float:
    """Milliseconds of the deciding alone, each time on what has been read anew."""
    times = []
    for _ in range(turns):
        work = prepare()
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


def make_answers(world) -> None:
    from measures.rules import IndicatorKind

    rnd = random.Random(5)
    measures = [f"m{number}" for number in range(MEASURES)]
    world.goal("fokus")
    for goal in ("g0", "g1"):
        world.goal(goal, "fokus")
    for number, measure in enumerate(measures):
        world.measure(measure, f"g{number % 2}")
    for kind in KINDS:
        world.indicator(kind, IndicatorKind(kind), measures=measures, counts_people=True, dimensions=("gender",))
    partners = {f"Part {number}": measures[number % MEASURES] for number in range(PARTNERS)}
    world.on("2026-02-10")
    for partner, measure in partners.items():
        world.asks(partner, KINDS, ROUNDS, measure=measure)
    for name, day in ROUNDS.items():
        world.on(day)
        for partner, measure in partners.items():
            lines = {}
            for kind in KINDS:
                number = rnd.randint(1, 4) if rnd.random() < 1 / 3 else rnd.randint(5, 60)
                women = rnd.randint(0, number)
                lines[kind] = {"value": number, "cells": {"gender": {"kvinna": women, "man": number - women}}}
            world.reports(partner, name, measure=measure, lines=lines)
    world.on("2027-02-20")
    for name in ROUNDS:
        world.closes(name)


if __name__ == "__main__":
    main()
