"""A goal or a measure is judged for a year, beside what the figures suggest."""

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import Assessment
from measures.models import Goal, Measure
from stakeholders import clock, events
from stakeholders.models import User
from stakeholders.refusals import ChangedMeanwhile, NotRight


@transaction.atomic
def assess(
    subject: Goal | Measure, year: int, *, by: User, version: int, achievement: str, trend: str, text: str, next_step: str = ""
) -> Assessment:
    """A signed judgement for a year: the next version, which leaves the earlier ones as they were.

    `version`: of the judgement that was read (0: there was none). Raises ChangedMeanwhile when another has come since, NotRight without reasons.
    """
    if not text.strip():
        raise NotRight(_("Skriv varför du bedömer det så."))
    type(subject)._base_manager.select_for_update(of=("self",)).get(pk=subject.pk)
    latest = subject.assessments.filter(year=year).select_related("by_user").last()
    if (latest.version if latest else 0) != version:
        raise _judged_meanwhile(latest)
    assessment = subject.assessments.create(
        plan=subject.plan,
        year=year,
        version=version + 1,
        achievement=achievement,
        trend=trend,
        text=text.strip(),
        next_step=next_step,
        by_user=by,
    )
    events.record(
        "assessment.made",
        assessment,
        workspace=subject.plan.workspace,
        by=by,
        year=year,
        version=assessment.version,
        achievement=achievement,
        trend=trend,
        next_step=next_step,
    )
    return assessment


def _judged_meanwhile(latest: Assessment | None) -> ChangedMeanwhile:
    if latest is None:
        return ChangedMeanwhile(_("Bedömningen du läste finns inte längre."), theirs={"version": 0})
    sentence = _("%(who)s bedömde samma sak kl. %(time)s, medan du skrev. Din text är inte borta: läs båda och spara det som ska gälla.")
    told = {"who": latest.by_user, "time": f"{latest.recorded_at.astimezone(clock.STOCKHOLM):%H.%M}"}
    return ChangedMeanwhile(sentence % told, theirs={"version": latest.version, "text": latest.text})
