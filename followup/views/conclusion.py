"""What came of an answer: how the measure was judged, and the whole frozen year, for whoever took part in it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from followup.models import AnnualFollowUp, Assessment, FrozenFile, Obligation
from followup.views.doors import Door
from stakeholders.exports import as_download


def conclusion_of(obligation: Obligation) -> dict[str, Any]:
    """The frozen year that the answer is part of, and what was judged of its measure there; nothing before the year is frozen."""
    frozen = _frozen_year(obligation)
    if frozen is None:
        return {}
    judged = Assessment.objects.filter(measure=obligation.assignment.measure, year=frozen.year).order_by("id").last()
    return {"frozen": frozen, "concluded": judged}


@require_GET
def answer_year(request: HttpRequest, door: Door) -> HttpResponse:
    """The follow-up of the year as the company's management reads it, as PDF: what the letters promise."""
    file = get_object_or_404(FrozenFile, annual=_frozen_year(door.obligation), content_type="application/pdf")
    return as_download(bytes(file.content), file.content_type, file.name)


def _frozen_year(obligation: Obligation) -> AnnualFollowUp | None:
    period = obligation.period
    return AnnualFollowUp.objects.filter(plan=period.plan_id, year=period.year).order_by("version").last()
