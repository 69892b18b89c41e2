"""What may be said about a year: a judgement, a question to management, what was decided."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from followup.forms.rounds import DayInput
from followup.models import Assessment, Decision, YearText
from followup.words import GoalAchievement, NextStep, Trend
from measures.models import Goal, Measure, Plan
from stakeholders import clock
from stakeholders.forms import Versioned, offer, without_personal_number
from stakeholders.models import User

DAY = _("Skriv dagen som år-månad-dag, till exempel 2027-02-12.")


class AssessmentForm(forms.Form):
    """A person's judgement. `version`: of the judgement that was read, 0 when there was none."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    achievement = forms.ChoiceField(
        label=_("Måluppfyllelse"),
        choices=GoalAchievement.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj hur väl målet är uppfyllt.")},
    )
    trend = forms.ChoiceField(
        label=_("Utveckling"),
        choices=Trend.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj åt vilket håll det går.")},
    )
    text = forms.CharField(
        label=_("Varför bedömer du det så?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Två eller tre meningar. De står i årsuppföljningen med ditt namn."),
        error_messages={"required": _("Skriv varför du bedömer det så.")},
    )
    next_step = forms.ChoiceField(
        label=_("Vad ska hända nu?"),
        choices=NextStep.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj om det ska fortsätta, justeras eller avslutas.")},
    )

    def __init__(self, *args: Any, latest: Assessment | None, **kwargs: Any) -> None:
        """Filled from the latest judgement, never from the suggestion: a person chooses."""
        kwargs["initial"] = {"version": 0}
        if latest:
            kwargs["initial"] = {name: getattr(latest, name) for name in ("version", "achievement", "trend", "text", "next_step")}
        super().__init__(*args, **kwargs)

    def clean_text(self) -> str:
        return without_personal_number(self.cleaned_data["text"])

    def clean_version(self) -> int:
        return self.cleaned_data["version"] or 0


class NumbersInput(forms.TextInput):
    """Measures by their numbers, as people say them: "2.3, 3.5". A list of hundreds to pick from helps nobody."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return re.split(r"[\s,;]+", " ".join(data.getlist(name)).strip()) if data.get(name) else []

    def format_value(self, value: Any) -> str:
        return ", ".join(str(each) for each in value or [])


class DecisionForm(Versioned):
    """A question to management."""

    measures = forms.ModelMultipleChoiceField(
        Measure.objects.none(),
        to_field_name="number",
        required=False,
        label=_("Åtgärder som frågan gäller"),
        help_text=_("Skriv numren, till exempel 2.3, 3.5."),
        widget=NumbersInput,
        error_messages={"invalid_choice": _("Det finns ingen åtgärd %(value)s i planen.")},
    )

    class Meta:
        model = Decision
        fields = ["question", "why", "asked_by", "proposal", "answer_by", "goal", "measures"]
        labels = {
            "question": _("Frågan"),
            "why": _("Varför?"),
            "asked_by": _("Vem frågar?"),
            "proposal": _("Förslag till beslut"),
            "answer_by": _("Svar senast"),
            "goal": _("Mål som frågan gäller"),
        }
        help_texts = {
            "question": _("En fråga som går att svara på, till exempel: Ska avtalet förlängas?"),
            "why": _("Problemet i en eller två meningar."),
            "proposal": _("Vad det kostar och när det börjar, så att det går att säga ja."),
        }
        error_messages = {
            "question": {"required": _("Skriv frågan.")},
            "why": {"required": _("Skriv varför frågan behöver ett svar.")},
            "asked_by": {"required": _("Skriv vem som frågar.")},
            "proposal": {"required": _("Skriv ett förslag.")},
            "answer_by": {"invalid": DAY},
        }
        widgets = {
            "why": forms.Textarea(attrs={"rows": 3}),
            "proposal": forms.Textarea(attrs={"rows": 3}),
            "answer_by": DayInput(),
        }

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "goal", Goal.objects.filter(plan=plan))
        cast(forms.ModelChoiceField, self.fields["goal"]).empty_label = _("inget särskilt")
        offer(self, "measures", Measure.objects.filter(plan=plan))

    def clean_why(self) -> str:
        return without_personal_number(self.cleaned_data["why"])

    def clean_proposal(self) -> str:
        return without_personal_number(self.cleaned_data["proposal"])

    def clean_answer_by(self) -> date | None:
        return still_to_come(self, "answer_by")


class OutcomeForm(Versioned):
    """What was decided."""

    class Meta:
        model = Decision
        fields = ["outcome", "body", "decided_on", "dnr"]
        labels = {"outcome": _("Beslut"), "body": _("Vem beslutade?"), "decided_on": _("Vilken dag?"), "dnr": _("Diarienummer")}
        help_texts = {"body": _("Till exempel styrelsen, § 31.")}
        widgets = {"outcome": forms.Textarea(attrs={"rows": 3}), "decided_on": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        required = {
            "outcome": _("Skriv vad som beslutades."),
            "body": _("Skriv vem som beslutade."),
            "decided_on": _("Välj vilken dag beslutet togs."),
        }
        for name, sentence in required.items():
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = sentence
        self.fields["decided_on"].error_messages["invalid"] = DAY

    def clean_decided_on(self) -> date:
        day: date = self.cleaned_data["decided_on"]
        if day > clock.today():
            raise forms.ValidationError(_("Dagen har inte varit än. Välj dagen då beslutet togs."))
        return day


class TextForm(Versioned):
    """The words of a text, and whether they are ready for the year."""

    is_done = forms.BooleanField(label=_("Texten är klar och ska stå i årsuppföljningen"), required=False)

    class Meta:
        model = YearText
        fields = ["text"]
        labels = {"text": _("Texten")}
        help_texts = {"text": _("Det viktigaste först. Skriv vad som blev bättre, vad som inte gick, och vad ni tänker göra åt det.")}
        error_messages = {"text": {"required": _("Skriv texten.")}}
        widgets = {"text": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True

    def clean_text(self) -> str:
        return without_personal_number(self.cleaned_data["text"])


class TextPlanForm(Versioned):
    """Who writes a text, and by when: one row of many, which all offer the same people, fetched once."""

    assignee = forms.TypedChoiceField(label=_("Vem skriver"), required=False, empty_value=None)

    class Meta:
        model = YearText
        fields = ["assignee", "write_by"]
        labels = {"write_by": _("Klar senast")}
        error_messages = {"write_by": {"invalid": DAY}}
        widgets = {"write_by": DayInput()}

    def __init__(self, *args: Any, writers: Mapping[int, User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assignee = cast(forms.TypedChoiceField, self.fields["assignee"])
        assignee.choices = [("", _("ingen än")), *((pk, str(user)) for pk, user in writers.items())]
        assignee.coerce = lambda pk: writers[int(pk)]

    def clean_write_by(self) -> date | None:
        return still_to_come(self, "write_by")


def still_to_come(form: Versioned, name: str) -> date | None:
    """A day to be ready by, or the sentence that it has passed. One that is left as it was may have."""
    day: date | None = form.cleaned_data[name]
    if day and name in form.changed_data and day < clock.today():
        raise forms.ValidationError(_("Dagen har redan passerat. Välj i dag eller en senare dag."))
    return day
