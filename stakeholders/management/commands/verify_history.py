"""Goes through every workspace's history, link by link, and says whether anything has been changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stakeholders.models import EventSeal, Workspace
from stakeholders.sealing import head_of, seal, verify


class Command(BaseCommand):
    help = "Kontrollerar att historiken inte har ändrats. Avslutas med fel om något inte stämmer."

    def handle(self, *args: Any, **options: Any) -> None:
        seal("verify_history", everything=True)
        faults = 0
        for workspace in Workspace.objects.order_by("slug"):
            found = list(verify(workspace))
            faults += len(found)
            for fault in found:
                self.stderr.write(f"{fault.workspace}: händelse {fault.position}: {fault.what}")
            if not found:
                count = EventSeal.objects.filter(workspace=workspace).count()
                self.stdout.write(f"{workspace.slug}: {count} händelser, kedjan håller. Sista länken: {head_of(workspace)}")
        if faults:
            raise CommandError(f"{faults} fel i historiken.")
