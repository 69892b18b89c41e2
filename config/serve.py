"""Samspel on one machine, in one terminal: `python -m config.serve`, which is what `make run` does.

Gets the database ready, loads the example the first time, and keeps two processes going: the web
server and the worker that sends mail and does what takes time. Both end when this one does.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from hashlib import sha256
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command, get_commands

ROOT = Path(__file__).resolve().parent.parent
LONGEST_PAUSE = 30  # seconds before a worker that keeps falling is started again


def main() -> None:
    """Prepare, tell how to sign in, and serve until Ctrl-C, SIGTERM or the web server's own end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")  # the sign-in table should not drown
    django.setup()
    host, port = _address()
    prepare()
    sys.stdout.write(f"{_sign_in()}\nSamspel svarar på {settings.BASE_URL} – avsluta med Ctrl-C.\n\n")
    sys.stdout.flush()
    for end in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, lambda *_: sys.exit(0))
    sys.exit(keep_going(f"{host}:{port}"))


def _address() -> tuple[str, int]:
    """Where to listen, from BASE_URL. Refuses with a sentence if somebody else already does."""
    parts = urlsplit(settings.BASE_URL)
    host, port = parts.hostname or "127.0.0.1", parts.port or 8000
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            sys.exit(f"Port {port} är upptagen. Välj en annan: BASE_URL=http://127.0.0.1:{port + 1} make run")
    return host, port


def prepare() -> None:
    """Bring the database and the static files to this version; load the example into an empty database."""
    from stakeholders.models import Workspace

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("load_measure_library", verbosity=0)
    _collect_static()
    if "load_demo" in get_commands() and not Workspace.objects.exists():
        sys.stdout.write("Läser in exemplet …\n")
        call_command("load_demo", stdout=StringIO())  # what it says is told at every start, below


def _collect_static() -> None:
    """Gather and pack the static files, unless they are the same as last time: it takes ten seconds."""
    if settings.DEBUG:
        return
    now = _fingerprint()
    stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
    if not stamp.is_file() or stamp.read_text() != now:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(now)


def _fingerprint() -> str:
    """A hash of every static file's path, size and time, and of the pinned packages."""
    files = sorted(path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*") if path.is_file())
    seen = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return sha256("\n".join([*seen, (ROOT / "requirements.txt").read_text()]).encode()).hexdigest()


def _sign_in() -> str:
    """How to sign in to the example, as `load_demo` wrote it down."""
    table = settings.VAR_DIR / "sign-in.txt"
    return table.read_text(encoding="utf-8") if table.is_file() else ""


def keep_going(bind: str) -> int:
    """Run the web server and the worker. Gives the web server's exit code; a fallen worker is started again."""
    web = _start("-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-w", "1", "--graceful-timeout", "5", "-b", bind, "config.wsgi")
    worker = Worker() if "work" in get_commands() else None
    try:
        while web.poll() is None:
            if worker:
                worker.keep()
            time.sleep(0.25)
    except KeyboardInterrupt:
        pass
    finally:
        _end([web, worker.process] if worker else [web])
    return max(web.returncode, 0)


class Worker:
    """`manage.py work`, started again when it falls: at once the first time, then after longer and longer pauses."""

    def __init__(self) -> None:
        self._begin()
        self.pause = 1.0

    def _begin(self) -> None:
        self.process = _start("manage.py", "work")
        self.began = time.monotonic()

    def keep(self) -> None:
        """Start it again if it has fallen and the pause is over."""
        lived = time.monotonic() - self.began
        if self.process.poll() is None or lived < self.pause:
            return
        self.pause = 1.0 if lived > LONGEST_PAUSE else min(self.pause * 2, LONGEST_PAUSE)
        self._begin()


def _start(*words: str) -> subprocess.Popen:
    """A Python process in a group of its own: Ctrl-C reaches us alone, and we end the others in order."""
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, process_group=0)  # noqa: S603 our own words, no shell


def _end(children: list[subprocess.Popen]) -> None:
    """Ask each to end what it is doing; end it if it has not after 25 seconds, five more than the worker takes for its last word."""
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(timeout=25)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


if __name__ == "__main__":
    main()
