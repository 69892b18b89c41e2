"""The texts of the year: who writes which by when, and what was written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from followup.models import YearText
from measures.models import Plan
from stakeholders import clock
from stakeholders.actions.changes import changed_meanwhile, save_changes
from stakeholders.models import User
from stakeholders.refusals import NotRight


@dataclass(frozen=True)
class Share:
    """Who is to write a text, and by when. `text` may be a row that is not stored yet; `version`, the one that was read, is then 0."""

    text: YearText
    version: int
    assignee: User | None
    write_by: date | None


@transaction.atomic
def share_out(plan: Plan, shares: Iterable[Share], *, by: User) -> None:
    """Share out texts, all or none. Raises ChangedMeanwhile when somebody has planned or written one of them since."""
    _lock(plan)
    for share in shares:
        fields = {"assignee": share.assignee, "write_by": share.write_by}
        save_changes(_stored(share.text), fields, version=share.version, by=by, verb="year_text.planned", workspace=plan.workspace)


@transaction.atomic
def write_text(text: YearText, *, by: User, version: int, words: str, is_done: bool) -> YearText:
    """Take or write the words of a text; only what `is_done` stands in the year. Raises ChangedMeanwhile, or NotRight for nothing said."""
    words = words.strip()
    if is_done and not words:
        raise NotRight(_("Skriv texten innan du säger att den är klar."))
    _lock(text.plan)
    now = _stored(text)
    if now.version != version:
        raise changed_meanwhile(now, {"text": words})
    fields: dict[str, Any] = {"text": words}
    if words != now.text:
        fields |= {"written_at": clock.now(), "written_by": by}
    if not is_done:
        fields |= {"done_at": None, "done_by": None}
    elif now.done_at is None or words != now.text:
        fields |= {"done_at": clock.now(), "done_by": by}
    return save_changes(now, fields, version=version, by=by, verb="year_text.written", workspace=text.plan.workspace)


def _lock(plan: Plan) -> None:
    """One at a time within a plan, so that a text is made once."""
    Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)


def _stored(text: YearText) -> YearText:
    """The row, made the first time somebody has something to say of it; the plan is locked."""
    goal = text.goal
    row, _is_new = YearText.objects.get_or_create(plan=text.plan, year=text.year, goal=goal, defaults={"version": 0})
    return row
