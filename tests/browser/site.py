"""A real Samspel for the browser: its own process, port and database. Nothing of it is mocked, nothing is flushed."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.db.utils import load_backend
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
PREPARE = """
import django
from django.core.management import call_command

django.setup()
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["drf_spectacular_sidecar"])
"""


class Template:
    """A migrated, empty database that every site starts as a copy of; and the static files, collected once."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.url = self.database_url(f"{name}_template")
        if self.on_postgresql:
            self._on_server(f'DROP DATABASE IF EXISTS "{name}_template"', f'CREATE DATABASE "{name}_template"')
        subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=self.environment(self.url, folder), check=True)

    @property
    def on_postgresql(self) -> bool:
        return connections.settings["default"]["ENGINE"].endswith("postgresql")

    def database_url(self, name: str) -> str:
        if not self.on_postgresql:
            return f"sqlite:///{self.folder / name}.sqlite3"
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()

    def copy(self, name: str) -> str:
        """A database like the template. Gives its address."""
        if self.on_postgresql:
            self._on_server(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{self.name}_template"')
        else:
            source = sqlite3.connect(self.folder / f"{self.name}_template.sqlite3")
            with closing(source), closing(sqlite3.connect(self.folder / f"{name}.sqlite3")) as target:
                source.backup(target)
        return self.database_url(name)

    def drop(self, name: str) -> None:
        if self.on_postgresql:
            self._on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def environment(self, database_url: str, folder: Path, **more: str) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
            "SECRET_KEY": settings.SECRET_KEY,
            "DEBUG": "off",
            "DATABASE_URL": database_url,
            "STATIC_ROOT": str(self.folder / "static"),
            "VAR_DIR": str(folder),
            "EMAIL_URL": "",
            **more,
        }

    def _on_server(self, *statements: str) -> None:
        server = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
        with psycopg.connect(server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


class Site:
    """One running Samspel. `url` is where it answers; `database()` lets the test speak to what it stores."""

    def __init__(self, template: Template, name: str, unblock) -> None:
        self.template, self.name, self._unblock = template, name, unblock
        self.folder = template.folder / name
        self.folder.mkdir()
        self.database_url = template.copy(name)
        self.process: subprocess.Popen | None = None
        self.url = ""

    @contextmanager
    def database(self) -> Iterator[None]:
        """Speak to this site's database as its server does: real transactions that stay."""
        outer = connections["default"]
        name = self.name if self.template.on_postgresql else str(self.template.folder / f"{self.name}.sqlite3")
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
            env=self.template.environment(self.database_url, self.folder, **own, **more),
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
        self.template.drop(self.name)

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
