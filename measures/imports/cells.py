"""One cell of a strange file: cleaned text, and whether it says anything at all."""

import re
import unicodedata
from datetime import date

from measures.spreadsheets import Cell
from stakeholders.exports import plain

_SPACES = re.compile(r"[^\S\n]+")
_NOTHING = frozenset(
    (
        *("-", "--", "?", ".", "x", "n/a", "na", "ingen", "inget", "saknas", "okänt", "okänd", "oklart", "tbd", "vet inte"),
        *("ej bestämt", "inte bestämt", "bestäms senare", "ej beslutat", "ej beslutad", "inte beslutat", "ännu ej beslutat"),
    )
)


def text_of(cell: Cell) -> str:
    """The cell as text: NFC, one kind of space, no control or invisible characters, line breaks kept.

    The apostrophe that our own exports put before "=1+1" is taken away again.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _cleaned(cell)
    if isinstance(cell, bool):
        return "ja" if cell else "nej"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def line_of(cell: Cell) -> str:
    """The cell as text on one line."""
    return " ".join(text_of(cell).split())


def says_nothing(text: str) -> bool:
    """Whether the writer only marked that nothing is known: "–", "oklart", "ej beslutat"."""
    return not text or text.casefold().replace("–", "-").replace("—", "-").strip() in _NOTHING


def _cleaned(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").replace("\u2028", "\n")
        text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c == "\t")
    text = plain(text)
    lines = (line.strip() for line in _SPACES.sub(" ", text).split("\n"))
    return "\n".join(line for line in lines if line)
