"""Plain functions that make rows for tests; whatever is not given is unimportant. Figures are given in units, stored in 1/10 000."""

from dataclasses import asdict
from datetime import date
from itertools import count
from typing import Any

from followup.actions.reports import Line, approve_report, submit_report
from followup.actions.rounds import make_obligations
from followup.models import Obligation, Period, Report
from followup.words import ImplementationStatus, LineState
from measures.actions.imports import refresh_import
from measures.imports.tree import Choices
from measures.models import (
    Assignment,
    AssignmentIndicator,
    Baseline,
    Goal,
    Indicator,
    IndicatorVersion,
    Measure,
    MeasureTemplate,
    Plan,
    Target,
)
from measures.rules import SCALE, AssignmentRole, EffectLevel, IndicatorKind, Interval, period_bounds
from measures.spreadsheets import Row, Sheet, pack_rows
from stakeholders import clock
from stakeholders.models import Actor, Area, ContactPerson, ImportRun, Membership, User, Workspace
from stakeholders.rules import ActorKind, AreaKind, Role

_number = count(1)


def a_workspace(slug: str = "", **fields: Any) -> Workspace:
    slug = slug or f"rum-{next(_number)}"
    return Workspace.objects.create(**{"name": f"{slug.title()}byggen AB (Exempel)", "slug": slug, "contact_name": "Samordnaren", **fields})


def an_actor(workspace: Workspace, name: str = "", **fields: Any) -> Actor:
    name = name or f"Aktör {next(_number)} (Exempel)"
    return Actor.objects.create(**{"workspace": workspace, "name": name, "kind": ActorKind.ASSOCIATION, **fields})


def a_contact(actor: Actor, **fields: Any) -> ContactPerson:
    number = next(_number)
    return ContactPerson.objects.create(
        **{
            "actor": actor,
            "name": f"Exempelperson {number}",
            "role_title": "ordförande",
            "email": f"kontakt{number}@norrbruk.example",
            **fields,
        }
    )


def an_area(workspace: Workspace, name: str = "", **fields: Any) -> Area:
    return Area.objects.create(**{"workspace": workspace, "name": name or f"Område {next(_number)}", "kind": AreaKind.LOCALITY, **fields})


def a_user(actor: Actor, *roles: str, email: str = "", **fields: Any) -> User:
    email = email or f"person{next(_number)}@norrbruk.example"
    user = User.objects.create_user(email, "exempel-lösenord", **{"name": email.split("@")[0].title(), **fields})
    Membership.objects.bulk_create(Membership(user=user, actor=actor, role=role) for role in roles)
    return user


def a_plan(workspace: Workspace, **fields: Any) -> Plan:
    return Plan.objects.create(
        **{
            "workspace": workspace,
            "title": "Handlingsplan 2025–2034 (Exempel)",
            "first_year": 2025,
            "last_year": 2034,
            "adopted_by": "styrelsen",
            "adopted_on": date(2025, 2, 12),
            "interval": Interval.TERTIAL,
            **fields,
        }
    )


def a_goal(plan: Plan, parent: Goal | None = None, kind: str = "focus_area", **fields: Any) -> Goal:
    return Goal.objects.create(**{"plan": plan, "parent": parent, "kind": kind, "title": f"Mål {next(_number)}", **fields})


def a_measure(plan: Plan, goal: Goal | None = None, **fields: Any) -> Measure:
    number = next(_number)
    goal = goal or plan.goals.first() or a_goal(plan)
    return Measure.objects.create(
        **{
            "plan": plan,
            "goal": goal,
            "number": f"1.{number}",
            "title": f"Åtgärd {number}",
            "starts_on": date(plan.first_year, 1, 1),
            "runs_until_further_notice": True,
            **fields,
        }
    )


def an_indicator(
    *measures: Measure, kind: str = IndicatorKind.COUNT, name: str = "", level: str = EffectLevel.OUTPUT, **version: Any
) -> Indicator:
    """An indicator of the measures, with its first definition."""
    plan = measures[0].plan
    indicator = Indicator.objects.create(plan=plan, name=name or f"Indikator {next(_number)}", level=level)
    indicator.measures.set(measures)
    IndicatorVersion.objects.create(
        **{
            "indicator": indicator,
            "number": 1,
            "starts_on": date(plan.first_year, 1, 1),
            "kind": kind,
            "unit": "personer" if kind == IndicatorKind.PEOPLE else "st",
            "counts_people": kind == IndicatorKind.PEOPLE,
            **version,
        }
    )
    return indicator


def a_target(indicator: Indicator, *, baseline: float, year: int = 2028, target: float, baseline_year: int = 2024, **fields: Any) -> Target:
    Baseline.objects.create(indicator=indicator, year=baseline_year, value=in_units(baseline))
    return Target.objects.create(**{"indicator": indicator, "year": year, "value": in_units(target), **fields})


