"""How the roll-up asks: questions sent together and rows taken as they are found leave the connection as it was, and are counted."""

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from followup import rollup
from followup.figures import Window
from followup.rollup.queries import MOST_RANGES, ahead, among, streamed
from tests.factories import a_measure, an_indicator

pytestmark = pytest.mark.django_db
MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n ORDER BY i"


def test_every_row_comes_in_its_order_and_the_question_is_counted():
    with CaptureQueriesContext(connection) as queries:
        assert [number for (number,) in streamed(MANY, {})] == list(range(1, 1001))
    assert len(queries) == 1
    assert "RECURSIVE" in queries[0]["sql"]


def test_who_stops_half_way_can_ask_again():
    rows = streamed(MANY, {})
    assert next(rows) == (1,)
    rows.close()
    assert list(streamed("SELECT 1", {})) == [(1,)]


def test_what_goes_wrong_is_djangos_own_error():
    with pytest.raises(DatabaseError):
        list(streamed("SELECT nothing FROM nowhere", {}))


@pytest.mark.parametrize("indicators", [None, [], "its own"])
def test_questions_that_follow_a_stream_at_once_get_their_answers(plan, indicators):
    number = an_indicator(a_measure(plan)).pk
    for _ in range(2):
        live = rollup.load(plan, [Window.year(2025)], indicators=[number] if indicators == "its own" else indicators)
        assert list(live.lines) == ([] if indicators == [] else [number])
        assert [value for (value,) in streamed(MANY, {})][-1] == 1000


def test_what_is_asked_ahead_is_read_at_the_end_also_with_questions_in_between():
    list(streamed(MANY, {}))
    with CaptureQueriesContext(connection) as queries, ahead(MANY, {}) as read:
        assert [value for (value,) in streamed("SELECT 7", {})] == [7]
        assert len(read()) == 1000
    assert len(queries) == 2
    assert list(streamed("SELECT 1", {})) == [(1,)]


def test_what_was_asked_ahead_and_never_read_is_in_nobodys_way():
    with pytest.raises(ZeroDivisionError), ahead(MANY, {}):
        raise ZeroDivisionError
    assert list(streamed("SELECT 1", {})) == [(1,)]


@pytest.mark.parametrize("ids", [[], [3], [7, 1, 2, 3], [5, 4, 4, 6], list(range(1, 3 * MOST_RANGES, 2)), list(range(1, 1001))])
def test_ids_said_as_ranges_or_as_a_list_are_those_ids(ids):
    asked = f"SELECT i FROM ({MANY}) numbers WHERE {among('i', ids)}"
    assert {number for (number,) in streamed(asked, {})} == set(ids)
