"""From sheets to a plan: which sheet is which, then areas, actors, measures and indicators, each resting on the ones before."""

from measures.imports.cells import line_of
from measures.imports.headings import ACTORS, AREAS, INDICATORS, PLAN, Layout, find_layout, first_rows, layout_from_choice
from measures.imports.indicator_sheet import IndicatorSheet
from measures.imports.names import NameBook, name_key
from measures.imports.plan_sheet import PlanSheet, read_head, read_number_of_measure
from measures.imports.problems import Problem, Severity
from measures.imports.reading import Findings, Places, SheetReader
from measures.imports.registers import ActorSheet, AreaSheet
from measures.imports.tree import LEFT_OUT, NEW, ActorRow, Choices, Known, PlanHead, Understanding, UnknownName
from measures.spreadsheets import Sheet
from stakeholders.rules import ActorKind


def understand(sheets: list[Sheet], known: Known, choices: Choices) -> Understanding:
    """Everything the sheets say, given what the register holds and what a person has chosen. Takes values, gives values."""
    return _Understander(sheets, known, choices).understanding


def title_of(sheets: list[Sheet], choices: Choices) -> str:
    """What the plan is called, without reading the rest."""
    return _Understander(sheets, Known(), choices, only_head=True).understanding.head.title


class _Understander:
    """One pass over the sheets, in the order in which they rest on each other."""

    def __init__(self, sheets: list[Sheet], known: Known, choices: Choices, *, only_head: bool = False) -> None:
        self.sheets, self.known, self.choices = sheets, known, choices
        self.understanding = Understanding()
        self.findings = Findings(self.understanding.problems)
        self._lay_out()
        self._read_head()
        if only_head:
            return
        self._read_areas()
        self._read_actors()
        self._read_measures()
        self._read_indicators()
        self._check_whole()

    def _lay_out(self) -> None:
        for index, sheet in enumerate(self.sheets):
            layout = self._layout(index, sheet)
            if layout is None:
                if first_rows(sheet, 1) and index not in self.choices.layouts:
                    self.findings.add(Problem("sheet_not_read", sheet.name))
                continue
            self.understanding.layouts[index] = layout
            for written, meant in layout.misspelt.items():
                self.findings.add(Problem("heading_misspelt", sheet.name, layout.header_row, written, written, {"meant": meant}))
            for heading in layout.unread:
                self.findings.add(Problem("column_not_read", sheet.name, layout.header_row, heading, heading))

    def _layout(self, index: int, sheet: Sheet) -> Layout | None:
        if index not in self.choices.layouts:
            return find_layout(sheet)
        chosen = self.choices.layouts[index]
        if chosen is None:
            return None
        return layout_from_choice(chosen["kind"], chosen["header_row"], chosen["columns"], sheet)

    def _readers(self, kind: str) -> list[SheetReader]:
        layouts = self.understanding.layouts
        return [SheetReader(self.sheets[i], layout, self.findings) for i, layout in layouts.items() if layout.kind == kind]

    def _read_head(self) -> None:
        head = PlanHead()
        for reader in self._readers(PLAN):
            found, others = read_head(reader.sheet.rows, reader.layout.header_row)
            if not head.title:
                head = found
            for row, text in others:
                self.findings.add(Problem("title_row", reader.sheet.name, row, value=text[:200]))
        known, choices = self.known, self.choices
        head.title = choices.title or head.title
        head.first_year = choices.first_year or head.first_year or known.first_year
        head.last_year = choices.last_year or head.last_year or known.last_year
        self.understanding.head = head

    def _read_areas(self) -> None:
        places: Places = {}
        for reader in self._readers(AREAS):
            self.understanding.areas += AreaSheet(reader, self.known, places).read()
        self.area_names = NameBook((*(area.name for area in self.understanding.areas), *self.known.areas))

    def _read_actors(self) -> None:
        places: Places = {}
        org_numbers = dict(self.known.actor_of_org_number)
        for reader in self._readers(ACTORS):
            self.understanding.actors += ActorSheet(reader, self.known, self.area_names, places, org_numbers).read()
        names = self._actor_names()
        self.actor_names = NameBook(names, self._chosen_actors(names))

    def _actor_names(self) -> list[str]:
        """Registered names, those of the file, and those that a person chose to add."""
        names = [*self.known.actors, *(actor.name for actor in self.understanding.actors)]
        keys = {name_key(name) for name in names}
        for text, choice in self.choices.actors.items():
            if choice == NEW and name_key(text) not in keys:
                self.understanding.actors.append(ActorRow(0, text[:200], ActorKind.OTHER))
                names.append(text[:200])
        return names

    def _chosen_actors(self, names: list[str]) -> dict[str, str]:
        """Name as written → what it stands for. A choice of a name that is gone is forgotten."""
        by_key = {name_key(name): name for name in names}
        chosen = {
            text: LEFT_OUT if choice == LEFT_OUT else by_key.get(name_key(choice), "") for text, choice in self.choices.actors.items()
        }
        return {text: name for text, name in chosen.items() if name}

    def _read_measures(self) -> None:
        unknown: dict[str, UnknownName] = {}
        head = self.understanding.head
        self.number_places: Places = {}
        for reader in self._readers(PLAN):
            sheet = PlanSheet(reader, self.actor_names, self.area_names, self.choices.actors, self.number_places, unknown)
            sheet.first_year, sheet.last_year = head.first_year, head.last_year
            self.understanding.measures += sheet.read()
        self.understanding.unknown_actors = list(unknown.values())

    def _read_indicators(self) -> None:
        read = {measure.number for measure in self.understanding.measures}
        blocked = {number: row for number, (_, row) in self.number_places.items() if number not in read}
        measures = frozenset(read | self.known.measures)
        places: Places = {}
        for reader in self._readers(INDICATORS):
            self.understanding.indicators += IndicatorSheet(reader, measures, blocked, places).read()

    def _check_whole(self) -> None:
        """What only shows when everything is read: measures without indicators, a file without a plan."""
        result = self.understanding
        result.rows_read = len(result.areas) + len(result.actors) + len(result.measures) + len(result.indicators)
        kinds = {layout.kind for layout in result.layouts.values()}
        if not kinds:
            self.findings.add(Problem("no_plan_sheet", ""))
        elif not result.rows_read and not result.problems:
            self.findings.add(Problem("nothing_in_file", ""))
        if PLAN in kinds and not result.head.title:
            self.findings.add(Problem("no_plan_title", ""))
        elif PLAN in kinds and not (result.head.first_year and result.head.last_year):
            self.findings.add(Problem("no_plan_years", ""))
        if INDICATORS in kinds and PLAN in kinds:
            self._say_which_lack_indicators()
        blocked = result.blocked_rows  # what is not read in has no gaps
        result.problems[:] = [p for p in result.problems if p.severity is not Severity.GAP or (p.sheet, p.row) not in blocked]

    def _say_which_lack_indicators(self) -> None:
        """Only rows that the file never points at: an indicator that is itself in error is not missing."""
        pointed_at = set()
        for reader in self._readers(INDICATORS):
            for _ in reader.rows():
                pointed_at.add(read_number_of_measure(line_of(reader.cell("measure"))))
        for reader in self._readers(PLAN):
            of_sheet = {measure.number for measure in self.understanding.measures}
            for row in reader.rows():
                number = read_number_of_measure(line_of(reader.cell("number")))
                if number in of_sheet and number not in pointed_at and self.number_places.get(number) == (reader.sheet.name, row):
                    self.findings.add(Problem("indicator_missing", reader.sheet.name, row, value=number))
