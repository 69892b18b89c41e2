"""The year as PDF/A-2a: for the archive, and tagged with headings, tables, lists and pictures in words."""

import posixpath
import re
from typing import Any

from followup.year.files import Stamp, found, page_foot, rendered, stylesheet
from followup.year.page import Year
from followup.year.tags import mend_tags


def pdf(year: Year, *, stamp: Stamp | None = None) -> bytes:
    """Which document it is, of which day, and the fingerprint of a frozen one stand on every page. Takes seconds: run it in a job."""
    from weasyprint import HTML  # half a second to import, and only a job needs it

    styles = stylesheet().replace("font-weight: 200 900;", "").replace("650", "600")  # what WeasyPrint knows of weights: whole hundreds
    drawings = Drawings()
    html = _TOLD.sub(r"<title>\1. \2</title>", rendered(year, styles + page_foot(year, stamp), stamp))
    html = drawings.behind(html)
    made = HTML(string=html, base_url="static:css/", url_fetcher=drawings.fetch)
    return made.write_pdf(pdf_variant="pdf/a-2a", finisher=mend_tags)


_TOLD = re.compile(r"<title>([^<]*)</title><desc>([^<]*)</desc>")
"""A picture's name and words: WeasyPrint reads out only what is in the title."""

_MUTE = re.compile(r'<svg width="(\d+)" height="(\d+)" ([^>]*) aria-hidden="true">(.*?)</svg>', re.DOTALL)
"""A symbol beside its own word."""


class Drawings:
    """The symbols, which say nothing that does not stand beside them, as backgrounds: those are no part of what is read out."""

    def __init__(self) -> None:
        self.drawn: dict[str, int] = {}

    def behind(self, html: str) -> str:
        html = _MUTE.sub(self._behind, html)
        rules = [f'.drawn-{number} {{ background-image: url("drawn:{number}") }}' for number in self.drawn.values()]
        return html.replace("</style>", "\n".join([*rules, "</style>"]), 1)

    def _behind(self, symbol: re.Match[str]) -> str:
        width, height, box, shapes = symbol.groups()
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {box}>{shapes}</svg>'
        return f'<i class="drawn drawn-{self.drawn.setdefault(drawing, len(self.drawn))}"></i>'

    def fetch(self, address: str) -> Any:
        """A drawing, or one of our own static files: the year needs nothing from elsewhere."""
        from weasyprint.urls import URLFetcherResponse

        kind, _colon, name = address.partition(":")
        if kind == "drawn":
            drawing = next(drawing for drawing, number in self.drawn.items() if number == int(name))
            return URLFetcherResponse(address, drawing.encode(), {"Content-Type": "image/svg+xml"})
        if kind == "static":
            return URLFetcherResponse(address, found(posixpath.normpath(name)).read_bytes())
        raise ValueError(f"The year needs nothing from elsewhere: {address}")
