"""What has been recorded about a year since it was frozen, and so does not stand in the frozen one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import AnnualFollowUp, Assessment, Decision, OverlapDecision, Report, YearText
from followup.year.changes import changes_of
from followup.year.texts import title_of
from measures.models import IndicatorVersion
from stakeholders import clock
from stakeholders.formats import listing, whole
from stakeholders.models import Event


@dataclass(frozen=True)
class Later:
    """One thing that came after: its kind (a key of `COUNTED`), what it is about and where it is read, what happened, who did it
    ("" where the name of the actor says it)."""

    kind: str
    at: datetime
    about: str
    address: str
    words: str
    who: str = ""
    what: str = ""
    """Which of several things about the same, where they are counted apart."""


COUNTED: dict[str, Callable[[int], str]] = {
    "report": lambda n: ngettext("%(n)s rapport", "%(n)s rapporter", n),
    "assessment": lambda n: ngettext("%(n)s bedömning", "%(n)s bedömningar", n),
    "decision": lambda n: ngettext("%(n)s fråga till ledningen", "%(n)s frågor till ledningen", n),
    "text": lambda n: ngettext("%(n)s text", "%(n)s texter", n),
    "target": lambda n: ngettext("%(n)s målvärde", "%(n)s målvärden", n),
    "baseline": lambda n: ngettext("%(n)s utgångsläge", "%(n)s utgångslägen", n),
    "definition": lambda n: ngettext("%(n)s definition", "%(n)s definitioner", n),
    "overlap": lambda n: ngettext("%(n)s beslut om samma personer", "%(n)s beslut om samma personer", n),
}
"""Each kind of thing that may come after, in the order they are counted."""


def came_after(annual: AnnualFollowUp) -> list[Later]:
    """Reports that came in, were approved or withdrawn; judgements, questions, decisions and texts; and what figures are held against:
    targets, starting points, definitions, decisions about the same people. In order of time. Eight queries."""
    return sorted([*_reports(annual), *_told(annual), *_yardsticks(annual), *_overlaps(annual)], key=lambda each: each.at)


def came_after_sentence(rows: list[Later]) -> str:
    """ "2 rapporter, 1 bedömning och 1 text har kommit eller ändrats efter att året frystes."; that nothing has, where nothing has."""
    if not rows:
        return _("Ingenting har kommit eller ändrats efter att året frystes.")
    counts = {kind: len({row.address + row.about + row.what for row in rows if row.kind == kind}) for kind in COUNTED}
    told = listing(COUNTED[kind](count) % {"n": whole(count)} for kind, count in counts.items() if count)
    return _("%(what)s har kommit eller ändrats efter att året frystes.") % {"what": told}


def _reports(annual: AnnualFollowUp) -> Iterator[Later]:
    since = annual.recorded_at
    of_year = Report.objects.filter(obligation__period__plan=annual.plan, obligation__period__year=annual.year)
    later = of_year.filter(Q(submitted_at__gt=since) | Q(approved_at__gt=since) | Q(withdrawn_at__gt=since))
    beside = ("obligation__assignment__actor", "obligation__assignment__measure", "obligation__period", "approved_by", "withdrawn_by")
    for report in later.select_related(*beside):
        part = report.obligation.assignment
        facts = [
            (report.submitted_at, _("rapporten kom in"), None),
            (report.approved_at, _("rapporten godkändes"), report.approved_by),
            (report.withdrawn_at, _("rapporten återkallades: %(why)s") % {"why": report.withdrawn_reason}, report.withdrawn_by),
        ]
        own = [(moment, words, who) for moment, words, who in facts if moment and moment > since]
        words = listing(words for _moment, words, _who in own)
        about = f"{part.actor}, {part.measure}, {report.obligation.period.title}"
        yield Later("report", own[-1][0], about, reverse("report_show", args=[report.pk]), words, str(own[-1][2] or ""))


def _yardsticks(annual: AnnualFollowUp) -> Iterator[Later]:
    """Targets, starting points and definitions of the plan's indicators: old and new, by whom and by which decision."""
    indicators = {each.pk: each for each in annual.plan.indicators.all()}
    in_order = IndicatorVersion.objects.filter(indicator__in=indicators).order_by("starts_on", "pk")
    versions = {version.indicator_id: version for version in in_order}
    for change in changes_of(indicators, versions, clock.now(), with_first=True):
        if change.at > annual.recorded_at:
            told = {"words": change.words, "decision": change.decision}
            words = _("%(words)s. Beslut: %(decision)s") % told if change.decision else change.words
            address = f"{reverse('figure_show', args=[change.indicator])}?year={annual.year}"
            name = change.name[:1].upper() + change.name[1:]
            yield Later(change.kind, change.at, name, address, words, change.who, what=change.words)


