"""`{% load year %}`: the pictures of the year, drawn from the rows beside them."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from followup.pictures import COLUMN, Curve, Frame, small_multiple, status_columns, status_swatch, way_to_target
from followup.year.choice import Choice
from followup.year.lines import Line
from followup.year.long import LongView, StatusRow
from followup.year.page import ActorRow, OutsideGroup, OutsideSeries, TargetRow, Year
from followup.year.words import answers_of
from followup.year.words import none_due as words_of_none_due
from stakeholders.formats import number
from stakeholders.pictures import TargetBar, target_bar
from stakeholders.templatetags.symbols import SYMBOLS, symbol, words_for

register = template.Library()


@lru_cache(maxsize=4096)
def _address(name: str, *args: int) -> str:
    """A page's address, worked out once: the year has a link for each measure of each actor."""
    return reverse(name, args=args)


@register.simple_tag
def page_link(name: str, pk: int, words: str, query: str = "", is_plain: bool = False) -> SafeString | str:
    """`{% page_link "actor_page" row.actor row.name %}`: a link; only the words in a file, or where this installation has no such page."""
    try:
        return words if is_plain else format_html('<a href="{}{}">{}</a>', _address(name, pk), query, words)
    except NoReverseMatch:
        return words


def _links(name: str, pages: Sequence[tuple[int, str]], most: int, *, is_plain: bool) -> SafeString:
    """At most so many links with commas between, and how many more there are, which are named on paper; in a file all of them, as words."""
    if is_plain:
        return mark_safe(", ".join(escape(words) for _pk, words in pages))
    links = mark_safe(", ".join(f'<a href="{_address(name, pk)}">{escape(words)}</a>' for pk, words in pages[:most]))  # escaped
    rest = [words for _pk, words in pages[most:]]
    if not rest:
        return links
    more = _("och %(n)s till") % {"n": len(rest)}
    return format_html('{}<span class="on-paper">, {}</span><span class="behind"> {}</span>', links, ", ".join(rest), more)


@register.filter
def none_due(year: Year) -> str:
    """`{{ year|none_due }}`: why it rests on no report."""
    return words_of_none_due(is_over=year.is_over, tertial=year.tertial)


@register.filter
def first_of(rows: Sequence[Any], n: int | str) -> Sequence[Any]:
    """`{{ rows|first_of:shown }}`: the first of them; all where nothing is said (a file shows everything)."""
    return rows[:n] if isinstance(n, int) else rows


@register.simple_tag(takes_context=True)
def reports_link(context: dict[str, Any], year: int, **more: Any) -> str:
    """`{% reports_link 2026 goal=row.goal %}`: the list of the reports behind a figure, within what the page is about."""
    return _address("year_reports", context["year"].plan, year) + context["choice"].query(**more)


@register.simple_tag(takes_context=True)
def csv_link(context: dict[str, Any], table: str, **more: Any) -> str:
    """`{% csv_link "outside" indicator=group.indicator %}`: a table of the page, or a part of it, as CSV, within what the page is about."""
    return reverse("year_export", args=[context["year"].plan, context["year"].year, table]) + context["choice"].query(**more)


@register.simple_tag(takes_context=True)
def line_csv_link(context: dict[str, Any], line: Line) -> str:
    """`{% line_csv_link line %}`: the numbers of one picture of the chain, within what the page is about; of statistics, of every place."""
    plan, query = context["plan"].pk, context["choice"].query(indicator=line.pk)
    if line.is_outside:
        return reverse("year_export", args=[plan, context["view"].years[-1], "outside"]) + query
    return reverse("long_export", args=[plan, "figures"]) + query


@register.simple_tag(takes_context=True)
def figure_link(context: dict[str, Any], indicator: int, year: int) -> str:
    """`{% figure_link row.indicator 2026 %}`: where a figure comes from, within what the page is about."""
    return _address("figure_show", indicator) + context["choice"].query(year=year)


