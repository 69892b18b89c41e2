"""What is left to do of a year before it is frozen: none of it stands in the way, but all of it would be frozen as it is."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.year.page import Year
from followup.year.texts import SUMMARY, moved_since, title_of
from measures.models import Plan
from stakeholders.formats import out_of, whole


def unfinished(plan: Plan, year: Year) -> list[tuple[str, str]]:
    """What is left to do, in a sentence each, and where it is done."""
    texts = list(plan.year_texts.filter(year=year.year, done_at__isnull=False).select_related("goal"))
    total = plan.goals.filter(parent=None).count() + 1
    moved = moved_since(plan, year.year, texts)
    goals = [row for row in year.assessments if row.goal]
    not_judged = sum(not row.achievement for row in goals)
    waiting = sum(not row.outcome for row in year.decisions)
    address = {name: reverse(name, args=[plan.pk, year.year]) for name in ("workbench_show", "assessment_list", "decision_list")}
    left = []
    if len(texts) < total:
        words = _("%(part)s texter är klara. De andra kommer inte med.") % {"part": out_of(len(texts), total)}
        left.append((words, address["workbench_show"]))
    left += [
        (
            ngettext(
                "Texten ”%(title)s” blev klar innan %(n)s rapport kom till eller föll bort. Stämmer siffrorna i den?",
                "Texten ”%(title)s” blev klar innan %(n)s rapporter kom till eller föll bort. Stämmer siffrorna i den?",
                moved[text.goal_id],
            )
            % {"title": title_of(text.goal), "n": whole(moved[text.goal_id])},
            reverse("text_write", args=[plan.pk, year.year, text.goal_id or SUMMARY]),
        )
        for text in texts
        if text.goal_id in moved
    ]
    if not_judged:
        words = _("%(part)s mål är bedömda.") % {"part": out_of(len(goals) - not_judged, len(goals))}
        left.append((words, address["assessment_list"]))
    if waiting:
        words = ngettext("%(n)s fråga väntar på beslut.", "%(n)s frågor väntar på beslut.", waiting) % {"n": whole(waiting)}
        left.append((words, address["decision_list"]))
    return left
