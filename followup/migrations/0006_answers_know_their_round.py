from django.db import migrations, models
from django.db.models import OuterRef, Subquery

NAMES = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE NOT t.tgisinternal AND c.relname IN ('followup_obligationindicator', 'followup_report')",
}


def lift_triggers(apps, schema_editor):
    """They refuse every change, and SQLite builds no table anew while a trigger speaks of it. All are laid again when the migrations are done."""
    vendor = schema_editor.connection.vendor
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(NAMES[vendor])
        for name, table in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"' if vendor == "sqlite" else f'DROP TRIGGER "{name}" ON "{table}"')


def repeat_the_obligation_s(apps, schema_editor):
    """What is recorded already gets its obligation's round."""
    obligation = apps.get_model("followup", "Obligation").objects.filter(pk=OuterRef("obligation"))
    of = {name: Subquery(obligation.values(name)[:1]) for name in ("assignment", "period")}
    apps.get_model("followup", "ObligationIndicator").objects.update(**of)
    apps.get_model("followup", "Report").objects.update(period=of["period"])


class Migration(migrations.Migration):

    dependencies = [
        ("followup", "0005_year_texts"),
        ("measures", "0003_of_import"),
    ]

    operations = [
        migrations.RunPython(lift_triggers),
        migrations.AddField(
            model_name="obligationindicator",
            name="assignment",
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=models.DO_NOTHING, related_name="+", to="measures.assignment"),
        ),
        migrations.AddField(
            model_name="obligationindicator",
            name="period",
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=models.DO_NOTHING, related_name="+", to="followup.period"),
        ),
        migrations.AddField(
            model_name="report",
            name="period",
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=models.DO_NOTHING, related_name="+", to="followup.period"),
        ),
        migrations.RunPython(repeat_the_obligation_s),
        migrations.AlterField(
            model_name="obligationindicator",
            name="assignment",
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=models.DO_NOTHING, related_name="+", to="measures.assignment"),
        ),
        migrations.AlterField(
            model_name="obligationindicator",
            name="period",
            field=models.ForeignKey(db_constraint=False, on_delete=models.DO_NOTHING, related_name="+", to="followup.period"),
        ),
        migrations.AlterField(
            model_name="report",
            name="period",
            field=models.ForeignKey(db_constraint=False, on_delete=models.DO_NOTHING, related_name="+", to="followup.period"),
        ),
    ]
