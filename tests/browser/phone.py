"""A partner's phone in Chromium: 360 px, every page met is weighed, has no script and no small targets, and presses are counted."""

import re
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, Locator

from followup.letters import compose
from stakeholders.models import Dispatch
from tests.browser.site import Site
from tests.browser.visit import SCREENSHOTS, Visit, picture

HEAVIEST = 35 * 1024


class Phone:
    """`open` an address, `tap` what stands there, `type` in the field that is asked for. `taps` are the presses, the letter's included."""

    def __init__(self, chromium: Browser, site: Site, name: str, *, js: bool) -> None:
        self.visit = Visit(chromium, site, name, width=360, js=js)
        self.page, self.site, self.taps = self.visit.page, site, 0
        self.visit.context.new_cdp_session(self.page).send("Network.setCacheDisabled", {"cacheDisabled": True})

    @property
    def heading(self) -> str:
        return self.page.inner_text("h1")

    @property
    def text(self) -> str:
        return self.page.inner_text("main").replace("\xa0", " ")

    def open(self, path: str, *, status: int = 200, name: str = "") -> "Phone":
        self.visit.go(path, status=status, name=name or self._short(path))
        return self._hold()

    def open_letter(self, dispatch: Dispatch, says: str = "") -> "Phone":
        """The letter as its receiver reads it, on the phone. Pressing its button, which `says` something, is the first tap."""
        with self.site.database():
            letter = compose(dispatch)
        assert letter is not None
        self.page.goto("about:blank")
        self.page.set_content(letter.html.replace(settings.BASE_URL, self.site.url))
        picture(self.page, SCREENSHOTS / f"{self.visit.name}-letter-360.png")
        return self.press(self.page.locator(f"a:has-text('{says}')").first, "start")

    def tap(self, words: str, name: str = "") -> "Phone":
        """Press the button, link or fold that says `words`."""
        return self.press(self.page.locator(f"main :is(button, a, summary, label):not(.sr-only):has-text('{words}')").last, name or words)

    def press(self, control: Locator, name: str) -> "Phone":
        self.taps += 1
        self.visit.responses.clear()
        control.click()
        self.page.wait_for_load_state("load")
        self.visit.check(self._short(name))
        return self._hold()

    def type(self, text: Any, field: str = "main :is(input[inputmode], textarea)") -> "Phone":
        self.page.locator(field).first.fill(str(text))
        return self

    def close(self) -> None:
        self.visit.close()

    def _hold(self) -> "Phone":
        """What product.md promises of every page a partner meets."""
        assert self.visit.weight() <= HEAVIEST, self.visit.weights()
        scripts = [script.get_attribute("src") for script in self.page.locator("script").all()]
        assert all(address and "/js/autosave" in address for address in scripts), "no script but the one that keeps what is typed"
        assert not self.visit.small_targets(), self.visit.small_targets()
        return self

    def _short(self, words: str) -> str:
        return re.sub(r"/l/[^/]+", "link", words).strip("/")
