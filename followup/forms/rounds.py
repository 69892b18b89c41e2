"""What a coordinator may send about a round and its answers."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from measures.models import Plan
from stakeholders import clock


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Varför?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Skälet sparas i historiken."),
        error_messages={"required": _("Skriv varför.")},
    )


class ExtendForm(ReasonForm):
    """A new last day."""

    due_on = forms.DateField(
        label=_("Ny sista dag"),
        widget=DayInput(),
        error_messages={"required": _("Välj den nya sista dagen."), "invalid": _("Skriv dagen som år-månad-dag, till exempel 2027-02-12.")},
    )
    field_order = ["due_on", "reason"]


class UnlockForm(ReasonForm):
    """Until the end of which day a closed round is open again."""

    until_day = forms.DateField(
        label=_("Öppen till och med"),
        widget=DayInput(),
        error_messages={"required": _("Välj till vilken dag."), "invalid": _("Skriv dagen som år-månad-dag, till exempel 2027-02-12.")},
    )
    field_order = ["until_day", "reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if day := cleaned.pop("until_day", None):
            cleaned["until"] = datetime.combine(day + timedelta(days=1), time(), clock.STOCKHOLM)
        return cleaned


class CalendarForm(forms.ModelForm):
    """When the rounds of a plan open, fall due and close. `version`: the plan as it was when the form was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Plan
        fields = ["interval", "opens_days_before_end", "due_days_after_end", "closes_days_after_due"]
        labels = {
            "interval": _("Hur ofta aktörerna rapporterar"),
            "opens_days_before_end": _("Öppnar, dagar före periodens slut"),
            "due_days_after_end": _("Sista dag, dagar efter periodens slut"),
            "closes_days_after_due": _("Stänger, dagar efter sista dagen"),
        }
