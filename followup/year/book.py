"""What the year is made of: everything read from the database, in a number of queries that does not grow with the plan."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple

from django.utils.translation import gettext as _

from followup.figures import AgainstTarget, Figure, Number, Status, Window
from followup.models import Assessment, Decision, OutsideValue, YearText
from followup.rollup import Shown, Statuses, Tree
from followup.rollup.rows import PeriodRow, VersionRow
from followup.words import Audience, Completeness
from followup.year.frozen import FrozenBefore
from followup.year.page import Shown as Words
from followup.year.words import converted, shown
from measures.models import Goal, Indicator, Measure, Plan
from measures.rules import SCALE, Interval
from stakeholders import clock
from stakeholders.formats import full_day

QUOTE_LENGTH = 160


class AnswerRow(NamedTuple):
    """One answer that was asked for in the year: who, about what, and how it stands. `why`: why it is missing, "" when approved."""

    obligation: int
    actor: int
    measure: int
    period: str
    period_end: date
    is_expected: bool
    is_approved: bool
    is_received: bool
    is_on_time: bool
    is_waiting: bool
    why: str
    report: int | None = None
    words: str = ""

    @property
    def quote(self) -> str:
        """Their own words, at most a line and a half, cut between words."""
        text = " ".join(self.words.split())
        if len(text) <= QUOTE_LENGTH:
            return text
        return text[:QUOTE_LENGTH].rsplit(" ", 1)[0] + " …"


class Held(NamedTuple):
    """An indicator held against its targets, with what may not be said of it left out. Written in words (`target_row`) only where it is shown."""

    indicator: int
    name: str
    verdict: str
    against: AgainstTarget
    original: AgainstTarget | None


class Options(NamedTuple):
    """What the year can be narrowed to, with names. All that a page needs of the book: one that held the whole would keep it in memory long after."""

    goals: list[tuple[int, str]]
    areas: list[tuple[int, str]]
    actors: list[tuple[int, str]]


@dataclass
class Book:
    """The year's raw material. Figures are already protected for `audience`."""

    plan: Plan
    year: int
    as_of: datetime
    audience: Audience
    tertial: int = 0
    """1, 2 or 3 where the book is of a tertial, beside the same one the year before; 0 is the whole year."""

    goals: dict[int, Goal] = field(default_factory=dict)
    measures: dict[int, Measure] = field(default_factory=dict)
    indicators: dict[int, Indicator] = field(default_factory=dict)
    versions: dict[int, VersionRow] = field(default_factory=dict)
    measures_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[int, dict[int, Status]] = field(default_factory=dict)
    figures: dict[tuple[int, int], Figure] = field(default_factory=dict)
    against: dict[int, dict[int, tuple[AgainstTarget | None, AgainstTarget | None]]] = field(default_factory=dict)
    answers: dict[int, list[AnswerRow]] = field(default_factory=dict)
    actors: dict[int, str] = field(default_factory=dict)
    actor_kinds: dict[int, str] = field(default_factory=dict)
    assessments: dict[tuple[str, int], Assessment] = field(default_factory=dict)
    """The latest judgement of ("goal", id) and ("measure", id)."""

    decisions: dict[int, tuple[Decision, list[str]]] = field(default_factory=dict)
    """Each question in order, with the numbers of the measures it is about."""

    texts: dict[int, YearText] = field(default_factory=dict)
    """The texts that are done, by focus area; 0 is the whole year's."""

    outside: list[OutsideValue] = field(default_factory=list)
    held: dict[int, tuple[Held, ...]] = field(default_factory=dict)
    baseline_years: dict[int, int] = field(default_factory=dict)
    effect_from: dict[int, date] = field(default_factory=dict)
    factors: dict[int, Number | None] = field(default_factory=dict)
    """Of indicators defined otherwise than the year before: what that year's figure is multiplied with to be laid beside, None where it cannot be."""

    completeness: Completeness = Completeness.PROVISIONAL
    options: Options = field(default_factory=lambda: Options([], [], []))

    whole_goals: set[int] = field(default_factory=set)
    """Goals with every measure of their branch in the book: those a judgement can be held against."""

    areas: dict[int, int | None] = field(default_factory=dict)
    """The area that each area lies in."""

    places: list[tuple[int, int]] = field(default_factory=list)
    """(measure, area)."""

    places_held: dict[int, str] = field(default_factory=dict)
    """Of which place the statistics are that an indicator's target is held against, in words."""

    parts: set[int] = field(default_factory=set)
    """Indicators of which only a part is in the book: their targets are for the whole."""

    is_running: bool = False
    """Whether some round of the window is still to fall due: the figures are so far."""

    is_last_running: bool = False
    """Whether the same is so of the year before: its last round falls due when this one has begun."""

    frozen_before: FrozenBefore | None = None
    """The year before as it was frozen; None of a part of the year or a tertial, which nobody has frozen."""

    seen: Shown | None = None
    """The roll-up as this audience may see it, for what is asked later: single answers."""

    progress: Statuses | None = None
    """How it goes with the measures, for what is asked later: how much is done."""

    @property
    def window(self) -> Window:
        """The days that the book is about."""
        return Window.period(self.year, Interval.TERTIAL, self.tertial) if self.tertial else Window.year(self.year)

    @property
    def moment(self) -> str:
        """When it was read, in words."""
        at = self.as_of.astimezone(clock.STOCKHOLM)
        return _("%(day)s kl. %(time)s") % {"day": full_day(at.date()), "time": at.strftime("%H.%M")}

    @property
    def is_year_running(self) -> bool:
        """Whether the year goes on, also where the book is of a tertial that is over."""
        return self.is_running or clock.day_of(self.as_of) <= Window.year(self.year).end

    def holds(self, period: PeriodRow) -> bool:
        """Whether the period lies in the window, or in the same one the year before."""
        return any(window.holds(period.start, period.end) for window in (self.window, self.window.year_before()))

    def tree(self) -> Tree:
        """What lies under what."""
        goals = {pk: goal.parent_id for pk, goal in self.goals.items()}
        return Tree(goals, self.areas, {pk: measure.goal_id for pk, measure in self.measures.items()}, self.places)

    def focus_area(self, goal_id: int) -> Goal:
        """The top of the branch."""
        goal = self.goals[goal_id]
        while goal.parent_id:
            goal = self.goals[goal.parent_id]
        return goal

    def started(self, year: int, measures: Iterable[Measure] | None = None) -> list[Measure]:
        """Those of the measures (of all, if not said) that had begun by the end of the window in that year, or the as-of day, while it goes on."""
        last = min(self.window.end.replace(year=year), self.as_of.date())
        among = self.measures.values() if measures is None else measures
        return [each for each in among if each.starts_on is not None and each.starts_on <= last]

    def has_started(self, measure: Measure, year: int) -> bool:
        return bool(self.started(year, [measure]))

    def shown(self, indicator: int, year: int) -> Words:
        """The figure as this audience may see it; "saknas" when there is none, "–" before the plan."""
        if year < self.plan.first_year:
            return Words("–")
        figure = self.figures.get((indicator, year))
        if figure and year < self.year and (factor := self.factors.get(indicator)):
            figure = converted(figure, factor)
        if figure and figure.low is None and not self.indicators[indicator].is_reported:
            return Words("–" if self.tertial else _("saknas"))  # nobody was to answer: statistics are of whole years
        return shown(figure, self.versions.get(indicator)) if figure else Words(_("saknas"))

    def baseline_year(self, indicator: int) -> int:
        return self.baseline_years.get(indicator, 0)

    def tolerance(self, indicator: int, against: AgainstTarget) -> Number:
        """How far from the path still counts as on it (rule 5)."""
        if against.baseline is None:
            return 0
        way = against.target - against.baseline
        return Fraction(max(way, -way) * self.versions[indicator].tolerance, SCALE)

    def effect_expected(self, indicator: int) -> date | None:
        """From when an outcome or impact can be judged (rule 5)."""
        return self.effect_from.get(indicator)
