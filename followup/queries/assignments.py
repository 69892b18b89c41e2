"""One part in a measure through time: its answers and what was written about it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from followup.models import JournalNote, Obligation, Report
from followup.queries.beside import Said, said
from followup.queries.review import with_lines
from followup.queries.rounds import Cell, one_cell_without_mail, with_all
from measures.models import Assignment
from stakeholders.models import Attachment


@dataclass(frozen=True)
class Answer:
    """One round of the part: its sign, the report that stands or was last sent in, and its figures."""

    obligation: Obligation
    cell: Cell
    report: Report | None
    figures: list[tuple[str, Said]]


def answers_of(assignment: Assignment, sees_raw: bool) -> list[Answer]:
    """All rounds of the part, the latest first; figures that count people only for those who may see them raw."""
    obligations = list(with_all(assignment.obligations.all()).order_by("-period__ends_on"))
    shown = {one.pk: _shown(list(one.reports.all())) for one in obligations}
    reports = {one.pk: one for one in with_lines(Report.objects.filter(pk__in=[one.pk for one in shown.values() if one]))}
    return [_answer(obligation, reports.get(getattr(shown[obligation.pk], "pk", None)), sees_raw) for obligation in obligations]


def files_of(notes: Iterable[JournalNote]) -> dict[int, list[Attachment]]:
    """{note id: its files}, in one query."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    kept = Attachment.objects.filter(subject_type=JournalNote._meta.label_lower, removed_at=None)
    for attachment in kept.filter(subject_id__in=[note.pk for note in notes]).order_by("id"):
        found[attachment.subject_id].append(attachment)
    return found


def _answer(obligation: Obligation, report: Report | None, sees_raw: bool) -> Answer:
    lines: list[Any] = list(report.lines.all()) if report else []
    figures = [
        (line.indicator_version.indicator.name, said(line)) for line in lines if sees_raw or not line.indicator_version.counts_people
    ]
    return Answer(obligation, one_cell_without_mail(obligation), report, figures)


def _shown(versions: list[Report]) -> Report | None:
    """The version in force, else the last that was sent in."""
    approved = [one for one in versions if one.approved_at and not one.withdrawn_at]
    return max(approved or versions, key=lambda one: one.version, default=None)
