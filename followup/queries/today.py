"""What needs somebody today: each thing in a line, with why and the act that settles it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import AccessLinkUse, CorrectionRequest, Decision, Obligation, Period, Report, YearText
from followup.queries import due_on, obligation_state
from followup.queries.answering import WRONG_PERSON
from followup.queries.matrix import Call
from followup.transitions import State
from measures.models import Assignment, Measure, Plan
from measures.models.measure import MeasureQuerySet
from measures.queries import gaps_of, with_gaps
from measures.rules import Gap
from stakeholders import clock
from stakeholders.formats import day_month, full_day, listing, weekday, when
from stakeholders.models import Agreement, Workspace
from stakeholders.rules import TO_DECIDE, DispatchState

A_WHILE = timedelta(days=14)
A_WEEK = timedelta(days=7)
SOON = timedelta(days=92)
MOST = 3
"""Of one kind of thing, more than this many are counted, not listed."""


@dataclass(frozen=True)
class Task:
    """One line: `sign` a symbol's name, what, why, and the act: words and an address, where `is_post` says it is a button."""

    sign: str
    what: str
    why: str
    act: str
    address: str
    is_post: bool = False


def wrong_addresses(missing: Iterable[Call]) -> list[Task]:
    """Actors of the round that nobody can be written to."""
    return [
        Task(
            "wrong_address",
            _("Adressen till %(actor)s fungerar inte") % {"actor": call.actor},
            " ".join([_returned(call), _("Svar saknas om %(measures)s.") % {"measures": listing(cell.measure for cell in call.missing)}]),
            _("Rätta adressen"),
            reverse("contact_edit", args=[call.contact.pk]) if call.contact else reverse("actor_page", args=[call.actor.pk]),
        )
        for call in missing
        if call.has_wrong_address
    ]


def wrong_persons(workspace: Workspace) -> list[Task]:
    """Those who said in the last fortnight that somebody else should have the letter, and still stand as contacts."""
    said = AccessLinkUse.objects.filter(
        verb=WRONG_PERSON,
        recorded_at__gte=clock.now() - A_WHILE,
        link__contact__left_at=None,
        link__period__plan__workspace=workspace,
    ).select_related("link__contact", "link__actor")
    return [
        Task(
            "wrong_address",
            _("%(who)s hos %(actor)s är fel person") % {"who": contact.role_title or contact.name or _("Kontakten"), "actor": actor},
            _("Sade själv till. Fråga vem som ska få frågorna i stället."),
            _("Byt kontakt"),
            reverse("actor_page", args=[actor.pk]),
        )
        for contact, actor in {use.link.contact: use.link.actor for use in said}.items()
    ]


def unsure_mail(workspace: Workspace) -> list[Task]:
    """Letters that a person must decide about; those to an address that does not work are told of by `wrong_addresses`."""
    waiting = workspace.dispatches.filter(state__in=TO_DECIDE, contact__bounced_at=None).select_related("contact__actor", "user")
    return [
        Task(
            "uncertain_mail",
            (
                _("Vi vet inte säkert om mejlet till %(who)s kom fram")
                if one.state == DispatchState.UNCERTAIN
                else _("Mejlet till %(who)s togs inte emot")
            )
            % {"who": one.contact.actor if one.contact else one.user},
            _("%(kind)s, %(day)s.") % {"kind": str(one.get_kind_display()).capitalize(), "day": day_month(one.day)},
            _("Bestäm"),
            f"{reverse('dispatch_list')}#dispatch-{one.pk}",
        )
        for one in waiting.order_by("id")
    ]


def to_review(workspace: Workspace) -> list[Task]:
    """How many reports wait for review, and which has waited longest."""
    waiting = Report.objects.within(workspace).awaiting_review().order_by("submitted_at", "pk")
    oldest = waiting.select_related("obligation__assignment__actor", "obligation__assignment__measure").first()
    if oldest is None:
        return []
    part, total = oldest.obligation.assignment, waiting.count()
    days = (clock.today() - clock.day_of(oldest.submitted_at)).days if oldest.submitted_at else 0
    age = ngettext("%(n)d dag", "%(n)d dagar", days) % {"n": days} if days else _("i dag")
    count = ngettext("%(n)d rapport väntar på granskning", "%(n)d rapporter väntar på granskning", total) % {"n": total}
    why = _("Äldst: %(actor)s om %(measure)s, %(age)s.") % {"actor": part.actor, "measure": part.measure, "age": age}
    return [Task("to_review", count, why, _("Granska"), reverse("review_list"))]


