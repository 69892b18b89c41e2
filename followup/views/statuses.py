"""How it goes with the measures today, as pages show it: the roll-up's word over all that is approved so far."""

from collections.abc import Collection, Iterable
from datetime import date

from followup.figures import PercentDone, Window
from followup.rollup import Statuses, load
from measures.models import Plan
from stakeholders import clock

UNREPORTED = "unreported"


class Today:
    """The statuses of a plan's measures today. The same few queries at any size."""

    def __init__(self, plan: Plan) -> None:
        self._window = Window.since_start(date(clock.today().year, 12, 31))  # a round that is not over may be approved already
        self._statuses = Statuses(load(plan, [self._window], indicators=[], breakdowns=False))

    def statuses(self, measures: Iterable[int]) -> dict[int, str]:
        """{measure id: its status as its symbol is named}; a measure without any is not there."""
        found = ((measure, self._statuses.status(measure, self._window).status) for measure in measures)
        return {measure: str(status) for measure, status in found if status}

    def done(self, measures: Collection[int]) -> PercentDone:
        """How much of them is done, as those responsible last said."""
        return self._statuses.percent_done(measures, self._window)


def statuses_today(plan: Plan, measures: Iterable[int]) -> dict[int, str]:
    """{measure id: its status as its symbol is named}; a measure without any is not there."""
    return Today(plan).statuses(measures)
