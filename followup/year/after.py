"""What has been recorded about a year since it was frozen, and so does not stand in the frozen one."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import AnnualFollowUp, OutsideValue, OverlapDecision, Report
from followup.year.changes import changes_of
from followup.year.happened import Later, happened
from followup.year.sections import capital
from measures.models import IndicatorVersion
from stakeholders import clock
from stakeholders.formats import listing, whole

COUNTED: dict[str, Callable[[int], str]] = {
    "report": lambda n: ngettext("%(n)s rapport", "%(n)s rapporter", n),
    "assessment": lambda n: ngettext("%(n)s bedömning", "%(n)s bedömningar", n),
    "decision": lambda n: ngettext("%(n)s fråga till ledningen", "%(n)s frågor till ledningen", n),
    "text": lambda n: ngettext("%(n)s text", "%(n)s texter", n),
    "target": lambda n: ngettext("%(n)s målvärde", "%(n)s målvärden", n),
    "baseline": lambda n: ngettext("%(n)s utgångsläge", "%(n)s utgångslägen", n),
    "definition": lambda n: ngettext("%(n)s definition", "%(n)s definitioner", n),
    "overlap": lambda n: ngettext("%(n)s beslut om samma personer", "%(n)s beslut om samma personer", n),
    "obligation": lambda n: ngettext("%(n)s begärt svar", "%(n)s begärda svar", n),
    "assignment": lambda n: ngettext("%(n)s uppdrag", "%(n)s uppdrag", n),
    "measure": lambda n: ngettext("%(n)s åtgärd", "%(n)s åtgärder", n),
    "goal": lambda n: ngettext("%(n)s mål eller fokusområde", "%(n)s mål eller fokusområden", n),
    "indicator": lambda n: ngettext("%(n)s mått", "%(n)s mått", n),
    "outside": lambda n: ngettext("statistik om %(n)s mått", "statistik om %(n)s mått", n),
    "actor": lambda n: ngettext("%(n)s aktör", "%(n)s aktörer", n),
    "round": lambda n: ngettext("%(n)s rapportrunda", "%(n)s rapportrundor", n),
    "year": lambda _n: _("årsuppföljningen för året före"),
    "plan": lambda _n: _("planen"),
}
"""Each kind of thing that may come after, in the order they are counted."""


def came_after(annual: AnnualFollowUp) -> list[Later]:
    """Reports that came in, were returned, approved or withdrawn; what figures are held against: targets, starting points, definitions,
    decisions about the same people; statistics; and what history tells of. In order of time. Six queries, and those of `happened`."""
    found = (_reports, _yardsticks, _overlaps, _outside, happened)
    return sorted((each for told in found for each in told(annual)), key=lambda each: each.at)


def came_after_sentence(rows: list[Later]) -> str:
    """ "2 rapporter, 1 bedömning och 1 text har kommit eller ändrats efter att året frystes."; that nothing has, where nothing has."""
    if not rows:
        return _("Ingenting har kommit eller ändrats efter att året frystes.")
    counts = {kind: len({row.address + row.about + row.what for row in rows if row.kind == kind}) for kind in COUNTED}
    told = listing(COUNTED[kind](count) % {"n": whole(count)} for kind, count in counts.items() if count)
    return capital(_("%(what)s har kommit eller ändrats efter att året frystes.") % {"what": told})


def _reports(annual: AnnualFollowUp) -> Iterator[Later]:
    """Those of the year, and of the years before: their figures stand beside, and are carried on."""
    since = annual.recorded_at
    until_then = Report.objects.filter(obligation__period__plan=annual.plan, obligation__period__year__lte=annual.year)
    later = until_then.filter(Q(submitted_at__gt=since) | Q(returned_at__gt=since) | Q(approved_at__gt=since) | Q(withdrawn_at__gt=since))
    who = ("returned_by", "approved_by", "withdrawn_by")
    beside = ("obligation__assignment__actor", "obligation__assignment__measure", "obligation__period", *who)
    for report in later.select_related(*beside):
        part = report.obligation.assignment
        facts = [
            (report.submitted_at, _("rapporten kom in"), None),
            (report.returned_at, _("komplettering begärdes"), report.returned_by),
            (report.approved_at, _("rapporten godkändes"), report.approved_by),
            (report.withdrawn_at, _("rapporten återkallades: %(why)s") % {"why": report.withdrawn_reason}, report.withdrawn_by),
        ]
        own = [(moment, words, who) for moment, words, who in facts if moment and moment > since]
        words = listing(words for _moment, words, _who in own)
        about = f"{part.actor}, {part.measure}, {report.obligation.period.title}"
        yield Later("report", own[-1][0], about, reverse("report_show", args=[report.pk]), words, str(own[-1][2] or ""))


def _yardsticks(annual: AnnualFollowUp) -> Iterator[Later]:
    """Targets, starting points and definitions of the plan's indicators: old and new, by whom and by which decision."""
    indicators = {each.pk: each for each in annual.plan.indicators.all()}
    in_order = IndicatorVersion.objects.filter(indicator__in=indicators).order_by("starts_on", "pk")
    versions = {version.indicator_id: version for version in in_order}
    for change in changes_of(indicators, versions, clock.now(), with_first=True):
        if change.at > annual.recorded_at:
            told = {"words": change.words, "decision": change.decision}
            words = _("%(words)s. Beslut: %(decision)s") % told if change.decision else change.words
            address = f"{reverse('figure_show', args=[change.indicator])}?year={annual.year}"
            yield Later(change.kind, change.at, capital(change.name), address, words, change.who, what=change.words)


def _overlaps(annual: AnnualFollowUp) -> Iterator[Later]:
    """Decisions about the same people that a figure of the year, or of the one beside it, rests on: taken, or no longer standing."""
    since, years = annual.recorded_at, (annual.year - 1, annual.year)
    of_year = OverlapDecision.objects.filter(indicator__plan=annual.plan, window_end__year__in=years)
    for one in of_year.filter(Q(recorded_at__gt=since) | Q(revoked_at__gt=since)).select_related("indicator", "by_user"):
        address = f"{reverse('figure_show', args=[one.indicator_id])}?year={annual.year}"
        about = {"kind": one.get_kind_display(), "basis": one.basis}
        name = capital(one.indicator.name)
        if one.recorded_at > since:
            words = _("beslut om samma personer: %(kind)s. %(basis)s") % about
            yield Later("overlap", one.recorded_at, name, address, words, str(one.by_user), what=str(one.pk))
        if one.revoked_at and one.revoked_at > since:
            words = _("beslutet om samma personer gäller inte längre: %(kind)s. %(basis)s") % about
            yield Later("overlap", one.revoked_at, name, address, words, what=str(one.pk))


def _outside(annual: AnnualFollowUp) -> Iterator[Later]:
    """Statistics of years up to this one, fetched since: a row for each indicator."""
    until_then = OutsideValue.objects.filter(indicator__plan=annual.plan, year__lte=annual.year, recorded_at__gt=annual.recorded_at)
    by_indicator: dict[int, list[OutsideValue]] = defaultdict(list)
    for one in until_then.select_related("indicator", "by_user").order_by("recorded_at", "id"):
        by_indicator[one.indicator_id].append(one)
    for pk, own in by_indicator.items():
        words = _("ny statistik för %(years)s") % {"years": listing(sorted({one.year for one in own}))}
        address = f"{reverse('figure_show', args=[pk])}?year={annual.year}"
        yield Later("outside", own[-1].recorded_at, capital(own[-1].indicator.name), address, words, str(own[-1].by_user or ""))
