"""A photo or a document beside an answer."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from followup.models import Obligation
from stakeholders.actions.attachments import attach_file, path_of
from stakeholders.models import Attachment, Event
from stakeholders.refusals import NotRight
from tests.factories import a_contact, a_measure, a_report, an_actor, an_assignment, an_obligation
from tests.followup.partner import Partner, link_to
from tests.stakeholders.test_files import PDF, a_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(obligation):
    return Partner().open(link_to(obligation)).press("Börja")


def add(partner, obligation, content=None, name="bild.jpg", status=200):
    partner.open(f"/answer/{obligation.pk}/file/")
    return partner.press("Lägg till", status, file=SimpleUploadedFile(name, a_photo() if content is None else content))


def test_a_photo_is_added_from_the_question_and_stands_on_the_check_page(partner, obligation):
    partner.open(f"/answer/{obligation.pk}/happened/").press("Lägg till bild eller fil", happened="Det bästa var festen.")
    assert "Bild eller fil" in partner.text
    add(partner, obligation, name="festen.jpg").follow("Klar")

    assert "Det bästa var festen." in partner.text, "what was typed is still there"
    partner.open(f"/answer/{obligation.pk}/check/")
    assert "festen.jpg" in partner.text


def test_it_comes_back_as_a_download_and_never_as_a_page(partner, obligation):
    add(partner, obligation, content=PDF, name='års"mötet.pdf').follow("års mötet.pdf")

    answer = partner.response
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content) == PDF


def test_what_is_refused_is_told_in_words_and_nothing_is_stored(partner, obligation):
    add(partner, obligation, content=b"<svg><script>alert(1)</script></svg>", name="bild.svg", status=422)

    assert "Den sortens fil kan vi inte ta emot." in partner.text
    assert not Attachment.objects.exists()


def test_forgetting_to_choose_is_told(partner, obligation):
    partner.open(f"/answer/{obligation.pk}/file/").press("Lägg till", 422)

    assert "Välj en fil först." in partner.text


def test_no_more_than_ten(partner, obligation):
    for number in range(10):
        add(partner, obligation, name=f"{number}.jpg")
    add(partner, obligation, status=409)

    assert "Det finns redan 10 filer." in partner.text


def test_it_can_be_taken_away_until_it_is_sent_in(partner, obligation, django_capture_on_commit_callbacks):
    add(partner, obligation)
    attachment = Attachment.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        partner.press("Ta bort")
    assert not default_storage.exists(path_of(attachment))
    assert "bild.jpg" not in partner.text

    add(partner, obligation)
    a_report(obligation, figures=[14])
    partner.open(f"/answer/{obligation.pk}/file/")
    assert "Ta bort" not in partner.text
    kept = Attachment.objects.get(removed_at=None)
    assert partner.client.post(f"/answer/{obligation.pk}/file/{kept.pk}/remove/").status_code == 409


def test_it_leaves_events_without_names(partner, obligation):
    add(partner, obligation, name="Lena på festen.jpg").press("Ta bort")

    told = Event.objects.filter(verb__startswith="file.")
    assert [event.verb for event in told] == ["file.attached", "file.removed"]
    assert "Lena" not in str(list(told.values()))


def test_another_actors_file_does_not_exist(partner, obligation, plan, period, workspace):
    other = an_actor(workspace)
    contact = a_contact(other)
    theirs = an_obligation(an_assignment(a_measure(plan), other), period)
    attachment = attach_file(theirs, io.BytesIO(PDF), by=contact, workspace=workspace, name="x.pdf", size=len(PDF))
    add(partner, obligation)

    for address in (f"/answer/{obligation.pk}/file/{attachment.pk}/", f"/answer/{theirs.pk}/file/{attachment.pk}/"):
        assert partner.client.get(address).status_code == 404
        assert partner.client.post(f"{address}remove/").status_code == 404
    assert Attachment.objects.filter(removed_at=None).count() == 2


def test_who_reviews_opens_it_by_its_own_address(client, partner, obligation, reviewer, outsider, reporter):
    add(partner, obligation, content=PDF, name="x.pdf")
    address = f"/files/{Attachment.objects.get().pk}/"
    assert client.get(address).status_code == 302
    for user, status in ((reviewer, 200), (reporter, 200), (outsider, 404)):
        client.force_login(user)
        assert client.get(address).status_code == status


def test_a_full_disk_leaves_neither_row_nor_half_a_file(obligation, club, workspace, monkeypatch):
    def full(name, content, **_how):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    with pytest.raises(NotRight, match="kunde inte sparas just nu"):
        attach_file(obligation, io.BytesIO(PDF), by=club.contacts.get(), workspace=workspace, name="x.pdf", size=len(PDF))

    assert not Attachment.objects.exists()
    assert not Event.objects.filter(verb="file.attached").exists()
    assert Obligation.objects.exists()
