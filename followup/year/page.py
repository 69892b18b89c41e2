"""What the year says, part by part, in words and figures ready to show. Plain values: it can be stored as JSON and read in ten years."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Shown:
    """A figure as shown: its words, its honesty, and where it comes from.

    `low`/`high`: in 1/10 000 of the unit as exact text ("340", "1/3"), or "" where hidden or missing; `why`: why there is none.
    """

    text: str
    low: str = ""
    high: str = ""
    unit: str = ""
    approved: int = 0
    expected: int = 0
    coverage: str = ""
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class BigNumber:
    """One of the four: "25" "av 34", what it counts, and last year's. `link`: the anchor or address where it is explained.

    `counts`: the name of what it counts. `part`, `total`: as numbers, None where there is nothing to count. Last year's are those
    of the frozen year `last_frozen`, if it was frozen (else 0); `is_last_revised`: they are others now.
    """

    number: str
    out_of: str
    label: str
    last_year: str
    link: str
    counts: str = ""
    part: int | None = None
    total: int | None = None
    last_part: int | None = None
    last_total: int | None = None
    is_last_revised: bool = False
    last_frozen: int = 0


@dataclass(frozen=True)
class Answers:
    """How the answers that were asked for stand: of those due (or approved already) how many came in, in time, and are approved.

    `waiting`: for a review; `requested`: asked for and not due yet, outside the others.
    """

    expected: int = 0
    received: int = 0
    on_time: int = 0
    approved: int = 0
    waiting: int = 0
    requested: int = 0


@dataclass(frozen=True)
class MatrixCell:
    """A focus area in a year: one status word per measure, in order, and the count in words. `measures`: their ids, in the same order."""

    year: int
    statuses: tuple[str, ...]
    words: str
    measures: tuple[int, ...] = ()
    answers: Answers = Answers()


@dataclass(frozen=True)
class MatrixRow:
    goal: int
    title: str
    cells: tuple[MatrixCell, ...]
    later: str
    starting: int = 0


@dataclass(frozen=True)
class DecisionRow:
    decision: int
    number: int
    question: str
    why: str
    asked_by: str
    proposal: str
    about: str
    answer_by: str
    outcome: str
    last_day: str = ""


@dataclass(frozen=True)
class AssessmentRow:
    """A goal or a measure (the other is 0): what the figures suggest and why, and what a person judged ("" where nobody has)."""

    goal: int
    measure: int
    number: str
    title: str
    suggested: str
    suggested_word: str
    suggested_trend: str
    suggested_trend_word: str
    why: str
    achievement: str
    achievement_word: str
    trend: str
    trend_word: str
    text: str
    next_step: str
    signed: str
    version: int


@dataclass(frozen=True)
class TargetRow:
    """An indicator against its target; worst first. Values for the picture are exact text in 1/10 000; `attained_…`: shares of the way.

    `original…`: the target as it was first decided, "" and 0 where it is the same.
    """

    indicator: int
    name: str
    about: str
    level: str
    unit: str
    decimals: int
    baseline_year: int
    baseline: str
    baseline_text: str
    last_year: Shown
    now: Shown
    target_year: int
    target: str
    target_text: str
    original_text: str
    path_low: str
    path_high: str
    verdict: str
    verdict_word: str
    attainment: str
    note: str
    original: str = ""
    original_year: int = 0
    attained_low: str = ""
    attained_high: str = ""
    source: str = ""
    """Of which place the figure is, where it comes from statistics."""

    last_year_note: str = ""
    """Why last year's figure is not as it was said then, or cannot be compared with this year's."""


@dataclass(frozen=True)
class OutsideSeries:
    """One long-term indicator in one place: years and values (exact text in 1/10 000, "" is *saknas*)."""

    place: str
    is_whole: bool
    years: tuple[int, ...]
    values: tuple[str, ...]
    breaks: tuple[int, ...] = ()


@dataclass(frozen=True)
class OutsideGroup:
    name: str
    unit: str
    decimals: int
    sentence: str
    source: str
    series: tuple[OutsideSeries, ...]
    plan_year: int = 0
    indicator: int = 0


@dataclass(frozen=True)
class ActorRow:
    actor: int
    name: str
    kind: str
    measures: tuple[tuple[int, str], ...]
    approved: int
    expected: int
    on_time: int
    received: int
    quote: str
    quote_about: str
    quote_report: int


@dataclass(frozen=True)
class Gap:
    actor: str
    measure: str
    period: str
    why: str


@dataclass(frozen=True)
class Coverage:
    approved: int
    expected: int
    late: int
    partners_complete: int
    partners: int
    gaps: tuple[Gap, ...]
    waiting: int
    requested: int


@dataclass(frozen=True)
class FundingRow:
    kind: str
    funding: str
    measures: int
    budget: int
    without_budget: int
    is_value_transfer: bool
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Revision:
    """A published figure that a later approval altered: old → new, who, when, why. `old_…`, `new_…`: exact, "" where hidden or missing."""

    indicator: int
    name: str
    old: str
    new: str
    who: str
    when: str
    why: str
    old_low: str = ""
    old_high: str = ""
    new_low: str = ""
    new_high: str = ""
    unit: str = ""
    decimals: int = 0
    last_day: str = ""


@dataclass(frozen=True)
class TextRow:
    """What is written about a focus area (0: about the whole year). `is_draft`: made from the figures, and nobody has taken it."""

    goal: int
    title: str
    text: str
    signed: str
    is_draft: bool = False


@dataclass(frozen=True)
class Year:
    """The whole page."""

    plan: int
    plan_title: str
    company: str
    is_example: bool
    year: int
    as_of: str
    audience: str
    rules_version: str
    completeness: str
    completeness_word: str
    sentences: tuple[str, ...]
    numbers: tuple[BigNumber, ...]
    matrix_sentence: str
    matrix_years: tuple[tuple[int, int], ...]
    matrix: tuple[MatrixRow, ...]
    decisions: tuple[DecisionRow, ...]
    assessments_sentence: str
    assessments: tuple[AssessmentRow, ...]
    targets_sentence: str
    targets: tuple[TargetRow, ...]
    outside: tuple[OutsideGroup, ...]
    actors: tuple[ActorRow, ...]
    coverage: Coverage
    funding: tuple[FundingRow, ...]
    revisions: tuple[Revision, ...] = ()
    is_running: bool = False
    has_begun: bool = True
    is_last_running: bool = False
    """Whether the year before, that stands beside, is so far too."""

    methods: tuple[tuple[str, str], ...] = ()
    texts: tuple[TextRow, ...] = ()
    tertial: int = 0
    """1, 2 or 3 for a tertial report; 0 is the whole year."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended with nothing that is still asked for."""
        return not self.is_running and not self.coverage.requested

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, in a fixed order."""
        return asdict(self)
