"""A partner at the phone, over HTTP: opens the letter's link and presses what stands on the page, as a person would."""

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from followup.actions.links import issue_link
from followup.models import Obligation
from stakeholders.models import ContactPerson


def link_to(obligation: Obligation, contact: ContactPerson | None = None) -> str:
    """The address in the letter to the contact."""
    contact = contact or obligation.assignment.contact or obligation.assignment.actor.contacts.get()
    _link, token = issue_link(contact, obligation.assignment.actor, obligation.period, by=None)
    return f"/l/{token}/"


class Partner:
    """One browser. `page` is the last page seen; `taps` is how many times something was pressed."""

    def __init__(self) -> None:
        self.client = Client()
        self.response: Any = None
        self.path = ""
        self.taps = 0

    @property
    def page(self) -> str:
        return self.response.content.decode()

    @property
    def text(self) -> str:
        """The page's words, without markup and odd spaces."""
        body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", self.page, flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\xa0", " ").split())

    def links(self) -> list[tuple[str, str]]:
        """(address, words) of every link on the page."""
        return Links.of(self.page)

    def open(self, address: str, status: int = 200) -> "Partner":
        return self._seen(self.client.get(address, follow=True), address, status)

    def follow(self, words: str, status: int = 200) -> "Partner":
        """Press a link by its words."""
        self.taps += 1
        addresses = [address for address, text in self.links() if words in text]
        assert addresses, f"no link {words!r} on {self.path}: {self.links()}"
        return self.open(addresses[0], status)

    def press(self, words: str, status: int = 200, **typed: Any) -> "Partner":
        """Fill in fields and press a button by its words; the whole form goes, hidden fields and all."""
        self.taps += 1
        action, fields = self.form_of(words)
        fields |= {name.replace("__", "-"): value for name, value in typed.items()}
        address = action or self.path
        return self._seen(self.client.post(address, fields, follow=True), address, status)

    def form_of(self, words: str) -> tuple[str, dict[str, Any]]:
        """(address, fields) of the form whose button has the words."""
        for form in Forms.of(self.page):
            for name, value, text in form.buttons:
                if words in " ".join(text.split()):
                    return form.action, {**form.fields, **({name: value} if name else {})}
        raise AssertionError(f"no button {words!r} on {self.path}: {[b[2] for f in Forms.of(self.page) for b in f.buttons]}")

    def _seen(self, response: Any, address: str, status: int) -> "Partner":
        self.response = response
        self.path = response.redirect_chain[-1][0] if response.redirect_chain else address
        assert response.status_code == status, f"{self.path}: {response.status_code}\n{self.text[:1500]}"
        return self


class Forms(HTMLParser):
    """The forms of a page, with what a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Any] = []
        self.form: Any = None
        self.area = self.select = None
        self.button: list[str] | None = None

    @classmethod
    def of(cls, page: str) -> list[Any]:
        parser = cls()
        parser.feed(page)
        return parser.forms

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.form = type("Form", (), {"action": given.get("action") or "", "fields": {}, "buttons": []})()
            self.forms.append(self.form)
        if self.form is None:
            return
        name = given.get("name") or ""
        if tag == "input":
            kind = given.get("type", "text")
            if kind in ("radio", "checkbox"):
                if "checked" in given:
                    self.form.fields.setdefault(name, []).append(given.get("value", "on"))
            elif kind != "file" and name:
                self.form.fields[name] = given.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.form.fields[name] = ""
        elif tag == "button":
            self.button = [name, given.get("value") or "", ""]

    def handle_data(self, data: str) -> None:
        if self.area and self.form:
            self.form.fields[self.area] += data
        if self.button is not None:
            self.button[2] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            if self.area and self.form:
                self.form.fields[self.area] = self.form.fields[self.area].removeprefix("\n")
            self.area = None
        elif tag == "button" and self.button is not None and self.form is not None:
            self.form.buttons.append(tuple(self.button))
            self.button = None


class Links(HTMLParser):
    """(address, words) of every link on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[list[str]] = []
        self.inside = False

    @classmethod
    def of(cls, page: str) -> list[tuple[str, str]]:
        parser = cls()
        parser.feed(page)
        return [(address, " ".join(words.split())) for address, words in parser.links]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and dict(attrs).get("href"):
            self.links.append([dict(attrs)["href"] or "", ""])
            self.inside = True

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.links[-1][1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.inside = False
