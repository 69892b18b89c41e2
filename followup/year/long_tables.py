"""The tables of the long view as rows, for CSV: real numbers, one row a year."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from followup.year.lines import Line, YearValue
from followup.year.long import LongView
from followup.year.tables import in_decimals
from stakeholders.exports import Value
from stakeholders.templatetags.symbols import SYMBOLS

LONG_TABLES = ("statuses", "figures", "changes")


def long_table(view: LongView, table: str) -> tuple[list[str], list[Sequence[Value]]]:
    """Headings and rows of one of `LONG_TABLES`."""
    return {"statuses": _statuses, "figures": _figures, "changes": _changes}[table](view)


def _statuses(view: LongView) -> tuple[list[str], list[Sequence[Value]]]:
    headings = [_("Åtgärd eller mål"), _("År"), _("Status"), _("Antal")]
    return headings, [
        [row.name, year, str(SYMBOLS[word][1]), statuses.count(word)]
        for row in view.statuses
        for year, statuses, _words in row.cells
        for word in dict.fromkeys(statuses)
    ]


def _figures(view: LongView) -> tuple[list[str], list[Sequence[Value]]]:
    headings = [
        _("Led"), _("Mått"), _("Åtgärd"), _("Enhet"), _("År"), _("Minst"), _("Högst"), _("Visas som"), _("Rapporter"), _("Av"),
        _("Läge"), _("Målår"), _("Mål"), _("Ursprungligt målår"), _("Ursprungligt mål"), _("Anmärkning"),
    ]  # fmt: skip
    return headings, [
        [
            step.word, line.name, line.about, line.unit, value.year, in_decimals(value.shown.low), in_decimals(value.shown.high),
            value.shown.text, *_reports(line, value), value.verdict_word, line.target_year, in_decimals(line.target),
            line.first_target_year, in_decimals(line.first_target),
            "; ".join(each for each in (value.mark, value.note, value.shown.why, *_coverage(line, value), *value.shown.flags) if each),
        ]
        for step in view.steps
        for line in step.lines
        for value in line.values
    ]  # fmt: skip


def _reports(line: Line, value: YearValue) -> tuple[int | None, int | None]:
    """How many of the reports it rests on; nothing of what rests on none."""
    return (value.shown.approved, value.shown.expected) if line.pk and not line.is_outside else (None, None)


def _coverage(line: Line, value: YearValue) -> tuple[str, ...]:
    """Of what is counted from the plan, how many have what is summed."""
    return (value.shown.coverage,) if not line.pk else ()


def _changes(view: LongView) -> tuple[list[str], list[Sequence[Value]]]:
    headings = [_("Dag"), _("Mått"), _("Ändring"), _("Beslut")]
    return headings, [[change.day, change.name, change.words, change.decision] for change in view.changes]
