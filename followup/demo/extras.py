"""What the example needs besides reports: places, steps, overlap decisions, statistics from elsewhere. All invented."""

from datetime import date, datetime, time, timedelta

from followup.demo.answers import chance
from followup.models import OutsideValue, OverlapDecision
from followup.words import Overlap
from measures.actions.measures import add_activity, change_measure
from measures.models import Indicator, IndicatorVersion, Plan
from measures.rules import SCALE, EffectLevel, IndicatorKind
from stakeholders import clock, events
from stakeholders.models import User

STEPS = (
    ("3.1", "Grupp på skolan", -15, None, -15, None),
    ("3.1", "Grupp på biblioteket", -6, None, -5, None),
    ("3.1", "Utbilda läxhjälpare", -10, -6, -10, -6),
    ("3.1", "Torsdagsgrupp", -2, 3, None, None),
    ("2.3", "Värva handledare", -14, -12, -14, -11),
    ("2.3", "Första gruppen trainees", -9, 1, -9, None),
)
"""Measure, step, then in months from now: planned start and end, started, ended."""

PLACES = {
    "Norrbruk": ("3.5", "4.6", "5.8", "6.4"),
    "Fröjden": ("1.12", "5.3", "6.1", "6.7"),
    "Bruksgatan": ("2.7", "6.2", "6.3", "6.5"),
    "Hyttan": ("1.1", "3.1", "3.5", "5.4", "5.7", "6.1", "7.2"),
    "Kanalbyn": ("2.7", "2.8", "3.1", "3.3", "5.1", "5.3", "5.6", "6.1", "6.2", "7.2"),
    "Kanalparken": ("1.12", "5.5", "6.8"),
    "Sjöåsen": ("3.2", "3.8", "4.1", "5.7"),
    "Östervik": ("1.11", "3.7", "4.1", "6.3"),
}
"""Where measures are carried out: nearly half of them; the others are for the whole municipality."""

STATISTICS = (
    (
        "Behöriga till yrkesprogram i årskurs 9",
        "Exempel: påhittade siffror i stället för Kolada N15428",
        84,
        {"Hyttan": 68, "Kanalbyn": 62, "Sjöåsen": 80},
    ),
    (
        "Förvärvsarbetande 20–64 år",
        "Exempel: påhittade siffror i stället för SCB",
        79,
        {"Hyttan": 63, "Kanalbyn": 57, "Sjöåsen": 75, "Östervik": 68},
    ),
)
MISSING = {("Behöriga till yrkesprogram i årskurs 9", "Kanalbyn", 2022)}


def add_places(plan: Plan, *, by: User) -> None:
    """Say of the measures that have a place where it is."""
    areas = {area.name: area for area in plan.workspace.areas.all()}
    for measure in plan.measures.filter(number__in={number for own in PLACES.values() for number in own}):
        own = [areas[name] for name, numbers in PLACES.items() if measure.number in numbers]
        change_measure(measure, by=by, version=measure.version, areas=own)


def add_steps(plan: Plan, *, by: User) -> None:
    """A few measures in steps: done, going on, late, without end."""
    today = clock.today()
    for number, title, *months in STEPS:
        planned_start, planned_end, started_on, ended_on = (each if each is None else today + timedelta(days=30 * each) for each in months)
        for measure in plan.measures.filter(number=number):
            add_activity(
                measure, by=by, title=title, planned_start=planned_start, planned_end=planned_end, started_on=started_on, ended_on=ended_on
            )


def add_overlaps(plan: Plan, *, by: User) -> None:
    """For one indicator that several partners report it is decided that they reach the same people; the others are left undecided."""
    people = IndicatorVersion.objects.filter(indicator__plan=plan, kind=IndicatorKind.PEOPLE).order_by("indicator_id")
    for version in people:
        partners = [row.assignment for row in version.indicator.reported_by.filter(removed_at=None).select_related("assignment")]
        if len(partners) < 2:
            continue
        for year in range(plan.first_year, clock.today().year + 1):
            decision = OverlapDecision.objects.create(
                indicator=version.indicator,
                window_start=date(year, 1, 1),
                window_end=date(year, 12, 31),
                kind=Overlap.SAME_PEOPLE,
                basis="Föreningen och skolan har gått igenom grupperna tillsammans (Exempel).",
                by_user=by,
            )
            decision.assignments.set(partners)
            events.record("overlap.decided", decision, workspace=plan.workspace, by=by, kind=decision.kind)
        return


def add_statistics(plan: Plan, *, by: User) -> None:
    """Long-term indicators by place, eight years back, with a gap."""
    areas = {area.name: area for area in plan.workspace.areas.all()}
    last = clock.today().year - 1
    for name, source, level, places in STATISTICS:
        indicator = Indicator.objects.create(plan=plan, name=name, level=EffectLevel.IMPACT, source=source, is_reported=False)
        IndicatorVersion.objects.create(
            indicator=indicator,
            number=1,
            starts_on=date(plan.first_year, 1, 1),
            kind=IndicatorKind.RATIO,
            unit="procent",
            scale=[],
            by_user=by,
        )
        for place, start in [(None, level), *places.items()]:
            for year in range(last - 7, last + 1):
                drift = chance("drift", name, place).choice((-0.4, 0.2, 0.6, 0.9)) * (year - last + 7)
                value = round((start + drift + chance(name, place, year).uniform(-1, 1)) * 10) * SCALE // 10
                OutsideValue.objects.create(
                    indicator=indicator,
                    area=areas.get(place) if place else None,
                    year=year,
                    value=None if (name, place, year) in MISSING else value,
                    source_line=source,
                    fetched_at=datetime.combine(date(last + 1, 2, 11), time(9), clock.STOCKHOLM),
                    division_version="RegSO 2025",
                    by_user=by,
                )
