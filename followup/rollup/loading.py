"""Reading a plan's figures for one audience, with what publications have shown and hidden before (rules 7 and 8)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, F, Q, When
from django.db.models.fields.json import KeyTransform

from followup.figures import Window
from followup.models import Publication
from followup.rollup.plan import Rollup
from followup.rollup.seen import CalledFew, read_seen
from followup.rollup.shown import HiddenName, Shown, Tree
from followup.words import Audience
from measures.models import Plan


def load_shown(
    plan: Plan,
    windows: Collection[Window],
    audience: Audience,
    *,
    as_of: datetime | None = None,
    indicators: Collection[int] | None = None,
    own_actor: int | None = None,
    trends: bool = False,
    tree: Tree | None = None,
    published: Window | None = None,
    is_gone_by: bool = False,
    for_partners: bool = False,
) -> Shown:
    """Read what is needed for these windows and show it to an audience. Whole years are read: what is hidden must not depend on the page.

    `published`: the window whose last publication is to be at hand. `is_gone_by`: the reader has asked for a day gone by.
    `for_partners`: the form that partners read.
    """
    today = None
    if is_gone_by and audience != Audience.REVIEW:
        today = load_shown(plan, windows, audience, indicators=indicators, own_actor=own_actor, trends=trends, tree=tree)
    whole = {each for window in windows for each in (window, *((Window.year(window.end.year),) if audience != Audience.REVIEW else ()))}
    before = {each.year_before() for each in whole if not each.spans_years} if trends else set()
    rollup = Rollup(plan, whole | before, as_of, indicators, breakdowns=True, stocks_from_start=audience != Audience.REVIEW)
    told = _published(plan, audience, rollup.as_of, published)
    return Shown(
        rollup,
        audience,
        own_actor=own_actor,
        hidden_before=told.hidden,
        said_few=told.few,
        seen_before=read_seen(told.seen),
        tree=tree,
        publication=told.latest,
        today=today,
        for_partners=for_partners,
        hidden_from_all=told.hidden_from_all if for_partners else frozenset(),
        said_few_to_all=told.few_to_all if for_partners else None,
        read_by_partners=read_seen(told.seen_by_all) if for_partners else None,
    )


class _Told(NamedTuple):
    """What publications hid until then (it stays hidden) from management and from all, and called *färre än k*; the numbers of people they
    showed; what of both was told to all, among which the partners are; and the last one of the window, with its content."""

    hidden: frozenset[HiddenName] = frozenset()
    hidden_from_all: frozenset[HiddenName] = frozenset()
    few: dict[int, list[CalledFew]] = {}
    few_to_all: dict[int, list[CalledFew]] = {}
    seen: list[list[Any]] = []
    seen_by_all: list[list[Any]] = []
    latest: Publication | None = None


def _published(plan: Plan, audience: Audience, as_of: datetime, window: Window | None) -> _Told:
    """One query.

    Whoever is shown protected figures is protected from all that anybody but the reviewers has been shown: management reads what the public
    is told, and what management was told is not to be worked out with the help of it. More is hidden from the public, among which the
    partners are.
    """
    if audience == Audience.REVIEW and window is None:
        return _Told()
    known = Publication.objects.filter(plan=plan, recorded_at__lte=as_of).order_by("id")
    known = known.filter(audience=audience) if audience == Audience.REVIEW else known.exclude(audience=Audience.REVIEW)
    is_asked = Q(audience=audience, window_start=window.start, window_end=window.end) if window else Q(pk=None)
    kept = {name: KeyTransform(name, "content") for name in ("hidden", "called_few", "seen")}
    rows = list(known.defer("content").annotate(**kept, whole=Case(When(is_asked, then=F("content")))))
    latest = next((row for row in reversed(rows) if row.whole is not None), None)
    if latest:
        latest.content = latest.whole
    if audience == Audience.REVIEW:
        return _Told(latest=latest)
    public, others = ([row for row in rows if (row.audience == Audience.PUBLIC) == is_public] for is_public in (True, False))
    hidden, hidden_from_all = (frozenset(tuple(name) for row in of for name in row.hidden or ()) for of in (others, public))
    few, few_to_all = (read_seen(each for row in of for each in row.called_few or ()) for of in (rows, public))
    seen, seen_by_all = ([number for row in of for number in row.seen or ()] for of in (rows, public))
    return _Told(hidden, hidden_from_all, few, few_to_all, seen, seen_by_all, latest)