def asked_for_help(workspace: Workspace) -> list[Task]:
    """What partners wrote that they need, in reports that still wait or came in the last fortnight."""
    recent = Report.objects.within(workspace).filter(submitted_at__gte=clock.now() - A_WHILE, withdrawn_at=None, returned_at=None)
    recent = recent.exclude(what_is_needed="").select_related("obligation__assignment__actor", "obligation__assignment__measure")
    latest = {report.obligation_id: report for report in recent.order_by("version")}
    return [
        Task(
            "look",
            _("%(actor)s behöver hjälp: ”%(need)s”") % {"actor": report.obligation.assignment.actor, "need": _short(report.what_is_needed)},
            _("%(measure)s. Skrivet %(day)s.") % {"measure": report.obligation.assignment.measure, "day": when(report.submitted_at)},
            _("Läs rapporten"),
            reverse("report_show", args=[report.pk]),
        )
        for report in latest.values()
        if report.submitted_at
    ]


def wishes_for_correction(workspace: Workspace) -> list[Task]:
    """Partners that want to correct what is approved."""
    asked = CorrectionRequest.objects.within(workspace).open().filter(by_contact__isnull=False)
    asked = asked.select_related("report__obligation__assignment__actor", "report__obligation__assignment__measure")
    return [
        Task(
            "look",
            _("%(actor)s vill rätta sin rapport") % {"actor": one.report.obligation.assignment.actor},
            f"{one.report.obligation.assignment.measure}. ”{_short(one.reason)}”",
            _("Läs rapporten"),
            reverse("report_show", args=[one.report_id]),
        )
        for one in asked
    ]


def declined(workspace: Workspace) -> list[Task]:
    """Proposals that were turned down in the last fortnight and that nobody has taken on since."""
    taken = Assignment.objects.current().filter(measure=OuterRef("measure"), role=OuterRef("role"))
    refused = Assignment.objects.within(workspace).filter(~Exists(taken), declined_at__gte=clock.now() - A_WHILE)
    return [
        Task(
            "look",
            _("%(actor)s tackade nej till %(measure)s") % {"actor": one.actor, "measure": one.measure},
            one.declined_reason,
            _("Fråga någon annan"),
            reverse("measure_assign", args=[one.measure_id]),
        )
        for one in refused.select_related("measure", "actor")
    ]


def to_ring(period: Period, missing: list[Call]) -> list[Task]:
    """The call list, once the last day is a week away or past."""
    lacking = [call for call in missing if not call.has_wrong_address]
    if not lacking or period.due_on - clock.today() > A_WEEK:
        return []
    names = listing(
        [call.actor for call in lacking[:MOST]] + ([_("%(n)d till") % {"n": len(lacking) - MOST}] if len(lacking) > MOST else [])
    )
    count = sum(len(call.missing) for call in lacking)
    measures = list({cell.measure.pk: cell.measure for call in lacking for cell in call.missing}.values())
    if period.due_on >= clock.today():
        what = _("Ring %(names)s före %(day)s") % {"names": names, "day": weekday(period.due_on)}
    else:
        what = _("Ring %(names)s: sista dagen har passerat") % {"names": names}
    about = (
        listing(measures) if len(measures) <= MOST * 2 else ngettext("%(n)d åtgärd", "%(n)d åtgärder", len(measures)) % {"n": len(measures)}
    )
    why = ngettext("%(n)d svar saknas: %(about)s.", "%(n)d svar saknas: %(about)s.", count) % {"n": count, "about": about}
    return [Task("reminded", what, why, _("Ringlista"), reverse("round_show", args=[period.pk]) + "#calls")]


def unassigned(rows: list[tuple[Measure, list[Gap]]]) -> list[Task]:
    """Measures that have started and that nobody is responsible for."""
    today = clock.today()
    found = [measure for measure, gaps in rows if Gap.RESPONSIBLE in gaps and measure.starts_on and measure.starts_on <= today]
    tasks = [
        Task(
            "gap",
            _("%(measure)s saknar ansvarig") % {"measure": measure},
            _("Skulle ha startat %(day)s.") % {"day": day_month(measure.starts_on)} if measure.starts_on else "",
            _("Tilldela"),
            reverse("measure_assign", args=[measure.pk]),
        )
        for measure in found[:MOST]
    ]
    if len(found) > MOST:
        words = ngettext("%(n)d åtgärd till saknar ansvarig", "%(n)d åtgärder till saknar ansvarig", len(found) - MOST) % {
            "n": len(found) - MOST
        }
        tasks.append(Task("gap", words, "", _("Visa alla"), reverse("plan_gaps", args=[found[0].plan_id]) + "#responsible"))
    return tasks


def unanswered_proposals(workspace: Workspace) -> list[Task]:
    """Proposals that have waited a week for a yes or a no."""
    waiting = Assignment.objects.within(workspace).current().filter(accepted_at=None, recorded_at__lt=clock.now() - A_WEEK)
    found = list(waiting.select_related("actor", "measure").order_by("recorded_at"))
    return [
        Task(
            "asked",
            _("%(actor)s har inte svarat på frågan om %(measure)s") % {"actor": one.actor, "measure": one.measure},
            _("Frågan ställdes %(day)s.") % {"day": day_month(one.recorded_at)},
            _("Ring och notera"),
            reverse("assignment_edit", args=[one.pk]),
        )
        for one in found[:MOST]
    ]


