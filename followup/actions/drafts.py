"""What a partner types is kept at every step, and two who write at once never overwrite each other.

A draft holds, for each question ("step"): what was typed, in which version of the draft, by whom, from which visit and when. A page
carries what it was drawn from (`Seen`); a save is refused only when another visit has answered the same question since then. The same
visitor may go back and change as often as it likes.
"""

from dataclasses import dataclass
from typing import Any, Self

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from followup.actions.reports import refuse_if_closed
from followup.models import Draft, Obligation, Report
from followup.queries import obligation_state
from followup.transitions import Verb, refusal
from stakeholders import clock, events, formats
from stakeholders.events import By
from stakeholders.refusals import ChangedMeanwhile, TooLate

Answers = dict[str, dict[str, str]]
"""step → {field: what was typed}"""


@dataclass(frozen=True)
class Writer:
    """Who types: the name that a colleague is shown, and a mark that tells this visit from another one on the same link."""

    name: str = ""
    visit: str = ""


@dataclass(frozen=True)
class Seen:
    """How things stood when a page was drawn: how many versions had been sent in, and which version of the draft."""

    reports: int = 0
    draft: int = 0

    def __str__(self) -> str:
        return f"{self.reports}.{self.draft}"

    @classmethod
    def read(cls, text: str) -> Self:
        """From the hidden field of a page; anything else is a page that has seen nothing."""
        reports, _dot, draft = text.partition(".")
        return cls(int(reports), int(draft)) if reports.isdecimal() and draft.isdecimal() and len(text) < 20 else cls()

    @classmethod
    def now(cls, obligation: Obligation) -> Self:
        draft = draft_of(obligation)
        return cls(len(obligation.reports.all()), draft.version if draft else 0)


def draft_of(obligation: Obligation) -> Draft | None:
    """The draft that waits to be sent in, if somebody has begun one."""
    return getattr(obligation, "draft", None)


def typed(draft: Draft | None) -> Answers:
    """All that has been typed, by step."""
    return {step: kept["answers"] for step, kept in draft.content.items()} if draft else {}


@transaction.atomic
def save_draft(
    obligation: Obligation, *, by: By, step: str, answers: dict[str, str], seen: Seen, writer: Writer, is_typing: bool = False
) -> Draft:
    """Keep what was typed at one step. `is_typing`: sent by the page itself, in the middle of it; what a button has sent since stands.

    Raises ChangedMeanwhile (`theirs`: the step as it stands now), TooLate (nothing more can be sent in). Harmless twice.
    """
    obligation = hold(obligation)
    refuse_if_answered(obligation)
    draft = Draft.objects.filter(obligation=obligation).first()
    _refuse_if_sent_in(obligation, seen)
    if draft is None:
        draft = _begin(obligation, {}, by=by, writer=writer)
    kept = draft.content.get(step)
    was_typing = bool(kept and kept.get("typing"))
    if kept and kept["answers"] == answers and was_typing <= is_typing:
        return draft
    if kept and kept["version"] > seen.draft and (kept["visit"] != writer.visit or (is_typing and not was_typing)):
        raise _changed(kept)
    draft.version += 1
    draft.writer, draft.saved_at = writer.name, clock.now()
    draft.content[step] = _kept(answers, draft.version, writer) | ({"typing": True} if is_typing else {})
    draft.save()
    return draft


@transaction.atomic
def begin_draft(obligation: Obligation, answers: Answers, *, by: By, writer: Writer, typed_too_late: Answers | None = None) -> Draft:
    """Begin a draft with `answers`: what was last sent in, to be changed, or the same for several. A draft that is there already is kept.

    `typed_too_late`: what somebody was writing when a colleague sent the answer in; it goes into the draft in place of what was sent.
    """
    obligation = hold(obligation)
    refuse_if_answered(obligation)
    late = typed_too_late or {}
    draft = Draft.objects.filter(obligation=obligation).first()
    if draft is None:
        return _begin(obligation, answers | late, by=by, writer=writer)
    for step, fields in late.items():
        draft.version += 1
        draft.content[step] = _kept(fields, draft.version, writer)
    draft.saved_at = clock.now()
    draft.save()
    return draft


@transaction.atomic
def discard_draft(obligation: Obligation, *, by: By) -> None:
    """Leave what was sent in as it is. Only where something has been sent in: an unanswered draft is nobody's to throw away."""
    obligation = hold(obligation)
    if not obligation.reports.exists():
        raise TooLate(_("Det finns ingen inskickad rapport att gå tillbaka till."))
    if Draft.objects.filter(obligation=obligation).delete()[0]:
        events.record("draft.discarded", obligation, workspace=obligation.period.plan.workspace, by=by)


def hold(obligation: Obligation) -> Obligation:
    """The obligation, held until the transaction ends (on SQLite the transaction itself holds everything)."""
    return (
        Obligation.objects.select_for_update(of=("self",))
        .select_related("period__plan__workspace", "assignment__actor", "assignment__contact")
        .get(pk=obligation.pk)
    )


def refuse_if_answered(obligation: Obligation) -> None:
    """TooLate when neither a report nor a correction can be sent in any more."""
    state = obligation_state(obligation)
    sentence = refusal(state, Verb.SUBMIT)
    if sentence and refusal(state, Verb.CORRECT):
        raise TooLate(sentence)
    refuse_if_closed(obligation.period)


def _begin(obligation: Obligation, answers: Answers, *, by: By, writer: Writer) -> Draft:
    now = clock.now()
    content = {step: _kept(fields, 1, writer) for step, fields in answers.items()}
    draft = Draft.objects.create(obligation=obligation, content=content, version=1, begun_at=now, saved_at=now, writer=writer.name)
    events.record("draft.begun", obligation, workspace=obligation.period.plan.workspace, by=by)
    return draft


def _kept(answers: dict[str, str], version: int, writer: Writer) -> dict[str, Any]:
    return {"answers": answers, "version": version, "by": writer.name, "visit": writer.visit, "at": clock.now().isoformat()}


def _refuse_if_sent_in(obligation: Obligation, seen: Seen) -> None:
    """Somebody has sent the answer in since the page was drawn."""
    latest: Report | None = obligation.reports.order_by("version").last()
    if latest and latest.submitted_at and obligation.reports.count() > seen.reports:
        who = latest.submitted_by_user or latest.submitted_by_contact or _("Någon")
        sentence = _("%(who)s skickade in rapporten kl. %(time)s, medan du skrev. Det du skrev är inte borta.")
        raise ChangedMeanwhile(sentence % {"who": who, "time": formats.clock_time(latest.submitted_at)})


def _changed(kept: dict[str, Any]) -> ChangedMeanwhile:
    at = parse_datetime(kept["at"])
    sentence = _("%(who)s ändrade samma åtgärd kl. %(time)s, medan du skrev. Dina ändringar är inte borta. Välj vad som ska gälla.")
    who = kept["by"] or _("Någon annan")
    return ChangedMeanwhile(sentence % {"who": who, "time": formats.clock_time(at) if at else ""}, theirs=dict(kept["answers"]))
