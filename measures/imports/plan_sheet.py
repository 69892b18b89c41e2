"""The sheet Handlingsplan: titles above the table, then one measure a row."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from measures.imports.cells import line_of, says_nothing, text_of
from measures.imports.days import read_day
from measures.imports.headings import heading_key
from measures.imports.names import Mention, NameBook
from measures.imports.numbers import read_effect_time
from measures.imports.reading import Places, SheetReader
from measures.imports.registers import first_text, is_footnote, read_areas
from measures.imports.tree import LEFT_OUT, MeasureRow, PlanHead, UnknownName
from measures.rules import EvidenceGrade, Funding
from measures.spreadsheets import Row

FUNDINGS = {
    heading_key(words): funding
    for funding, all_words in {
        Funding.OWN_OPERATIONS: "egen drift|bolagets egen drift|bolaget|bolagets budget|driftbudget",
        Funding.VALUE_TRANSFER: "värdeöverföring 5 § 1|värdeöverföring 5 § p 1|värdeöverföring 5 § p. 1|värdeöverföring|värdeöverföring 5 §",
        Funding.MUNICIPAL_BUDGET: "kommunens budget|kommunal budget|kommunen",
        Funding.STATE_GRANT: "statsbidrag|statligt bidrag|statliga medel",
        Funding.EU: "EU|EU-medel|EU-bidrag|ESF",
        Funding.IN_KIND: "partner (natura)|partner|natura|partner i natura|in natura",
    }.items()
    for words in all_words.split("|")
}

_YEARS = re.compile(r"(?P<first>(?:19|20|21)\d{2})\s*[–—-]\s*(?P<last>(?:19|20|21)\d{2})")
_ADOPTED = re.compile(
    r"(?:antagen|antaget|beslutad|fastställd) av (?P<by>.+?) (?:den )?(?P<on>\d[\d./ -]*\d|\d{1,2} [a-zåäö]+ \d{4})"
    r"(?:,? ?(?P<paragraph>§ ?\d+[a-z]?))?(?=$|[ ,;.·|])",
    re.IGNORECASE,
)
_DNR = re.compile(r"(?:dnr|diarienummer|diarienr)\.?:? (?P<dnr>[^·|;,\n]{2,60})", re.IGNORECASE)
_GRADE = re.compile(r"(?:grad )?(?P<grade>[A-DX])(?:$|\s*[–—:.\-]\s*|\s+)(?P<finding>.*)", re.IGNORECASE | re.DOTALL)


def read_head(rows: Iterable[Row], header_row: int) -> tuple[PlanHead, list[tuple[int, str]]]:
    """What the rows above the headings say about the plan; and the rows that said nothing we know, as (row, text)."""
    head = PlanHead()
    others = []
    for row in rows:
        if row.number >= header_row:
            break
        text = " · ".join(line for cell in row.cells if (line := line_of(cell)))
        understood = _adoption(head, text)
        if not head.title:
            head.title = text[:300]
            if years := _YEARS.search(text):
                head.first_year, head.last_year = int(years["first"]), int(years["last"])
        elif not understood:
            others.append((row.number, text))
    return head, others


def _adoption(head: PlanHead, text: str) -> bool:
    adopted, dnr = _ADOPTED.search(text), _DNR.search(text)
    if adopted and (day := read_day(adopted["on"].strip(), is_end=False).day):
        head.adopted_by = adopted["by"].strip()[:200]
        head.adopted_on = day
        head.decision_paragraph = (adopted["paragraph"] or "").strip()
    if dnr:
        head.dnr = dnr["dnr"].strip()[:100]
    return bool(adopted or dnr)


@dataclass(slots=True)
class PlanSheet:
    """Reads measures. Focus area and goal are carried downward; numbers are the identity and may stand once."""

    reader: SheetReader
    actors: NameBook
    areas: NameBook
    choices: dict[str, str]
    places: Places
    unknown: dict[str, UnknownName]
    first_year: int | None = None
    last_year: int | None = None
    _focus_area: str = field(init=False, default="")
    _goal: str = field(init=False, default="")

    def read(self) -> list[MeasureRow]:
        return [measure for _ in self.reader.rows() if (measure := self._row())]

    def _row(self) -> MeasureRow | None:
        reader = self.reader
        self._carry()
        title = reader.line("title", 300)
        number = self._number()
        if not title and not number:
            if (text := first_text(reader)) and not self._is_group_heading():
                reader.say("row_skipped", value=text)
            return None
        if is_footnote(title) and not number:
            reader.say("row_skipped", value=title)
            return None
        self._check_identity(number, title)
        measure = MeasureRow(reader.row.number, number, title, self._focus_area, self._goal)
        if not measure.focus_area and not measure.goal:
            reader.say("focus_area_missing", "focus_area")
        self._people(measure)
        self._dates(measure)
        self._facts(measure)
        return None if reader.is_blocked else measure

    def _carry(self) -> None:
        """An empty focus area or goal is the one above; a new focus area starts without a goal."""
        reader = self.reader
        focus_area, goal = reader.line("focus_area", 500), reader.line("goal", 500)
        if is_footnote(focus_area):
            return
        if focus_area and focus_area != self._focus_area:
            self._focus_area, self._goal = focus_area, ""
        self._goal = goal or self._goal

    def _is_group_heading(self) -> bool:
        """A row with only a focus area or goal: the rows below belong to it."""
        reader = self.reader
        said = reader.line("focus_area") or reader.line("goal")
        return bool(said) and not is_footnote(said)

    def _number(self) -> str:
        cell = self.reader.cell("number")
        if isinstance(cell, date):
            self.reader.say("number_is_date", "number", cell.isoformat())
            return cell.isoformat()
        return read_number_of_measure(self.reader.line("number", 20))

    def _check_identity(self, number: str, title: str) -> None:
        reader = self.reader
        if not number:
            reader.say("number_missing", "number")
        if not title:
            reader.say("title_missing", "title")
        if number and (first := reader.stands_already(number, self.places)):
            reader.say("number_twice", "number", number, first=first)

    # --- who -----------------------------------------------------------------------------------------------------------

    def _people(self, measure: MeasureRow) -> None:
        measure.responsible = self._actors("responsible")
        contributing = []
        for name in self._actors("contributing"):
            if name in measure.responsible:
                self.reader.say("actor_in_both", "contributing", name)
            else:
                contributing.append(name)
        measure.contributing = tuple(contributing)
        if all(mention.name == LEFT_OUT for mention in self._mentions("responsible")):
            self.reader.say("responsible_missing", "responsible")

    def _actors(self, column: str) -> tuple[str, ...]:
        found: list[str] = []
        for mention in self._mentions(column):
            name = self._meant(mention, column)
            if name in found:
                self.reader.say("actor_repeated", column, name)
            elif name:
                found.append(name)
        return tuple(found)

    def _mentions(self, column: str) -> tuple[Mention, ...]:
        return self.actors.mentions(text_of(self.reader.cell(column)))

    def _meant(self, mention: Mention, column: str) -> str:
        """The registered name that a mention stands for, with what there is to say about it."""
        reader = self.reader
        if mention.name == LEFT_OUT:
            reader.say("actor_left_out", column, mention.text)
            return ""
        if mention.is_exact:
            return mention.name
        if "@" in mention.text:
            reader.say("person_as_actor", column, mention.text)
            return ""
        unknown = self.unknown.setdefault(mention.text, UnknownName(mention.text, mention.name, mention.alike))
        unknown.places += 1
        if mention.name:
            reader.say("actor_alike", column, mention.text, meant=mention.name)
        elif mention.alike:
            reader.say("actor_unclear", column, mention.text, alike=", ".join(mention.alike))
        else:
            reader.say("actor_unknown", column, mention.text)
        return mention.name

    # --- when ----------------------------------------------------------------------------------------------------------

    def _dates(self, measure: MeasureRow) -> None:
        reader = self.reader
        start, end = reader.day("start", is_end=False), reader.day("end", is_end=True)
        measure.starts_on, measure.ends_on = start.day, end.day
        measure.runs_until_further_notice = end.reading == "open"
        if start.reading == "running" and self.first_year:
            measure.starts_on = date(self.first_year, 1, 1)
        if not measure.starts_on and not start.wrong and not start.reading:
            reader.say("start_missing", "start")
        if not measure.ends_on and not end.wrong and not end.reading:
            reader.say("end_missing", "end")
        if measure.starts_on and measure.ends_on and measure.ends_on < measure.starts_on:
            reader.say("end_before_start", "end", start=str(measure.starts_on), end=str(measure.ends_on))
        self._check_within_plan("start", measure.starts_on)
        self._check_within_plan("end", measure.ends_on)

    def _check_within_plan(self, name: str, day: date | None) -> None:
        if day and self.first_year and self.last_year and not self.first_year <= day.year <= self.last_year:
            self.reader.say("outside_plan", name, day=str(day), years=f"{self.first_year}–{self.last_year}")

    # --- what and why --------------------------------------------------------------------------------------------------

    def _facts(self, measure: MeasureRow) -> None:
        reader = self.reader
        measure.description = reader.text("description")
        measure.target_group = reader.line("target_group", 300)
        measure.areas = read_areas(reader, self.areas)
        measure.causes = self._causes()
        measure.budget_per_year = reader.money("budget")
        measure.funding = self._funding()
        measure.evidence_grade, measure.evidence_finding = self._evidence()
        measure.evidence_source = reader.text("source") if measure.evidence_grade else ""
        measure.time_to_effect = reader.line("effect_time", 200)
        time = read_effect_time(measure.time_to_effect)
        if not time.is_clear:
            reader.say("effect_time_unclear", "effect_time", measure.time_to_effect)
        measure.output_months = _latest(time.output)
        measure.outcome_months = _latest(time.outcome)

    def _causes(self) -> tuple[str, ...]:
        text = self.reader.text("cause")
        causes = tuple(dict.fromkeys(part.strip()[:300] for part in re.split(r"[;\n]", text) if part.strip()))
        if not causes:
            self.reader.say("cause_missing", "cause")
        return causes

    def _funding(self) -> str:
        text = self.reader.line("funding")
        funding = FUNDINGS.get(heading_key(text)) or FUNDINGS.get(heading_key(text.replace("(", "").replace(")", "")))
        if text and not funding:
            self.reader.say("funding_unknown", "funding", text)
        return funding or ""

    def _evidence(self) -> tuple[str, str]:
        """("D", "Vanlig praxis …") from "D – Vanlig praxis …"."""
        text = self.reader.text("evidence")
        if not text:
            self.reader.say("evidence_missing", "evidence")
            return "", ""
        found = _GRADE.fullmatch(text)
        if not found:
            self.reader.say("evidence_ungraded", "evidence", text)
            return "", ""
        return EvidenceGrade(found["grade"].upper()), found["finding"].strip()


def read_number_of_measure(text: str) -> str:
    """A measure's number as it is compared and stored: no spaces, no full stop at the end."""
    return "" if says_nothing(text) else "".join(text.split()).rstrip(".").replace(",", ".")


def _latest(months: tuple[int, int | None] | None) -> int | None:
    """The later end of a stretch: until then it is too early to judge. Open at the end: the earlier one."""
    if months is None:
        return None
    return months[0] if months[1] is None else months[1]
