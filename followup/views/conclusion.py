"""What came of an answer: how the measure was judged, and the whole frozen year, for whoever took part in it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from followup.freeze import FOR_PARTNERS
from followup.models import AnnualFollowUp, Assessment, FrozenFile, Obligation, Period
from followup.queries import obligation_state
from followup.transitions import State
from followup.views.doors import Door
from measures.models import Measure
from stakeholders.exports import as_download


class Conclusion(NamedTuple):
    """What was judged of a measure in the year, if anything, and `quote`: their own words about it ("" when nothing of theirs is in force)."""

    measure: Measure
    quote: str
    judged: Assessment | None


def conclusions_of(period: Period, obligations: Sequence[Obligation]) -> dict[str, Any]:
    """The frozen year that the answers of a round are part of, and what came of each; nothing before the year is frozen. Two queries."""
    frozen = _frozen_year(period)
    if frozen is None:
        return {}
    measures = [one.assignment.measure for one in obligations]
    judged = {each.measure_id: each for each in Assessment.objects.filter(measure__in=measures, year=frozen.year).order_by("id")}
    rows = [Conclusion(one.assignment.measure, _quote(one), judged.get(one.assignment.measure_id)) for one in obligations]
    return {"frozen": frozen, "concluded": rows}


@require_GET
def answer_year(request: HttpRequest, door: Door) -> HttpResponse:
    """The follow-up of the year in the form for partners: what management reads, with more small numbers protected from who knows its own."""
    file = get_object_or_404(FrozenFile, annual=_frozen_year(door.obligation.period), name__endswith=FOR_PARTNERS)
    return as_download(bytes(file.content), file.content_type, file.name)


def _quote(obligation: Obligation) -> str:
    """What the version in force says has happened."""
    if obligation_state(obligation) not in (State.APPROVED, State.CORRECTING):
        return ""
    return max((one for one in obligation.reports.all() if one.approved_at), key=lambda one: one.version).what_happened


def _frozen_year(period: Period) -> AnnualFollowUp | None:
    """The year as it holds. `has_form`: whether there is a form of it for partners; there is none of what was frozen before there were such."""
    form = FrozenFile.objects.filter(annual=OuterRef("pk"), name__endswith=FOR_PARTNERS)
    versions = AnnualFollowUp.objects.filter(plan=period.plan_id, year=period.year).annotate(has_form=Exists(form))
    return versions.order_by("version").last()
