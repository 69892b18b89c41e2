"""How a figure is written in the year: its words, its exact number, and its honesty beside it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followup.explain import MISSING, headline, level_name, with_unit
from followup.figures import Figure, Number
from followup.rollup.rows import VersionRow
from followup.year.page import ActorRow, Shown
from measures.rules import SCALE, IndicatorKind
from stakeholders.formats import interval, label, number, out_of

HIDDEN = gettext_noop("dold: små tal")


def shown(figure: Figure, version: VersionRow | None) -> Shown:
    """A figure in words, with its honesty beside it."""
    decimals, unit, scale = (version.decimals, version.unit, version.scale) if version else (0, "", ())
    return Shown(
        text=_(HIDDEN) if figure.protection else headline(figure, decimals=decimals, unit=unit, scale=scale),
        low=exact(figure.low),
        high=exact(figure.high),
        unit=unit,
        approved=figure.approved,
        expected=figure.expected,
        coverage=out_of(figure.approved, figure.expected) if figure.expected else "",
        missing=tuple(f"{one.name} ({label(one.reason)})" for one in figure.missing),
        why=_("Visas inte, så att ingen kan pekas ut.") if figure.protection else "",
        flags=tuple(dict.fromkeys(label(mark.flag) for mark in figure.flags)),  # each is said once, of however many reports
    )


def answers_of(row: ActorRow) -> tuple[str, str]:
    """How much an actor has answered of what is due, and how much of it in time; where nothing is, no "0 av 0"."""
    answered = out_of(row.approved, row.expected) if row.expected else _("inget förfallet än")
    return answered, out_of(row.on_time, row.received) if row.received else "–"


def exact(value: Number | None) -> str:
    """An exact number as text ("3400000", "1/3"), "" for none: JSON has no fractions."""
    return "" if value is None else str(value)


WITHOUT_FACTOR = (IndicatorKind.LEVEL, IndicatorKind.MILESTONE, IndicatorKind.NARRATIVE)
"""Kinds that no factor of a bridge is meant for."""


def converted(figure: Figure, factor: Number) -> Figure:
    """The figure in the words of a later definition, with a bridge of that factor between; one without a number as it is."""
    if figure.low is None or figure.high is None or figure.kind in WITHOUT_FACTOR:
        return figure
    return replace(figure, low=figure.low * factor, high=figure.high * factor)


class Definition(Protocol):
    """What a number is said with: a definition as the roll-up reads it, or the model."""

    @property
    def kind(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def decimals(self) -> int: ...
    @property
    def scale(self) -> Sequence[str]: ...


def said(value: Number | None, version: Definition | None) -> str:
    """A target or a starting point as its figures are said: a level by its word, "70,0 %", "900 000"; "" for none."""
    if value is None or version is None:
        return number(value, 0)
    if version.kind == IndicatorKind.LEVEL and version.scale and not value % SCALE:
        return level_name(int(value), version.scale)
    return with_unit(number(value, version.decimals), version.unit)


def shown_text(low: Number | None, high: Number | None, decimals: int, unit: str) -> str:
    """ "340–410", "58 %"; "saknas" when there is no figure: never 0."""
    text = interval(low, high, decimals)
    return with_unit(text, unit) or _(MISSING)


def none_due(*, is_over: bool, tertial: int = 0) -> str:
    """Why the year, or a tertial of it, rests on no report, without a full stop. `is_over`: it has ended, and nothing is asked for still."""
    if not is_over:
        return _("Ingen rapport har förfallit än")
    return (
        _("Ingen aktör har haft något att rapportera under tertialet")
        if tertial
        else _("Ingen aktör har haft något att rapportera under året")
    )
