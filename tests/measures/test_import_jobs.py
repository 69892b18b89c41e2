"""A large file is read and stored by a worker: one can watch, leave, stop, and come back to what it came to."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from followup.tasks import run_jobs
from measures.actions import import_jobs
from measures.models import Measure
from stakeholders.actions.jobs import cancel_job
from stakeholders.models import Event, ImportRun, Job
from stakeholders.rules import JobState, Role
from tests.factories import a_user
from tests.measures.large_plan import make_file

pytestmark = pytest.mark.django_db
MEASURES = 1010
"""More than the page stores itself, and a number that is written with a space in it."""


@pytest.fixture(scope="module")
def large_file(tmp_path_factory) -> bytes:
    """Larger than what the page reads itself."""
    path = tmp_path_factory.mktemp("large") / "plan.xlsx"
    make_file(path, MEASURES)
    content = path.read_bytes()
    assert len(content) < import_jobs.LARGE_FILE * 10
    return content


@pytest.fixture
def page(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture(autouse=True)
def what_is_large(monkeypatch):
    """A boundary that a quick test can cross."""
    monkeypatch.setattr(import_jobs, "LARGE_FILE", 50_000)


def upload(page, content: bytes, workspace, name: str = "plan.xlsx"):
    return page.post(reverse("import_upload"), {"file": SimpleUploadedFile(name, content), "workspace": workspace.pk})


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ").split())


def test_it_is_read_and_then_stored_by_the_worker(page, workspace, large_file):
    answer = upload(page, large_file, workspace)
    job = Job.objects.get()
    assert answer.url == reverse("job_show", args=[job.pk])
    shown = text_of(page.get(answer.url))
    assert "Läser ”plan.xlsx”" in shown
    assert "Väntar på sin tur. Du kan lämna sidan; arbetet görs ändå." in shown
    run = ImportRun.objects.get()
    assert page.get(reverse("import_show", args=[run.pk])).url == answer.url
    assert "läses" in text_of(page.get(reverse("import_upload")))

    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.DONE, {"address": reverse("import_show", args=[run.pk])})
    assert job.done >= MEASURES, "its rows were counted while it was read"
    assert f"{MEASURES - 3:,}".replace(",", " ") in text_of(page.get(job.result["address"]))
    assert not Measure.objects.exists()

    run.refresh_from_db()
    answer = page.post(reverse("import_confirm", args=[run.pk]), {"seen": run.content["digest"], "accepted": "on"})
    storing = Job.objects.latest("pk")
    assert answer.url == reverse("job_show", args=[storing.pk])
    assert not Measure.objects.exists()
    run_jobs()
    storing.refresh_from_db()
    assert storing.state == JobState.DONE, storing.failure
    assert Measure.objects.count() == MEASURES - 3
    assert "är inläst" in text_of(page.get(storing.result["address"]))


def test_progress_is_shown_while_it_goes_on(page, workspace, large_file):
    upload(page, large_file, workspace)
    Job.objects.update(state=JobState.RUNNING, done=4000)
    assert "4 000 hittills. Du kan lämna sidan; arbetet görs ändå." in text_of(page.get(reverse("job_show", args=[Job.objects.get().pk])))


def test_it_can_be_stopped_while_it_is_read_and_then_nothing_is_kept(page, workspace, large_file, coordinator, monkeypatch):
    upload(page, large_file, workspace)
    job = Job.objects.get()
    progress = import_jobs.Progress.__call__

    def stopped_on_the_way(self, done, total):
        if done >= 1000:
            Job.objects.filter(pk=job.pk, cancel_asked_at=None).exists() and cancel_job(Job.objects.get(pk=job.pk), by=coordinator)
        progress(self, done, total)

    monkeypatch.setattr(import_jobs.Progress, "__call__", stopped_on_the_way)
    run_jobs()
    shown = text_of(page.get(reverse("job_show", args=[job.pk])))
    assert "Avbrutet. Ingenting är sparat." in shown
    assert "Tillbaka" in shown
    run = ImportRun.objects.get()
    assert (bytes(run.packed), run.cancelled_at is not None) == (b"", True)
    assert Event.objects.about(run).filter(verb="import.cancelled").exists()


def test_a_stop_at_the_last_moment_stores_nothing(page, workspace, large_file, coordinator, monkeypatch):
    upload(page, large_file, workspace)
    run_jobs()
    run = ImportRun.objects.get()
    page.post(reverse("import_confirm", args=[run.pk]), {"seen": run.content["digest"]})
    job = Job.objects.latest("pk")
    confirm_import = import_jobs.confirm_import

    def stopped_after(run, **chosen):
        stored = confirm_import(run, **chosen)
        cancel_job(job, by=coordinator)
        return stored

    monkeypatch.setattr(import_jobs, "confirm_import", stopped_after)
    run_jobs()
    assert Measure.objects.count() == 0
    run.refresh_from_db()
    assert run.confirmed_at is None


def test_a_file_that_cannot_be_read_is_told_of_in_words_and_thrown_away(page, workspace):
    upload(page, b"%PDF-1.7" + b"x" * 60_000, workspace)
    run_jobs()
    job, run = Job.objects.get(), ImportRun.objects.get()
    assert job.state == JobState.FAILED
    assert "Filen är inget kalkylblad." in text_of(page.get(reverse("job_show", args=[job.pk])))
    assert bytes(run.packed) == b""


def test_what_changed_since_the_preview_is_said_and_leads_back(page, workspace, large_file):
    upload(page, large_file, workspace)
    run_jobs()
    run = ImportRun.objects.get()
    page.post(reverse("import_confirm", args=[run.pk]), {"seen": "något annat"})
    run_jobs()
    answer = page.get(reverse("job_show", args=[Job.objects.latest("pk").pk]))
    assert "Något har ändrats sedan du såg förhandsgranskningen." in text_of(answer)
    assert f'href="{reverse("import_show", args=[run.pk])}"' in answer.content.decode()


def test_a_colleague_is_told_that_it_is_being_read(client, page, workspace, company, large_file):
    upload(page, large_file, workspace)
    client.force_login(a_user(company, Role.COORDINATOR))
    run = ImportRun.objects.get()
    for method, verb in ((client.get, "show"), (client.post, "confirm"), (client.get, "left_out")):
        answer = method(reverse(f"import_{verb}", args=[run.pk]))
        assert answer.status_code == 409
        assert "läses fortfarande" in text_of(answer)


def test_a_small_file_does_not_wait(page, workspace):
    answer = upload(page, "Handlingsplan 2025–2034\nNr;Åtgärd;Fokusområde\n1.1;Boskola;Boende\n".encode(), workspace, "plan.csv")
    assert answer.url == reverse("import_show", args=[ImportRun.objects.get().pk])
    assert not Job.objects.exists()
