"""What one audience may see of a roll-up (rule 8): the way out for every number, on pages, in pictures, exports, mail and the API.

What is hidden of an indicator that counts people is decided for everything that could be shown about it in a year at once – each
partner, measure, goal, area, period, year to date and breakdown – so that it is the same on every page.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import cycle
from typing import NamedTuple, TypeVar
from weakref import proxy

from followup.figures import AgainstTarget, Cell, Change, Figure, Part, Preliminary, Window
from followup.models import Publication
from followup.rollup.plan import Rollup
from followup.rollup.seen import CalledFew, Gone, Memory, SeenNumber, are_crowds, called_few, read_gone, remember
from followup.rollup.small_numbers import Name, Table, has_nothing_small
from followup.rollup.targets import against_targets
from followup.rollup.trends import change
from followup.suppression import LOWEST_THRESHOLD, Key, Suppression
from followup.words import Audience, Protection, Trend, Verdict
from measures.models import Goal, Measure, Plan
from measures.rules import TargetBasis
from stakeholders.models import Area

ScopeName = tuple[str, int]
"""("plan", id), ("goal", id), ("area", id), ("measure", id), ("actor", id) or ("assignment", id)."""

CellName = tuple[str, int, str, str, str, str]
"""A cell of an indicator by name: scope name, first and last day of the window, dimension, category ("" and "" for the whole)."""

HiddenName = tuple[int, str, int, str, str, str, str]
"""A hidden cell: indicator and name."""


Remembered = TypeVar("Remembered", SeenNumber, CalledFew)


class Tree(NamedTuple):
    """What lies under what: the parent of each goal and area, the goal of each measure, and which measures are in which areas."""

    goals: Mapping[int, int | None]
    areas: Mapping[int, int | None]
    measures: Mapping[int, int]
    places: Collection[tuple[int, int]]

    @classmethod
    def of(cls, plan: Plan) -> "Tree":
        return cls(
            dict(Goal.objects.filter(plan=plan).values_list("id", "parent_id")),
            dict(Area.objects.filter(workspace=plan.workspace_id).values_list("id", "parent_id")),
            dict(Measure.objects.filter(plan=plan).values_list("id", "goal_id")),
            Measure.areas.through.objects.filter(measure__plan=plan).values_list("measure_id", "area_id"),
        )


class Shown:
    """The figures of a plan as one audience may see them; asks like a `Rollup`.

    `own_actor`: the partner who reads, and knows its own numbers. `hidden_before`: what earlier publications for this audience hid.
    `seen_before`: the numbers they showed, by indicator.
    `tree`: what lies under what, when the page has read it already. `publication`: what was published of the window that was asked about.
    `today`: the same plan as it is shown today, when a day gone by is asked about.
    `for_partners`: more is hidden, so that no partner works another's small number out with the help of its own. One form for all of them.
    `hidden_from_all`: what publications hid from the public besides, among which the partners are. `said_few`: of all that they hid, what was
    called *färre än k* to anybody, `said_few_to_all` to the public: whoever kept them knows it.
    `read_by_partners`: of the numbers seen, those that partners may have read: published to all, or in the form of a frozen year.
    """

    def __init__(
        self,
        rollup: Rollup,
        audience: Audience,
        *,
        own_actor: int | None = None,
        hidden_before: Set[HiddenName] = frozenset(),
        seen_before: Mapping[int, Collection[SeenNumber]] | None = None,
        tree: Tree | None = None,
        publication: Publication | None = None,
        today: "Shown | None" = None,
        for_partners: bool = False,
        hidden_from_all: Set[HiddenName] = frozenset(),
        said_few: Mapping[int, Collection[CalledFew]] | None = None,
        said_few_to_all: Mapping[int, Collection[CalledFew]] | None = None,
        read_by_partners: Mapping[int, Collection[SeenNumber]] | None = None,
    ) -> None:
        self.rollup = rollup
        self.audience = audience
        self.own_actor = own_actor
        self.hidden_before = _by_indicator(hidden_before)
        self.hidden_from_all = _by_indicator(hidden_from_all)
        self.said_few = said_few or {}
        self.said_few_to_all = said_few_to_all or {}
        self.seen_before = seen_before or {}
        self.tree = tree
        self.publication = publication
        self.today = today
        self.for_partners = for_partners
        self.read_by_partners = read_by_partners or {}
        self._decisions: dict[tuple[int, int, Window | None], _Decision] = {}

    def is_protected(self, indicator: int) -> bool:
        """Whether small numbers of the indicator are kept from this audience."""
        line = self.rollup.lines.get(indicator)
        return self.audience != Audience.REVIEW and line is not None and line.counts_people

    def figure(self, indicator: int, window: Window, scope: Set[int] | None = None, *, parts: bool = True) -> Figure:
        """The figure, or what may be shown of it (`protection` says why not all). `parts=False`: without what each assignment adds."""
        if not self.is_protected(indicator):
            return self.rollup.figure(indicator, window, scope, parts=parts)
        if window.spans_years:
            figure = self._across_years(self.rollup.figure(indicator, window, scope), scope)
        else:
            decided = self._decided(indicator, window)
            figure = decided.shown(self.rollup.figure(indicator, window, scope, parts=parts or bool(decided.hidden)), scope)
        return figure if parts or not figure.parts else replace(figure, parts=())

    def against_targets(
        self, indicator: int, window: Window, known: Figure | None = None
    ) -> tuple[AgainstTarget | None, AgainstTarget | None]:
        """Against the original and the current targets; how far, and the verdict, would give a hidden number away.

        `known`: the figure of the window as this audience sees it, if it has been asked for already.
        """
        original, current = against_targets(self.rollup, indicator, window, known)
        if not self.is_protected(indicator):
            return original, current
        windows = [] if known else [window]
        if TargetBasis.SINCE_START in {each.basis for each in (original, current) if each}:
            windows.append(Window.since_start(window.end))
        is_hidden = (known and known.protection) or any(self.figure(indicator, each).protection for each in windows)
        return (_without_verdict(original), _without_verdict(current)) if is_hidden else (original, current)

    def change(self, indicator: int, window: Window, scope: frozenset[int] | None = None) -> Change:
        """The trend; its numbers are sums of some of the answers, so of what counts people only the word is shown."""
        found = change(self.rollup, indicator, window, scope)
        if not found.pairs or not self.is_protected(indicator):
            return found
        is_hidden = any(self.figure(indicator, each, scope).protection for each in (window, window.year_before()))
        return Change(Trend.UNKNOWN if is_hidden else found.trend, found.pairs, None, None)

    def answer(self, indicator: int, obligation: int) -> Figure | None:
        """What may be shown of a single answer: the figure of its assignment in its period."""
        for own in self.rollup.answers.get(indicator, {}).values():
            for answer in own:
                if answer.obligation == obligation:
                    period = self.rollup.rows.periods[answer.period]
                    return self.figure(indicator, Window(period.start, period.end), frozenset({answer.assignment}))
        return None

    def hidden_names(self, windows: Collection[Window]) -> list[HiddenName]:
        """All that is hidden in the years of these windows, up to their end: for a publication to remember. The rest is not over."""
        return sorted(
            {
                (decided.indicator, *name)
                for decided, end in self._decided_until(windows)
                for name in decided.hidden_names()
                if name[3] <= end
            }
        )

    def called_few(self, windows: Collection[Window], *, with_parts: bool = True) -> list[CalledFew]:
        """Of that, what is called *färre än k*. `with_parts=False`: not partner by partner."""
        return sorted({each for decided, end in self._decided_until(windows) for each in decided.called_few(with_parts) if each[2] <= end})

    def _decided_until(self, windows: Collection[Window]) -> Iterator[tuple["_Decision", str]]:
        """What has been decided of each protected indicator in each window, and its last day."""
        for indicator in self.rollup.lines:
            if self.is_protected(indicator):
                for window in windows:
                    yield self._decided(indicator, window), window.end.isoformat()

    def to(self, audience: Audience) -> "Shown":
        """The same figures to another audience: what is hidden is decided once, for all who are shown protected figures."""
        other = copy(self)
        other.audience = audience
        return other

    @cached_property
    def scopes(self) -> dict[ScopeName, frozenset[int]]:
        """The groups of assignments that anything is shown about, by name."""
        return self.scopes_among(self.scopes_of)

    def scopes_among(self, assignments: Iterable[int]) -> dict[ScopeName, frozenset[int]]:
        """What the groups have of some assignments, those that have any."""
        found: dict[ScopeName, list[int]] = {}
        for assignment in assignments:
            for name in self.scopes_of[assignment]:
                found.setdefault(name, []).append(assignment)
        return {name: frozenset(members) for name, members in found.items()}

    @cached_property
    def scopes_of(self) -> dict[int, list[ScopeName]]:
        """The names of the groups that each assignment is in."""
        plan = self.rollup.plan
        tree = self.tree or Tree.of(plan)
        of_measure: dict[int, list[ScopeName]] = {}
        for measure, goal in tree.measures.items():
            of_measure[measure] = [("plan", plan.pk), ("measure", measure), *(("goal", each) for each in _up(goal, tree.goals))]
        for measure, area in tree.places:
            names = of_measure[measure]
            names += [("area", each) for each in _up(area, tree.areas) if ("area", each) not in names]
        return {
            each.id: [*of_measure.get(each.measure, ()), ("actor", each.actor), ("assignment", each.id)]
            for each in self.rollup.rows.assignments.values()
        }

    @cached_property
    def gone(self) -> Gone:
        return read_gone([each for of in (self.seen_before, self.said_few) for own in of.values() for each in own], self.rollup)

    @cached_property
    def actor_of(self) -> dict[int, int]:
        """Whose each report is that a number shown is made of, also those no longer in force."""
        assignments = self.rollup.rows.assignments
        answers = ((each, own) for of in self.rollup.answers.values() for each, own in of.items())
        found = {answer.report: assignments[each].actor for each, own in answers for answer in own}
        return {**{report: assignments[each].actor for report, each in self.gone.assignments.items() if each in assignments}, **found}

    def _decided(self, indicator: int, window: Window) -> "_Decision":
        """What is hidden in the year of a window; of stocks, which are carried from year to year, in all years at once.

        The same for every page. A window that nobody is asked about is decided beside it, so that it takes nothing back.
        """
        is_carried = any(version.is_last_only for version in self.rollup.lines[indicator].versions)
        year = 0 if is_carried else window.end.year
        me = proxy(self)  # a decision that held on to us would leave all that was read to the search for garbage
        made = self._decisions.get((indicator, year, None))
        if made is None:
            made = self._decisions[indicator, year, None] = _Decision(me, indicator, self._windows(indicator, year) or {window}, window)
        if window in made.windows:
            return made
        if (indicator, year, window) not in self._decisions:
            self._decisions[indicator, year, window] = _Decision(me, indicator, made.windows | {window}, window, made)
        return self._decisions[indicator, year, window]

    def _windows(self, indicator: int, year: int) -> set[Window]:
        """Each period that is asked about, each year to date, each year."""
        periods = self.rollup.rows.periods
        found = set()
        for number in {answer.period for own in self.rollup.answers.get(indicator, {}).values() for answer in own}:
            period = periods[number]
            if year in (0, period.end.year):
                found |= {Window(period.start, period.end), Window.to_date(period.end), Window.year(period.end.year)}
        return found

    def years_of(self, indicator: int, window: Window) -> list[Window]:
        """The years that answers within a window over years are of, the last one up to its end."""
        answered = [self.rollup.rows.periods[each.period].end for own in self.rollup.answers[indicator].values() for each in own]
        years = {day.year for day in answered if window.start <= day <= window.end}
        return [Window.to_date(min(window.end, date(year, 12, 31))) for year in sorted(years)]

    def _across_years(self, figure: Figure, scope: Set[int] | None) -> Figure:
        """A sum since the start is shown when each year in it is, and it was not hidden when it was published."""
        indicator, days = figure.indicator, (figure.window.start.isoformat(), figure.window.end.isoformat())
        protections = [self.figure(indicator, year, scope).protection for year in self.years_of(indicator, figure.window)]
        hidden = next((each for each in protections if each), None)
        if any(name[3:5] == days for names in (self.hidden_before, self.hidden_from_all) for name in names.get(indicator, ())):
            hidden = hidden or Protection.HIDDEN
        bare = replace(figure, parts=(), cells=(), series=(), preliminary=None)
        return without_number(bare, Protection.HIDDEN) if hidden else bare


@dataclass
class _Decision:
    """What is hidden of an indicator over some windows, since one was asked about; `beside`: what has been decided over most of them, and
    stands."""

    of: Shown
    indicator: int
    windows: set[Window]
    asked: Window
    beside: "_Decision | None" = None

    def __post_init__(self) -> None:
        threshold = self.of.rollup.plan.workspace.small_number_threshold
        self.table = Table(self.of.rollup, self.indicator)
        rows = self.of.rollup.rows
        leads = {each.lead or 0 for each in rows.decisions.get(self.indicator, ())} & rows.assignments.keys()
        self.everyone = frozenset(self.of.rollup.answers.get(self.indicator, ())) | leads  # a lead counts though it says nothing
        self.named: dict[CellName, Name] = {}
        self.hidden: dict[Key, Protection] = {}
        self.known: set[Key] = set()
        before, from_all = (self._named_in(names) for names in (self.of.hidden_before, self.of.hidden_from_all))
        seen = self._seen()
        self.is_clear = (
            not before
            and not from_all
            and has_nothing_small(self.of.rollup, self.indicator, self.windows, threshold)
            and are_crowds(self.indicator, seen, self.of.gone, threshold)
        )
        today = self.of.today._decided(self.indicator, self.asked) if self.of.today else None
        if not self.is_clear or (today and not today.is_clear):
            self._hide(before, from_all, seen, threshold)
            if today:
                self._hide_what_stands_no_more(today)

    def _named_in(self, names: Mapping[int, Collection[HiddenName]]) -> list[CellName]:
        """What publications hid of the indicator in the windows that are decided about."""
        own = names.get(self.indicator)
        days = {(window.start.isoformat(), window.end.isoformat()) for window in self.windows if own}
        return [name[1:] for name in own or () if name[3:5] in days]

    def _hide(self, before: Collection[CellName], from_all: Collection[CellName], seen: Collection[SeenNumber], threshold: int) -> None:
        """Put every figure that could be shown in the table, and what was hidden or seen before, and hide what must be."""
        own = self.of.scopes.get(("actor", self.of.own_actor or 0), frozenset())
        known = self.known
        windows = [(window, window.start.isoformat(), window.end.isoformat()) for window in sorted(self.windows)]
        for name, scope in self.of.scopes_among(sorted(self.everyone)).items():
            for window, first, last in windows:
                key = self.table.add(scope, window, threshold)
                for cell in self.table.cells[key]:
                    self.named[*name, first, last, *cell] = (key, *cell)
                    if scope <= own:
                        known.add((key, *cell))
        hidden_before, hidden_from_all = ({self.named[name] for name in names if name in self.named} for names in (before, from_all))
        memory = remember(self.table, seen, self._of_years(self.of.said_few), self.of.gone, threshold, hidden_before)
        known |= memory.known
        decided = self.beside.hidden if self.beside else {}
        if self.beside:
            known |= set(self.beside.named.values()) - decided.keys()
        few, few_to_all = (called_few(self.table, self._of_years(said)) for said in (self.of.said_few, self.of.said_few_to_all))
        suppression = self.table.suppression(threshold)
        found = suppression.hidden(known, hidden_before | decided.keys(), memory.gone, few=few, presumed=memory.presumed)
        self.hidden = {**found, **decided}
        if self.of.for_partners:
            open_to_them = set(self.of.read_by_partners.get(self.indicator, ()))
            readable = [number for number in seen if number in open_to_them]
            read = remember(self.table, readable, (), self.of.gone, threshold, hidden_before | hidden_from_all)
            unread = memory.gone | (memory.known - set(self.named.values()))
            standing = set[Key](self.beside.named.values() if self.beside else ()) - decided.keys()
            readers = [Memory(standing, set(), unread)]
            if read.known:
                readers.insert(0, Memory(standing | read.known, read.presumed, unread - read.known))
            self.hidden = {**dict.fromkeys(hidden_from_all, Protection.HIDDEN), **self.hidden}
            self._hide_from_partners(suppression, readers, few_to_all)

    def _hide_from_partners(self, suppression: Suppression, readers: Collection[Memory], few: Mapping[Key, int]) -> None:
        """Hide also what any partner, who knows what it has reported, could work another's small number out from, or anybody who has reported
        nothing. All get one form, so what one of them must not see nobody does; again until no more is hidden for any of them.

        `readers`: what any of them may know besides, and what is then shown nowhere: who has read all that was open to them, and who has read
        nothing. What was published to management alone may well be hidden here.
        """
        pairs = [(own, reader) for own in (set[Key](), *self._reported()) for reader in readers]
        unchanged = 0
        for own, (known, presumed, gone) in cycle(pairs):
            if unchanged == len(pairs):
                break
            unchanged += 1
            if own and own.isdisjoint(self.hidden.keys() | gone):
                continue  # it knows no more than is shown to all
            vague = {key for key, word in self.hidden.items() if word == Protection.HIDDEN}
            for key, word in suppression.hidden(known | own, self.hidden.keys(), gone, vague, few, presumed).items():
                if self.hidden.get(key) not in (word, Protection.HIDDEN):
                    self.hidden[key] = Protection.HIDDEN if key in self.hidden else word
                    unchanged = 0

    def _reported(self) -> list[set[Key]]:
        """The cells that are made of what one partner has reported, for each of them."""
        found: dict[int, set[Key]] = {}
        for key, reports in self.table.answers.items():
            actors = {self.of.actor_of.get(report, 0) for report in reports}
            if len(actors) == 1:
                found.setdefault(actors.pop(), set()).update((key, *cell) for cell in self.table.cells[key])
        return [found[actor] for actor in sorted(found) if actor]

    def _hide_what_stands_no_more(self, today: "_Decision") -> None:
        """Of a day gone by, show what is shown today and what was published: nothing else was reckoned with when today's was decided."""
        today.look()
        shown = (set(today.named.values()) | today.known) - today.hidden.keys()
        for name in self.named.values():
            numbers = [[amounts.get(name) for amounts in each.table.amounts] for each in (self, today)]
            if numbers[0] != [None, None] and (name not in shown or numbers[0] != numbers[1]):
                self.hidden[name] = today.hidden.get(name, Protection.HIDDEN)

    def look(self) -> None:
        """Put every figure in the table, also where nothing is small."""
        if not self.named:
            self._hide((), (), self._seen(), self.of.rollup.plan.workspace.small_number_threshold)

    def _seen(self) -> list[SeenNumber]:
        """The numbers that publications have shown of the years that are decided about."""
        return self._of_years(self.of.seen_before)

    def _of_years(self, remembered: Mapping[int, Collection[Remembered]]) -> list[Remembered]:
        """What is remembered of the indicator in the years that are decided about."""
        years = {str(window.end.year) for window in self.windows}
        return [each for each in remembered.get(self.indicator, ()) if each[2][:4] in years]

    def hidden_names(self) -> set[CellName]:
        return {name for name, cell in self.named.items() if cell in self.hidden}

    def called_few(self, with_parts: bool) -> set[CalledFew]:
        k = max(self.of.rollup.plan.workspace.small_number_threshold, LOWEST_THRESHOLD)
        return {
            (self.indicator, first, last, self.table.answers[cell[0]], dimension, category, k)
            for (kind, _pk, first, last, dimension, category), cell in self.named.items()
            if self.hidden.get(cell) == Protection.FEW and (with_parts or kind not in ("actor", "assignment"))
        }

    def shown(self, figure: Figure, scope: Set[int] | None) -> Figure:
        """The figure without what is hidden. A group of partners nobody thought of is shown only when nothing is hidden."""
        waiting = Preliminary(None, None, figure.preliminary.pending) if figure.preliminary else None
        if not self.hidden:
            return replace(figure, preliminary=waiting) if waiting else figure
        members = self.everyone if scope is None else self.everyone & scope
        is_thought_of = (members, figure.window) in self.table.keys or not figure.reports
        protection = self._protection(members, figure.window) if is_thought_of else Protection.HIDDEN
        parts = tuple(self._part(part, figure.window) for part in figure.parts)
        cells = tuple(self._cell(cell, members, figure.window, is_thought_of) for cell in figure.cells)
        series = figure.series
        if protection or (len(series) > 1 and any(part.protection for part in parts)):
            series = tuple(replace(each, low=None, high=None) for each in series)
        shown = replace(figure, parts=parts, cells=cells, series=series, preliminary=waiting)
        return without_number(shown, protection) if protection else shown

    def _protection(self, members: frozenset[int], window: Window, dimension: str = "", category: str = "") -> Protection | None:
        key = self.table.keys.get((members, window))
        return self.hidden.get((key, dimension, category))

    def _part(self, part: Part, window: Window) -> Part:
        protection = self._protection(frozenset({part.assignment}), window)
        return replace(part, low=None, high=None, numerator=None, denominator=None, protection=protection) if protection else part

    def _cell(self, cell: Cell, members: frozenset[int], window: Window, is_thought_of: bool) -> Cell:
        protection = self._protection(members, window, cell.dimension, cell.name)
        if not is_thought_of:
            protection = Protection.HIDDEN
        return replace(cell, low=None, high=None, protection=protection) if protection else cell


def _by_indicator(names: Iterable[HiddenName]) -> dict[int, list[HiddenName]]:
    found: dict[int, list[HiddenName]] = {}
    for name in names:
        found.setdefault(name[0], []).append(name)
    return found


def without_number(figure: Figure, protection: Protection) -> Figure:
    return replace(figure, low=None, high=None, numerator=None, denominator=None, distribution=(), protection=protection)


def _without_verdict(against: AgainstTarget | None) -> AgainstTarget | None:
    return replace(against, attainment=None, final_attainment=None, verdict=Verdict.HIDDEN) if against else None


def _up(node: int, above: Mapping[int, int | None]) -> list[int]:
    """A node of a tree and those above it."""
    found = []
    at: int | None = node
    while at is not None:
        found.append(at)
        at = above.get(at)
    return found
