"""What a frozen year says, read from its stored JSON: never computed anew."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from followup.models import AnnualFollowUp, FrozenFile
from measures.models import Plan

JSON = "application/json"

Counted = tuple[int, int] | None
"""25 of 34; None where there was nothing to count."""


@dataclass(frozen=True)
class FrozenBefore:
    """The four numbers of the year before as they were frozen last. `audience`: whose eyes they were counted for."""

    annual: int
    audience: str
    numbers: tuple[Counted, ...]


def frozen_before(plan: Plan, year: int, as_of: datetime) -> FrozenBefore | None:
    """Of the year before, when it was frozen by then: the version that holds. One query."""
    stored = FrozenFile.objects.filter(annual__plan=plan, annual__year=year - 1, annual__recorded_at__lte=as_of, content_type=JSON)
    file = stored.select_related("annual").order_by("annual__version").last()
    if file is None:
        return None
    content = json.loads(bytes(file.content))
    return FrozenBefore(file.annual_id, content.get("audience", ""), tuple(counted(one) for one in content.get("numbers", ())))


def content_of(annual: AnnualFollowUp) -> dict[str, Any] | None:
    """Its JSON, of whatever age; None where there is none."""
    file = annual.files.filter(content_type=JSON).first()
    return json.loads(bytes(file.content)) if file else None


def counted(one: dict[str, Any]) -> Counted:
    """As numbers where they were stored so, else out of the words, in whatever language: "1 234" "av 1 300"."""
    part, total = (one[name] if name in one else digits(one[words]) for name, words in (("part", "number"), ("total", "out_of")))
    return None if part is None or not total else (part, total)


def digits(text: str) -> int | None:
    """ "av 1 234" → 1234; None where there is no figure in it."""
    found = re.sub(r"\D", "", text)
    return int(found) if found else None
