"""The example's spring: last year is judged and decided upon at the days when that is done. All invented."""

from datetime import date, datetime, time

from followup.actions.assessments import assess
from followup.actions.decisions import ask_for_decision, record_decision
from followup.actions.year_texts import Share, share_out, write_text
from followup.models import Decision, Report, YearText
from followup.words import Audience, GoalAchievement, NextStep, Trend
from followup.year.assessments import is_judged
from followup.year.drafts import draft_of
from followup.year.reading import read_book
from followup.year.suggestion import Suggestion, Suggestions
from followup.year.texts import focus_areas
from measures.models import Goal, Measure, Plan
from stakeholders import clock
from stakeholders.models import User

QUESTIONS = (
    ("2.3", "Fler handledare till traineeplatserna?", "En handledare har slutat och elva personer köar.", "Verksamhetschefen",
     "Två handledare från 1 augusti. 1,1 miljoner kronor per år ur egen drift."),
    ("3.5", "Ska avtalet med Norrbruks IF förlängas?", "Två åtgärder vilar på avtalet. Nattfotbollen saknar hall från maj.", "Kommunledningen",
     "Förläng till 2030. Lägg in hall två kvällar i veckan."),
    ("2.1", "Ska sommarjobben göras om?", "En lottad studie visar lägre inkomst senare för vissa. Vår egen uppföljning kan inte svara på det.", "Samordnaren",
     "Koppla jobben till läxhjälpen. Pröva igen om två år."),
)  # fmt: skip

WHY = {
    GoalAchievement.MET: "Måtten ligger på vägen eller före. Aktörerna säger att arbetet har hittat sin form.",
    GoalAchievement.PARTLY: "En del går som vi tänkte, annat är efter. Det som är efter handlar om att starten drog ut på tiden.",
    GoalAchievement.NOT_MET: "Vi är efter på det som går att mäta. Lokaler och handledare har saknats under året.",
    GoalAchievement.CANNOT_ASSESS: "Det är för tidigt att säga. Åtgärderna har startat, men måtten visar något först om ett par år.",
}
NEXT = {
    GoalAchievement.MET: NextStep.CONTINUE,
    GoalAchievement.PARTLY: NextStep.ADJUST,
    GoalAchievement.NOT_MET: NextStep.ADJUST,
    GoalAchievement.CANNOT_ASSESS: NextStep.CONTINUE,
}
ANOTHER_VIEW = "Siffrorna pekar åt två håll. Vi väger tyngst det som skolan och föreningarna berättar: fler kommer och stannar kvar."
OPINION = 3
"""Which goal in order a person sees otherwise than the figures do."""

JUDGED_MEASURES = ("1.1", "2.1", "3.1", "3.5")


def judge_last_year(plan: Plan, year: int, *, coordinator: User, manager: User) -> None:
    """In the first days of March: the coordinator judges measures, management the goals, all but one."""
    with clock.at(_morning(date(year + 1, 3, 4))):
        book = read_book(plan, year, audience=Audience.REVIEW, as_of=clock.now())
        suggestions = Suggestions(book)
        for measure in plan.measures.filter(number__in=JUDGED_MEASURES):
            _judge(measure, year, suggestions.of_measure(measure.pk), by=coordinator)
        write_the_year(plan, year, coordinator=coordinator, manager=manager, is_finished=True)
    with clock.at(_morning(date(year + 1, 3, 9))):
        goals = [goal for goal in book.goals.values() if is_judged(goal, book)]
        for number, goal in enumerate(goals[:-1], 1):
            _judge(goal, year, suggestions.of_goal(goal.pk), by=manager, has_another_view=number == OPINION)


def _judge(subject: Goal | Measure, year: int, suggestion: Suggestion, *, by: User, has_another_view: bool = False) -> None:
    achievement = GoalAchievement.PARTLY if has_another_view else GoalAchievement(suggestion.achievement)
    trend = Trend.BETTER if has_another_view else suggestion.trend
    why = ANOTHER_VIEW if has_another_view else WHY[achievement]
    assess(subject, year, by=by, version=0, achievement=achievement, trend=trend, text=why, next_step=NEXT[achievement])


