"""The tables of the long view as rows, for CSV: real numbers, one row a year."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

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
        _("Läge"), _("Mål"), _("Ursprungligt mål"), _("Anmärkning"),
    ]  # fmt: skip
    return headings, [
        [
            step.word, line.name, line.about, line.unit, value.year, in_decimals(value.shown.low), in_decimals(value.shown.high),
            value.shown.text, value.shown.approved, value.shown.expected, value.verdict_word, line.target_text, line.original_text,
            "; ".join(each for each in (value.mark, value.note, value.shown.why, *value.shown.flags) if each),
        ]
        for step in view.steps
        for line in step.lines
        for value in line.values
    ]  # fmt: skip


def _changes(view: LongView) -> tuple[list[str], list[Sequence[Value]]]:
    headings = [_("Dag"), _("Mått"), _("Ändring"), _("Beslut")]
    return headings, [[change.day, change.name, change.words, change.decision] for change in view.changes]
