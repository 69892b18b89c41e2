"""A round and its review on screen, phone and desktop, with and without scripts."""

from datetime import timedelta

import pytest

from followup.actions.rounds import make_obligations
from followup.models import Draft, Obligation
from measures.models import Assignment
from stakeholders import clock
from stakeholders.models import ContactPerson, Dispatch, DispatchItem
from stakeholders.rules import ActorKind, DispatchKind, DispatchState, Role
from tests.factories import (
    a_contact,
    a_line,
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
)

MEASURES = [
    ("1.1", "Boskola"),
    ("1.2", "Bosocialt team"),
    ("1.12", "Bovärdar"),
    ("2.3", "Traineeplatser"),
    ("2.5", "Yrkessvenska"),
    ("2.9", "Sociala företag"),
    ("3.1", "Läxhjälp"),
    ("3.2", "Familjecentral"),
    ("3.5", "Nattfotboll"),
    ("3.7", "Fritidsbank"),
    ("4.1", "Språkcafé"),
    ("5.1", "Kvarterslokal"),
]
ROUND = [
    ("Norrbruks IF", ActorKind.ASSOCIATION, "3.1:review 3.5:reminded 4.1:begun"),
    ("Kretsloppet", ActorKind.SOCIAL_ENTERPRISE, "2.9:uncertain 3.7:reminded"),
    ("Hyresgästföreningen", ActorKind.TENANT_ORGANISATION, "5.1:bounced"),
    ("Norrbruksbyggen AB", ActorKind.HOUSING_COMPANY, "1.1:approved 1.2:approved 1.12:approved 2.3:approved 2.9:review 5.1:approved"),
    ("Norrbruks kommun", ActorKind.MUNICIPAL_DEPARTMENT, "3.7:approved"),
    ("Norrbruks socialtjänst", ActorKind.SOCIAL_SERVICES, "1.2:approved"),
    ("Bruksskolan", ActorKind.SCHOOL, "3.1:odd"),
    ("Norrbruks vuxenutbildning", ActorKind.ADULT_EDUCATION, "1.1:approved 2.5:review"),
    ("Norrbruks bibliotek", ActorKind.LIBRARY_CULTURE, "4.1:approved"),
    ("Arbetsförmedlingen", ActorKind.EMPLOYMENT_SERVICE, "2.3:review 2.5:approved"),
    ("Polisen", ActorKind.POLICE, "3.5:review"),
    ("Räddningstjänsten", ActorKind.RESCUE_SERVICE, "1.1:approved"),
    ("Familjecentralen", ActorKind.REGION_HEALTH, "3.2:approved"),
    ("Studieförbundet Kanalen", ActorKind.STUDY_ASSOCIATION, "4.1:review"),
]


class Cast:
    """What the pages are about."""


def fill() -> Cast:
    """The round of the mockups: 24 answers, 14 actors, three days left."""
    cast = Cast()
    workspace = a_workspace("norrbruk", is_example=True)
    plan = a_plan(workspace)
    company = an_actor(workspace, "Norrbruks stadshus", kind=ActorKind.OTHER)
    cast.coordinator = a_user(company, Role.COORDINATOR, email="samordnaren@norrbruk.example")
    reviewer = a_user(company, Role.REVIEWER, email="granskaren@norrbruk.example")
    today = clock.today()
    measures = {number: a_measure(plan, number=number, title=title) for number, title in MEASURES}
    pupils = an_indicator(measures["3.1"], name="Elever", kind="people")
    a_target(pupils, baseline=40, target=80)
    an_indicator(measures["3.1"], name="Tillfällen")
    an_indicator(measures["3.1"], name="Närvaro", kind="ratio", numerator_label="närvarande", denominator_label="platser", unit="%")
    before = a_period(plan, 2026, 2)
    year_ago = a_period(plan, 2025, 3)
    cast.round = a_period(
        plan, 2026, 3, opens_on=today - timedelta(days=14), due_on=today + timedelta(days=3), closes_on=today + timedelta(days=24)
    )
    for number, (name, kind, _cells) in enumerate(ROUND):
        actor = an_actor(workspace, name, kind=kind)
        a_contact(actor, role_title="rektor" if kind == ActorKind.SCHOOL else "ordförande", phone=f"010-000 00 {number + 4:02d}")
    for name, _kind, cells in ROUND:
        for cell in cells.split():
            an_assignment(measures[cell.split(":")[0]], workspace.actors.get(name=name))
    make_obligations([before, year_ago, cast.round], by=None)
    for name, _kind, cells in ROUND:
        for cell in cells.split():
            number, what = cell.split(":")
            assignment = Assignment.objects.get(actor__name=name, measure__number=number)
            happen(assignment, what, [year_ago, before, cast.round], reviewer)
    cast.odd = Obligation.objects.get(assignment__actor__name="Bruksskolan", period=cast.round).reports.get()
    return cast


