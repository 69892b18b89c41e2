"""A PostgreSQL database that a bench has for itself, dropped after. BENCH_DATABASE_URL points at a server where databases may be made."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import django
import psycopg

SERVER = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """Django set up on an empty, migrated database."""
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"')
    os.environ |= {
        "DATABASE_URL": urlsplit(SERVER)._replace(path=f"/{name}").geturl(),
        "DJANGO_SETTINGS_MODULE": "config.test_settings",
    }
    try:
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