def ending_agreements(workspace: Workspace) -> list[Task]:
    """Agreements that end, or must be given notice of, within three months."""
    today = clock.today()
    ending = Agreement.objects.within(workspace).filter(ended_at=None, ends_on__range=(today, today + SOON)).prefetch_related("parties")
    tasks = []
    for one in ending:
        others = [actor for actor in one.parties.all() if actor.kind != "housing_company"] or list(one.parties.all())
        if one.ends_on and others:
            notice = _months_before(one.ends_on, one.notice_months) if one.notice_months else None
            why = _("Uppsägning senast %(day)s.") % {"day": day_month(notice)} if notice and notice >= today else ""
            what = _("%(agreement)s med %(actors)s går ut %(day)s")
            names = {"agreement": one, "actors": listing(others), "day": day_month(one.ends_on)}
            tasks.append(Task("warning", what % names, why, _("Öppna"), reverse("actor_page", args=[others[0].pk])))
    return tasks


def with_their_gaps(measures: MeasureQuerySet) -> list[tuple[Measure, list[Gap]]]:
    """Each measure of the plans in force with what it lacks."""
    in_force = with_gaps(measures.filter(plan__closed_at=None)).order_by("number_sort", "pk")
    return [(measure, gaps_of(measure)) for measure in in_force]


def texts_to_write(user: Any, workspace: Workspace) -> list[Task]:
    """The texts of the year that the person has been asked to write and that are not done, the soonest last day first."""
    asked = YearText.objects.within(workspace).filter(assignee=user, done_at=None).select_related("goal")
    return [
        Task(
            "begun" if one.text else "asked",
            _("Skriv om %(area)s i årsuppföljningen %(year)s") % {"area": one.goal or _("året i korthet"), "year": one.year},
            (_("Klar senast %(day)s.") if one.write_by >= clock.today() else _("Skulle ha varit klar %(day)s."))
            % {"day": day_month(one.write_by)}
            if one.write_by
            else "",
            _("Fortsätt") if one.text else _("Skriv"),
            reverse("text_write", args=[one.plan_id, one.year, one.goal_id or 0]),
        )
        for one in asked.order_by("write_by", "pk")
    ]


def to_decide(workspace: Workspace) -> list[Task]:
    """How many questions wait for a decision, and the one to be answered first: a line for each plan, since each has its list."""
    by_plan: dict[Plan, list[Decision]] = {}
    for each in Decision.objects.within(workspace).open().select_related("plan"):
        by_plan.setdefault(each.plan, []).append(each)
    return [_to_decide(plan, waiting, is_one_of_many=len(by_plan) > 1) for plan, waiting in by_plan.items()]


def _to_decide(plan: Plan, waiting: list[Decision], *, is_one_of_many: bool) -> Task:
    first, n = waiting[0], len(waiting)
    count = ngettext("%(n)d fråga väntar på beslut", "%(n)d frågor väntar på beslut", n) % {"n": n}
    what = _("%(count)s i %(plan)s") % {"count": count, "plan": plan} if is_one_of_many else count
    last_day = _("Svar senast %(day)s.") % {"day": full_day(first.answer_by)} if first.answer_by else ""
    why = " ".join(filter(None, (first.question, last_day)))
    return Task("look", what, why, _("Att besluta"), reverse("decision_list", args=[plan.pk, max(each.year for each in waiting)]))


def own_answers(user: Any) -> list[Task]:
    """What the user's own organisations are to answer: rounds that are open, the soonest last day first."""
    mine = user.memberships.active().filter(role="reporter").values("actor")
    asked = (
        Obligation.objects.filter(assignment__actor__in=mine, period__opens_on__lte=clock.today(), period__closed_at=None)
        .select_related("assignment__measure", "assignment__actor", "period", "draft")
        .prefetch_related("reports", "rulings")
    )
    open_ones = [one for one in asked if obligation_state(one) in (State.UNANSWERED, State.RETURNED, State.WITHDRAWN)]
    return [_own_answer(one) for one in sorted(open_ones, key=lambda one: (due_on(one), one.pk))]


def _own_answer(one: Obligation) -> Task:
    is_begun, is_returned = hasattr(one, "draft"), obligation_state(one) == State.RETURNED
    day, sign = due_on(one), "returned" if is_returned else "begun" if is_begun else "asked"
    why = _("Sista dag var %(day)s.") if day < clock.today() else _("Svara senast %(day)s.")
    act = _("Komplettera") if is_returned else _("Fortsätt") if is_begun else _("Svara")
    words = f"{one.period.title}. {why % {'day': weekday(day)}}"
    return Task(sign, str(one.assignment.measure), words, act, reverse("account:answer_show", args=[one.pk]))


def _returned(call: Call) -> str:
    if call.contact and call.contact.bounced_at:
        who = call.contact.role_title or call.contact.name
        return _("Mejlet till %(who)s kom i retur %(day)s.") % {"who": who, "day": day_month(call.contact.bounced_at)}
    return _("Det finns ingen adress.")


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:57].rsplit(" ", 1)[0] + " …"


def _months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or the month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))
