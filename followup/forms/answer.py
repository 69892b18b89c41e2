"""An answer as a row of questions: which are asked, what has been typed, and what it amounts to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from followup.actions.drafts import Answers, draft_of, typed
from followup.forms.figures import FigureForm, typed_figure
from followup.forms.words import NEEDS_REASON, HappenedForm, NeedsForm, Question, ReasonForm, StatusForm, WhoForm, WhyForm, Words
from followup.models import Obligation, Report, ReportLine
from followup.models.report import Channel
from followup.queries import obligation_state
from followup.queries.answering import AskedFigure, asked_figures
from followup.transitions import State
from followup.words import ImplementationStatus

FORMS: dict[str, type[Question]] = {
    "who": WhoForm,
    "why": WhyForm,
    "status": StatusForm,
    "reason": ReasonForm,
    "happened": HappenedForm,
    "needs": NeedsForm,
}
"""step → its form. "figures" is a form for each figure."""


class FiguresForm:
    """All figures of an answer on one screen. Looks like a form from outside."""

    def __init__(self, asked: list[AskedFigure], data: Mapping[str, Any] | None = None, **how: Any) -> None:
        self.forms = [FigureForm(figure, data, **how) for figure in asked]

    def leave_blanks_alone(self) -> None:
        """Say nothing of a figure that nobody has come to yet: a page that is opened tells nobody off."""
        for form in self.forms:
            form.is_bound = form.is_bound and any(form.typed.values())

    def is_valid(self) -> bool:
        return all(form.is_bound for form in self.forms) and not self.errors

    @property
    def has_doubt(self) -> bool:
        return any(form.doubt for form in self.forms)

    @property
    def errors(self) -> dict[str, Any]:
        return {form.add_prefix(name): errors for form in self.forms if form.is_bound for name, errors in form.errors.items()}

    @property
    def lines(self) -> list[Any]:
        return [form.line for form in self.forms]

    @property
    def typed(self) -> dict[str, str]:
        return {name: text for form in self.forms for name, text in form.typed.items()}

    @property
    def may_be_kept(self) -> bool:
        return all(form.may_be_kept for form in self.forms)

    def set(self, prefix: str, name: str, text: str) -> None:
        """Change what was typed in one field, before it is read."""
        for form in self.forms:
            if form.prefix == prefix:
                form.data = {**{key: form.data.get(key, "") for key in form.data}, form.add_prefix(name): text}


class Answer:
    """What has been answered so far for one obligation: its questions in order, each with what was typed."""

    def __init__(self, obligation: Obligation, channel: str, figures: list[AskedFigure] | None = None) -> None:
        self.obligation, self.channel = obligation, channel
        if figures is not None:
            self.figures = figures
        self.draft = draft_of(obligation)
        self.typed: Answers = typed(self.draft)

    @property
    def status(self) -> str:
        """The status as typed, if it is one."""
        status = self.typed.get("status", {}).get("status", "")
        return status if status in ImplementationStatus.values else ""

    @property
    def is_correction(self) -> bool:
        return obligation_state(self.obligation) in (State.APPROVED, State.CORRECTING)

    @cached_property
    def asks_figures(self) -> bool:
        return bool(self.figures) if "figures" in self.__dict__ else self.obligation.pinned.exists()

    @cached_property
    def figures(self) -> list[AskedFigure]:
        return asked_figures(self.obligation)

    @property
    def steps(self) -> list[str]:
        """The questions, in order. What is asked depends on what has been answered."""
        asked = {
            "why": self.is_correction,
            "who": self.channel == Channel.PHONE,
            "status": True,
            "reason": self.status in NEEDS_REASON,
            "figures": self.asks_figures,
            "happened": True,
            "needs": self.status == ImplementationStatus.DELAYED,
        }
        return [step for step, is_asked in asked.items() if is_asked]

    def after(self, step: str) -> str:
        """The next question, or "check"."""
        steps = self.steps
        place = steps.index(step) + 1 if step in steps else 0
        return steps[place] if place < len(steps) else "check"

    def before(self, step: str) -> str:
        """The question before, or "" at the first."""
        steps = [*self.steps, "check"]
        place = steps.index(step) if step in steps else 0
        return steps[place - 1] if place else ""

    def form(self, step: str, data: Mapping[str, Any] | None = None) -> Any:
        """The form of a step with `data`, else with what was typed before, else empty."""
        given = data if data is not None else self.typed.get(step)
        if step != "figures":
            return FORMS[step](given)
        form = FiguresForm(self.figures, given)
        if data is None:
            form.leave_blanks_alone()
        return form

    @cached_property
    def forms(self) -> dict[str, Any]:
        """All questions with what has been typed, read: an unanswered one counts as answered with nothing."""
        self.asks_figures = bool(self.figures)
        forms = {step: self.form(step, self.typed.get(step, {})) for step in self.steps}
        for form in forms.values():
            form.is_valid()
        return forms

    @property
    def unanswered(self) -> list[str]:
        """The steps that must be seen to before the answer can be sent in."""
        return [step for step, form in self.forms.items() if not form.is_valid()]

    def content(self) -> dict[str, Any]:
        """The whole answer, for `submit_answer`. Only when nothing is unanswered."""
        cleaned = {step: form.cleaned_data for step, form in self.forms.items() if step != "figures"}
        who = cleaned.get("who", {})
        return {
            "implementation_status": cleaned["status"]["status"],
            "status_reason": cleaned.get("reason", {}).get("reason", ""),
            "lines": self.forms["figures"].lines if "figures" in self.forms else [],
            "what_happened": cleaned["happened"]["happened"],
            "percent_done": cleaned["happened"]["percent"],
            "what_is_needed": cleaned.get("needs", {}).get("needs", ""),
            "correction_reason": cleaned.get("why", {}).get("why", ""),
            **({"name": who["name"], "role_title": who["role_title"]} if who else {}),
        }


def typed_answers(report: Report) -> Answers:
    """What somebody would have typed to give a report, so that it can be changed."""
    answers: Answers = {
        "status": {"status": report.implementation_status},
        "happened": {"happened": report.what_happened, "percent": "" if report.percent_done is None else str(report.percent_done)},
    }
    if report.status_reason:
        answers["reason"] = {"reason": report.status_reason}
    if report.what_is_needed:
        answers["needs"] = {"needs": report.what_is_needed}
    with_lines([report])
    if lines := report.lines.all():
        answers["figures"] = {name: text for line in lines for name, text in typed_figure(line).items()}
    return answers


def with_lines(reports: Iterable[Report]) -> None:
    """Fetch the figures of the reports, with what they mean and their parts: two queries for those that have them not."""
    lines = Prefetch("lines", ReportLine.objects.select_related("indicator_version__indicator"))
    prefetch_related_objects(list(reports), lines, "lines__cells")


@dataclass(frozen=True)
class Difference:
    """One field that two people have answered differently. `name` is the field's, so that choosing is sending one of the two."""

    name: str
    label: str
    mine: str
    theirs: str
    mine_words: str
    theirs_words: str
    both: str


