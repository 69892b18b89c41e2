"""A whole installation in processes of its own: pages, workers, Celery with a real broker, and a way to take the broker away."""

import http.cookiejar
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests import migrated
from tests.browser.site import ROOT, Site


class Machine(Site):
    """`environment` goes to every process. Its worker and Celery are started by the commands of production."""

    def __init__(self, *of_site: Any) -> None:
        super().__init__(*of_site)
        self.environment: dict[str, str] = {}
        self.others: list[subprocess.Popen] = []

    def serve(self, application: str = "config.wsgi") -> None:
        self.start(application, **self.environment)

    def run(self, *words: str, **more: str) -> subprocess.Popen:
        """A process beside the pages: `run("manage.py", "work")`, `run("-m", "celery", …)`. What it says is in `others.log`."""
        env = migrated.environment(self.database_url, self.folder, **{"LOG_LEVEL": "WARNING", **self.environment, **more})
        with (self.folder / "others.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        self.others.append(process)
        return process

    def celery(self, *words: str, app: str = "tests.mail.hurried", **more: str) -> subprocess.Popen:
        return self.run("-m", "celery", "-A", app, *words, **more)

    def worker(self, queue: str = "mail", **more: str) -> subprocess.Popen:
        """As in deploy/, with a node name of its own, so that two may run on one machine."""
        name = f"{queue}{len(self.others)}@%h"
        return self.celery("worker", "-Q", queue, "-c", "1", "-n", name, "--without-gossip", "--without-mingle", "-l", "WARNING", **more)

    def beat(self, **more: str) -> subprocess.Popen:
        schedule = self.folder / f"beat{len(self.others)}"
        return self.celery("beat", "-s", str(schedule), "--pidfile=", "-l", "WARNING", **more)

    def said(self) -> str:
        """What the processes beside the pages have said."""
        return (self.folder / "others.log").read_text("utf-8")

    def stop_others(self) -> None:
        """Each with whatever it has started."""
        for process in self.others:
            if process.poll() is None:
                os.killpg(process.pid, 9)
                process.wait(10)
        self.others.clear()

    def stop(self) -> None:
        self.stop_others()
        super().stop()


class Browser:
    """What `Partner` needs of a client, over a real connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, address: str, follow: bool = True) -> SimpleNamespace:
        return self._ask(address, None)

    def post(self, address: str, fields: dict[str, Any], follow: bool = True) -> SimpleNamespace:
        return self._ask(address, urlencode(fields, doseq=True).encode())

    def _ask(self, address: str, body: bytes | None) -> SimpleNamespace:
        asked = urllib.request.Request(f"{self.url}{address}", body)  # noqa: S310 our own server
        try:
            answer = self.opener.open(asked, timeout=60)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            path = urlsplit(answer.url).path
            return SimpleNamespace(
                content=answer.read(), status_code=answer.status, redirect_chain=[(path, 302)] if path != address else []
            )


class Proxy:
    """Stands between Samspel and its broker: lets all through, refuses, or swallows everything without a word."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.to = (parts.hostname, parts.port)
        self.open: set[socket.socket] = set()
        self.way = "through"
        self.listener: socket.socket | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        who = f"{parts.username}:{parts.password}@" if parts.username else ""
        self.url = parts._replace(netloc=f"{who}127.0.0.1:{self.port}").geturl()
        self.be("through")

    def be(self, way: str) -> None:
        """ "through", "refused" or "black-holed", for what is connected now as for what comes."""
        self.way = way
        if way != "black-holed":  # in the hole, what is connected stays so, and hears nothing more
            self._hang_up()
        if way == "refused" and self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        elif way != "refused" and self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._listen, args=(self.listener,), daemon=True).start()

    def _hang_up(self) -> None:
        for one in list(self.open):
            self.open.discard(one)
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # closing alone would not wake who listens to it

    def _listen(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            self.open.add(near)
            if self.way == "through":
                far = socket.create_connection(self.to)
                self.open.add(far)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while said := one.recv(65536):
                while self.way == "black-holed" and other in self.open:
                    time.sleep(0.02)
                other.sendall(said)
        except OSError:
            pass
        for end in (one, other):
            self.open.discard(end)
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def wait_until(is_so: Callable[[], object], seconds: float) -> float:
    """How long it took, in seconds; fails when it took too long."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.1)  # other processes are at work
    return time.monotonic() - began
