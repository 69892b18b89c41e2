"""Rule 7: what a later approval did to a published figure."""

from dataclasses import dataclass
from datetime import datetime

from followup.figures import Figure, Window
from followup.reference.facts import Facts, Report, Scope, everyone
from followup.reference.figure import figure


@dataclass(frozen=True)
class Revision:
    """The figure as published and as it is now, and the reports approved or withdrawn in between that it rests or rested on."""

    old: Figure
    new: Figure
    because_of: tuple[int, ...]


def revision(
    facts: Facts, indicator: int, window: Window, published_at: datetime, as_of: datetime, scope: Scope = everyone
) -> Revision | None:
    """None while the figure is as it was published."""
    old, new = (figure(facts, indicator, window, moment, scope) for moment in (published_at, as_of))
    if (old.low, old.high) == (new.low, new.high):
        return None
    known = facts.at(as_of)
    obligations = {report.obligation for report in known.reports if report.id in (*old.reports, *new.reports)}
    later = [report.id for report in known.reports if report.obligation in obligations and _decided_after(report, published_at)]
    return Revision(old, new, tuple(sorted(later)))


def _decided_after(report: Report, published_at: datetime) -> bool:
    return any(moment is not None and moment > published_at for moment in (report.approved_at, report.withdrawn_at))