@register.simple_tag(takes_context=True)
def status_cells(context: dict[str, Any], row: StatusRow) -> SafeString:
    """`{% status_cells row %}`: a cell a year of the long view, each with the way to its reports. A tag, since a template takes thrice the time."""
    plan, is_crowded = context["plan"].pk, context["view"].is_crowded
    name, query = escape(row.name), escape(row.query)
    cells = []
    for year, statuses, words in row.cells:
        if statuses:
            told = symbol(statuses[0], stacked=is_crowded) if row.kind == "measure" else escape(words)
            link = f'<a href="{_address("year_reports", plan, year)}{query}">{told}<span class="sr-only">: {name} {year}</span></a>'
        else:
            link = f'<span class="muted">{_("inte startad")}</span>'
        cells.append(f'<td class="a-year" data-label="{year}">{link}</td>')
    return mark_safe("".join(cells))  # each word is escaped above


@register.simple_tag(takes_context=True)
def figure_cells(context: dict[str, Any], line: Line) -> SafeString:
    """`{% figure_cells line %}`: a cell a year of the chain, each with the way to where its figure comes from; of an indicator that is the whole."""
    chosen = replace(context["choice"], indicator=0, funding="")
    name, page = escape(line.name), "" if line.is_outside or not line.pk else _address("figure_show", line.pk)
    so_far = _("hittills")
    cells = []
    for value in line.values:
        year, coverage = value.year, value.shown.coverage
        label = f"{year} {so_far}" if year in line.so_far else year
        inside: str = escape(value.shown.text)
        if page:
            inside = f'<a href="{page}{_query(chosen, year=year)}">{inside}<span class="sr-only"> {name} {year}</span></a>'
        under = f'<span class="under">{escape(coverage)}</span>' if coverage else ""
        mark = f'<span class="under">{escape(value.mark)}</span>' if value.mark else ""
        kind = " words" if " " in value.shown.text else ""
        cells.append(f'<td class="number fact a-year{kind}" data-label="{label}">{inside}{under}{mark}</td>')
    return mark_safe("".join(cells))  # each word is escaped above


@register.simple_tag(takes_context=True)
def actor_cells(context: dict[str, Any], row: ActorRow) -> SafeString:
    """`{% actor_cells row %}`: what one actor did, each with the way to its reports; in a file only the words. A tag, as `status_cells` is."""
    is_plain = bool(context.get("is_frozen"))
    answered, on_time = answers_of(row)
    quote, about = escape(row.quote), escape(row.quote_about)
    if is_plain:
        said = f'”{quote}” <span class="muted">{about}</span>'
    else:
        reports_from, whole_report = _("rapporter från"), _("hela rapporten")
        who = f'<span class="sr-only"> {reports_from} {escape(row.name)}</span>'
        reports = _address("year_reports", context["year"].plan, context["year"].year) + _query(context["choice"], actor=row.actor)
        answered = f'<a href="{reports}">{answered}{who}</a>'
        report = f'{about}<span class="sr-only"> {whole_report}</span>'
        said = f'”{quote}” <a href="{_address("report_show", row.quote_report)}">{report}</a>' if quote else ""
    cells = (
        f'<td data-label="{_("Åtgärder")}">{_links("measure_page", row.measures, 6, is_plain=is_plain)}</td>',
        f'<td class="number fact" data-label="{_("Rapporter")}">{answered}</td>',
        f'<td class="number fact" data-label="{_("I tid")}">{on_time}</td>',
        f"<td>{said if quote else ''}</td>",
    )
    return mark_safe("".join(cells))  # each word is escaped above


@lru_cache(maxsize=1024)
def _query(choice: Choice, **more: int) -> str:
    return escape(choice.query(**more))


