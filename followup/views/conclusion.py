"""What came of an answer: how the measure was judged, and the whole frozen year, for whoever took part in it."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from followup.freeze import FOR_PARTNERS
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
    """The follow-up of the year in the form for partners: what management reads, with more small numbers protected from who knows its own."""
    file = get_object_or_404(FrozenFile, annual=_frozen_year(door.obligation), name__endswith=FOR_PARTNERS)
    return as_download(bytes(file.content), file.content_type, file.name)


def _frozen_year(obligation: Obligation) -> AnnualFollowUp | None:
    """The year as it holds. `has_form`: whether there is a form of it for partners; there is none of what was frozen before there were such."""
    period = obligation.period
    form = FrozenFile.objects.filter(annual=OuterRef("pk"), name__endswith=FOR_PARTNERS)
    versions = AnnualFollowUp.objects.filter(plan=period.plan_id, year=period.year).annotate(has_form=Exists(form))
    return versions.order_by("version").last()
