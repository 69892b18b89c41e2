"""A person's visit in Chromium, and what must be true of every page seen on it."""

import gzip
import json
import re
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Response

from tests.browser.site import Site

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PACKED_ALREADY = ("font/", "image/png", "image/jpeg", "image/webp", "application/pdf", "application/zip")
HEIGHTS = {360: 760, 1280: 900}
# Chromium tells of every answer that is 400 or more. A page that refuses is no fault; a sheet, script, font or picture is.
REFUSED = "Failed to load resource: the server responded with a status of"


class Visit:
    """One person, one browser window. `go` and `check` fail with a list of all that is wrong on the page."""

    def __init__(self, browser: Browser, site: Site, name: str, *, width: int, js: bool, as_=None, phone: bool = False) -> None:
        self.browser, self.site, self.name, self.width, self.js = browser, site, name, width, js
        self.context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 800)},
            java_script_enabled=js,
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
            reduced_motion="reduce",
            has_touch=width < 600,
        )
        if as_ is not None:
            self.context.add_cookies([site.session_of(as_)])
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.responses: list[Response] = []
        self._steps = 0
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("requestfailed", lambda request: self._failed(request.url, request.failure or ""))
        self.page.on("response", self._got)

    def go(self, path: str, *, status: int = 200, name: str = "") -> "Visit":
        """Open `path`, expect `status`, and check the page."""
        self.responses.clear()
        response = self.page.goto(path, wait_until="load")
        assert response is not None
        assert response.status == status, f"{path} answered {response.status}, not {status}\n{self.site.log()[-3000:]}"
        return self.check(name or path.strip("/").replace("/", "-") or "start")

    def check(self, name: str = "") -> "Visit":
        """All that must hold for a page as it stands now. Call it after each step of a journey."""
        self._steps += 1
        self._picture(name or str(self._steps))
        found = [*self.faults, *self._not_loaded(), *self._too_wide(), *self._axe()]
        self.faults.clear()
        assert not found, f"{self.page.url} at {self.width} px, js={self.js}:\n" + "\n".join(f"- {fault}" for fault in found)
        return self

    def resize(self, width: int, name: str = "") -> "Visit":
        """The same page in a window of another width, checked again."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 800)})
        return self.check(name)

    def weight(self) -> int:
        """Bytes of everything the last `go` fetched, gzipped where that helps."""
        return sum(self._weights().values())

    def weights(self) -> dict[str, int]:
        """The same for each address, heaviest first."""
        return dict(sorted(self._weights().items(), key=lambda pair: -pair[1]))

    def small_targets(self, least: int = 44) -> list[str]:
        """What can be pressed but is lower or narrower than `least` px. Empty on every phone page."""
        return self.page.evaluate(
            """least => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
            .filter(e => e.offsetParent && !e.closest(".sr-only") && !e.matches(".skip"))
            .map(e => (e.matches("input[type=radio], input[type=checkbox]") && e.closest("label")) || e)
            .map(e => [e, e.getBoundingClientRect()])
            .filter(([e, r]) => r.width < least - 0.5 || r.height < least - 0.5)
            .map(([e, r]) => `${e.tagName} ${(e.textContent || e.name || "").trim().slice(0, 40)}: ${Math.round(r.width)} × ${Math.round(r.height)}`)""",
            least,
        )

    def close(self) -> None:
        self.context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(REFUSED):
            self.faults.append(f"console: {message.text}")

    def _failed(self, url: str, reason: str) -> None:
        if "ERR_ABORTED" not in reason:
            self.faults.append(f"not loaded: {url} ({reason})")

    def _got(self, response: Response) -> None:
        self.responses.append(response)
        if response.status >= 400 and response.request.resource_type not in ("document", "xhr", "fetch"):
            self.faults.append(f"{response.status} for {response.url}")

    def _weights(self) -> dict[str, int]:
        sizes: dict[str, int] = {}
        for response in self.responses:
            if response.status in (204, 304) or 300 <= response.status < 400:
                continue
            body = response.body()
            packed = response.headers.get("content-type", "").startswith(PACKED_ALREADY)
            sizes[response.url.removeprefix(self.site.url)] = len(body) if packed else len(gzip.compress(body, 6))
        return sizes

    def _not_loaded(self) -> list[str]:
        """With 404s for sheets and scripts axe would still pass, so their effect is looked at."""
        page = self.page
        faults = []
        if page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()") != "#0f5c4a":
            faults.append("tokens.css has no effect")
        if page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") not in ("1280px", "544px", "none"):
            faults.append("page.css or partner.css has no effect")
        if page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ds-icon-size').trim()") == "":
            faults.append("designsystemet.css has no effect")
        if self.js and page.query_selector("script[src*=htmx]"):
            if page.evaluate("window.htmx && window.htmx.version") != "2.0.10":
                faults.append("htmx has not loaded")
            elif page.evaluate("htmx.config.allowEval || htmx.config.includeIndicatorStyles || htmx.config.historyCacheSize"):
                faults.append("htmx has not read its configuration")
        return faults

    def _too_wide(self) -> list[str]:
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [f"the page is {wide} px wider than the screen"] if wide > 0 else []

    def _axe(self) -> list[str]:
        """Axe needs timers, which a page without scripts has not: then it reads the same page in a window that has."""
        if self.js:
            return _broken_rules(self.page)
        content = re.sub(r"<script\b.*?</script>", "", self.page.content(), flags=re.DOTALL)
        context = self.browser.new_context(base_url=self.site.url, viewport=self.page.viewport_size, reduced_motion="reduce")
        try:
            page = context.new_page()
            page.route(self.page.url, lambda route: route.fulfill(body=content, content_type="text/html; charset=utf-8"))
            page.goto(self.page.url)
            return _broken_rules(page)
        finally:
            context.close()

    def _picture(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        file = re.sub(r"[^\w.-]+", "-", f"{self.name}-{name}-{self.width}{'' if self.js else '-nojs'}")
        picture(self.page, SCREENSHOTS / f"{file}.png")


def picture(page: Page, path: Path) -> None:
    """Keep what the page looks like. The headless shell now and then fails to draw on a busy machine: then once more."""
    for attempt in (1, 2, 3):
        try:
            page.screenshot(path=path, full_page=True, caret="initial")  # hiding the caret leaves a style
            return
        except Error as error:
            if attempt == 3 or "Unable to capture screenshot" not in str(error):
                raise


def _broken_rules(page: Page) -> list[str]:
    page.evaluate(AXE)
    result = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations', 'incomplete']})", RULES)
    unseen = [node for rule in result["incomplete"] for node in rule["nodes"] if '"equalRatio"' in json.dumps(node)]
    if unseen:  # axe only wonders about text in the very colour of its ground
        result["violations"].append({"id": "color-contrast", "help": "text that cannot be seen", "nodes": unseen})
    return [
        f"axe {rule['id']}: {rule['help']}: " + json.dumps([node["target"] for node in rule["nodes"][:4]], ensure_ascii=False)
        for rule in result["violations"]
    ]
