"""Judging and deciding about a year, on screen and phone, with and without scripts."""

from datetime import timedelta

import pytest

from followup.actions.assessments import assess
from followup.actions.decisions import ask_for_decision
from followup.actions.year_texts import write_text
from followup.models import YearText
from stakeholders import clock
from stakeholders.rules import ActorKind, Role
from tests.factories import (
    a_contact,
    a_goal,
    a_measure,
    a_period,
    a_plan,
    a_report,
    a_target,
    a_user,
    a_workspace,
    an_actor,
    an_assignment,
    an_indicator,
    an_obligation,
)

WAYS = [(1280, True), (360, False)]
YEAR = 2025
"""A year that has gone, whenever the tests run."""


class Cast:
    """What the pages are about."""


def fill() -> Cast:
    """Two goals of the year, one judged; a measure with figures that point both ways; a question and what a partner needs."""
    cast = Cast()
    workspace = a_workspace("norrbruk", is_example=True)
    company = an_actor(workspace, "Norrbruksbyggen AB (Exempel)", kind=ActorKind.HOUSING_COMPANY)
    cast.manager = a_user(company, Role.MANAGEMENT, email="ledningen@norrbruk.example")
    reviewer = a_user(company, Role.REVIEWER, email="granskaren@norrbruk.example")
    cast.plan = plan = a_plan(workspace, first_year=2024)
    cast.goals = []
    for title, goal in (("Uppväxt och utbildning", "Fler klarar skolan"), ("Boende och uthyrning", "Fler bor kvar")):
        area = a_goal(plan, title=title)
        cast.goals.append(a_goal(plan, area, kind="goal", number="1", title=goal))
    cast.measure = a_measure(plan, cast.goals[1], number="3.1", title="Läxhjälp")
    for name in ("Elever i läxhjälpen", "Tillfällen"):
        a_target(an_indicator(cast.measure, name=name, direction="increase"), baseline=0, target=100)
    club = an_actor(workspace, "Norrbruks IF (Exempel)")
    a_contact(club)
    assignment = an_assignment(cast.measure, club)
    for year, figures in ((YEAR - 1, [10, 60]), (YEAR, [60, 10])):
        obligation = an_obligation(assignment, a_period(plan, year, 3))
        report = a_report(obligation, by=reviewer, approved_by=cast.manager, figures=figures, what_is_needed="En lokal på torsdagar.")
    with clock.at(clock.now() - timedelta(days=1)):
        text = YearText(plan=plan, year=YEAR, goal=cast.goals[1].parent)
        cast.moved = write_text(text, by=cast.manager, version=0, words="Fler bor kvar.", is_done=True)
    judged = {"achievement": "partly", "trend": "better", "text": "Fler elever kommer, men lokalen räcker inte.", "next_step": "adjust"}
    assess(cast.measure, YEAR, by=cast.manager, version=0, **judged)
    cast.question = ask_for_decision(
        plan, YEAR, by=reviewer, report=report, measures=[cast.measure], question="Ska vi hyra en lokal till?", why="En lokal på torsdagar.",
        asked_by=club.name, proposal="Hyr Kanalhuset två kvällar i veckan, 90 000 kronor per år.", answer_by=clock.today(),
    )  # fmt: skip
    return cast


@pytest.fixture(scope="module")
def site(serve):
    return serve(fill)


@pytest.mark.parametrize(("width", "js"), WAYS)
def test_a_goal_is_judged(site, visit, width, js):
    cast, year = site.cast, f"/plans/{site.cast.plan.pk}/years/{YEAR}"
    seen = visit(site, f"{year}/assessments/", width=width, js=js, as_=cast.manager)
    assert seen.weight() <= 100 * 1024
    goal = cast.goals[1 if js else 0]  # one that nobody has judged yet
    seen.page.click(f"a[href='/goals/{goal.pk}/years/{YEAR}/assess/']")
    seen.check("assess")
    seen.page.click("main form button[type=submit]")
    seen.check("assess-faults")
    for value in ("partly", "better", "adjust"):
        seen.page.check(f"input[value={value}]")
    seen.page.fill("textarea", "Det går framåt.")
    seen.page.click("main form button[type=submit]")
    seen.check("assessed")
    seen.go(f"/measures/{cast.measure.pk}/years/{YEAR}/assess/")
    seen.go(f"/measures/{cast.measure.pk}/")
    seen.go(f"{year}/")


@pytest.mark.parametrize(("width", "js"), WAYS)
def test_a_question_is_asked_and_answered(site, visit, width, js):
    cast, year = site.cast, f"/plans/{site.cast.plan.pk}/years/{YEAR}"
    seen = visit(site, f"{year}/decisions/", width=width, js=js, as_=cast.manager)
    seen.go(f"{year}/decisions/new/?measure={cast.measure.pk}", name="ask")
    for name, text in {"question": "Fler kvällar?", "why": "Det är fullt.", "proposal": "Två till."}.items():
        seen.page.fill(f"[name={name}]", text)
    seen.page.click("button:has-text('Spara')")
    seen.check("asked")
    seen.page.fill("[name=outcome]", "Enligt förslaget.")
    seen.page.click("button:has-text('Anteckna beslutet')")
    seen.check("record-faults")
    seen.page.fill("[name=body]", "Styrelsen, § 31")
    seen.page.fill("[name=decided_on]", "2026-04-16")
    seen.page.click("button:has-text('Anteckna beslutet')")
    seen.check("decided")
    seen.go(f"{year}/decisions/", name="both")
    seen.go(f"/decisions/{cast.question.pk}/edit/")


@pytest.mark.parametrize(("width", "js"), WAYS)
def test_a_text_is_shared_out_and_written(site, visit, width, js):
    cast, bench = site.cast, f"/plans/{site.cast.plan.pk}/years/{YEAR}/workbench/"
    seen = visit(site, bench, width=width, js=js, as_=cast.manager)
    seen.page.click("a:has-text('Fördela texterna')")
    seen.check("plan")
    seen.page.select_option("select >> nth=0", label=str(cast.manager))
    seen.page.fill("input[type=date] >> nth=0", "2099-02-20")
    seen.page.click("main form button[type=submit]")
    seen.check("shared-out")
    seen.go("/", name="today")
    seen.page.click(f"a[href$='/years/{YEAR}/texts/0/']")
    seen.check("write")
    seen.page.click("a[href='?draft=1']")
    seen.check("from-draft")
    seen.page.click("main form button[type=submit]")
    seen.check("saved")
    seen.go(f"{bench}preview/")


def test_the_warning_above_a_text_stands_apart_from_what_it_warns_of(site, visit):
    """The text was done before its figures moved."""
    cast, address = site.cast, f"/plans/{site.cast.plan.pk}/years/{YEAR}/texts/{site.cast.moved.goal_id}/"
    seen = visit(site, address, width=360, js=False, as_=cast.manager)
    note, heading = (seen.page.locator(each).first.bounding_box() for each in (".note--warning", "#write-title"))
    assert heading["y"] - note["y"] - note["height"] >= 16


@pytest.mark.parametrize(("width", "js"), WAYS)
def test_a_tertial_is_read(site, visit, width, js):
    address = f"/plans/{site.cast.plan.pk}/years/{YEAR}/tertials/3/"
    seen = visit(site, address, width=width, js=js, as_=site.cast.manager)
    assert seen.weight() <= 170 * 1024
    seen.go("/years/")
    seen.go(address, name="again")
    seen.page.click("button:has-text('PDF')")
    seen.check("asked-for")
