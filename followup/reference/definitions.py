"""Rule 6: definitions follow on each other as the same, bridged or broken off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from followup.reference.facts import IndicatorVersion
from measures.rules import VersionLink


@dataclass(frozen=True)
class Definitions:
    """The known versions of one indicator, oldest first."""

    versions: tuple[IndicatorVersion, ...]

    @classmethod
    def of(cls, versions: Iterable[IndicatorVersion], indicator: int) -> "Definitions":
        own = [version for version in versions if version.indicator == indicator]
        return cls(tuple(sorted(own, key=lambda version: (version.start, version.id))))

    def on(self, day: date) -> IndicatorVersion | None:
        """The definition in force on a day: the newest that has started, else the first there is."""
        started = [version for version in self.versions if version.start <= day]
        return started[-1] if started else (self.versions[0] if self.versions else None)

    def between(self, older: IndicatorVersion, newer: IndicatorVersion) -> tuple[IndicatorVersion, ...]:
        """The versions one must pass to get from the older to the newer, the newer included."""
        return self.versions[self.versions.index(older) + 1 : self.versions.index(newer) + 1]

    def series(self, version: IndicatorVersion) -> int:
        """Which series a version belongs to: 0, and one more for each break up to it."""
        return sum(passed.link == VersionLink.BREAK for passed in self.between(self.versions[0], version))

    def newest_in_series(self, version: IndicatorVersion, day: date) -> IndicatorVersion:
        """The last definition by `day` that can be joined with this one."""
        return [v for v in self.versions if self.series(v) == self.series(version) and (v.start <= day or v == version)][-1]

    def factor(self, older: IndicatorVersion, newer: IndicatorVersion) -> Fraction:
        """What a number under the older definition is multiplied with to stand beside the newer."""
        product = Fraction(1)
        for passed in self.between(older, newer):
            if passed.link == VersionLink.BRIDGED and passed.factor is not None:
                product *= passed.factor
        return product

    def is_bridged(self, older: IndicatorVersion, newer: IndicatorVersion) -> bool:
        return any(passed.link == VersionLink.BRIDGED for passed in self.between(older, newer))
