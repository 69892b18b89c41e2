"""The figures of an answer, read as people type them: every kind, every way of not knowing, and the question when one is far off."""

import pytest

from followup.models import Draft, Report, ReportLine
from followup.rules import read_figure
from measures.models import IndicatorVersion
from measures.rules import SCALE
from tests.factories import a_line, a_measure, a_period, a_report, a_target, an_actor, an_assignment, an_indicator, an_obligation
from tests.followup.partner import Partner, link_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(plan, club, period, reviewer):
    """ask(kind=…) → (a partner at the figures page, the field's prefix, the obligation). `before`: what was answered in tertial 1."""

    def ask(before=None, **definition):
        measure = a_measure(plan, title="Språkcafé")
        assignment = an_assignment(measure, club, an_indicator(measure, name="Besök", **definition))
        if before is not None:
            earlier = an_obligation(assignment, a_period(plan, 2026, 1))
            version = earlier.pinned.get().indicator_version
            line = before if not isinstance(before, int | float | tuple) else a_line(version, before)
            a_report(earlier, lines=[line], approved_by=reviewer)
        obligation = an_obligation(assignment, period)
        partner = Partner().open(link_to(obligation)).press("Börja").press("Enligt plan")
        return partner, f"f{obligation.pinned.get().indicator_version_id}", obligation

    return ask


def send(partner):
    partner.press("Nästa").press("Skicka in")
    return ReportLine.objects.filter(report=Report.objects.order_by("id").last()).get()


# Reading numbers.


@pytest.mark.parametrize(
    ("text", "decimals", "units"),
    [
        ("25", 0, 25),
        (" 25 ", 0, 25),
        ("1 234", 0, 1234),
        ("1\u00a0234", 0, 1234),
        ("1\u202f234\u202f567", 0, 1234567),
        ("1 234,5", 1, 1234.5),
        ("0,5", 1, 0.5),
        ("12.5", 1, 12.5),
        ("25,0", 0, 25),
        ("ca 25", 0, 25),
        ("Cirka 25", 0, 25),
        ("ungefär 25", 0, 25),
        ("~25", 0, 25),
        ("25 st", 0, 25),
        ("25 st.", 0, 25),
        ("12 500 kr", 0, 12500),
        ("80 %", 0, 80),
        ("２５", 0, 25),
        ("٢٥", 0, 25),
        ("0", 0, 0),
        ("007", 0, 7),
    ],
)
def test_a_number_is_read_as_it_is_typed(text, decimals, units):
    assert read_figure(text, decimals) == round(units * SCALE)


@pytest.mark.parametrize(
    ("text", "decimals", "wrong"),
    [
        ("", 0, "not a number"),
        ("tjugofem", 0, "not a number"),
        ("25-30", 0, "not a number"),
        ("25–30", 0, "not a number"),
        ("2 grupper, 25 barn", 0, "not a number"),
        ("12 34", 0, "not a number"),
        ("1e9", 0, "not a number"),
        ("=1+1", 0, "not a number"),
        ("-5", 0, "not a number"),
        ("−5", 0, "not a number"),
        ("1,2,3", 1, "not a number"),
        ("1.234", 3, "two meanings"),
        ("12,5", 0, "too many decimals"),
        ("0,123", 2, "too many decimals"),
        ("999999999999", 0, "too large"),
        ("9" * 400, 0, "too large"),
        ("NaN", 0, "not a number"),
    ],
)
def test_what_is_no_number_or_may_mean_two_things_is_not_guessed(text, decimals, wrong):
    with pytest.raises(ValueError, match=wrong):
        read_figure(text, decimals)


def test_a_balance_may_be_below_zero():
    assert read_figure("−1 500", 0, may_be_negative=True) == -1500 * SCALE


def test_words_instead_of_a_number_are_told_how_and_not_lost(ask):
    partner, figure, _ = ask()
    partner.press("Nästa", 422, **{f"{figure}-value": "tjugofem"})

    assert "Skriv antalet med siffror, till exempel 25." in partner.text
    assert 'value="tjugofem"' in partner.page
    assert "<title>Fel:" in " ".join(partner.page.split())
    assert Draft.objects.get().content["figures"]["answers"][f"{figure}-value"] == "tjugofem"


def test_an_empty_field_is_not_zero(ask):
    partner, _figure, obligation = ask()
    partner.press("Nästa", 422)
    assert "Skriv antalet med siffror, till exempel 25." in partner.text
    partner.open(f"/answer/{obligation.pk}/check/")

    assert "Behöver ett svar" in partner.text


def test_zero_is_said_outright(ask):
    partner, figure, _ = ask()
    partner.press("Nästa", **{f"{figure}-value": "0"})

    line = send(partner)
    assert (line.state, line.value) == ("zero", 0)


