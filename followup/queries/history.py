"""What happened with an answer or a part, from the events, told in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.models import Obligation, Report
from measures.models import Assignment
from stakeholders.formats import full_day
from stakeholders.models import ContactPerson, DispatchItem, Event

HAPPENED = {
    "assignment.proposed": gettext_lazy("Uppdraget föreslogs"),
    "assignment.assigned": gettext_lazy("Uppdraget tilldelades"),
    "assignment.accepted": gettext_lazy("Aktören tackade ja"),
    "assignment.declined": gettext_lazy("Aktören tackade nej"),
    "assignment.changed": gettext_lazy("Uppdraget ändrades"),
    "assignment.ended": gettext_lazy("Uppdraget avslutades"),
    "assignment.undone": gettext_lazy("Tilldelningen ångrades"),
    "report.submitted": gettext_lazy("Rapporten skickades in"),
    "report.submitted_after_end": gettext_lazy("Rapporten kom efter att uppdraget avslutats"),
    "report.submitted_while_exempt": gettext_lazy("Rapporten kom efter att aktören befriats"),
    "report.returned": gettext_lazy("Komplettering begärdes"),
    "report.approved": gettext_lazy("Rapporten godkändes"),
    "report.withdrawn": gettext_lazy("Rapporten återkallades"),
    "report.commented": gettext_lazy("En kommentar skrevs"),
    "report.correction_requested": gettext_lazy("En rättelse begärdes"),
    "report.correction_declined": gettext_lazy("Ingen rättelse behövdes"),
    "obligation.extended": gettext_lazy("Längre tid gavs"),
    "obligation.exempted": gettext_lazy("Aktören befriades från rapporten"),
    "obligation.reinstated": gettext_lazy("Rapporten begärdes igen"),
    "obligation.reminded": gettext_lazy("Samordnaren påminde"),
}


@dataclass(frozen=True)
class Happening:
    """One line of a history: when, what, who ("" for the system's own work) and why. `about`: the row it happened to."""

    at: datetime
    what: str
    who: str
    why: str
    about: tuple[str, int]


def of_obligation(obligation: Obligation) -> list[Happening]:
    """What happened with one answer, latest first."""
    return _told(_about([obligation], list(obligation.reports.all())))


def of_assignment(assignment: Assignment, obligations: Iterable[Obligation]) -> list[Happening]:
    """What happened with a part and all its answers, latest first."""
    obligations = list(obligations)
    reports = [report for obligation in obligations for report in obligation.reports.all()]
    return _told(_about(obligations, reports) | Q(subject_type=Assignment._meta.label_lower, subject_id=assignment.pk))


def mails_about(obligation: Obligation) -> list[DispatchItem]:
    """The letters about one answer, latest first."""
    about = Q(subject_type=Obligation._meta.label_lower, subject_id=obligation.pk) | Q(
        subject_type=Report._meta.label_lower, subject_id__in=[report.pk for report in obligation.reports.all()]
    )
    return list(DispatchItem.objects.filter(about).select_related("dispatch__contact", "dispatch__user").order_by("-id"))


def _about(obligations: list[Obligation], reports: list[Report]) -> Q:
    return Q(subject_type=Obligation._meta.label_lower, subject_id__in=[one.pk for one in obligations]) | Q(
        subject_type=Report._meta.label_lower, subject_id__in=[one.pk for one in reports]
    )


def _told(about: Q) -> list[Happening]:
    found = Event.objects.filter(about, verb__in=HAPPENED).select_related("by_user", "by_contact").order_by("-id")
    return [
        Happening(event.recorded_at, str(HAPPENED[event.verb]), _who(event), _why(event.payload), (event.subject_type, event.subject_id))
        for event in found
    ]


def _who(event: Event) -> str:
    by = event.by_user or event.by_contact
    if isinstance(by, ContactPerson) and by.left_at:
        return by.role_title
    return str(by) if by else ""


def _why(payload: dict[str, object]) -> str:
    parts = [str(payload.get("why") or "")]
    for name, words in (("due_on", _("ny sista dag %(day)s")), ("new_due_on", _("ny sista dag %(day)s"))):
        if day := payload.get(name):
            parts.append(words % {"day": full_day(date.fromisoformat(str(day)))})
    return " – ".join(part for part in parts if part)
