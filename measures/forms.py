"""What may be sent about a plan, its goals, measures, evidence and steps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from measures.models import Activity, Cause, Evidence, Goal, Measure, Plan, SteeringDocument
from measures.models.plan import GoalKind
from stakeholders import clock
from stakeholders.forms import Versioned, offer, without_personal_number
from stakeholders.models import Area, Workspace


def day_input() -> forms.DateInput:
    """A day as the browser's own calendar sends it."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class GoalChoice(forms.ModelChoiceField):
    """Goals, with the focus area they stand under."""

    def label_from_instance(self, goal: Goal) -> str:
        name = f"{goal.number} {goal.title}".strip()
        return f"{goal.parent.title} › {name}" if goal.parent else name


class MeasureForm(Versioned):
    goal = GoalChoice(Goal.objects.none(), label=pgettext_lazy("goal", "Mål"), empty_label=None)

    class Meta:
        model = Measure
        fields = [
            "goal",
            "number",
            "title",
            "description",
            "causes",
            "areas",
            "target_group",
            "starts_on",
            "ends_on",
            "runs_until_further_notice",
            "time_to_effect",
            "output_months",
            "outcome_months",
            "impact_months",
            "funding",
            "budget_per_year",
            "risk",
        ]
        labels = {
            "number": _("Nummer"),
            "title": _("Åtgärdens namn"),
            "description": _("Vad görs, och varför?"),
            "causes": _("Orsaker den möter"),
            "areas": _("Områden"),
            "target_group": _("Målgrupp"),
            "starts_on": _("Startar"),
            "ends_on": _("Slutar"),
            "runs_until_further_notice": _("Pågår tills vidare"),
            "time_to_effect": _("Tid till effekt"),
            "output_months": _("Månader till prestation"),
            "outcome_months": _("Månader till utfall"),
            "impact_months": _("Månader till effekt på sikt"),
            "funding": _("Finansiering"),
            "budget_per_year": _("Budget per år, kronor"),
            "risk": _("Risk"),
        }
        help_texts = {"title": _("Kort, så som ni säger det till varandra.")}
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "risk": forms.Textarea(attrs={"rows": 2}),
            "causes": forms.CheckboxSelectMultiple,
            "areas": forms.CheckboxSelectMultiple,
            "starts_on": day_input(),
            "ends_on": day_input(),
        }

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "goal", Goal.objects.filter(plan=plan).select_related("parent"))
        offer(self, "causes", Cause.objects.filter(plan=plan))
        offer(self, "areas", Area.objects.within(plan.workspace))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        starts_on, ends_on = given.get("starts_on"), given.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("Åtgärden slutar före den startar."))
        if ends_on and given.get("runs_until_further_notice"):
            self.add_error("runs_until_further_notice", _("Välj slutdatum eller tills vidare, inte båda."))
        return given

    def clean_description(self) -> str:
        return without_personal_number(self.cleaned_data["description"])


class PlanForm(Versioned):
    class Meta:
        model = Plan
        fields = [
            "title",
            "steering_document",
            "first_year",
            "last_year",
            "review_every_years",
            "interval",
            "opens_days_before_end",
            "due_days_after_end",
            "closes_days_after_due",
        ]
        labels = {
            "title": _("Planens namn"),
            "first_year": _("Första år"),
            "last_year": _("Sista år"),
            "steering_document": _("Styrdokument"),
        }

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "steering_document", SteeringDocument.objects.within(workspace))
        for field in self.fields.values():
            field.label = str(field.label)[:1].upper() + str(field.label)[1:]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("last_year") or 0) < (given.get("first_year") or 0):
            self.add_error("last_year", _("Planens sista år ligger före det första."))
        return given


class GoalForm(Versioned):
    parent = GoalChoice(Goal.objects.none(), label=_("Under"), required=False, empty_label=_("Planen"))

    class Meta:
        model = Goal
        fields = ["number", "title", "text", "parent", "steering_document"]
        labels = {
            "number": _("Nummer"),
            "title": _("Rubrik"),
            "text": _("Beskrivning"),
            "steering_document": _("Styrdokument som målet vilar på"),
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "title": forms.TextInput}

    def __init__(self, *args: Any, plan: Plan, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = {GoalKind.GOAL: [GoalKind.FOCUS_AREA], GoalKind.SUB_GOAL: [GoalKind.GOAL, GoalKind.SUB_GOAL]}.get(GoalKind(kind))
        if above is None:
            del self.fields["parent"]
        else:
            under = Goal.objects.filter(plan=plan, kind__in=above).exclude(pk=self.instance.pk).select_related("parent")
            offer(self, "parent", under)
            self.fields["parent"].required = kind == GoalKind.SUB_GOAL
        offer(self, "steering_document", SteeringDocument.objects.within(plan.workspace))


class CauseForm(forms.ModelForm):
    class Meta:
        model = Cause
        fields = ["title", "text", "source"]
        labels = {"title": _("Orsak"), "text": _("Beskrivning"), "source": _("Källa")}
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "source": forms.TextInput}


class EvidenceForm(forms.ModelForm):
    class Meta:
        model = Evidence
        fields = ["grade", "kind", "finding", "place", "source", "judged_by", "judged_on"]
        labels = {
            "grade": _("Grad"),
            "kind": _("Slag"),
            "finding": _("Vad har visats?"),
            "place": _("Var?"),
            "source": _("Källa"),
            "judged_by": _("Bedömt av"),
            "judged_on": _("Bedömt den"),
        }
        widgets = {
            "grade": forms.RadioSelect,
            "finding": forms.Textarea(attrs={"rows": 3}),
            "source": forms.TextInput,
            "judged_on": day_input(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["judged_on"].initial = clock.today()


class ActivityForm(Versioned):
    class Meta:
        model = Activity
        fields = ["title", "planned_start", "planned_end", "started_on", "ended_on", "note"]
        labels = {
            "title": _("Aktivitet"),
            "planned_start": _("Planerad start"),
            "planned_end": _("Planerat slut"),
            "started_on": _("Startade"),
            "ended_on": _("Blev klar"),
            "note": _("Anteckning"),
        }
        widgets = {
            "note": forms.Textarea(attrs={"rows": 2}),
            **{name: day_input() for name in ("planned_start", "planned_end", "started_on", "ended_on")},
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for first, last in (("planned_start", "planned_end"), ("started_on", "ended_on")):
            if given.get(first) and given.get(last) and given[last] < given[first]:
                self.add_error(last, _("Slutet ligger före starten."))
        return given


class RulingForm(forms.Form):
    from_date = forms.DateField(label=_("Från och med"), widget=day_input(), error_messages={"required": _("Ange från vilken dag.")})
    reason = forms.CharField(
        label=_("Varför"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": _("Skriv varför.")}
    )
    dnr = forms.CharField(label=_("Diarienummer"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_date"].initial = clock.today()


class AdoptForm(forms.Form):
    adopted_by = forms.CharField(label=_("Antagen av"), max_length=200, initial=_("styrelsen"))
    adopted_on = forms.DateField(label=_("Antagen den"), widget=day_input(), error_messages={"required": _("Ange beslutsdagen.")})
    decision_paragraph = forms.CharField(label=_("Paragraf"), max_length=50, required=False)
    dnr = forms.CharField(label=_("Diarienummer"), max_length=100, required=False)