def ask_and_decide(plan: Plan, *, by: User) -> None:
    """What the board decided about last year, and what waits this year: one question comes from what a partner said it needs."""
    this_year = clock.today().year
    with clock.at(_morning(date(this_year, 2, 20))):
        asked = _ask(plan, this_year - 1, *QUESTIONS[0], by=by)
    with clock.at(_morning(date(this_year, 4, 17))):
        record_decision(
            asked,
            by=by,
            version=asked.version,
            outcome="Enligt förslaget.",
            body="Styrelsen, § 31",
            decided_on=date(this_year, 4, 16),
            dnr=f"NB {this_year}/031 (Exempel)",
        )
    for question in QUESTIONS:
        _ask(plan, this_year, *question, by=by)
    reports = Report.objects.approved().filter(obligation__period__plan=plan, obligation__period__year=this_year)
    report = reports.exclude(what_is_needed="").select_related("obligation__assignment__actor").order_by("submitted_at", "pk").first()
    if report:
        part = report.obligation.assignment
        ask_for_decision(
            plan,
            this_year,
            by=by,
            report=report,
            measures=[part.measure],
            question="Kan vi ge aktören det den behöver?",
            why=report.what_is_needed,
            asked_by=part.actor.name,
            proposal="Samordnaren och aktören tar fram kostnaden till nästa möte.",
        )


WRITTEN = (
    "Det viktigaste i år är att arbetet har blivit av: aktörerna kommer till mötena och svarar i tid. (Exempel)",
    "Vi har pratat med dem som väntar på bostad, och uthyrningen svarar nu samma vecka. (Exempel)",
    "Platserna fylls, men handledarna räcker inte. Det tar vi upp med styrelsen. (Exempel)",
    "Skolan och föreningarna når samma barn allt oftare, och det märks i grupperna. (Exempel)",
    "Språkkaféerna går av sig själva. Nu behöver vi nå dem som arbetar på kvällen. (Exempel)",
    "Lokalen i Kanalbyn har blivit en mötesplats. Svårast är att få unga att leda. (Exempel)",
    "Vandringarna leder till att lampor lagas. Samma hörn återkommer, och dem tar vi i vår. (Exempel)",
    "Vi har en gemensam bild av läget, men den är inte beslutad än. (Exempel)",
)
"""What a person adds to the draft: about the whole year, then about each focus area."""


BEGUN = 6
"""How many texts of a year that goes on are begun; the last of them is not done."""


def write_the_year(plan: Plan, year: int, *, coordinator: User, manager: User, is_finished: bool) -> None:
    """The texts are shared out and written from the drafts; of a year that goes on, five of the eight."""
    book = read_book(plan, year, audience=Audience.REVIEW, as_of=clock.now())
    texts = [YearText(plan=plan, year=year, goal=goal) for goal in [None, *focus_areas(book)]]
    writers = [manager if number % 3 == 0 else coordinator for number in range(len(texts))]
    share_out(plan, [Share(text, 0, who, date(year + 1, 2, 20)) for text, who in zip(texts, writers, strict=True)], by=coordinator)
    for number, (text, who) in enumerate(zip(texts, writers, strict=True)):
        if is_finished or number < BEGUN:
            words = f"{draft_of(book, text.goal)} {WRITTEN[number % len(WRITTEN)]}"
            write_text(text, by=who, version=1, words=words, is_done=is_finished or number < BEGUN - 1)


def _ask(plan: Plan, year: int, number: str, question: str, why: str, asked_by: str, proposal: str, *, by: User) -> Decision:
    return ask_for_decision(
        plan,
        year,
        by=by,
        measures=plan.measures.filter(number=number),
        question=question,
        why=why,
        asked_by=asked_by,
        proposal=proposal,
        answer_by=date(year + 1, 4, 30),
    )


def _morning(day: date) -> datetime:
    """Nine o'clock that day; now, where the day is still to come."""
    return min(clock.now(), datetime.combine(day, time(9), clock.STOCKHOLM))
