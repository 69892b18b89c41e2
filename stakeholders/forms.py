"""What may be sent about the register."""

import re
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from stakeholders.models import Actor, Area, ContactPerson, Workspace
from stakeholders.rules import has_personal_number, org_number_digits


class Versioned(forms.ModelForm):
    """A form that knows which version of the thing it was filled from. It checks; saving is the actions' business."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    @property
    def given(self) -> dict[str, Any]:
        """The fields as sent, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    @property
    def read_version(self) -> int:
        return self.cleaned_data.get("version") or 0


class ActorForm(Versioned):
    class Meta:
        model = Actor
        fields = ["name", "kind", "org_number", "parent", "areas", "note"]
        labels = {"kind": _("Typ av aktör"), "parent": _("Del av"), "note": _("Anteckning")}
        help_texts = {
            "org_number": _("Tio siffror. Då märker vi om aktören redan finns."),
            "parent": _("Till exempel kommunen som förvaltningen hör till."),
            "note": _("Syns bara för er som samordnar, granskar och leder."),
        }
        widgets = {"note": forms.Textarea(attrs={"rows": 3}), "areas": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Namn")
        self.fields["org_number"].label = _("Organisationsnummer")
        self.fields["areas"].label = _("Områden där aktören är verksam")
        offer(self, "parent", Actor.objects.within(workspace).open().exclude(pk=self.instance.pk))
        offer(self, "areas", Area.objects.within(workspace))

    def clean_org_number(self) -> str:
        typed = self.cleaned_data["org_number"]
        digits = org_number_digits(typed) if typed else ""
        if typed and not digits:
            raise forms.ValidationError(_("Organisationsnumret stämmer inte. Det har tio siffror, till exempel 556000-0001."))
        return digits

    def clean_note(self) -> str:
        return without_personal_number(self.cleaned_data["note"])


class ContactForm(Versioned):
    class Meta:
        model = ContactPerson
        fields = ["name", "role_title", "email", "phone", "language"]
        labels = {"role_title": _("Roll"), "email": _("E-post"), "phone": _("Telefon"), "language": _("Språk i mejlen")}
        help_texts = {"role_title": _("Till exempel ordförande, rektor eller kommunpolis."), "email": _("Dit skickar vi frågorna.")}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("name") and not given.get("role_title"):
            self.add_error("name", _("Skriv ett namn eller en roll."))
        return given


class PausesField(forms.CharField):
    """Pauses in the mail, one a row: first day, last day, why. Gives them as `Workspace.mail_pauses` stores them."""

    widget = forms.Textarea(attrs={"rows": 3})
    row = re.compile(r"(\d{4}-\d\d-\d\d)\s*(?:–|-|till)?\s*(\d{4}-\d\d-\d\d)\s*,?\s*(.*)")

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{one['from']} {one['to']} {one['why']}".strip() for one in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [self._pause(line.strip()) for line in super().clean(value).splitlines() if line.strip()]

    def _pause(self, line: str) -> dict[str, str]:
        found = self.row.fullmatch(line)
        try:
            first, last = (date.fromisoformat(day) for day in found.groups()[:2]) if found else (None, None)
        except ValueError:
            first, last = None, None
        if not found or first is None or last is None or last < first:
            raise forms.ValidationError(
                _("”%(line)s” går inte att läsa. Skriv första och sista dag, till exempel 2027-06-21 2027-08-08 semester."),
                params={"line": line},
            )
        return {"from": first.isoformat(), "to": last.isoformat(), "why": found[3]}


class LettersForm(Versioned):
    """What a coordinator decides about all letters: who asks, the own greeting, and when nothing is sent."""

    mail_pauses = PausesField(
        label=_("Uppehåll i utskicken"),
        required=False,
        help_text=_(
            "Ett per rad: första dag, sista dag, varför. Till exempel 2027-06-21 2027-08-08 semester. Helger och röda dagar vilar breven ändå."
        ),
    )

    class Meta:
        model = Workspace
        fields = ["greeting", "contact_name", "contact_email", "contact_phone", "mail_pauses"]
        labels = {
            "greeting": _("Egen hälsning"),
            "contact_name": _("Vem som frågar"),
            "contact_email": _("Svar går till"),
            "contact_phone": _("Telefon"),
        }
        help_texts = {"greeting": _("Står efter ”Hej …!” i förfrågningar och påminnelser. Skickas precis som du skriver den.")}
        widgets = {"greeting": forms.Textarea(attrs={"rows": 4, "maxlength": 1000})}

    def clean_greeting(self) -> str:
        return without_personal_number(self.cleaned_data["greeting"])


def offer(form: forms.BaseForm, name: str, things: Any) -> None:
    """What may be chosen in a field: a queryset of what the person can reach, never the whole table."""
    cast(forms.ModelChoiceField, form.fields[name]).queryset = things


def without_personal_number(text: str) -> str:
    """The text, or the sentence that says why not."""
    if has_personal_number(text):
        raise forms.ValidationError(_("Det ser ut som ett personnummer. Ta bort det – vi behöver inga personuppgifter."))
    return text
