"""Scenarios with known answers (rule 9 of docs/figures.md): each told once, to whichever world listens."""

from collections.abc import Callable
from fractions import Fraction

from followup.words import Audience, Flag, ImplementationStatus, MissingReason, Overlap, Protection, Verdict
from measures.rules import IndicatorKind, RatioOverTime, VersionLink
from tests.followup.worlds import World

SCENARIOS: dict[int, Callable[[World], None]] = {}
TERTIALS = ("2026T1", "2026T2", "2026T3")
NOT_ANSWERED = MissingReason.NOT_ANSWERED


def scenario(number: int) -> Callable:
    def keep(told: Callable[[World], None]) -> Callable[[World], None]:
        SCENARIOS[number] = told
        return told

    return keep


@scenario(1)
def one_says_zero_the_other_nothing(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.asks("B", ["besök"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", zero=True)
    world.on("2026-06-01")
    world.shows("besök", "2026T1", 0, of=(1, 2), missing={"B": NOT_ANSWERED})


@scenario(2)
def a_running_total_is_the_difference_whoever_typed_it(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT, running_total=True)
    world.asks("A", ["besök"], ["2026T1", "2026T2"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 100)
    world.on("2026-09-10")
    world.reports("A", "2026T2", 130)
    world.shows("besök", "2026-08-31", 130)
    world.shows("besök", "2026T2", 30)


@scenario(3)
def eight_are_approved_at_once(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    actors = [f"A{number}" for number in range(1, 9)]
    for actor in actors:
        world.asks(actor, ["besök"], ["2026T1"])
    world.on("2026-05-10")
    reports = [world.submits(actor, "2026T1", number) for number, actor in enumerate(actors, start=1)]
    world.shows("besök", "2026T1", None, of=(0, 0))
    world.approves(*reports)
    world.shows("besök", "2026T1", 36, of=(8, 8))
    assert world.approvals() == 8


@scenario(4)
def a_withdrawal_never_revives_an_older_version(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 10)
    second = world.reports("A", "2026T1", 12)
    world.shows("besök", "2026T1", 12)
    world.withdraws(second)
    world.on("2026-06-01")
    world.shows("besök", "2026T1", None, of=(0, 1), missing={"A": MissingReason.WITHDRAWN})


@scenario(5)
def an_exemption_takes_the_value_out_whichever_came_first(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    for actor in ("A", "B", "C"):
        world.asks(actor, ["besök"], ["2026T1"])
    world.on("2026-05-10")
    world.exempts("A", "2026T1")
    world.attempts(lambda: world.reports("A", "2026T1", 7))
    world.reports("B", "2026T1", 5)
    world.exempts("B", "2026T1")
    world.reports("C", "2026T1", 1)
    world.on("2026-06-01")
    world.shows("besök", "2026T1", 1, of=(1, 1), missing={})
    assert world.figure("besök", "2026T1", actors=["A"]).expected == world.figure("besök", "2026T1", actors=["B"]).expected == 0
    assert world.figure("besök", "2026T1", actors=["A"]).low is world.figure("besök", "2026T1", actors=["B"]).low is None


@scenario(6)
def disjoint_denominators_are_pooled(world: World) -> None:
    world.indicator("andel", IndicatorKind.RATIO, unit="%", disjoint_denominators=True)
    for actor in ("A", "B"):
        world.asks(actor, ["andel"], ["2026T1"])
    world.on("2026-05-10")
    for actor in ("A", "B"):
        world.reports(actor, "2026T1", fraction=(5, 10))
    world.shows("andel", "2026T1", 50, of=(2, 2), fraction=(10, 20))


@scenario(7)
def a_ratio_of_stocks_is_the_last_one(world: World) -> None:
    world.indicator("andel", IndicatorKind.RATIO, unit="%", over_time=RatioOverTime.STOCK)
    world.baseline("andel", 2025, 0)
    world.target("andel", 2026, 60)
    world.asks("A", ["andel"], TERTIALS)
    for day, period, numerator in (("2026-05-10", "2026T1", 50), ("2026-09-10", "2026T2", 55), ("2027-01-10", "2026T3", 58)):
        world.on(day)
        world.reports("A", period, fraction=(numerator, 100))
    world.shows("andel", "2026", 58, of=(3, 3))
    _, current = world.against("andel", "2026")
    assert round(current.attainment[0] * 100) == round(current.attainment[1] * 100) == 97


@scenario(8)
def an_older_stock_is_carried_and_marked(world: World) -> None:
    world.indicator("kontrakt", IndicatorKind.STOCK)
    for actor in ("A", "B"):
        world.asks(actor, ["kontrakt"], ["2026T1", "2026T2"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 4)
    world.reports("B", "2026T1", 3)
    world.on("2026-09-10")
    world.reports("A", "2026T2", 6)
    world.on("2026-10-01")
    shown = world.shows("kontrakt", "2026T2", 9, of=(1, 2), flags={Flag.OLDER_VALUE}, missing={"B": NOT_ANSWERED})
    assert sum(mark.flag == Flag.OLDER_VALUE for mark in shown.flags) == 1


@scenario(9)
def falling_goals_work(world: World) -> None:
    world.indicator("vräkningar", IndicatorKind.COUNT)
    world.baseline("vräkningar", 2024, 20)
    world.target("vräkningar", 2026, 10)
    world.asks("A", ["vräkningar"], ["2026"])
    world.on("2027-01-10")
    world.reports("A", "2026", 12)
    _, current = world.against("vräkningar", "2026")
    assert current.attainment == (Fraction(4, 5), Fraction(4, 5))


@scenario(10)
def the_same_people_only_by_decision(world: World) -> None:
    world.indicator("deltagare", IndicatorKind.PEOPLE)
    for actor in ("A", "B"):
        world.asks(actor, ["deltagare"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 80)
    world.reports("B", "2026T1", 60)
    world.shows("deltagare", "2026T1", (80, 140), flags={Flag.OVERLAP_UNDECIDED})
    world.overlaps("deltagare", "2026T1", Overlap.SAME_PEOPLE, "A", "B")
    world.shows("deltagare", "2026T1", 80, flags=())
    world.overlaps("deltagare", "2026T1", Overlap.DECLARED, "A", "B", overlap=20)
    world.shows("deltagare", "2026T1", 120)
    world.overlaps("deltagare", "2026T1", Overlap.DISJOINT, "A", "B")
    world.shows("deltagare", "2026T1", 140)
    world.shows("deltagare", "2026", (80, 140))  # a year needs a year's decision


@scenario(11)
def on_time_is_decided_by_the_first_submission(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.on("2026-05-20")
    world.returns(world.submits("A", "2026T1", 10))
    world.on("2026-06-20")
    world.reports("A", "2026T1", 11)
    world.shows("besök", "2026T1", 11, of=(1, 1), received=1, on_time=1, flags=())
    assert world.returns_of("A", "2026T1") == 1


@scenario(12)
def eleven_of_thirteen_with_the_two_names(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    actors = [f"A{number:02}" for number in range(1, 14)]
    for actor in actors:
        world.asks(actor, ["besök"], ["2026T1"])
    world.on("2026-05-10")
    for actor in actors[:11]:
        world.reports(actor, "2026T1", 10)
    world.on("2026-06-01")
    world.shows("besök", "2026T1", 110, of=(11, 13), missing={"A12": NOT_ANSWERED, "A13": NOT_ANSWERED}, partners_complete=11, partners=13)


@scenario(13)
def a_correction_after_publication_shows_old_and_new(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026"])
    world.on("2027-01-10")
    world.reports("A", "2026", 40)
    world.on("2027-02-20")
    world.closes("2026")
    published = world.publishes("2026")
    assert world.revision("besök", "2026", published) is None
    world.on("2027-04-01")
    world.unlocks("2026", "2027-04-08")
    correction = world.reports("A", "2026", 44)
    world.on("2027-04-20")
    world.shows("besök", "2026", 40, as_of=published)
    world.shows("besök", "2026", 44)
    found = world.revision("besök", "2026", published)
    assert (found.old.low, found.new.low) == (40_0000, 44_0000)
    assert found.because_of == (correction,)


@scenario(14)
def a_break_makes_two_series(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2025"])
    world.on("2026-01-20")
    world.reports("A", "2025", 100)
    world.redefines("besök", "2026-01-01", VersionLink.BREAK)
    world.asks("A", ["besök"], ["2026"])
    world.on("2027-01-20")
    world.reports("A", "2026", 30)
    shown = world.shows("besök", "–2026-12-31", None, flags={Flag.BREAK})
    assert [(each.low, each.high) for each in shown.series] == [(100_0000, 100_0000), (30_0000, 30_0000)]
    world.shows("besök", "2025", 100, flags=())
    world.shows("besök", "2026", 30, flags=())


@scenario(15)
def few_women_and_many_men(world: World) -> None:
    world.indicator("deltagare", IndicatorKind.COUNT, counts_people=True, dimensions=("gender",))
    world.asks("A", ["deltagare"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 43, cells={"gender": {"kvinna": 3, "man": 40}})
    world.on("2026-06-01")
    wanted = {"": 43_0000, "kvinna": Protection.FEW, "man": Protection.HIDDEN}
    assert world.shown("deltagare", "2026T1", Audience.MANAGEMENT) == wanted


@scenario(16)
def a_closed_period_is_not_written_in(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    for actor in ("A", "B"):
        world.asks(actor, ["besök"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 7)
    world.on("2026-06-20")
    world.closes("2026T1")
    assert world.is_refused(lambda: world.submits("B", "2026T1", 5))
    world.shows("besök", "2026T1", 7, of=(1, 2), missing={"B": NOT_ANSWERED})


@scenario(17)
def a_partner_does_not_reach_another_s_figure(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    for actor in ("X", "Y"):
        world.asks(actor, ["besök"], ["2026T1"])
    world.on("2026-05-10")
    assert not world.reaches("X", of="Y", period="2026T1")
    world.shows("besök", "2026T1", None, of=(0, 0))


@scenario(18)
def the_author_does_not_approve(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.on("2026-05-10")
    report = world.submits("A", "2026T1", 7, by_reviewer=True)
    assert world.is_refused(lambda: world.approves(report))
    world.shows("besök", "2026T1", None, of=(0, 0))


@scenario(19)
def right_on_every_level(world: World) -> None:
    world.goal("fokusområde")
    world.goal("mål", "fokusområde")
    world.goal("delmål", "mål")
    world.goal("annat mål", "fokusområde")
    for measure, goal in (("1", "delmål"), ("2", "delmål"), ("3", "mål"), ("4", "annat mål"), ("5", "annat mål")):
        world.measure(measure, goal)
    world.indicator("besök", IndicatorKind.COUNT, measures=["1", "2", "3", "4"])
    for measure in ("1", "2", "3", "4"):
        world.asks("A", ["besök"], ["2026T1"], measure=measure)
    world.asks("A", [], ["2026T1"], measure="5")
    world.on("2026-05-10")
    on_plan, delayed = ImplementationStatus.ON_PLAN, ImplementationStatus.DELAYED
    world.reports("A", "2026T1", 1, measure="1", status=on_plan, percent=20)
    world.reports("A", "2026T1", 10, measure="2", status=on_plan, percent=40)
    world.reports("A", "2026T1", 100, measure="3", status=delayed, percent=90)
    world.reports("A", "2026T1", 1000, measure="4", status=on_plan)
    world.on("2026-06-01")
    for level, value, coverage in (("delmål", 11, 2), ("mål", 111, 3), ("annat mål", 1000, 1), ("fokusområde", 1111, 4)):
        world.shows("besök", "2026T1", value, of=(coverage, coverage), goal=level)
    world.shows("besök", "2026T1", 1111, of=(4, 4))
    world.shows("besök", "2026T1", 10, of=(1, 1), measure="2")
    assert world.statuses("mål", "2026T1") == {on_plan: 2, delayed: 1}
    assert world.statuses("fokusområde", "2026T1") == {on_plan: 3, delayed: 1, "not_reported": 1}
    done = world.percent_done("fokusområde", "2026T1")
    assert (done.mean, done.stated, done.measures) == (50, 3, 5)


@scenario(20)
def a_pending_correction_changes_nothing(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 10)
    world.submits("A", "2026T1", 15)
    shown = world.shows("besök", "2026T1", 10, of=(1, 1))
    assert (shown.preliminary.low, shown.preliminary.pending) == (15_0000, 1)


@scenario(21)
def a_target_equal_to_the_baseline(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    world.baseline("besök", 2025, 10)
    world.target("besök", 2026, 10)
    world.asks("A", ["besök"], ["2026"])
    world.on("2027-01-10")
    world.reports("A", "2026", 12)
    _, current = world.against("besök", "2026")
    assert current.attainment is None
    assert current.verdict == Verdict.NOT_COMPUTABLE


@scenario(22)
def far_beyond_and_the_wrong_way_are_never_averaged(world: World) -> None:
    for name in ("upp", "ner"):
        world.indicator(name, IndicatorKind.COUNT)
        world.baseline(name, 2025, 20)
        world.target(name, 2026, 40)
    world.asks("A", ["upp", "ner"], ["2026"])
    world.on("2027-01-10")
    world.reports("A", "2026", lines={"upp": 70, "ner": 10})
    world.on("2027-02-01")
    upward, downward = world.against("upp", "2026")[1], world.against("ner", "2026")[1]
    assert [float(end) for end in upward.attainment] == [2.5, 2.5]
    assert [float(end) for end in downward.attainment] == [-0.5, -0.5]
    assert (upward.verdict, downward.verdict) == (Verdict.AHEAD, Verdict.WRONG_WAY)


@scenario(23)
def early_answers_count_and_the_others_are_only_requested(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    for actor in ("A", "B", "C"):
        world.asks(actor, ["besök"], ["2026T1"])
    world.on("2026-05-05")
    world.reports("A", "2026T1", 3)
    world.shows("besök", "2026T1", 3, of=(1, 1), requested=2, missing={})


@scenario(24)
def a_half_year_partner_is_not_asked_in_a_tertial(world: World) -> None:
    world.indicator("besök", IndicatorKind.COUNT)
    world.asks("A", ["besök"], ["2026T1"])
    world.asks("B", ["besök"], ["2026H1"])
    world.on("2026-05-10")
    world.reports("A", "2026T1", 3)
    world.on("2026-12-01")
    world.shows("besök", "2026T1", 3, of=(1, 1), requested=0, missing={})
    world.shows("besök", "2026", 3, of=(1, 2), missing={"B": NOT_ANSWERED})


@scenario(25)
def tenths_are_exact(world: World) -> None:
    world.indicator("årsarbeten", IndicatorKind.COUNT)
    world.asks("A", ["årsarbeten"], TERTIALS)
    for day, period, value in (("2026-05-10", "2026T1", "0.1"), ("2026-09-10", "2026T2", "0.2"), ("2027-01-10", "2026T3", "0.3")):
        world.on(day)
        world.reports("A", period, value)
    world.shows("årsarbeten", "2026", "0.6")


@scenario(26)
def the_same_people_over_time_unless_new_is_said(world: World) -> None:
    world.indicator("deltagare", IndicatorKind.PEOPLE)
    world.indicator("deltagare, med nya", IndicatorKind.PEOPLE)
    both = ["deltagare", "deltagare, med nya"]
    world.asks("A", both, TERTIALS)
    answers = (("2026-05-10", "2026T1", 30, 30), ("2026-09-10", "2026T2", 40, 15), ("2027-01-10", "2026T3", 20, 5))
    for day, period, value, new in answers:
        world.on(day)
        world.reports("A", period, lines={"deltagare": value, "deltagare, med nya": {"value": value, "new": new}})
    world.shows("deltagare", "2026", (40, 90))
    world.shows("deltagare, med nya", "2026", 50)
