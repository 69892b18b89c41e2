"""Partners on their phones: who is asked about what in the walks of test_partner_walk.py."""

from datetime import timedelta

from followup.links import issue_link
from followup.models import Obligation
from stakeholders import clock
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.models import Dispatch
from stakeholders.rules import DispatchKind, Role
from tests.factories import (
    a_contact,
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

BREAKDOWNS = {"gender": ["kvinnor", "män", "annat eller okänt"], "age": ["0–15 år", "16–24 år", "25 år och äldre"]}


class Cast:
    """Who is asked about what. Each walk has an answer of its own for each way (with and without scripts): nobody disturbs another."""

    def __init__(self) -> None:
        today = clock.today()
        self.workspace = a_workspace("norrbruk", name="Norrbruksbyggen AB (Exempel)", contact_phone="010-000 00 00")
        company = an_actor(self.workspace, "Norrbruksbyggen AB (Exempel)", kind="housing_company")
        self.coordinator = a_user(company, Role.COORDINATOR)
        self.reviewer = a_user(company, Role.REVIEWER)
        self.plan = a_plan(self.workspace)
        self.round = a_period(self.plan, 2026, 3, due_on=today + timedelta(days=10), closes_on=today + timedelta(days=30))
        self.before = a_period(self.plan, 2026, 2)
        self.measures = {
            "cafe": self.a_cafe(),
            "figures": self.all_kinds(),
            **{title: a_measure(self.plan, number=nr, title=title) for nr, title in (("3.5", "Nattfotboll"), ("3.7", "Fritidsbank"))},
        }

    def a_cafe(self):
        measure = a_measure(self.plan, number="4.1", title="Språkcafé", description="Två kvällar i veckan, öppet för alla.")
        visits = an_indicator(measure, name="Tillfällen", question="Hur många tillfällen hade ni?", unit="tillfällen")
        a_target(visits, baseline=20, year=2026, target=30)
        return measure

    def all_kinds(self):
        measure = a_measure(self.plan, number="3.1", title="Läxhjälp")
        an_indicator(measure, kind="people", name="Elever", question="Hur många elever kom?", breakdowns=BREAKDOWNS, unit="elever")
        an_indicator(measure, kind="ratio", name="Närvaro", numerator_label="Närvarande", denominator_label="Platser")
        an_indicator(measure, kind="level", name="Trivsel", scale=["låg", "medel", "hög"])
        an_indicator(measure, kind="milestone", name="Lokalen är klar")
        an_indicator(measure, kind="money", name="Kostnad", question="Vad kostade det?", unit="kr")
        an_indicator(measure, kind="narrative", name="Berättelse", question="Vad säger eleverna?")
        return measure

    def an_answer(self, actor: str, *measures: str, earlier: float | None = None) -> Obligation:
        """What `actor` is asked in the round; `earlier`: its one figure last time, approved."""
        partner = an_actor(self.workspace, f"{actor} (Exempel {self.workspace.actors.count()})")
        a_contact(partner, name="Kim Exempel", email=f"kim{partner.pk}@norrbruk.example")
        parts = [an_assignment(self.measures[name], partner) for name in measures]
        if earlier is not None:
            for part in parts:
                last = an_obligation(part, self.before)
                a_report(last, figures=[earlier] * last.pinned.count(), approved_by=self.reviewer)
        return an_obligation(parts[0], self.round)

    def letter(self, obligation: Obligation) -> Dispatch:
        about = [(one, "t-14") for one in Obligation.objects.filter(assignment__actor=obligation.assignment.actor, period=self.round)]
        return plan_dispatch(DispatchKind.REQUEST, workspace=self.workspace, to=obligation.assignment.contact, about=about)


def link_to(obligation: Obligation) -> str:
    _link, token = issue_link(obligation.assignment.contact, obligation.assignment.actor, obligation.period, by=None)
    return f"/l/{token}/"
