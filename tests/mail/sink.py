"""A real mail server on loopback, in a process of its own: `python -m tests.mail.sink LOG ORDERS` prints its port.

Each mail it accepts is one JSON line in LOG, on disk before "250" is said. ORDERS is a JSON file, read at every step:
{"connect": "421 …", "mail": "…", "rcpt": {"address": "550 …", "*": "…"}, "data": "452 …", "silent": true}. "silent": takes the mail and hangs up
before saying so.
"""

import asyncio
import json
import os
import subprocess
import sys
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self, log: Path, orders: Path) -> None:
        self.log, self.orders_file = log.open("ab", buffering=0), orders

    def orders(self) -> dict[str, Any]:
        return json.loads(self.orders_file.read_text()) if self.orders_file.exists() else {}

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [self.orders()["connect"]] if "connect" in self.orders() else responses

    async def handle_HELO(self, server, session, envelope, hostname):
        session.host_name = hostname
        return self.orders().get("connect", "250 sink")

    async def handle_MAIL(self, server, session, envelope, address, options):
        if "mail" in self.orders():
            return self.orders()["mail"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusals = self.orders().get("rcpt", {})
        if address in refusals or "*" in refusals:
            return refusals.get(address) or refusals["*"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if "data" in self.orders():
            return self.orders()["data"]
        mail = {"to": envelope.rcpt_tos, "from": envelope.mail_from, "content": envelope.content.decode("utf-8", "surrogateescape")}
        self.log.write(json.dumps(mail).encode() + b"\n")
        os.fsync(self.log.fileno())
        if self.orders().get("silent"):
            server.transport.close()
        return "250 OK"


async def main(log: str, orders: str) -> None:
    handler = Handler(Path(log), Path(orders))
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(handler, hostname="sink", data_size_limit=2**24), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


class Sink:
    """The server as a test sees it."""

    def __init__(self, folder: Path) -> None:
        self.log, self.orders = folder / "accepted.jsonl", folder / "orders.json"
        self.log.touch()
        command = [sys.executable, "-m", "tests.mail.sink", str(self.log), str(self.orders)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def order(self, **orders: Any) -> None:
        """How it answers from now on."""
        self.orders.write_text(json.dumps(orders))

    def accepted(self) -> list[dict[str, Any]]:
        """What it has taken: {"to", "from", "content"} in order. The last line may still be being written."""
        whole, _end, _begun = self.log.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def receivers(self) -> list[str]:
        return [mail["to"][0] for mail in self.accepted()]

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(mail["content"].encode("utf-8", "surrogateescape"), policy=default) for mail in self.accepted()]

    def empty(self) -> None:
        self.log.write_text("")
        self.order()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
