"""Figures as they were shown when published, and what has altered them since (rule 7)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from followup.figures import Figure, Number, Window
from followup.models import ObligationRuling, OverlapDecision, Publication, Report
from followup.rollup.seen import SeenNumber, seen_numbers
from followup.rollup.shown import HiddenName, ScopeName, Shown
from followup.suppression import refreshed
from followup.words import Audience, Protection
from measures.models import Indicator, Plan
from measures.rules import TargetBasis

RULES_VERSION = "1"
"""Stored with each publication: which edition of docs/figures.md the numbers follow."""


@dataclass(frozen=True, slots=True)
class Published:
    """A figure as it was shown. `is_held`: the public saw the number before, since too few were new."""

    low: Number | None
    high: Number | None
    approved: int
    expected: int
    protection: Protection | None
    reports: tuple[int, ...]
    is_held: bool


@dataclass(frozen=True, slots=True)
class Because:
    """Something recorded after the publication that bears on the figure: what, when, by whom and why."""

    what: str
    at: datetime
    by: str
    why: str
    report: int | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """*Reviderad*: the figure as published and as it is now."""

    old: Published
    new: Figure
    because: tuple[Because, ...]

    @property
    def because_of(self) -> tuple[int, ...]:
        return tuple(sorted({each.report for each in self.because if each.report}))


def contents(shown: Shown, window: Window, before: Publication | None = None, beside: Collection[Window] = ()) -> dict[str, Any]:
    """Every figure of the plan over a window as the audience sees it, to be stored. Numbers are ints, or "3/7" where they are uneven.

    `before`: the public's last publication of the same year to date, from which a number is kept until enough people are new.
    `beside`: the years that the pages of a frozen year show, partner by partner. They are remembered; the public's row remembers what
    partners read in their form. So is what targets *sedan start* are held against.
    """
    figures = []
    since_start, hidden_since_start = _since_start(shown, Window.since_start(window.end))
    seen = {*_seen_beside(shown, beside), *since_start}
    held = _by_scope(before) if before else {}
    for indicator in sorted(shown.rollup.lines):
        for scopes, members in _scopes_of(shown, indicator):
            figure = shown.figure(indicator, window, members)
            entry = {"indicator": indicator, "scopes": scopes, **_entry(figure, shown.audience)}
            former = held.get((indicator, tuple(scopes[0])))
            if (
                former
                and shown.is_protected(indicator)
                and _must_wait(former, shown.rollup.figure(indicator, window, members), shown.rollup.plan)
            ):
                entry = {**former, "scopes": scopes, "is_held": True}
            elif shown.is_protected(indicator):
                seen.update(seen_numbers(figure, with_parts=shown.audience != Audience.PUBLIC))
            figures.append(entry)
    return {
        "rules": RULES_VERSION,
        "as_of": shown.rollup.as_of.isoformat(),
        "threshold": shown.rollup.plan.workspace.small_number_threshold,
        "names": dict(Indicator.objects.filter(plan=shown.rollup.plan).values_list("id", "name")),
        "figures": figures,
        "hidden": [list(name) for name in (*shown.hidden_names([window, *beside]), *hidden_since_start)],
        "called_few": shown.called_few([window, *beside], with_parts=shown.audience != Audience.PUBLIC or bool(beside)),
        "seen": sorted(seen),
    }


def _seen_beside(shown: Shown, windows: Collection[Window]) -> Iterable[SeenNumber]:
    for indicator in shown.rollup.lines if windows else ():
        if shown.is_protected(indicator):
            for _, members in _scopes_of(shown, indicator):
                for window in windows:
                    yield from seen_numbers(shown.figure(indicator, window, members), with_parts=True)


def _since_start(shown: Shown, window: Window) -> tuple[list[SeenNumber], list[HiddenName]]:
    """Of the sums since the start that targets are held against, what a reader knows from then on: each year in one that was shown, since
    none is shown unless each of them may be; and the names of those that were hidden."""
    seen: list[SeenNumber] = []
    hidden: list[HiddenName] = []
    for indicator, targets in shown.rollup.rows.targets.items():
        if shown.is_protected(indicator) and any(each.basis == TargetBasis.SINCE_START for each in targets):
            if shown.figure(indicator, window).protection:
                hidden.append((indicator, "plan", shown.rollup.plan.pk, window.start.isoformat(), window.end.isoformat(), "", ""))
            else:
                for year in shown.years_of(indicator, window):
                    seen += seen_numbers(replace(shown.figure(indicator, year), cells=()), with_parts=False)
    return seen, hidden


def latest(plan: Plan, window: Window, audience: Audience) -> Publication | None:
    """The last publication of exactly this window for the audience."""
    return Publication.objects.filter(plan=plan, audience=audience, window_start=window.start, window_end=window.end).order_by("id").last()


def published_figure(publication: Publication, indicator: int, scope: ScopeName | None = None) -> Published | None:
    """One figure of a publication; the whole plan's when no scope is named."""
    entry = _by_scope(publication).get((indicator, scope or ("plan", publication.plan_id)))
    return _as_published(entry) if entry else None


