"""Will you take part? What is proposed, and where to say yes or no."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.letters.parts import letter, quoted, subjects
from followup.links import proposals_url
from measures.models import Assignment
from stakeholders.messages import Bullets, Button, Letter, Quote, Strong, paragraph
from stakeholders.models import ContactPerson, Dispatch


def write_proposal(dispatch: Dispatch) -> Letter | None:
    """What still waits for this actor's yes or no; everything proposed together in one letter."""
    open_proposals = Assignment.objects.filter(pk__in=subjects(dispatch, Assignment), accepted_at=None, declined_at=None, ended_at=None)
    proposed = list(open_proposals.select_related("measure", "actor__workspace").order_by("measure__number_sort", "id"))
    if not proposed or dispatch.contact is None:
        return None
    return _proposal(proposed, dispatch.contact, proposals_url(dispatch.contact))


def preview_proposal(assignment: Assignment) -> Letter:
    """The letter as the actor's contact would see it. Stores nothing; the link leads nowhere. The assignment need not be stored."""
    contact = assignment.contact or ContactPerson(actor=assignment.actor)
    with translation.override(contact.language):
        return _proposal([assignment], contact, f"{settings.BASE_URL}/proposals/…")


def _proposal(proposed: Sequence[Assignment], contact: ContactPerson, url: str) -> Letter:
    first, count = proposed[0], len(proposed)
    many = ngettext("%(count)d åtgärd", "%(count)d åtgärder", count) % {"count": count}
    title = quoted(first.measure.title) if count == 1 else many
    lines = tuple(f"{one.measure.title} – {one.get_role_display()}" for one in proposed)
    commitment = first.commitment.strip() if count == 1 else ""
    return letter(
        _("Vill ni vara med i %(what)s?") % {"what": title},
        first.actor.workspace,
        contact,
        paragraph(
            _("Vi vill göra {what} tillsammans med {actor}. Säg ja eller nej, eller vad som behöver vara annorlunda."),
            what=Strong(title),
            actor=first.actor.name,
        ),
        Bullets(lines),
        paragraph(_("Så här har vi tänkt oss er del:")) if commitment else None,
        Quote(commitment) if commitment else None,
        Button(_("Läs och svara"), url),
        paragraph(_("Säger ni ja får ni några korta frågor när perioden är slut: två minuter per åtgärd, utan konto och lösenord.")),
        paragraph(_("Ska någon annan svara? Skicka brevet vidare.")),
        greeting=True,
    )
