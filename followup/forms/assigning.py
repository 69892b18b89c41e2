"""What may be sent when an actor is assigned, and when that part is edited, ended or handed over."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from followup.forms.register import day_input
from measures.actions.assignments import first_day
from measures.models import Assignment, Indicator, Measure
from measures.rules import AssignmentRole, Interval
from stakeholders import clock
from stakeholders.forms import offer, without_personal_number
from stakeholders.models import Actor, ContactPerson
from stakeholders.rules import ActorKind

ROLES = [(AssignmentRole.RESPONSIBLE, _("Ansvarig")), (AssignmentRole.CONTRIBUTING, _("Medverkar"))]
ASK, AGREED = "ask", "agreed"


class PartFields(forms.Form):
    """What is the same whether a part is new or edited."""

    contact = forms.ModelChoiceField(
        ContactPerson.objects.none(), label=_("Kontaktperson"), required=False, help_text=_("Får frågorna."), empty_label=_("Ingen än")
    )
    commitment = forms.CharField(
        label=_("Åtar sig"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Till exempel: två ledare, fredagar."),
    )
    interval = forms.ChoiceField(label=_("Rapporterar"), required=False)
    indicators = forms.ModelMultipleChoiceField(
        Indicator.objects.none(), label=_("Siffror som aktören rapporterar"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self, measure: Measure, actor: Actor | None) -> None:
        contacts = ContactPerson.objects.filter(actor=actor, left_at=None) if actor else ContactPerson.objects.none()
        offer(self, "contact", contacts)
        rhythm = Interval(measure.plan.interval).label
        cast(forms.ChoiceField, self.fields["interval"]).choices = [
            ("", _("Som planen: %(rhythm)s") % {"rhythm": rhythm}),
            *Interval.choices,
        ]
        offer(self, "indicators", measure.indicators.filter(is_reported=True))
        if not measure.indicators.filter(is_reported=True).exists():
            del self.fields["indicators"]

    def clean_commitment(self) -> str:
        return without_personal_number(self.cleaned_data["commitment"])


class AssignForm(PartFields):
    """A part for one actor in one measure, everything filled in beforehand."""

    role = forms.ChoiceField(label=_("Roll"), choices=ROLES, widget=forms.RadioSelect)
    starts_on = forms.DateField(label=_("Från"), widget=day_input(), error_messages={"required": _("Ange när uppdraget börjar.")})
    manner = forms.ChoiceField(
        label=_("Är ni överens?"),
        choices=[(ASK, _("Nej, fråga med ett mejl")), (AGREED, _("Ja, det är redan överenskommet"))],
        widget=forms.RadioSelect,
    )
    field_order = ["role", "contact", "manner", "commitment", "starts_on", "interval", "indicators"]

    def __init__(self, *args: Any, measure: Measure, actor: Actor | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare(measure, actor)
        taken = measure.assignments.current().filter(role=AssignmentRole.RESPONSIBLE).exists()
        self.fields["role"].initial = AssignmentRole.CONTRIBUTING if taken else AssignmentRole.RESPONSIBLE
        self.fields["starts_on"].initial = first_day(measure)
        if actor:
            reachable = ContactPerson.objects.reachable().filter(actor=actor).first()
            self.fields["contact"].initial = reachable
            self.fields["manner"].initial = ASK if reachable and not _is_own(actor, measure) else AGREED
        else:
            del self.fields["contact"]
            self.fields["manner"].initial = ASK
        if "indicators" in self.fields:
            self.fields["indicators"].initial = list(measure.indicators.filter(is_reported=True))

    @property
    def initial_part(self) -> dict[str, Any]:
        """What is filled in before anybody has touched it."""
        return {name: field.initial for name, field in self.fields.items()}

    @property
    def part(self) -> dict[str, Any]:
        """As `assign_actor` wants it."""
        given = dict(self.cleaned_data)
        given["is_agreed"] = given.pop("manner") == AGREED
        return given


class NewActorForm(forms.Form):
    """An actor created on the way: just what is needed to ask them."""

    name = forms.CharField(label=_("Aktörens namn"), max_length=200, error_messages={"required": _("Skriv vad aktören heter.")})
    kind = forms.ChoiceField(label=_("Typ av aktör"), choices=ActorKind.choices, initial=ActorKind.ASSOCIATION)
    contact_name = forms.CharField(label=_("Kontaktpersonens namn"), max_length=200, required=False)
    role_title = forms.CharField(label=_("Kontaktpersonens roll"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-post"), required=False, help_text=_("Dit skickar vi frågorna."))
    phone = forms.CharField(label=_("Telefon"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("email") or given.get("phone")) and not (given.get("contact_name") or given.get("role_title")):
            self.add_error("role_title", _("Skriv vem eller vilken roll adressen går till."))
        return given

    @property
    def actor_fields(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "kind": self.cleaned_data["kind"]}

    @property
    def contact_fields(self) -> dict[str, Any]:
        """Empty when nobody is named."""
        given = self.cleaned_data
        if not (given["contact_name"] or given["role_title"]):
            return {}
        return {"name": given["contact_name"], "role_title": given["role_title"], "email": given["email"], "phone": given["phone"]}


class EditPartForm(PartFields):
    """An assignment that runs: who is asked, what, how often and until when."""

    ends_on = forms.DateField(label=_("Till"), required=False, widget=day_input(), help_text=_("Tomt betyder tills vidare."))
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ["contact", "commitment", "interval", "ends_on", "indicators"]

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        chosen = [row.indicator_id for row in assignment.reported.filter(removed_at=None)]
        initial = {
            "contact": assignment.contact_id,
            "commitment": assignment.commitment,
            "interval": assignment.interval,
            "ends_on": assignment.ends_on,
            "indicators": chosen,
            "version": assignment.version,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.prepare(assignment.measure, assignment.actor)


class EndPartForm(forms.Form):
    ended_on = forms.DateField(label=_("Sista dag"), widget=day_input(), error_messages={"required": _("Ange sista dagen.")})
    reason = forms.CharField(label=_("Varför"), max_length=500, error_messages={"required": _("Skriv varför uppdraget avslutas.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = clock.today()


class ReplacePartForm(forms.Form):
    successor = forms.ModelChoiceField(
        Actor.objects.none(), label=_("Vem tar över?"), error_messages={"required": _("Välj vem som tar över.")}
    )
    from_date = forms.DateField(label=_("Från och med"), widget=day_input(), error_messages={"required": _("Ange från vilken dag.")})
    reason = forms.CharField(label=_("Varför"), max_length=500, error_messages={"required": _("Skriv varför.")})
    is_agreed = forms.BooleanField(label=_("Det är redan överenskommet"), required=False)

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_date"].initial = clock.today()
        others = Actor.objects.within(assignment.actor.workspace).open().exclude(pk=assignment.actor_id)
        offer(self, "successor", others)


def _is_own(actor: Actor, measure: Measure) -> bool:
    """The housing company itself is not asked by mail."""
    return actor.kind == ActorKind.HOUSING_COMPANY and actor.workspace_id == measure.plan.workspace_id
