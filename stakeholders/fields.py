"""Columns that are worked out from another column, so that sorting and search are equal on every database."""

from collections.abc import Callable
from typing import Any

from django.db import models

from stakeholders.rules import normalise_search, swedish_sort_key


class DerivedField(models.TextField):
    """A text column filled from `source` at every save and bulk insert; never typed in."""

    derive: Callable[[str], str]

    def __init__(self, *args: Any, source: str = "name", **kwargs: Any) -> None:
        self.source = source
        kwargs["editable"] = False
        kwargs["blank"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["source"] = self.source
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = type(self).derive(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value


class SortKeyField(DerivedField):
    """Orders as Swedish does; see `swedish_sort_key`."""

    derive = staticmethod(swedish_sort_key)


class SearchField(DerivedField):
    """Found whatever the case and accents; see `normalise_search`."""

    derive = staticmethod(normalise_search)
