"""English is the second language: the catalogue is compiled, whole, and used by whoever chooses it."""

import pytest
from django.conf import settings


def test_the_catalogue_is_whole_and_compiled():
    folder = settings.BASE_DIR / "locale" / "en" / "LC_MESSAGES"
    text = (folder / "django.po").read_text("utf-8")

    assert (folder / "django.mo").stat().st_size > 100_000
    assert "#, fuzzy" not in text
    assert '\nmsgstr ""\n\n' not in text


@pytest.mark.parametrize(("language", "words"), [("sv", "Logga in"), ("en", "Log in")])
def test_who_chooses_english_reads_english(client, db, language, words):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get("/account/login/").content.decode()

    assert f'<html lang="{language}"' in page
    assert words in page
