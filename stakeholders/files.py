"""Photos and documents from outside: what they are is decided by their content, and pictures are drawn anew before they are kept."""

import io
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from stakeholders.refusals import NotRight
from stakeholders.rules import has_personal_number

LARGEST = 10 * 1024 * 1024
WIDEST = 2560
"""Pixels on the longer side of a kept picture."""

PIXELS = {"JPEG": 150_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
"""The most that is unpacked. A JPEG is unpacked at a smaller scale, so a large one from a phone costs little memory."""

PICTURES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
PDF = ("application/pdf", ".pdf")
OFFICE = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
}
TAKES = "image/jpeg,image/png,image/webp,application/pdf,.pdf,.docx,.xlsx"
"""What a file field asks the browser for. A phone then turns its own format of pictures into JPEG."""

Image.MAX_IMAGE_PIXELS = max(PIXELS.values())


@dataclass(frozen=True)
class Kept:
    """A file as it may be stored: its bytes, its type by content, and a name that is harmless wherever it is saved."""

    content: bytes
    content_type: str
    name: str


def read_upload(upload: IO[bytes], name: str, size: int) -> Kept:
    """A photo (JPEG, PNG, WebP: drawn anew, without place and camera), a PDF, or a Word or Excel file without macros; at most 10 MB.

    Raises NotRight with a sentence that says what is wrong.
    """
    if size > LARGEST:
        raise NotRight(_("Filen är för stor. Den får vara högst 10 MB."))
    content = upload.read(LARGEST + 1)
    if not content:
        raise NotRight(_("Filen är tom."))
    if content.startswith(b"%PDF-"):
        return Kept(content, PDF[0], harmless_name(name, PDF[1]))
    if content.startswith(b"PK\x03\x04"):
        content_type, ending = _office(content)
        return Kept(content, content_type, harmless_name(name, ending))
    picture, form = _drawn_anew(content)
    content_type, ending = PICTURES[form]
    return Kept(picture, content_type, harmless_name(name, ending))


def harmless_name(name: str, ending: str) -> str:
    """The name a file is offered by: no folders, no control or direction signs, no personnummer, and the ending of what it is."""
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = "".join(c if unicodedata.category(c)[0] != "C" and c not in '<>:"/|?*' else " " for c in unicodedata.normalize("NFC", last))
    stem = PurePosixPath(" ".join(plain.split())).stem.strip(". ")[:80]
    return ("fil" if not stem or has_personal_number(stem) else stem) + ending


def _drawn_anew(content: bytes) -> tuple[bytes, str]:
    try:
        with Image.open(io.BytesIO(content), formats=list(PICTURES)) as picture:
            form = str(picture.format)
            if picture.width * picture.height > PIXELS[form]:
                raise NotRight(_("Bilden är för stor. Den har fler bildpunkter än vi kan ta emot."))
            if form == "JPEG":
                picture.draft("RGB", (WIDEST, WIDEST))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((WIDEST, WIDEST))
            clean = upright.convert("RGBA" if form != "JPEG" and upright.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotRight(_("Bilden är för stor. Den har fler bildpunkter än vi kan ta emot.")) from None
    except UnidentifiedImageError:
        raise NotRight(
            _("Den sortens fil kan vi inte ta emot. Välj en bild (JPEG, PNG), en PDF, ett Word- eller Excel-dokument.")
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise NotRight(_("Bilden går inte att läsa. Prova att spara den igen, eller välj en annan.")) from None
    clean.info = {}
    drawn = io.BytesIO()
    clean.save(drawn, form, quality=85)
    return drawn.getvalue(), form


def _office(content: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        names = set()
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    kinds = [kind for part, kind in OFFICE.items() if part in names and "[Content_Types].xml" in names]
    if len(kinds) != 1 or has_macros:
        raise NotRight(_("Den sortens fil kan vi inte ta emot. Välj en bild (JPEG, PNG), en PDF, ett Word- eller Excel-dokument."))
    return kinds[0]