@register.simple_tag
def row_bar(row: TargetRow) -> SafeString | str:
    """`{% row_bar row %}`: the target bar of one row; nothing when there is no baseline."""
    baseline, target = _value(row.baseline), _value(row.target)
    if baseline is None or target is None:
        return "–"
    return target_bar(
        TargetBar(
            name=row.name,
            baseline=baseline,
            baseline_year=row.baseline_year,
            target=target,
            target_year=row.target_year,
            verdict=row.verdict,
            low=_value(row.now.low),
            high=_value(row.now.high),
            path_low=_value(row.path_low),
            path_high=_value(row.path_high),
            last_year=_value(row.last_year.low) if row.last_year.low == row.last_year.high else None,
            decimals=row.decimals,
            lacks=row.now.text if not row.now.low else "",
        ),
        width=190,
    )


@register.simple_tag
def multiple(group: OutsideGroup, one: OutsideSeries) -> SafeString:
    """`{% multiple group series %}`: one of the small multiples, on the scale of its group."""
    curves = [_curve(series) for series in group.series]
    whole = next((curve for curve, series in zip(curves, group.series, strict=True) if series.is_whole), None)
    frame = Frame.around(curves, plan_year=group.plan_year, decimals=group.decimals)
    return small_multiple(_curve(one), frame, beside=None if one.is_whole else whole)


@register.simple_tag
def line_picture(line: Line, *, is_large: bool = False, plan_year: int = 0) -> SafeString:
    """`{% line_picture line %}`: one indicator over the years; large, beside the way to its target."""
    points = {value.year: (_value(value.shown.low), _value(value.shown.high)) for value in line.values}
    curve = Curve(
        line.name,
        {year: low if low == high else None for year, (low, high) in points.items()},
        frozenset(line.breaks),
        {year: (low, high) for year, (low, high) in points.items() if low is not None and high is not None and low != high},
        frozenset(line.so_far),
        frozenset(line.bridges),
        {value.year: value.shown.text for value in line.values if line.is_worded and value.shown.low},
    )
    if not is_large:
        return small_multiple(curve, Frame.around([curve], decimals=line.decimals))
    path = Curve(_("Vägen till målet"), {year: _value(value) for year, value in line.path})
    original = Curve(_("Ursprunglig väg"), {year: _value(value) for year, value in line.original})
    return way_to_target(curve, path, original, plan_year=plan_year, decimals=line.decimals)


@register.simple_tag
def status_picture(view: LongView) -> SafeString:
    """`{% status_picture view %}`: a column a year, from the table beneath it."""
    words = " ".join(f"{year}: {words_for(word for word, n in own for _each in range(n)) or '–'}." for year, own in view.counts)
    return status_columns(view.counts, _("Åtgärdernas status år för år"), words)


@register.simple_tag
def status_key(view: LongView) -> SafeString:
    """`{% status_key view %}`: what the parts of the columns are, those that are there."""
    present = {word for _year, own in view.counts for word, _n in own}
    return format_html_join("", "<li>{} {}</li>", ((status_swatch(word), SYMBOLS[word][1]) for word in COLUMN if word in present))


@register.simple_tag
def exact_number(value: str, decimals: int = 0) -> str:
    """`{% exact_number "340000" 0 %}` → "34"; "" (missing) → "saknas"."""
    return number(_value(value), decimals) or _("saknas")


@register.filter
def by_year(series: OutsideSeries) -> list[tuple[int, str]]:
    """`{% for year, value in series|by_year %}`: its years, each with its value."""
    return list(zip(series.years, series.values, strict=True))


@register.simple_tag
def own_style(styles: str) -> SafeString:
    """`{% own_style styles %}`: our own stylesheets, inside a file that must stand by itself."""
    return mark_safe(f"<style>{styles}</style>")  # read from our static files, nothing typed by anybody


def _curve(series: OutsideSeries) -> Curve:
    values = {year: _value(value) for year, value in zip(series.years, series.values, strict=True)}
    return Curve(series.place, values, frozenset(series.breaks))


def _value(text: str) -> int | Fraction | None:
    """What `exact` has written. Most are whole, and a fraction takes ten times as long to read."""
    if not text:
        return None
    return Fraction(text) if "/" in text else int(text)
