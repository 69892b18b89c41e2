"""The sheet Indikatorer: what is measured for each measure, from where and how far."""

from dataclasses import dataclass

from measures.imports.cells import line_of, says_nothing
from measures.imports.headings import heading_key
from measures.imports.names import name_key
from measures.imports.numbers import Number
from measures.imports.plan_sheet import read_number_of_measure
from measures.imports.reading import Places, SheetReader
from measures.imports.registers import first_text, is_footnote
from measures.imports.tree import IndicatorRow
from measures.rules import SCALE, Direction, EffectLevel, IndicatorKind, RatioOverTime, TargetBasis

KINDS = {
    heading_key(words): kind
    for kind, all_words in {
        IndicatorKind.COUNT: "antal|antal st|summa",
        IndicatorKind.PEOPLE: "personer|antal personer|människor|individer",
        IndicatorKind.RATIO: "kvot|andel|procent",
        IndicatorKind.STOCK: "ställning|lägesvärde|bestånd",
        IndicatorKind.MILESTONE: "milstolpe|ja/nej",
        IndicatorKind.MONEY: "pengar|kronor|belopp",
        IndicatorKind.LEVEL: "nivå|skala",
        IndicatorKind.NARRATIVE: "berättelse|text",
    }.items()
    for words in all_words.split("|")
}
LEVELS = {
    heading_key(words): level
    for level, all_words in {
        EffectLevel.RESOURCE: "resurs|resurser",
        EffectLevel.ACTIVITY: "aktivitet|aktiviteter",
        EffectLevel.OUTPUT: "prestation|prestationer",
        EffectLevel.OUTCOME: "utfall|resultat",
        EffectLevel.IMPACT: "effekt|effekt på sikt|långsiktig effekt",
    }.items()
    for words in all_words.split("|")
}
DIRECTIONS = {
    "okar": Direction.INCREASE,
    "oka": Direction.INCREASE,
    "okning": Direction.INCREASE,
    "upp": Direction.INCREASE,
    "minskar": Direction.DECREASE,
    "minska": Direction.DECREASE,
    "minskning": Direction.DECREASE,
    "ned": Direction.DECREASE,
    "ner": Direction.DECREASE,
}
BASES = {
    "per ar": TargetBasis.PER_YEAR,
    "arligen": TargetBasis.PER_YEAR,
    "varje ar": TargetBasis.PER_YEAR,
    "sedan start": TargetBasis.SINCE_START,
    "sammanlagt": TargetBasis.SINCE_START,
    "totalt": TargetBasis.SINCE_START,
    "ackumulerat": TargetBasis.SINCE_START,
}
OVER_TIME = {
    "flode": RatioOverTime.FLOW,
    "hela aret": RatioOverTime.FLOW,
    "summeras": RatioOverTime.FLOW,
    "stallning": RatioOverTime.STOCK,
    "senaste laget": RatioOverTime.STOCK,
    "senaste": RatioOverTime.STOCK,
}
REPORTED_BY_ACTORS = {"", "aktoren", "aktorerna", "aktor", "aktorens rapport", "rapporteras", "egen rapportering"}
PEOPLE_UNITS = {"personer", "person", "deltagare", "elever", "barn", "ungdomar", "hushall", "familjer", "boende", "individer"}
"""Units that count human beings: their small numbers are protected (rule 8 of docs/figures.md)."""


