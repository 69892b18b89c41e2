"""What a frozen year says, read from its stored JSON: never computed anew."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Value

from followup.models import AnnualFollowUp, FrozenFile
from measures.models import Plan

JSON = "application/json"

Counted = tuple[int, int] | None
"""25 of 34; None where there was nothing to count."""


@dataclass(frozen=True)
class FrozenBefore:
    """The four numbers of the year before as they were frozen last, and its rows of targets by indicator. `audience`: for whose eyes."""

    annual: int
    audience: str
    numbers: tuple[Counted, ...]
    targets: dict[int, dict[str, Any]]


def with_frozen_before(plans: QuerySet[Plan], year: int, as_of: datetime) -> QuerySet[Plan]:
    """The plans, each with what `frozen_before` reads: of the year before, when it was frozen by then, the version that holds."""
    stored = FrozenFile.objects.filter(
        annual__plan=OuterRef("pk"), annual__year=year - 1, annual__recorded_at__lte=as_of, content_type=JSON
    )
    newest = stored.order_by("-annual__version")
    return plans.annotate(
        before=Value(year - 1), before_annual=Subquery(newest.values("annual")[:1]), before_json=Subquery(newest.values("content")[:1])
    )


def frozen_before(plan: Plan, year: int, as_of: datetime) -> FrozenBefore | None:
    """The year before as it was frozen. No query of a plan that was read with it, else one."""
    told: Any = plan
    if getattr(plan, "before", None) != year - 1:
        told = with_frozen_before(Plan.objects.filter(pk=plan.pk), year, as_of).get()
    if told.before_annual is None:
        return None
    content = json.loads(bytes(told.before_json))
    targets = {row["indicator"]: row for row in content.get("targets", ())}
    return FrozenBefore(told.before_annual, content.get("audience", ""), tuple(counted(one) for one in content.get("numbers", ())), targets)


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
