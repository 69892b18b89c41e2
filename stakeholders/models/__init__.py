"""Who: people, organisations, places, agreements, history, and what waits to be sent."""

from stakeholders.models.actor import Actor, ContactPerson
from stakeholders.models.agreement import Agreement, AgreementParty
from stakeholders.models.area import Area
from stakeholders.models.attachment import Attachment
from stakeholders.models.dispatch import Dispatch, DispatchItem
from stakeholders.models.event import Event, EventSeal
from stakeholders.models.heartbeat import Heartbeat
from stakeholders.models.job import ImportRun, Job
from stakeholders.models.user import Membership, User
from stakeholders.models.workspace import Recorded, Versioned, Workspace, WorkspaceQuerySet

__all__ = [
    "Actor",
    "Agreement",
    "AgreementParty",
    "Area",
    "Attachment",
    "ContactPerson",
    "Dispatch",
    "DispatchItem",
    "Event",
    "EventSeal",
    "Heartbeat",
    "ImportRun",
    "Job",
    "Membership",
    "Recorded",
    "User",
    "Versioned",
    "Workspace",
    "WorkspaceQuerySet",
]
