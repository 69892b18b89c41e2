"""Two years of rounds, lived day by day: answers on time and late, returned, corrected, withdrawn, missing."""

import heapq
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count

from followup.actions.reports import approve_report, return_report, submit_report, withdraw_report
from followup.actions.rounds import close_period, exempt_obligation, make_round, unlock_period
from followup.demo.answers import NEEDED, chance, how_it_goes, lines_for, what_happened
from followup.models import Obligation, Period, Report
from followup.models.report import Channel
from followup.words import ImplementationStatus
from measures.models import Plan
from measures.rules import AssignmentRole
from stakeholders import clock
from stakeholders.models import ContactPerson, User
from stakeholders.refusals import TooLate
from stakeholders.rules import ActorKind


class History:
    """Things that happen at moments, done in order of time, none of them later than now."""

    def __init__(self, plan: Plan, *, coordinator: User, reviewer: User) -> None:
        self.plan, self.coordinator, self.reviewer = plan, coordinator, reviewer
        self._agenda: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = count()

    def live(self, first_year: int) -> None:
        """Run every round from `first_year` to this moment."""
        for year in range(first_year, clock.today().year + 1):
            self._at(date(year, 1, 2), partial(self._start_year, year))
        while self._agenda:
            moment, _, happen = heapq.heappop(self._agenda)
            if moment > clock.now():
                break
            with clock.at(moment), suppress(TooLate):  # life may have decided it already: a round that closed, a report reviewed
                happen()

    def _at(self, day: date, happen: Callable[[], object], hour: int = 9) -> None:
        moment = datetime.combine(day, time(hour, next(self._order) % 60), clock.STOCKHOLM)
        heapq.heappush(self._agenda, (moment, next(self._order), happen))

    def _start_year(self, year: int) -> None:
        for period in make_round(self.plan, year, by=self.coordinator):
            for obligation in period.obligations.select_related("assignment__measure", "assignment__actor", "period"):
                self._plan_answer(obligation, period)
            self._at(period.closes_on + timedelta(days=3), partial(self._close, period))

    def _plan_answer(self, obligation: Obligation, period: Period) -> None:
        dice = chance("manners", obligation.assignment, period)
        manners = dice.random()
        if manners < 0.015:
            self._at(
                period.opens_on, lambda: exempt_obligation(obligation, by=self.coordinator, reason="Verksamheten var stängd hela perioden.")
            )
        elif manners < 0.06:
            return  # never answered: the year must say so
        else:
            room = (period.due_on - period.opens_on).days
            day = (
                period.due_on + timedelta(days=dice.randint(1, 12))
                if manners < 0.16
                else period.opens_on + timedelta(days=dice.randint(1, room))
            )
            self._at(day, lambda: self._submit(obligation), hour=dice.randint(8, 17))

    def _submit(self, obligation: Obligation, *, correction_reason: str = "") -> None:
        assignment = obligation.assignment
        is_own = assignment.actor.kind == ActorKind.HOUSING_COMPANY
        contact = assignment.contact or assignment.actor.contacts.first()
        by = self.coordinator if is_own or not contact else contact
        status = how_it_goes(obligation)
        dice = chance("answer", assignment, obligation.period)
        is_late = status == ImplementationStatus.DELAYED
        report = submit_report(
            obligation,
            by=by,
            channel=Channel.ACCOUNT if is_own else Channel.LINK,
            implementation_status=status,
            lines=lines_for(obligation, obligation.reports.count() + 1),
            what_happened=what_happened(obligation, status),
            what_is_needed=dice.choice(NEEDED) if is_late and dice.random() < 0.6 else "",
            percent_done=100 if status == ImplementationStatus.DONE else dice.choice((None, 25, 50, 60, 75)),
            status_reason="Vi väntar på en ny föreståndare." if status == ImplementationStatus.PAUSED else "",
            correction_reason=correction_reason,
            name=by.name if isinstance(by, ContactPerson) else "",
        )
        self._plan_review(report)

    def _plan_review(self, report: Report) -> None:
        obligation = report.obligation
        dice = chance("review", obligation.assignment, obligation.period, report.version)
        day = max(clock.today(), obligation.period.ends_on - timedelta(days=30)) + timedelta(days=dice.randint(1, 9))
        if report.version == 1 and dice.random() < 0.07:
            self._at(day, lambda: self._return(report))
        else:
            self._at(day, lambda: self._approve(report))

    def _return(self, report: Report) -> None:
        return_report(report, by=self.reviewer, reason="Hej! Är det antalet personer eller antalet besök? Räkna varje person en gång.")
        self._at(clock.today() + timedelta(days=4), lambda: self._submit(report.obligation))

    def _approve(self, report: Report) -> None:
        approve_report(report, by=self.reviewer)
        dice = chance("later", report.obligation.assignment, report.obligation.period)
        fate = dice.random()
        if report.version == 1 and fate < 0.03:
            self._at(
                clock.today() + timedelta(days=3),
                lambda: self._submit(report.obligation, correction_reason="Vi hade räknat en grupp två gånger."),
            )
        elif fate > 0.99 and report.obligation.assignment.role == AssignmentRole.CONTRIBUTING:
            self._at(
                clock.today() + timedelta(days=2), lambda: withdraw_report(report, by=self.coordinator, reason="Siffrorna gällde fel år.")
            )

    def _close(self, period: Period) -> None:
        for report in Report.objects.filter(obligation__period=period).awaiting_review():
            approve_report(report, by=self.reviewer)
        close_period(period, by=self.coordinator)
        if period.number == 3:
            self._at(period.closes_on + timedelta(days=60), lambda: self._correct_after_closing(period))

    def _correct_after_closing(self, period: Period) -> None:
        """Once a year somebody finds a mistake when the books are shut."""
        answered = Report.objects.approved().filter(obligation__period=period, channel=Channel.LINK, lines__value__gt=0)
        report = answered.order_by("obligation__assignment__measure__number_sort", "id").first()
        if report is None:
            return
        unlock_period(period, by=self.coordinator, until=clock.now() + timedelta(days=20), reason="Rättelse av dubbelräknad grupp.")
        self._submit(report.obligation, correction_reason="En grupp var räknad två gånger.")
