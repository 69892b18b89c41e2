"""A real Samspel for the browser: its own process, port and database. Nothing of it is mocked, nothing is flushed."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.db.utils import load_backend
from django.test import Client

from tests import migrated

ROOT = Path(__file__).resolve().parents[2]


class Template:
    """Where the sites of some tests lie, and what their names begin with. Each has a migrated, empty database to begin with."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        migrated.prepare()

    def drop(self, name: str) -> None:
        migrated.drop(name)


class Site:
    """One running Samspel. `url` is where it answers; `database()` lets the test speak to what it stores."""

    def __init__(self, template: Template, name: str, unblock) -> None:
        self.template, self.name, self._unblock = template, name, unblock
        self.folder = template.folder / name
        self.folder.mkdir()
        self.database_url = migrated.copy(name, template.folder)
        self.process: subprocess.Popen | None = None
        self.url = ""

    @contextmanager
    def database(self) -> Iterator[None]:
        """Speak to this site's database as its server does: real transactions that stay."""
        outer = connections["default"]
        name = self.name if migrated.on_postgresql() else str(self.template.folder / f"{self.name}.sqlite3")
        given = {**connections.settings["default"], "NAME": name}
        inner = load_backend(given["ENGINE"]).DatabaseWrapper(given, "default")
        with self._unblock():
            connections["default"] = inner
            ContentType.objects.clear_cache()
            try:
                yield
            finally:
                inner.close()
                connections["default"] = outer
                ContentType.objects.clear_cache()

    def start(self, application: str = "config.wsgi", **more: str) -> None:
        """Start the server on a free port and wait until it answers. `more`: of the environment."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        log = (self.folder / "server.log").open("wb")
        command = ["-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", f"127.0.0.1:{port}", application]
        own = {"BASE_URL": self.url, "WEB_PROCESSES": "1", "LOG_LEVEL": "WARNING"}
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=migrated.environment(self.database_url, self.folder, **own, **more),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()  # noqa: S310 our own server
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert self.process.poll() is None, self.log()
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"The server did not answer in 30 s:\n{self.log()}")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=30)
        migrated.drop(self.name)

    def log(self) -> str:
        """What the server has said: nothing, when all is well."""
        return (self.folder / "server.log").read_text("utf-8")

    def session_of(self, user) -> dict[str, str]:
        """The cookie of `user` signed in, as the browser keeps it."""
        with self.database():
            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
        return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.url}
