"""The picture of a target: drawn from the figures, and true to them."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stakeholders.pictures import AMBER, BLUE, GREEN, RED, TargetBar, target_axis, target_bar

S = 10_000
READING = TargetBar(
    name="Elever i läxhjälp", baseline=40 * S, baseline_year=2024, target=80 * S, target_year=2028, verdict="on_path",
    low=61 * S, high=61 * S, path_low=56 * S, path_high=64 * S, last_year=49 * S,
)  # fmt: skip


def bars(svg: str, colour: str) -> list[tuple[float, float]]:
    """(left, right) of each rectangle of a colour."""
    found = re.findall(rf'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*fill="{colour}"', svg)
    return [(float(x), round(float(x) + float(width), 1)) for x, width in found]


def test_it_is_a_picture_with_a_name_and_says_in_words_what_it_shows():
    svg = target_bar(READING)
    assert 'role="img"' in svg
    assert "<title>Elever i läxhjälp</title>" in svg
    assert "Läget 2024: 40. Mål 2028: 80. Nu: 61. Förra året: 49. Hit borde vi ha kommit: 56–64." in svg
    assert "style=" not in svg


def test_the_bar_reaches_as_far_as_the_figure():
    (start, end), *_ = bars(target_bar(READING), GREEN)
    (full_start, full_end), *_ = bars(target_bar(replace(READING, low=80 * S, high=80 * S)), GREEN)
    assert full_start == start
    assert (end - start) / (full_end - full_start) == pytest.approx(21 / 40, abs=0.01)


def test_a_falling_goal_reads_like_a_rising_one():
    falling = replace(READING, baseline=80 * S, target=40 * S, low=59 * S, high=59 * S, path_low=64 * S, path_high=56 * S, last_year=71 * S)
    assert bars(target_bar(falling), GREEN) == bars(target_bar(READING), GREEN)


def test_the_wrong_way_goes_to_the_left_and_is_red():
    wrong = replace(READING, low=36 * S, high=36 * S, verdict="wrong_way")
    (start, end), *_ = bars(target_bar(wrong), RED)
    (right, _), *_ = bars(target_bar(READING), GREEN)
    assert start < end == right


def test_an_interval_is_solid_to_its_near_end_and_dashed_to_its_far():
    svg = target_bar(replace(READING, low=50 * S, high=70 * S, verdict="uncertain"))
    assert len(bars(svg, BLUE)) == 1
    assert svg.count("stroke-dasharray") == 1
    assert "Nu: 50–70." in svg


def test_an_interval_across_the_baseline_has_nothing_certain():
    svg = target_bar(replace(READING, low=30 * S, high=50 * S, verdict="uncertain"))
    assert bars(svg, BLUE) == [(bars(target_bar(READING), GREEN)[0][0],) * 2]
    assert svg.count("stroke-dasharray") == 1


def test_too_early_is_hollow():
    svg = target_bar(replace(READING, verdict="too_early"))
    assert not any(bars(svg, colour) for colour in (GREEN, AMBER, RED, BLUE))


def test_no_figure_is_the_word_and_never_a_bar():
    svg = target_bar(replace(READING, low=None, high=None, verdict="no_data"))
    assert ">saknas<" in svg
    assert "Nu: saknas." in svg
    assert not bars(svg, GREEN)


def test_a_target_equal_to_the_baseline_cannot_be_drawn():
    assert "går inte att räkna ut" in target_bar(replace(READING, target=40 * S))


def test_what_reaches_beyond_the_picture_is_cut_at_its_edge():
    (_, end), *_ = bars(target_bar(replace(READING, low=400 * S, high=400 * S, verdict="ahead")), GREEN)
    assert end <= 248
    assert 'stroke="#fff" stroke-width="2"' in target_bar(replace(READING, low=400 * S, high=400 * S))


@pytest.mark.parametrize("last_year", [-400, 0, 400])
@pytest.mark.parametrize("flush", [False, True])
def test_last_years_ring_is_whole_also_beyond_the_picture(last_year, flush):
    svg = target_bar(replace(READING, last_year=last_year * S), width=190, flush=flush)
    x = float(re.search(r'<circle cx="([\d.]+)"', svg)[1])
    assert 4.1 <= x <= 190 - 4.1


def test_a_name_is_text_and_never_markup():
    assert "<script>" not in target_bar(replace(READING, name="<script>", lacks="<script>", low=None, high=None))


def test_the_axis_tells_its_years():
    assert ">2024<" in target_axis(2024, 2028)
    assert ">mål 2028<" in target_axis(2024, 2028)


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(0, 10**6))
def test_nothing_is_ever_drawn_outside(baseline, target, low, more):
    svg = target_bar(
        replace(READING, baseline=baseline, target=target, low=low, high=low + more, last_year=low, path_low=None, path_high=None)
    )
    for x in re.findall(r'\b(?:x|cx)="(-?[\d.]+)"', svg):
        assert 0 <= float(x) <= 248
    for width in re.findall(r' width="(-?[\d.]+)"', svg):
        assert float(width) >= 0