def test_not_knowing_is_an_answer(ask):
    partner, _figure, _ = ask()
    partner.press("Vet inte")
    assert "Vad har hänt?" in partner.text

    line = send(partner)
    assert (line.state, line.value) == ("not_available", None)


def test_a_figure_that_does_not_concern_them(ask):
    partner, _figure, _ = ask()
    partner.press("Gäller inte oss")

    assert send(partner).state == "not_applicable"


def test_not_knowing_can_be_taken_back(ask):
    partner, figure, obligation = ask()
    partner.press("Vet inte").open(f"/answer/{obligation.pk}/figures/")
    assert "Vet inte" in partner.text
    partner.press("Ändra").press("Nästa", **{f"{figure}-value": "7"})

    assert send(partner).value == 7 * SCALE


def test_one_unknown_of_two_leaves_the_other_as_it_was_typed(plan, club, period, measure):
    first, second = an_indicator(measure, name="Tillfällen"), an_indicator(measure, name="Besök")
    obligation = an_obligation(an_assignment(measure, club, first, second), period)
    partner = Partner().open(link_to(obligation)).press("Börja").press("Enligt plan")
    fields = [f"f{pin.indicator_version_id}" for pin in obligation.pinned.order_by("id")]
    partner.press("Vet inte: Besök", **{f"{fields[0]}-value": ""})
    assert "Siffrorna för perioden" in partner.text
    assert "Något behöver rättas" not in partner.text, "nobody is told off for what there was no time to fill in"
    partner.press("Nästa", **{f"{fields[0]}-value": "14"}).press("Nästa").press("Skicka in")

    assert [(line.state, line.value) for line in Report.objects.get().lines.order_by("id")] == [
        ("value", 14 * SCALE),
        ("not_available", None),
    ]


# Beside the field.


def test_last_time_target_and_so_far_stand_beside_the_field(plan, club, reviewer, measure):
    indicator = an_indicator(measure, name="Tillfällen", question="Hur många tillfällen hade ni?", unit="tillfällen")
    a_target(indicator, baseline=0, year=2026, target=30)
    assignment = an_assignment(measure, club, indicator)
    for number, value in ((1, 13), (2, 12)):
        a_report(an_obligation(assignment, a_period(plan, 2026, number)), figures=[value], approved_by=reviewer)
    obligation = an_obligation(assignment, a_period(plan, 2026, 3))
    partner = Partner().open(link_to(obligation)).press("Börja").press("Enligt plan")

    assert "Hur många tillfällen hade ni?" in partner.text
    assert "Förra gången 12 · årets mål 30, hittills i år 25" in partner.text


def test_a_target_shared_with_others_says_so(plan, club, workspace, measure, period):
    indicator = an_indicator(measure, name="Besök")
    a_target(indicator, baseline=0, year=2028, target=300)
    an_assignment(measure, an_actor(workspace), indicator)
    obligation = an_obligation(an_assignment(measure, club, indicator), period)
    partner = Partner().open(link_to(obligation)).press("Börja").press("Enligt plan")

    assert "Målet 2028 är 300 för alla tillsammans" in partner.text


# Far off.


def test_a_figure_far_off_is_asked_about_once_and_yes_is_kept(ask):
    partner, figure, _ = ask(before=32)
    partner.press("Nästa", 422, **{f"{figure}-value": "450"})
    assert "450 är mycket mer än förra gången (32). Stämmer det?" in partner.text
    partner.press("Ja, det stämmer")
    assert "Vad har hänt?" in partner.text

    line = send(partner)
    assert (line.value, line.is_confirmed_odd) == (450 * SCALE, True)


def test_a_figure_far_off_can_be_changed(ask):
    partner, figure, _ = ask(before=32)
    partner.press("Nästa", 422, **{f"{figure}-value": "450"})
    assert ("#id_" + figure + "-value", "Ändra") in partner.links()
    partner.press("Nästa", **{f"{figure}-value": "45"})

    line = send(partner)
    assert (line.value, line.is_confirmed_odd) == (45 * SCALE, False)


def test_the_question_is_soft(ask):
    partner, figure, _ = ask(before=32)
    partner.press("Nästa", 422, **{f"{figure}-value": "450"}).press("Nästa")

    line = send(partner)
    assert (line.value, line.is_confirmed_odd) == (450 * SCALE, False)


def test_a_yes_is_for_that_figure_only(ask):
    partner, figure, obligation = ask(before=32)
    partner.press("Nästa", 422, **{f"{figure}-value": "450"}).press("Ja, det stämmer")
    partner.open(f"/answer/{obligation.pk}/figures/").press("Nästa", 422, **{f"{figure}-value": "4500"})

    assert "4 500 är mycket mer än förra gången (32)." in partner.text


