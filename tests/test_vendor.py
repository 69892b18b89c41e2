"""What others have written and we carry with us is what the manifest says, and everything it asks for is there."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = json.loads((ROOT / "static/vendor/MANIFEST.json").read_text("utf-8"))
FILES = [(file["path"], file["sha256"]) for package in MANIFEST["packages"] for file in package["files"]]


@pytest.mark.parametrize(("path", "digest"), FILES)
def test_a_vendored_file_is_untouched(path, digest):
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest


def test_every_vendored_file_is_in_the_manifest():
    folders = [ROOT / "static/vendor", ROOT / "tests/browser/vendor"]
    found = {file.relative_to(ROOT).as_posix() for folder in folders for file in folder.rglob("*") if file.is_file()}
    assert found - {"static/vendor/MANIFEST.json"} == {path for path, _ in FILES}


def test_each_package_says_its_licence_and_where_its_bytes_came_from():
    assert all(package["licence"] and package["integrity"].startswith("sha512-") for package in MANIFEST["packages"])


def test_our_theme_gives_every_value_the_design_system_asks_for():
    system = (ROOT / "static/vendor/designsystemet/designsystemet.css").read_text("utf-8")
    ours = (ROOT / "static/css/tokens.css").read_text("utf-8")
    asked = set(re.findall(r"var\((--ds-[\w-]+)", system))
    given = set(re.findall(r"(--ds-[\w-]+):", system + ours))
    assert asked <= given


def test_no_sheet_asks_for_a_value_that_nobody_gives():
    sheets = "".join(sheet.read_text("utf-8") for sheet in (ROOT / "static/css").glob("*.css"))
    given = set(re.findall(r"(--[\w-]+):", sheets + (ROOT / "static/vendor/designsystemet/designsystemet.css").read_text("utf-8")))
    assert set(re.findall(r"var\((--[\w-]+)", sheets)) <= given


def test_nothing_is_fetched_from_elsewhere():
    for sheet in [*(ROOT / "static").rglob("*.css"), *(ROOT / "static/js").rglob("*.js")]:
        text = sheet.read_text("utf-8")
        assert "sourceMappingURL" not in text, sheet
        assert not re.search(r"url\(\s*[\"']?(https?:)?//", text), sheet
