"""How figures, days and periods are written."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from followup.words import Protection, Verdict
from stakeholders import clock, formats

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (16_400_000, 0, f"1{NBSP}640"),
        (35_000, 1, "3,5"),
        (0, 0, "0"),
        (0, 2, "0,00"),
        (5_000, 0, "1"),
        (4_999, 0, "0"),
        (-5_000, 0, "−1"),
        (-4_999, 0, "0"),
        (500, 1, "0,1"),
        (12_345_678_900, 0, f"1{NBSP}234{NBSP}568"),
        (99_999, 1, "10,0"),
        (Fraction(10_000, 3), 2, "0,33"),
        (None, 0, ""),
    ],
)
def test_a_number_is_rounded_once_half_away_from_zero(value, decimals, written):
    assert formats.number(value, decimals) == written


@given(st.integers(-(10**15), 10**15), st.integers(0, 4))
def test_rounding_is_never_further_off_than_half_a_step_and_mirrors_at_zero(value, decimals):
    written = Fraction(formats.rounded(value, decimals), 10**decimals)
    assert abs(written - Fraction(value, 10_000)) <= Fraction(1, 2 * 10**decimals)
    assert formats.rounded(-value, decimals) == -formats.rounded(value, decimals)


def test_in_english_a_number_is_written_as_the_english_do():
    with translation.override("en"):
        assert formats.number(12_345_678_900) == "1,234,568"
        assert formats.number(35_000, 1) == "3.5"


def test_a_share_has_no_decimals():
    assert formats.percent(7_200) == f"72{NBSP}%"
    assert formats.percent(Fraction(10_000, 3)) == f"33{NBSP}%"
    assert formats.percent(None) == ""
    assert formats.percent_interval(6_800, 7_200) == f"68–72{NBSP}%"


def test_an_interval_is_one_number_when_its_ends_are_written_alike():
    assert formats.interval(3_400_000, 4_100_000) == "340–410"
    assert formats.interval(100_100, 103_000) == "10"
    assert formats.interval(None, None) == ""


def test_days_are_written_as_they_are_said():
    day = date(2027, 1, 22)
    assert formats.weekday(day) == "fredag 22 januari"
    assert formats.day_month(day) == "22 januari"
    assert formats.full_day(day) == "22 januari 2027"


def test_a_moment_is_stockholm_time():
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    with clock.at(new_year):
        assert formats.day_and_time(new_year) == "fredag 1 januari kl. 00.30"
    with clock.at(datetime(2026, 12, 31, 12, 0, tzinfo=UTC)):
        assert formats.day_and_time(new_year) == "fredag 1 januari 2027 kl. 00.30"
    assert formats.clock_time(datetime(2026, 7, 1, 12, 31, tzinfo=UTC)) == "14.31"


def test_what_has_happened_is_told_as_near_as_needed():
    with clock.at(datetime(2027, 1, 19, 15, 0, tzinfo=UTC)):
        assert formats.when(datetime(2027, 1, 19, 12, 52, tzinfo=UTC)) == "13.52"
        assert formats.when(datetime(2027, 1, 18, 22, 59, tzinfo=UTC)) == "i går"
        assert formats.when(datetime(2027, 1, 18, 23, 1, tzinfo=UTC)) == "00.01"
        assert formats.when(datetime(2027, 1, 2, 12, 0, tzinfo=UTC)) == "2 jan"
        assert formats.when(datetime(2026, 5, 12, 12, 0, tzinfo=UTC)) == "12 maj 2026"


@pytest.mark.parametrize(
    ("first", "last", "long", "short"),
    [
        ((2026, 9, 1), (2026, 12, 31), "september–december 2026", "sep–dec 2026"),
        ((2026, 3, 1), (2026, 3, 31), "mars 2026", "mar 2026"),
        ((2026, 1, 1), (2026, 12, 31), "2026", "2026"),
        ((2026, 12, 1), (2027, 3, 31), "december 2026–mars 2027", "dec 2026–mar 2027"),
        ((2026, 1, 1), (2026, 4, 30), "januari–april 2026", "jan–apr 2026"),
    ],
)
def test_a_period_is_named_by_its_months(first, last, long, short):
    assert formats.span(date(*first), date(*last)) == long
    assert formats.span(date(*first), date(*last), short=True) == short


def test_a_list_ends_with_och():
    assert formats.listing(["a", "b", "c"]) == "a, b och c"
    assert formats.listing(["a", "b"]) == "a och b"
    assert formats.listing(["a"]) == "a"
    assert formats.listing([]) == ""


def test_how_many_of_how_many():
    assert formats.out_of(19, 1024) == f"19 av 1{NBSP}024"
    with translation.override("en"):
        assert formats.out_of(19, 1024) == "19 of 1,024"
    assert formats.out_of(19, 1024) == f"19 av 1{NBSP}024"


def test_the_same_word_of_two_lists_and_in_two_languages():
    assert [formats.label(Protection.HIDDEN), formats.label(Verdict.HIDDEN)] == ["dold", "Visas inte: små tal"]
    with translation.override("en"):
        assert formats.label(Protection.HIDDEN) != "dold"
