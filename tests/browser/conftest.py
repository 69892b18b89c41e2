"""The browser harness. `serve(fill)` gives a running site; `visit(site, path, …)` a visit on which every page is checked."""

import itertools
import os
import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.site import Site, Template
from tests.browser.visit import Visit

# Playwright runs an event loop in this thread; Django then refuses the database, as if we were asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The first has no window to draw, and needs half the processor time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's own Chromium. On a developer's machine without it the browser tests are left out; in CI that is a failure."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        sentence = "Chromium saknas, så ingen sida har provats i en webbläsare. Installera det: apt-get install chromium"
        pytest.fail(sentence) if os.environ.get("CI") == "true" else pytest.skip(sentence)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> Iterator[Template]:
    template = Template(tmp_path_factory.mktemp("sites"), f"samspel_browser_{os.getpid()}")
    yield template
    template.drop(f"{template.name}_template")


@pytest.fixture(scope="module")
def serve(template: Template, django_db_blocker) -> Iterator[Callable[..., Site]]:
    """`serve(fill)`: a site of its own whose database `fill()` has filled, a plain function that makes rows as any test does.

    What `fill` returns is kept as `site.cast`. The site lives as long as the test module.
    """
    sites: list[Site] = []

    def serve(fill: Callable[[], object] | None = None) -> Site:
        site = Site(template, f"{template.name}_{next(_numbers)}", django_db_blocker.unblock)
        sites.append(site)
        site.cast = None
        if fill:
            with site.database():
                site.cast = fill()
        site.start()
        return site

    yield serve
    for site in sites:
        site.stop()


_numbers = itertools.count(1)


@pytest.fixture
def visit(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visit]]:
    """`visit(site, path, width=360, js=False, as_=user)`: a person at a page, which has been checked when the call returns."""
    visits: list[Visit] = []
    name = re.sub(r"\[.*", "", request.node.name).removeprefix("test_")

    def visit(site: Site, path: str, *, width: int = 1280, js: bool = True, as_=None, status: int = 200) -> Visit:
        visits.append(Visit(chromium, site, f"{request.module.__name__.rpartition('test_')[2]}-{name}", width=width, js=js, as_=as_))
        return visits[-1].go(path, status=status)

    yield visit
    for each in visits:
        each.close()
