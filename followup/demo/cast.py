"""The people of the example, and how they sign in."""

from django.conf import settings

from stakeholders.models import Actor, Membership, User, Workspace
from stakeholders.rules import Role

PASSWORD = "exempel-norrbruk"  # noqa: S105 printed on purpose: it opens nothing but the example

COMPANY = "Norrbruksbyggen AB (Exempel)"
SCHOOL = "Bruksskolan (Exempel)"

PEOPLE = (
    ("samordnare@norrbruk.example", "Samordnaren (Exempel)", Role.COORDINATOR, COMPANY),
    ("granskare@norrbruk.example", "Granskaren (Exempel)", Role.REVIEWER, COMPANY),
    ("ledning@norrbruk.example", "Ledningen (Exempel)", Role.MANAGEMENT, COMPANY),
    ("revisor@norrbruk.example", "Lekmannarevisorn (Exempel)", Role.AUDITOR, COMPANY),
    ("admin@norrbruk.example", "Administratören (Exempel)", Role.ADMIN, COMPANY),
    ("rektor@norrbruk.example", "Rektorn (Exempel)", Role.REPORTER, SCHOOL),
)


def make_room() -> Workspace:
    """The workspace and the company that owns it."""
    workspace = Workspace.objects.create(
        name="Norrbruksbyggen AB (Exempel)",
        slug="norrbruk",
        is_example=True,
        contact_name="Samordnaren",
        contact_email="samordnare@norrbruk.example",
        contact_phone="010-000 00 00",
    )
    Actor.objects.create(workspace=workspace, kind="housing_company", name=COMPANY, org_number="9999999007")
    return workspace


def make_user(workspace: Workspace, role: str) -> User:
    """The example's person with that role."""
    email, name, _role, actor = next(person for person in PEOPLE if person[2] == role)
    user = User.objects.create_user(email, PASSWORD, name=name, title=Role(role).label)
    Membership.objects.create(user=user, actor=workspace.actors.get(name=actor), role=role)
    return user


def write_sign_in(links: list[tuple[str, str]]) -> str:
    """Put down how to sign in, and a partner's link or two, where `make run` reads it."""
    lines = ["Exempel: påhittade aktörer, personer och siffror.", "", f"Lösenord för alla: {PASSWORD}"]
    lines += [f"  {Role(role).label:<16} {email}" for email, _name, role, _actor in PEOPLE]
    lines += ["", "En aktörs länk (inget konto behövs):"]
    lines += [f"  {who}\n    {address}" for who, address in links]
    text = "\n".join(lines) + "\n"
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    (settings.VAR_DIR / "sign-in.txt").write_text(text, encoding="utf-8")
    return text
