"""`manage.py load_demo`: the example, once; running it again changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from followup.demo.loading import load_demo
from stakeholders.models import Workspace


class Command(BaseCommand):
    help = "Läs in exemplet Norrbruk (påhittade aktörer, personer och siffror)."

    def handle(self, *args: Any, **options: Any) -> None:
        if Workspace.objects.filter(slug="norrbruk").exists():
            self.stdout.write("Exemplet finns redan.")
            table = settings.VAR_DIR / "sign-in.txt"
            self.stdout.write(table.read_text(encoding="utf-8") if table.is_file() else "")
            return
        self.stdout.write(load_demo())
