"""What may be sent about a file on its way in."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from measures.imports.headings import WORDS
from measures.imports.tree import LEFT_OUT, NEW
from measures.models import Plan
from measures.spreadsheets import UnreadableError, check_packed_size
from stakeholders.models import Workspace

SHEET_WORDS = {
    "plan": _("Handlingsplan"),
    "indicators": _("Indikatorer"),
    "actors": _("Aktörer"),
    "areas": _("Områden"),
}
UNDECIDED = "?"
TARGET_YEARS = range(2024, 2046)


class UploadForm(forms.Form):
    """A file, and where it belongs."""

    file = forms.FileField(
        label=_("Fil"),
        help_text=_("Excel (.xlsx) eller CSV, högst 40 MB. Filen kan ha flera blad: Handlingsplan, Indikatorer, Aktörer och Områden."),
        error_messages={"required": _("Välj en fil."), "empty": _("Filen är tom.")},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    workspace = forms.ModelChoiceField(Workspace.objects.none(), label=_("Samverkansrum"), empty_label=None)
    plan = forms.ModelChoiceField(
        Plan.objects.none(),
        label=_("Plan"),
        required=False,
        empty_label=_("Den som heter som i filen, annars en ny"),
    )

    def __init__(self, *args: Any, rooms: list[Workspace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room: Any = self.fields["workspace"]
        plan: Any = self.fields["plan"]
        room.queryset = Workspace.objects.filter(pk__in=[room.pk for room in rooms]).order_by("name")
        room.initial = rooms[0]
        plan.queryset = Plan.objects.filter(workspace__in=rooms, closed_at=None)
        if len(rooms) == 1:
            room.widget = forms.HiddenInput()

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        try:
            check_packed_size(file.size or 0)
        except UnreadableError as refused:
            raise forms.ValidationError(str(refused)) from None
        return file

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        plan = given.get("plan")
        if plan and plan.workspace_id != getattr(given.get("workspace"), "pk", None):
            self.add_error("plan", _("Planen hör till ett annat samverkansrum."))
        return given


class PlanNameForm(forms.Form):
    """What the plan is called and which years it covers, when the file does not say."""

    title = forms.CharField(label=_("Planens namn"), max_length=300, error_messages={"required": _("Skriv vad planen heter.")})
    first_year = forms.IntegerField(label=_("Första år"), min_value=1990, max_value=2150)
    last_year = forms.IntegerField(label=_("Sista år"), min_value=1990, max_value=2150)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("first_year") and given.get("last_year") and given["last_year"] < given["first_year"]:
            self.add_error("last_year", _("Planens sista år ligger före det första."))
        return given


class ActorsForm(forms.Form):
    """What each unknown name means. `unknown`: [name as written, what it is taken for, what it resembles, places]."""

    def __init__(self, *args: Any, unknown: list[list[Any]], registered: list[str], chosen: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = list(dict.fromkeys([*(entry[0] for entry in unknown), *chosen]))
        meant = {text: name for text, name, _alike, _places in unknown}
        alike = {text: names for text, _name, names, _places in unknown}
        for index, text in enumerate(self.names):
            first = [name for name in alike.get(text, []) if name in registered]
            names = [*first, *(name for name in registered if name not in first)]
            self.fields[f"actor_{index}"] = forms.ChoiceField(
                label=text,
                initial=chosen.get(text) or meant.get(text) or UNDECIDED,
                choices=[
                    (UNDECIDED, _("Vet inte än: läs inte in raden")),
                    (NEW, _("Lägg till som ny aktör")),
                    (LEFT_OUT, _("Hoppa över namnet")),
                    *((name, name) for name in names),
                ],
            )

    @property
    def chosen(self) -> dict[str, str]:
        """Name as written → choice, for those that something was chosen for."""
        given = {text: self.cleaned_data[f"actor_{index}"] for index, text in enumerate(self.names)}
        return {text: choice for text, choice in given.items() if choice != UNDECIDED}


class ColumnsForm(forms.Form):
    """Which row holds the headings of a sheet, and what each column means. A column's choice is "kind.field"."""

    header_row = forms.IntegerField(label=_("Rubrikerna står på rad"), min_value=0, max_value=10_000)

    def __init__(self, *args: Any, width: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in range(width):
            self.fields[f"column_{column}"] = forms.ChoiceField(label=letters(column), required=False, choices=_meanings())
        self.width = width

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        meanings = [given.get(f"column_{column}") or "" for column in range(self.width)]
        chosen = [meaning for meaning in meanings if meaning]
        if len(chosen) != len(set(chosen)):
            raise forms.ValidationError(_("Två kolumner kan inte betyda samma sak."))
        if len({meaning.split(".")[0] for meaning in chosen}) > 1:
            raise forms.ValidationError(_("Välj betydelser från ett och samma slag av blad."))
        return given

    @property
    def layout(self) -> dict[str, Any] | None:
        """The chosen layout, or None when no column means anything: the sheet is not to be read."""
        meanings = {column: self.cleaned_data.get(f"column_{column}") or "" for column in range(self.width)}
        chosen = {column: meaning.split(".") for column, meaning in meanings.items() if meaning}
        if not chosen:
            return None
        kind = next(iter(chosen.values()))[0]
        columns = {name: column for column, (_kind, name) in chosen.items()}
        return {"kind": kind, "header_row": self.cleaned_data["header_row"], "columns": columns}


class ConfirmForm(forms.Form):
    """Yes: with what was seen, and two ways in which to read it in."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
    accepted = forms.BooleanField(
        label=_("Aktörerna har redan tackat ja till sina uppdrag"),
        required=False,
        help_text=_("Annars blir uppdragen förslag som de får svara på."),
    )
    update = forms.BooleanField(label=_("Ändra också det som skiljer sig"), required=False)


def letters(column: int) -> str:
    """0 → "A", 27 → "AB": the column's name in a spreadsheet."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _meanings() -> list[Any]:
    """Nothing, or a field of one of the four kinds of sheet."""
    groups: list[Any] = [("", _("Läses inte"))]
    for kind, fields in WORDS.items():
        choices = [(f"{kind}.{name}", words[0]) for name, words in fields.items()]
        if kind == "indicators":
            choices += [(f"indicators.target:{year}", f"Målvärde {year}") for year in TARGET_YEARS]
        groups.append((SHEET_WORDS[kind], choices))
    return groups
