"""Patches that each break one rule of docs/figures.md. `make mutate` applies them one by one; each must make a test fail."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@dataclass(frozen=True)
class Mutation:
    """`name`: section and rule. `rule`: the rule in words. `tests`: what should notice, as given to pytest."""

    name: str
    rule: str
    tests: str


def mutations() -> list[Mutation]:
    found = []
    for path in sorted(HERE.glob("*.patch")):
        rule, tests, *_ = path.read_text().splitlines()
        found.append(Mutation(path.stem, rule, tests.removeprefix("Tests: ")))
    return found


def apply(path: Path, tree: Path, *how: str) -> None:
    """Apply a patch to a tree, or (`--check`) only see that it can be; raises CalledProcessError if not."""
    subprocess.run(["git", "apply", *how, str(path)], cwd=tree, check=True, capture_output=True, text=True)
