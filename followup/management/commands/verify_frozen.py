"""`manage.py verify_frozen`: every frozen file has its SHA-256, and every frozen year is what the history says of it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from followup.freeze import verified


class Command(BaseCommand):
    help = "Räkna om fingeravtrycken för alla frysta årsuppföljningar och jämför dem med historiken."

    def handle(self, *args: Any, **options: Any) -> None:
        broken_files = broken_facts = 0
        for name, files, facts in verified():
            broken_files += len(files)
            broken_facts += len(facts)
            state = f"STÄMMER INTE: {', '.join(files + facts)}" if files or facts else "stämmer"
            self.stdout.write(f"{name}: {state}")
        if broken_files or broken_facts:
            raise CommandError(
                f"{broken_files} frysta filer stämmer inte med sina fingeravtryck, {broken_facts} uppgifter stämmer inte med historiken."
            )
        self.stdout.write("Alla frysta filer stämmer, och alla frysta år är som historiken säger.")
