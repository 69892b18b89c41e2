"""Two people saved the same thing: the second sees both texts and chooses for each row what should hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.formats import localize
from django.utils.translation import gettext as _

from stakeholders.models import Event
from stakeholders.refusals import ChangedMeanwhile
from stakeholders.views.parts import show


@dataclass(frozen=True)
class Row:
    """One field that both changed. `mine`/`theirs`: as text; `choices`: (value to send, text) when one of two can be picked."""

    name: str
    label: str
    mine: str
    theirs: str
    choices: tuple[tuple[Any, str], ...] = ()
    field: Any = None


def clash_page(
    request: HttpRequest, form: forms.BaseForm, clash: ChangedMeanwhile, thing: Any, *, version: int, **context: Any
) -> HttpResponse:
    """409 with what `thing` (as read when the form was checked) has become. The form goes back to the same address, with the number
    that now holds: what only one of the two changed is kept as that one wrote it, and the rest is chosen row by row."""
    before = _before(thing, version)
    mine, rows, kept = form.cleaned_data, [], []
    for name, theirs in clash.theirs.items():
        only_i, only_they = name not in before, name in before and _same(mine[name], before[name])
        if only_i or only_they or _same(mine[name], theirs):
            kept.append(_hidden(form, name, mine[name] if only_i else theirs))
        else:
            rows.append(_row(form, name, mine[name], theirs))
    kept += [_hidden(form, name, mine[name]) for name in form.fields if name != "version" and name not in clash.theirs]
    now = type(thing)._base_manager.values_list("version", flat=True).get(pk=thing.pk)
    context |= {"sentence": clash.sentence, "rows": rows, "kept": kept, "version": now, "form": form}
    return show(request, "stakeholders/clash.html", "stakeholders/_clash.html", context, status=409)


def _before(thing: Any, version: int) -> dict[str, Any]:
    """{field: its value at `version`} for the fields that were changed after it; what history does not tell is asked about."""
    before: dict[str, Any] = {}
    for payload in Event.objects.about(thing).filter(payload__version__gt=version).order_by("id").values_list("payload", flat=True):
        for name, (was, _is) in payload.get("changes", {}).items():
            before.setdefault(name, was)
        for name in payload.get("fields", []):
            before.setdefault(name, ...)
    return before


def _same(one: Any, other: Any) -> bool:
    return _plain(one) == _plain(other)


def _plain(value: Any) -> Any:
    """As events write it, so that what history tells can be compared."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Mapping):
        return sorted((name, _plain(item)) for name, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return sorted(_plain(item) for item in value)
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def _row(form: forms.BaseForm, name: str, mine: Any, theirs: Any) -> Row:
    bound, field = form[name], form.fields[name]
    label, texts = str(bound.label), (_words(field, mine), _words(field, theirs))
    if isinstance(field, forms.ModelMultipleChoiceField):
        return Row(name, label, *texts, field=bound)
    sent = tuple(field.prepare_value(value) for value in (mine, theirs))
    return Row(name, label, *texts, choices=((_value(sent[0]), texts[0]), (_value(sent[1]), texts[1])))


def _words(field: forms.Field, value: Any) -> str:
    if value in (None, "", []):
        return _("tomt")
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(item) for item in value) or _("tomt")
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return str(value) if isinstance(value, str | models.Model) else localize(value)


def _value(sent: Any) -> str:
    return "" if sent is None else str(sent)


def _hidden(form: forms.BaseForm, name: str, value: Any) -> str:
    field = form.fields[name]
    return field.hidden_widget().render(form.add_prefix(name), field.prepare_value(value))
