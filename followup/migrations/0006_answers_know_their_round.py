import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def lift_triggers(apps, schema_editor):
    """SQLite builds a table anew, and refuses while a trigger speaks of it. All triggers are laid again when the migrations are done."""
    if schema_editor.connection.vendor == "sqlite":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')


def repeat_the_obligation_s(apps, schema_editor):
    """What is recorded already gets its obligation's round. The triggers know nothing of a column that is new."""
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
        migrations.AddField(
            model_name="obligationindicator",
            name="assignment",
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="measures.assignment"),
        ),
        migrations.AddField(
            model_name="obligationindicator",
            name="period",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="followup.period"),
        ),
        migrations.AddField(
            model_name="report",
            name="period",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="followup.period"),
        ),
        migrations.RunPython(repeat_the_obligation_s, migrations.RunPython.noop),
        migrations.RunPython(lift_triggers, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="obligationindicator",
            name="assignment",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="measures.assignment"),
        ),
        migrations.AlterField(
            model_name="obligationindicator",
            name="period",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="followup.period"),
        ),
        migrations.AlterField(
            model_name="report",
            name="period",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="followup.period"),
        ),
    ]
