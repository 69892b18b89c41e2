"""Whom to assign: actors found by what is typed, and those that earlier work suggests."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from measures.models import Assignment, Goal, Measure
from measures.queries import tops
from stakeholders.models import Actor
from stakeholders.rules import normalise_search

MOST = 8


@dataclass(frozen=True)
class Candidate:
    """An actor to choose. `why`: what speaks for it, or what it already does here."""

    actor: Actor
    why: str
    is_in: bool


def candidates(measure: Measure, typed: str) -> list[Candidate]:
    """At most eight: those whose name holds what is typed; with nothing typed, those who did something like it before."""
    actors = Actor.objects.within(measure.plan.workspace).open()
    here = dict(_roles_here(measure))
    known = _earlier_work(measure)
    if typed:
        found = list(actors.matching(typed)[:50])
        found.sort(key=lambda actor: (not actor.name_search.startswith(normalise_search(typed)), actor.name_sort))
    else:
        wanted = [pk for pk in known if pk not in here]
        by_id = {actor.pk: actor for actor in actors.filter(pk__in=wanted)}
        found = [by_id[pk] for pk in wanted if pk in by_id]
    return [Candidate(actor, here.get(actor.pk) or known.get(actor.pk, ""), actor.pk in here) for actor in found[:MOST]]


def open_measures(actor: Actor, typed: str) -> list[Measure]:
    """Measures that the actor is not yet part of, those without responsible first; by number or title."""
    mine = Assignment.objects.current().filter(actor=actor).values("measure")
    measures = Measure.objects.filter(plan__workspace=actor.workspace_id, plan__closed_at=None).exclude(pk__in=mine)
    if typed:
        words = normalise_search(typed)
        return [each for each in measures if words in each.title_search or each.number.startswith(typed.strip())]
    led = Assignment.objects.current().filter(role="responsible").values("measure")
    unled = list(measures.exclude(pk__in=led))
    return unled + list(measures.filter(pk__in=led))


def _roles_here(measure: Measure) -> Iterable[tuple[int, str]]:
    for assignment in measure.assignments.current():
        yield assignment.actor_id, _("är redan med: %(role)s") % {"role": assignment.get_role_display()}


def _earlier_work(measure: Measure) -> dict[int, str]:
    """{actor id: why it is suggested}, best reason first: this very measure before, the same goal, the same focus area, the same place."""
    top = tops(list(Goal.objects.filter(plan=measure.plan_id)))
    branch = [goal for goal, highest in top.items() if highest.pk == top[measure.goal_id].pk]
    parts = Assignment.objects.filter(measure__goal__in=branch, declined_at=None, actor__closed_at=None)
    ranked = [
        (_rank(part, measure), part.measure.number_sort, part.pk, part) for part in parts.select_related("measure") if _rank(part, measure)
    ]
    why: dict[int, str] = {}
    for rank, _number, _pk, part in sorted(ranked, key=lambda row: row[:3]):
        reason = _("var med tidigare") if rank == 1 else _("med i %(measure)s") % {"measure": part.measure}
        why.setdefault(part.actor_id, reason)
    near = Actor.objects.within(measure.plan.workspace).open().filter(areas__in=measure.areas.all()).distinct()
    for pk in near.values_list("pk", flat=True):
        why.setdefault(pk, _("verksam i samma område"))
    return why


def _rank(part: Assignment, measure: Measure) -> int:
    """How much a part someone has, or had, speaks for them here; 0 is nothing."""
    if part.measure_id == measure.pk:
        return 1 if part.ended_at else 0
    return 2 if part.measure.goal_id == measure.goal_id else 3
