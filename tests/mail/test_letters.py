"""What the letters say: one link, complete plain text, nothing that people have typed can do more than be read."""

import re
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from followup.actions.links import find_link, issue_link
from followup.actions.reports import return_report
from followup.actions.reviews import request_correction
from followup.actions.rounds import make_obligations
from followup.letters import WRITERS, compose, preview_proposal, preview_request
from followup.links import find_proposals_of
from followup.models import AccessLink, AnnualFollowUp, Draft
from measures.models import Assignment
from stakeholders import clock
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.mail import contact_of, opt_out_url
from stakeholders.messages import Button, Letter, as_bytes, is_usable_address, paragraph
from stakeholders.models import Dispatch, Workspace
from stakeholders.rules import DispatchKind
from tests.factories import a_contact, a_measure, a_period, a_report, an_actor, an_assignment, an_obligation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_january():
    with clock.at(datetime(2027, 1, 8, 8, 30, tzinfo=ZoneInfo("Europe/Stockholm"))):
        yield


@pytest.fixture
def workspace(workspace) -> Workspace:
    workspace.contact_name, workspace.contact_email = "Kim Samordnare", "kim@norrbruk.example"
    workspace.contact_phone = "010-000 00 00"
    workspace.save()
    return workspace


@pytest.fixture
def period(plan):
    return a_period(plan, 2026, 3, opens_on=date(2026, 12, 17), due_on=date(2027, 1, 22), closes_on=date(2027, 2, 12))


@pytest.fixture
def contact(club):
    contact = club.contacts.get()
    contact.name = "Robin Exempel"
    contact.save()
    return contact


def row(workspace, to, *about, kind=DispatchKind.REQUEST) -> Dispatch:
    return plan_dispatch(kind, workspace=workspace, to=to, about=list(about))


def links(letter: Letter) -> set[str]:
    """Every address in both bodies."""
    return set(re.findall(r"https?://[^\s\"<]+", letter.text + letter.html))


def test_the_first_letter(workspace, contact, obligation):
    letter = compose(row(workspace, contact, (obligation, "t-14")))

    assert letter.subject == "Hur gick det med ”Läxhjälp” september–december 2026? (2 minuter)"
    assert letter.text.startswith("Hej Robin!\n\nNorrbruks IF (Exempel) och vi gör ”Läxhjälp” tillsammans.")
    for words in (
        "Svara på 4 korta frågor:\n",
        "Du behöver inget konto och inget lösenord.",
        "Svara senast fredag 22 januari.",
        "Har inget nytt hänt? Välj ”Inget nytt”, så är du klar.",
        "I mars får du läsa samma sammanställning som vår ledning.",
        "Vet någon annan bättre? Skicka brevet vidare. Länken visar bara era egna åtgärder.",
        "Kim Samordnare\nNorrbrukbyggen AB (Exempel)\n010-000 00 00",
    ):
        assert words in letter.text
        assert words.split("\n")[0].rstrip(":") in re.sub(r"<[^>]+>", "", letter.html)


def test_it_is_written_in_the_partners_own_language(workspace, contact, obligation):
    contact.language = "en"
    contact.save()
    dispatch = Dispatch.objects.get(pk=row(workspace, contact, (obligation, "t-14")).pk)
    letter = compose(dispatch)
    assert letter.text.startswith("Hello Robin!")
    assert "”Läxhjälp”" in letter.text, "what people have written stays as they wrote it"
    message = message_from_bytes(as_bytes(letter, dispatch, contact), policy=default)
    assert message["Content-Language"] == "en"
    assert '<html lang="en"' in message.get_body(("html",)).get_content()


def test_one_link_that_opens_the_round(workspace, contact, obligation):
    letter = compose(row(workspace, contact, (obligation, "t-14")))
    (url,) = links(letter)
    assert url.startswith(f"{settings.BASE_URL}/l/")
    link = find_link(url.split("/")[-2])
    assert (link.contact, link.period) == (contact, obligation.period)
    assert letter == compose(Dispatch.objects.get())


