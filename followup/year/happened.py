"""What history tells has happened since a year was frozen, of what the year's page shows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from followup.models import AnnualFollowUp, Assessment, Decision, Obligation, OutsideValue, Period, YearText
from followup.queries.story import WORDS
from followup.year.reading import OF_MEASURE
from followup.year.texts import title_of
from measures.models import Assignment, Goal, Indicator, Measure, Plan, Target
from stakeholders.models import Actor, Event


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


SHOWN: dict[str, set[str]] = {
    "year_text.written": {"done_at"},  # a draft stood in no year
    "measure.changed": set(OF_MEASURE),
    "goal.changed": {"parent", "number", "title", "position"},
    "indicator.changed": {"name", "level", "is_reported"},
    "assignment.changed": {"ends_on"},
    "actor.changed": {"name", "kind"},
    "plan.changed": {"title", "first_year", "last_year"},
}
"""Of what is edited: the fields that the year's page shows, or reckons with."""


def happened(annual: AnnualFollowUp) -> Iterator[Later]:
    """The last of each sort about each thing. One query, and one for each sort of thing that there is something to tell of."""
    things = _things(annual)
    about = Q(pk=None)
    for label, (found, _told) in things.items():
        about |= Q(subject_type=label, subject_id__in=found.order_by().values("pk"))
    about |= Q(verb__in=("assignment.proposed", "assignment.undone"))  # of assignments that may be gone
    since = Event.objects.within(annual.plan.workspace).filter(about, verb__in=TOLD, recorded_at__gt=annual.recorded_at)
    last = {
        (event.verb, event.subject_type, event.subject_id, *sorted(_shown(event, annual.year))): event
        for event in since.select_related("by_user").order_by("id")
        if _concerns(event, annual.year)
    }
    for label, (found, told) in things.items():
        own = [event for event in last.values() if event.subject_type == label]
        by_pk = {thing.pk: thing for thing in found.filter(pk__in={event.subject_id for event in own})} if own else {}
        if label == _label(Assignment):
            by_pk |= _undone(annual.plan, own)
        for event in own:
            thing = by_pk.get(event.subject_id)  # none in another plan
            if thing and not _is_elsewhere(thing, event, annual):
                kind, name, address = told(thing, annual.year)
                yield Later(kind, event.recorded_at, name, address, _words(event, thing, annual.year), str(event.by_user or ""))


def _shown(event: Event, year: int) -> dict[str, list[Any]]:
    """What was edited of what the page shows: {field: [from, to]}; a last day only if a part ended within the year, or a measure before it."""
    shown = {name: pair for name, pair in event.payload.get("changes", {}).items() if name in SHOWN.get(event.verb, ())}
    before = {"assignment.changed": f"{year}-12-31", "measure.changed": f"{year}-01-01"}.get(event.verb, "")
    if not any(day and day < before for day in shown.get("ends_on", ())):
        shown.pop("ends_on", None)
    return shown


def _concerns(event: Event, year: int) -> bool:
    """Whether it can alter what the page of the year shows: not what is decided from a later day, nor what stands elsewhere."""
    if day := event.payload.get("from_date"):
        return _year_of(day) <= year
    return event.verb not in SHOWN or bool(_shown(event, year))


def _is_elsewhere(thing: Any, event: Event, annual: AnnualFollowUp) -> bool:
    """Whether the page shows nothing of it, now that the thing itself is read."""
    year = annual.year
    if isinstance(thing, Assignment):
        return thing.starts_on.year > year or _ends_later(thing, event, year)
    if isinstance(thing, Measure):
        return _begins_later(thing, event, year)
    if event.subject_type == _label(Indicator):
        return annual.version == 1 and not thing.is_named and set(_shown(event, year)) == {"name"}  # a correction names what was revised
    return False


def _ends_later(part: Assignment, event: Event, year: int) -> bool:
    """One that goes on to the last day of the year is there as if it had not ended."""
    ended_on = event.payload.get("ended_on", "")
    return bool(ended_on) and min(ended_on, str(part.ends_on or ended_on)) >= f"{year}-12-31"


