"""What has been judged of a year, and what is still to judge: goal by goal, the figures' suggestion beside the person's word."""

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import Assessment
from followup.words import GoalAchievement, Trend
from followup.year.book import Book
from followup.year.page import AssessmentRow
from followup.year.suggestion import Suggestions
from measures.models import Goal, Measure
from measures.models.plan import GoalKind
from stakeholders import clock
from stakeholders.formats import full_day, listing, out_of, whole


def assessment_rows(book: Book, *, with_measures: bool = False) -> tuple[AssessmentRow, ...]:
    """Every goal in the order of the plan, and under it its judged measures (all that have started: `with_measures`)."""
    suggestions, rows = Suggestions(book), []
    by_goal: dict[int, list[Measure]] = {}
    for measure in sorted(book.measures.values(), key=lambda each: each.number_sort):
        by_goal.setdefault(measure.goal_id, []).append(measure)
    for goal in _in_order(book):
        if goal.pk in book.whole_goals and is_judged(goal, book):
            rows.append(_row(goal, book, suggestions))
        rows += [
            _row(measure, book, suggestions)
            for measure in by_goal.get(goal.pk, [])
            if ("measure", measure.pk) in book.assessments or (with_measures and book.has_started(measure, book.year))
        ]
    return tuple(rows)


def is_judged(goal: Goal, book: Book) -> bool:
    """A focus area is a heading over its goals; only one without any is judged itself."""
    return goal.kind != GoalKind.FOCUS_AREA or all(each.parent_id != goal.pk for each in book.goals.values())


def assessments_sentence(rows: tuple[AssessmentRow, ...]) -> str:
    """ "3 av 7 mål är bedömda: 1 uppfyllt och 2 delvis uppfyllda."; "" where there is no goal to judge."""
    goals = [row for row in rows if row.goal]
    if not goals:
        return ""
    judged = Counter(row.achievement for row in goals if row.achievement)
    words = _("%(part)s mål är bedömda") % {"part": out_of(sum(judged.values()), len(goals))}
    told = listing(_told(value, judged[value]) for value in GoalAchievement.values if judged[value])
    return f"{words}: {told}." if told else f"{words}."


def _told(value: str, n: int) -> str:
    words = {
        GoalAchievement.MET: ngettext("%(n)s uppfyllt", "%(n)s uppfyllda", n),
        GoalAchievement.PARTLY: ngettext("%(n)s delvis uppfyllt", "%(n)s delvis uppfyllda", n),
        GoalAchievement.NOT_MET: ngettext("%(n)s inte uppfyllt", "%(n)s inte uppfyllda", n),
        GoalAchievement.CANNOT_ASSESS: ngettext("%(n)s kan inte bedömas än", "%(n)s kan inte bedömas än", n),
    }
    return words[GoalAchievement(value)] % {"n": whole(n)}


def signature(assessment: Assessment) -> str:
    """Who, and which day."""
    return f"{assessment.by_user}, {full_day(clock.day_of(assessment.recorded_at))}"


def _in_order(book: Book) -> Iterator[Goal]:
    """The tree from its top, each branch to its end."""
    below: dict[int | None, list[Goal]] = {}
    for goal in book.goals.values():
        below.setdefault(goal.parent_id, []).append(goal)

    waiting = below.get(None, [])[::-1]
    while waiting:
        goal = waiting.pop()
        yield goal
        waiting += below.get(goal.pk, [])[::-1]


def _row(subject: Goal | Measure, book: Book, suggestions: Suggestions) -> AssessmentRow:
    is_goal = isinstance(subject, Goal)
    suggested = suggestions.of_goal(subject.pk) if is_goal else suggestions.of_measure(subject.pk)
    judged = book.assessments.get(("goal" if is_goal else "measure", subject.pk))
    return AssessmentRow(
        goal=subject.pk if is_goal else 0,
        measure=0 if is_goal else subject.pk,
        number=subject.number,
        title=subject.title,
        suggested=str(suggested.achievement),
        suggested_word=str(GoalAchievement(suggested.achievement).label),
        suggested_trend=str(suggested.trend),
        suggested_trend_word=str(Trend(suggested.trend).label),
        why=f"{suggested.achievement_why} {suggested.trend_why}",
        achievement=judged.achievement if judged else "",
        achievement_word=judged.get_achievement_display() if judged else "",
        trend=judged.trend if judged else "",
        trend_word=judged.get_trend_display() if judged else "",
        text=judged.text if judged else "",
        next_step=judged.get_next_step_display() if judged else "",
        signed=signature(judged) if judged else "",
        version=judged.version if judged else 0,
    )
