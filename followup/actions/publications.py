"""Publishing: every figure stored as each audience sees it, for good."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from followup import rollup
from followup.figures import Window
from followup.models import AnnualFollowUp, Period, Publication, Report
from followup.rollup.publications import contents
from followup.words import Audience
from measures.models import Plan
from stakeholders import clock, events
from stakeholders.models import User
from stakeholders.refusals import TooLate


@transaction.atomic
def publish_period(period: Period, *, by: User) -> list[Publication]:
    """Publish a closed round: its own figures and the year's up to its end, for each audience.

    Once; again only when something in it has been approved or withdrawn since. Raises TooLate.
    """
    period = Period.objects.select_for_update(of=("self",)).select_related("plan__workspace").get(pk=period.pk)
    if not period.closed_at:
        raise TooLate(_("Stäng rundan först. Det som publiceras ska vara granskat."))
    if period.published_at and not _has_changed_since(period):
        raise TooLate(_("Rundan är redan publicerad, och inget har ändrats sedan dess."))
    own, to_date = Window(period.starts_on, period.ends_on), Window.to_date(period.ends_on)
    made = []
    for window in dict.fromkeys((own, to_date)):
        made += store_figures(period.plan, window, by=by, period=period)
    period.published_at, period.published_by = clock.now(), by
    period.save(update_fields=["published_at", "published_by"])
    events.record("period.published", period, workspace=period.plan.workspace, by=by, publications=made)
    return made


@transaction.atomic
def store_figures(
    plan: Plan,
    window: Window,
    *,
    by: User,
    period: Period | None = None,
    annual: AnnualFollowUp | None = None,
    as_of: datetime | None = None,
) -> list[Publication]:
    """Store the figures of a window as shown at a moment (now, if not said), one row for each audience. For the publishing of a round and
    the freezing of a year, which record the event. Partners are of the public, and know their own numbers: what all are shown is decided as
    their form of a frozen year is, and remembered with it."""
    as_of = as_of or clock.now()
    beside = (window, window.year_before()) if annual else ()
    shown = rollup.load_shown(plan, [window, *beside], Audience.MANAGEMENT, as_of=as_of)
    for_all = rollup.load_shown(plan, [window, *beside], Audience.PUBLIC, as_of=as_of, for_partners=True)
    content = {
        Audience.REVIEW: contents(shown.to(Audience.REVIEW), window),
        Audience.MANAGEMENT: contents(shown, window, beside=beside),
        Audience.PUBLIC: contents(for_all, window, _last_to_date(plan, window), beside),
    }
    rows = {"plan": plan, "period": period, "annual": annual, "window_start": window.start, "window_end": window.end}
    return [
        Publication.objects.create(audience=audience, content=as_shown, by_user=by, recorded_at=as_of, **rows)
        for audience, as_shown in content.items()
    ]


def _has_changed_since(period: Period) -> bool:
    reports = Report.objects.filter(obligation__period=period)
    since = period.published_at
    return reports.filter(approved_at__gt=since).exists() or reports.filter(withdrawn_at__gt=since).exists()


def _last_to_date(plan: Plan, window: Window) -> Publication | None:
    """The public's last publication of the same year to date."""
    if window.start != Window.to_date(window.end).start:
        return None
    own = Publication.objects.filter(plan=plan, audience=Audience.PUBLIC, window_start=window.start, window_end__lte=window.end)
    return own.order_by("id").last()
