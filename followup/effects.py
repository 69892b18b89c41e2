"""What the figures become if one report is approved: said before the act, worked out by the same roll-up as the figures themselves."""

from dataclasses import dataclass

from followup.figures import Figure, Window
from followup.models import Report
from followup.rollup import Rollup, against_targets, load
from followup.words import Verdict
from measures.models import IndicatorVersion
from measures.rules import IndicatorKind
from stakeholders import formats

WITH_SUM = (IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.STOCK, IndicatorKind.PEOPLE, IndicatorKind.RATIO)


@dataclass(frozen=True)
class Effect:
    """One figure of the report's year, before and after. `was` and `becomes` are written out; a verdict is "" where there is no target."""

    name: str
    year: int
    was: str
    becomes: str
    verdict_was: str
    verdict_becomes: str

    @property
    def is_unchanged(self) -> bool:
        return self.was == self.becomes

    @property
    def moves(self) -> bool:
        """Whether it stands in another way to its target than before."""
        return self.verdict_becomes not in ("", Verdict.NO_DATA) and self.verdict_was != self.verdict_becomes


def effects_of(report: Report) -> list[Effect]:
    """The figures that the report has a part in, for the whole plan and the year of its period. In the queries of one roll-up."""
    versions = [line.indicator_version for line in report.lines.all() if line.indicator_version.kind in WITH_SUM]
    if not versions:
        return []
    window = Window.year(report.obligation.period.year)
    rollup = load(report.obligation.period.plan, [window], indicators=[version.indicator_id for version in versions], breakdowns=False)
    before = [_standing(rollup, version, window) for version in versions]
    rollup.suppose_approved(report.pk)
    after = [_standing(rollup, version, window) for version in versions]
    return [
        Effect(version.indicator.name, window.end.year, was, becomes, verdict_was, verdict_becomes)
        for version, (was, verdict_was), (becomes, verdict_becomes) in zip(versions, before, after, strict=True)
    ]


def _standing(rollup: Rollup, version: IndicatorVersion, window: Window) -> tuple[str, str]:
    """(the figure in words, how it stands to the current target)."""
    _original, current = against_targets(rollup, version.indicator_id, window)
    return _written(rollup.figure(version.indicator_id, window), version), str(current.verdict) if current else ""


def _written(figure: Figure, version: IndicatorVersion) -> str:
    words = formats.interval(figure.low, figure.high, version.decimals)
    return f"{words}{formats.NBSP}%" if figure.kind == IndicatorKind.RATIO and words else words
