"""The figures of an answer: one small form for each, by the kind of the indicator."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from followup.actions.reports import Line
from followup.forms.words import Question, Words
from followup.queries.answering import AskedFigure
from followup.rules import is_far_off, read_figure
from followup.words import LineState
from measures.rules import SCALE, IndicatorKind
from stakeholders import formats

UNKNOWN = "okänt"
WITHOUT = (LineState.NOT_AVAILABLE, LineState.NOT_APPLICABLE)
NUMBERS = (IndicatorKind.COUNT, IndicatorKind.MONEY, IndicatorKind.STOCK, IndicatorKind.PEOPLE)
MAY_FALL_BELOW_ZERO = (IndicatorKind.MONEY, IndicatorKind.STOCK)


def numeric(label: Any, decimals: int) -> forms.CharField:
    attrs = {"inputmode": "decimal" if decimals else "numeric", "autocomplete": "off"}
    return forms.CharField(label=label, required=False, max_length=40, widget=forms.TextInput(attrs=attrs))


class FigureForm(Question):
    """One figure. After `is_valid()`: `line`, and `doubt`, the soft question when it is far from last time (None when it is answered).

    `state` says "Vet inte" or "Gäller inte"; `asked` is the figure that the doubt was about, and `confirmed` the one that was said to be
    right. A question that is passed by is not asked twice. With `blank_is_missing` an empty field is "Vet inte".
    """

    state = forms.ChoiceField(choices=[("", ""), *((state, state) for state in WITHOUT)], required=False, widget=forms.HiddenInput)
    asked = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    confirmed = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, asked: AskedFigure, data: Mapping[str, Any] | None = None, *, blank_is_missing: bool = False) -> None:
        super().__init__(data, prefix=f"f{asked.version.pk}")
        self.figure, self.version, self.kind = asked, asked.version, asked.version.kind
        self.blank_is_missing = blank_is_missing
        self.line: Line | None = None
        self.doubt: str | None = None
        self._add_fields()

    def _add_fields(self) -> None:
        version, decimals = self.version, self.version.decimals
        if self.kind == IndicatorKind.RATIO:
            self.fields["numerator"] = numeric(version.numerator_label or gettext_lazy("Antal"), decimals)
            self.fields["denominator"] = numeric(version.denominator_label or gettext_lazy("Av totalt"), decimals)
        elif self.kind == IndicatorKind.LEVEL:
            self.fields["value"] = self._choice([(str(place), word) for place, word in enumerate(version.scale)])
        elif self.kind == IndicatorKind.MILESTONE:
            self.fields["value"] = self._choice([("1", gettext_lazy("Ja")), ("0", gettext_lazy("Nej, inte än"))])
        elif self.kind == IndicatorKind.NARRATIVE:
            self.fields["text"] = Words(label=self.figure.question, required=False)
        else:
            self.fields["value"] = numeric(self.figure.question, decimals)
            self.fields["value"].help_text = " ".join(filter(None, (version.help_text, self.figure.beside)))
        if self.kind == IndicatorKind.PEOPLE:
            self.fields["new"] = numeric(gettext_lazy("Hur många av dem är nya i år?"), 0)
        if version.is_running_total:
            self.fields["decrease_reason"] = Words(label=gettext_lazy("Varför är summan lägre?"), required=False, rows=2)
        for name, label in self.cell_names().items():
            self.fields[name] = numeric(label[1].capitalize(), decimals)

    def _choice(self, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
        wrong = gettext_lazy("Välj ett av svaren.")
        return forms.ChoiceField(
            label=self.figure.question, choices=choices, required=False, widget=forms.RadioSelect, error_messages={"invalid_choice": wrong}
        )

    def cell_names(self) -> dict[str, tuple[str, str]]:
        """Field name → (dimension, category), for the breakdowns that the definition asks for."""
        if self.kind not in NUMBERS:
            return {}
        return {
            f"{dimension}-{place}": (dimension, category)
            for dimension, categories in self.version.breakdowns.items()
            for place, category in enumerate(categories)
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("state") in WITHOUT:
            self.line = Line(self.version, cleaned["state"])
        elif not self.errors:
            self.line = self._line(cleaned)
        if self.line and not self.errors:
            self.doubt = self._doubt(self.line)
        return cleaned

    def _line(self, cleaned: dict[str, Any]) -> Line | None:
        if self.is_blank(cleaned):
            if self.blank_is_missing or self.kind == IndicatorKind.NARRATIVE:
                return Line(self.version, LineState.NOT_AVAILABLE)
            self.add_error("numerator" if self.kind == IndicatorKind.RATIO else "value", self._say_how())
            return None
        if self.kind == IndicatorKind.NARRATIVE:
            return Line(self.version, LineState.VALUE, text=cleaned["text"])
        if self.kind == IndicatorKind.LEVEL:
            return Line(self.version, LineState.VALUE, value=int(cleaned["value"]) * SCALE)
        if self.kind == IndicatorKind.MILESTONE:
            return Line(self.version, LineState.VALUE, value=SCALE) if cleaned["value"] == "1" else Line(self.version, LineState.ZERO)
        if self.kind == IndicatorKind.RATIO:
            return self._ratio()
        return self._number(cleaned)

    def is_blank(self, cleaned: dict[str, Any]) -> bool:
        names = {"numerator", "denominator", "value", "text", "new", *self.cell_names()} & set(self.fields)
        return not any(cleaned.get(name) for name in names)

    def _ratio(self) -> Line | None:
        numerator, denominator = self._read("numerator", must=True), self._read("denominator", must=True)
        if numerator is None or denominator is None:
            return None
        if denominator == 0 and numerator:
            self.add_error("denominator", _("Det kan inte vara %s av 0.") % formats.number(numerator, self.version.decimals))
            return None
        odd = self._is_confirmed(f"{numerator}/{denominator}")
        return Line(self.version, LineState.VALUE, numerator=numerator, denominator=denominator, is_confirmed_odd=odd)

    def _number(self, cleaned: dict[str, Any]) -> Line | None:
        value = self._read("value", must=True)
        new = self._read("new") if "new" in self.fields else None
        cells = self._cells(value)
        if value is None or self.errors:
            return None
        if new is not None and new > value:
            self.add_error("new", _("De nya kan inte vara fler än alla."))
        why = cleaned.get("decrease_reason", "")
        if self.falls_below(value) and not why:
            last = formats.number(self.figure.last.value, self.version.decimals) if self.figure.last else ""
            self.add_error("decrease_reason", _("Summan är lägre än förra gången (%s). Skriv varför.") % last)
        if value == 0:
            return Line(self.version, LineState.ZERO, decrease_reason=why)
        odd = self._is_confirmed(str(value))
        return Line(self.version, LineState.VALUE, value=value, new_people=new, cells=cells, decrease_reason=why, is_confirmed_odd=odd)

    def falls_below(self, value: int) -> bool:
        """A sum "so far" that is lower than last time's."""
        last = self.figure.last
        return bool(self.version.is_running_total and last and last.value is not None and value < last.value)

    def _cells(self, total: int | None) -> dict[tuple[str, str], int]:
        """The parts that were typed. What they lack of the total is carried by "okänt"; more than the total is an error."""
        names = self.cell_names()
        given = {cell: self._read(name) for name, cell in names.items()}
        for dimension in self.version.breakdowns:
            parts = {cell: value for cell, value in given.items() if cell[0] == dimension and value is not None}
            if not parts or total is None:
                continue
            rest = total - sum(parts.values())
            if rest < 0:
                decimals = self.version.decimals
                words = {"sum": formats.number(total - rest, decimals), "total": formats.number(total, decimals)}
                first = next(name for name, cell in names.items() if cell[0] == dimension)
                self.add_error(first, _("Grupperna blir %(sum)s tillsammans, men ni skrev %(total)s.") % words)
            elif rest:
                given[dimension, UNKNOWN] = rest + (given.get((dimension, UNKNOWN)) or 0)
        return {cell: value for cell, value in given.items() if value is not None}

    def _read(self, name: str, *, must: bool = False) -> int | None:
        """The typed figure in 1/10 000; None when it is empty or wrong (an error says how)."""
        text = self.cleaned_data.get(name, "").strip()
        if not text:
            if must:
                self.add_error(name, self._say_how())
            return None
        try:
            return read_figure(text, self.version.decimals, may_be_negative=self.kind in MAY_FALL_BELOW_ZERO)
        except ValueError as wrong:
            self.add_error(name, self._say_how(str(wrong)))
            return None

    def _say_how(self, wrong: str = "") -> str:
        if wrong == "two meanings":
            return _("Skriv antalet utan punkt, till exempel 1 234. Decimaler skrivs med komma.")
        if wrong == "too many decimals":
            decimals = self.version.decimals
            if not decimals:
                return _("Skriv ett helt tal, till exempel 25.")
            return ngettext("Skriv högst %s decimal.", "Skriv högst %s decimaler.", decimals) % decimals
        if self.kind in (IndicatorKind.LEVEL, IndicatorKind.MILESTONE):
            return _("Välj ett av svaren.")
        if self.kind == IndicatorKind.MONEY:
            return _("Skriv summan i kronor med siffror, till exempel 12 500.")
        return _("Skriv antalet med siffror, till exempel 25.")

    def _doubt(self, line: Line) -> str | None:
        """The soft question, unless it has been answered or passed by for just this figure."""
        last = self.figure.last
        if last is None or self.version.is_running_total or line.state in WITHOUT:
            return None
        now, before = _size(line), _size(last)
        if not is_far_off(self.kind, now, before) or self._key(line) in (self.cleaned_data["asked"], self.cleaned_data["confirmed"]):
            return None
        words = {"now": self._short(now), "before": self._short(before)}
        if now is not None and before is not None and now > before:
            return _("%(now)s är mycket mer än förra gången (%(before)s).") % words
        return _("%(now)s är mycket mindre än förra gången (%(before)s).") % words

    def _short(self, size: Fraction | int | None) -> str:
        if self.kind == IndicatorKind.RATIO and size is not None:
            return formats.percent(size * SCALE)
        return formats.number(size, self.version.decimals)

    @property
    def key(self) -> str:
        """The figure as the hidden fields name it: what was asked about, or confirmed."""
        return self._key(self.line) if self.line else ""

    @staticmethod
    def _key(line: Line) -> str:
        return f"{line.numerator}/{line.denominator}" if line.denominator is not None else str(line.value or 0)

    def _is_confirmed(self, key: str) -> bool:
        return self.cleaned_data.get("confirmed") == key

    @property
    def parts(self) -> list[tuple[str, list[Any]]]:
        """[(dimension, its fields)], for the page."""
        by_dimension: dict[str, list[Any]] = {}
        for name, (dimension, _category) in self.cell_names().items():
            by_dimension.setdefault(dimension, []).append(self[name])
        return list(by_dimension.items())

    @property
    def first_id(self) -> str:
        """The id of the control that holds the figure."""
        return str(self["numerator" if "numerator" in self.fields else "value"].id_for_label)

    @property
    def said(self) -> str:
        """The state as typed: "", "not_available" or "not_applicable"."""
        state = str(self.data.get(self.add_prefix("state"), "")) if self.is_bound else ""
        return state if state in WITHOUT else ""


