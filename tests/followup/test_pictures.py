"""The years below a picture never run together, however many they are, and the first and the last are there while there is room."""

import itertools
import re

import pytest

from followup.pictures import Curve, Frame, small_multiple, status_columns, way_to_target

WIDE = 2.54
"""Four figures in DejaVu Sans, wider than our own letters: what a reader without them gets. In the size of the letters."""


def years_in(svg: str) -> list[tuple[int, float, float]]:
    """Each year with where it begins and ends."""
    found = re.findall(r'<text x="([\d.]+)" y="[\d.]+" [^>]*font-size="([\d.]+)"[^>]*text-anchor="(\w+)">((?:19|20)\d\d)</text>', svg)
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}
    starts = [(int(year), float(x) - shift[anchor] * WIDE * float(size), WIDE * float(size)) for x, size, anchor, year in found]
    return [(year, start, start + width) for year, start, width in starts]


def are_apart(svg: str, width: int) -> bool:
    years = sorted(years_in(svg), key=lambda each: each[1])
    inside = all(start >= 0 and end <= width for _year, start, end in years)
    return inside and all(before[2] < after[1] for before, after in itertools.pairwise(years))


@pytest.mark.parametrize("first", [2014, 2023, 2024, 2032, 2033, 2034])
@pytest.mark.parametrize("width", [190, 210, 420])
def test_the_way_to_the_target_says_its_years_apart(first, width):
    """A baseline the year before the plan, ten years of figures, a target at the end: 2024 and 2025 stood as 20242025."""
    curve = Curve("besök", {year: 10_000 * (year - first) for year in range(first, 2035)})
    path = Curve("vägen", {first: 0, 2034: 1_000_000})
    svg = way_to_target(curve, path, Curve("", {}), plan_year=first + (first < 2034), decimals=0, width=width)
    assert are_apart(svg, width)
    told = {year for year, _start, _end in years_in(svg)}
    assert 2034 in told
    assert first in told or first == 2033


def test_ten_years_of_figures_have_their_labels_in_the_large_picture():
    curve = Curve("besök", dict.fromkeys(range(2025, 2035), 10_000))
    svg = way_to_target(curve, Curve("", {}), Curve("", {}), plan_year=2025, decimals=0)
    assert [year for year, _start, _end in years_in(svg)] == list(range(2025, 2035))


@pytest.mark.parametrize("years", [1, 2, 10])
def test_a_small_picture_says_the_first_and_the_last(years):
    curve = Curve("trygghet", {2034 - each: 600_000 for each in range(years)})
    svg = small_multiple(curve, Frame.around([curve]))
    assert are_apart(svg, 210)
    assert [year for year, _start, _end in years_in(svg)] == sorted({2034 - years + 1, 2034})


@pytest.mark.parametrize("years", [1, 3, 10, 20, 40])
def test_columns_of_many_years_have_the_labels_there_is_room_for(years):
    svg = status_columns([(2034 - each, [("done", 3)]) for each in reversed(range(years))], "status", "")
    assert are_apart(svg, 420)
    told = [year for year, _start, _end in years_in(svg)]
    assert told[-1] == 2034
    assert len(told) == years or years > 10


@pytest.mark.parametrize("value", [7, 340, 1252, 955_146])
def test_the_last_value_stands_whole_beside_the_line(value):
    """ "1 252" stood as "1 25": the figures after the thousand were beyond the edge of the picture."""
    curve = Curve("besök", {2033: 0, 2034: value * 10_000})
    frame = Frame.around([curve])
    small, large = small_multiple(curve, frame), way_to_target(curve, Curve("", {}), Curve("", {}), plan_year=2025, decimals=0)
    for svg, width in ((small, 210), (large, 420)):
        x, size, words = re.findall(r'<text x="([\d.]+)" [^>]*font-size="([\d.]+)" font-weight="600"[^>]*>([^<]+)</text>', svg)[-1]
        assert float(x) + 0.53 * float(size) * len(words) <= width
