"""History in words: events as people would tell them. Names are looked up when they are told; history itself holds only ids."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.models import Assessment, Decision, Obligation, Report
from followup.words import GoalAchievement
from measures.models import Activity, Assignment, Measure
from stakeholders.formats import full_day
from stakeholders.models import Actor, ContactPerson, Event, Workspace

MOST = 500
"""How many lines a whole history shows; older ones are in the export of events."""


@dataclass(frozen=True)
class Line:
    """One event: when, in words, and who did it ("" when the system did)."""

    at: datetime
    words: str
    who: str
    event: int


LATEST = (
    "report.submitted",
    "report.approved",
    "report.returned",
    "report.withdrawn",
    "assignment.accepted",
    "assignment.declined",
    "assignment.proposed",
    "assignment.ended",
    "contact.added",
    "contact.left",
    "contact.bounced",
    "actor.registered",
    "actor.closed",
    "measure.created",
    "measure.paused",
    "measure.resumed",
    "measure.ended",
    "measure.evidence_judged",
    "plan.adopted",
    "period.closed",
)
"""What is worth telling on the first page."""


def latest(workspace: Workspace, count: int = 5) -> list[Line]:
    """The last few things that happened in the workspace."""
    return in_words(Event.objects.within(workspace).filter(verb__in=LATEST).order_by("-id")[:count])


def history_of_measure(measure: Measure, count: int = MOST) -> tuple[list[Line], int]:
    """The latest `count` events about a measure, its parts, answers and steps; and how many there are in all."""
    parts = Assignment.objects.filter(measure=measure).values("pk")
    found = Event.objects.filter(
        _about(Measure, [measure.pk])
        | _about(Assignment, parts)
        | _about(Activity, Activity.objects.filter(measure=measure).values("pk"))
        | _about(Report, Report.objects.filter(obligation__assignment__measure=measure).values("pk"))
        | _about(Obligation, Obligation.objects.filter(assignment__measure=measure).values("pk"))
        | _about(Assessment, measure.assessments.values("pk"))
        | _about(Decision, measure.decisions.values("pk"))
    ).filter(verb__in=WORDS)
    return in_words(found.order_by("-id")[:count]), found.count()


def history_of_actor(actor: Actor, count: int = MOST) -> list[Line]:
    """The latest events about an actor, its contact persons, parts and answers."""
    found = Event.objects.filter(
        _about(Actor, [actor.pk])
        | _about(ContactPerson, ContactPerson.objects.filter(actor=actor).values("pk"))
        | _about(Assignment, Assignment.objects.filter(actor=actor).values("pk"))
        | _about(Report, Report.objects.filter(obligation__assignment__actor=actor).values("pk"))
        | _about(Obligation, Obligation.objects.filter(assignment__actor=actor).values("pk"))
    )
    return in_words(found.filter(verb__in=WORDS).order_by("-id")[:count])


def in_words(events: Any) -> list[Line]:
    """Each event as a line, its subjects fetched together."""
    found = list(events.select_related("by_user", "by_contact__actor"))
    subjects = _subjects(found)
    return [_line(event, subjects.get((event.subject_type, event.subject_id))) for event in found]


def _about(model: type[Model], ids: Iterable[int] | Any) -> Q:
    return Q(subject_type=model._meta.label_lower, subject_id__in=ids)


def _subjects(events: list[Event]) -> dict[tuple[str, int], Any]:
    ids: dict[str, set[int]] = defaultdict(set)
    for event in events:
        ids[event.subject_type].add(event.subject_id)
    sources: list[tuple[Any, tuple[str, ...]]] = [
        (Report, ("obligation__assignment__actor", "obligation__assignment__measure", "obligation__period")),
        (Obligation, ("assignment__actor", "assignment__measure", "period")),
        (Assignment, ("actor", "measure")),
        (ContactPerson, ("actor",)),
        (Actor, ()),
        (Measure, ()),
        (Activity, ()),
        (Assessment, ()),
        (Decision, ()),
    ]
    subjects: dict[tuple[str, int], Any] = {}
    for model, related in sources:
        label = model._meta.label_lower
        if ids[label]:
            for thing in model._base_manager.select_related(*related).filter(pk__in=ids[label]):
                subjects[label, thing.pk] = thing
    return subjects


def _line(event: Event, subject: Any) -> Line:
    tell = WORDS.get(event.verb)
    words = _("Händelsen är gallrad.") if event.disposed_at else tell(event.payload, subject) if tell else event.verb
    return Line(event.recorded_at, words, _who(event), event.pk)


def _who(event: Event) -> str:
    if event.by_user:
        return str(event.by_user)
    return str(event.by_contact.actor) if event.by_contact else ""


def _part(payload: dict[str, Any], subject: Any) -> dict[str, str]:
    """Actor, measure, role and reason, for the sentences about an assignment, an obligation or a report."""
    assignment = getattr(getattr(subject, "obligation", subject), "assignment", subject)
    named = assignment is not None
    return {
        "actor": str(assignment.actor) if named else _("en aktör"),
        "measure": str(assignment.measure) if named else _("en åtgärd"),
        "role": assignment.get_role_display() if named else "",
        "why": str(payload.get("why", "")),
        "day": _day(payload.get("ended_on") or payload.get("due_on") or payload.get("new_due_on")),
    }


def _day(text: Any) -> str:
    return full_day(date.fromisoformat(text)) if text and text != "None" else ""


def _of_part(sentence: Any) -> Callable[[dict[str, Any], Any], str]:
    return lambda payload, subject: str(sentence) % _part(payload, subject)


def _plain(sentence: Any) -> Callable[[dict[str, Any], Any], str]:
    """The sentence with the subject's name and the reason put in."""
    return lambda payload, subject: (
        str(sentence)
        % {
            "name": str(getattr(subject, "actor", subject) or _("något som inte finns kvar")),
            "why": str(payload.get("why", "")),
            "day": full_day(date.fromisoformat(payload["from_date"])) if payload.get("from_date") else "",
        }
    )


