"""A program for test_migrations.py: answers recorded before they knew their round (followup 0006), migrated as a company's database is."""

from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = ("followup", "0005_year_texts")


def main() -> None:
    django.setup()
    from stakeholders.protection import lay_triggers

    executor = MigrationExecutor(connection)
    then = [BEFORE, *(node for node in executor.loader.graph.leaf_nodes() if node[0] != BEFORE[0])]
    executor.migrate(then)
    record(executor.loader.project_state(then).apps.get_model)
    lay_triggers()  # today's: they refuse every change, and name columns that are not there yet
    call_command("migrate", verbosity=0)
    hold()


def record(models: Any) -> None:
    """Two rounds of one assignment, answered."""
    from stakeholders import clock

    def row(model: str, **fields: Any) -> Any:
        return models(*model.split(".")).objects.create(**fields)

    day = clock.today()
    room = row("stakeholders.Workspace", name="Exempel", slug="exempel")
    actor = row("stakeholders.Actor", workspace=room, name="Exempel IF", kind="association")
    plan = row("measures.Plan", workspace=room, title="Exempel", first_year=2025, last_year=2034, interval="tertial", adopted_on=day)
    goal = row("measures.Goal", plan=plan, kind="focus_area", title="Exempel")
    measure = row("measures.Measure", plan=plan, goal=goal, number="1", title="Exempel", starts_on=day)
    indicator = row("measures.Indicator", plan=plan, name="besök", level="output")
    definition = row("measures.IndicatorVersion", indicator=indicator, number=1, starts_on=day, kind="count", unit="st")
    assignment = row("measures.Assignment", measure=measure, actor=actor, role="responsible", starts_on=day)
    days = dict.fromkeys(("starts_on", "ends_on", "opens_on", "due_on", "closes_on"), day)
    said = {"version": 1, "channel": "link", "implementation_status": "done", "was_on_time": True, "submitted_at": clock.now()}
    for number in (1, 2):
        period = row("followup.Period", plan=plan, year=2026, interval="tertial", number=number, **days)
        obligation = row("followup.Obligation", assignment=assignment, period=period)
        row("followup.ObligationIndicator", obligation=obligation, indicator_version=definition)
        row("followup.Report", obligation=obligation, receipt_number=str(number), **said)


def hold() -> None:
    from followup.models import ObligationIndicator, Report
    from stakeholders.protection import missing_triggers

    pins, reports = (list(model.objects.select_related("obligation")) for model in (ObligationIndicator, Report))
    assert len(pins) == len(reports) == 2
    for each in (*pins, *reports):
        assert each.period_id == each.obligation.period_id
    assert {each.assignment_id for each in pins} == {each.obligation.assignment_id for each in pins}
    connection.check_constraints()
    assert not missing_triggers()


if __name__ == "__main__":
    main()
