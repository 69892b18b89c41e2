"""The status of measures today, as pages show it: the roll-up's word over all that is approved so far."""

from collections.abc import Iterable
from datetime import date

from followup.figures import Window
from followup.rollup import Statuses, load
from measures.models import Plan
from stakeholders import clock

UNREPORTED = "unreported"


def statuses_today(plan: Plan, measures: Iterable[int]) -> dict[int, str]:
    """{measure id: its status as its symbol is named}; a measure without any is not there. The same few queries at any size."""
    window = Window.since_start(date(clock.today().year, 12, 31))  # a round that is not over may be approved already
    statuses = Statuses(load(plan, [window], indicators=[], breakdowns=False))
    found = ((measure, statuses.status(measure, window).status) for measure in measures)
    return {measure: str(status) for measure, status in found if status}
