"""`{% load paper %}`: what is folded on the screen is printed, in words and figures. Tags, since a template takes many times as long a row."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TypeVar

from django import template
from django.utils.safestring import SafeString, mark_safe

from followup.year.page import Gap, TargetRow

register = template.Library()
T = TypeVar("T")


@register.simple_tag
def targets_on_paper(rows: Sequence[TargetRow], shown: int | None) -> SafeString:
    """`{% targets_on_paper year.targets shown %}`: the rows after the first `shown` of the year's table, without their pictures."""
    return _rows(
        (
            _th(row.name, " · ".join(part for part in (row.about, row.level) if part)),
            _number(row.baseline_text or "–", str(row.baseline_year)),
            _number(row.last_year.text, row.last_year_note),
            _number(row.now.text),
            _number(row.target_text, str(row.target_year), row.original_text),
            f'<td class="target">{"" if row.note else escape(row.attainment)}</td>',
            f"<td>{escape(row.verdict_word)}{_under(row.note)}</td>",
            _number(row.now.coverage if row.now.expected else "–"),
        )
        for row in _rest(rows, shown)
    )


@register.simple_tag
def tertial_targets_on_paper(rows: Sequence[TargetRow], shown: int | None) -> SafeString:
    """`{% tertial_targets_on_paper year.targets shown %}`: likewise of a tertial."""
    return _rows(
        (
            _th(row.name, row.about),
            _number(row.last_year.text, row.last_year_note),
            _number(row.now.text),
            _number(row.target_text, str(row.target_year)),
            f"<td>{escape(row.verdict_word)}{_under(row.note or row.attainment)}</td>",
            _number(row.now.coverage if row.now.expected else "–"),
        )
        for row in _rest(rows, shown)
    )


@register.simple_tag
def gaps_on_paper(gaps: Sequence[Gap], shown: int | None) -> SafeString:
    """`{% gaps_on_paper year.coverage.gaps shown %}`: the reports that are missing, after the first `shown`."""
    return _rows(
        (_th(gap.actor), *(f"<td>{escape(words)}</td>" for words in (gap.measure, gap.period, gap.why))) for gap in _rest(gaps, shown)
    )


def _rest(rows: Sequence[T], shown: int | None) -> Sequence[T]:
    return rows[shown:] if isinstance(shown, int) else ()


def _rows(rows: Iterable[Iterable[str]]) -> SafeString:
    return mark_safe("".join(f'<tr class="on-paper">{"".join(cells)}</tr>' for cells in rows))  # each word is escaped in its cell


def _th(words: str, under: str = "") -> str:
    return f'<th scope="row">{escape(words)}{_under(under)}</th>'


def _number(words: str, *under: str) -> str:
    return f'<td class="number">{escape(words)}{"".join(_under(each) for each in under)}</td>'


def _under(words: str) -> str:
    return f'<span class="under">{escape(words)}</span>' if words else ""
