"""A file is put beside something, or taken away."""

import hashlib
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils.translation import gettext as _

from stakeholders import clock, events
from stakeholders.events import By
from stakeholders.files import read_upload
from stakeholders.models import Attachment, ContactPerson, User, Workspace
from stakeholders.refusals import NotRight, TooLate

MOST = 10
"""Files beside one thing."""


@transaction.atomic
def attach_file(subject: models.Model, upload: IO[bytes], *, by: By, workspace: Workspace, name: str, size: int) -> Attachment:
    """Keep a file beside `subject`. Raises NotRight when it is not what we take, TooLate when there are too many already."""
    kept = read_upload(upload, name, size)
    if attachments_of(subject).count() >= MOST:
        raise TooLate(_("Det finns redan %s filer. Ta bort någon först.") % MOST)
    attachment = Attachment(
        workspace=workspace,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        original_name=kept.name,
        content_type=kept.content_type,
        size=len(kept.content),
        sha256=hashlib.sha256(kept.content).hexdigest(),
        by_user=by if isinstance(by, User) else None,
        by_contact=by if isinstance(by, ContactPerson) else None,
    )
    attachment.save()
    events.record("file.attached", attachment, workspace=workspace, by=by, subject_type=attachment.subject_type, subject_id=subject.pk)
    _store(attachment, kept.content)
    return attachment


@transaction.atomic
def remove_file(attachment: Attachment, *, by: By) -> None:
    """Take the file away, bytes and all; that it was there is kept in the history. Harmless twice."""
    removed = Attachment.objects.filter(pk=attachment.pk, removed_at=None).update(removed_at=clock.now())
    if removed:
        events.record("file.removed", attachment, workspace=attachment.workspace, by=by)
        transaction.on_commit(lambda: default_storage.delete(path_of(attachment)))


def attachments_of(subject: models.Model) -> models.QuerySet[Attachment]:
    """The files beside `subject` that have not been taken away, oldest first."""
    return Attachment.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk, removed_at=None).order_by("id")


def path_of(attachment: Attachment) -> str:
    """Where the bytes are: under a name of our own, which says nothing."""
    return f"attachments/{attachment.stored_name}"


def _store(attachment: Attachment, content: bytes) -> None:
    """Write the bytes last: the row is undone if they cannot be written, and no half file is left."""
    path = path_of(attachment)
    try:
        default_storage.save(path, ContentFile(content))
    except OSError:
        default_storage.delete(path)
        raise NotRight(_("Filen kunde inte sparas just nu. Försök igen om en stund.")) from None
