"""The year as Excel: at once for a small plan, as heavy work for a large one. The same asking at the same moment gives the same bytes."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from followup.permissions import audience_of
from followup.year.build import compose
from followup.year.choice import Choice
from followup.year.files import workbook
from followup.year.reading import read_book
from measures.models import Plan
from stakeholders.actions.jobs import queue_job
from stakeholders.exports import XLSX_TYPE
from stakeholders.jobs import Progress, Store, keep_file
from stakeholders.models import Job, User
from stakeholders.permissions import can_read_all, require

LARGE_PLAN = 100
"""Measures. The workbook of a smaller plan is made in a second or so, while the page is waited for; of a larger one by a worker."""

STEPS = 2


def year_workbook(plan: Plan, year: int, choice: Choice, *, by: User, at: datetime, progress: Any = lambda done, total: None) -> bytes:
    """The year, or the chosen part of it, as it stood at `at`, with figures protected for whoever asks. Raises NotAllowed."""
    require(can_read_all(by, plan.workspace))
    book = read_book(plan, year, audience=audience_of(by, plan.workspace), as_of=at, choice=choice)
    progress(1, STEPS)
    content = workbook(compose(book, is_narrowed=bool(choice)), created=at)
    progress(STEPS, STEPS)
    return content


def file_name(year: int) -> str:
    return f"arsuppfoljning-{year}.xlsx"


def ask_for_workbook(plan: Plan, year: int, choice: Choice, *, by: User, back: str) -> Job:
    """Ask a worker to make it, in the language of the page that it was asked for on. `back`: the page."""
    title = _("Årsuppföljning %(year)s som Excel") % {"year": year}
    asked = {"plan": plan.pk, "year": year, "choice": asdict(choice), "language": translation.get_language(), "title": title, "back": back}
    return queue_job("year_workbook", workspace=plan.workspace, by=by, **asked)


def draw_workbook(job: Job, progress: Progress) -> Store:
    """`arguments`: as `ask_for_workbook` has put them. Whoever may no longer read the plan gets nothing."""
    wanted = job.arguments
    plan = Plan.objects.select_related("workspace").get(pk=wanted["plan"])
    with translation.override(wanted["language"]):
        choice = Choice(**wanted["choice"])
        content = year_workbook(plan, wanted["year"], choice, by=job.by_user, at=job.recorded_at, progress=progress)
    return lambda: {"file": keep_file(job, file_name(wanted["year"]), XLSX_TYPE, content)}
