"""Says with one sentence which of PostgreSQL, Redis and RabbitMQ does not answer: services.py URL URL URL."""

import sys
from collections.abc import Callable

import kombu
import psycopg
import redis


def postgresql(url: str) -> None:
    server, _, _ = url.rpartition("/")
    psycopg.connect(f"{server}/postgres", connect_timeout=5).close()


def redis_server(url: str) -> None:
    redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5).ping()


def rabbitmq(url: str) -> None:
    with kombu.Connection(url, connect_timeout=5) as connection:
        connection.connect()


SERVICES: list[tuple[str, Callable[[str], None]]] = [
    ("PostgreSQL", postgresql),
    ("Redis", redis_server),
    ("RabbitMQ", rabbitmq),
]

silent = []
for (name, ask), url in zip(SERVICES, sys.argv[1:], strict=True):
    try:
        ask(url)
    except Exception as error:  # noqa: BLE001 whatever is wrong, it is named
        silent.append(f"{name} svarar inte på {url}: {' '.join(str(error).split())[:200]}")
sys.exit("\n".join(silent) or 0)
