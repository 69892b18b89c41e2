"""`make bench`, small numbers: what it takes to decide what is hidden, against the same figure without anything hidden.

One indicator of each kind that counts people, by gender, a round each tertial, every third answer small. Once of PARTNERS partners with one
measure each; once of ACTORS actors who share MEASURES measures two by two, in areas that cross the goals. The reviewer's figure is the floor;
management's year and the partners' form of the frozen year are decided over every partner, measure, goal, area, round and breakdown at once.
"""

import os
import random
import time
from collections.abc import Callable, Mapping, Sequence

from bench.databases import own_database

PARTNERS = int(os.environ.get("PARTNERS", "40"))
MEASURES, ACTORS, AREAS = int(os.environ.get("MEASURES", "20")), 12, 5
KINDS = ("count", "stock", "people")
ROUNDS = {"2026T1": "2026-05-10", "2026T2": "2026-09-10", "2026T3": "2027-01-10"}


def main() -> None:
    with own_database("samspel_bench_small_numbers"):
        rnd = random.Random(5)
        alone = {f"m{number}": [f"Part {each}" for each in range(PARTNERS) if each % 6 == number] for number in range(6)}
        shared = {f"m{number}": [f"Part {each}" for each in rnd.sample(range(ACTORS), 2)] for number in range(MEASURES)}
        measure_what_is_hidden(f"{PARTNERS} parter", make_answers(alone, rnd))
        measure_what_is_hidden(f"{ACTORS} aktörer i {MEASURES} åtgärder och {AREAS} områden", make_answers(shared, rnd, areas=AREAS))


def measure_what_is_hidden(name: str, world) -> None:
    from followup import rollup
    from followup.figures import Window
    from followup.words import Audience

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
            f"{kind}, {name}, var tredje uppgift liten: granskarens siffra {floor:.1f} ms, ledningens {management:.0f} ms, "
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


def make_answers(partners: Mapping[str, Sequence[str]], rnd: random.Random, areas: int = 0):
    """A plan of its own, with these partners on these measures. Every second measure under one of two goals; in one or two of the areas."""
    from measures.rules import IndicatorKind
    from stakeholders.models import Area
    from tests.followup.database_world import DatabaseWorld

    world = DatabaseWorld(f"norrbruk-{areas}")
    world.goal("fokus")
    for goal in ("g0", "g1"):
        world.goal(goal, "fokus")
    for number, measure in enumerate(partners):
        world.measure(measure, f"g{number % 2}")
    places = [Area.objects.create(workspace=world.workspace, name=f"Område {number} (Exempel)") for number in range(areas)]
    for measure in partners if places else ():
        world._measure(measure).areas.set(rnd.sample(places, rnd.choice((1, 2))))
    for kind in KINDS:
        world.indicator(kind, IndicatorKind(kind), measures=[*partners], counts_people=True, dimensions=("gender",))
    assigned = [(partner, measure) for measure, own in partners.items() for partner in own]
    world.on("2026-02-10")
    for partner, measure in assigned:
        world.asks(partner, KINDS, ROUNDS, measure=measure)
    for name, day in ROUNDS.items():
        world.on(day)
        for partner, measure in assigned:
            lines = {}
            for kind in KINDS:
                number = rnd.randint(1, 4) if rnd.random() < 1 / 3 else rnd.randint(5, 60)
                women = rnd.randint(0, number)
                lines[kind] = {"value": number, "cells": {"gender": {"kvinna": women, "man": number - women}}}
            world.reports(partner, name, measure=measure, lines=lines)
    world.on("2027-02-20")
    for name in ROUNDS:
        world.closes(name)
    return world


if __name__ == "__main__":
    main()
