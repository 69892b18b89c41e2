"""Heavy work: its progress is seen, it can be stopped, it fails in words, and a kill leaves nothing or everything."""

import pytest

from stakeholders import clock
from stakeholders.actions.jobs import cancel_job, queue_job
from stakeholders.jobs import LEASE, MOST_ATTEMPTS, run_jobs
from stakeholders.models import Event, Job
from stakeholders.refusals import NotRight, TooLate
from stakeholders.rules import JobState
from tests.factories import an_actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(workspace, coordinator):
    return queue_job("register", workspace=workspace, by=coordinator, names=["Kör", "Byalag"])


def register(job, progress):
    """Two actors in two steps."""
    for number, _name in enumerate(job.arguments["names"]):
        progress(number, 2)
    return lambda: {"actors": [an_actor(job.workspace, name).pk for name in job.arguments["names"]]}


def refused(job, progress):
    raise NotRight("Rad 412: ”31 juni 2026” finns inte.")


def broken(job, progress):
    raise RuntimeError("hemligt")


def state(job) -> str:
    job.refresh_from_db()
    return job.state


def test_it_is_done_and_its_result_kept(job, workspace):
    assert run_jobs({"register": register}) == 1
    assert (state(job), job.done, job.total) == (JobState.DONE, 1, 2)
    assert len(job.result["actors"]) == 2
    assert workspace.actors.filter(name__in=["Kör", "Byalag"]).count() == 2
    assert list(Event.objects.about(job).values_list("verb", flat=True)) == ["job.queued", "job.done"]


def test_it_is_done_once(job):
    run_jobs({"register": register})
    assert run_jobs({"register": register}) == 0


@pytest.mark.parametrize(("work", "words"), [(refused, "Rad 412: ”31 juni 2026” finns inte."), (broken, "Något gick fel hos oss.")])
def test_it_fails_in_words(job, work, words):
    run_jobs({"register": work})
    assert state(job) == JobState.FAILED
    assert job.failure.startswith(words)
    assert "hemligt" not in job.failure


def test_what_fails_while_it_is_stored_leaves_nothing(job, workspace):
    def half(job, progress):
        def store():
            an_actor(job.workspace, "Kör")
            raise RuntimeError

        return store

    run_jobs({"register": half})
    assert state(job) == JobState.FAILED
    assert not workspace.actors.filter(name="Kör").exists()


def test_it_can_be_stopped_before_and_while_it_is_done(job, workspace, coordinator):
    waiting = queue_job("register", workspace=workspace, by=coordinator, names=[])
    cancel_job(waiting, by=coordinator)
    assert waiting.state == JobState.CANCELLED

    def interrupted(job, progress):
        progress(0, 2)
        cancel_job(Job.objects.get(pk=job.pk), by=coordinator)
        progress(1, 2)

    run_jobs({"register": interrupted})
    assert state(job) == JobState.CANCELLED
    with pytest.raises(TooLate):
        cancel_job(job, by=coordinator)


def test_what_a_killed_worker_held_is_done_again_but_not_for_ever(job):
    for attempt in range(1, MOST_ATTEMPTS + 1):
        Job.objects.update(state=JobState.RUNNING, claimed_by="killed", lease_until=clock.now(), attempts=attempt)
        with clock.at(clock.now() + LEASE):
            run_jobs({}, limit=0)
        assert state(job) == (JobState.QUEUED if attempt < MOST_ATTEMPTS else JobState.FAILED)
    assert job.failure == "Arbetet avbröts flera gånger. Ingenting är sparat."


def test_a_worker_that_has_lost_its_lease_stores_nothing(job, workspace):
    def slow(job, progress):
        store = register(job, progress)
        Job.objects.filter(pk=job.pk).update(claimed_by="somebody else")
        return store

    run_jobs({"register": slow})
    assert state(job) == JobState.RUNNING
    assert not workspace.actors.filter(name="Kör").exists()
