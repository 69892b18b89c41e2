"""Reads the environment. A value that is missing or bad stops the start with one sentence that names it."""

from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
DATABASES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
}

env = environ.Env()


def load_file(path: Path) -> None:
    """Take what `.env` says, if there is one. The real environment wins."""
    if path.is_file():
        env.read_env(str(path))


def refuse(name: str, reason: str) -> NoReturn:
    """Stop the start: one sentence on stderr, exit code 1, no traceback."""
    raise SystemExit(f"Samspel startar inte: {name} {reason}")


def text(name: str, default: str = "") -> str:
    """A string, without blanks around it. Set but empty is as good as not set."""
    return str(env.str(name, default="")).strip() or default


def flag(name: str, default: bool) -> bool:
    """`on` or `off` (also true/false, yes/no, 1/0)."""
    word = text(name).lower()
    if word in {"", "on", "true", "yes", "1", "off", "false", "no", "0"}:
        return default if word == "" else word in {"on", "true", "yes", "1"}
    refuse(name, f"ska vara on eller off, men är ”{word}”.")


def number(name: str, default: int, at_least: int = 0) -> int:
    """A whole number, not below `at_least`."""
    word = text(name, str(default))
    if not word.isdecimal() or int(word) < at_least:
        refuse(name, f"ska vara ett heltal, minst {at_least}, men är ”{word}”.")
    return int(word)


def choice(name: str, default: str, among: set[str]) -> str:
    """One of the words in `among`, whatever its case."""
    word = text(name, default).upper()
    if word not in among:
        refuse(name, f"ska vara något av {', '.join(sorted(among))}, men är ”{word}”.")
    return word


def words(name: str) -> list[str]:
    """Words with commas between."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def secret_key(debug: bool) -> str:
    """SECRET_KEY: long and unguessable, unless this is a developer's own machine (DEBUG=on)."""
    key = text("SECRET_KEY")
    if not key and debug:
        return "only-for-development-" + "0123456789" * 4
    if not key:
        refuse("SECRET_KEY", "saknas. Sätt den till minst 50 slumpade tecken (eller DEBUG=on på din egen dator).")
    if len(key) < 50 and not debug:
        refuse("SECRET_KEY", f"är bara {len(key)} tecken. Den ska vara minst 50 slumpade tecken.")
    return key


def base_url(debug: bool) -> str:
    """BASE_URL: where people reach Samspel, no slash at the end. https, except on the machine itself."""
    url = text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        refuse("BASE_URL", f"ska vara en adress som https://samspel.example.se, utan sökväg, men är ”{url}”.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not debug:
        refuse("BASE_URL", f"ska börja med https:// när andra når den, men är ”{url}”.")
    return url


def database(default: Path) -> dict[str, Any]:
    """DATABASE_URL as Django wants it; the embedded SQLite file at `default` when it is not set.

    SQLite: write-ahead log and full sync, so that what was confirmed survives a power cut; each
    transaction takes the write lock at once and waits up to 20 s for it, so none is refused midway.
    PostgreSQL: kept open a minute and tried before use, so a restarted server costs nobody an error. A plan's rows are found by
    index, on disks that are not spinning; compiling such queries takes longer than running them.
    """
    url = text("DATABASE_URL")
    if not url:
        default.parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{default}"
    parts = _split(url)
    if parts is None or parts.scheme not in DATABASES or not parts.path.strip("/"):
        refuse("DATABASE_URL", "ska se ut som postgres://namn:lösenord@dator:5432/databas eller sqlite:////sökväg.")
    settings: dict[str, Any] = dict(environ.Env.db_url_config(url, engine=DATABASES[parts.scheme]))
    if parts.scheme == "sqlite":
        settings["OPTIONS"] = {
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        }
        return settings
    settings["CONN_MAX_AGE"] = 60
    settings["CONN_HEALTH_CHECKS"] = True
    # Many ask at once, and what one asks is small: no query is spread over the processors that serve the others.
    planner = "-c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0"
    settings["OPTIONS"] = {"connect_timeout": 5, "options": planner, **settings.get("OPTIONS", {})}
    return settings


def service_url(name: str, schemes: set[str], example: str) -> str:
    """The address of a service, or nothing. Its scheme must be one of `schemes`."""
    url = text(name)
    parts = _split(url)
    if url and (parts is None or parts.scheme not in schemes or not parts.hostname):
        refuse(name, f"ska se ut som {example}.")
    return url


def mail(folder: Path) -> dict[str, Any]:
    """Mail settings by EMAIL_URL; without it every mail is a file in `folder`."""
    url = text("EMAIL_URL")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": str(folder)}
    try:
        return dict(environ.Env.email_url_config(url))
    except (ValueError, KeyError, ImproperlyConfigured):
        refuse("EMAIL_URL", "ska se ut som smtp+tls://namn:lösenord@dator:587.")


def _split(url: str) -> Any:
    """The parts of an address, or None if it cannot be read (a port that is no number)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