def test_an_unremarkable_figure_is_not_asked_about(ask):
    partner, figure, _ = ask(before=32)
    partner.press("Nästa", **{f"{figure}-value": "40"})

    assert "Vad har hänt?" in partner.text


# Every kind.


def test_people_and_how_many_of_them_are_new(ask):
    partner, figure, _ = ask(kind="people")
    partner.press("Nästa", 422, **{f"{figure}-value": "30", f"{figure}-new": "31"})
    assert "De nya kan inte vara fler än alla." in partner.text
    partner.press("Nästa", **{f"{figure}-new": "12"})

    line = send(partner)
    assert (line.value, line.new_people) == (30 * SCALE, 12 * SCALE)


def test_people_without_saying_new(ask):
    partner, figure, _ = ask(kind="people")
    partner.press("Nästa", **{f"{figure}-value": "30"})

    assert send(partner).new_people is None


def test_a_share_is_two_numbers(ask):
    partner, figure, _ = ask(kind="ratio", numerator_label="Nöjda", denominator_label="Svarande")
    assert "Nöjda" in partner.text
    partner.press("Nästa", 422, **{f"{figure}-numerator": "34"})
    partner.press("Nästa", **{f"{figure}-numerator": "34", f"{figure}-denominator": "58"})

    line = send(partner)
    assert (line.numerator, line.denominator, line.value) == (34 * SCALE, 58 * SCALE, None)


def test_some_of_none_is_impossible_but_none_of_none_is_not(ask):
    partner, figure, _ = ask(kind="ratio")
    partner.press("Nästa", 422, **{f"{figure}-numerator": "3", f"{figure}-denominator": "0"})
    assert "Det kan inte vara 3 av 0." in partner.text
    partner.press("Nästa", **{f"{figure}-numerator": "0", f"{figure}-denominator": "0"})

    assert send(partner).denominator == 0


def test_a_share_far_off_is_asked_about_in_percent(ask):
    partner, figure, _ = ask(kind="ratio", before=(40, 100))
    partner.press("Nästa", 422, **{f"{figure}-numerator": "90", f"{figure}-denominator": "100"})

    assert "90 % är mycket mer än förra gången (40 %)." in partner.text


def test_a_level_is_chosen_in_words(ask):
    partner, figure, _ = ask(kind="level", scale=["låg", "medel", "hög"])
    partner.press("Nästa", 422)
    assert "Välj ett av svaren." in partner.text
    partner.press("Nästa", **{f"{figure}-value": "2"})
    partner.press("Nästa")
    assert "hög" in partner.text
    partner.press("Skicka in")

    line = ReportLine.objects.get()
    assert (line.state, line.value) == ("value", 2 * SCALE)


def test_the_lowest_level_is_a_level_not_a_zero(ask):
    partner, figure, _ = ask(kind="level", scale=["låg", "medel", "hög"])
    partner.press("Nästa", **{f"{figure}-value": "0"})

    line = send(partner)
    assert (line.state, line.value) == ("value", 0)


@pytest.mark.parametrize(("said", "state", "value"), [("1", "value", SCALE), ("0", "zero", 0)])
def test_a_milestone_is_yes_or_not_yet(ask, said, state, value):
    partner, figure, _ = ask(kind="milestone")
    partner.press("Nästa", **{f"{figure}-value": said})

    line = send(partner)
    assert (line.state, line.value) == (state, value)


def test_money_in_kronor(ask):
    partner, figure, _ = ask(kind="money", unit="kr")
    partner.press("Nästa", 422, **{f"{figure}-value": "mycket"})
    assert "Skriv summan i kronor med siffror" in partner.text
    partner.press("Nästa", **{f"{figure}-value": "12 500 kr"}).press("Nästa")
    assert "12 500 kr" in partner.text


def test_a_story_instead_of_a_number(ask):
    partner, figure, _ = ask(kind="narrative")
    partner.press("Nästa", **{f"{figure}-text": "Mammorna lagar mat ihop."})

    line = send(partner)
    assert (line.state, line.text) == ("value", "Mammorna lagar mat ihop.")


def test_a_running_total_may_not_fall_without_a_reason(ask):
    partner, figure, _ = ask(before=130, is_running_total=True)
    assert "summan hittills" in partner.text
    partner.press("Nästa", 422, **{f"{figure}-value": "120"})
    assert "Summan är lägre än förra gången (130). Skriv varför." in partner.text
    partner.press("Nästa", **{f"{figure}-decrease_reason": "Tio räknades dubbelt."})

    line = send(partner)
    assert (line.value, line.decrease_reason) == (120 * SCALE, "Tio räknades dubbelt.")


def test_decimals_as_the_definition_says(ask):
    partner, figure, _ = ask(kind="stock", decimals=1)
    partner.press("Nästa", 422, **{f"{figure}-value": "3,55"})
    assert "Skriv högst 1 decimal." in partner.text
    partner.press("Nästa", **{f"{figure}-value": "3,5"})

    assert send(partner).value == 35_000


