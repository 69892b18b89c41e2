"""What letters share: what a row is about, how a letter begins and ends."""

from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from followup.links import issue_link, link_url
from followup.models import Period
from stakeholders.formats import span
from stakeholders.messages import Block, Letter, Paragraph, paragraph, paragraphs_of, signature
from stakeholders.models import ContactPerson, Dispatch, User, Workspace


def subjects(dispatch: Dispatch, model: type[models.Model]) -> list[int]:
    """Ids of the rows of `model` that the dispatch is about."""
    items = dispatch.items.filter(subject_type=model._meta.label_lower)
    return list(items.order_by("id").values_list("subject_id", flat=True))


def hello(receiver: ContactPerson | User | None) -> Paragraph:
    """ "Hej Kim!", or "Hej!" to a role."""
    first_name = (receiver.name if receiver else "").split(" ")[0]
    return paragraph(_("Hej {name}!"), name=first_name) if first_name else paragraph(_("Hej!"))


def letter(
    subject: object, workspace: Workspace, receiver: ContactPerson | User | None, *blocks: Block | None, greeting: bool = False
) -> Letter:
    """A whole letter: hello, the coordinator's own greeting if it has one, what it is about, who asks.

    The greeting is a text, not a template: what looks like code in it is sent as it was written.
    """
    own = paragraphs_of(workspace.greeting) if greeting else []
    written: list[Block] = [hello(receiver), *own, *(block for block in blocks if block), signature(workspace)]
    return Letter(str(subject), written, language=translation.get_language() or "sv")


def in_words(period: Period) -> str:
    """ "september–december 2026" """
    return span(period.starts_on, period.ends_on)


def quoted(title: object) -> str:
    return f"”{title}”"


def round_url(contact: ContactPerson, actor: Any, period: Period, **until: Any) -> str:
    """The contact's own way in to what the actor is asked in the round."""
    _link, token = issue_link(contact, actor, period, by=None, **until)
    return link_url(token)
