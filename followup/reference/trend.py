"""Rule 2: a trend compares only those who answered both years, with themselves."""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from followup.figures import Change, Number, Window
from followup.reference.answers import Answer, answers, inside, line_of
from followup.reference.definitions import Definitions
from followup.reference.facts import Facts, Scope, everyone
from followup.reference.kinds import Own, Question, by_assignment, put_together, used_answers
from followup.reference.targets import comparable_baseline
from followup.words import Trend
from measures.rules import SCALE, Direction, IndicatorKind, TargetBasis

WITHOUT_TREND = (None, IndicatorKind.MILESTONE, IndicatorKind.NARRATIVE)
Interval = tuple[Number, Number]


def trend(facts: Facts, indicator: int, window: Window, as_of: datetime, scope: Scope = everyone) -> Change:
    """The window against the same one a year before, on pairs (assignment, period number) approved in both."""
    known = facts.at(as_of)
    definitions = Definitions.of(known.versions, indicator)
    definition = definitions.on(window.end)
    if definition is None or definition.kind in WITHOUT_TREND or window.spans_years:
        return Change(Trend.UNKNOWN, 0, None, None)
    in_scope = frozenset(assignment.id for assignment in known.latest_assignments if scope(assignment))
    question = Question(definitions, definition, window, known.overlaps, in_scope)
    found = answers(known, indicator, as_of, scope)
    pairs = [pair for pair in _pairs(found, window, definitions) if definitions.series(pair[0].version) == definitions.series(definition)]
    if not pairs:
        return Change(Trend.UNKNOWN, 0, None, None)
    earlier_question = replace(question, window=window.year_before())
    earlier = _owns(found, [answer for answer, _ in pairs], earlier_question)
    later = _owns(found, [answer for _, answer in pairs], question)
    both = earlier.keys() & later.keys()  # a stock counts only while its assignment runs at the end of each window
    before = _interval([own for assignment, own in earlier.items() if assignment in both], earlier_question)
    now = _interval([own for assignment, own in later.items() if assignment in both], question)
    compared = sum(answer.assignment.id in both for answer, _ in pairs)
    return Change(_judge(known, question, before, now), compared, before, now)


def _pairs(found: list[Answer], window: Window, definitions: Definitions) -> list[tuple[Answer, Answer]]:
    earlier = {_key(answer): answer for answer in inside(found, window.year_before()) if answer.usable}
    pairs = []
    for later in inside(found, window):
        before = earlier.get((later.assignment.id, later.period.interval, later.period.number))
        if before and later.usable:
            later = _in_the_words_of(before, later)
            if definitions.series(before.version) == definitions.series(later.version):
                pairs.append((before, later))
    return pairs


def _key(answer: Answer) -> tuple:
    return answer.assignment.id, answer.period.interval, answer.period.number


def _in_the_words_of(before: Answer, later: Answer) -> Answer:
    """A year reported under both definitions is compared with the year before in the old one."""
    if before.version == later.version or before.version not in later.versions:
        return later
    in_old_words = replace(later, version=before.version, line=line_of(later.in_force, before.version))
    return in_old_words if in_old_words.usable else later


def _owns(found: list[Answer], chosen: list[Answer], question: Question) -> dict[int, Own]:
    """The chosen answers alone, by assignment; running totals still see what came before."""
    by_obligation = {answer.obligation.id: answer for answer in chosen}
    owns = {}
    for own in by_assignment([by_obligation.get(answer.obligation.id, answer) for answer in found]):
        own_chosen = [answer for answer in own if answer.obligation.id in by_obligation]
        used = used_answers(own_chosen, question.definition, question.window) if own_chosen else []
        if used:
            owns[own[0].assignment.id] = Own(own[0].assignment, own, used)
    return owns


def _interval(owns: list[Own], question: Question) -> Interval | None:
    total = put_together(owns, question)
    return None if total.low is None or total.high is None else (total.low, total.high)


def _judge(known: Facts, question: Question, before: Interval | None, now: Interval | None) -> Trend:
    """Both ends must agree; a change within the tolerance is none."""
    definition = question.definition
    if before is None or now is None or definition.direction is None:
        return Trend.UNKNOWN
    towards = 1 if definition.direction == Direction.INCREASE else -1
    tolerance = _tolerance(known, question, before)
    changes = [towards * (now[0] - before[1]), towards * (now[1] - before[0])]
    verdicts = {Trend.BETTER if change > tolerance else Trend.WORSE if change < -tolerance else Trend.UNCHANGED for change in changes}
    return verdicts.pop() if len(verdicts) == 1 else Trend.UNKNOWN


def _tolerance(known: Facts, question: Question, before: Interval) -> Fraction:
    """The indicator's share of the way from baseline to final target per year; without them, of last year's figure."""
    definition = question.definition
    share = Fraction(definition.tolerance, SCALE)
    per_year = {
        target.year: target for target in known.targets if target.indicator == definition.indicator and target.basis == TargetBasis.PER_YEAR
    }
    baselines = [each for each in known.baselines if each.indicator == definition.indicator]
    baseline = comparable_baseline(known, definition.indicator, question.window, baselines[-1]) if baselines else None
    is_flow = definition.kind in (IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.PEOPLE)
    if per_year and baseline is not None and (question.window.is_whole_year or not is_flow):
        return share * abs(Fraction(per_year[max(per_year)].value - baseline))
    return share * max(abs(Fraction(end)) for end in before)
