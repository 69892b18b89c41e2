"""What may be written in the journal of an assignment."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from followup.forms.rounds import DayInput
from followup.words import Visibility
from stakeholders import clock
from stakeholders.models import Actor
from stakeholders.rules import has_personal_number


def without_personal_number(text: str) -> None:
    """Refuse free text that seems to hold a personnummer."""
    if has_personal_number(text):
        raise ValidationError(_("Det ser ut som ett personnummer. Ta bort det – vi behöver inga personuppgifter."))


class NoteForm(forms.Form):
    """A dated note, for whom it is, and perhaps a file."""

    day = forms.DateField(
        label=_("När?"),
        widget=DayInput(),
        error_messages={"required": _("Välj dag."), "invalid": _("Skriv dagen som år-månad-dag, till exempel 2027-02-12.")},
    )
    text = forms.CharField(
        label=_("Vad hände?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[without_personal_number],
        error_messages={"required": _("Skriv vad som hände.")},
    )
    visibility = forms.ChoiceField(label=_("Vem får läsa?"), widget=forms.RadioSelect, initial=Visibility.SHARED)

    file = forms.FileField(label=_("Bilaga"), required=False, help_text=_("Foto, PDF, Word eller Excel, högst 10 MB."))

    def __init__(self, *args: Any, actor: Actor, own: Actor, **kwargs: Any) -> None:
        """`actor`: whose assignment it is; `own`: the writer's organisation."""
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = clock.today()
        self.fields["visibility"].choices = [  # type: ignore[attr-defined]
            (Visibility.OWN, _("Bara %(own)s") % {"own": own}),
            (Visibility.SHARED, _("%(actor)s, samordnaren och granskaren") % {"actor": actor}),
            (Visibility.MANAGEMENT, _("De, och ledning och revisor")),
        ]
