"""A job's page: how far it has come, its file, stopping it; a fragment that asks again for as long as it goes on."""

import pytest
from django.urls import reverse

from stakeholders.actions.jobs import queue_job
from stakeholders.jobs import keep_file, run_jobs
from stakeholders.models import Job
from stakeholders.refusals import NotRight
from stakeholders.rules import JobState

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(workspace, coordinator, client):
    client.force_login(coordinator)
    return queue_job("export", workspace=workspace, by=coordinator, title="Året som Excel")


def page(client, job, **headers) -> str:
    return client.get(reverse("job_show", args=[job.pk]), headers=headers).content.decode()


def test_it_is_watched_while_it_goes_on(client, job):
    assert "Väntar på sin tur." in page(client, job)
    Job.objects.update(state=JobState.RUNNING, done=1640, total=5000)
    whole, fragment = page(client, job), page(client, job, **{"HX-Request": "true"})
    assert "<h1>Året som Excel</h1>" in whole
    assert "1\xa0640 av 5\xa0000 är klart." in whole
    assert fragment.strip().startswith(f'<div id="job-{job.pk}"')
    assert fragment.strip() in whole.replace(csrf(whole), csrf(fragment))
    assert "every 2s" in fragment


def csrf(html: str) -> str:
    return html.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def test_what_it_came_to_is_kept(client, job):
    run_jobs({"export": lambda job, progress: lambda: {"file": keep_file(job, "aret-2026.csv", "text/csv", "Å;1\r\n".encode())}})
    assert "Ladda ner aret-2026.csv" in page(client, job)
    assert "every 2s" not in page(client, job)
    file = client.get(reverse("job_file", args=[job.pk]))
    assert b"".join(file.streaming_content).decode() == "Å;1\r\n"
    assert file["Content-Disposition"] == 'attachment; filename="aret-2026.csv"'


def test_why_it_failed_is_said_in_words(client, job):
    def refused(job, progress):
        raise NotRight("Året är redan fryst.")

    run_jobs({"export": refused})
    assert "Året är redan fryst." in page(client, job)


def test_it_can_be_stopped(client, job):
    answer = client.post(reverse("job_cancel", args=[job.pk]), follow=True).content.decode()
    assert "Avbrutet. Ingenting är sparat." in answer
    assert client.post(reverse("job_cancel", args=[job.pk])).status_code == 409
