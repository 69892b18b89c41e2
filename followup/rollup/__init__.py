"""The roll-up: what the approved answers come to, computed each time from what is recorded (docs/figures.md).

`load` reads a plan's answers in a fixed number of queries; the `Rollup` it gives answers every question about them. Nothing is stored or cached.
"""

from collections.abc import Collection
from datetime import datetime

from followup.figures import Figure, Window
from followup.rollup.loading import load_shown
from followup.rollup.plan import Rollup, names
from followup.rollup.shown import Shown, Tree
from followup.rollup.statuses import Statuses
from followup.rollup.targets import against_targets
from followup.rollup.trends import change
from measures.models import Indicator, Plan

__all__ = [
    "Rollup",
    "Shown",
    "Statuses",
    "Tree",
    "against_targets",
    "change",
    "indicator_figure",
    "load",
    "load_shown",
    "names",
    "plan_figures",
]


def load(
    plan: Plan,
    windows: Collection[Window],
    *,
    as_of: datetime | None = None,
    indicators: Collection[int] | None = None,
    breakdowns: bool = True,
    trends: bool = False,
) -> Rollup:
    """Read what is needed for these windows (and any window inside them), as of a moment: now when none is given.

    `indicators`: ids, when only some are asked about. `breakdowns=False` leaves the cells of breakdowns out. `trends`: the year before too.
    """
    before = [window.year_before() for window in windows if not window.spans_years] if trends else []
    return Rollup(plan, [*windows, *before], as_of, indicators, breakdowns=breakdowns)


def plan_figures(
    plan: Plan, windows: Collection[Window], *, as_of: datetime | None = None, breakdowns: bool = False, parts: bool = False
) -> dict[tuple[int, Window], Figure]:
    """Every figure of a plan: by (indicator id, window). With breakdowns, and with what each assignment adds, only if asked for."""
    rollup = Rollup(plan, windows, as_of, None, breakdowns=breakdowns, only_these=True)
    return {(indicator, window): rollup.figure(indicator, window, parts=parts) for indicator in rollup.lines for window in windows}


def indicator_figure(indicator: Indicator, window: Window, *, as_of: datetime | None = None) -> Figure:
    """One figure, with its breakdowns."""
    return load(indicator.plan, [window], as_of=as_of, indicators=[indicator.pk]).figure(indicator.pk, window)
