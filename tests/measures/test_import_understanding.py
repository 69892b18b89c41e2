"""What a file means, and every problem it has, as row, column, value and remedy: on the real example and on rubbish."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures import spreadsheets
from measures.imports.headings import find_layout
from measures.imports.problems import WORDING, Problem, Severity
from measures.imports.tree import LEFT_OUT, NEW, Choices, Known, Understanding
from measures.imports.understanding import understand
from measures.rules import SCALE
from measures.spreadsheets import Row, Sheet, pack_workbook, unpack_workbook

EXAMPLE = Path(spreadsheets.__file__).parent / "examples" / "handlingsplan_exempel.xlsx"

TITLE = ["Handlingsplan mot segregation 2025–2034"]
HEADINGS = ["Fokusområde", "Mål", "Nr", "Åtgärd", "Ansvarig", "Medverkande", "Startdatum", "Slutdatum", "Orsak", "Stöd i forskning"]
GOOD = ["Boende", "Mål 1", "1.1", "Boskola", "Bolaget", None, "2025-01-01", "2030-12-31", "Trångboddhet", "D – praxis"]
INDICATOR_HEADINGS = [
    *("Åtgärd nr", "Indikator", "Nivå", "Räknesätt", "Enhet", "Riktning", "Målet avser", "Utgångsvärde", "År"),
    *("Målvärde 2028", "Målvärde 2034", "Källa"),
]
GOOD_INDICATOR = ["1.1", "antal kurser", "Prestation", "antal", "st", "ökar", "per år", 0, 2024, 5, 10, "aktören"]
KNOWN = Known(actors=("Bolaget", "Skolan", "Föreningen"), areas=("Hyttan",))


def a_sheet(name: str, *rows: list) -> Sheet:
    return Sheet(name, [Row(number, row) for number, row in enumerate(rows, 1) if any(cell is not None for cell in row)])


def a_plan(*rows: list, headings: list | None = None) -> Sheet:
    """Titles on row 1, headings on row 2, measures from row 3."""
    return a_sheet("Handlingsplan", TITLE, headings or HEADINGS, *rows)


def changed(row: list, headings: list, **cells) -> list:
    row = list(row)
    for heading, value in cells.items():
        row[headings.index(heading.replace("_", " "))] = value
    return row


def a_measure(**cells) -> list:
    return changed(GOOD, HEADINGS, **cells)


def an_indicator(**cells) -> list:
    return changed(GOOD_INDICATOR, INDICATOR_HEADINGS, **cells)


def read(*sheets: Sheet, known: Known = KNOWN, **choices) -> Understanding:
    return understand(list(sheets), known, Choices(**choices))


def codes(result: Understanding, severity: Severity | None = None) -> list[str]:
    return [p.code for p in result.problems if severity is None or p.severity is severity]


# --- the real file ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example() -> Understanding:
    return understand(unpack_workbook(pack_workbook(EXAMPLE)), Known(), Choices())


def test_the_example_is_read_whole(example):
    assert (len(example.measures), len(example.indicators), len(example.actors), len(example.areas)) == (61, 122, 15, 9)
    assert len({measure.focus_area for measure in example.measures}) == 7
    assert codes(example, Severity.BLOCKS) == []


def test_the_titles_of_the_example_tell_about_the_plan(example):
    head = example.head
    assert head.title == "Handlingsplan för integration och social sammanhållning 2025–2034"
    assert (head.first_year, head.last_year) == (2025, 2034)
    assert (head.adopted_by, head.adopted_on, head.decision_paragraph, head.dnr) == ("styrelsen", date(2025, 2, 12), "§ 8", "NB 2024/117")


def test_the_first_measure_of_the_example_is_right_in_every_field(example):
    measure = example.measures[0]
    assert (measure.row, measure.number, measure.title, measure.focus_area) == (6, "1.1", "Boskola", "Boende och uthyrning")
    assert measure.responsible == ("Norrbruksbyggen AB (Exempel)",)
    assert measure.contributing == (
        "Norrbruks vuxenutbildning (Exempel)",
        "Norrbruks räddningstjänst (Exempel)",
        "Norrbruks IF (Exempel)",
    )
    assert (measure.starts_on, measure.ends_on) == (date(2025, 9, 1), date(2028, 12, 31))
    assert (measure.output_months, measure.outcome_months, measure.time_to_effect) == (6, 24, "0–6 mån / 1–2 år")
    assert (measure.funding, measure.budget_per_year, measure.evidence_grade) == ("own_operations", None, "D")
    assert measure.evidence_finding.startswith("Vanlig praxis")


def test_the_blemishes_of_the_example_are_found_and_told(example):
    assert Counter(codes(example, Severity.GAP)) == {
        "end_missing": 11,
        "cause_missing": 7,
        "kind_missing": 5,
        "ratio_undefined": 4,
        "direction_against_targets": 1,
    }
    by_number = {measure.number: measure for measure in example.measures}
    assert by_number["1.3"].starts_on == date(2027, 5, 1)  # "T2 2027"
    assert by_number["1.3"].budget_per_year == 1_200_000  # "1,2 mkr"
    assert by_number["1.4"].responsible == ("Norrbruks socialtjänst (Exempel)",)  # written "socialtjanst"
    assert by_number["3.5"].starts_on == date(2025, 1, 1)  # "löpande"
    assert by_number["3.4"].runs_until_further_notice  # "tills vidare"
    assert by_number["7.5"].contributing == ()
    values = {(i.measure, i.row): i for i in example.indicators}
    assert values["1.7", 14].baseline == 1250 * SCALE  # "1 250" with a hard space, as text
    assert values["7.4", 120].targets == ((2028, 14 * SCALE), (2034, 9 * SCALE))  # "14 %"


def test_an_indicator_without_rasknesatt_has_no_kind(example):
    without = [indicator.row for indicator in example.indicators if not indicator.kind]
    assert without == [32, 42, 68, 98, 112]


def test_notes_about_the_same_reading_stand_once(example):
    (note,) = [p for p in example.problems if p.value == "hösten 2030"]
    assert (note.code, note.row, note.facts["times"]) == ("day_read_as", 12, 14)
    assert note.wrong == "”hösten 2030” läses som 2030-12-31."


# --- one problem at a time --------------------------------------------------------------------------------------------


def test_a_good_row_has_nothing_to_say():
    result = read(a_plan(GOOD), a_sheet("Indikatorer", INDICATOR_HEADINGS, GOOD_INDICATOR))
    assert result.problems == []
    assert len(result.measures) == len(result.indicators) == 1


@pytest.mark.parametrize(
    ("cells", "code", "column", "sentence"),
    [
        ({"Slutdatum": "31 juni 2026"}, "no_such_day", "Slutdatum", "”31 juni 2026” finns inte."),
        ({"Startdatum": "1/3"}, "no_year", "Startdatum", "”1/3” saknar år."),
        ({"Startdatum": "snart"}, "not_a_date", "Startdatum", "”snart” går inte att läsa som ett datum."),
        ({"Slutdatum": "2024-01-01"}, "end_before_start", "Slutdatum", "Slutet 2024-01-01 ligger före starten 2025-01-01."),
        ({"Nr": None}, "number_missing", "Nr", "Åtgärden saknar nummer."),
        ({"Nr": date(2026, 2, 1)}, "number_is_date", "Nr", "Excel har gjort om numret till ett datum (2026-02-01)."),
        ({"Åtgärd": None}, "title_missing", "Åtgärd", "Åtgärden saknar namn."),
        ({"Åtgärd": "x" * 301}, "too_long", "Åtgärd", "Texten är 301 tecken lång, högst 300 går in."),
        ({"Åtgärd": "Hjälp Anna 850709-9805"}, "personal_number", "Åtgärd", "Det ser ut som ett personnummer."),
        ({"Ansvarig": "Okända AB"}, "actor_unknown", "Ansvarig", "Aktören ”Okända AB” finns varken i filen eller i registret."),
        ({"Ansvarig": "anna@norrbruk.example"}, "person_as_actor", "Ansvarig", None),
        ({"Fokusområde": None, "Mål": None}, "focus_area_missing", "Fokusområde", None),
    ],
)
def test_a_row_in_error_is_left_out_with_row_column_value_and_remedy(cells, code, column, sentence):
    result = read(a_plan(a_measure(**cells), a_measure(Nr="1.2", Fokusområde="Boende", Mål="Mål 1")))
    (problem,) = [p for p in result.problems if p.severity is Severity.BLOCKS]
    assert (problem.code, problem.sheet, problem.row, problem.column) == (code, "Handlingsplan", 3, column)
    assert sentence is None or problem.wrong == sentence
    assert problem.remedy.endswith((".", "?"))
    assert [measure.number for measure in result.measures] == ["1.2"]
    assert result.blocked_rows == {("Handlingsplan", 3)}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"Slutdatum": None}, "end_missing"),
        ({"Startdatum": "–"}, "start_missing"),
        ({"Orsak": None}, "cause_missing"),
        ({"Ansvarig": None}, "responsible_missing"),
        ({"Stöd_i_forskning": None}, "evidence_missing"),
        ({"Stöd_i_forskning": "bra idé"}, "evidence_ungraded"),
    ],
)
def test_what_is_missing_in_the_plan_is_a_gap_and_the_row_is_read(cells, code):
    result = read(a_plan(a_measure(**cells)))
    assert codes(result) == [code]
    assert len(result.measures) == 1


def test_the_second_row_with_a_number_is_left_out():
    result = read(a_plan(GOOD, a_measure(Åtgärd="En annan")))
    (problem,) = result.problems
    assert (problem.code, problem.row, problem.wrong) == ("number_twice", 4, "Numret 1.1 står redan på rad 3.")
    assert [measure.title for measure in result.measures] == ["Boskola"]


def test_numbers_that_excel_made_equal_are_told_apart_by_nobody():
    result = read(a_plan(a_measure(Nr=1.1), a_measure(Nr=1.1, Åtgärd="Egentligen 1.10")))
    assert codes(result) == ["number_twice"]
    assert "1.10 som text" in result.problems[0].remedy


def test_a_misspelt_actor_is_used_and_shown():
    result = read(a_plan(a_measure(Ansvarig="Skollan", Medverkande="Bolaget, Skolan")))
    assert result.measures[0].responsible == ("Skolan",)
    assert result.measures[0].contributing == ("Bolaget",)
    assert codes(result) == ["actor_alike", "actor_in_both"]
    assert result.problems[0].wrong == "”Skollan” liknar ”Skolan”. Vi använder den."
    assert [(u.text, u.meant, u.places) for u in result.unknown_actors] == [("Skollan", "Skolan", 1)]


def test_a_person_decides_what_an_unknown_actor_is():
    plan = a_plan(a_measure(Ansvarig="Idrotten"), a_measure(Nr="1.2", Ansvarig="Kyrkan"), a_measure(Nr="1.3", Ansvarig="Den där"))
    result = read(plan, actors={"Idrotten": "Föreningen", "Kyrkan": NEW, "Den där": LEFT_OUT})
    assert [measure.responsible for measure in result.measures] == [("Föreningen",), ("Kyrkan",), ()]
    assert [(actor.name, actor.kind) for actor in result.actors] == [("Kyrkan", "other")]
    assert codes(result) == ["actor_left_out", "responsible_missing"]


def test_a_choice_of_an_actor_that_is_gone_is_forgotten():
    result = read(a_plan(a_measure(Ansvarig="Idrotten")), actors={"Idrotten": "Nedlagda föreningen"})
    assert codes(result) == ["actor_unknown"]


def test_focus_area_and_goal_are_carried_downward_but_not_past_the_next():
    result = read(
        a_plan(
            GOOD,
            a_measure(Nr="1.2", Fokusområde=None, Mål=None),
            a_measure(Nr="2.1", Fokusområde="Arbete", Mål=None),
            ["Skola"],
            a_measure(Nr="3.1", Fokusområde=None, Mål=None),
        )
    )
    assert [(m.focus_area, m.goal) for m in result.measures] == [("Boende", "Mål 1"), ("Boende", "Mål 1"), ("Arbete", ""), ("Skola", "")]


def test_footnotes_titles_and_empty_rows_are_no_measures():
    result = read(a_plan(GOOD, [None], ["* Siffrorna är exempel."], [None, None, None, "Summa"]))
    assert codes(result) == ["row_skipped", "row_skipped"]
    assert result.problems[0].wrong == "Raden hoppas över, den är ingen åtgärd: ”* Siffrorna är exempel.”."


def test_a_date_outside_the_plan_is_noted():
    assert codes(read(a_plan(a_measure(Slutdatum="2040-01-01")))) == ["outside_plan"]


# --- headings ---------------------------------------------------------------------------------------------------------


def test_headings_are_found_below_titles_misspelt_and_with_odd_spaces():
    headings = [
        " fokusområde ",
        "MÅL",
        "Nr.",
        "Åtgärd\u00a0",
        "Ansvraig",
        "Medverkande*",
        "Start datum",
        "Slutdatm",
        "Orsak",
        "Stöd i forskning",
    ]
    result = read(a_sheet("Blad1", ["Handlingsplan 2025-2034"], [None], ["Antagen"], headings, GOOD))
    assert len(result.measures) == 1
    assert result.measures[0].responsible == ("Bolaget",)
    misspelt = {p.value: p.facts["meant"] for p in result.problems if p.code == "heading_misspelt"}
    assert misspelt == {"Ansvraig": "Ansvarig", "Start datum": "Startdatum", "Slutdatm": "Slutdatum"}


def test_a_column_nobody_knows_is_noted():
    result = read(a_plan([*GOOD, "intern"], headings=[*HEADINGS, "Anteckning"]))
    assert [(p.code, p.value) for p in result.problems] == [("column_not_read", "Anteckning")]


def test_wrong_headings_stop_the_file_with_a_sentence():
    result = read(a_sheet("Blad1", ["Alfa", "Beta", "Gamma"], ["1", "2", "3"]))
    assert result.is_stopped
    assert codes(result) == ["sheet_not_read", "no_plan_sheet"]


def test_a_person_can_say_what_the_columns_mean():
    sheet = a_sheet("Blad1", ["Plan 2025–2030"], ["Alfa", "Beta", "Gamma"], ["1.1", "Läxhjälp", "Skolan"])
    layout = {"kind": "plan", "header_row": 2, "columns": {"number": 0, "title": 1, "responsible": 2, "focus_area": 1}}
    result = read(sheet, layouts={0: layout})
    assert not result.is_stopped
    assert [(m.number, m.title, m.responsible) for m in result.measures] == [("1.1", "Läxhjälp", ("Skolan",))]
    assert [p.column for p in result.problems if p.code == "end_missing"] == ["Slutdatum"]  # ours, the file has none


def test_a_person_can_leave_a_sheet_out():
    result = read(a_plan(GOOD), a_sheet("Aktörer", ["Aktör", "Typ"], ["Nya", "skola"]), layouts={1: None})
    assert result.actors == []


def test_a_file_without_title_or_years_asks_for_them():
    sheet = a_sheet("Handlingsplan", HEADINGS, GOOD)
    assert "no_plan_title" in codes(read(sheet))
    assert "no_plan_years" in codes(read(sheet, title="Planen"))
    assert not read(sheet, title="Planen", first_year=2025, last_year=2030).is_stopped


@pytest.mark.parametrize(("value", "year"), [("Baslinje", "Basår"), ("Baslinjevärde", "Baslinjeår"), ("Nuläge", "År för nuläge")])
def test_where_one_began_is_found_by_the_words_that_plans_use(value, year):
    headings = [{"Utgångsvärde": value, "År": year}.get(heading, heading) for heading in INDICATOR_HEADINGS]
    layout = find_layout(a_sheet("Indikatorer", headings))
    assert (layout.columns["baseline"], layout.columns["baseline_year"]) == (7, 8)
    assert layout.unread == ()


def test_each_sheet_alone_is_recognised_by_its_headings():
    for name, headings, kind in (
        ("", HEADINGS, "plan"),
        ("", INDICATOR_HEADINGS, "indicators"),
        ("", ["Aktör", "Typ", "E-post"], "actors"),
        ("", ["Område", "Ingår i", "Typ"], "areas"),
    ):
        assert find_layout(a_sheet(name, headings)).kind == kind


def test_a_plan_on_several_sheets_is_one_plan():
    result = read(a_plan(GOOD), a_sheet("Skola", HEADINGS, a_measure(Nr="2.1"), a_measure(Nr="1.1")))
    assert [measure.number for measure in result.measures] == ["1.1", "2.1"]
    assert codes(result) == ["number_twice"]


# --- the other sheets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "code", "is_read"),
    [
        ({"Åtgärd_nr": "9.9"}, "measure_unknown", False),
        ({"Indikator": None}, "indicator_without_name", False),
        ({"Nivå": "lagom"}, "level_unknown", False),
        ({"Utgångsvärde": "många"}, "not_a_number", False),
        ({"Målvärde_2034": "1.250"}, "thousands_or_decimals", False),
        ({"År": "i fjol"}, "year_wrong", False),
        ({"Räknesätt": None}, "kind_missing", True),
        ({"Räknesätt": "gissa"}, "kind_unknown", True),
        ({"Enhet": None}, "unit_missing", True),
        ({"Utgångsvärde": None}, "baseline_missing", True),
        ({"År": None}, "baseline_without_year", True),
        ({"Målet_avser": None}, "basis_missing", True),
        ({"Målvärde_2028": None, "Målvärde_2034": None}, "target_missing", True),
        ({"Riktning": None}, "direction_from_targets", True),
        ({"Riktning": "minskar"}, "direction_against_targets", True),
        ({"Källa": "Kolada"}, "reported_elsewhere", True),
    ],
)
def test_an_indicator_is_read_or_left_out_with_one_problem(cells, code, is_read):
    result = read(a_plan(GOOD), a_sheet("Indikatorer", INDICATOR_HEADINGS, an_indicator(**cells)))
    assert [c for c in codes(result) if c != "indicator_missing"] == [code]
    assert len(result.indicators) == is_read


def test_values_that_cannot_be_understood_are_left_out_not_guessed():
    result = read(a_plan(GOOD), a_sheet("Indikatorer", INDICATOR_HEADINGS, an_indicator(Målet_avser=None, År=None)))
    (indicator,) = result.indicators
    assert (indicator.baseline, indicator.targets, indicator.basis) == (None, (), "")


def test_a_measure_without_indicator_is_a_gap_and_one_in_error_is_not():
    rows = [an_indicator(Utgångsvärde="x")]
    result = read(a_plan(GOOD, a_measure(Nr="1.2")), a_sheet("Indikatorer", INDICATOR_HEADINGS, *rows))
    assert [(p.row, p.value) for p in result.problems if p.code == "indicator_missing"] == [(4, "1.2")]


def test_an_indicator_of_a_row_left_out_says_which_row():
    result = read(a_plan(a_measure(Slutdatum="31 juni 2026")), a_sheet("Indikatorer", INDICATOR_HEADINGS, GOOD_INDICATOR))
    (problem,) = [p for p in result.problems if p.code == "measure_left_out"]
    assert "rad 3" in problem.wrong


def test_indicators_alone_can_point_at_measures_in_the_register():
    known = Known(measures=frozenset({"1.1"}))
    result = read(a_sheet("", INDICATOR_HEADINGS, GOOD_INDICATOR), known=known)
    assert len(result.indicators) == 1
    assert not result.is_stopped


ACTOR_HEADINGS = ["Aktör", "Typ", "Organisationsnummer", "Kontaktperson", "E-post", "Områden"]
GOOD_ACTOR = ["Biblioteket", "bibliotek/kultur/fritid", "999999-9114", "Exempelperson", "b@norrbruk.example", "Hyttan"]


@pytest.mark.parametrize(
    ("cells", "code", "is_read"),
    [
        ({"Organisationsnummer": "999999-9115"}, "org_number_wrong", True),
        ({"Organisationsnummer": "850709-9805"}, "org_number_is_personal", True),
        ({"Typ": "trädgårdslag"}, "actor_kind_unknown", True),
        ({"Typ": None}, "actor_kind_missing", True),
        ({"E-post": "inte en adress"}, "email_wrong", True),
        ({"E-post": None}, "email_missing", True),
        ({"Områden": "Atlantis"}, "area_unknown", True),
        ({"Områden": "Hytttan"}, "area_alike", True),
        ({"Aktör": None}, "actor_without_name", False),
    ],
)
def test_an_actor_is_read_or_left_out_with_one_problem(cells, code, is_read):
    result = read(a_sheet("Aktörer", ACTOR_HEADINGS, changed(GOOD_ACTOR, ACTOR_HEADINGS, **cells)))
    assert codes(result) == [code]
    assert len(result.actors) == is_read


def test_an_actor_twice_or_with_anothers_number_is_left_out():
    other = changed(GOOD_ACTOR, ACTOR_HEADINGS, Aktör="Annat bibliotek")
    result = read(a_sheet("Aktörer", ACTOR_HEADINGS, GOOD_ACTOR, GOOD_ACTOR, other))
    assert codes(result) == ["actor_twice", "org_number_taken"]
    assert len(result.actors) == 1


def test_areas_may_stand_in_any_order_but_in_no_circle():
    headings = ["Område", "Ingår i", "Typ", "Lägenheter"]
    result = read(
        a_sheet(
            "Områden",
            headings,
            ["Gården", "Orten", "bostadsområde", "140"],
            ["Orten", "Kommunen", "ort", None],
            ["Kommunen", None, "kommun", None],
            ["A", "B", "ort", None],
            ["B", "A", "ort", None],
            ["C", "Ingenstans", "ort", None],
            ["D", None, "öken", None],
        )
    )
    assert [area.name for area in result.areas] == ["Kommunen", "Orten", "Gården"]
    assert sorted(codes(result)) == ["area_in_circle", "area_in_circle", "area_kind_unknown", "area_parent_unknown"]


# --- whatever comes ---------------------------------------------------------------------------------------------------

CELLS = st.none() | st.text(max_size=30) | st.integers(-10, 10**6) | st.floats(allow_nan=False) | st.dates() | st.booleans()
WORDS = st.sampled_from(["Bolaget", "Skolan, Bolaget", "1.1", "1.2", "T2 2026", "31 juni", "18 %", "1 250", "–", "antal", "* not", "D – x"])


@given(st.lists(st.lists(CELLS | WORDS, max_size=len(HEADINGS)), max_size=8), st.lists(st.lists(CELLS | WORDS, max_size=12), max_size=8))
@settings(max_examples=50, deadline=None)
def test_rubbish_is_explained_and_never_crashes(plan, indicators):
    result = read(a_plan(*plan), a_sheet("Indikatorer", INDICATOR_HEADINGS, *indicators))
    for problem in result.problems:
        assert problem.wrong
        assert problem.code in WORDING
        assert Problem.from_json(problem.as_json()).wrong == problem.wrong
    read_rows = {("Handlingsplan", measure.row) for measure in result.measures}
    assert not read_rows & result.blocked_rows
    numbers = [measure.number for measure in result.measures]
    assert len(numbers) == len(set(numbers))
    assert {indicator.measure for indicator in result.indicators} <= set(numbers)


@given(st.lists(st.lists(CELLS, max_size=15), max_size=10))
@settings(max_examples=50, deadline=None)
def test_a_sheet_of_anything_at_all_is_answered(rows):
    result = read(a_sheet("Blad1", *rows))
    assert all(problem.wrong for problem in result.problems)


@pytest.mark.parametrize("code", WORDING)
def test_every_sentence_can_be_filled(code):
    facts = dict.fromkeys(("meant", "length", "limit", "day", "start", "end", "years", "first", "owner", "alike", "direction"), "x")
    problem = Problem(code, "Blad", 1, "Kolumn", "värde", {**facts, "baseline": "1", "target": "2", "measure_row": 3})
    assert problem.wrong.endswith((".", "?"))
    assert "%" not in problem.wrong
    assert problem.severity is Severity.NOTE or problem.remedy
