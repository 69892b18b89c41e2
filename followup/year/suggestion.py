"""What the figures suggest about a goal or a measure in a year, with the reasons: laid beside a person's judgement, never instead of it."""

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.figures import Window
from followup.words import GoalAchievement, Trend, Verdict
from followup.year.book import Book
from followup.year.choice import line_of
from followup.year.page import TargetRow
from followup.year.sections import ON_THE_WAY, status_word, target_rows
from measures.models import Measure
from stakeholders.formats import listing, out_of

OFF_THE_WAY = (Verdict.BEHIND, Verdict.WRONG_WAY)


@dataclass(frozen=True)
class Mark:
    """One indicator that speaks: its figure as this audience may see it, against its target (None: it has none), and its trend."""

    indicator: int
    name: str
    target: TargetRow | None
    trend: str


@dataclass(frozen=True)
class Suggestion:
    """`achievement` and `trend` are words of their own lists; each with the sentence that says why. `statuses`: of the started measures."""

    achievement: str
    achievement_why: str
    trend: str
    trend_why: str
    marks: tuple[Mark, ...]
    statuses: tuple[str, ...]
    approved: int
    expected: int


class Suggestions:
    """The suggestions of one book: figures are read once, however many goals are asked about."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def of_goal(self, goal: int) -> Suggestion:
        """Over every measure in the branch, and what is measured of the goal itself."""
        book = self.book
        branch = {pk for pk in book.goals if goal in line_of(book.goals, pk)}
        of_goal = {pk for pk, indicator in book.indicators.items() if indicator.goal_id in branch}
        return self._over([measure for measure in book.measures.values() if measure.goal_id in branch], of_goal)

    def of_measure(self, measure: int) -> Suggestion:
        return self._over([self.book.measures[measure]])

    def _over(self, measures: Iterable[Measure], indicators: Set[int] = frozenset()) -> Suggestion:
        book = self.book
        own = {measure.pk: measure for measure in measures}
        linked = [pk for pk in book.indicators if pk in indicators or own.keys() & set(book.measures_of.get(pk, ()))]
        marks = tuple(self._mark(pk) for pk in linked)
        answers = [row for row in book.answers.get(book.year, []) if row.measure in own and row.is_expected]
        begun = [measure for measure in own.values() if book.has_started(measure, book.year)]
        achievement, achievement_why = _achievement(marks, has_begun=bool(begun))
        trend, trend_why = _trend(marks)
        return Suggestion(
            achievement=achievement,
            achievement_why=achievement_why,
            trend=trend,
            trend_why=trend_why,
            marks=marks,
            statuses=tuple(status_word(book, book.year, measure.pk) for measure in begun),
            approved=sum(row.is_approved for row in answers),
            expected=len(answers),
        )

    def _mark(self, indicator: int) -> Mark:
        book, seen, year = self.book, self.book.seen, self.book.year
        trend = seen.change(indicator, Window.year(year)).trend if seen and not book.is_running else Trend.UNKNOWN
        name = book.indicators[indicator].name
        return Mark(indicator, name[:1].upper() + name[1:], self._targets.get(indicator), str(trend))

    @cached_property
    def _targets(self) -> dict[int, TargetRow]:
        return {row.indicator: row for row in target_rows(self.book, self.book.year)}


def _achievement(marks: Iterable[Mark], *, has_begun: bool) -> tuple[str, str]:
    """Met when every target that can be judged is on its way, not met when none is; an uncertain one stands in the way of both."""
    if not has_begun:
        return GoalAchievement.CANNOT_ASSESS, _("Ingen åtgärd har startat.")
    verdicts = Counter(mark.target.verdict for mark in marks if mark.target)
    well, badly = (sum(verdicts[verdict] for verdict in group) for group in (ON_THE_WAY, OFF_THE_WAY))
    uncertain = verdicts[Verdict.UNCERTAIN]
    if not well + badly:
        return GoalAchievement.CANNOT_ASSESS, _cannot_assess(verdicts)
    words = _("%(part)s mått som går att bedöma är på väg eller före.") % {"part": out_of(well, well + badly + uncertain)}
    if uncertain:
        unsure = _("%(n)s är osäkra.") % {"n": uncertain}
        words = f"{words} {unsure}"
    if well and not badly and not uncertain:
        return GoalAchievement.MET, words
    return (GoalAchievement.PARTLY if well or uncertain else GoalAchievement.NOT_MET), words


def _cannot_assess(verdicts: Counter[str]) -> str:
    if not verdicts:
        return _("Inget mått har ett målvärde.")
    told = [f"{count} {str(Verdict(verdict).label).lower()}" for verdict, count in verdicts.most_common()]
    return _("Inget mått går att bedöma: %(why)s.") % {"why": listing(told)}


def _trend(marks: Iterable[Mark]) -> tuple[str, str]:
    """One way only: better or worse. Both ways is for a person to weigh."""
    trends = Counter(mark.trend for mark in marks if mark.trend != Trend.UNKNOWN)
    if not trends:
        return Trend.UNKNOWN, _("Inget mått går att jämföra med förra året.")
    told = listing(
        [
            words % {"n": trends[trend]}
            for trend, words in (
                (Trend.BETTER, _("%(n)s bättre")),
                (Trend.UNCHANGED, ngettext("%(n)s oförändrat", "%(n)s oförändrade", trends[Trend.UNCHANGED])),
                (Trend.WORSE, _("%(n)s sämre")),
            )
            if trends[trend]
        ]
    )
    words = _("Jämfört med förra året, för dem som svarat båda åren: %(told)s.") % {"told": told}
    if trends[Trend.BETTER] and trends[Trend.WORSE]:
        apart = _("Måtten pekar åt olika håll.")
        return Trend.UNKNOWN, f"{words} {apart}"
    return next(trend for trend in (Trend.BETTER, Trend.WORSE, Trend.UNCHANGED) if trends[trend]), words