def _submitted(payload: dict[str, Any], report: Any) -> str:
    again = payload.get("version", 1) > 1
    sentence = _("%(actor)s lämnade en ny version om %(measure)s") if again else _("%(actor)s lämnade rapport om %(measure)s")
    return sentence % _part(payload, report)


def _changed(payload: dict[str, Any], subject: Any) -> str:
    """ "Ändrat: slutdatum (tomt → 31 december 2026), beskrivning"."""
    told = []
    for name, (was, now) in payload.get("changes", {}).items():
        field = subject._meta.get_field(name) if subject is not None else None
        label = str(field.verbose_name) if field else name
        is_short = all(value is None or (isinstance(value, str | int) and len(str(value)) <= 40) for value in (was, now))
        is_fact = field is not None and not field.is_relation
        words = {value: str(word) for value, word in (field.flatchoices if field and is_fact else ())}
        told.append(f"{label} ({_value(words.get(was, was))} → {_value(words.get(now, now))})" if is_short and is_fact else label)
    return _("Ändrat: %(what)s") % {"what": ", ".join(told)}


def _value(value: Any) -> str:
    try:
        return full_day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return _("tomt") if value in (None, "") else _("ja") if value is True else _("nej") if value is False else str(value)


def _judged(payload: dict[str, Any], _subject: Any) -> str:
    was, now = payload["changes"]["grade"]
    return _("Stöd ändrat från %(was)s till %(now)s") % {"was": was, "now": now} if was else _("Stöd bedömt %(now)s") % {"now": now}


def _assessed(payload: dict[str, Any], _subject: Any) -> str:
    word = str(GoalAchievement(payload["achievement"]).label).lower()
    return _("%(year)s bedömdes: %(word)s") % {"year": payload["year"], "word": word}


WORDS: dict[str, Callable[[dict[str, Any], Any], str]] = {
    "report.submitted": _submitted,
    "report.returned": _of_part(gettext_lazy("%(actor)s ombads komplettera om %(measure)s: %(why)s")),
    "report.approved": _of_part(gettext_lazy("Rapporten från %(actor)s om %(measure)s godkändes")),
    "report.withdrawn": _of_part(gettext_lazy("Rapporten från %(actor)s om %(measure)s återkallades: %(why)s")),
    "report.correction_requested": _of_part(gettext_lazy("Rättelse begärdes av rapporten från %(actor)s: %(why)s")),
    "report.correction_declined": _of_part(gettext_lazy("Rättelsen avslogs: %(why)s")),
    "obligation.extended": _of_part(gettext_lazy("%(actor)s fick längre tid, till %(day)s: %(why)s")),
    "obligation.exempted": _of_part(gettext_lazy("%(actor)s befriades från en rapport: %(why)s")),
    "obligation.reinstated": _of_part(gettext_lazy("%(actor)s ska svara igen: %(why)s")),
    "assignment.proposed": _of_part(gettext_lazy("%(actor)s föreslogs som %(role)s för %(measure)s")),
    "assignment.accepted": _of_part(gettext_lazy("%(actor)s tog på sig %(measure)s")),
    "assignment.declined": _of_part(gettext_lazy("%(actor)s tackade nej till %(measure)s: %(why)s")),
    "assignment.ended": _of_part(gettext_lazy("Uppdraget för %(actor)s avslutades %(day)s: %(why)s")),
    "assignment.undone": _of_part(gettext_lazy("Tilldelningen till %(actor)s ångrades")),
    "assignment.changed": _changed,
    "assignment.indicators_chosen": _of_part(gettext_lazy("%(actor)s fick andra siffror att rapportera")),
    "measure.created": lambda payload, subject: _("%(measure)s lades till i planen") % {"measure": subject},
    "measure.changed": _changed,
    "measure.paused": _plain(gettext_lazy("Pausad från %(day)s: %(why)s")),
    "measure.resumed": _plain(gettext_lazy("Återupptagen från %(day)s: %(why)s")),
    "measure.ended": _plain(gettext_lazy("Avslutad i förtid från %(day)s: %(why)s")),
    "measure.evidence_judged": _judged,
    "assessment.made": _assessed,
    "decision.asked_for": lambda payload, subject: _("Ledningen fick en fråga: %(question)s") % {"question": subject},
    "decision.changed": lambda payload, subject: _("Frågan till ledningen ändrades: %(question)s") % {"question": subject},
    "decision.recorded": lambda payload, subject: _("Ledningen beslutade: %(question)s") % {"question": subject},
    "activity.added": lambda payload, subject: _("Aktiviteten %(title)s lades till") % {"title": subject},
    "activity.changed": _changed,
    "actor.registered": _plain(gettext_lazy("%(name)s registrerades")),
    "actor.changed": _changed,
    "actor.closed": _plain(gettext_lazy("%(name)s avslutades. %(why)s")),
    "contact.added": _plain(gettext_lazy("%(name)s fick en ny kontaktperson")),
    "contact.changed": _plain(gettext_lazy("Uppgifter om en kontaktperson hos %(name)s ändrades")),
    "contact.left": _plain(gettext_lazy("En kontaktperson hos %(name)s slutade")),
    "contact.bounced": _plain(gettext_lazy("Ett mejl till %(name)s kom i retur")),
    "plan.adopted": lambda payload, subject: _("Planen antogs"),
    "period.closed": lambda payload, subject: _("En rapportrunda stängdes"),
}
"""How each event is told; what is not here is not part of these histories."""
