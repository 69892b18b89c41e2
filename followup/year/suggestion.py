"""What the figures suggest about a goal or a measure in a year, with the reasons: laid beside a person's judgement, never instead of it."""

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.figures import Window
from followup.words import GoalAchievement, Trend, Verdict
from followup.year.book import AnswerRow, Book
from followup.year.choice import line_of
from followup.year.page import TargetRow
from followup.year.sections import ON_THE_WAY, capital, held, status_word, target_row
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
    """`achievement` and `trend` are words of their own lists; each with the sentence that says why. `statuses`: of the started measures.

    `trends`: of each indicator that speaks.
    """

    book: Book
    achievement: str
    achievement_why: str
    trend: str
    trend_why: str
    trends: dict[int, str]
    statuses: tuple[str, ...]
    approved: int
    expected: int

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """The indicators that speak, in words: for the page that shows them, the others need only what they say together."""
        book = self.book
        targets = {each.indicator: target_row(book, book.year, each) for each in held(book, book.year) if each.indicator in self.trends}
        return tuple(Mark(pk, capital(book.indicators[pk].name), targets.get(pk), trend) for pk, trend in self.trends.items())


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
        linked = [pk for pk in book.indicators if pk in indicators or not own.keys().isdisjoint(book.measures_of.get(pk, ()))]
        trends = {pk: self._trend_of(pk) for pk in linked}
        answers = [answer for measure in own for answer in self._expected.get(measure, ())]
        begun = book.started(book.year, own.values())
        verdicts = Counter(self._verdicts[pk] for pk in linked if pk in self._verdicts)
        achievement, achievement_why = _achievement(verdicts, has_begun=bool(begun))
        trend, trend_why = _trend(trends.values(), is_running=book.is_running)
        return Suggestion(
            book=book,
            achievement=achievement,
            achievement_why=achievement_why,
            trend=trend,
            trend_why=trend_why,
            trends=trends,
            statuses=tuple(status_word(book, book.year, measure.pk) for measure in begun),
            approved=sum(answer.is_approved for answer in answers),
            expected=len(answers),
        )

    def _trend_of(self, indicator: int) -> str:
        book, seen = self.book, self.book.seen
        return str(seen.change(indicator, Window.year(book.year)).trend if seen and not book.is_running else Trend.UNKNOWN)

    @cached_property
    def _expected(self) -> dict[int, list[AnswerRow]]:
        """The answers that were due, by measure."""
        found: dict[int, list[AnswerRow]] = {}
        for answer in self.book.answers.get(self.book.year, []):
            if answer.is_expected:
                found.setdefault(answer.measure, []).append(answer)
        return found

    @cached_property
    def _verdicts(self) -> dict[int, str]:
        return {each.indicator: each.verdict for each in held(self.book, self.book.year)}


def _achievement(verdicts: Counter[str], *, has_begun: bool) -> tuple[str, str]:
    """Met when every target that can be judged is on its way, not met when none is; an uncertain one stands in the way of both. Nothing is
    suggested as long as some of them wait for the year's end."""
    if not has_begun:
        return GoalAchievement.CANNOT_ASSESS, _("Ingen åtgärd har startat.")
    well, badly = (sum(verdicts[verdict] for verdict in group) for group in (ON_THE_WAY, OFF_THE_WAY))
    uncertain = verdicts[Verdict.UNCERTAIN]
    if not well + badly:
        return GoalAchievement.CANNOT_ASSESS, _cannot_assess(verdicts)
    words = _("%(part)s mått som går att bedöma är på väg eller före.") % {"part": out_of(well, well + badly + uncertain)}
    if uncertain:
        unsure = ngettext("%(n)s är osäkert.", "%(n)s är osäkra.", uncertain) % {"n": uncertain}
        words = f"{words} {unsure}"
    if waiting := verdicts[Verdict.RUNNING]:
        later = ngettext("%(n)s bedöms när året är slut.", "%(n)s bedöms när året är slut.", waiting) % {"n": waiting}
        return GoalAchievement.CANNOT_ASSESS, f"{words} {later}"
    if well and not badly and not uncertain:
        return GoalAchievement.MET, words
    return (GoalAchievement.PARTLY if well or uncertain else GoalAchievement.NOT_MET), words


def _cannot_assess(verdicts: Counter[str]) -> str:
    if not verdicts:
        return _("Inget mått har ett målvärde.")
    told = [f"{count} {str(Verdict(verdict).label).lower()}" for verdict, count in verdicts.most_common()]
    return _("Inget mått går att bedöma: %(why)s.") % {"why": listing(told)}


def _trend(found: Iterable[str], *, is_running: bool) -> tuple[str, str]:
    """One way only: better or worse. Both ways is for a person to weigh."""
    trends = Counter(trend for trend in found if trend != Trend.UNKNOWN)
    if not trends and is_running:
        return Trend.UNKNOWN, _("Året jämförs med förra året när det är slut.")
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