def differences(form: Any, theirs: Mapping[str, str]) -> list[Difference]:
    """The rows where what was typed differs from what a colleague has saved meanwhile."""
    rows = []
    for part in getattr(form, "forms", [form]):
        for name, field in part.fields.items():
            key = part.add_prefix(name)
            mine, other = part.typed[key].strip(), theirs.get(key, "").strip()
            if mine == other or name in ("asked", "confirmed"):
                continue
            label = part.figure.question if name == "state" else field.label
            both = f"{other}\n\n{mine}" if isinstance(field, Words) and mine and other else ""
            rows.append(Difference(key, str(label), mine, other, _in_words(name, field, mine), _in_words(name, field, other), both))
    return rows


def _in_words(name: str, field: Any, text: str) -> str:
    if name == "state":
        return {"not_available": _("Vet inte"), "not_applicable": _("Gäller inte")}.get(text, _("Ett svar finns"))
    return str(dict(getattr(field, "choices", [])).get(text, text)) or _("Inget svar")


def carried_figures(figures: list[AskedFigure]) -> dict[str, str]:
    """Last time's figures as they would be typed, for what says how things stand; nothing for what adds up over the period."""
    prefetch_related_objects([figure.last for figure in figures if figure.last], "cells")
    return {
        name.replace(f"f{figure.last.indicator_version_id}-", f"f{figure.version.pk}-", 1): text
        for figure in figures
        if figure.last and figure.says_how_it_stands
        for name, text in typed_figure(figure.last).items()
    }
