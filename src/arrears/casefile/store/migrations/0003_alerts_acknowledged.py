"""Acknowledged alerts: a table that only grows, closed to other institutions."""

import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection

TABLE = "alerts_acknowledged"
SQL = protection.closed_to_other_institutions(TABLE) + protection.never_changed(TABLE) + protection.stands_on(TABLE, "facts_have_entries")


class Migration(migrations.Migration):
    """The table and what protects it."""

    dependencies = [("store", "0002_protection")]
    operations = [
        migrations.CreateModel(
            name="AlertAcknowledgedRow",
            fields=[
                ("fact_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("institution_id", models.BigIntegerField()),
                ("position", models.IntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("alert_id", models.BigIntegerField(db_index=True)),
                ("party_id", models.BigIntegerField(db_index=True)),
                ("kind", models.TextField()),
                ("sealed_note", models.BinaryField()),
                ("acknowledged_by", models.TextField()),
                ("valid_on", models.DateField()),
                ("entry", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.journalentry")),
            ],
            options={"db_table": TABLE},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