def an_assignment(measure: Measure, actor: Actor, *indicators: Indicator, **fields: Any) -> Assignment:
    """An accepted assignment that reports the indicators (all of the measure's when none is given)."""
    assignment = Assignment.objects.create(
        **{
            "measure": measure,
            "actor": actor,
            "role": AssignmentRole.RESPONSIBLE,
            "contact": actor.contacts.first(),
            "starts_on": date(measure.plan.first_year, 1, 1),
            "accepted_at": clock.now(),
            **fields,
        }
    )
    AssignmentIndicator.objects.bulk_create(
        AssignmentIndicator(assignment=assignment, indicator=indicator) for indicator in indicators or measure.indicators.all()
    )
    return assignment


def a_template(slug: str = "boskola", **fields: Any) -> MeasureTemplate:
    """A measure in the library."""
    return MeasureTemplate.objects.create(
        **{
            "slug": slug,
            "name": "Boskola",
            "description": "Korta kurser om att bo i hyresrätt.",
            "focus": "Boende och uthyrning",
            "responsible": "bostadsbolag",
            "output": "antal tillfällen",
            "outcome": "störningsärenden",
            "time_to_effect": "0–6 mån",
            "evidence_grade": "D",
            "evidence_note": "Vanlig praxis.",
            "source": "Köpings kommun",
            **fields,
        }
    )


def a_period(plan: Plan, year: int = 2026, number: int = 1, interval: str = Interval.TERTIAL, **fields: Any) -> Period:
    """A period, open for answers from its first day; without obligations."""
    starts_on, ends_on = period_bounds(interval, year, number)
    return Period.objects.create(
        **{
            "plan": plan,
            "year": year,
            "interval": interval,
            "number": number,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "opens_on": starts_on,
            "due_on": ends_on,
            "closes_on": ends_on,
            **fields,
        }
    )


def an_obligation(assignment: Assignment, period: Period) -> Obligation:
    """The obligation, made as the system makes it: with all others of the period."""
    make_obligations([period], by=None)
    return Obligation.objects.get(assignment=assignment, period=period)


def a_report(obligation: Obligation, *, by: Any = None, approved_by: User | None = None, **answer: Any) -> Report:
    """Submit an answer. `figures`: one per pinned indicator, in units, None for "Vet inte"; or `lines` outright."""
    figures = answer.pop("figures", [])
    pins = [pin.indicator_version for pin in obligation.pinned.select_related("indicator_version").order_by("id")]
    lines = answer.pop("lines", None) or [a_line(version, figure) for version, figure in zip(pins, figures, strict=True)]
    by = by or obligation.assignment.contact or obligation.assignment.actor.contacts.first()
    report = submit_report(
        obligation,
        by=by,
        lines=lines,
        **{"implementation_status": ImplementationStatus.ON_PLAN, "what_happened": "Allt rullar på.", **answer},
    )
    return approve_report(report, by=approved_by) if approved_by else report


def a_line(version: IndicatorVersion, figure: float | tuple[float, float] | None, **fields: Any) -> Line:
    """A line from a figure in units: None is "Vet inte", 0 is zero said outright, a pair is numerator and denominator."""
    if figure is None:
        return Line(version, LineState.NOT_AVAILABLE)
    if isinstance(figure, tuple):
        return Line(version, LineState.VALUE, numerator=in_units(figure[0]), denominator=in_units(figure[1]), **fields)
    if figure == 0:
        return Line(version, LineState.ZERO, **fields)
    return Line(version, LineState.VALUE, value=in_units(figure), **fields)


def an_import(workspace: Workspace, *rows: list, by: User | None = None, title: str = "Ny plan 2025–2034 (Exempel)") -> ImportRun:
    """A file that waits to be confirmed: one measure that can be read, unless rows are given, and one whose end date does not exist."""
    rows = rows or (["1.1", "Boskola", "Boende", "2030-12-31"], ["1.2", "Läxhjälp", "Skola", "31 juni 2026"])
    lines = [[title], ["Nr", "Åtgärd", "Fokusområde", "Slutdatum"], *rows]
    packed = pack_rows([Sheet("Handlingsplan", [Row(number, cells) for number, cells in enumerate(lines, 1)])])
    content = {"choices": asdict(Choices())}
    run = ImportRun.objects.create(workspace=workspace, file_name="plan.xlsx", sha256="0" * 64, packed=packed, content=content, by_user=by)
    return refresh_import(run)


def in_units(figure: float) -> int:
    return round(figure * SCALE)


def role_users(actor: Actor) -> dict[str, User]:
    """One user for each role at the actor."""
    return {role: a_user(actor, role) for role in Role}