def _begins_later(measure: Measure, event: Event, year: int) -> bool:
    """Those that start in the year after are counted in the year's table; those after that, or that have no first day yet, are nowhere."""
    if event.verb == "measure.created" and not measure.starts_on:
        return True
    days = [str(measure.starts_on or ""), *event.payload.get("changes", {}).get("starts_on", ())]
    return all(day and _year_of(day) > year + 1 for day in days)


def _undone(plan: Plan, events: list[Event]) -> dict[int, Assignment]:
    """Assignments that were taken away, as the events tell of them; not one that was proposed after the year was frozen as well."""
    new = {event.subject_id for event in events if event.verb == "assignment.proposed"}
    gone = {event.subject_id: event.payload for event in events if "measure" in event.payload and event.verb == "assignment.undone"}
    told = {pk: payload for pk, payload in gone.items() if pk not in new}
    if not told:
        return {}
    measures = plan.measures.in_bulk({each["measure"] for each in told.values()})
    actors = Actor.objects.in_bulk({each["actor"] for each in told.values()})
    return {
        pk: Assignment(measure=measures[each["measure"]], actor=actors[each["actor"]], starts_on=_day(each.get("starts_on")))
        for pk, each in told.items()
        if each["measure"] in measures and each["actor"] in actors
    }


def _day(told: str | None) -> date:
    """The earliest there is where it was not told."""
    return date.fromisoformat(told) if told else date.min


def _year_of(day: str) -> int:
    return int(day[:4])


def _words(event: Event, thing: Any, year: int) -> str:
    if event.verb in OWN_WORDS:
        return OWN_WORDS[event.verb](thing)
    return WORDS["measure.changed" if event.verb in SHOWN else event.verb](event.payload | {"changes": _shown(event, year)}, thing)


def _things(annual: AnnualFollowUp) -> dict[str, tuple[QuerySet[Any], Callable[[Any, int], tuple[str, str, str]]]]:
    """By label: the things that the page of the year is made of, and what tells of one its kind, what it is about and where it is read.

    An earlier year's rounds belong to it: its figures stand beside, and are carried on; whoever was asked only then is not named.
    """
    plan, year = annual.plan, annual.year
    asked = Obligation.objects.filter(period__plan=plan, period__year__lte=year)
    named = Exists(Target.objects.filter(indicator=OuterRef("pk"))) | Exists(OutsideValue.objects.filter(indicator=OuterRef("pk")))
    parts = Assignment.objects.filter(measure__plan=plan)
    found: list[tuple[QuerySet[Any], Callable[[Any, int], tuple[str, str, str]]]] = [
        (Assessment.objects.filter(plan=plan, year=year).select_related("goal", "measure"), _assessment),
        (Decision.objects.filter(plan=plan).of_year(year, annual.recorded_at), _decision),
        (YearText.objects.filter(plan=plan, year=year).select_related("goal"), _text),
        (asked.select_related("assignment__actor", "assignment__measure", "period"), _obligation),
        (parts.select_related("actor", "measure"), _assignment),
        (Measure.objects.filter(plan=plan), _measure),
        (Goal.objects.filter(plan=plan), _goal),
        (Indicator.objects.filter(plan=plan).annotate(is_named=named), _indicator),
        (Actor.objects.filter(pk__in=parts.filter(obligations__in=asked.filter(period__year=year)).values("actor")), _actor),
        (Period.objects.filter(plan=plan, year=year), _round),
        (AnnualFollowUp.objects.filter(plan=plan, year=year - 1), _year_before),
        (Plan.objects.filter(pk=plan.pk), _plan),
    ]
    return {_label(things.model): (things, told) for things, told in found}


def _label(model: type[Model]) -> str:
    return model._meta.label_lower


