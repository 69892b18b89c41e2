"""What runs later: shells around the work. `manage.py work` calls them as functions; with a broker, Celery calls them when the bell rings.

All of them look in the database for what there is to do, so it is harmless to call one too often, twice at once, or with nothing to do.
"""

from collections.abc import Callable

from celery import shared_task
from django.core.management import call_command

from followup import exporting, freezing, letters, reminders, rounds, tertials
from measures.actions import import_jobs
from stakeholders import jobs, mail, sealing

JOBS: jobs.Kinds = {
    "freeze_year": freezing.freeze,
    "year_workbook": exporting.draw_workbook,
    "tertial_report": tertials.draw,
    "read_import": import_jobs.read,
    "confirm_import": import_jobs.confirm,
}
"""The kinds of heavy work: {name: function(job, progress) → store}."""


@shared_task(ignore_result=True)
def send_mail(is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Hand over the mail that is due. Gives how many rows were dealt with."""
    return mail.sweep(compose=letters.compose, is_stopping=is_stopping).total()


@shared_task(ignore_result=True)
def plan_reminders() -> int:
    """Plan this morning's letters. Gives how many are new."""
    return reminders.plan()


@shared_task(ignore_result=True)
def make_rounds() -> int:
    """Make the rounds of this year and the next, once a day. Gives how many answers are newly asked for."""
    return rounds.keep_ahead()


@shared_task(ignore_result=True)
def seal_events() -> int:
    """Chain the events that have been committed. Gives how many."""
    return sealing.seal()


@shared_task(ignore_result=True)
def run_jobs() -> int:
    """Do the heavy work that waits. Gives how many jobs were taken."""
    return jobs.run_jobs(JOBS)


@shared_task(ignore_result=True)
def forget_sessions() -> None:
    """Throw away the sessions that have run out, and with them what somebody had typed and never sent."""
    call_command("clearsessions")
