"""What comes from outside as a file: photos are drawn anew, documents are kept as they are, everything else is refused in words."""

import io
import zipfile
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stakeholders.files import LARGEST, WIDEST, harmless_name, read_upload
from stakeholders.refusals import NotRight

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def a_photo(form="JPEG", size=(640, 480), mode="RGB", **how):
    content = io.BytesIO()
    Image.new(mode, size, "green").save(content, form, **how)
    return content.getvalue()


def a_document(*parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for part in ("[Content_Types].xml", *parts):
            package.writestr(part, "<x/>")
    return content.getvalue()


def read(content, name="bild.jpg"):
    return read_upload(io.BytesIO(content), name, len(content))


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_photo_is_kept_as_what_it_is_whatever_it_is_called(form, kind):
    kept = read(a_photo(form), "rapport.pdf.exe")

    assert kept.content_type == kind
    assert kept.name.startswith("rapport.pdf.")
    assert Image.open(io.BytesIO(kept.content)).format == form


def test_where_and_with_what_a_photo_was_taken_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "Telefonmärket"
    exif[0x0112] = 6  # turned a quarter
    exif.get_ifd(0x8825).update({1: "N", 2: (60.0, 20.0, 30.0), 3: "E", 4: (17.0, 31.0, 0.0)})
    original = a_photo(size=(640, 480), exif=exif, comment=b"hemlig kommentar")
    assert b"Telefonm" in original
    kept = read(original)

    drawn = Image.open(io.BytesIO(kept.content))
    assert not drawn.getexif()
    assert b"Telefonm" not in kept.content
    assert b"hemlig" not in kept.content
    assert drawn.size == (480, 640), "and it stands upright all the same"


def test_words_hidden_in_a_png_are_gone():
    words = PngInfo()
    words.add_text("Author", "Hemlig Person")
    kept = read(a_photo("PNG", pnginfo=words))

    assert b"Hemlig" not in kept.content


def test_a_large_photo_is_made_smaller():
    kept = read(a_photo(size=(4000, 3000)))

    assert max(Image.open(io.BytesIO(kept.content)).size) == WIDEST


def test_a_photo_that_is_also_a_page_is_only_a_photo_afterwards():
    kept = read(a_photo() + b"<script>alert(1)</script><?php system('id'); ?>")

    assert b"script" not in kept.content
    assert b"php" not in kept.content


def a_bomb(width, height):
    """A PNG of a few kilobytes that says it is huge."""

    def chunk(kind, content):
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [6_000, 13_000, 30_000])
def test_a_picture_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked(side):
    with pytest.raises(NotRight, match="för stor"):
        read(a_bomb(side, side), "bild.png")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "bild.svg"),
        (b"<!doctype html><script>alert(1)</script>", "bild.jpg"),
        (EICAR, "bild.jpg"),
        (b"GIF89a" + bytes(100), "bild.gif"),
        (b"MZ" + bytes(100), "rapport.pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "rapport.doc"),
        (a_document("skript.js"), "rapport.docx"),
        (a_document("word/document.xml", "word/vbaProject.bin"), "rapport.docx"),
        (a_document("word/document.xml", "xl/workbook.xml"), "rapport.docx"),
        (b"PK\x03\x04 trasig", "rapport.docx"),
        (b"   %PDF-1.4 inte i b\xc3\xb6rjan", "rapport.pdf"),
    ],
)
def test_what_is_neither_photo_nor_document_is_refused(content, name):
    with pytest.raises(NotRight, match=r"kan vi inte ta emot|går inte att läsa"):
        read(content, name)


def test_half_a_photo_is_refused():
    with pytest.raises(NotRight, match="går inte att läsa"):
        read(a_photo(size=(900, 900), quality=100)[:600])


def test_an_empty_file_is_refused():
    with pytest.raises(NotRight, match="tom"):
        read(b"")


def test_more_than_ten_megabytes_is_refused_unread():
    class Unread(io.BytesIO):
        def read(self, *_args):
            raise AssertionError("it was read")

    with pytest.raises(NotRight, match="högst 10 MB"):
        read_upload(Unread(), "stor.pdf", LARGEST + 1)


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [
        (PDF, "application/pdf", ".pdf"),
        (a_document("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
        (a_document("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    ],
)
def test_a_document_is_kept_as_it_is(content, kind, ending):
    kept = read(content, "Verksamhetsberättelse 2026.txt")

    assert (kept.content, kept.content_type, kept.name) == (content, kind, f"Verksamhetsberättelse 2026{ending}")


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\lena\\bild.png", "bild.jpg"),
        ("rad\r\nSet-Cookie: x=1.jpg", "rad Set-Cookie x=1.jpg"),
        ("gpj.\u202eexe", "gpj.jpg"),
        ('a"b<c>.jpg', "a b c.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("", "fil.jpg"),
        ("...", "fil.jpg"),
        ("a\u030arsmo\u0308te.jpg", "årsmöte.jpg"),
        ("Kim 850709-9805.jpg", "fil.jpg"),
        ("å" * 300 + ".jpg", "å" * 80 + ".jpg"),
    ],
)
def test_a_name_is_harmless_wherever_it_is_saved(name, harmless):
    assert harmless_name(name, ".jpg") == harmless
