"""Experiments: started, stopped, and who takes part in none."""

import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection


def _big(**more):
    return models.BigIntegerField(**more)


TABLES = {
    "ExperimentStartedRow": ("experiments_started", [
        ("start_id", _big(unique=True)), ("book", models.TextField()), ("experiment", models.TextField()), ("design", models.TextField()),
        ("owner", models.TextField()), ("approval", models.TextField()), ("approved_by", models.TextField()), ("people_planned", _big()),
        ("valid_on", models.DateField()),
    ]),
    "ExperimentStoppedRow": ("experiments_stopped", [
        ("start_id", _big(db_index=True)), ("reason", models.TextField()), ("note", models.TextField()), ("stopped_by", models.TextField()),
        ("valid_on", models.DateField()),
    ]),
    "ExperimentOptOutRow": ("experiment_opt_outs", [("party_id", _big(db_index=True)), ("noted_by", models.TextField()), ("valid_on", models.DateField())]),
}
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table, _ in TABLES.values()
)


def _of_every_fact():
    return [
        ("fact_id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("institution_id", models.BigIntegerField()),
        ("position", models.IntegerField()),
        ("recorded_at", models.DateTimeField()),
        ("entry", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.journalentry")),
    ]


class Migration(migrations.Migration):
    """The tables and what protects them."""

    dependencies = [("store", "0012_approvals")]
    operations = [
        *[migrations.CreateModel(name=name, fields=[*_of_every_fact(), *own], options={"db_table": table}) for name, (table, own) in TABLES.items()],
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