def test_several_measures_are_listed(workspace, contact, obligation, plan, club):
    others = [an_obligation(an_assignment(a_measure(plan), club), obligation.period) for _ in range(2)]
    letter = compose(row(workspace, contact, *((one, "t-14") for one in [obligation, *others])))
    assert letter.subject == "Hur gick det med 3 åtgärder september–december 2026? (6 minuter)"
    assert "– Läxhjälp\n" in letter.text
    assert len(links(letter)) == 1


@pytest.mark.parametrize(
    ("day", "subject", "words"),
    [
        (date(2027, 1, 19), "3 dagar kvar: ”Läxhjälp”", "Svara senast fredag 22 januari."),
        (date(2027, 1, 21), "1 dag kvar: ”Läxhjälp”", "Svara senast fredag 22 januari."),
        (date(2027, 1, 22), "Sista dagen i dag: ”Läxhjälp”", "I dag, fredag 22 januari, är sista dagen."),
        (
            date(2027, 1, 25),
            "Vi saknar ert svar – går det bättre på telefon?",
            "Det går att svara till 12 februari. Därefter står det ”inte rapporterad”. Ring mig på 010-000 00 00 om det är enklare.",
        ),
    ],
)
def test_reminders_say_where_we_are(workspace, contact, obligation, day, subject, words):
    with clock.at(datetime(day.year, day.month, day.day, 9, tzinfo=ZoneInfo("Europe/Stockholm"))):
        letter = compose(row(workspace, contact, (obligation, "x"), kind=DispatchKind.REMINDER))
    assert letter.subject == subject
    assert words in letter.text
    assert "Har du redan svarat har våra mejl korsats." in letter.text
    assert "Det du har skrivit är sparat." not in letter.text


def test_what_has_been_begun_is_said_to_be_saved(workspace, contact, obligation):
    Draft.objects.create(obligation=obligation, begun_at=clock.now(), saved_at=clock.now())
    letter = compose(row(workspace, contact, (obligation, "x"), kind=DispatchKind.REMINDER))
    assert "Det du har skrivit är sparat." in letter.text


def test_somebody_elses_question_is_not_asked(workspace, contact, obligation, assignment, club):
    dispatch = row(workspace, contact, (obligation, "t-14"))
    assignment.contact = a_contact(club)
    assignment.save()
    assert compose(dispatch) is None


def test_the_coordinators_own_greeting_is_text_and_nothing_else(workspace, contact, obligation):
    workspace.greeting = "Tack för i höstas!\r\n\r\n{{ settings.SECRET_KEY }} {name} %(what)s <script>alert(1)</script>"
    workspace.save()
    letter = compose(row(workspace, contact, (obligation, "t-14")))
    assert "Tack för i höstas!\n\n{{ settings.SECRET_KEY }} {name} %(what)s <script>alert(1)</script>" in letter.text
    assert "<script>" not in letter.html
    assert "{{ settings.SECRET_KEY }} {name} %(what)s &lt;script&gt;" in letter.html


def test_no_header_can_be_added(workspace, contact, obligation, measure, club):
    evil = "Läxhjälp\r\nBcc: offer@example.com\n\n<b>x</b>\u2028Y"
    measure.title, contact.name, workspace.contact_name = evil, evil, evil
    measure.save()
    contact.save()
    workspace.save()
    dispatch = Dispatch.objects.get(pk=row(workspace, contact, (obligation, "t-14")).pk)
    raw = as_bytes(compose(dispatch), dispatch, contact, opt_out_url(contact))
    message = message_from_bytes(raw, policy=default)
    assert message["Bcc"] is None
    assert [name for name in message if name.lower() in {"from", "to", "subject"}] == ["From", "To", "Subject"]
    assert message["To"].addresses[0].addr_spec == contact.email
    assert "<b>" not in message.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    ("address", "is_so"),
    [
        ("kontakt@norrbruk.example", True),
        ("kontakt@åby.example", True),
        ("o'neil+x@norrbruk.example", True),
        ("a@b\r\nRCPT TO:<c@d>", False),
        ("a b@c.example", False),
        ("<a@b.example>", False),
        ("å@norrbruk.example", False),
        ("a@b@c", False),
        ("", False),
    ],
)
def test_addresses_that_can_stand_in_an_envelope(address, is_so):
    assert is_usable_address(address) is is_so


