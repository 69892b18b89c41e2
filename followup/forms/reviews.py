"""What may be sent about a report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from followup.forms.rounds import DayInput
from followup.models import Report


class ReturnForm(forms.Form):
    """What needs to be completed, and by when."""

    reason = forms.CharField(
        label=_("Vad behöver kompletteras?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv vad som behöver kompletteras.")},
    )
    new_due_on = forms.DateField(
        label=_("Ny sista dag"),
        required=False,
        widget=DayInput(),
        error_messages={"invalid": _("Skriv dagen som år-månad-dag, till exempel 2027-02-12.")},
    )


class WithdrawForm(forms.Form):
    """Why an approved report must not count."""

    reason = forms.CharField(
        label=_("Varför ska rapporten inte gälla?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Skriv varför rapporten återkallas.")},
    )


class CorrectionForm(forms.Form):
    """What is wrong in an approved report."""

    reason = forms.CharField(
        label=_("Vad behöver rättas?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Skriv vad som behöver rättas.")},
    )


class DeclineForm(forms.Form):
    """Why a report needs no correction."""

    reason = forms.CharField(
        label=_("Varför ska den inte rättas?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Skriv varför rapporten inte ska rättas.")},
    )


class CommentForm(forms.Form):
    """A question or an answer, on a line or on the whole."""

    text = forms.CharField(
        label=_("Kommentar"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Skriv din kommentar.")},
    )
    line = forms.TypedChoiceField(label=_("Gäller"), required=False, coerce=int, empty_value=None)
    field_order = ["line", "text"]

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [(line.pk, str(line.indicator_version.indicator)) for line in report.lines.all()]
        self.fields["line"].choices = [("", _("Hela rapporten")), *lines]  # type: ignore[attr-defined]
        if not lines:
            del self.fields["line"]
