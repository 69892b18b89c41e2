"""What a partner of the example would answer. Invented, and the same every time: chance is drawn from the obligation's name."""

from random import Random

from followup.actions.reports import Line
from followup.models import Obligation
from followup.words import ImplementationStatus, LineState
from measures.models import IndicatorVersion
from measures.rules import PARTS_OF_YEAR, SCALE, IndicatorKind, Interval

HAPPENED = {
    ImplementationStatus.ON_PLAN: (
        "Vi har bytt till onsdagar och då kommer fler.",
        "Samarbetet med skolan fungerar bra. Två nya ledare har börjat.",
        "Grupperna är fulla. Vi har öppnat en till i Hyttan.",
        "Allt rullar på. Deltagarna säger att de vågar prata mer svenska nu.",
        "Vi träffas varannan vecka och har en gemensam lägesbild.",
        "En ny grupp på biblioteket fylldes på två veckor.",
        "Boende i Kanalbyn har själva tagit över två av kvällarna.",
    ),
    ImplementationStatus.DELAYED: (
        "Starten drog ut på tiden. Lokalen blev klar först i slutet av perioden.",
        "Vår handledare slutade och vi söker en ny.",
        "Färre än vi hoppades. Bussen går inte på kvällen.",
        "Hallen var stängd för renovering i sex veckor.",
    ),
    ImplementationStatus.DONE: ("Åtgärden är genomförd och har gått över i vanlig drift.", "Policyn är beslutad och används."),
    ImplementationStatus.NOT_STARTED: ("Vi börjar efter sommaren.", "Vi väntar på beslut om pengar."),
    ImplementationStatus.PAUSED: ("Pausad under våren medan vi söker ny föreståndare.",),
}
NEEDED = (
    "En handledare till på torsdagar.",
    "En lokal med plats för barnvagnar.",
    "Fler läxhjälpare på torsdagar.",
    "Besked om hyran före sommaren.",
)


def chance(*names: object) -> Random:
    """A dice of its own for these names."""
    return Random("|".join(str(name) for name in names))  # noqa: S311 no secret rests on it


def how_it_goes(obligation: Obligation) -> str:
    """A status that is steady over time: measures have a temper, and now and then a bad period."""
    measure = obligation.assignment.measure
    temper = chance("temper", measure.number).random()
    weather = chance("weather", measure.number, obligation.assignment.actor.name, obligation.period).random()
    if temper < 0.05:
        return ImplementationStatus.PAUSED if weather < 0.5 else ImplementationStatus.DELAYED
    if temper < 0.12 and obligation.period.year >= (measure.starts_on.year if measure.starts_on else 0) + 1:
        return ImplementationStatus.DONE
    if temper < 0.30:
        return ImplementationStatus.DELAYED if weather < 0.7 else ImplementationStatus.ON_PLAN
    return ImplementationStatus.DELAYED if weather < 0.06 else ImplementationStatus.ON_PLAN


def what_happened(obligation: Obligation, status: str) -> str:
    return chance("text", obligation.assignment, obligation.period).choice(HAPPENED[ImplementationStatus(status)])


def lines_for(obligation: Obligation, version: int) -> list[Line]:
    """One line for each figure that is asked for; a later version of the answer says something else."""
    pins = obligation.pinned.select_related("indicator_version__indicator").order_by("id")
    return [_line(pin.indicator_version, obligation, version) for pin in pins]


def _line(version: IndicatorVersion, obligation: Obligation, attempt: int) -> Line:
    dice = chance("figure", version.indicator.name, obligation.assignment, obligation.period, attempt)
    if dice.random() < 0.04:
        return Line(version, LineState.NOT_AVAILABLE)
    per_year = _aim(version, obligation.period.year)
    if version.kind == IndicatorKind.MILESTONE:
        return Line(version, LineState.VALUE, value=SCALE) if per_year >= 1 else Line(version, LineState.ZERO)
    if version.kind == IndicatorKind.RATIO:
        denominator = dice.randint(24, 120)
        share = min(max(per_year / 100 + dice.uniform(-0.05, 0.05), 0), 1)
        return Line(version, LineState.VALUE, numerator=round(denominator * share) * SCALE, denominator=denominator * SCALE)
    partners = version.indicator.reported_by.filter(removed_at=None).count() or 1
    share = per_year / partners * dice.uniform(0.75, 1.25)
    if version.kind in (IndicatorKind.COUNT, IndicatorKind.MONEY):
        share /= PARTS_OF_YEAR[Interval(obligation.period.interval)]
    value = max(round(share), 0)
    if value == 0:
        return Line(version, LineState.ZERO)
    new = None
    if version.kind == IndicatorKind.PEOPLE and dice.random() < 0.5:
        new = round(value * (0.9 if obligation.period.number == 1 else 0.3)) * SCALE
    return Line(version, LineState.VALUE, value=value * SCALE, new_people=new)


def _aim(version: IndicatorVersion, year: int) -> float:
    """Somewhere on the way from the baseline to the target; each indicator keeps its own pace, some the wrong way. In units."""
    baseline = version.indicator.baselines.order_by("id").last()
    target = version.indicator.targets.order_by("year").first()
    if not baseline or not target:
        return 20
    pace = chance("pace", version.indicator.name).choice((-0.3, 0.4, 0.7, 1, 1, 1.1, 1.4))
    way = (year - baseline.year) / max(target.year - baseline.year, 1) * pace
    return max(float(baseline.value + (target.value - baseline.value) * way) / SCALE, 0.0)
