"""What may be sent when an actor closes and when a contact person leaves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stakeholders import clock
from stakeholders.forms import offer
from stakeholders.models import Actor, ContactPerson


def day_input() -> forms.DateInput:
    """A day as the browser's own calendar sends it."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class CloseActorForm(forms.Form):
    last_day = forms.DateField(label=_("Sista dag"), widget=day_input(), error_messages={"required": _("Ange sista dagen.")})
    successor = forms.ModelChoiceField(
        Actor.objects.none(), label=_("Efterträdare"), required=False, help_text=_("Tar över uppdragen. Tomt betyder att de avslutas.")
    )
    why = forms.CharField(label=_("Varför"), max_length=300, error_messages={"required": _("Skriv varför.")})

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = clock.today()
        offer(self, "successor", Actor.objects.within(actor.workspace).open().exclude(pk=actor.pk))


class LeaveForm(forms.Form):
    successor = forms.ModelChoiceField(
        ContactPerson.objects.none(), label=_("Vem tar över?"), required=False, help_text=_("Får frågorna i stället.")
    )

    def __init__(self, *args: Any, contact: ContactPerson, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = ContactPerson.objects.filter(actor=contact.actor, left_at=None).exclude(pk=contact.pk)
        offer(self, "successor", others)
        self.fields["successor"].initial = others.first()
