"""Backups taken and put back: two tables that only grow, closed to other institutions."""

import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection

TABLES = ("records_backed_up", "records_restored")
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table in TABLES
)


def of_every_fact() -> list[tuple[str, models.Field]]:
    """The columns of any fact's row."""
    return [
        ("fact_id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("institution_id", models.BigIntegerField()),
        ("position", models.IntegerField()),
        ("recorded_at", models.DateTimeField()),
        ("taken_at", models.DateTimeField()),
        ("manifest_digest", models.TextField()),
        ("entries", models.BigIntegerField()),
        ("entry", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.journalentry")),
    ]


class Migration(migrations.Migration):
    """The tables and what protects them."""

    dependencies = [("store", "0007_retention")]
    operations = [
        migrations.CreateModel(
            name="RecordBackedUpRow",
            fields=[*of_every_fact(), ("files", models.BigIntegerField()), ("total_bytes", models.BigIntegerField())],
            options={"db_table": TABLES[0]},
        ),
        migrations.CreateModel(
            name="RecordRestoredRow", fields=[*of_every_fact(), ("erased_again", models.IntegerField())], options={"db_table": TABLES[1]},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
