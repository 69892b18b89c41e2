"""Freezing as heavy work: draw every form of the year as the board sees it, then store all of it at once."""

from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from followup.actions.annual import freeze_year, refuse_unfreezable
from followup.freeze import FILES, frozen_files
from followup.words import Audience
from followup.year.build import year_of
from measures.models import Plan
from stakeholders import clock
from stakeholders.jobs import Progress, Store
from stakeholders.models import Job, User
from stakeholders.refusals import TooLate

STEPS = 1 + FILES
"""To read the year, then each form of it."""


def freeze(job: Job, progress: Progress) -> Store:
    """`arguments`: plan and year, `version` that it will be, the reason for a correction, and the language of whoever asked.

    Reads and draws; the store writes.
    """
    wanted = job.arguments
    plan = Plan.objects.select_related("workspace").get(pk=wanted["plan"])
    asked = {"version": wanted["version"], "reason": wanted["reason"], "language": wanted.get("language")}
    store = prepared(plan, wanted["year"], by=job.by_user, **asked, progress=progress)

    def write() -> dict[str, Any]:
        return {"address": reverse("frozen_show", args=[store()])}

    return write


def refuse_overtaken(plan: Plan, year: int, version: int, language: str | None) -> None:
    """TooLate, in the language of whoever asked, when somebody else has frozen the version."""
    if plan.annual_follow_ups.filter(year=year).count() + 1 != version:
        with translation.override(language):
            raise TooLate(_("Årsuppföljningen %(year)s frystes av någon annan medan den här gjordes.") % {"year": year})


def prepared(
    plan: Plan,
    year: int,
    *,
    by: User,
    version: int,
    reason: str = "",
    language: str | None = None,
    progress: Any = lambda done, total: None,
) -> Any:
    """Everything drawn, and a function that stores it and gives the id. Somebody who froze it meanwhile is not frozen over."""
    refuse_overtaken(plan, year, version, language)
    refuse_unfreezable(plan, year, reason=reason)
    now = clock.now()
    shown = year_of(plan, year, audience=Audience.MANAGEMENT, as_of=now)
    theirs = year_of(plan, year, audience=Audience.MANAGEMENT, as_of=now, for_partners=True)
    progress(1, STEPS)
    files = []
    for file in frozen_files(shown, for_partners=theirs, created=now, version=version, reason=reason):
        files.append(file)
        progress(1 + len(files), STEPS)

    def store() -> int:
        refuse_overtaken(plan, year, version, language)
        return freeze_year(plan, shown, files, by=by, reason=reason, as_of=now).pk

    return store