def test_headers(workspace, contact, obligation):
    dispatch = Dispatch.objects.get(pk=row(workspace, contact, (obligation, "t-14")).pk)
    raw = as_bytes(compose(dispatch), dispatch, contact, opt_out_url(contact))
    message = message_from_bytes(raw, policy=default)
    assert message["From"] == '"Kim Samordnare, Norrbrukbyggen AB (Exempel)" <samspel@example.se>'
    assert message["Reply-To"] == "Kim Samordnare <kim@norrbruk.example>"
    assert message["Message-ID"] == f"<{dispatch.message_id}@example.se>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = message["List-Unsubscribe"].split("/")[-2]
    assert contact_of(token) == contact
    assert contact_of(token[:-1]) is None
    assert message.get_content_type() == "multipart/alternative"
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert "åtgärder" in message.get_body(("plain",)).get_content()
    assert "<table" not in message.get_body(("html",)).get_content()
    assert raw == as_bytes(compose(dispatch), dispatch, contact, opt_out_url(contact))


def test_the_receipt_has_its_number(workspace, contact, obligation):
    report = a_report(obligation, figures=[3])
    letter = compose(Dispatch.objects.get(kind=DispatchKind.RECEIPT))
    assert letter.subject == "Tack! Rapporten är inskickad."
    assert f"– Läxhjälp – kvitto {report.receipt_number}, fredag 8 januari kl. 08.30" in letter.text
    assert len(links(letter)) == 1


def test_answers_sent_in_together_have_one_receipt(workspace, contact, obligation, plan, club):
    a_report(obligation, figures=[3])
    a_report(an_obligation(an_assignment(a_measure(plan), club), obligation.period))
    letter = compose(Dispatch.objects.get(kind=DispatchKind.RECEIPT))
    assert letter.subject == "Tack! 2 rapporter är inskickade."


def test_a_returned_answer_quotes_the_reviewer_until_it_is_answered(workspace, contact, obligation, reviewer):
    return_report(a_report(obligation, figures=[118]), by=reviewer, reason="Är det elever\neller besök?", new_due_on=date(2027, 2, 1))
    dispatch = Dispatch.objects.get(kind=DispatchKind.RETURNED)
    letter = compose(dispatch)
    assert letter.subject == "Kan ni komplettera svaret om ”Läxhjälp”?"
    assert "> Är det elever\n> eller besök?" in letter.text
    assert "Svara senast måndag 1 februari." in letter.text

    a_report(obligation, figures=[61])
    assert compose(dispatch) is None


def test_a_wish_for_correction(workspace, contact, obligation, reviewer):
    report = a_report(obligation, figures=[3], approved_by=reviewer)
    request_correction(report, by=reviewer, reason="Samma grupp två gånger?")
    letter = compose(Dispatch.objects.get(kind=DispatchKind.RETURNED))
    assert letter.subject == "Kan ni rätta svaret om ”Läxhjälp”?"
    assert "> Samma grupp två gånger?" in letter.text


def test_a_new_link_goes_to_its_owner_only(workspace, contact, club, period):
    link, token = issue_link(contact, club, period, by=None)
    letter = compose(row(workspace, contact, (link, "new"), kind=DispatchKind.NEW_LINK))
    assert links(letter) == {f"{settings.BASE_URL}/l/{token}/"}
    assert compose(row(workspace, a_contact(club), (link, "other"), kind=DispatchKind.NEW_LINK)) is None


def test_a_proposal_until_it_is_answered(workspace, contact, measure, plan, club):
    first = an_assignment(measure, club, accepted_at=None, commitment="Två ledare, en kväll i veckan.")
    dispatch = row(workspace, contact, (first, "proposal"), kind=DispatchKind.PROPOSAL)
    letter = compose(dispatch)
    assert letter.subject == "Vill ni vara med i ”Läxhjälp”?"
    assert "> Två ledare, en kväll i veckan." in letter.text
    (url,) = links(letter)
    assert find_proposals_of(url.split("/")[-2]) == contact
    assert find_proposals_of("x" + url.split("/")[-2]) is None

    Assignment.objects.update(accepted_at=clock.now())
    assert compose(dispatch) is None