# Breakdowns.

GENDER = {"gender": ["kvinnor", "män", "annat eller okänt"]}


def cells(line):
    return {(cell.dimension, cell.category): cell.value // SCALE for cell in line.cells.all()}


def test_parts_that_sum_to_the_whole(ask):
    partner, figure, _ = ask(kind="people", breakdowns=GENDER)
    assert "Varav, efter kön" in partner.text
    partner.press("Nästa", **{f"{figure}-value": "43", f"{figure}-gender-0": "3", f"{figure}-gender-1": "40"})

    assert cells(send(partner)) == {("gender", "kvinnor"): 3, ("gender", "män"): 40}


def test_what_the_parts_lack_is_unknown(ask):
    partner, figure, _ = ask(kind="people", breakdowns=GENDER)
    partner.press("Nästa", **{f"{figure}-value": "43", f"{figure}-gender-0": "3"})

    assert cells(send(partner)) == {("gender", "kvinnor"): 3, ("gender", "okänt"): 40}


def test_parts_larger_than_the_whole_are_told(ask):
    partner, figure, _ = ask(kind="people", breakdowns=GENDER)
    partner.press("Nästa", 422, **{f"{figure}-value": "43", f"{figure}-gender-0": "5", f"{figure}-gender-1": "40"})

    assert "Grupperna blir 45 tillsammans, men ni skrev 43." in partner.text


def test_nobody_has_to_break_a_figure_down(ask):
    partner, figure, _ = ask(kind="people", breakdowns=GENDER | {"age": ["0–12", "13–19"]})
    partner.press("Nästa", **{f"{figure}-value": "43"})

    assert cells(send(partner)) == {}


def test_parts_come_back_when_an_answer_is_changed(ask):
    partner, figure, _obligation = ask(kind="people", breakdowns=GENDER)
    partner.press("Nästa", **{f"{figure}-value": "43", f"{figure}-gender-0": "3", f"{figure}-gender-1": "40", f"{figure}-new": "9"})
    send(partner)
    partner.follow("Läs eller ändra").press("Ändra svaret").press("Skicka in")

    first, second = Report.objects.order_by("version")
    assert cells(first.lines.get()) == cells(second.lines.get())
    assert first.lines.get().new_people == second.lines.get().new_people


# Nothing new.


@pytest.mark.parametrize(
    ("definition", "before", "stored"),
    [
        ({"kind": "stock"}, 58, ("value", 58 * SCALE)),
        ({"kind": "count"}, 58, ("not_available", None)),
        ({"kind": "people"}, 58, ("not_available", None)),
        ({"kind": "money"}, 58, ("not_available", None)),
        ({"kind": "count", "is_running_total": True}, 58, ("not_available", None)),
        ({"kind": "milestone"}, 1, ("value", SCALE)),
        ({"kind": "level", "scale": ["låg", "medel", "hög"]}, 1, ("value", SCALE)),
    ],
)
def test_nothing_new_states_again_how_things_stand_and_leaves_the_rest_missing(ask, definition, before, stored):
    _partner, _figure, obligation = ask(before=before, **definition)
    Draft.objects.all().delete()
    Partner().open(link_to(obligation)).press("Börja").press("Fortsätt").open(f"/answer/{obligation.pk}/unchanged/").press("Skicka in")

    line = obligation.reports.get().lines.get()
    assert (line.state, line.value) == stored


def test_nothing_new_keeps_a_share_that_is_a_stock(ask):
    _partner, _figure, obligation = ask(kind="ratio", ratio_over_time="stock", before=(50, 100))
    Draft.objects.all().delete()
    partner = Partner().open(link_to(obligation)).press("Börja").press("Fortsätt").open(f"/answer/{obligation.pk}/unchanged/")
    assert 'value="50"' in partner.page
    partner.press("Skicka in")

    line = obligation.reports.get().lines.get()
    assert (line.numerator, line.denominator) == (50 * SCALE, 100 * SCALE)


def test_a_new_definition_takes_last_times_value_as_a_start(plan, club, measure, reviewer):
    indicator = an_indicator(measure, kind="stock")
    assignment = an_assignment(measure, club, indicator)
    a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[58], approved_by=reviewer)
    old = indicator.versions.get()
    IndicatorVersion.objects.create(indicator=indicator, number=2, starts_on="2026-05-01", kind="stock", unit="st", link="same")
    obligation = an_obligation(assignment, a_period(plan, 2026, 2))
    partner = Partner().open(link_to(obligation)).press("Inget nytt").press("Skicka in")

    line = obligation.reports.get().lines.get()
    assert line.indicator_version != old
    assert line.value == 58 * SCALE
    assert "Tack!" in partner.text
