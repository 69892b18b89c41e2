"""Nothing is stored before it is confirmed; then all of it, with history; twice changes nothing; undo removes exactly it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from django.apps import apps
from django.core import serializers
from django.db import IntegrityError, connection, transaction

from followup.actions.rounds import make_round
from measures import spreadsheets
from measures.actions.import_undo import undo_import
from measures.actions.imports import (
    cancel_import,
    confirm_import,
    left_out_of,
    receive_import,
    refresh_import,
    settle_import,
)
from measures.actions.measures import change_measure
from measures.imports.tree import NEW
from measures.models import Assignment, Evidence, Indicator, Measure, Plan, Target
from measures.rules import SCALE
from stakeholders import clock
from stakeholders.models import Actor, Area, ContactPerson, Event, ImportRun
from stakeholders.refusals import ChangedMeanwhile, NotRight, TooLate
from tests.factories import a_contact, a_measure, an_actor, an_area
from tests.measures.test_import_understanding import (
    GOOD,
    GOOD_INDICATOR,
    HEADINGS,
    INDICATOR_HEADINGS,
    TITLE,
    an_indicator,
)
from tests.measures.test_import_understanding import (
    a_measure as a_row,
)

pytestmark = pytest.mark.django_db

EXAMPLE = Path(spreadsheets.__file__).parent / "examples" / "handlingsplan_exempel.xlsx"
OURS = ("stakeholders", "measures", "followup")
KEPT = ("stakeholders.event", "stakeholders.importrun", "stakeholders.eventseal")


def everything() -> dict[str, str]:
    """All stored rows but history and the imports themselves, as text."""
    models = [model for app in OURS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    return {m._meta.label_lower: serializers.serialize("json", m.objects.order_by("pk")) for m in models if m._meta.label_lower not in KEPT}


@pytest.fixture
def write(tmp_path):
    def workbook(*measures: list, indicators: tuple = (), name: str = "plan.xlsx", title: list = TITLE) -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path) as book:
            for sheet_name, rows in (
                ("Handlingsplan", [title, HEADINGS, *measures]),
                ("Indikatorer", [INDICATOR_HEADINGS, *indicators]),
            ):
                sheet = book.add_worksheet(sheet_name)
                for number, row in enumerate(rows):
                    for column, value in enumerate(row):
                        if value is not None:
                            sheet.write(number, column, value)
        return path

    return workbook


@pytest.fixture
def register(workspace):
    """The three actors that the small files mention."""
    return [an_actor(workspace, name) for name in ("Bolaget", "Skolan", "Föreningen")]


@pytest.fixture
def receive(workspace, coordinator):
    def receive(path: Path, **fields) -> ImportRun:
        return receive_import(path, path.name, workspace=workspace, by=coordinator, **fields)

    return receive


def counted(run: ImportRun) -> dict[str, tuple[int, int, int]]:
    return {kind: (n["new"], n["changed"], n["same"]) for kind, n in run.content["counts"].items() if any(n.values())}


def test_a_received_file_stores_nothing_of_the_plan(receive):
    before = everything()
    run = receive(EXAMPLE)
    assert everything() == before
    assert counted(run)["measure"] == (61, 0, 0)
    assert counted(run)["indicator"] == (122, 0, 0)
    assert Event.objects.about(run).get().verb == "import.received"


def test_the_example_is_stored_whole(receive, coordinator, workspace, django_assert_max_num_queries):
    run = receive(EXAMPLE)
    with django_assert_max_num_queries(120):
        confirm_import(run, by=coordinator)
    plan = Plan.objects.get()
    assert (plan.title, plan.first_year, plan.last_year) == (
        "Handlingsplan för integration och social sammanhållning 2025–2034",
        2025,
        2034,
    )
    assert (plan.adopted_by, plan.adopted_on, plan.decision_paragraph, plan.dnr) == ("styrelsen", date(2025, 2, 12), "§ 8", "NB 2024/117")
    assert (plan.measures.count(), plan.indicators.count(), plan.causes.count()) == (61, 122, 15)
    assert plan.goals.filter(parent=None).count() == 7
    assert (Actor.objects.within(workspace).count(), Area.objects.within(workspace).count(), ContactPerson.objects.count()) == (15, 9, 15)


def test_a_measure_is_stored_with_all_that_hangs_on_it(receive, coordinator):
    confirm_import(receive(EXAMPLE), by=coordinator)
    measure = Measure.objects.get(number="1.1")
    assert (measure.title, measure.goal.title) == (
        "Boskola",
        "Boende och uthyrning ska utvecklas så att skillnaderna mellan områdena minskar",
    )
    assert (measure.goal.number, measure.goal.parent.title) == ("1", "Boende och uthyrning")
    assert (measure.starts_on, measure.ends_on, measure.outcome_months, measure.funding) == (
        date(2025, 9, 1),
        date(2028, 12, 31),
        24,
        "own_operations",
    )
    assert [cause.title for cause in measure.causes.all()] == ["Hyresrätterna är samlade till några kvarter"]
    assert [evidence.grade for evidence in measure.evidence.all()] == ["D"]
    responsible = measure.assignments.get(role="responsible")
    assert (responsible.actor.name, responsible.contact.email) == ("Norrbruksbyggen AB (Exempel)", "kontakt1@norrbruk.example")
    assert responsible.accepted_at  # the plan is adopted
    assert measure.assignments.filter(role="contributing").count() == 3
    indicator = measure.indicators.get(level="output")
    assert (indicator.versions.get().kind, indicator.versions.get().counts_people) == ("people", True)
    assert (indicator.baselines.get().value, indicator.baselines.get().year) == (0, 2024)
    assert list(indicator.targets.values_list("year", "value", "basis")) == [
        (2028, 60 * SCALE, "per_year"),
        (2034, 100 * SCALE, "per_year"),
    ]
    assert [row.indicator.name for row in responsible.reported.all()] == [indicator.name]  # the outcome comes from the tenant survey


def test_an_indicator_without_kind_is_stored_without_kind(receive, coordinator):
    confirm_import(receive(EXAMPLE), by=coordinator)
    assert Indicator.objects.filter(versions__kind="").count() == 5


def test_every_change_leaves_one_event_without_names_of_people(receive, coordinator):
    run = confirm_import(receive(EXAMPLE), by=coordinator)
    events = Event.objects.filter(payload__import=run.pk)
    for verb, count in {
        "plan.created": 1,
        "measure.created": 61,
        "indicator.created": 122,
        "goal.created": 14,
        "contact.added": 15,
        "measure.evidence_judged": 61,
        "assignment.proposed": Assignment.objects.count(),
        "assignment.accepted": Assignment.objects.count(),
    }.items():
        assert events.filter(verb=verb).count() == count, verb
    assert all(event.by_user == coordinator for event in events)
    assert "Exempelperson" not in str(list(events.values_list("payload", flat=True)))
    assert "kontakt1@" not in str(list(events.values_list("payload", flat=True)))


def test_the_same_file_twice_changes_nothing(receive, coordinator):
    confirm_import(receive(EXAMPLE), by=coordinator, update=True)
    before, events = everything(), Event.objects.count()
    run = receive(EXAMPLE)
    assert all(new == changed == 0 for new, changed, _same in counted(run).values())
    confirm_import(run, by=coordinator, update=True)
    assert everything() == before
    assert Event.objects.count() == events + 2  # received and confirmed


def test_undo_removes_exactly_what_the_import_made(receive, coordinator, plan, measure, assignment):
    before = everything()
    run = confirm_import(receive(EXAMPLE), by=coordinator, update=False)
    assert everything() != before
    undo_import(run, by=coordinator)
    assert everything() == before
    assert Event.objects.filter(verb="measure.removed").count() == 61
    with pytest.raises(TooLate, match="redan ångrad"):
        undo_import(run, by=coordinator)


def test_undo_puts_back_what_was_changed(receive, coordinator, write, register):
    confirm_import(receive(write(GOOD)), by=coordinator)
    run = receive(write(a_row(Åtgärd="Boskola för alla", Slutdatum="tills vidare"), a_row(Nr="1.2", Åtgärd="Ny")))
    assert counted(run)["measure"] == (1, 1, 0)
    run = confirm_import(run, by=coordinator, update=True)
    measure = Measure.objects.get(number="1.1")
    assert (measure.title, measure.title_search, measure.runs_until_further_notice) == ("Boskola för alla", "boskola for alla", True)
    undo_import(run, by=coordinator)
    measure.refresh_from_db()
    assert (measure.title, measure.title_search, measure.ends_on) == ("Boskola", "boskola", date(2030, 12, 31))
    assert list(Measure.objects.values_list("number", flat=True)) == ["1.1"]
    assert Event.objects.about(measure).last().payload["changes"]["title"] == ["Boskola för alla", "Boskola"]


@pytest.mark.parametrize("what", ["edited", "used", "linked", "parented"])
def test_undo_is_refused_when_something_has_been_touched_since(what, receive, coordinator, write, register, workspace):
    run = confirm_import(receive(write(GOOD, indicators=(GOOD_INDICATOR,))), by=coordinator)
    plan = Plan.objects.get()
    measure = Measure.objects.get()
    if what == "edited":
        change_measure(measure, by=coordinator, version=1, title="Mitt eget namn")
    elif what == "used":
        make_round(plan, 2026, by=coordinator)
    elif what == "linked":
        other = Plan.objects.create(workspace=workspace, title="Annan", first_year=2025, last_year=2026)
        a_measure(other).causes.add(plan.causes.get())
    elif what == "parented":
        plan.goals.create(title="Nytt mål", kind="goal", parent=plan.goals.get(parent=None))
    before = everything()
    with pytest.raises(TooLate, match="går inte längre att ångra"), transaction.atomic():
        undo_import(run, by=coordinator)
    assert everything() == before


def test_append_only_rows_let_go_only_of_an_undone_import(receive, coordinator, write, register):
    """The negative control of undo: plain SQL cannot delete what the import made while the import stands."""
    confirm_import(receive(write(GOOD, indicators=(GOOD_INDICATOR,))), by=coordinator)
    for model in (Target, Evidence):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        assert model.objects.exists()


def test_a_confirmed_import_does_not_change_again(receive, coordinator, write, register):
    run = confirm_import(receive(write(GOOD)), by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(stored={})
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(confirmed_at=None)


def test_rows_in_error_are_left_out_and_can_be_fetched(receive, coordinator, write, register):
    run = receive(
        write(GOOD, a_row(Nr="1.2", Fokusområde=None, Mål=None, Slutdatum="31 juni 2026"), indicators=(an_indicator(Åtgärd_nr="1.2"),))
    )
    assert run.content["left_out"] == 2
    before = [(sheet.name, [(row.number, row.cells[:4]) for row in sheet.rows]) for sheet in left_out_of(run)]
    run = confirm_import(run, by=coordinator)
    assert list(Measure.objects.values_list("number", flat=True)) == ["1.1"]
    after = [(sheet.name, [(row.number, row.cells[:4]) for row in sheet.rows]) for sheet in left_out_of(run)]
    assert before == after
    assert after[0][1][-1] == (4, ["Boende", "Mål 1", "1.2", "Boskola"])  # what it carried from above is written out
    assert after[1][1][-1] == (2, ["1.2", "antal kurser", "Prestation", "antal"])
    assert len(after[0][1]) == 3  # title, headings and the one row: the rows that were read in are gone


def test_what_is_wrong_with_the_whole_file_stops_it(receive, coordinator, write, register):
    run = receive(write(GOOD, title=["Vår plan"]))
    with pytest.raises(NotRight, match="Planens år"):
        confirm_import(run, by=coordinator)
    assert not Plan.objects.exists()
    run = settle_import(run, by=coordinator, first_year=2025, last_year=2030)
    confirm_import(run, by=coordinator)
    assert Plan.objects.get().last_year == 2030


def test_a_file_with_no_readable_row_is_not_stored(receive, coordinator, write, register):
    with pytest.raises(NotRight, match="Ingen rad"):
        confirm_import(receive(write(a_row(Nr=None))), by=coordinator)


def test_an_actor_can_be_added_on_the_way(receive, coordinator, write, register):
    run = receive(write(a_row(Ansvarig="Kyrkan")))
    assert run.content["unknown_actors"] == [["Kyrkan", "", [], 1]]
    run = settle_import(run, by=coordinator, actors={"Kyrkan": NEW})
    assert counted(run)["actor"] == (1, 0, 0)
    confirm_import(run, by=coordinator)
    assert Measure.objects.get().assignments.get().actor.name == "Kyrkan"


def test_confirming_what_has_changed_since_it_was_seen_is_refused(receive, coordinator, write, register, workspace):
    run = receive(write(a_row(Medverkande="Kyrkan"), a_row(Nr="1.2")))
    an_actor(workspace, "Kyrkan")
    with pytest.raises(ChangedMeanwhile):
        confirm_import(run, by=coordinator, seen=run.content["digest"])
    assert not Measure.objects.exists()
    run = refresh_import(run)
    confirm_import(run, by=coordinator, seen=run.content["digest"])
    assert Measure.objects.count() == 2


def test_confirming_twice_is_once(receive, coordinator, write, register):
    run = receive(write(GOOD))
    confirm_import(run, by=coordinator)
    for act in (confirm_import, cancel_import, settle_import):
        with pytest.raises(TooLate, match="redan inläst"):
            act(run, by=coordinator)
    assert Measure.objects.count() == 1


def test_a_cancelled_file_leaves_nothing(receive, coordinator, write, register):
    run = cancel_import(receive(write(GOOD)), by=coordinator)
    assert (bytes(run.packed), run.problems) == (b"", [])
    with pytest.raises(TooLate, match="avbruten"):
        confirm_import(run, by=coordinator)


def test_a_forgotten_preview_is_thrown_away(receive, coordinator, write, register):
    old = receive(write(GOOD))
    with clock.at(clock.now() + timedelta(days=15)):
        receive(write(GOOD, name="ny.xlsx"))
    old.refresh_from_db()
    assert old.cancelled_at
    assert bytes(old.packed) == b""


def test_without_leave_nothing_stored_is_changed(receive, coordinator, write, register):
    confirm_import(receive(write(GOOD)), by=coordinator)
    run = receive(write(a_row(Åtgärd="Nytt namn", Orsak="Ny orsak", Stöd_i_forskning="A – ny studie", Medverkande="Skolan")))
    fields = {name: pair for change in run.content["changes"] for name, pair in change["fields"].items()}
    assert fields == {"title": ["Boskola", "Nytt namn"], "evidence": [None, "A – ny studie"], "causes": [None, ["Ny orsak"]]}
    confirm_import(run, by=coordinator)
    measure = Measure.objects.get()
    assert (measure.title, measure.causes.count(), measure.evidence.count()) == ("Boskola", 1, 1)
    assert measure.assignments.count() == 2  # a new part is new, not a change


def test_empty_cells_erase_nothing(receive, coordinator, write, register):
    confirm_import(receive(write(GOOD)), by=coordinator)
    before = Measure.objects.values().get()
    empty = dict.fromkeys(("Slutdatum", "Orsak", "Stöd_i_forskning", "Medverkande", "Ansvarig"))
    confirm_import(receive(write(a_row(**empty))), by=coordinator, update=True)
    assert Measure.objects.values().get() == before


def test_a_revised_target_is_a_new_row_and_the_first_is_kept(receive, coordinator, write, register):
    confirm_import(receive(write(GOOD, indicators=(GOOD_INDICATOR,))), by=coordinator)
    run = confirm_import(
        receive(write(GOOD, indicators=(an_indicator(Målvärde_2034=20, Räknesätt="personer"),))), by=coordinator, update=True
    )
    indicator = Indicator.objects.get()
    assert list(indicator.targets.order_by("id").values_list("year", "value")) == [
        (2028, 5 * SCALE),
        (2034, 10 * SCALE),
        (2034, 20 * SCALE),
    ]
    assert indicator.versions.get().kind == "count"  # another definition is for a person to decide
    assert [change["fields"] for change in run.content["changes"] if change["is_kept"]] == [
        {"kind": ["count", "people"], "counts_people": [False, True]}
    ]
    assert Event.objects.about(indicator).last().verb == "indicator.revised"


def test_a_missing_kind_can_be_filled_in_by_the_next_file(receive, coordinator, write, register):
    confirm_import(receive(write(GOOD, indicators=(an_indicator(Räknesätt=None),))), by=coordinator)
    confirm_import(receive(write(GOOD, indicators=(GOOD_INDICATOR,))), by=coordinator, update=True)
    versions = Indicator.objects.get().versions.order_by("number")
    assert [(version.number, version.kind, version.link) for version in versions] == [(1, "", ""), (2, "count", "same")]


def test_what_people_have_ended_is_not_begun_again(receive, coordinator, write, register):
    confirm_import(receive(write(GOOD)), by=coordinator)
    Assignment.objects.update(ended_at=clock.now(), ended_on=clock.today())
    run = receive(write(GOOD))
    assert "assignment" not in counted(run)
    confirm_import(run, by=coordinator, update=True)
    assert Assignment.objects.count() == 1


def test_a_plan_that_is_not_adopted_gives_proposals(receive, coordinator, write, register):
    confirm_import(receive(write(GOOD)), by=coordinator)
    assert Assignment.objects.get().accepted_at is None


def test_a_closed_plan_takes_nothing_more(receive, coordinator, write, register):
    confirm_import(receive(write(GOOD)), by=coordinator)
    Plan.objects.update(closed_at=clock.now())
    with pytest.raises(TooLate, match="avslutad"):
        confirm_import(receive(write(GOOD, a_row(Nr="1.2"))), by=coordinator)


def test_the_neighbours_register_is_neither_seen_nor_touched(receive, coordinator, write, outsider):
    neighbour = outsider.memberships.get().actor.workspace
    for name in ("Bolaget", "Skolan"):
        an_actor(neighbour, name)
    an_area(neighbour, "Hyttan")
    run = receive(write(GOOD))
    assert run.content["unknown_actors"] == [["Bolaget", "", [], 1]]
    run = settle_import(run, by=coordinator, actors={"Bolaget": NEW})
    confirm_import(run, by=coordinator)
    assert Actor.objects.within(neighbour).filter(assignments__isnull=False).count() == 0


def test_a_contact_that_is_there_is_not_added_again(receive, coordinator, workspace):
    company = Actor.objects.get(name="Norrbruksbyggen AB (Exempel)")
    a_contact(company, email="Kontakt1@norrbruk.example", name="Någon annan")
    confirm_import(receive(EXAMPLE), by=coordinator)
    assert company.contacts.count() == 1
    assert company.assignments.first().contact == company.contacts.get()