def _overlaps(annual: AnnualFollowUp) -> Iterator[Later]:
    """Decisions about the same people that a figure of the year rests on: taken, or no longer standing."""
    since = annual.recorded_at
    of_year = OverlapDecision.objects.filter(indicator__plan=annual.plan, window_end__year=annual.year)
    for one in of_year.filter(Q(recorded_at__gt=since) | Q(revoked_at__gt=since)).select_related("indicator", "by_user"):
        address = f"{reverse('figure_show', args=[one.indicator_id])}?year={annual.year}"
        about = {"kind": one.get_kind_display(), "basis": one.basis}
        name = one.indicator.name[:1].upper() + one.indicator.name[1:]
        if one.recorded_at > since:
            words = _("beslut om samma personer: %(kind)s. %(basis)s") % about
            yield Later("overlap", one.recorded_at, name, address, words, str(one.by_user), what=str(one.pk))
        if one.revoked_at and one.revoked_at > since:
            words = _("beslutet om samma personer gäller inte längre: %(kind)s. %(basis)s") % about
            yield Later("overlap", one.revoked_at, name, address, words, what=str(one.pk))


def _told(annual: AnnualFollowUp) -> Iterator[Later]:
    """Judgements, questions and texts, as history tells of them: the last of each sort about each thing."""
    of_year = {"plan": annual.plan, "year": annual.year}
    things: dict[tuple[str, int], Any] = {
        (thing._meta.label_lower, thing.pk): thing
        for found in (
            Assessment.objects.filter(**of_year, recorded_at__gt=annual.recorded_at).select_related("goal", "measure"),
            Decision.objects.filter(**of_year),
            YearText.objects.filter(**of_year).select_related("goal"),
        )
        for thing in found
    }
    types = {kind for kind, _pk in things}
    events = Event.objects.within(annual.plan.workspace).filter(
        recorded_at__gt=annual.recorded_at, verb__in=TELL, subject_type__in=types, subject_id__in={pk for _kind, pk in things}
    )
    last = {
        (event.verb, event.subject_type, event.subject_id): event
        for event in events.select_related("by_user").order_by("id")
        if event.verb != "year_text.written" or "done_at" in event.payload.get("changes", {})  # a draft stood in no year
    }
    for event in last.values():
        thing = things.get((event.subject_type, event.subject_id))
        if thing is not None:
            kind, about, address, words = TELL[event.verb](thing)
            yield Later(kind, event.recorded_at, about, address, words, str(event.by_user or ""))


def _judged(one: Assessment) -> tuple[str, str, str, str]:
    subject: Any = one.goal or one.measure
    page = "goal_assess" if one.goal_id else "measure_assess"
    words = _("bedömning, version %(n)s: %(achievement)s, utvecklingen %(trend)s") % {
        "n": one.version,
        "achievement": one.get_achievement_display().lower(),
        "trend": one.get_trend_display().lower(),
    }
    return "assessment", str(subject), reverse(page, args=[subject.pk, one.year]), words


def _asked(decision: Decision) -> tuple[str, str, str, str]:
    return "decision", str(decision), reverse("decision_show", args=[decision.pk]), _("ny fråga till ledningen")


def _changed(decision: Decision) -> tuple[str, str, str, str]:
    return "decision", str(decision), reverse("decision_show", args=[decision.pk]), _("frågan ändrades")


def _decided(decision: Decision) -> tuple[str, str, str, str]:
    words = _("beslut: %(outcome)s") % {"outcome": decision.outcome}
    return "decision", str(decision), reverse("decision_show", args=[decision.pk]), words


def _written(text: YearText) -> tuple[str, str, str, str]:
    if text.done_at:
        return "text", title_of(text.goal), reverse("year_show", args=[text.plan_id, text.year]) + "#texts", _("ny eller ändrad text")
    return "text", title_of(text.goal), reverse("workbench_show", args=[text.plan_id, text.year]), _("texten är inte längre klar")


TELL: dict[str, Callable[[Any], tuple[str, str, str, str]]] = {
    "assessment.made": _judged,
    "decision.asked_for": _asked,
    "decision.changed": _changed,
    "decision.recorded": _decided,
    "year_text.written": _written,
}
"""For each thing that history can tell: its kind, what it is about, its address and what happened."""
