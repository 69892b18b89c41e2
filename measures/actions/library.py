"""The library of measures that Swedish public housing runs: the same for every workspace, renewed with each version of ours."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from measures.models import MeasureTemplate

LIBRARY = Path(__file__).resolve().parent.parent / "examples" / "measure_library.json"

COLUMNS = {
    "name": "name_sv",
    "description": "description_sv",
    "focus": "focus",
    "responsible": "responsible",
    "contributors": "contributors",
    "output": "output",
    "outcome": "outcome",
    "time_to_effect": "time_to_effect",
    "evidence_grade": "evidence_grade",
    "evidence_note": "evidence_note",
    "source": "source",
}
"""Our column → the name in the file."""


@transaction.atomic
def load_library(path: Path = LIBRARY) -> tuple[int, int]:
    """Make the stored library say what the file says; gives (new, changed). Nothing is removed, and twice is once.

    No event: the library belongs to no workspace, and a measure taken from it is a copy with a history of its own.
    """
    stored = {template.slug: template for template in MeasureTemplate.objects.all()}
    new, changed = [], []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        fields: dict[str, Any] = {column: entry[name] for column, name in COLUMNS.items()}
        template = stored.get(entry["slug"])
        if template is None:
            new.append(MeasureTemplate(slug=entry["slug"], **fields))
        elif any(getattr(template, column) != value for column, value in fields.items()):
            for column, value in fields.items():
                setattr(template, column, value)
            changed.append(template)
    MeasureTemplate.objects.bulk_create(new)
    MeasureTemplate.objects.bulk_update(changed, [*COLUMNS, "name_sort"])
    return len(new), len(changed)