def revision(shown: Shown, publication: Publication, indicator: int, scope: ScopeName | None = None) -> Revision | None:
    """How a published figure has changed for its audience; None while it stands, or when it was not published."""
    return revisions(shown, publication, [indicator], scope).get(indicator)


def revisions(shown: Shown, publication: Publication, indicators: Iterable[int], scope: ScopeName | None = None) -> dict[int, Revision]:
    """The published figures that have changed for their audience, by indicator. No query where nothing has."""
    window = Window(publication.window_start, publication.window_end)
    members = shown.scopes.get(scope) if scope else None
    entries = _by_scope(publication)
    changed: dict[int, tuple[Published, Figure]] = {}
    for indicator in indicators:
        entry = entries.get((indicator, scope or ("plan", publication.plan_id)))
        if entry and not entry.get("is_held"):
            old, new = _as_published(entry), shown.figure(indicator, window, members)
            if (old.low, old.high, old.protection) != (new.low, new.high, new.protection):
                changed[indicator] = old, new
    causes = _causes(publication, shown.rollup.as_of, {report for old, new in changed.values() for report in (*old.reports, *new.reports)})
    return {
        indicator: Revision(old, new, tuple(causes.about(indicator, {*old.reports, *new.reports})))
        for indicator, (old, new) in changed.items()
    }


def _as_published(entry: dict[str, Any]) -> Published:
    protection = Protection(entry["protection"]) if entry["protection"] else None
    low, high = _read(entry["low"]), _read(entry["high"])
    return Published(low, high, entry["approved"], entry["expected"], protection, tuple(entry["reports"]), entry.get("is_held", False))


@dataclass(frozen=True, slots=True)
class _Causes:
    """What was recorded since a publication: by obligation, by indicator; and which obligation each report answers."""

    of_obligation: dict[int, list[Because]]
    of_indicator: dict[int, list[Because]]
    obligation_of: dict[int, int]

    def about(self, indicator: int, reports: set[int]) -> list[Because]:
        obligations = {self.obligation_of[report] for report in reports}
        found = [each for obligation in obligations for each in self.of_obligation.get(obligation, ())]
        return sorted([*found, *self.of_indicator.get(indicator, ())], key=lambda each: each.at)


