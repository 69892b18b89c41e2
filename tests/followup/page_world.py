"""The scenarios told to the real actions, reviewed on the page, and read back from the pages that people see."""

import re
from collections import Counter
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from django.test import Client
from django.utils.timezone import localdate

from followup.figures import Figure, Mark, Missing, PercentDone, Preliminary, Series, Window
from followup.words import Audience, Flag, ImplementationStatus, MissingReason, Protection, StatusSource, Verdict
from measures.models import Goal
from measures.rules import SCALE
from stakeholders import clock
from stakeholders.models import Actor
from stakeholders.refusals import Refusal
from stakeholders.rules import Role
from tests.factories import a_user
from tests.followup.database_world import DatabaseWorld
from tests.followup.worlds import THRESHOLD, Shown, window

HIDDEN = {f"färre än {THRESHOLD}": Protection.FEW, "dold": Protection.HIDDEN}


class Turned(Refusal):
    """A page that said no, with the sentence on it."""


class PageWorld(DatabaseWorld):
    """Approves by the button on the report, and reads every figure from its page."""

    def approves(self, *reports: int) -> None:
        for report in reports:
            with self._at():
                answer = self._client(self.coordinator).post(f"/reports/{report}/approve/")
            if answer.status_code in (403, 409, 422):
                raise Turned(Page(answer.content.decode()).text("head"))
            assert answer.status_code == 302

    def reaches(self, actor: str, of: str, period: str) -> bool:
        """Whether a reporter of one actor gets anywhere with the other's answer."""
        reporter = self._client(a_user(self._actor(actor), Role.REPORTER))
        obligation = self._obligation(of, period, "m").pk
        seen = [reporter.get(address).status_code for address in (f"/obligations/{obligation}/", f"/obligations/{obligation}/answer/")]
        written = reporter.post(f"/obligations/{obligation}/answer/figures/", {"value": "7"}).status_code
        return {404} != {*seen, written}

    def figure(self, indicator: str, when: str | Window, as_of: datetime | None = None, **scope: Any) -> Figure:
        return self._read(self._page(self.coordinator, indicator, when, as_of, **scope), indicator, window(when), as_of or self.now)

    def shown(self, indicator: str, when: str, audience: str) -> Shown:
        page = self._page({Audience.MANAGEMENT: self.manager, Audience.REVIEW: self.coordinator}[audience], indicator, when, None)
        cells = {row[0].lower(): _shown(row[1]) for row in page.rows("cells-title")}
        return Shown({"": _shown(page.first("h1")), **cells})

    def against(self, indicator: str, when: str) -> Any:
        rows = self._page(self.coordinator, indicator, when, None).rows("rule-title")
        return tuple(SimpleNamespace(attainment=_shares(row[3]), verdict=_verdict(row[4])) for row in (rows[0], rows[-1]))

    def revision(self, indicator: str, when: str, published: datetime) -> Any:
        page = self._page(self.coordinator, indicator, when, None)
        if "revised-title" not in page.sections:
            return None
        old, new = (SimpleNamespace(low=_exact(value)) for value in page.values("revised-title"))
        assert self.coordinator.name in page.text("revised-title"), "who"
        assert "Rätt siffra (exempel)." in page.text("revised-title"), "why"
        return SimpleNamespace(old=old, new=new, because_of=page.reports("revised-title"))

    def statuses(self, goal: str, when: str) -> Counter:
        """Counted in the heading of the focus area, of the plan's page when it shows this goal only."""
        known = {str(status.label).lower(): status for status in ImplementationStatus} | {"utan rapport": StatusSource.NOT_REPORTED}
        head = self._branch(goal, 'class="muted small">([^<]*)</span> <')
        return Counter({known[words]: int(number) for number, words in re.findall(r"(\d+) ([^,]+)", head)})

    def percent_done(self, goal: str, when: str) -> PercentDone:
        found = re.search(r"I snitt (\d+) % klart enligt (\d+) av (\d+) åtgärder", self._branch(goal, "(I snitt[^<]*)"))
        assert found, goal
        return PercentDone(Fraction(int(found[1])), int(found[2]), int(found[3]))

    # ── how a page is read ──────────────────────────────────────────────────────────────────────────────────────────

    def _branch(self, goal: str, wanted: str) -> str:
        """What stands in the heading of a goal on the plan's page, or of the focus area above it."""
        chosen = Goal.objects.get(plan=self.plan, title=goal)
        with clock.at(self.now):
            answer = self._client(self.manager).get(f"/plans/{self.plan.pk}/", {"show": "all", "open": "all", "goal": chosen.pk})
        found = re.search(wanted, answer.content.decode())
        assert found, answer.content.decode()
        return _tidy(found[1])

    def _client(self, user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def _page(
        self,
        user: Any,
        indicator: str,
        when: str | Window,
        as_of: datetime | None,
        actors: Any = None,
        measure: Any = None,
        goal: Any = None,
    ) -> "Page":
        query: dict[str, Any] = {"window": window(when).name}
        if as_of:
            query["as_of"] = localdate(as_of, clock.STOCKHOLM).isoformat()
        if actors:
            (actor,) = actors
            query["actor"] = self._actor(actor).pk
        if measure:
            query["measure"] = self._measure(measure).pk
        if goal:
            query["goal"] = Goal.objects.get(plan=self.plan, title=goal).pk
        with clock.at(self.now):
            answer = self._client(user).get(f"/indicators/{self._indicator(indicator).pk}/figure/", query)
        assert answer.status_code == 200, answer.content.decode()[:2000]
        return Page(answer.content.decode())

    def _read(self, page: "Page", indicator: str, days: Window, as_of: datetime) -> Figure:
        lede, facts = page.first("lede"), page.facts
        low, high = _ends(page.first("h1"))
        approved, expected = _out_of(facts["Rapporter"])
        complete, partners = _out_of(facts["Aktörer som lämnat allt"])
        on_time, received = _out_of(facts["Inkomna i tid"])
        numerator, denominator = [_exact(value) for value in _values(facts.get("Täljare och nämnare", ""))] or (None, None)
        flags = [flag for flag in Flag if f"{str(flag.label)[:1].upper()}{str(flag.label)[1:]}." in lede]
        actors = {actor.name: actor.pk for actor in Actor.objects.filter(workspace=self.workspace)}
        reasons = {str(reason.label): reason for reason in MissingReason}
        missing = [line.split(": ") for line in page.items("gaps-title")]
        series = [_ends(line) for line in page.items("series-title")] or ([(low, high)] if low is not None else [])
        return Figure(
            self._indicator(indicator).pk,
            days,
            as_of,
            None,
            low,
            high,
            numerator,
            denominator,
            approved,
            expected,
            received,
            on_time,
            int(facts.get("Begärda, inte förfallna", "0")),
            complete,
            partners,
            tuple(Missing(0, 0, actors[name], reasons[why]) for name, why in missing),
            _preliminary(facts.get("Preliminärt", "")),
            flags=tuple(Mark(flag) for flag in flags),
            series=tuple(Series(0, *ends, 0) for ends in series),
        )


def _values(text: str) -> list[str]:
    """The exact numbers on the page, as `Page` writes them among the words: ⟨80/140⟩."""
    return re.findall(r"⟨([^⟩]*)⟩", text)


def _exact(value: str) -> int:
    return int(Decimal(value) * SCALE)


def _ends(text: str) -> tuple[int | None, int | None]:
    values = _values(text)
    if not values:
        return None, None
    ends = [_exact(value) for value in values[0].split("/")]
    return ends[0], ends[-1]


def _shown(text: str) -> Any:
    low, _high = _ends(text)
    return next((why for words, why in HIDDEN.items() if words in text), low)


def _out_of(text: str) -> tuple[int, int]:
    part, whole = re.findall(r"\d+", text)
    return int(part), int(whole)


def _shares(text: str) -> tuple[Fraction, Fraction] | None:
    values = _values(text)
    ends = [Fraction(end) for end in values[0].split()] if values else []
    return (ends[0], ends[-1]) if ends else None


def _verdict(text: str) -> Verdict:
    return next(verdict for verdict in Verdict if str(verdict.label) in text)


def _preliminary(text: str) -> Preliminary | None:
    pending = re.search(r"om (\d+) svar", text)
    return Preliminary(*_ends(text), int(pending[1])) if pending else None


class Page(HTMLParser):
    """A page as it is read: its first heading and lede, its facts, and its sections by the id of their heading."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sections: dict[str, list[tuple[str, str, dict[str, str]]]] = {}
        self.open: list[tuple[str, dict[str, str]]] = []
        self.here = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("section", "main"):
            self.here = given.get("aria-labelledby", tag)
            self.sections.setdefault(self.here, [])
        if tag == "h1":
            self.here = "head"
            self.sections.setdefault("head", [])
        if tag in ("h1", "tr", "li", "dt", "dd", "td", "th", "a", "p"):
            self.sections.setdefault(self.here, []).append((tag, "", given))
        if tag == "data":
            self._write(f"⟨{given['value']}⟩")

    def handle_data(self, data: str) -> None:
        self._write(data)

    def _write(self, data: str) -> None:
        own = self.sections.setdefault(self.here, [])
        if not own:
            own.append(("", "", {}))
        tag, text, given = own[-1]
        own[-1] = (tag, text + data, given)

    def text(self, section: str) -> str:
        return _tidy(" ".join(text for _, text, _ in self.sections[section]))

    def first(self, what: str) -> str:
        """The heading, or the lede under it."""
        own = self.sections["head"]
        return _tidy(next(text for tag, text, given in own if tag == what or given.get("class") == what))

    def items(self, section: str) -> list[str]:
        found: list[str] = []
        for tag, text, _ in self.sections.get(section, ()):
            if tag == "li":
                found.append(text)
            elif found:
                found[-1] += text
        return [_tidy(each) for each in found]

    def rows(self, section: str) -> list[list[str]]:
        """The cells of each row of a table below its head."""
        found: list[list[str]] = []
        for tag, text, given in self.sections.get(section, ()):
            if tag == "tr":
                found.append([])
            elif tag == "td" or (tag == "th" and given.get("scope") == "row"):
                found[-1].append(_tidy(text))
        return [row for row in found if row]

    def values(self, section: str) -> list[str]:
        return _values(self.text(section))

    def reports(self, section: str) -> tuple[int, ...]:
        links = [given.get("href", "") for tag, _, given in self.sections[section] if tag == "a"]
        return tuple(sorted({int(link.split("/")[2]) for link in links if link.startswith("/reports/")}))

    @property
    def facts(self) -> dict[str, str]:
        names: list[str] = []
        found: dict[str, str] = {}
        for tag, text, _ in self.sections["rule-title"]:
            if tag == "dt":
                names.append(_tidy(text))
            elif tag == "dd":
                found[names[-1]] = _tidy(text)
        return found


def _tidy(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())
