"""Where one figure comes from: partners, reports, decisions, other years. What a reader may not see is left out here, not in the page."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import dropwhile

from django.utils.translation import gettext as _

from followup.explain import level_name
from followup.figures import AgainstTarget, Change, Figure, Window
from followup.models import OverlapDecision, ReportLine
from followup.rollup import Shown as SeenBy
from followup.rollup import load_shown
from followup.rollup.publications import Revision, revision
from followup.rollup.rows import VersionRow
from followup.rollup.shown import ScopeName
from followup.rollup.targets import of_statistics
from followup.words import Audience, LineState, Verdict
from followup.year.choice import NO_FUNDING, WHOLE, Choice
from followup.year.sections import FLOWS, JUDGED
from measures.models import Indicator, IndicatorVersion, Plan
from measures.rules import IndicatorKind
from stakeholders import clock
from stakeholders.formats import number, span
from stakeholders.models import Area

YEARS_SHOWN = 10


@dataclass(frozen=True)
class Behind:
    """One approved report behind the figure, and what it said."""

    report: int
    actor: str
    measure: str
    period: str
    said: str
    is_late: bool


@dataclass
class Origin:
    """A figure with everything it rests on, as one audience may see it. `threshold`: below it numbers of people are hidden."""

    figure: Figure
    version: VersionRow | None
    threshold: int
    behind: tuple[Behind, ...]
    original: AgainstTarget | None
    current: AgainstTarget | None
    change: Change
    revision: Revision | None
    scale: tuple[str, ...]
    decisions: list[OverlapDecision]
    definitions: list[IndicatorVersion]
    years: list[Figure]
    periods: list[Figure]
    place: str = ""
    """Of which place it is, where it comes from statistics."""

    @property
    def shows_parts(self) -> bool:
        """Whether what each assignment adds says more than the list of its reports."""
        return self.figure.kind == IndicatorKind.RATIO or any(len(part.reports) > 1 for part in self.figure.parts)


def origin_of(
    indicator: Indicator, window: Window, *, audience: Audience, as_of: datetime | None = None, choice: Choice = WHOLE
) -> Origin | None:
    """The figure of `indicator` over `window`, or its chosen part, down to the reports; None when there is no such part. `as_of`: a day gone by.

    Of statistics the whole is shown: no part of the plan has any of its own.
    """
    plan = indicator.plan
    last = min(window.end.year, plan.last_year)
    years = [Window.year(year) for year in range(max(plan.first_year, last - YEARS_SHOWN + 1), last + 1)]
    seen = load_shown(
        plan, [window, *years], audience, as_of=as_of, indicators=[indicator.pk], trends=True, published=window, is_gone_by=bool(as_of)
    )
    as_of = seen.rollup.as_of
    scope = _scope(seen, choice) if indicator.is_reported else None
    asked = seen.rollup.answers.get(indicator.pk, {}).keys()
    if scope is not None and not scope and not _is_there(plan, choice):
        return None
    scope = None if scope is None or asked <= scope else scope  # a part that is the whole is held against its target
    figure = seen.figure(indicator.pk, window, scope)
    place = ""
    if not indicator.is_reported:
        figure = of_statistics(seen.rollup, figure)
        place = _place(seen, figure)
    line = seen.rollup.lines.get(indicator.pk)
    version = line.on(window.end) if line else None
    original, current = against(seen, indicator.pk, window, version) if scope is None else (None, None)
    definitions = list(indicator.versions.filter(recorded_at__lte=as_of).select_related("by_user"))
    name = _published_as(choice)
    return Origin(
        figure=figure,
        version=version,
        threshold=plan.workspace.small_number_threshold,
        behind=_behind(figure, indicator, seen),
        original=original,
        current=current,
        change=seen.change(indicator.pk, window, scope),
        revision=revision(seen, seen.publication, indicator.pk, name) if seen.publication and (name or not choice) else None,
        scale=version.scale if version else (),
        decisions=_decisions(seen, indicator.pk, window),
        definitions=definitions,
        years=list(dropwhile(_is_empty, (seen.figure(indicator.pk, each, scope) for each in years))),
        periods=[seen.figure(indicator.pk, each, scope) for each in _periods(seen, indicator.pk, window)],
        place=place,
    )


def _is_there(plan: Plan, choice: Choice) -> bool:
    """Whether what is chosen is a part of the plan, though nobody has anything to do in it."""
    return not choice.actor and (
        (not choice.measure or plan.measures.filter(pk=choice.measure).exists())
        and (not choice.goal or plan.goals.filter(pk=choice.goal).exists())
        and (not choice.area or Area.objects.filter(workspace=plan.workspace_id, pk=choice.area).exists())
    )


def _place(seen: SeenBy, figure: Figure) -> str:
    """Of which place the statistics are that it comes from; "" where it does not."""
    if figure.low is None or figure.reports:
        return ""
    area = seen.rollup.elsewhere[figure.indicator].area
    return str(Area.objects.get(pk=area)) if area else _("hela kommunen")


def _scope(seen: SeenBy, choice: Choice) -> frozenset[int] | None:
    """The assignments of what is chosen: under the goal, in the area, of the measure and the actor."""
    names: list[ScopeName] = [(kind, chosen) for kind in ("goal", "area", "measure", "actor") if (chosen := getattr(choice, kind))]
    scopes = [seen.scopes.get(name, frozenset()) for name in names]
    if choice.funding:
        paid = seen.rollup.plan.measures.filter(funding="" if choice.funding == NO_FUNDING else choice.funding)
        scopes.append(seen.rollup.assignments(measures=set(paid.values_list("id", flat=True))))
    return frozenset.intersection(*scopes) if scopes else None


def against(seen: SeenBy, indicator: int, window: Window, version: VersionRow | None) -> list[AgainstTarget | None]:
    """Original and current targets; no verdict on a year that still runs, where what flows grows until its end."""
    has_rounds_left = any(not period.is_due for period in seen.rollup.rows.periods.values() if period.year == window.end.year)
    is_running = has_rounds_left or clock.day_of(seen.rollup.as_of) <= window.end
    both = seen.against_targets(indicator, window)
    if not (is_running and version and version.kind in FLOWS):
        return list(both)
    return [each and (replace(each, verdict=Verdict.RUNNING) if each.verdict in JUDGED else each) for each in both]


def _published_as(choice: Choice) -> ScopeName | None:
    """What the chosen part is called in a publication, which has one name for each goal, area and measure."""
    names: list[ScopeName] = [(kind, chosen) for kind in ("goal", "area", "measure") if (chosen := getattr(choice, kind))]
    return names[0] if len(names) == 1 and not choice.actor else None


def _behind(figure: Figure, indicator: Indicator, seen: SeenBy) -> tuple[Behind, ...]:
    lines = (
        ReportLine.objects.filter(report__in=figure.reports, indicator_version__indicator=indicator)
        .select_related(
            "report__obligation__assignment__actor",
            "report__obligation__assignment__measure",
            "report__obligation__period",
            "indicator_version",
        )
        .order_by("report__obligation__assignment__actor__name_sort", "report__obligation__period__ends_on", "pk")
    )
    return tuple(
        Behind(
            report=line.report_id,
            actor=str(line.report.obligation.assignment.actor),
            measure=str(line.report.obligation.assignment.measure),
            period=_months(line.report.obligation.period.starts_on, line.report.obligation.period.ends_on),
            said=_("dold") if _is_hidden(seen, line) else said(line),
            is_late=not line.report.was_on_time,
        )
        for line in lines
    )


def _is_hidden(seen: SeenBy, line: ReportLine) -> bool:
    """Whether what a single answer says is kept from this audience (rule 8)."""
    found = seen.answer(line.indicator_version.indicator_id, line.report.obligation_id)
    return found is not None and found.protection is not None


def said(line: ReportLine) -> str:
    """What a line says, in words."""
    if line.state in (LineState.NOT_APPLICABLE, LineState.NOT_AVAILABLE):
        return str(LineState(line.state).label)
    version = line.indicator_version
    if line.numerator is not None:
        return _("%(part)s av %(total)s") % {
            "part": number(line.numerator, version.decimals),
            "total": number(line.denominator, version.decimals),
        }
    if line.state == LineState.ZERO:
        return "0"
    if version.kind == IndicatorKind.LEVEL:
        return level_name(line.value or 0, version.scale)
    if version.kind == IndicatorKind.MILESTONE:
        return _("nådd") if line.value else _("inte nådd")
    return line.text if version.kind == IndicatorKind.NARRATIVE else number(line.value, version.decimals)


def _decisions(seen: SeenBy, indicator: int, window: Window) -> list[OverlapDecision]:
    """What is decided about the same people in exactly this window, with its basis and by whom."""
    rows = seen.rollup.rows.decisions.get(indicator, ())
    standing = [each.id for each in rows if (each.start, each.end) == (window.start, window.end) and not each.is_revoked]
    chosen = OverlapDecision.objects.filter(pk__in=standing).select_related("by_user", "lead__actor")
    return list(chosen.prefetch_related("assignments__actor"))


def _periods(seen: SeenBy, indicator: int, window: Window) -> list[Window]:
    """The rounds of the window's last year in which the indicator is asked for."""
    periods = seen.rollup.rows.periods
    asked = {answer.period for own in seen.rollup.answers.get(indicator, {}).values() for answer in own}
    return sorted({Window(each.start, each.end) for each in periods.values() if each.id in asked and each.end.year == window.end.year})


def _is_empty(figure: Figure) -> bool:
    """Nothing was asked and nothing is known."""
    return not (figure.expected or figure.requested or figure.reports)


def _months(first: date, last: date) -> str:
    return span(first, last, short=True)
