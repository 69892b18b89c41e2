"""The scenarios told to the real actions, and read back as a machine does: over HTTP."""

from collections import Counter
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from django.test import Client

from followup.figures import Cell, Figure, Mark, Missing, Part, PercentDone, Preliminary, Series, Window
from followup.words import Audience
from measures.models import Goal
from measures.rules import SCALE
from stakeholders import clock
from tests.followup.database_world import DatabaseWorld
from tests.followup.worlds import Shown, window


def exact(text: str | None) -> int | None:
    return None if text is None else int(Decimal(text) * SCALE)


class ApiWorld(DatabaseWorld):
    """Asks GET /api/v1/figures/ for every figure."""

    def figure(self, indicator: str, when: str | Window, as_of: datetime | None = None, **scope: Any) -> Figure:
        return figure_of(self._ask(self.coordinator, indicator, when, as_of, **scope), as_of or self.now, window(when))

    def shown(self, indicator: str, when: str, audience: str) -> Shown:
        users = {Audience.MANAGEMENT: self.manager, Audience.REVIEW: self.coordinator}
        seen = self._ask(users[audience], indicator, when, None)
        whole = seen["protection"] or exact(seen["low"])
        return Shown({"": whole, **{cell["name"]: cell["protection"] or exact(cell["low"]) for cell in seen["cells"]}})

    def against(self, indicator: str, when: str) -> Any:
        said = self._ask(self.coordinator, indicator, when, None, include="targets")["targets"]
        return said["original"] and _against(said["original"]), said["current"] and _against(said["current"])

    def revision(self, indicator: str, when: str, published: datetime) -> Any:
        said = self._ask(self.coordinator, indicator, when, None, include="revision")["revision"]
        if said is None:
            return None
        assert {(each["by"], each["why"]) for each in said["because"]} == {(self.coordinator.name, "Rätt siffra (exempel).")}
        old, new = (SimpleNamespace(low=exact(said[side]["low"])) for side in ("old", "new"))
        return SimpleNamespace(old=old, new=new, because_of=tuple(each["report"] for each in said["because"]))

    def statuses(self, goal: str, when: str) -> Counter:
        return Counter(self._ask_statuses(goal, when)["counts"])

    def percent_done(self, goal: str, when: str) -> PercentDone:
        said = self._ask_statuses(goal, when)["percent_done"]
        return PercentDone(**{**said, "mean": said["mean"] and Fraction(said["mean"]), "ended_early": tuple(said["ended_early"])})

    def _ask_statuses(self, goal: str, when: str) -> dict[str, Any]:
        query = {"plan": self.plan.pk, "window": window(when).name, "goal": Goal.objects.get(plan=self.plan, title=goal).pk}
        client = Client()
        client.force_login(self.coordinator)
        with clock.at(self.now):
            answer = client.get("/api/v1/statuses/", query)
        assert answer.status_code == 200, answer.content
        (found,) = answer.json()["windows"]
        return found

    def _ask(
        self, user, indicator: str, when: str | Window, as_of: datetime | None, actors=None, measure=None, goal=None, include=None
    ) -> dict[str, Any]:
        days = window(when)
        query: dict[str, Any] = {"plan": self.plan.pk, "indicator": self._indicator(indicator).pk, "window": days.name}
        if include:
            query["include"] = include
        if as_of:
            query["as_of"] = as_of.isoformat()
        if actors:
            (actor,) = actors
            query["actor"] = self._actor(actor).pk
        if measure:
            query["measure"] = self._measure(measure).pk
        if goal:
            query["goal"] = Goal.objects.get(plan=self.plan, title=goal).pk
        client = Client()
        client.force_login(user)
        with clock.at(self.now):
            answer = client.get("/api/v1/figures/", query)
        assert answer.status_code == 200, answer.content
        (found,) = answer.json()["figures"]
        return found


def figure_of(said: dict[str, Any], as_of: datetime, days: Window) -> Figure:
    """The figure that a JSON answer describes."""
    scale = 1 if said["kind"] == "milestone" else SCALE
    start = said["window"]["start"]
    assert (date.fromisoformat(start) if start else date.min, date.fromisoformat(said["window"]["end"])) == (days.start, days.end)
    built: dict[str, Any] = {each.name: said[each.name] for each in fields(Figure) if each.name in said}
    built |= {
        "window": days,
        "as_of": as_of,
        "low": exact(said["low"]),
        "high": exact(said["high"]),
        "numerator": None if said["numerator"] is None else int(Decimal(said["numerator"]) * scale),
        "denominator": None if said["denominator"] is None else int(Decimal(said["denominator"]) * scale),
        "missing": tuple(Missing(**each) for each in said["missing"]),
        "preliminary": _amounts(Preliminary, said["preliminary"]) if said["preliminary"] else None,
        "flags": tuple(Mark(**each) for each in said["flags"]),
        "cells": tuple(_amounts(Cell, each) for each in said["cells"]),
        "parts": tuple(_amounts(Part, each) for each in said["parts"]),
        "series": tuple(_amounts(Series, each) for each in said["series"]),
        "distribution": tuple((exact(each["level"]), each["partners"]) for each in said["distribution"]),
    }
    return Figure(**built)


def _against(said: dict[str, Any]) -> Any:
    ends = said["attainment"]
    return SimpleNamespace(attainment=ends and (Fraction(ends["low"]), Fraction(ends["high"])), verdict=said["verdict"])


def _amounts(kind: type, said: dict[str, Any]) -> Any:
    return kind(**{**said, "low": exact(said["low"]), "high": exact(said["high"])})
