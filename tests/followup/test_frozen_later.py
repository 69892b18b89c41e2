"""What comes after a year is frozen stands beside it, in words, with a link to each thing."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from followup.actions.annual import freeze_year
from followup.actions.assessments import assess
from followup.actions.assignments import assign_actor, change_assignment, end_assignment, undo_assignment
from followup.actions.decisions import ask_for_decision, change_decision, record_decision
from followup.actions.reports import withdraw_report
from followup.actions.rounds import exempt_obligation, extend_obligation, reinstate_obligation, unlock_period
from followup.actions.year_texts import write_text
from followup.freeze import File, json_bytes
from followup.freezing import prepared
from followup.models import AnnualFollowUp, Decision, OutsideValue, OverlapDecision, YearText
from followup.words import Audience
from followup.year.build import year_of
from measures.actions.assignments import decline_assignment
from measures.actions.measures import change_measure, create_measure, end_measure, pause_measure
from measures.actions.plan import change_goal, change_plan
from measures.models import Baseline, IndicatorVersion, Target
from measures.rules import Funding
from stakeholders import clock, events
from stakeholders.actions.actors import change_actor
from stakeholders.actions.changes import save_changes
from tests.factories import a_goal, a_measure, a_period, a_plan, a_report, a_target, an_actor, an_assignment, an_obligation
from tests.followup.test_year import links_of, text_of

pytestmark = pytest.mark.django_db
MARCH = datetime(2027, 3, 9, 8, tzinfo=UTC)
LATER = MARCH + timedelta(hours=1)
QUESTION = {"question": "Fler handledare?", "why": "Elva köar.", "asked_by": "Rektorn", "proposal": "Två till."}
JUDGEMENT = {"achievement": "partly", "trend": "better", "text": "Fler kommer.", "next_step": "adjust"}


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.at(MARCH):
        yield


@pytest.fixture
def cast(plan, measure, assignment, coordinator, reviewer, manager):
    """A year with an answer, a judgement, a question and a text; then frozen."""
    report = a_report(an_obligation(assignment, a_period(plan)), by=coordinator, approved_by=reviewer, figures=[12])
    assess(measure, 2026, by=manager, version=0, **JUDGEMENT)
    decision = ask_for_decision(plan, 2026, by=coordinator, measures=[measure], **QUESTION)
    goal = plan.goals.get()
    text = write_text(YearText(plan=plan, year=2026, goal=goal), by=manager, version=0, words="Det gick bra.", is_done=True)
    plan.periods.update(closed_at=MARCH)
    year = year_of(plan, 2026, audience=Audience.MANAGEMENT)
    annual = freeze_year(plan, year, [File("aret.json", "application/json", json_bytes(year))], by=manager)
    return {"plan": plan, "report": report, "decision": decision, "goal": goal, "text": text, "annual": annual}


def came_after(client, annual) -> str:
    page = text_of(client.get(f"/frozen/{annual.pk}/"))
    return page[page.index("Det som kom efter") :]


def test_what_was_there_when_it_was_frozen_did_not_come_after(client, cast, manager):
    client.force_login(manager)
    assert "Ingenting har kommit eller ändrats efter att året frystes." in came_after(client, cast["annual"])


def test_everything_that_came_after_is_told_in_words_with_a_link(client, cast, measure, coordinator, manager):
    plan, decision, text = cast["plan"], cast["decision"], cast["text"]
    with clock.at(LATER):
        plan.periods.update(closed_at=None, closes_on=date(2027, 12, 31))
        correction = a_report(cast["report"].obligation, by=coordinator, figures=[14], correction_reason="räknat fel")
        assess(measure, 2026, by=manager, version=1, **JUDGEMENT | {"achievement": "met"})
        assess(cast["goal"], 2026, by=manager, version=0, **JUDGEMENT)
        record_decision(decision, by=manager, version=decision.version, outcome="Enligt förslaget.", decided_on=date(2027, 3, 9))
        asked = ask_for_decision(plan, 2026, by=coordinator, **QUESTION | {"question": "Ska hallen hyras?"})
        write_text(text, by=manager, version=text.version, words="Det gick ganska bra.", is_done=True)
    client.force_login(manager)
    page = came_after(client, cast["annual"])
    assert "1 rapport, 2 bedömningar, 2 frågor till ledningen och 1 text har kommit eller ändrats efter att året frystes." in page
    assert "Norrbruks IF (Exempel), 3.1 Läxhjälp, Tertial 1, 2026 Rapporten kom in" in page
    assert "3.1 Läxhjälp Bedömning, version 2: uppfyllt, utvecklingen bättre" in page
    assert f"{cast['goal']} Bedömning, version 1: delvis uppfyllt, utvecklingen bättre" in page
    assert "Fler handledare? Beslut: Enligt förslaget." in page
    assert "Ska hallen hyras? Ny fråga till ledningen" in page
    assert f"{cast['goal']} Ny eller ändrad text" in page
    assert str(manager) in page
    links = links_of(client.get(f"/frozen/{cast['annual'].pk}/"))
    for address in (
        f"/reports/{correction.pk}/",
        f"/measures/{measure.pk}/years/2026/assess/",
        f"/goals/{cast['goal'].pk}/years/2026/assess/",
        f"/decisions/{decision.pk}/",
        f"/decisions/{asked.pk}/",
        f"/plans/{plan.pk}/years/2026/#texts",
        f"/plans/{plan.pk}/years/2026/compare/?frozen={cast['annual'].pk}",
    ):
        assert address in links, address
        assert client.get(address).status_code == 200, address


def test_what_is_approved_or_withdrawn_afterwards_came_after_too(client, cast, coordinator, manager):
    with clock.at(LATER):
        cast["plan"].periods.update(closed_at=None, closes_on=date(2027, 12, 31))
        withdraw_report(cast["report"], by=coordinator, reason="Siffran gällde fel år.")
    client.force_login(manager)
    page = came_after(client, cast["annual"])
    assert f"Rapporten återkallades: Siffran gällde fel år. 9 mars 2027 {coordinator}" in page, "and by whom"


def test_a_question_in_other_words_and_a_text_that_is_taken_back(client, cast, coordinator, manager):
    decision, text = cast["decision"], cast["text"]
    with clock.at(LATER):
        change_decision(decision, by=coordinator, version=decision.version, question="Fler handledare i höst?")
        write_text(text, by=manager, version=text.version, words=text.text, is_done=False)
    client.force_login(manager)
    page = came_after(client, cast["annual"])
    assert "Fler handledare i höst? Frågan ändrades" in page
    assert "Texten är inte längre klar" in page


def test_a_target_a_starting_point_and_a_definition_that_are_revised_came_after(client, cast, indicator, coordinator, manager):
    """Old and new, by whom, when and by which decision: the way to the target of a frozen year is another after it."""
    with clock.at(MARCH - timedelta(days=30)):
        a_target(indicator, baseline=10, target=100, year=2030)
    annual = cast["annual"]
    client.force_login(manager)
    assert "Ingenting har kommit eller ändrats efter att året frystes." in came_after(client, annual)
    with clock.at(LATER):
        by = {"by_user": coordinator, "indicator": indicator}
        Target.objects.create(**by, year=2030, value=600_000, decision_reference="KS 2027/12")
        Target.objects.create(**by, year=2034, value=800_000)
        Baseline.objects.create(**by, year=2025, value=120_000)
        IndicatorVersion.objects.create(
            **by, number=2, starts_on=date(2027, 1, 1), kind="count", link="break", decision_reference="KS § 14"
        )
        page = came_after(client, annual)
        address = f"/indicators/{indicator.pk}/figure/?year=2026"
        assert "2 målvärden, 1 utgångsläge och 1 definition har kommit eller ändrats efter att året frystes." in page
        name = indicator.name[:1].upper() + indicator.name[1:]
        assert f"{name} Mål 2030: 100 → 60. Beslut: KS 2027/12 9 mars 2027 {coordinator}" in page
        assert "Nytt mål 2034: 80" in page
        assert "Utgångsläge: 10 (2024) → 12 (2025)" in page
        assert "Ny definition från 1 januari 2027, " in page
        assert "Beslut: KS § 14" in page
        assert address in links_of(client.get(f"/frozen/{annual.pk}/"))
        assert client.get(address).status_code == 200


def test_a_decision_about_the_same_people_came_after_when_it_was_taken_or_set_aside(
    client, cast, indicator, assignment, coordinator, manager
):
    of_year = {"indicator": indicator, "window_start": date(2026, 1, 1), "window_end": date(2026, 12, 31), "by_user": coordinator}
    other = of_year | {"window_start": date(2027, 1, 1), "window_end": date(2027, 12, 31)}
    with clock.at(MARCH - timedelta(days=30)):
        former = OverlapDecision.objects.create(**of_year, kind="disjoint", basis="Två skolor.")
    with clock.at(LATER):
        OverlapDecision.objects.filter(pk=former.pk).update(revoked_at=LATER)
        OverlapDecision.objects.create(**of_year, kind="same_people", basis="Samma klass.")
        OverlapDecision.objects.create(**other, kind="same_people", basis="Ett annat år.")
        client.force_login(manager)
        page = came_after(client, cast["annual"])
    assert "2 beslut om samma personer har kommit eller ändrats efter att året frystes." in page
    assert f"Beslut om samma personer: samma personer. Samma klass. 9 mars 2027 {coordinator}" in page
    assert "Beslutet om samma personer gäller inte längre: olika personer. Två skolor." in page
    assert "Ett annat år." not in page


def test_an_answer_that_is_exempted_or_asked_for_again_or_given_more_time_came_after(client, cast, coordinator, manager):
    """The figures are others then, although no report came in."""
    obligation = cast["report"].obligation
    client.force_login(manager)
    with clock.at(LATER):
        cast["plan"].periods.update(closed_at=None, closes_on=date(2027, 12, 31))
        exempt_obligation(obligation, by=coordinator, reason="Föreningen är vilande.")
        page = came_after(client, cast["annual"])
        about = "Norrbruks IF (Exempel), 3.1 Läxhjälp, Tertial 1, 2026"
        assert "1 begärt svar har kommit eller ändrats efter att året frystes." in page
        assert f"{about} Norrbruks IF (Exempel) befriades från en rapport: Föreningen är vilande. 9 mars 2027 {coordinator}" in page
        reinstate_obligation(obligation, by=coordinator, reason="Den är i gång.")
        other = an_obligation(an_assignment(obligation.assignment.measure, an_actor(cast["plan"].workspace, "Kören")), obligation.period)
        extend_obligation(other, by=coordinator, due_on=date(2027, 3, 30), reason="Bytt kassör.")
        page = came_after(client, cast["annual"])
    assert f"{about} Norrbruks IF (Exempel) ska svara igen: Den är i gång." in page
    assert "Kören fick längre tid, till 30 mars 2027: Bytt kassör." in page
    assert "2 begärda svar har kommit eller ändrats efter att året frystes." in page
    for address in (f"/obligations/{obligation.pk}/", f"/obligations/{other.pk}/"):
        assert address in links_of(client.get(f"/frozen/{cast['annual'].pk}/"))
        assert client.get(address).status_code == 200


def test_a_measure_that_is_ended_or_costs_another_sum_came_after(client, cast, measure, coordinator, manager):
    client.force_login(manager)
    with clock.at(LATER):
        end_measure(measure, by=coordinator, from_date=date(2026, 11, 1), reason="Skolan är riven.", dnr="KS 2026/7")
        now = change_measure(
            measure, by=coordinator, version=measure.version, budget_per_year=250_000, funding="value_transfer", risk="Stor"
        )
        change_measure(now, by=coordinator, version=now.version, risk="Liten")
        page = came_after(client, cast["annual"])
    assert "1 åtgärd har kommit eller ändrats efter att året frystes." in page
    assert f"3.1 Läxhjälp Avslutad i förtid från 1 november 2026: Skolan är riven. 9 mars 2027 {coordinator}" in page
    assert "3.1 Läxhjälp Ändrat: " in page
    for told in ("budget per år, kronor (tomt → 250000)", f"finansiering (tomt → {Funding.VALUE_TRANSFER.label})"):
        assert told in page
    assert "value_transfer" not in page
    assert "risk" not in page, "what the year does not show"
    assert f"/measures/{measure.pk}/" in links_of(client.get(f"/frozen/{cast['annual'].pk}/"))


def test_a_question_carried_over_from_a_year_before_is_answered_after(client, cast, coordinator, manager):
    """It stands as open in the frozen year, which asked it again."""
    plan = cast["plan"]
    with clock.at(MARCH - timedelta(days=300)):
        carried = ask_for_decision(plan, 2025, by=coordinator, **QUESTION | {"question": "Ska hallen hyras?"})
        answered = ask_for_decision(plan, 2025, by=coordinator, **QUESTION | {"question": "Ska hallen säljas?"})
        answered = record_decision(answered, by=manager, version=answered.version, outcome="Nej.", decided_on=date(2026, 5, 9))
    year = year_of(plan, 2026, audience=Audience.MANAGEMENT)
    file = File("aret.json", "application/json", json_bytes(year))
    with clock.at(MARCH + timedelta(minutes=1)):
        annual = freeze_year(plan, year, [file], by=manager, reason="Frågan från i fjol.")
    assert [row.question for row in year.decisions if not row.outcome] == ["Fler handledare?", "Ska hallen hyras?"]
    client.force_login(manager)
    assert "Ingenting har kommit eller ändrats" in came_after(client, annual)
    with clock.at(LATER):
        record_decision(carried, by=manager, version=carried.version, outcome="Hyr den.", decided_on=date(2027, 3, 9))
        record_decision(answered, by=manager, version=answered.version, outcome="Nej, aldrig.", decided_on=date(2026, 5, 9))
        page = came_after(client, annual)
    assert "1 fråga till ledningen har kommit eller ändrats efter att året frystes." in page
    assert "Ska hallen hyras? Beslut: Hyr den." in page


def test_what_the_year_is_named_and_counted_by_came_after_too(client, cast, measure, assignment, indicator, coordinator, reviewer, manager):
    plan, annual, goal, club = cast["plan"], cast["annual"], cast["goal"], assignment.actor
    earlier = an_obligation(assignment, a_period(plan, 2025, 3))
    client.force_login(manager)
    with clock.at(LATER):
        a_report(earlier, by=coordinator, approved_by=reviewer, figures=[7])
        unlock_period(plan.periods.get(year=2026), by=coordinator, until=LATER + timedelta(days=3), reason="En siffra ska rättas.")
        end_assignment(assignment, by=coordinator, ended_on=date(2026, 6, 30), reason="Tränaren flyttade.")
        change_goal(goal, by=coordinator, version=goal.version, title="Skola för alla")
        change_actor(club, by=coordinator, version=club.version, name="Norrbruks Allmänna IF", org_number="5560360793")
        create_measure(goal, by=coordinator, number="3.9", title="Sommarskola", starts_on=date(2026, 6, 1))
        change_plan(plan, by=coordinator, version=plan.version, title="Handlingsplanen")
        by = {"indicator": indicator, "source_line": "SCB", "fetched_at": LATER, "by_user": coordinator}
        OutsideValue.objects.create(**by, year=2026, value=10_000)
        OutsideValue.objects.create(**by, year=2025, value=20_000)
        before = AnnualFollowUp.objects.create(plan=plan, year=2025, version=1, rules_version="1", frozen_by=manager)
        events.record("year.frozen", before, workspace=plan.workspace, by=manager)
        page = came_after(client, annual)
    assert (
        "1 rapport, 1 uppdrag, 1 åtgärd, 1 mål eller fokusområde, statistik om 1 mått, 1 aktör, 1 rapportrunda, "
        "årsuppföljningen för året före och planen har kommit eller ändrats efter att året frystes."
    ) in page
    for told in (
        "Norrbruks Allmänna IF, 3.1 Läxhjälp, Tertial 3, 2025 Rapporten kom in och rapporten godkändes",
        "Tertial 1, 2026 Rundan låstes upp",
        "Norrbruks Allmänna IF, 3.1 Läxhjälp Uppdraget för Norrbruks Allmänna IF avslutades 30 juni 2026: Tränaren flyttade.",
        "Skola för alla Rubrik eller plats i planen ändrades",
        "Norrbruks Allmänna IF Ändrat: namn (Norrbruks IF (Exempel) → Norrbruks Allmänna IF) 9 mars",
        "3.9 Sommarskola Ny åtgärd",
        "Handlingsplanen Ändrat: namn (Handlingsplan 2025–2034 (Exempel) → Handlingsplanen)",
        "Ny statistik för 2025 och 2026",
        "Årsuppföljning 2025 Frystes, version 1",
    ):
        assert told in page, told
    rows = client.get(f"/frozen/{annual.pk}/").content.decode().split("<tr data-row>")[1:]
    for address in (re.search('href="([^"]+)"', row).group(1) for row in rows):
        assert client.get(address).status_code == 200, address


def test_what_only_later_years_show_did_not_come_after(client, cast, measure, assignment, indicator, coordinator, manager):
    later = a_period(cast["plan"], 2027, 1)
    with clock.at(LATER):
        exempt_obligation(an_obligation(assignment, later), by=coordinator, reason="Föreningen är vilande.")
        pause_measure(measure, by=coordinator, from_date=date(2027, 2, 1), reason="Hallen byggs om.")
        end_assignment(assignment, by=coordinator, ended_on=date(2027, 3, 1), reason="Tränaren flyttade.")
        create_measure(cast["goal"], by=coordinator, number="3.9", title="Sommarskola", starts_on=date(2028, 6, 1))
        OutsideValue.objects.create(indicator=indicator, year=2027, fetched_at=LATER)
    client.force_login(manager)
    assert "Ingenting har kommit eller ändrats" in came_after(client, cast["annual"])


def test_a_last_day_that_leaves_the_year_whole_did_not_come_after(client, cast, measure, assignment, coordinator, manager):
    """Whoever goes on to 31 December is in the year as if it had not ended, and so is a measure that ends in it or later."""
    whole = an_assignment(measure, an_actor(cast["plan"].workspace, "Kören"), ends_on=date(2026, 12, 31))
    part = {"by": coordinator, "contact": None, "commitment": "", "interval": "", "indicators": ()}
    client.force_login(manager)
    with clock.at(LATER):
        end_assignment(assignment, by=coordinator, ended_on=date(2026, 12, 31), reason="Tränaren flyttade.")
        whole = change_assignment(whole, version=whole.version, ends_on=date(2027, 6, 30), **part)
        now = change_measure(measure, by=coordinator, version=measure.version, ends_on=date(2027, 6, 30))
        now = change_measure(now, by=coordinator, version=now.version, ends_on=date(2028, 6, 30))
        assert "Ingenting har kommit" in came_after(client, cast["annual"])
        change_assignment(whole, version=whole.version, ends_on=date(2026, 12, 30), **part)
        change_measure(now, by=coordinator, version=now.version, ends_on=date(2025, 12, 31), budget_per_year=10)
        page = came_after(client, cast["annual"])
    assert "1 uppdrag och 1 åtgärd har kommit eller ändrats" in page
    assert "31 december 2025" in page
    assert "30 december 2026" in page


def test_a_part_that_would_have_been_over_and_went_on_came_after(client, cast, measure, coordinator, manager):
    brief = an_assignment(measure, an_actor(cast["plan"].workspace, "Kören"), ends_on=date(2026, 6, 30))
    client.force_login(manager)
    with clock.at(LATER):
        end_assignment(brief, by=coordinator, ended_on=date(2027, 1, 31), reason="Klart.")
        assert "Uppdraget för Kören avslutades 31 januari 2027: Klart." in came_after(client, cast["annual"])


def test_what_the_year_does_not_name_did_not_come_after(client, cast, measure, indicator, workspace, coordinator, manager):
    """A measure without a first day, whoever was asked only in earlier years, and an indicator without target or statistics."""
    former = an_actor(workspace, "Kören")
    an_obligation(an_assignment(measure, former, ends_on=date(2025, 12, 31)), a_period(cast["plan"], 2025, 3))
    client.force_login(manager)

    def rename(name: str) -> None:
        save_changes(indicator, {"name": name}, version=indicator.version, by=coordinator, verb="indicator.changed", workspace=workspace)

    with clock.at(LATER):
        create_measure(cast["goal"], by=coordinator, number="3.9", title="Sommarskola")
        change_actor(former, by=coordinator, version=former.version, name="Kören i Norrbruk")
        rename("besök av barn")
        assert "Ingenting har kommit" in came_after(client, cast["annual"])
    a_target(indicator, baseline=0, target=10)
    assert "→ besök av barn)" in came_after(client, cast["annual"])


def test_an_assignment_that_reaches_back_into_the_year_came_after(client, cast, measure, club, coordinator, manager):
    """A measure that nobody answered for has somebody then."""
    other = create_measure(cast["goal"], by=coordinator, number="3.9", title="Sommarskola")
    part = {"by": coordinator, "role": "responsible"}
    client.force_login(manager)
    with clock.at(LATER):
        agreed = assign_actor(measure, club, is_agreed=True, **part | {"role": "contributing"}, starts_on=date(2026, 12, 31))
        said_no = assign_actor(other, club, **part, starts_on=date(2026, 1, 1))
        decline_assignment(said_no, by=coordinator, reason="Ingen tid.")
        assign_actor(other, club, **part | {"role": "contributing"}, starts_on=date(2027, 1, 1), is_agreed=True)
        page = came_after(client, cast["annual"])
    assert "2 uppdrag" in page, "the one that begins in the year after is nothing to it"
    assert f"{club}, 3.1 Läxhjälp {club} föreslogs som medverkar för 3.1 Läxhjälp" in page
    assert f"{club}, 3.1 Läxhjälp {club} tog på sig 3.1 Läxhjälp 9 mars 2027 {coordinator}" in page
    assert f"{club} tackade nej till 3.9 Sommarskola: Ingen tid." in page
    assert f"/assignments/{agreed.pk}/" in links_of(client.get(f"/frozen/{cast['annual'].pk}/"))


def test_an_assignment_that_is_undone_came_after_although_nothing_is_left_of_it(client, cast, measure, workspace, coordinator, manager):
    part = {"by": coordinator, "role": "responsible"}
    kept, gone, later = (an_actor(workspace, name) for name in ("Kören", "Klubben", "Kåren"))
    before = [assign_actor(measure, actor, starts_on=day, **part) for actor, day in ((gone, date(2026, 5, 1)), (later, date(2027, 1, 1)))]
    elsewhere = assign_actor(a_measure(a_plan(workspace)), gone, starts_on=date(2026, 5, 1), **part)
    asked = assign_actor(measure, kept, starts_on=date(2026, 5, 1), is_agreed=True, **part)
    an_obligation(asked, a_period(cast["plan"], 2027, 1))
    client.force_login(manager)
    assert "Ingenting har kommit" in came_after(client, cast["annual"])
    with clock.at(MARCH + timedelta(minutes=5)):
        new = assign_actor(measure, an_actor(workspace, "Laget"), starts_on=date(2026, 5, 1), **part)
        for each in (*before, elsewhere, asked, new):
            undo_assignment(each, by=coordinator)
        page = came_after(client, cast["annual"])
    assert "2 uppdrag har kommit eller ändrats efter att året frystes." in page, "what came and went since is nothing"
    assert f"Klubben, 3.1 Läxhjälp Tilldelningen till Klubben ångrades 9 mars 2027 {coordinator}" in page
    assert "Kören, 3.1 Läxhjälp Tilldelningen till Kören ångrades" in page
    assert "Kåren" not in page
    assert "Laget" not in page
    assert f"/measures/{measure.pk}/" in links_of(client.get(f"/frozen/{cast['annual'].pk}/"))


@pytest.mark.parametrize("count", [2, 30])
def test_what_came_after_costs_the_same_at_any_size(client, cast, coordinator, manager, django_assert_max_num_queries, count):
    plan = cast["plan"]
    with clock.at(LATER):
        plan.periods.update(closed_at=None, closes_on=date(2027, 12, 31))
        period = plan.periods.get()
        for number in range(count):
            measure = create_measure(cast["goal"], by=coordinator, number=f"9.{number}", title="Sommarskola", starts_on=date(2026, 1, 1))
            part = an_assignment(measure, an_actor(plan.workspace, f"Förening {number}"))
            exempt_obligation(an_obligation(part, period), by=coordinator, reason="Vilande.")
            end_assignment(part, by=coordinator, ended_on=date(2026, 6, 30), reason="Vilande.")
            ask_for_decision(plan, 2026, by=coordinator, **QUESTION)
            assess(measure, 2026, by=manager, version=0, **JUDGEMENT)
    client.force_login(manager)
    client.get("/years/")
    with django_assert_max_num_queries(18):
        page = came_after(client, cast["annual"])
    assert f"{count} bedömningar, {count} frågor till ledningen, {count} begärda svar, {count} uppdrag och {count} åtgärder har" in page


def test_a_draft_another_year_and_another_plan_are_not_told_of(client, cast, workspace, coordinator, manager):
    other = a_plan(workspace)
    with clock.at(LATER):
        area = a_goal(cast["plan"], title="Trygghet")
        write_text(YearText(plan=cast["plan"], year=2026, goal=area), by=manager, version=0, words="Inte färdig.", is_done=False)
        ask_for_decision(cast["plan"], 2027, by=coordinator, **QUESTION)
        ask_for_decision(other, 2026, by=coordinator, **QUESTION)
    client.force_login(manager)
    assert Decision.objects.count() == 3
    assert "Ingenting har kommit" in came_after(client, cast["annual"])


def test_what_comes_while_the_files_are_drawn_came_after(client, cast, coordinator, manager):
    """Drawing takes a while: the frozen year is of the moment that was read, not of the moment when it was stored."""
    plan = cast["plan"]
    store = prepared(plan, 2026, by=manager, version=2, reason="Rättat.")
    with clock.at(LATER):
        ask_for_decision(plan, 2026, by=coordinator, **QUESTION | {"question": "Ska hallen hyras?"})
    with clock.at(LATER + timedelta(minutes=1)):
        annual = AnnualFollowUp.objects.get(pk=store())
    assert "Ska hallen hyras?" not in bytes(annual.files.get(name__endswith=".json").content).decode()
    client.force_login(manager)
    assert "Ska hallen hyras? Ny fråga till ledningen" in came_after(client, annual)
    assert {each.recorded_at for each in annual.publications.all()} == {MARCH}
