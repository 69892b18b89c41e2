"""The ways out for a mail, step by step, so that what is known about it can be stored before each step.

`open` → `address` (one receiver) → `hand_over` (from here nobody knows until there is an answer) or `withdraw`.
"""

import os
import smtplib
import ssl
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ANSWER_TIMEOUT = 60
"""Seconds to wait for the answer to a whole mail: a server that scans it may need a while."""


class NoWay(Exception):
    """The server cannot be reached, or wants nothing from us now: not this mail's fault. Try again later."""


class NotNow(Exception):
    """The server asks us to come back with this very mail (4xx)."""


class Refused(Exception):
    """The server will not have this mail (5xx). `is_address`: because there is no such receiver."""

    def __init__(self, reason: str, *, is_address: bool = False) -> None:
        super().__init__(reason)
        self.is_address = is_address


class NobodyKnows(Exception):
    """The connection broke after the mail was begun: it may or may not have arrived."""


class Transport(Protocol):
    def open(self) -> None:
        """Be ready for a mail. Raises NoWay."""

    def address(self, sender: str, receiver: str) -> None:
        """Name the one receiver. Raises NoWay, NotNow, Refused."""

    def hand_over(self, content: bytes, message_id: UUID) -> None:
        """Give the mail away. Raises NotNow, Refused, NobodyKnows."""

    def withdraw(self) -> None:
        """Take back an addressed mail before it is handed over."""

    def close(self) -> None: ...

    def has(self, message_id: UUID) -> bool | None:
        """Whether an earlier attempt that was cut off succeeded; None when that cannot be known."""


class SmtpTransport:
    """A mail server, one connection for many mails, one transaction for each receiver."""

    def __init__(self, host: str, port: int, *, user: str = "", password: str = "", tls: str = "", timeout: float = 10) -> None:
        """`tls`: "" (plain), "starttls" or "implicit"."""
        self.host, self.port, self.user, self.password, self.tls, self.timeout = host, port, user, password, tls, timeout
        self.server: smtplib.SMTP | None = None

    def open(self) -> None:
        try:
            if self.server and self.server.noop()[0] == 250:
                return
        except (smtplib.SMTPException, OSError):
            pass
        self.close()
        try:
            self.server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise NoWay(_in_words(error)) from error

    def address(self, sender: str, receiver: str) -> None:
        code, answer = self._ask("mail", f"FROM:<{sender}>")
        if code >= 400:  # our own address is not accepted: that is about the installation, not about the receiver
            self.withdraw()
            raise NoWay(f"{code} {answer}")
        code, answer = self._ask("rcpt", f"TO:<{receiver}>")
        if code == 421:
            self.close()
            raise NoWay(f"{code} {answer}")
        if code >= 400:
            self.withdraw()
            raise NotNow(f"{code} {answer}") if code < 500 else Refused(f"{code} {answer}", is_address=_is_about_address(code, answer))

    def hand_over(self, content: bytes, message_id: UUID) -> None:
        server = self._server
        try:
            code, answer = self._begin(server)
            if code == 354:
                code, answer = self._send(server, content)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise NobodyKnows(_in_words(error)) from error
        if code >= 400:
            if code == 421:
                self.close()
            raise (NotNow if code < 500 else Refused)(f"{code} {answer}")

    def withdraw(self) -> None:
        try:
            self._server.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def close(self) -> None:
        if self.server:
            self.server.close()
            self.server = None

    def has(self, message_id: UUID) -> bool | None:
        return None

    @property
    def _server(self) -> smtplib.SMTP:
        if self.server is None:
            raise NoWay("no connection")
        return self.server

    def _connect(self) -> smtplib.SMTP:
        secure = ssl.create_default_context()
        if self.tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=secure)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        self.server = server  # so that a failure further down is closed
        server.ehlo_or_helo_if_needed()
        if self.tls == "starttls":
            server.starttls(context=secure)
            server.ehlo()
        if self.user:
            server.login(self.user, self.password)
        return server

    def _ask(self, verb: str, words: str) -> tuple[int, str]:
        try:
            code, answer = self._server.docmd(verb, words)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise NoWay(_in_words(error)) from error
        if code == -1:
            self.close()
            raise NoWay("the connection was closed")
        return code, _readable(answer)

    def _begin(self, server: smtplib.SMTP) -> tuple[int, str]:
        """Say DATA. Gives the answer: 354 is "go on"."""
        code, answer = server.docmd("data")
        if code == -1:
            raise smtplib.SMTPServerDisconnected("the connection was closed")
        return code, _readable(answer)

    def _send(self, server: smtplib.SMTP, content: bytes) -> tuple[int, str]:
        """The mail, its lone dots doubled, and the dot that ends it. Gives the answer."""
        ended = content if content.endswith(b"\r\n") else content + b"\r\n"
        dotted = (b"\r\n" + ended).replace(b"\r\n.", b"\r\n..")[2:]
        if server.sock:
            server.sock.settimeout(ANSWER_TIMEOUT)
        server.send(dotted + b".\r\n")
        code, answer = server.getreply()
        if server.sock:
            server.sock.settimeout(self.timeout)
        if code == -1:
            raise smtplib.SMTPServerDisconnected("the connection was closed")
        return code, _readable(answer)


class FolderTransport:
    """A folder of .eml files, each named after its mail: handed over twice is still one file."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def open(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        except OSError as error:
            raise NoWay(_in_words(error)) from error

    def address(self, sender: str, receiver: str) -> None:
        """Every receiver is fine."""

    def hand_over(self, content: bytes, message_id: UUID) -> None:
        path = self.path(message_id)
        half_written = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            with half_written.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half_written.replace(path)
            _sync_folder(self.folder)
        except OSError as error:  # a full disk: there is no such mail yet
            half_written.unlink(missing_ok=True)
            raise NotNow(_in_words(error)) from error

    def withdraw(self) -> None:
        """Nothing has been written."""

    def close(self) -> None:
        """Nothing is open."""

    def has(self, message_id: UUID) -> bool | None:
        return self.path(message_id).is_file()

    def path(self, message_id: UUID) -> Path:
        """Where the mail with this id lies, or would lie."""
        return self.folder / f"{message_id}.eml"


def from_settings() -> Transport:
    """The way out of this installation: the server of EMAIL_URL, otherwise the folder VAR_DIR/mail."""
    backend = settings.EMAIL_BACKEND.rpartition(".")[2]
    if settings.EMAIL_BACKEND.endswith(("filebased.EmailBackend", "locmem.EmailBackend")):
        return FolderTransport(getattr(settings, "EMAIL_FILE_PATH", None) or settings.VAR_DIR / "mail")
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        raise ImproperlyConfigured(f"EMAIL_URL: no way to send mail by {backend}")
    return SmtpTransport(
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        user=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        tls="implicit" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else "",
        timeout=settings.EMAIL_TIMEOUT,
    )


def is_embedded() -> bool:
    """Whether mail stays on this machine, as files that can be read here."""
    return isinstance(from_settings(), FolderTransport)


def _is_about_address(code: int, answer: str) -> bool:
    """Whether a 5xx to RCPT says that the receiver is wrong, rather than that we may not send (5.7.x: policy, relaying)."""
    status = answer.split(maxsplit=1)[0] if answer else ""
    if status.startswith("5."):
        return status.startswith(("5.1.", "5.2.1", "5.4.4"))
    return code in (550, 551, 553)


def _readable(answer: bytes) -> str:
    return " ".join(answer.decode("utf-8", "replace").split())[:300]


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return f"{error.smtp_code} {_readable(answer)}"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
