"""`manage.py load_measure_library`: the library of measures, harmless to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from measures.actions.library import load_library


class Command(BaseCommand):
    help = "Läser in åtgärdsbiblioteket. Går att köra hur många gånger som helst."

    def handle(self, *args: Any, **options: Any) -> None:
        new, changed = load_library()
        if options["verbosity"]:
            self.stdout.write(f"Åtgärdsbiblioteket: {new} nya, {changed} ändrade.")
