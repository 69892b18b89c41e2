"""Plan, goals and measures: made, edited by two at once, adopted, ruled on, taken from the library."""

from datetime import date

import pytest

from measures.actions.measures import (
    add_activity,
    change_measure,
    create_measure,
    end_measure,
    judge_evidence,
    next_number,
    pause_measure,
    resume_measure,
    use_template,
)
from measures.actions.plan import adopt_plan, change_goal, close_plan, create_goal, create_plan
from measures.models import Cause, Measure, MeasureTemplate
from stakeholders.models import Event
from stakeholders.refusals import ChangedMeanwhile, NotRight, TooLate
from tests.factories import a_goal, a_plan, a_workspace, an_area

pytestmark = pytest.mark.django_db


def test_a_plan_with_a_tree_and_a_measure(workspace, coordinator):
    plan = create_plan(workspace, by=coordinator, title="Handlingsplan", first_year=2027, last_year=2036)
    focus = create_goal(plan, by=coordinator, kind="focus_area", title="Språk", number="1")
    goal = create_goal(plan, by=coordinator, kind="goal", title="Fler lär sig svenska", parent=focus)
    measure = create_measure(goal, by=coordinator, number=next_number(goal), title="Språkcafé")

    assert (measure.number, measure.plan) == ("1.1", plan)
    assert next_number(goal) == "1.2"
    assert set(Event.objects.values_list("verb", flat=True)) == {"plan.created", "goal.created", "measure.created"}


def test_a_plan_does_not_run_backward(workspace, coordinator):
    with pytest.raises(NotRight):
        create_plan(workspace, by=coordinator, title="Handlingsplan", first_year=2030, last_year=2029)


@pytest.mark.parametrize(("kind", "under"), [("focus_area", "focus_area"), ("sub_goal", "focus_area"), ("sub_goal", None)])
def test_the_tree_has_its_order(plan, coordinator, kind, under):
    parent = a_goal(plan, kind=under) if under else None

    with pytest.raises(NotRight):
        create_goal(plan, by=coordinator, kind=kind, title="Fel", parent=parent)


def test_a_goal_is_not_moved_under_itself_or_to_another_plan(plan, coordinator, workspace):
    top = a_goal(plan, a_goal(plan), kind="goal")
    low = a_goal(plan, top, kind="sub_goal")
    lower = a_goal(plan, low, kind="sub_goal")
    elsewhere = a_goal(a_goal(a_plan(workspace)).plan, kind="goal")

    for parent in (lower, low, elsewhere):
        with pytest.raises(NotRight):
            change_goal(low, by=coordinator, version=1, parent=parent)


def test_two_who_save_the_same_measure_one_is_told(measure, coordinator, workspace):
    area = an_area(workspace)
    cause = Cause.objects.create(plan=measure.plan, title="Trångboddhet")
    change_measure(measure, by=coordinator, version=1, title="Läxhjälp på torsdagar", areas=[area], causes=[cause])

    with pytest.raises(ChangedMeanwhile) as clash:
        change_measure(measure, by=coordinator, version=1, title="Läxhjälp på tisdagar", areas=[])
    assert clash.value.theirs == {"title": "Läxhjälp på torsdagar", "areas": [area]}
    event = Event.objects.about(measure).get()
    assert event.payload["changes"]["areas"] == [[], [area.pk]]


def test_a_number_is_used_once_in_a_plan(measure, coordinator):
    with pytest.raises(NotRight):
        create_measure(measure.goal, by=coordinator, number=measure.number, title="En till")


def test_a_measure_is_paused_resumed_and_ended_with_reasons(measure, coordinator):
    with pytest.raises(NotRight):
        pause_measure(measure, by=coordinator, from_date=date(2026, 5, 1), reason="")
    pause_measure(measure, by=coordinator, from_date=date(2026, 5, 1), reason="Hallen renoveras.")
    with pytest.raises(TooLate):
        pause_measure(measure, by=coordinator, from_date=date(2026, 6, 1), reason="En gång till.")
    resume_measure(measure, by=coordinator, from_date=date(2026, 9, 1), reason="Hallen är klar.")
    with pytest.raises(NotRight):
        end_measure(measure, by=coordinator, from_date=date(2026, 8, 1), reason="Före beslutet.")
    end_measure(measure, by=coordinator, from_date=date(2026, 12, 1), reason="Slut på pengar.", dnr="NB 2026/4")

    assert list(Event.objects.about(measure).values_list("verb", flat=True)) == ["measure.paused", "measure.resumed", "measure.ended"]


def test_a_new_judgement_keeps_the_old(measure, coordinator):
    judge_evidence(measure, by=coordinator, kind="research", grade="C")
    judge_evidence(measure, by=coordinator, kind="research", grade="B")

    assert [evidence.grade for evidence in measure.evidence.all()] == ["B", "C"]
    assert Event.objects.about(measure).last().payload["changes"] == {"grade": ["C", "B"]}


def test_a_measure_from_the_library_is_a_copy_with_its_grade(plan, coordinator):
    template = MeasureTemplate.objects.create(
        slug="boskola",
        name="Boskola",
        description="Kurser.",
        focus="Boende",
        responsible="bostadsbolag",
        output="tillfällen",
        outcome="ärenden",
        time_to_effect="0–6 mån",
        evidence_grade="D",
        evidence_note="Praxis",
        source="Köping",
    )
    goal = a_goal(plan, number="1")

    measure = use_template(template, goal, by=coordinator, number=next_number(goal))

    assert (measure.title, measure.evidence.get().grade, measure.evidence.get().kind) == ("Boskola", "D", "")


def test_an_adopted_plan_is_kept_as_it_was(measure, coordinator):
    revision = adopt_plan(measure.plan, by=coordinator, adopted_by="styrelsen", adopted_on=date(2026, 2, 12), dnr="NB 2026/1")
    measure.refresh_from_db()
    change_measure(measure, by=coordinator, version=1, title="Något annat")

    revision.refresh_from_db()
    assert revision.content["goals"][0]["measures"][0]["title"] == "Läxhjälp"
    again = adopt_plan(measure.plan, by=coordinator, adopted_by="styrelsen", adopted_on=date(2027, 2, 12))
    assert (again.number, again.sha256 != revision.sha256) == (2, True)


def test_a_closed_plan_takes_no_more(measure, coordinator):
    close_plan(measure.plan, by=coordinator)

    with pytest.raises(TooLate):
        create_measure(measure.goal, by=coordinator, number="9.9", title="För sent")
    assert Measure.objects.count() == 1


def test_a_step_is_added_with_its_dates(measure, coordinator):
    activity = add_activity(measure, by=coordinator, title="Utbilda läxhjälpare", planned_start=date(2026, 1, 1))

    assert list(measure.activities.all()) == [activity]


def test_workspaces_do_not_share_goals(measure, coordinator):
    foreign = a_goal(a_plan(a_workspace("sjoasen")))

    with pytest.raises(NotRight):
        change_measure(measure, by=coordinator, version=1, goal=foreign)
