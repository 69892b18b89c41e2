"""The questions that are answered with words or with one tap."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from followup.words import ImplementationStatus
from stakeholders.rules import has_personal_number

LONGEST = 1000
"""Characters in one answer. One to three sentences are asked for; nobody should lose a fourth."""

MEANINGS = {
    ImplementationStatus.NOT_STARTED: _("Vi har inte börjat än."),
    ImplementationStatus.ON_PLAN: _("Det rullar på som vi tänkt."),
    ImplementationStatus.DELAYED: _("Det går långsammare än vi tänkt."),
    ImplementationStatus.DONE: _("Det vi skulle göra är gjort."),
}
NEEDS_REASON = (ImplementationStatus.PAUSED, ImplementationStatus.ENDED_EARLY)
STARTERS = (_("Det bästa var …"), _("Nästa steg är …"), _("Det som bromsar är …"))


class Words(forms.CharField):
    """Free text: no personnummer, and not so long that nobody reads it."""

    def __init__(self, **kwargs: Any) -> None:
        rows = kwargs.pop("rows", 5)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value).replace("\r\n", "\n")
        if has_personal_number(text):
            raise ValidationError(_("Det ser ut som ett personnummer. Ta bort det – vi behöver inga personuppgifter."), code="personnummer")
        if len(text) > LONGEST:
            raise ValidationError(
                _("Texten är %(length)s tecken. Korta den till högst %(most)s."), params={"length": len(text), "most": LONGEST}
            )
        return text


class Question(forms.Form):
    """One screen. `typed` is what the draft keeps: the raw words, right or wrong, but never a personnummer."""

    @property
    def typed(self) -> dict[str, str]:
        return {self.add_prefix(name): str(self.data.get(self.add_prefix(name), "")) for name in self.fields}

    @property
    def may_be_kept(self) -> bool:
        return not any(has_personal_number(text) for text in self.typed.values())


class StatusForm(Question):
    status = forms.ChoiceField(
        choices=ImplementationStatus.choices,
        label=_("Hur går det?"),
        error_messages={
            "required": _("Välj hur det går med åtgärden."),
            "invalid_choice": _("Välj hur det går med åtgärden."),
        },
    )


class ReasonForm(Question):
    reason = Words(
        label=_("Varför?"),
        help_text=_("En mening räcker. Samordnaren och ledningen läser den."),
        rows=3,
        error_messages={"required": _("Skriv varför, med en mening.")},
    )


class HappenedForm(Question):
    happened = Words(
        label=_("Vad har hänt?"),
        help_text=_("Skriv 1–3 meningar, som du skulle säga det i ett samtal. Behöver ni något? Skriv det också."),
        required=False,
    )
    percent = forms.IntegerField(
        label=_("Hur stor del av åtgärden är klar, i procent?"),
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Skriv ett tal mellan 0 och 100.")),
    )


class NeedsForm(Question):
    needs = Words(
        label=_("Vad behöver ni för att komma vidare?"),
        help_text=_("Samordnaren ser det direkt. Behöver ni inget, gå vidare."),
        required=False,
        rows=3,
    )


class WhyForm(Question):
    why = Words(
        label=_("Varför behöver rapporten rättas?"),
        help_text=_("Den godkända rapporten gäller tills rättelsen är godkänd."),
        rows=3,
        error_messages={"required": _("Skriv varför, med en mening.")},
    )


class DeclineForm(Question):
    reason = Words(label=_("Varför tackar ni nej?"), rows=3, error_messages={"required": _("Skriv varför ni tackar nej, med en mening.")})


class NameForm(Question):
    name = forms.CharField(
        label=_("Ditt namn"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Skriv ditt namn.")},
    )
    role_title = forms.CharField(
        label=_("Din roll"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization-title"})
    )


class WhoForm(NameForm):
    """The same of somebody else, who is on the phone."""

    name = forms.CharField(label=_("Namn"), max_length=200, error_messages={"required": _("Skriv vem som svarar.")})
    role_title = forms.CharField(label=_("Roll"), max_length=200, required=False)