@dataclass(slots=True)
class IndicatorSheet:
    """Reads indicators. `measures`: numbers that can be pointed at; `blocked`: number → the row that is not read in."""

    reader: SheetReader
    measures: frozenset[str]
    blocked: dict[str, int]
    places: Places

    def read(self) -> list[IndicatorRow]:
        return [indicator for _ in self.reader.rows() if (indicator := self._row())]

    def _row(self) -> IndicatorRow | None:
        reader = self.reader
        measure = read_number_of_measure(reader.line("measure", 40))
        name = reader.line("name", 300)
        if is_footnote(measure) or is_footnote(name) or (not measure and not name):
            if text := first_text(reader):
                reader.say("row_skipped", value=text)
            return None
        self._check_identity(measure, name)
        indicator = IndicatorRow(reader.row.number, measure, name, self._level())
        indicator.kind = self._kind()
        indicator.unit = self._unit()
        indicator.counts_people = indicator.kind == IndicatorKind.PEOPLE or heading_key(indicator.unit) in PEOPLE_UNITS
        indicator.source = reader.line("source", 200)
        indicator.is_reported = heading_key(indicator.source) in REPORTED_BY_ACTORS
        if not indicator.is_reported:
            reader.say("reported_elsewhere", "source", indicator.source)
        self._ratio(indicator)
        self._values(indicator)
        self._direction(indicator)
        return None if reader.is_blocked else indicator

    def _check_identity(self, measure: str, name: str) -> None:
        reader = self.reader
        if not name:
            reader.say("indicator_without_name", "name")
        if measure in self.blocked:
            reader.say("measure_left_out", "measure", measure, measure_row=self.blocked[measure])
        elif measure not in self.measures:
            reader.say("measure_unknown", "measure", measure)
        if name and (first := reader.stands_already((measure, name_key(name)), self.places)):
            reader.say("indicator_twice", "name", name, first=first)

    def _level(self) -> str:
        text = self.reader.line("level")
        level = LEVELS.get(heading_key(text))
        if not level:
            self.reader.say("level_unknown" if text else "level_missing", "level", text)
        return level or ""

    def _kind(self) -> str:
        text = self.reader.line("kind")
        kind = KINDS.get(heading_key(text))
        if not kind:
            self.reader.say("kind_unknown" if text else "kind_missing", "kind", text)
        return kind or ""

    def _unit(self) -> str:
        cell = line_of(self.reader.cell("unit"))
        unit = "%" if cell.casefold() in ("%", "procent") else self.reader.line("unit", 50)
        if not unit:
            self.reader.say("unit_missing", "unit")
        return unit

    def _ratio(self, indicator: IndicatorRow) -> None:
        reader = self.reader
        indicator.numerator_label = reader.line("numerator", 200)
        indicator.denominator_label = reader.line("denominator", 200)
        indicator.ratio_over_time = OVER_TIME.get(heading_key(reader.line("over_time")), "")
        is_defined = indicator.numerator_label and indicator.denominator_label and indicator.ratio_over_time
        if indicator.kind == IndicatorKind.RATIO and indicator.is_reported and not is_defined:
            reader.say("ratio_undefined", "kind", reader.line("kind"))

    # --- values --------------------------------------------------------------------------------------------------------

    def _values(self, indicator: IndicatorRow) -> None:
        reader = self.reader
        read: list[Number] = []
        if (column := reader.layout.columns.get("baseline")) is not None:
            read.append(baseline := reader.number_at(column, indicator.unit))
            indicator.baseline = baseline.value
            indicator.baseline_year = reader.year("baseline_year")
            self._check_baseline(indicator, baseline)
        targets = []
        for year, column in sorted(reader.layout.targets.items()):
            read.append(target := reader.number_at(column, indicator.unit))
            if target.value is not None:
                targets.append((year, target.value))
        indicator.targets = tuple(targets)
        indicator.decimals = max((number.decimals for number in read), default=0)
        self._check_targets(indicator, has_wrong=any(number.wrong for number in read))

    def _check_baseline(self, indicator: IndicatorRow, baseline: Number) -> None:
        if baseline.value is None and not baseline.wrong:
            self.reader.say("baseline_missing", "baseline")
        elif baseline.value is not None and indicator.baseline_year is None:
            if says_nothing(line_of(self.reader.cell("baseline_year"))):
                self.reader.say("baseline_without_year", "baseline_year")
            indicator.baseline = None

    def _check_targets(self, indicator: IndicatorRow, *, has_wrong: bool) -> None:
        reader = self.reader
        if not indicator.targets:
            if not has_wrong:
                reader.say("target_missing")
            return
        text = reader.line("basis")
        indicator.basis = BASES.get(heading_key(text), "")
        if not indicator.basis:
            reader.say("basis_missing", "basis", text)
            indicator.targets = ()

    def _direction(self, indicator: IndicatorRow) -> None:
        """As the file says; else as the targets show; a contradiction is a gap, not ours to settle."""
        reader = self.reader
        text = reader.line("direction")
        said = DIRECTIONS.get(heading_key(text), "")
        shown = ""
        if indicator.baseline is not None and indicator.targets and indicator.targets[-1][1] != indicator.baseline:
            rises = indicator.targets[-1][1] > indicator.baseline
            shown = Direction.INCREASE if rises else Direction.DECREASE
        if said and shown and said != shown:
            baseline, target = _shown(indicator.baseline), _shown(indicator.targets[-1][1])
            reader.say("direction_against_targets", "direction", text, baseline=baseline, target=target)
        elif not said and shown:
            reader.say("direction_from_targets", "direction", direction="ökar" if shown == Direction.INCREASE else "minskar")
        elif not said:
            reader.say("direction_unclear", "direction", text)
        indicator.direction = said or shown or Direction.INCREASE


def _shown(value: int | None) -> str:
    """A stored value as a Swede writes it."""
    if value is None:
        return ""
    whole, rest = divmod(abs(value), SCALE)
    text = f"{whole:,}".replace(",", " ") + (f",{rest:04d}".rstrip("0") if rest else "")
    return f"−{text}" if value < 0 else text
