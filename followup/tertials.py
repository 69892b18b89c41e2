"""The tertial report as heavy work: drawn as PDF or Word for the board, small numbers protected."""

from typing import Any

from followup.words import Audience
from followup.year.build import tertial_of
from followup.year.pdf import pdf
from followup.year.word import DOCX_TYPE, document
from measures.models import Plan
from stakeholders import clock
from stakeholders.jobs import Progress, Store, keep_file
from stakeholders.models import Job

FORMS = {"pdf": "application/pdf", "docx": DOCX_TYPE}


def draw(job: Job, progress: Progress) -> Store:
    """`arguments`: plan, year, tertial and form, "pdf" or "docx"."""
    wanted = job.arguments
    plan, now = Plan.objects.select_related("workspace").get(pk=wanted["plan"]), clock.now()
    report = tertial_of(plan, wanted["year"], wanted["tertial"], audience=Audience.MANAGEMENT, as_of=now)
    progress(1, 2)
    content = pdf(report) if wanted["form"] == "pdf" else document(report, created=now)
    progress(2, 2)

    def store() -> dict[str, Any]:
        name = f"tertialrapport-{report.year}-{report.tertial}.{wanted['form']}"
        return {"file": keep_file(job, name, FORMS[wanted["form"]], content)}

    return store
