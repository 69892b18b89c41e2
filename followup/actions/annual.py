"""The year is frozen, and corrected by its next version."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from followup.actions.publications import store_figures
from followup.actions.year_letters import plan_year_letters
from followup.figures import Window
from followup.freeze import File, fingerprint
from followup.models import AnnualFollowUp, FrozenFile, PeriodUnlock
from followup.year.page import Year
from measures.models import Plan
from stakeholders import clock, events
from stakeholders.formats import full_day
from stakeholders.models import User
from stakeholders.refusals import NotRight, TooLate


def refuse_unfreezable(plan: Plan, year: int, *, reason: str) -> None:
    """TooLate or NotRight with the sentence that says why the year cannot be frozen (again).

    A round that is unlocked stands in the way as an open one does: the year would be frozen as preliminary, for ever.
    """
    if not plan.periods.filter(year=year).exists():
        raise TooLate(_("Det finns inga rapportrundor för %(year)s.") % {"year": year})
    if plan.periods.filter(year=year, closed_at=None).exists():
        raise TooLate(_("Alla rapportrundor för %(year)s måste vara stängda innan året fryses.") % {"year": year})
    unlocked = PeriodUnlock.objects.filter(period__plan=plan, period__year=year, until__gt=clock.now()).select_related("period")
    if last := unlocked.order_by("until").last():
        told = {"round": last.period.title, "day": full_day(clock.last_day(last.until))}
        raise TooLate(
            _("%(round)s är upplåst för rättelser till och med %(day)s. Rundan låses igen av sig själv, och först då kan året frysas.")
            % told
        )
    if plan.annual_follow_ups.filter(year=year).exists() and not reason.strip():
        raise NotRight(_("Årsuppföljningen %(year)s är fryst. Skriv varför den behöver rättas.") % {"year": year})


@transaction.atomic
def freeze_year(
    plan: Plan,
    year: Year,
    files: Iterable[File],
    *,
    by: User,
    reason: str = "",
    as_of: datetime | None = None,
) -> AnnualFollowUp:
    """Store the year for ever: bytes, hashes, rules, and each audience's figures as shown, all as of the moment that was read.

    `as_of`: that moment (now, if not said); what comes while the files are drawn came after.

    The second time it is a correction: the next version, with a reason. Everything or nothing, the letters about it included.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    refuse_unfreezable(plan, year.year, reason=reason)
    as_of = as_of or clock.now()
    version = plan.annual_follow_ups.filter(year=year.year).count() + 1
    annual = AnnualFollowUp.objects.create(
        plan=plan,
        year=year.year,
        version=version,
        reason=reason if version > 1 else "",
        rules_version=year.rules_version,
        frozen_by=by,
        recorded_at=as_of,
    )
    files = list(files)
    for file in files:
        FrozenFile.objects.create(annual=annual, name=file.name, content_type=file.content_type, content=file.content, sha256=file.sha256)
    store_figures(plan, Window.year(year.year), by=by, annual=annual, as_of=as_of)
    events.record(
        "year.frozen",
        annual,
        workspace=plan.workspace,
        by=by,
        plan=plan,
        year=year.year,
        version=version,
        why=annual.reason,
        as_of=as_of.astimezone(UTC).isoformat(),
        fingerprint=fingerprint(year),
        files={file.name: file.sha256 for file in files},
    )
    plan_year_letters(annual, year)
    return annual
