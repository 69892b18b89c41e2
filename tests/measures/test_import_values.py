"""Dates, numbers, amounts, stretches of time and names, as people write them in real plans."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.imports.cells import text_of
from measures.imports.days import read_day
from measures.imports.names import NameBook
from measures.imports.numbers import read_effect_time, read_money, read_number
from measures.rules import SCALE

NOTHING = "\u00a0 – "


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("2025-09-01", "2025-09-01", "2025-09-01"),
        ("2025-09-01 00:00:00", "2025-09-01", "2025-09-01"),
        (date(2025, 4, 1), "2025-04-01", "2025-04-01"),
        ("31.12.2028", "2028-12-31", "2028-12-31"),
        ("31/12-28", "2028-12-31", "2028-12-31"),
        ("1/3 2025", "2025-03-01", "2025-03-01"),
        ("3 / 4 2025", "2025-04-03", "2025-04-03"),
        ("den 3:e mars 2026", "2026-03-03", "2026-03-03"),
        ("1 okt. 2026", "2026-10-01", "2026-10-01"),
        ("20250901", "2025-09-01", "2025-09-01"),
        (45901, "2025-09-01", "2025-09-01"),
        ("T2 2025", "2025-05-01", "2025-08-31"),
        ("2026 T1", "2026-01-01", "2026-04-30"),
        ("tertial 3 2026", "2026-09-01", "2026-12-31"),
        ("Q3 2026", "2026-07-01", "2026-09-30"),
        ("första halvåret 2026", "2026-01-01", "2026-06-30"),
        ("2027", "2027-01-01", "2027-12-31"),
        (2027, "2027-01-01", "2027-12-31"),
        ("våren 2026", "2026-01-01", "2026-06-30"),
        ("hösten 2030", "2030-07-01", "2030-12-31"),
        ("HT-26", "2026-07-01", "2026-12-31"),
        ("mars 2026", "2026-03-01", "2026-03-31"),
        ("feb 2028", "2028-02-01", "2028-02-29"),
        ("v. 53 2026", "2026-12-28", "2027-01-03"),
        ("läsåret 2025/26", "2025-07-01", "2026-06-30"),
        ("årsskiftet 2025/2026", "2026-01-01", "2025-12-31"),
        ("fr.o.m. 2025-09-01", "2025-09-01", "2025-09-01"),
        ("29 feb 2028", "2028-02-29", "2028-02-29"),
    ],
)
def test_a_date_is_read_as_people_write_it(written, start, end):
    assert str(read_day(written, is_end=False).day) == start
    assert str(read_day(written, is_end=True).day) == end


@pytest.mark.parametrize("written", ["T2 2025", "2027", "våren 2026", "mars 2026", 45901])
def test_a_stretch_of_time_says_that_it_was_read_as_a_day(written):
    assert read_day(written, is_end=False).reading == "stretch"


@pytest.mark.parametrize("written", ["2025-09-01", "31.12.2028", date(2025, 4, 1)])
def test_an_exact_day_needs_no_saying(written):
    assert read_day(written, is_end=False).reading == ""


@pytest.mark.parametrize(
    ("written", "is_end", "reading"),
    [("löpande", False, "running"), ("Pågår", False, "running"), ("löpande", True, "open"), ("Tills vidare", True, "open")],
)
def test_running_and_open_have_no_day(written, is_end, reading):
    day = read_day(written, is_end=is_end)
    assert (day.day, day.reading, day.wrong) == (None, reading, "")


@pytest.mark.parametrize("written", [None, "", "–", "-", "?", "oklart", "Ej beslutat", NOTHING])
def test_an_empty_date_is_neither_a_date_nor_wrong(written):
    assert read_day(written, is_end=True) == read_day(None, is_end=True)


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("31 juni", "no_such_day"),
        ("31 juni 2026", "no_such_day"),
        ("31/6 2026", "no_such_day"),
        ("29 feb 2027", "no_such_day"),
        ("2025-13-01", "no_such_day"),
        ("vecka 53 2027", "no_such_day"),
        ("1 mars", "no_year"),
        ("1/3", "no_year"),
        ("0001-01-01", "odd_year"),
        ("2525-01-01", "odd_year"),
        ("T4 2026", "not_a_date"),
        ("snarast", "not_a_date"),
        ("2025–2027", "not_a_date"),
        ("tills vidare", "not_a_date"),  # nothing starts until further notice
        (True, "not_a_date"),
        (12.5, "not_a_date"),
        (float("inf"), "not_a_date"),
    ],
)
def test_what_is_no_date_says_why(written, wrong):
    day = read_day(written, is_end=False)
    assert (day.day, day.wrong) == (None, wrong)


@given(st.dates(date(1950, 1, 1), date(2150, 12, 31)))
def test_every_date_survives_the_ways_of_writing_it(day):
    for written in (day.isoformat(), f"{day.day}.{day.month}.{day.year}", f"{day.day}/{day.month} {day.year}"):
        assert read_day(written, is_end=False).day == day


@given(st.text() | st.integers() | st.floats(), st.booleans())
def test_nothing_makes_the_date_reader_stumble(cell, is_end):
    day = read_day(cell, is_end=is_end)
    assert day.day is None or not day.wrong


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("25", 25),
        (25, 25),
        (25.0, 25),
        ("0", 0),
        ("1 250", 1250),
        ("1\u00a0250", 1250),
        ("1\u202f234,5", 1234.5),
        ("1.234,56", 1234.56),
        ("1.234.567", 1234567),
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("0,125", 0.125),
        ("-5", -5),
        ("−5", -5),
        ("18 %", 18),
        ("25 st", 25),
        ("ca 30", 30),
        (0.1 + 0.2, 0.3),
    ],
)
def test_a_number_is_read_as_people_write_it(written, value):
    number = read_number(written)
    assert (number.value, number.wrong) == (round(value * SCALE), "")


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("1.250", "thousands_or_decimals"),
        ("1,250", "thousands_or_decimals"),
        ("tolv", "not_a_number"),
        ("30-40", "not_a_number"),
        ("1e5", "not_a_number"),
        ("1 23", "not_a_number"),
        ("=1+1", "not_a_number"),
        (True, "not_a_number"),
        (1e300, "too_large"),
        ("9" * 30, "too_large"),
    ],
)
def test_what_is_no_number_says_why(written, wrong):
    assert (read_number(written).value, read_number(written).wrong) == (None, wrong)


def test_a_bare_fraction_where_percent_is_meant_is_never_guessed():
    assert read_number(0.18, unit="%").wrong == "percent_or_fraction"
    assert read_number("18 %", unit="%").value == 18 * SCALE
    assert read_number("0,18 %", unit="%").value == 1800
    assert read_number(18, unit="%").value == 18 * SCALE


def test_what_was_rounded_or_about_is_noted():
    assert read_number(100 / 3).note == "rounded"
    assert read_number("cirka 30").note == "about"
    assert read_number("12,25").decimals == 2


@given(st.integers(-(10**11) + 1, 10**11 - 1))
def test_every_whole_number_survives(number):
    swedish = f"{number:,}".replace(",", " ")
    assert read_number(swedish).value == read_number(number).value == number * SCALE


@given(st.text() | st.floats() | st.integers() | st.none(), st.sampled_from(["", "%", "st", "kr"]))
def test_nothing_makes_the_number_reader_stumble(cell, unit):
    number = read_number(cell, unit=unit)
    assert number.value is None or not number.wrong
    assert read_money(cell).value is None or not read_money(cell).wrong


@pytest.mark.parametrize(
    ("written", "kronor"),
    [
        ("1,2 mkr", 1_200_000),
        ("2 mnkr per år", 2_000_000),
        ("1,2 miljoner kronor", 1_200_000),
        ("150 000", 150_000),
        ("150 000 kr", 150_000),
        ("150 000:-", 150_000),
        ("150 tkr", 150_000),
        ("150 tkr/år", 150_000),
        (400_000.0, 400_000),
        ("0", 0),
    ],
)
def test_money_is_read_as_people_write_it(written, kronor):
    assert read_money(written).value == kronor * SCALE


@pytest.mark.parametrize("written", ["dyrt", "1.250 tkr", "10 dollar"])
def test_what_is_no_amount_says_why(written):
    assert read_money(written).value is None
    assert read_money(written).wrong


@pytest.mark.parametrize(
    ("written", "output", "outcome"),
    [
        ("0–6 mån / 1–2 år", (0, 6), (12, 24)),
        ("2–5 år / 10+ år", (24, 60), (120, None)),
        ("0–3 mån / 1 år", (0, 3), (12, 12)),
        ("6 mån / löpande", (6, 6), None),
        ("0–6 mån / val (4 år)", (0, 6), (48, 48)),
        ("2-3 år", None, (24, 36)),
        ("", None, None),
    ],
)
def test_time_to_effect_is_read_in_months(written, output, outcome):
    time = read_effect_time(written)
    assert (time.output, time.outcome, time.is_clear) == (output, outcome, True)


@pytest.mark.parametrize("written", ["snart", "1 år / 2 år / 3 år", "6–0 mån / 1 år"])
def test_an_unclear_time_to_effect_says_so(written):
    assert not read_effect_time(written).is_clear


# --- names ------------------------------------------------------------------------------------------------------------

COMPANY = "Norrbruksbyggen AB (Exempel)"
COUNCIL = "Norrbruks kommun, kommunledning (Exempel)"
POLICE = "Polisen, lokalpolisområde Norrbruk (Exempel)"
SOCIAL = "Norrbruks socialtjänst (Exempel)"
CLUB = "Norrbruks IF (Exempel)"
CULTURE = "Kultur och fritid"


@pytest.fixture
def book() -> NameBook:
    return NameBook([COMPANY, COUNCIL, POLICE, SOCIAL, CLUB, CULTURE])


@pytest.mark.parametrize(
    ("written", "names"),
    [
        (COUNCIL, [COUNCIL]),
        (f"{COMPANY}\n{CLUB}", [COMPANY, CLUB]),
        (f"{COMPANY}; {COUNCIL}", [COMPANY, COUNCIL]),
        (f"{CLUB}, {COUNCIL}, {COMPANY}", [CLUB, COUNCIL, COMPANY]),
        (f"{POLICE}, {COUNCIL}", [POLICE, COUNCIL]),
        (f"{CLUB} samt {POLICE} samt {COMPANY}", [CLUB, POLICE, COMPANY]),
        (f"{CULTURE} och {CLUB}", [CULTURE, CLUB]),
        (f"  {CLUB.upper()} ", [CLUB]),
        ("–", []),
    ],
)
def test_a_list_of_actors_is_cut_where_the_register_says(book, written, names):
    mentions = book.mentions(text_of(written))
    assert [mention.name for mention in mentions] == names
    assert all(mention.is_exact for mention in mentions)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Norrbruks socialtjanst (Exempel)", SOCIAL),
        ("Norrbruks kommun, komunledning", COUNCIL),
        ("Norrbruksbyggen", COMPANY),
        ("Norrbruks  I.F.", CLUB),
    ],
)
def test_a_misspelt_actor_is_suggested_never_taken_as_exact(book, written, name):
    (mention,) = book.mentions(text_of(written))
    assert (mention.name, mention.is_exact) == (name, False)


def test_an_unknown_actor_is_unknown_and_keeps_its_neighbours(book):
    mentions = book.mentions(f"{CLUB}, Hembygdsföreningen, {COUNCIL}")
    assert [(m.text, m.name) for m in mentions] == [(CLUB, CLUB), ("Hembygdsföreningen", ""), (COUNCIL, COUNCIL)]


def test_names_that_differ_only_in_a_number_are_not_alike():
    (mention,) = NameBook(["Förskolan Solrosen 1"]).mentions("Förskolan Solrosen 2")
    assert mention.alike == ()


def test_two_equally_like_names_are_left_to_a_person():
    (mention,) = NameBook(["Östra skolans förening", "Västra skolans förening"]).mentions("Stra skolans förening")
    assert mention.name == ""
    assert len(mention.alike) == 2


def test_what_a_person_has_chosen_is_exact():
    (mention,) = NameBook([CLUB], {"Idrottsföreningen": CLUB}).mentions("idrottsföreningen")
    assert (mention.name, mention.is_exact) == (CLUB, True)


@given(st.text(max_size=200))
def test_nothing_makes_the_cutting_of_names_stumble(text):
    NameBook([COMPANY, COUNCIL, CULTURE]).mentions(text)


def test_decomposed_letters_odd_spaces_and_invisible_characters_are_cleaned():
    assert text_of("A\u030angstro\u0308m\u00a0\u00adAB\u200b\x07") == "Ångström AB"
    assert text_of("rad 1\r\nrad  2 ") == "rad 1\nrad 2"
