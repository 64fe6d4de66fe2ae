"""Evidence that is kept, and who has read it: tables that only grow, closed to other institutions."""

import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection

TABLES = ("evidence_kept", "evidence_read")
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries")
    for table in TABLES
)


def _of_a_fact() -> list[tuple[str, models.Field]]:
    return [
        ("fact_id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("institution_id", models.BigIntegerField()),
        ("position", models.IntegerField()),
        ("recorded_at", models.DateTimeField()),
        ("entry", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.journalentry")),
    ]


class Migration(migrations.Migration):
    """The tables and what protects them."""

    dependencies = [("store", "0004_log")]
    operations = [
        migrations.CreateModel(
            name="EvidenceKeptRow",
            fields=[
                *_of_a_fact(),
                ("evidence_id", models.BigIntegerField(unique=True)),
                ("party_id", models.BigIntegerField(db_index=True)),
                ("case", models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.case")),
                ("kind", models.TextField()),
                ("sealed_title", models.BinaryField()),
                ("sealed_file_name", models.BinaryField()),
                ("media_type", models.TextField()),
                ("size_bytes", models.BigIntegerField()),
                ("address", models.CharField(max_length=64)),
                ("sealed_original_sha256", models.BinaryField()),
                ("captured_at", models.DateTimeField(null=True)),
                ("hashed_at", models.DateTimeField()),
                ("clock_source", models.TextField()),
                ("sealed_device", models.BinaryField()),
                ("sealed_system", models.BinaryField()),
                ("sealed_operator", models.BinaryField()),
                ("source", models.TextField()),
                ("sealed_provenance", models.BinaryField()),
            ],
            options={"db_table": "evidence_kept"},
        ),
        migrations.AddConstraint(
            model_name="evidencekeptrow",
            constraint=models.UniqueConstraint(fields=("institution_id", "address"), name="evidence_one_record_an_address"),
        ),
        migrations.CreateModel(
            name="EvidenceReadRow",
            fields=[
                *_of_a_fact(),
                ("evidence", models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.evidencekeptrow", to_field="evidence_id")),
                ("party_id", models.BigIntegerField(db_index=True)),
                ("read_by", models.TextField()),
                ("sealed_reason", models.BinaryField()),
            ],
            options={"db_table": "evidence_read"},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
