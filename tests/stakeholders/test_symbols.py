"""Every word has its symbol, and every symbol its word."""

import pytest
from django.template import Context, Template

from followup.words import GoalAchievement, ImplementationStatus, Trend, Verdict
from measures.rules import AssignmentRole
from stakeholders.templatetags.symbols import COUNTED, SYMBOLS, draw, words_for


def shown(markup: str, **context) -> str:
    return Template("{% load symbols %}" + markup).render(Context(context))


@pytest.mark.parametrize("words", [ImplementationStatus, Verdict, GoalAchievement, Trend, AssignmentRole])
def test_the_symbol_says_what_the_word_says(words):
    for member in words:
        assert str(SYMBOLS[member][1]).casefold() == str(member.label).casefold()


def test_no_two_symbols_on_the_same_page_look_alike():
    families = [
        [*ImplementationStatus, "unreported", "no_responsible"],
        list(Verdict),
        [
            "approved",
            "to_review",
            "begun",
            "opened",
            "asked",
            "reminded",
            "uncertain_mail",
            "wrong_address",
            "returned",
            "overdue",
            "exempt",
        ],
    ]
    for family in families:
        assert len({SYMBOLS[name][0] for name in family}) == len(family)


def test_a_symbol_stands_with_its_word():
    html = shown("{% symbol status %}", status=ImplementationStatus.DELAYED)
    assert 'aria-hidden="true"' in html
    assert ">Försenad<" in html


def test_a_word_from_outside_is_text_and_never_markup():
    html = shown("{% symbol 'gap' word note=word %}", word="<script>")
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 2


def test_a_group_is_one_symbol_per_measure_and_its_counts_in_words():
    statuses = ["on_plan", "delayed", "on_plan", "done", "delayed"]
    html = shown("{% symbol_row statuses %}", statuses=statuses)
    assert html.count("<svg") == 5
    assert "1 klar, 2 enligt plan, 2 försenade" in html


def test_each_status_has_its_own_words_in_a_count():
    assert {*ImplementationStatus, "unreported", "no_responsible"} == set(COUNTED)
    assert words_for([*ImplementationStatus, "unreported", "no_responsible"]) == (
        "1 klar, 1 enligt plan, 1 pausad, 1 försenad, 1 inte påbörjad, 1 avslutad i förtid, 1 utan rapport, 1 saknar ansvarig"
    )
    assert words_for([]) == ""


def test_a_drawing_has_its_colours_as_attributes():
    for name in SYMBOLS:
        assert "style=" not in draw(name)
        assert "class=" not in draw(name)
