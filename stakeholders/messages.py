"""What a mail looks like: one list of blocks becomes both the complete plain text and the modest HTML, and then bytes.

Names and texts that people have typed are only ever values: no template code in them runs, no header can be added by them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from stakeholders import clock
from stakeholders.models import ContactPerson, Dispatch, User, Workspace


@dataclass(frozen=True)
class Strong:
    """A word that the eye should find: bold in HTML, itself in plain text."""

    text: object


@dataclass(frozen=True)
class Paragraph:
    """Running text, as (text, is_strong) pieces."""

    pieces: tuple[tuple[str, bool], ...]
    kind: str = "paragraph"

    @property
    def text(self) -> str:
        return "".join(text for text, _strong in self.pieces)


@dataclass(frozen=True)
class Bullets:
    """A short list."""

    lines: tuple[str, ...]
    kind: str = "bullets"

    @property
    def text(self) -> str:
        return "\n".join(f"– {line}" for line in self.lines)


@dataclass(frozen=True)
class Quote:
    """What somebody wrote, word for word."""

    words: str
    kind: str = "quote"

    @property
    def text(self) -> str:
        return "\n".join(f"> {line}" for line in self.words.splitlines())


@dataclass(frozen=True)
class Button:
    """The one link of a letter."""

    label: str
    url: str
    kind: str = "button"

    @property
    def text(self) -> str:
        return f"{self.label}:\n{self.url}"


Block = Paragraph | Bullets | Quote | Button


@dataclass(frozen=True)
class Letter:
    """A subject and its blocks, written in `language`."""

    subject: str
    blocks: Sequence[Block]
    language: str = "sv"

    @property
    def text(self) -> str:
        """The whole letter without HTML."""
        return "\n\n".join(block.text for block in self.blocks) + "\n"

    @property
    def html(self) -> str:
        button = next((block for block in self.blocks if isinstance(block, Button)), None)
        with translation.override(self.language):
            return render_to_string("mail/letter.html", {"letter": self, "button": button})


def paragraph(template: object, **values: object) -> Paragraph:
    """A paragraph from a translated sentence with {names} in it. A value may be `Strong`."""
    pieces = []
    for place, part in enumerate(re.split(r"\{(\w+)\}", str(template))):
        value = values[part] if place % 2 else part
        pieces.append((str(value.text), True) if isinstance(value, Strong) else (str(value), False))
    return Paragraph(tuple(piece for piece in pieces if piece[0]))


def paragraphs_of(text: str) -> list[Paragraph]:
    """Plain text that a person has written, a paragraph for each blank line."""
    return [paragraph("{text}", text=part.strip()) for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]


def one_line(text: object) -> str:
    """Text as a header may hold it: no line breaks or other control characters, whatever was typed."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]", " ", str(text)).split())


def is_usable_address(address: str) -> bool:
    """Whether an address can stand in an envelope: one @, plain characters on its left, a host on its right, nothing that ends a line."""
    return bool(re.fullmatch(r"[\w!#$%&'*+/=?^`{|}~.-]+@[\w.-]+", address)) and address.partition("@")[0].isascii()


def in_ascii(address: str) -> str:
    """The address with its domain as the network spells it (kontakt@åby.example → kontakt@xn--by-xia.example)."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def sender_address() -> str:
    """The address that every mail comes from, in envelope and header alike."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def sender_name(workspace: Workspace) -> str:
    """A person where there is one: "Samordnaren, Norrbruksbyggen AB"."""
    return ", ".join(filter(None, [workspace.contact_name, workspace.name]))


def message_id(dispatch: Dispatch) -> str:
    """The same for every attempt: a mail that should come twice after all is recognised by the receiver's mail program."""
    return f"<{dispatch.message_id}@{sender_address().rpartition('@')[2]}>"


def as_bytes(letter: Letter, dispatch: Dispatch, receiver: ContactPerson | User, opt_out_url: str = "") -> bytes:
    """The mail as it goes over the wire, CRLF, headers and both bodies."""
    workspace = dispatch.workspace
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(sender_name(workspace), sender_address())
    message["To"] = _address(receiver.name, receiver.email)
    if is_usable_address(workspace.contact_email):
        message["Reply-To"] = _address(workspace.contact_name, workspace.contact_email)
    message["Subject"] = Truncator(one_line(letter.subject)).chars(150)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id(dispatch)
    message["Auto-Submitted"] = "auto-generated"
    if opt_out_url:
        message["List-Unsubscribe"] = f"<{opt_out_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = letter.language  # after the content: setting it throws away what is said about it
    message.set_boundary(f"=_{dispatch.message_id.hex}")
    return message.as_bytes()


def signature(workspace: Workspace) -> Paragraph:
    """Who asks, and the number to ring."""
    lines = [workspace.contact_name or _("Samordnaren"), workspace.name, workspace.contact_phone]
    return paragraph("{lines}", lines="\n".join(filter(None, lines)))


def _address(name: str, address: str) -> Address:
    return Address(display_name=one_line(name), addr_spec=in_ascii(address))