def test_what_came_of_it_quotes_their_own_words(workspace, contact, obligation, reviewer, plan):
    a_report(obligation, figures=[3], approved_by=reviewer, what_happened="Vi hade fullt hus varje tisdag.")
    annual = AnnualFollowUp.objects.create(plan=plan, year=2026, version=1, rules_version="1", frozen_by=reviewer)
    dispatch = row(workspace, contact, (contact, "feedback"), kind=DispatchKind.FEEDBACK)
    dispatch.payload = {"annual": annual.pk, "quote": "Vi hade fullt hus varje tisdag."}
    letter = compose(dispatch)
    assert letter.subject == "Så blev det: er insats i årsuppföljningen 2026"
    assert "> Vi hade fullt hus varje tisdag." in letter.text
    assert AccessLink.objects.get().expires_at > clock.now()


def test_the_coordinators_morning(workspace, contact, obligation, coordinator, plan, measure):
    for number in range(3):
        an_assignment(measure, a_contact_with_phone(workspace, number).actor)
    make_obligations([obligation.period], by=None)
    a_report(obligation, figures=[3])
    an_assignment(measure, nobody_there(workspace))
    make_obligations([obligation.period], by=None)
    letter = compose(row(workspace, coordinator, (workspace, "d"), kind=DispatchKind.COORDINATOR_DIGEST))
    assert letter.subject == "1 av 5 har svarat. 4 saknas, 1 adress fungerar inte."
    assert "Granngården 1: Läxhjälp, 070-000 00 01" in letter.text
    assert links(letter) == {f"{settings.BASE_URL}/"}


def a_contact_with_phone(workspace, number):
    return a_contact(an_actor(workspace, f"Granngården {number}"), phone=f"070-000 00 0{number}")


def nobody_there(workspace):
    contact = a_contact(an_actor(workspace, "Tomma huset"), bounced_at=clock.now())
    return contact.actor


def test_no_morning_letter_when_there_is_nothing_to_do(workspace, coordinator, reviewer):
    assert compose(row(workspace, coordinator, (workspace, "d"), kind=DispatchKind.COORDINATOR_DIGEST)) is None
    assert compose(row(workspace, reviewer, (workspace, "r"), kind=DispatchKind.REVIEW_DIGEST)) is None


def test_the_reviewers_morning(workspace, obligation, reviewer):
    a_report(obligation, figures=[3])
    letter = compose(row(workspace, reviewer, (workspace, "r"), kind=DispatchKind.REVIEW_DIGEST))
    assert letter.subject == "1 rapport att granska"
    assert "– Läxhjälp" in letter.text


def test_the_year_is_ready(workspace, manager, plan, reviewer):
    annual = AnnualFollowUp.objects.create(plan=plan, year=2026, version=1, rules_version="1", frozen_by=reviewer)
    letter = compose(row(workspace, manager, (annual, "ready"), kind=DispatchKind.YEAR_READY))
    assert letter.subject == "Årsuppföljningen 2026 är klar"
    assert links(letter) == {f"{settings.BASE_URL}/frozen/{annual.pk}/"}, "to what was frozen, not to the page that goes on changing"


def test_previews_store_nothing_and_lead_nowhere(workspace, contact, assignment, obligation):
    first, second = preview_request(assignment, obligation.period), preview_proposal(assignment)
    assert first.subject.startswith("Hur gick det med ”Läxhjälp”")
    assert second.subject == "Vill ni vara med i ”Läxhjälp”?"
    assert links(first) == {f"{settings.BASE_URL}/l/…"}
    assert not AccessLink.objects.exists()
    assert [block.label for block in first.blocks if isinstance(block, Button)] == ["Svara på 4 korta frågor"]


def test_a_link_is_never_built_from_what_the_browser_says(workspace, contact, obligation, settings):
    settings.BASE_URL = "https://samspel.norrbruk.example"
    letter = compose(row(workspace, contact, (obligation, "t-14")))
    assert all(url.startswith("https://samspel.norrbruk.example/l/") for url in links(letter))


def test_every_kind_has_a_writer():
    assert set(WRITERS) == set(DispatchKind)


def test_a_value_that_looks_like_a_placeholder_stays_what_it_is():
    assert paragraph("Hej {name}!", name="{other}").text == "Hej {other}!"