def _causes(publication: Publication, as_of: datetime, reports: set[int]) -> _Causes:
    """Approvals, withdrawals, rulings and decisions between the publication and a moment, in four queries; none when no figure changed."""
    causes = _Causes({}, {}, {})
    if not reports:
        return causes
    after = publication.recorded_at
    causes.obligation_of.update(Report.objects.filter(pk__in=reports).values_list("pk", "obligation_id"))
    obligations = set(causes.obligation_of.values())
    later = Report.objects.filter(obligation__in=obligations).select_related("approved_by", "withdrawn_by")
    for report in later.filter(Q(approved_at__gt=after, approved_at__lte=as_of) | Q(withdrawn_at__gt=after, withdrawn_at__lte=as_of)):
        own = causes.of_obligation.setdefault(report.obligation_id, [])
        if report.approved_at and after < report.approved_at <= as_of:
            own.append(Because(_("godkänd"), report.approved_at, _name(report.approved_by), report.correction_reason, report.pk))
        if report.withdrawn_at and after < report.withdrawn_at <= as_of:
            why = report.withdrawn_reason or ""
            own.append(Because(_("återkallad"), report.withdrawn_at, _name(report.withdrawn_by), why, report.pk))
    rulings = ObligationRuling.objects.filter(obligation__in=obligations, recorded_at__gt=after, recorded_at__lte=as_of)
    for ruling in rulings.select_related("by_user"):
        because = Because(ruling.get_kind_display(), ruling.recorded_at, _name(ruling.by_user), ruling.reason)
        causes.of_obligation.setdefault(ruling.obligation_id, []).append(because)
    window = {"window_start": publication.window_start, "window_end": publication.window_end}
    decisions = OverlapDecision.objects.filter(indicator__plan=publication.plan_id, recorded_at__gt=after, recorded_at__lte=as_of, **window)
    for decision in decisions.select_related("by_user"):
        because = Because(decision.get_kind_display(), decision.recorded_at, _name(decision.by_user), decision.basis)
        causes.of_indicator.setdefault(decision.indicator_id, []).append(because)
    return causes


def _name(user: Any) -> str:
    return user.name if user else ""


def _scopes_of(shown: Shown, indicator: int) -> Iterable[tuple[list[list[Any]], frozenset[int]]]:
    """The plan, goals, areas and measures that come to the same partners, once; the plan first."""
    everyone = frozenset(shown.rollup.answers.get(indicator, ()))
    names: dict[frozenset[int], list[list[Any]]] = {everyone: [["plan", shown.rollup.plan.pk]]}
    for name, members in sorted(shown.scopes.items()):
        if name[0] in ("goal", "area", "measure") and members & everyone:
            names.setdefault(members & everyone, []).append(list(name))
    return [(scopes, members) for members, scopes in names.items()]


def _entry(figure: Figure, audience: Audience) -> dict[str, Any]:
    """A figure as it is stored. The public is told how many are missing, not who, and nothing partner by partner."""
    parts = [[part.assignment, part.name, _write(part.low), _write(part.high), part.protection, part.reports] for part in figure.parts]
    return {
        "low": _write(figure.low),
        "high": _write(figure.high),
        "numerator": _write(figure.numerator),
        "denominator": _write(figure.denominator),
        "kind": figure.kind,
        "approved": figure.approved,
        "expected": figure.expected,
        "received": figure.received,
        "on_time": figure.on_time,
        "requested": figure.requested,
        "partners": [figure.partners_complete, figure.partners],
        "missing": [] if audience == Audience.PUBLIC else [[each.name, each.reason] for each in figure.missing],
        "completeness": figure.completeness,
        "flags": sorted({mark.flag for mark in figure.flags}),
        "distribution": figure.distribution,
        "cells": [[cell.dimension, cell.name, _write(cell.low), _write(cell.high), cell.protection] for cell in figure.cells],
        "parts": [] if audience == Audience.PUBLIC else parts,
        "reports": figure.reports,
        "protection": figure.protection,
    }


def _must_wait(former: dict[str, Any], now: Figure, plan: Plan) -> bool:
    """Whether the public is shown the former number: one to k−1 new could be worked out from the difference."""
    if former["low"] is None or now.low is None or now.high is None:
        return False
    threshold = plan.workspace.small_number_threshold
    ends = ((_read(former["low"]), now.low), (_read(former["high"]), now.high))
    return any(refreshed(int(before or 0), int(end), threshold) != int(end) for before, end in ends)


def _by_scope(publication: Publication) -> dict[tuple[int, ScopeName], dict[str, Any]]:
    entries = publication.content["figures"]
    return {(entry["indicator"], (kind, number)): entry for entry in entries for kind, number in entry["scopes"]}


def _write(number: Number | None) -> int | str | None:
    if number is None or isinstance(number, int):
        return number
    return int(number) if number.denominator == 1 else f"{number.numerator}/{number.denominator}"


def _read(number: int | str | None) -> Number | None:
    return number if number is None or isinstance(number, int) else Fraction(number)
