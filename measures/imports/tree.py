"""A plan as a file tells it: plain values in a plain tree, before anything is compared or stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from measures.imports.headings import Layout
from measures.imports.problems import Problem, Severity


@dataclass(slots=True)
class PlanHead:
    """What stands above the table: "" and None where it does not say."""

    title: str = ""
    first_year: int | None = None
    last_year: int | None = None
    adopted_by: str = ""
    adopted_on: date | None = None
    decision_paragraph: str = ""
    dnr: str = ""


@dataclass(slots=True)
class AreaRow:
    row: int
    name: str
    kind: str
    parent: str = ""
    flats: int | None = None


@dataclass(slots=True)
class ActorRow:
    """`kind` is an ActorKind; `areas` are names of areas that exist in the file or the register."""

    row: int
    name: str
    kind: str
    org_number: str = ""
    contact_name: str = ""
    contact_role: str = ""
    email: str = ""
    phone: str = ""
    areas: tuple[str, ...] = ()


@dataclass(slots=True)
class MeasureRow:
    """Months are the latest at which something is expected to show; money is whole kronor a year."""

    row: int
    number: str
    title: str
    focus_area: str = ""
    goal: str = ""
    description: str = ""
    responsible: tuple[str, ...] = ()
    contributing: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    runs_until_further_notice: bool = False
    time_to_effect: str = ""
    output_months: int | None = None
    outcome_months: int | None = None
    causes: tuple[str, ...] = ()
    funding: str = ""
    budget_per_year: int | None = None
    evidence_grade: str = ""
    evidence_finding: str = ""
    evidence_source: str = ""
    target_group: str = ""
    areas: tuple[str, ...] = ()


@dataclass(slots=True)
class IndicatorRow:
    """Values are integers of 1/10 000 of the unit. `kind` is "" when the file does not say: a gap, never guessed."""

    row: int
    measure: str
    name: str
    level: str
    kind: str = ""
    unit: str = ""
    decimals: int = 0
    direction: str = ""
    basis: str = ""
    baseline: int | None = None
    baseline_year: int | None = None
    targets: tuple[tuple[int, int], ...] = ()
    source: str = ""
    is_reported: bool = True
    counts_people: bool = False
    ratio_over_time: str = ""
    numerator_label: str = ""
    denominator_label: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the register holds already: names that a file may mention without defining them."""

    actors: tuple[str, ...] = ()
    actor_of_org_number: Mapping[str, str] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    measures: frozenset[str] = frozenset()
    first_year: int | None = None
    last_year: int | None = None


NEW, LEFT_OUT = "+", "-"
"""What a person may choose for an unknown actor besides a registered name: add it, or leave it without an assignment."""


@dataclass(slots=True)
class Choices:
    """What a person has decided about a file.

    `layouts`: sheet number → {"kind", "header_row", "columns": {field: column}}, or None for a sheet not to be read.
    `actors`: name as written → registered name, NEW or LEFT_OUT.
    """

    title: str = ""
    first_year: int | None = None
    last_year: int | None = None
    layouts: dict[int, dict | None] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class UnknownName:
    """An actor's name that is not registered: in how many places it stands, and which registered names resemble it."""

    text: str
    meant: str
    alike: tuple[str, ...]
    places: int = 0


@dataclass(slots=True)
class Understanding:
    """Everything that a file says, and everything to say about it. Rows that are blocked are not among the rows."""

    head: PlanHead = field(default_factory=PlanHead)
    areas: list[AreaRow] = field(default_factory=list)
    actors: list[ActorRow] = field(default_factory=list)
    measures: list[MeasureRow] = field(default_factory=list)
    indicators: list[IndicatorRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    layouts: dict[int, Layout] = field(default_factory=dict)
    unknown_actors: list[UnknownName] = field(default_factory=list)
    rows_read: int = 0

    @property
    def blocked_rows(self) -> set[tuple[str, int]]:
        """(sheet, row) of what is not read in."""
        return {(p.sheet, p.row) for p in self.problems if p.row and p.severity is Severity.BLOCKS}

    @property
    def is_stopped(self) -> bool:
        """Whether something about the whole file must be settled before anything can be stored."""
        return any(not p.row and p.severity is Severity.BLOCKS for p in self.problems)
