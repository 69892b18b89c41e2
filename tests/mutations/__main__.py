"""`make mutate`: breaks one rule of docs/figures.md at a time, in a copy of the tree, and sees a test fail for it.

Each patch is named after the rule it breaks, by its section, and says in words what the rule is and which tests should notice. ONLY=stock
chooses by name; DATABASE_URL moves the tests to PostgreSQL. A mutant that lives, a patch that no longer applies and a test that fails without
any patch all make the run fail.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mutations import HERE, ROOT, Mutation, apply, mutations

CAUGHT, LIVES = "fångad", "LEVER"


def main() -> int:
    chosen = [each for each in mutations() if os.environ.get("ONLY", "") in each.name]
    with tempfile.TemporaryDirectory(prefix="samspel-mutate-") as folder:
        tree = _copied(Path(folder) / "tree")
        broken = [tests for tests in sorted({each.tests for each in chosen}) if not _pass(tests, tree)]
        if broken:
            print("Testerna är röda utan ändring:", *broken, sep="\n  ")
            return 1
        lives = []
        for each in chosen:
            began = time.monotonic()
            with _broken(each, tree):
                verdict = LIVES if _pass(each.tests, tree) else CAUGHT
            lives += [each.name] if verdict == LIVES else []
            print(f"{verdict:<8}{time.monotonic() - began:>5.0f} s  {each.name:<55}{each.rule}", flush=True)
    print(f"{len(chosen) - len(lives)} av {len(chosen)} fångade.")
    return 1 if lives else 0


def _copied(tree: Path) -> Path:
    """The tree as it stands, with the environment it runs in."""
    ignored = shutil.ignore_patterns(".git", ".venv", "var", "staticfiles", "screenshots", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, tree, ignore=ignored)
    (tree / ".venv").symlink_to(ROOT / ".venv")
    return tree


@contextmanager
def _broken(mutation: Mutation, tree: Path) -> Iterator[None]:
    path = tree / HERE.relative_to(ROOT) / f"{mutation.name}.patch"
    apply(path, tree)
    try:
        yield
    finally:
        apply(path, tree, "--reverse")


def _pass(tests: str, tree: Path) -> bool:
    """Whether the tests pass. Anything but passing or failing (a test that is not found, an error at collection) is no answer."""
    environment = {"RANDOM_PLANS": "200", **os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    asked = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *shlex.split(tests)]
    ran = subprocess.run(asked, cwd=tree, env=environment, check=False, capture_output=True, text=True)
    if ran.returncode not in (0, 1):
        raise SystemExit(f"{tests}\n{ran.stdout}{ran.stderr}")
    return ran.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
