"""`manage.py import_plan FILE --workspace SLUG`: the same preview as on the page, as text; stores with --confirm."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from measures.actions.imports import cancel_import, confirm_import, receive_import, settle_import
from measures.imports.problems import Severity
from measures.imports.telling import counts, differences, told
from measures.imports.tree import NEW
from measures.spreadsheets import UnreadableError
from stakeholders.models import ImportRun, Workspace
from stakeholders.refusals import Refusal


class Command(BaseCommand):
    help = "Läser in en handlingsplan från Excel eller CSV. Visar först vad som händer; inget sparas förrän du säger ja."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="filen, .xlsx eller .csv")
        parser.add_argument("--workspace", required=True, help="samverkansrummets kortnamn")
        parser.add_argument("--confirm", action="store_true", help="läs in utan att fråga")
        parser.add_argument("--preview", action="store_true", help="visa bara, fråga inte")
        parser.add_argument("--update", action="store_true", help="ändra också det som redan finns och skiljer sig")
        parser.add_argument("--add-actors", action="store_true", help="lägg till aktörer som inte finns i registret")
        parser.add_argument("--title", default="", help="planens namn, om det inte står i filen")
        parser.add_argument("--years", default="", help="planens år, om de inte står i filen: 2025-2034")

    def handle(self, *args: Any, file: Path, workspace: str, **options: Any) -> None:
        room = Workspace.objects.filter(slug=workspace).first()
        if room is None:
            raise CommandError(f"Det finns inget samverkansrum med kortnamnet ”{workspace}”.")
        if not file.is_file():
            raise CommandError(f"Filen {file} finns inte.")
        try:
            run = self._settled(receive_import(file, file.name, workspace=room, by=None), options)
            self._show(run)
            if not self._is_agreed(options):
                cancel_import(run, by=None)
                self.stdout.write("Inget är sparat.")
                return
            run = confirm_import(run, by=None, seen=run.content["digest"], update=options["update"])
        except (UnreadableError, Refusal) as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(
            self.style.SUCCESS(f"Inläst. Inläsning nummer {run.pk} kan ångras på sidan Läs in så länge ingen har ändrat något.")
        )

    def _settled(self, run: ImportRun, options: dict[str, Any]) -> ImportRun:
        """What was given on the command line instead of in the file."""
        choices: dict[str, Any] = {}
        if options["title"]:
            choices["title"] = options["title"]
        if options["years"]:
            first, _, last = options["years"].partition("-")
            if not (first.isdecimal() and last.isdecimal()):
                raise CommandError("Skriv --years som 2025-2034.")
            choices |= {"first_year": int(first), "last_year": int(last)}
        if options["add_actors"]:
            choices["actors"] = {text: NEW for text, meant, alike, _places in run.content["unknown_actors"] if not meant and not alike}
        return settle_import(run, by=None, **choices) if choices else run

    def _show(self, run: ImportRun) -> None:
        plan = run.content["plan"]
        kind = "Finns redan" if plan["id"] else "Ny plan"
        if plan["has_measures"]:
            self.stdout.write(f"{kind}: {plan['title']} ({plan['first_year']}–{plan['last_year']})\n")
        self.stdout.write(f"{'':<22}{'nya':>8}{'ändras':>8}{'lika':>8}")
        for count in counts(run.content):
            self.stdout.write(f"{count.words:<22}{count.new:>8}{count.changed:>8}{count.same:>8}")
        for part in told(run.problems):
            self.stdout.write(f"\n{part.words} ({part.total})")
            for line in part.lines:
                where = ", ".join(word for word in (line.sheet, line.where, line.column and f"kolumn ”{line.column}”") if word)
                self.stdout.write(f"  {where}: {line.wrong}" if where else f"  {line.wrong}")
                if line.remedy and part.severity is not Severity.NOTE:
                    self.stdout.write(f"      {line.remedy}")
        if changes := differences(run.content):
            self.stdout.write("\nSkiljer sig från det som finns (ändras bara med --update)")
            for change in changes:
                self.stdout.write(
                    f"  {change.label}, {change.what}: {change.before} → {change.after}{' (lämnas)' if change.is_kept else ''}"
                )
        self.stdout.write("")

    def _is_agreed(self, options: dict[str, Any]) -> bool:
        if options["confirm"] or options["preview"]:
            return bool(options["confirm"])
        try:
            return input("Läsa in? [j/N] ").strip().casefold() in ("j", "ja")
        except EOFError:
            return False
