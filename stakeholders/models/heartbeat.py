"""Who has been at work: one row for each duty of the worker, so that a standing one is seen."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stakeholders import clock


class Heartbeat(models.Model):
    """When a duty ("mail", "reminders", "jobs", "sealing") was last done to its end, and by which worker."""

    duty = models.CharField(_("uppgift"), max_length=40, unique=True)
    worker = models.CharField(_("vem"), max_length=100)
    seen_at = models.DateTimeField(_("senast"))

    def __str__(self) -> str:
        return f"{self.duty} {self.seen_at}"

    @staticmethod
    def beat(duty: str, worker: str) -> None:
        """Write that `duty` is done, now."""
        Heartbeat.objects.bulk_create(
            [Heartbeat(duty=duty, worker=worker[:100], seen_at=clock.now())],
            update_conflicts=True,
            unique_fields=["duty"],
            update_fields=["worker", "seen_at"],
        )
