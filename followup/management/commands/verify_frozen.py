"""`manage.py verify_frozen`: recompute the SHA-256 of every frozen file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from followup.freeze import broken_files
from followup.models import AnnualFollowUp


class Command(BaseCommand):
    help = "Räkna om fingeravtrycken för alla frysta årsuppföljningar."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for annual in AnnualFollowUp.objects.select_related("plan__workspace").order_by("id"):
            wrong = broken_files(annual)
            broken += len(wrong)
            state = f"STÄMMER INTE: {', '.join(wrong)}" if wrong else "stämmer"
            self.stdout.write(f"{annual.plan.workspace.name}, {annual.plan}, {annual.year} version {annual.version}: {state}")
        if broken:
            raise CommandError(f"{broken} frysta filer stämmer inte med sina fingeravtryck.")
        self.stdout.write("Alla frysta filer stämmer.")