def happen(assignment: Assignment, what: str, periods: list, reviewer) -> None:
    """Make one cell of the table be as it says."""
    year_ago, before, now = (Obligation.objects.get(assignment=assignment, period=period) for period in periods)
    if what == "odd":
        a_report(
            year_ago,
            figures=[38, 28, None],
            implementation_status="delayed",
            what_happened="Vi kom i gång sent, två lärare var sjuka.",
            approved_by=reviewer,
        )
        a_report(before, figures=[41, 22, (78, 100)], what_happened="Sommarskolan gick bra. Lokalen är för varm.", approved_by=reviewer)
        pins = [pin.indicator_version for pin in now.pinned.order_by("id")]
        lines = [a_line(pins[0], 118, is_confirmed_odd=True), a_line(pins[1], 31), a_line(pins[2], (81, 100))]
        words = "En ny grupp på biblioteket fylldes på två veckor. Nu saknar vi läxhjälpare på torsdagar."
        with clock.at(clock.now() - timedelta(days=6)):
            a_report(now, lines=lines, what_happened=words, what_is_needed="Fler läxhjälpare på torsdagar")
    if what in ("approved", "review"):
        figures = [12.0, 20.0, (5.0, 10.0)][: now.pinned.count()]
        with clock.at(clock.now() - timedelta(days=now.pk % 5)):
            a_report(now, figures=figures, approved_by=reviewer if what == "approved" else None)
    if what == "begun":
        Draft.objects.create(obligation=now, content={}, begun_at=clock.now(), saved_at=clock.now())
    if what in ("reminded", "uncertain"):
        moment = clock.now() - timedelta(days=1 if what == "reminded" else 2)
        state = DispatchState.HANDED_OVER if what == "reminded" else DispatchState.UNCERTAIN
        dispatch = Dispatch.objects.create(
            workspace=assignment.actor.workspace,
            kind=DispatchKind.REMINDER,
            contact=assignment.contact,
            day=clock.day_of(moment),
            not_before=moment,
            state=state,
            handing_over_at=moment,
            handed_over_at=moment,
            payload={"period": now.period_id},
        )
        DispatchItem.objects.create(dispatch=dispatch, subject_type="followup.obligation", subject_id=now.pk, step="t-3")
    if what == "bounced":
        ContactPerson.objects.filter(pk=assignment.contact_id).update(bounced_at=clock.now() - timedelta(days=7))


@pytest.fixture(scope="module")
def site(serve):
    return serve(fill)


@pytest.mark.parametrize(("width", "js"), [(1280, True), (360, False)])
def test_the_round_is_read_and_acted_on(site, visit, width, js):
    cast = site.cast
    seen = visit(site, f"/rounds/{cast.round.pk}/", width=width, js=js, as_=cast.coordinator)

    assert seen.page.locator("h1").inner_text() == "19 av 24 svar har kommit"
    assert seen.weight() < 100_000, seen.weights()
    for path in ("/rounds/", f"/plans/{cast.round.plan_id}/rounds/", f"/rounds/{cast.round.pk}/close/"):
        seen.go(path)
    lacking = Obligation.objects.none()
    with site.database():
        lacking = Obligation.objects.get(assignment__actor__name="Kretsloppet", assignment__measure__number="2.9", period=cast.round)
    seen.go(f"/obligations/{lacking.pk}/")
    seen.go(f"/assignments/{cast.odd.obligation.assignment_id}/")


@pytest.mark.parametrize(("width", "js"), [(1280, True), (360, False)])
def test_a_report_is_reviewed(site, visit, width, js):
    cast = site.cast
    seen = visit(site, "/reviews/", width=width, js=js, as_=cast.coordinator)
    first = seen.page.locator("tbody tr").first
    assert "Bruksskolan" in first.inner_text()
    seen.page.get_by_role("link", name="Bruksskolan").click()
    seen.check("report")
    assert "118 är nästan tre gånger så mycket som förra gången (41)." in seen.page.content()
    seen.go(f"/reports/{cast.odd.pk}/as-answered/")
    seen.go(f"/reports/{cast.odd.pk}/")
    assert visit(site, f"/reports/{cast.odd.pk}/", width=width, js=js, as_=cast.coordinator).weight() < 100_000
    if not js:
        return
    seen.page.keyboard.press("j")
    seen.page.wait_for_url(lambda url: f"/reports/{cast.odd.pk}/" not in url)
    seen.check("next")
