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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
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
    if not settings.DEBUG:
        call_command("collectstatic", verbosity=0, interactive=False)
    if "load_demo" in get_commands() and not Workspace.objects.exists():
        call_command("load_demo")


def _sign_in() -> str:
    """How to sign in to the example, as `load_demo` wrote it down."""
    table = settings.VAR_DIR / "sign-in.txt"
    return table.read_text(encoding="utf-8") if table.is_file() else ""


def keep_going(bind: str) -> int:
    """Run the web server and the worker. Gives the web server's exit code; a fallen worker is started again."""
    python = [sys.executable]
    web = subprocess.Popen(  # noqa: S603 our own words, no shell
        [*python, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", bind, "config.wsgi"], cwd=ROOT
    )
    work_command = [*python, "manage.py", "work"] if "work" in get_commands() else []
    work: subprocess.Popen | None = None
    pause, started = 1.0, 0.0
    try:
        while web.poll() is None:
            if work_command and (work is None or work.poll() is not None) and time.monotonic() - started > pause:
                pause = 1.0 if time.monotonic() - started > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
                work, started = subprocess.Popen(work_command, cwd=ROOT), time.monotonic()  # noqa: S603
            time.sleep(0.25)
    except KeyboardInterrupt:
        pass
    finally:
        for child in filter(None, [work, web]):
            child.terminate()
        for child in filter(None, [work, web]):
            _wait(child)
    return web.returncode or 0


def _wait(child: subprocess.Popen) -> None:
    """Give a child ten seconds to end what it is doing, then end it."""
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


if __name__ == "__main__":
    main()
