"""A migrated, empty database and the static files, made once in a run of the tests by whichever process comes first; the others copy it.

All migrations take ten seconds of processor time, and a dozen tests need a database on disk that has been through them.
"""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connections

ROOT = Path(__file__).resolve().parents[1]
RUN = os.environ.setdefault("SAMSPEL_TEST_RUN", uuid4().hex[:12])
"""The same in pytest and in all the workers that it starts."""

FOLDER = Path(tempfile.gettempdir()) / f"samspel-tests-{RUN}"
STATIC = FOLDER / "static"
NAME = f"samspel_template_{RUN}"
PREPARE = """
import django
from django.core.management import call_command

django.setup()
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["drf_spectacular_sidecar"])
"""


def on_postgresql() -> bool:
    return connections.settings["default"]["ENGINE"].endswith("postgresql")


def database_url(name: str, folder: Path) -> str:
    """Where a database of this name is, or will be: a file in `folder`, or on the server that the tests run on."""
    if not on_postgresql():
        return f"sqlite:///{folder / name}.sqlite3"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """What a process of the real Samspel is told, with this database and folder."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "off",
        "DATABASE_URL": url,
        "STATIC_ROOT": str(STATIC),
        "VAR_DIR": str(folder),
        "EMAIL_URL": "",
        **more,
    }


def prepare() -> None:
    """Make both, unless somebody has in this run."""
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (FOLDER / "ready").exists():
            return
        if on_postgresql():
            _on_server(f'DROP DATABASE IF EXISTS "{NAME}"', f'CREATE DATABASE "{NAME}"')
        subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=environment(database_url(NAME, FOLDER), FOLDER), check=True)
        (FOLDER / "ready").touch()


def copy(name: str, folder: Path) -> str:
    """A database of one's own, migrated and empty. Gives its address; `drop` it afterwards."""
    prepare()
    if on_postgresql():
        _on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{NAME}"')
    else:
        source = sqlite3.connect(FOLDER / f"{NAME}.sqlite3")
        with closing(source), closing(sqlite3.connect(folder / f"{name}.sqlite3")) as target:
            source.backup(target)
    return database_url(name, folder)


def drop(name: str) -> None:
    """Files go with their folder; a database on a server must be taken away."""
    if on_postgresql():
        _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def throw_away() -> None:
    """At the end of the run."""
    if (FOLDER / "lock").exists():
        drop(NAME)
        shutil.rmtree(FOLDER)


def _on_server(*statements: str) -> None:
    server = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
