"""English is the second language: the catalogue is compiled, whole, and used by whoever chooses it."""

import ast
from gettext import GNUTranslations

import pytest
from django.conf import settings


def test_the_catalogue_is_whole_and_compiled():
    folder = settings.BASE_DIR / "locale" / "en" / "LC_MESSAGES"
    text = (folder / "django.po").read_text("utf-8")

    assert (folder / "django.mo").stat().st_size > 100_000
    assert "#, fuzzy" not in text
    assert '\nmsgstr ""\n\n' not in text


def test_every_word_asked_for_is_in_the_catalogue():
    """xgettext does not see a word asked for inside the braces of an f-string: such a one stays Swedish, and nobody notices."""
    folder = settings.BASE_DIR / "locale" / "en" / "LC_MESSAGES"
    known = GNUTranslations((folder / "django.mo").open("rb"))
    lacking = [
        f"{file}: {word}"
        for app in ("stakeholders", "measures", "followup", "config")
        for file in (settings.BASE_DIR / app).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "gettext", "gettext_lazy", "gettext_noop")
        if node.args and isinstance(node.args[0], ast.Constant) and (word := node.args[0].value) and word not in known._catalog
    ]
    assert not lacking


def test_a_goal_is_not_called_a_target(client, plan, manager):
    """Swedish has one word for both."""
    client.force_login(manager)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get(f"/plans/{plan.pk}/years/2026/").content.decode()
    assert '<label for="choose-goal">Goal</label>' in page


@pytest.mark.parametrize(("language", "words"), [("sv", "Logga in"), ("en", "Log in")])
def test_who_chooses_english_reads_english(client, db, language, words):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get("/account/login/").content.decode()

    assert f'<html lang="{language}"' in page
    assert words in page
