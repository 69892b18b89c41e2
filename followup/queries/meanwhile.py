"""Answers that came although nobody asked for them any more: the part had ended, or the actor was exempted, while somebody wrote."""

from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from followup.models import ObligationRuling, Report
from followup.queries.today import A_WHILE, Task
from followup.words import RulingKind
from stakeholders import clock
from stakeholders.formats import day_month, when
from stakeholders.models import Workspace


def came_meanwhile(workspace: Workspace) -> list[Task]:
    """Those of the last fortnight that nobody has dealt with: each is stored, and a person says what it is worth."""
    standing = ObligationRuling.objects.filter(obligation=OuterRef("obligation")).exclude(kind=RulingKind.EXTEND).order_by("-id")
    found = (
        Report.objects.within(workspace)
        .filter(submitted_at__gte=clock.now() - A_WHILE, approved_at=None, returned_at=None)
        .annotate(ruling=Subquery(standing.values("kind")[:1]), ruled_at=Subquery(standing.values("recorded_at")[:1]))
        .filter(Q(ruling=RulingKind.EXEMPT, ruled_at__lt=F("submitted_at")) | Q(obligation__assignment__ended_at__lt=F("submitted_at")))
        .select_related("obligation__assignment__actor", "obligation__assignment__measure")
        .order_by("submitted_at", "pk")
    )
    return [_task(report) for report in found]


def _task(report: Any) -> Task:
    part = report.obligation.assignment
    what = _("%(actor)s svarade om %(measure)s fast svaret inte längre begärdes") % {"actor": part.actor, "measure": part.measure}
    if report.ruling == RulingKind.EXEMPT:
        why = _("Ni befriade dem %(day)s, medan de skrev. Svaret är sparat men räknas inte förrän ni begär det igen.")
        address = reverse("obligation_show", args=[report.obligation_id])
        return Task("look", what, why % {"day": when(report.ruled_at)}, _("Ta ställning"), address)
    why = _("Uppdraget avslutades %(day)s, medan de skrev. Svaret är sparat och väntar på granskning.")
    day = day_month(part.ended_at)
    return Task("look", what, why % {"day": day}, _("Läs rapporten"), reverse("report_show", args=[report.pk]))
