"""`manage.py import_plan` and `load_measure_library`: the same preview as text; nothing is stored until it is said."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from measures import spreadsheets
from measures.actions.library import load_library
from measures.models import Measure, MeasureTemplate, Plan
from stakeholders.models import ImportRun
from tests.factories import a_workspace

pytestmark = pytest.mark.django_db

EXAMPLE = Path(spreadsheets.__file__).parent / "examples" / "handlingsplan_exempel.xlsx"


def said(*words: str, **options) -> str:
    out = io.StringIO()
    call_command("import_plan", *words, stdout=out, no_color=True, **options)
    return out.getvalue()


@pytest.fixture
def room(db):
    return a_workspace("norrbruk")


def test_the_preview_is_shown_and_nothing_is_stored(room):
    text = said(str(EXAMPLE), "--workspace=norrbruk", "--preview")
    assert "Ny plan: Handlingsplan för integration och social sammanhållning 2025–2034 (2025–2034)" in text
    assert "åtgärder                    61       0       0" in text
    assert "Handlingsplan, rad 9, 11, 16, 18, 27, 33, 35, 36, 41, 53 och 57, kolumn ”Slutdatum”: Slutdatum saknas." in text
    assert "Handlingsplan, rad 12 och 13 till, kolumn ”Slutdatum”: ”hösten 2030” läses som 2030-12-31." in text
    assert text.endswith("Inget är sparat.\n")
    assert not Plan.objects.exists()
    assert ImportRun.objects.get().cancelled_at


def test_with_confirm_the_plan_is_stored(room):
    assert "Inläst." in said(str(EXAMPLE), "--workspace=norrbruk", "--confirm")
    assert Measure.objects.count() == 61


@pytest.mark.parametrize(("answer", "stored"), [("j", 61), ("nej", 0), ("", 0)])
def test_without_it_the_command_asks(room, monkeypatch, answer, stored):
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    said(str(EXAMPLE), "--workspace=norrbruk")
    assert Measure.objects.count() == stored


def test_a_second_time_nothing_is_new(room):
    said(str(EXAMPLE), "--workspace=norrbruk", "--confirm")
    text = said(str(EXAMPLE), "--workspace=norrbruk", "--preview")
    assert "Finns redan: Handlingsplan" in text
    assert "åtgärder                     0       0      61" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["plan.xlsx", "--workspace=ingenstans"], "inget samverkansrum"),
        (["finns-inte.xlsx", "--workspace=norrbruk"], "finns inte"),
        ([__file__, "--workspace=norrbruk", "--confirm"], "går inte att läsa in än"),
        ([str(EXAMPLE), "--workspace=norrbruk", "--years=snart"], "2025-2034"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(room, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        said(*words)
    assert not Plan.objects.exists()


def test_a_plan_without_title_and_actors_can_be_helped(room, tmp_path):
    file = tmp_path / "plan.csv"
    file.write_bytes("Fokusområde;Nr;Åtgärd;Ansvarig\nSkola;1;Läxhjälp;Bruksskolan\n".encode("cp1252"))
    with pytest.raises(CommandError):
        said(str(file), "--workspace=norrbruk", "--confirm")
    said(str(file), "--workspace=norrbruk", "--confirm", "--title=Planen", "--years=2025-2030", "--add-actors")
    assert Measure.objects.get().assignments.get().actor.name == "Bruksskolan"


def test_the_library_is_loaded_once_and_renewed(django_assert_num_queries):
    assert load_library() == (61, 0)
    assert load_library() == (0, 0)
    MeasureTemplate.objects.filter(slug="boskola").update(name="Gammalt namn")
    assert load_library() == (0, 1)
    template = MeasureTemplate.objects.get(slug="boskola")
    assert (template.name, template.evidence_grade, template.contributors[1]) == ("Boskola", "D", "räddningstjänst")
    call_command("load_measure_library", verbosity=0)
