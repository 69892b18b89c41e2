"""An assignment's page: the answers over time, and the journal with what each may read."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from followup.actions.journal import write_note
from followup.models import JournalNote
from followup.words import Visibility
from stakeholders import clock
from stakeholders.models import Attachment, Event
from stakeholders.rules import Role
from tests.factories import a_period, a_report, a_user, an_actor, an_assignment, an_obligation

pytestmark = pytest.mark.django_db


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def seen_by(user, assignment):
    return set(JournalNote.objects.visible_to(user).standing().filter(assignment=assignment).values_list("text", flat=True))


def test_each_reads_what_is_meant_for_them(assignment, measure, workspace, reporter, coordinator, reviewer, manager, auditor, outsider):
    day = clock.today()
    for writer in (reporter, coordinator):
        for visibility in Visibility:
            write_note(assignment, by=writer, day=day, text=f"{writer.name}: {visibility}", visibility=visibility)
    other = a_user(an_actor(workspace), Role.REPORTER)
    club, company = reporter.name, coordinator.name

    assert seen_by(reporter, assignment) == {
        f"{club}: own",
        f"{club}: shared",
        f"{club}: management",
        f"{company}: shared",
        f"{company}: management",
    }
    ours = {f"{company}: own", f"{company}: shared", f"{company}: management", f"{club}: shared", f"{club}: management"}
    assert seen_by(coordinator, assignment) == seen_by(reviewer, assignment) == ours
    assert seen_by(auditor, assignment) == seen_by(manager, assignment)
    assert f"{club}: own" not in seen_by(manager, assignment)
    assert f"{club}: shared" not in seen_by(manager, assignment)
    assert f"{club}: management" in seen_by(manager, assignment)
    assert seen_by(outsider, assignment) == seen_by(other, assignment) == set()


def test_a_note_is_written_with_a_file_that_follows_its_readers(assignment, reporter, reviewer, manager):
    upload = SimpleUploadedFile("närvarolista.pdf", b"%PDF-1.7 ...", "application/pdf")
    form = {"day": clock.today(), "text": "Ny grupp startade.", "visibility": "shared", "file": upload}
    assert signed_in(reporter).post(f"/assignments/{assignment.pk}/notes/", form).status_code == 302
    note, file = JournalNote.objects.get(), Attachment.objects.get()

    text = signed_in(reviewer).get(f"/assignments/{assignment.pk}/").content.decode()
    assert "Ny grupp startade." in text
    assert file.original_name in text
    answer = signed_in(reviewer).get(f"/notes/{note.pk}/files/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert signed_in(manager).get(f"/notes/{note.pk}/files/{file.pk}/").status_code == 404


def test_a_file_that_is_refused_keeps_neither_file_nor_note_but_the_words(assignment, reporter):
    upload = SimpleUploadedFile("skript.html", b"<script>alert(1)</script>", "text/html")
    form = {"day": clock.today(), "text": "Ny grupp startade.", "visibility": "shared", "file": upload}
    answer = signed_in(reporter).post(f"/assignments/{assignment.pk}/notes/", form)

    assert answer.status_code == 422
    assert "Ny grupp startade." in answer.content.decode()
    assert not JournalNote.objects.exists()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"day": "31 juni"}, {"visibility": "everybody"}, {"text": "Elev 640823-3234 var med."}, {"day": "2099-01-01"}]
)
def test_what_is_not_right_is_said_and_nothing_is_stored(assignment, reporter, wrong):
    form = {"day": clock.today(), "text": "Ny grupp startade.", "visibility": "shared", **wrong}

    assert signed_in(reporter).post(f"/assignments/{assignment.pk}/notes/", form).status_code == 422
    assert not JournalNote.objects.exists()


def test_a_note_is_taken_away_by_whoever_wrote_it_with_its_file(assignment, reporter, coordinator):
    note = write_note(assignment, by=reporter, day=clock.today(), text="Fel.", visibility="shared", file=_pdf())
    assert signed_in(coordinator).post(f"/notes/{note.pk}/remove/").status_code == 403
    signed_in(reporter).post(f"/notes/{note.pk}/remove/")

    assert seen_by(coordinator, assignment) == set()
    assert Attachment.objects.get().removed_at
    assert Event.objects.filter(verb="note.removed").count() == 1
    assert signed_in(reporter).post(f"/notes/{note.pk}/remove/").status_code == 404


def test_what_was_written_is_never_changed(assignment, reporter):
    write_note(assignment, by=reporter, day=clock.today(), text="Sant.", visibility="shared")
    with pytest.raises(DatabaseError), transaction.atomic():
        JournalNote.objects.update(text="Annat.")


def test_the_page_shows_the_answers_over_time_and_what_happened(assignment, plan, obligation, reviewer, coordinator):
    a_report(an_obligation(assignment, a_period(plan, 2026, 1)), figures=[41], what_happened="Gick bra.", approved_by=reviewer)
    a_report(obligation, figures=[50])
    text = signed_in(coordinator).get(f"/assignments/{assignment.pk}/").content.decode()

    assert text.index("Tertial 2, 2026") < text.index("Tertial 1, 2026")
    assert "Gick bra." in text
    assert "41" in text
    assert "Rapporten godkändes" in text


@pytest.mark.parametrize("rounds", [1, 9])
def test_the_page_costs_the_same_however_many_rounds(assignment, plan, coordinator, reviewer, django_assert_max_num_queries, rounds):
    for number in range(rounds):
        obligation = an_obligation(assignment, a_period(plan, 2026 + number // 3, number % 3 + 1))
        a_report(obligation, figures=[10], approved_by=reviewer)
    client = signed_in(coordinator)
    client.get("/rounds/")
    with django_assert_max_num_queries(16):
        assert client.get(f"/assignments/{assignment.pk}/").status_code == 200


def test_the_neighbours_journal_is_not_written_in(assignment, outsider, measure, club):
    form = {"day": clock.today() - timedelta(days=1), "text": "Hej.", "visibility": "shared"}
    assert signed_in(outsider).post(f"/assignments/{assignment.pk}/notes/", form).status_code == 404
    assert an_assignment(measure, club, role="contributing").pk


def _pdf():
    upload = SimpleUploadedFile("underlag.pdf", BytesIO(b"%PDF-1.7").getvalue(), "application/pdf")
    upload.seek(0)
    return upload
