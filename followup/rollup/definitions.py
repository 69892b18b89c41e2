"""How the definitions of an indicator hang together (rule 6)."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from followup.figures import Number
from followup.rollup.rows import VersionRow
from measures.rules import SCALE, IndicatorKind, VersionLink


class Line:
    """The versions of one indicator, oldest first, each with its series and what it has been multiplied with since the first."""

    __slots__ = ("counts_people", "has_people", "places", "series", "versions")

    def __init__(self, versions: Iterable[VersionRow]) -> None:
        self.versions = sorted(versions, key=lambda version: (version.start, version.id))
        self.places = {version.id: index for index, version in enumerate(self.versions)}
        self.has_people = any(version.kind == IndicatorKind.PEOPLE for version in self.versions)
        self.counts_people = any(version.counts_people for version in self.versions)
        self.series: list[int] = []
        for index, version in enumerate(self.versions):
            before = self.series[-1] if index else 0
            self.series.append(before + (index > 0 and version.link == VersionLink.BREAK))

    def on(self, day: date) -> VersionRow | None:
        """The definition in force: the newest that has started, else the first."""
        found = self.versions[0] if self.versions else None
        if len(self.versions) < 2:
            return found
        for version in self.versions:
            if version.start <= day:
                found = version
        return found

    def series_of(self, version: int) -> int:
        return self.series[self.places[version]]

    def newest_of(self, series: int, day: date) -> VersionRow:
        """The last definition of a series by the day; its first when none had begun."""
        own = [version for version, number in zip(self.versions, self.series, strict=True) if number == series]
        return ([version for version in own if version.start <= day] or own[:1])[-1]

    def factors_to(self, newest: VersionRow) -> dict[int, Number]:
        """What a number under each version up to this one is multiplied with to be said in its words; without those that need nothing."""
        factors: dict[int, Number] = {}
        product: Number = 1
        for index in range(self.places[newest.id], 0, -1):
            version = self.versions[index]
            if version.link == VersionLink.BRIDGED and version.factor is not None:
                product = product * Fraction(version.factor, SCALE)
            if product != 1:
                factors[self.versions[index - 1].id] = product
        return factors

    def bridged_to(self, newest: VersionRow) -> set[int]:
        """The versions with a bridge between them and this one."""
        bridged: set[int] = set()
        for index in range(self.places[newest.id], 0, -1):
            if self.versions[index].link == VersionLink.BRIDGED or bridged:
                bridged.add(self.versions[index - 1].id)
        return bridged
