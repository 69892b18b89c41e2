"""Many at the same moment, against a real server with threads and a real database: one report, one receipt, and no more guesses than allowed."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest
from django.core import signing

from followup.links import issue_link
from followup.models import Draft, Obligation, Report
from followup.views.doors import COOKIE, Visit
from stakeholders import clock
from stakeholders.guesses import LIMIT
from stakeholders.models import Dispatch, Event
from tests.browser.site import Site, Template
from tests.factories import a_contact, a_measure, a_period, a_plan, a_workspace, an_actor, an_assignment, an_indicator, an_obligation
from tests.followup.partner import Forms

MANY = 20


def fill() -> SimpleNamespace:
    """Two answers that have been written and only wait to be sent in."""
    workspace = a_workspace("norrbruk")
    plan = a_plan(workspace)
    club = an_actor(workspace, "Norrbruks IF (Exempel)")
    contact, period = a_contact(club), a_period(plan, 2026, 2)
    asked = []
    for title in ("Läxhjälp", "Nattfotboll"):
        measure = a_measure(plan, title=title)
        asked.append(an_obligation(an_assignment(measure, club, an_indicator(measure)), period))
        figure = f"f{asked[-1].pinned.get().indicator_version_id}"
        typed = {
            "status": {"status": "on_plan"},
            "figures": {f"{figure}-value": "14"},
            "happened": {"happened": "En grupp.", "percent": ""},
        }
        kept = {
            step: {"answers": fields, "version": 1, "by": "", "visit": "", "at": clock.now().isoformat()} for step, fields in typed.items()
        }
        Draft.objects.create(obligation=asked[-1], content=kept, begun_at=clock.now(), saved_at=clock.now())
    link, _token = issue_link(contact, club, period, by=None)
    return SimpleNamespace(asked=asked, cookie=signing.dumps(vars(Visit.begin(link)), salt=COOKIE))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker) -> Iterator[Site]:
    template = Template(tmp_path_factory.mktemp("at-once"), f"samspel_at_once_{os.getpid()}")
    site = Site(template, f"{template.name}_1", django_db_blocker.unblock)
    with site.database():
        site.cast = fill()
    site.start()
    yield site
    site.stop()


def ask(site: Site, path: str, *, cookies: str = "", form: dict[str, str] | None = None) -> tuple[int, str, str, str]:
    """(status, where to, what is set as cookie, the page) of one request."""
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=60)
    head = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST" if form is not None else "GET", path, urlencode(form or {}) if form is not None else None, head)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer.status, answer.headers.get("Location", ""), answer.headers.get("Set-Cookie", ""), page


def at_once(many: int, do) -> list:
    """What `do(number)` gave each of `many` who all begin at the same moment."""
    ready = Barrier(many)

    def one(number: int):
        ready.wait()
        return do(number)

    with ThreadPoolExecutor(many) as people:
        return list(people.map(one, range(many)))


def press_send(site: Site, obligation: Obligation, *, key: bool = True) -> list[tuple[int, str]]:
    """The button of one check page, pressed twenty times at once. Without `key`: each as if from a page of its own."""
    cookie = f"{COOKIE}={site.cast.cookie}"
    _status, _to, secret, page = ask(site, f"/answer/{obligation.pk}/check/", cookies=cookie)
    (form,) = [one for one in Forms.of(page) if one.action.endswith("/submit/")]
    cookies = f"{cookie}; {secret.partition(';')[0]}"

    def press(_number: int) -> tuple[int, str]:
        fields = form.fields if key else {**form.fields, "form_key": str(uuid4())}
        status, to, _secret, _page = ask(site, form.action, cookies=cookies, form=fields)
        return status, to

    return at_once(MANY, press)


def stored(site: Site, obligation: Obligation) -> tuple[int, int, int]:
    """(reports, receipts, events) of one answer."""
    with site.database():
        reports = list(Report.objects.filter(obligation=obligation))
        receipts = Dispatch.objects.filter(kind="receipt", items__subject_id__in=[one.pk for one in reports]).count()
        return len(reports), receipts, Event.objects.filter(verb="report.submitted", subject_id__in=[one.pk for one in reports]).count()


def test_twenty_identical_presses_at_once_are_one_report_and_one_receipt(site):
    obligation = site.cast.asked[0]
    answers = press_send(site, obligation)

    assert set(answers) == {(302, f"/answer/{obligation.pk}/thanks/")}, site.log()[-2000:]
    assert stored(site, obligation) == (1, 1, 1)


def test_without_the_same_key_most_would_not_be_thanked(site):
    """Negative control: what makes twenty presses one is the key of the page, not that the second finds nothing to send."""
    obligation = site.cast.asked[1]
    answers = press_send(site, obligation, key=False)

    assert sum(to.endswith("/thanks/") for _status, to in answers) == 1
    assert all(status in (302, 409) for status, _to in answers), site.log()[-2000:]
    assert stored(site, obligation) == (1, 1, 1)


def test_no_more_wrong_links_at_once_than_one_after_the_other(site):
    most = int(LIMIT["guess"].partition("/")[0])
    answers = at_once(2 * most, lambda number: ask(site, f"/l/gissad-{number}/")[0])

    assert set(answers) == {404, 429}
    assert answers.count(404) <= most
