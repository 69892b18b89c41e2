"""What has changed in the year since it was published or frozen (rule 7)."""

from django.utils.translation import gettext as _

from followup.explain import protected
from followup.figures import Figure
from followup.rollup.publications import Published, revisions
from followup.year.book import Book
from followup.year.page import Revision
from followup.year.words import exact, shown_text
from stakeholders import clock
from stakeholders.formats import full_day, listing


def revision_rows(book: Book) -> tuple[Revision, ...]:
    """The figures of the whole plan that are no longer what the last publication of the year showed this audience."""
    seen = book.seen
    if seen is None or seen.publication is None:
        return ()
    rows = []
    for indicator, found in revisions(seen, seen.publication, book.indicators).items():
        last = found.because[-1] if found.because else None
        version = book.versions.get(indicator)
        rows.append(
            Revision(
                indicator=indicator,
                name=book.indicators[indicator].name,
                old=_words(book, indicator, found.old),
                new=_words(book, indicator, found.new),
                who=listing(dict.fromkeys(each.by for each in found.because if each.by)) if last else "",
                when=full_day(last.at) if last else "",
                why=" ".join(dict.fromkeys(each.why for each in found.because if each.why)) or _("annan ändring"),
                **{
                    f"{when}_{end}": _exact(figure, end)
                    for when, figure in (("old", found.old), ("new", found.new))
                    for end in ("low", "high")
                },
                unit=version.unit if version else "",
                decimals=version.decimals if version else 0,
                last_day=clock.day_of(last.at).isoformat() if last else "",
            )
        )
    return tuple(rows)


def _exact(figure: Figure | Published, end: str) -> str:
    return "" if figure.protection else exact(getattr(figure, end))


def _words(book: Book, indicator: int, figure: Figure | Published) -> str:
    if figure.protection:
        return protected(figure.protection, book.plan.workspace.small_number_threshold)
    version = book.versions.get(indicator)
    return shown_text(figure.low, figure.high, version.decimals if version else 0, version.unit if version else "")