def _size(line: Any) -> Fraction | int | None:
    if line.denominator is not None:
        return Fraction(line.numerator, line.denominator) if line.denominator else None
    return line.value if line.value is not None else 0 if line.state == LineState.ZERO else None


def typed_figure(line: Any) -> dict[str, str]:
    """What somebody would have typed to give a stored line, so that it can be changed: {field: text}, with the form's prefix."""
    version, prefix = line.indicator_version, f"f{line.indicator_version_id}"
    kind, typed = version.kind, {"state": line.state if line.state in WITHOUT else "", "asked": "", "confirmed": ""}
    if typed["state"]:
        return {f"{prefix}-{name}": text for name, text in typed.items()}
    if kind == IndicatorKind.RATIO:
        typed |= {"numerator": _as_typed(line.numerator), "denominator": _as_typed(line.denominator)}
    elif kind == IndicatorKind.LEVEL:
        typed["value"] = str((line.value or 0) // SCALE)
    elif kind == IndicatorKind.MILESTONE:
        typed["value"] = "1" if line.value else "0"
    elif kind == IndicatorKind.NARRATIVE:
        typed["text"] = line.text
    else:
        typed |= {"value": _as_typed(line.value), "new": _as_typed(line.new_people), "decrease_reason": line.decrease_reason}
        parts = {(cell.dimension, cell.category): cell.value for cell in line.cells.all()}
        for dimension, categories in version.breakdowns.items():
            for place, category in enumerate(categories):
                typed[f"{dimension}-{place}"] = _as_typed(parts.get((dimension, category)))
    if line.is_confirmed_odd:
        typed["confirmed"] = FigureForm._key(line)
    return {f"{prefix}-{name}": text for name, text in typed.items()}


def _as_typed(value: int | None) -> str:
    """140000 → "14", 35000 → "3,5"."""
    if value is None:
        return ""
    whole, part = divmod(abs(value), SCALE)
    fraction = f"{part:04d}".rstrip("0")
    return ("-" if value < 0 else "") + str(whole) + (f",{fraction}" if fraction else "")