def _assessment(one: Assessment, year: int) -> tuple[str, str, str]:
    subject: Any = one.goal or one.measure
    page = "goal_assess" if one.goal_id else "measure_assess"
    return "assessment", str(subject), reverse(page, args=[subject.pk, year])


def _decision(decision: Decision, _year: int) -> tuple[str, str, str]:
    return "decision", str(decision), reverse("decision_show", args=[decision.pk])


def _text(text: YearText, year: int) -> tuple[str, str, str]:
    if text.done_at:
        return "text", title_of(text.goal), reverse("year_show", args=[text.plan_id, year]) + "#texts"
    return "text", title_of(text.goal), reverse("workbench_show", args=[text.plan_id, year])


def _obligation(one: Obligation, _year: int) -> tuple[str, str, str]:
    part = one.assignment
    return "obligation", f"{part.actor}, {part.measure}, {one.period.title}", reverse("obligation_show", args=[one.pk])


def _assignment(part: Assignment, _year: int) -> tuple[str, str, str]:
    """One that was taken away is read of where its measure is."""
    address = reverse("assignment_show", args=[part.pk]) if part.pk else reverse("measure_page", args=[part.measure_id])
    return "assignment", f"{part.actor}, {part.measure}", address


def _measure(measure: Measure, _year: int) -> tuple[str, str, str]:
    return "measure", str(measure), reverse("measure_page", args=[measure.pk])


def _goal(goal: Goal, _year: int) -> tuple[str, str, str]:
    return "goal", str(goal), reverse("plan_page", args=[goal.plan_id])


def _indicator(indicator: Indicator, year: int) -> tuple[str, str, str]:
    return "indicator", str(indicator), f"{reverse('figure_show', args=[indicator.pk])}?year={year}"


def _actor(actor: Actor, _year: int) -> tuple[str, str, str]:
    return "actor", str(actor), reverse("actor_page", args=[actor.pk])


def _round(period: Period, _year: int) -> tuple[str, str, str]:
    return "round", period.title, reverse("round_show", args=[period.pk])


def _year_before(annual: AnnualFollowUp, year: int) -> tuple[str, str, str]:
    return "year", _("Årsuppföljning %(year)s") % {"year": year - 1}, reverse("frozen_show", args=[annual.pk])


def _plan(plan: Plan, _year: int) -> tuple[str, str, str]:
    return "plan", str(plan), reverse("plan_page", args=[plan.pk])


def _judged(one: Assessment) -> str:
    return _("bedömning, version %(n)s: %(achievement)s, utvecklingen %(trend)s") % {
        "n": one.version,
        "achievement": one.get_achievement_display().lower(),
        "trend": one.get_trend_display().lower(),
    }


OWN_WORDS: dict[str, Callable[[Any], str]] = {
    "assessment.made": _judged,
    "decision.asked_for": lambda _decision: _("ny fråga till ledningen"),
    "decision.changed": lambda _decision: _("frågan ändrades"),
    "decision.recorded": lambda decision: _("beslut: %(outcome)s") % {"outcome": decision.outcome},
    "year_text.written": lambda text: _("ny eller ändrad text") if text.done_at else _("texten är inte längre klar"),
    "measure.created": lambda _measure: _("ny åtgärd"),
    "goal.changed": lambda _goal: _("rubrik eller plats i planen ändrades"),
    "goal.created": lambda _goal: _("nytt mål eller fokusområde"),
    "period.unlocked": lambda _period: _("rundan låstes upp"),
    "year.frozen": lambda annual: _("frystes, version %(n)s") % {"n": annual.version},
}
"""How a thing is told of here; the rest is told as in the histories of measures and actors."""

TOLD = {
    *OWN_WORDS,
    *SHOWN,
    "obligation.exempted",
    "obligation.reinstated",
    "obligation.extended",
    "assignment.proposed",
    "assignment.accepted",
    "assignment.declined",
    "assignment.undone",
    "assignment.ended",
    "measure.paused",
    "measure.resumed",
    "measure.ended",
}
