"""`make bench`: the roll-up against the one raw SQL aggregate that reads the same rows, in the same run; and a plan alone against a plan
among many. PostgreSQL only; two databases of its own, dropped after.

Times on one machine say little: the ratios do. Each time is the best of several runs, each ratio the median of pairs taken in turns.
SIZE: how many companies the crowded database holds (380 of them are ten million figures). BENCH_DATABASE_URL: a server where databases may be made.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from statistics import median
from urllib.parse import urlsplit

import psycopg

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
SIZE = int(os.environ.get("SIZE", "3"))
ALONE, CROWDED = "samspel_bench_alone", "samspel_bench_crowded"
TURNS = 3


def main() -> None:
    try:
        filled = {name: fill(name, workspaces) for name, workspaces in ((ALONE, 1), (CROWDED, SIZE))}
        print(f"300 åtgärder × 3 aktörer × tertial i tio år: ensam {filled[ALONE]} siffror, bland {SIZE} samverkansrum {filled[CROWDED]}.")
        taken: dict[str, list[dict]] = {name: [] for name in filled}
        for _ in range(TURNS):
            for name, found in taken.items():
                found.append(run("bench.measure", name))
        report({name: best(found) for name, found in taken.items()})
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            for name in (ALONE, CROWDED):
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def fill(name: str, workspaces: int) -> int:
    """An empty database with so many companies in it; gives how many figures were reported."""
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
    began = time.monotonic()
    lines = run("bench.many_plans", name, str(workspaces))["lines"]
    print(f"{name}: {lines} siffror på {time.monotonic() - began:.0f} s.", flush=True)
    return lines


def run(module: str, name: str, *arguments: str) -> dict:
    """What a process of its own says about one of the databases."""
    url = urlsplit(SERVER)._replace(path=f"/{name}").geturl()
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "BASE_URL": "http://127.0.0.1:8000", "SECRET_KEY": secrets.token_urlsafe(50)}
    environment = {**os.environ, **settings, "DATABASE_URL": url, "LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}
    said = subprocess.run([sys.executable, "-m", module, *arguments], env=environment, check=True, stdout=subprocess.PIPE)  # noqa: S603
    return json.loads(said.stdout)


def best(found: list[dict]) -> dict:
    """The least of each measure; of ratios the median."""
    return {key: (median if "_ratio" in key else min)(each[key] for each in found) for key in found[0]}


def report(measured: dict[str, dict]) -> None:
    alone, crowded = measured[ALONE], measured[CROWDED]
    print(f"\n{'ms':<12}{'':^8}{'väggtid':^54}{'':^6}{'processortid':^54}")
    print(
        f"{'':<12}{'frågor':>8}"
        + f"{'ensam: golv':>14}{'figurer':>9}{'kvot':>6}{'bland: golv':>14}{'figurer':>9}{'kvot':>6}{'trängsel':>10}" * 2
    )
    for key, words in (("year", "Ett år"), ("ten", "Tio år"), ("api", "API, året")):
        line = f"{words:<12}{crowded[f'{key}_queries']:>8}"
        for what in ("", "_cpu"):
            for found in (alone, crowded):
                own, floor, ratio = (found.get(f"{key}_{name}{what}") for name in ("own", "floor", "ratio"))
                line += f"{floor:>14.1f}{own:>9.1f}{ratio:>6.1f}" if floor else f"{'':>14}{own:>9.1f}{'':>6}"
            line += f"{crowded[f'{key}_own{what}'] / alone[f'{key}_own{what}']:>10.2f}"
        print(line)
    print(f"Minne för tio år: {crowded['memory']:.0f} MB utöver de {crowded['memory_before']:.0f} som processen hade.")
    print("Golvet: en fråga som läser samma rader och lägger ihop dem. Trängsel: bland många mot ensam.")


if __name__ == "__main__":
    sys.exit(main())
