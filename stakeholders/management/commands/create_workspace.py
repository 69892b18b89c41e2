"""`manage.py create_workspace`: the first real start, with a company and its coordinator."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email, validate_slug

from stakeholders.accounts import password_link
from stakeholders.actions.workspaces import create_workspace
from stakeholders.refusals import Refusal

QUESTIONS = {
    "name": "Vad ska samverkansrummet heta? ",
    "slug": "Kortnamn i adressen (a–z, siffror, bindestreck): ",
    "company": "Bostadsbolagets namn: ",
    "coordinator": "Samordnarens namn: ",
    "email": "Samordnarens e-postadress: ",
}


class Command(BaseCommand):
    help = "Lägger upp ett samverkansrum med sitt bostadsbolag och sin samordnare. Frågar efter det som inte anges."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name, question in QUESTIONS.items():
            parser.add_argument(f"--{name}", help=question.strip(" :?"))

    def handle(self, *args: Any, **options: Any) -> None:
        answers = {name: (options[name] or self._ask(name, question)).strip() for name, question in QUESTIONS.items()}
        _validate(answers)
        try:
            workspace, coordinator = create_workspace(
                answers["name"],
                answers["slug"],
                company_name=answers["company"],
                coordinator_name=answers["coordinator"],
                coordinator_email=answers["email"],
                by=None,
            )
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"{workspace.name} är upplagt. {coordinator.name} loggar in med {coordinator.email}.")
        if not coordinator.has_usable_password():
            self.stdout.write(f"Lösenord väljs här, inom tre dagar: {password_link(coordinator)}")

    def _ask(self, name: str, question: str) -> str:
        try:
            return input(question)
        except EOFError:
            raise CommandError(f"Ange --{name}, för det finns ingen att fråga.") from None


def _validate(answers: dict[str, str]) -> None:
    """Stop with a sentence at the first answer that cannot be right."""
    for name, answer in answers.items():
        if not answer:
            raise CommandError(f"--{name} får inte vara tomt.")
    checks: list[tuple[str, Any, str]] = [
        ("slug", validate_slug, "ett kortnamn av a–z, siffror och bindestreck"),
        ("email", validate_email, "en e-postadress"),
    ]
    for name, check, wanted in checks:
        try:
            check(answers[name])
        except ValidationError:
            raise CommandError(f"”{answers[name]}” är inte {wanted}.") from None
