"""Dossiers and receipts that were handed out: tables that only grow, closed to other institutions."""

import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection

TABLES = ("dossiers_exported", "receipts_issued")
SQL = "".join(protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table in TABLES)


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

    dependencies = [("store", "0008_backups")]
    operations = [
        migrations.CreateModel(
            name="DossierExportedRow",
            fields=[
                *_of_every_fact(),
                ("dossier_id", models.BigIntegerField()),
                ("case_id", models.BigIntegerField(db_index=True)),
                ("party_id", models.BigIntegerField(db_index=True)),
                ("manifest_sha256", models.TextField()),
                ("recipient", models.TextField()),
                ("purpose", models.TextField()),
                ("to_jurisdiction", models.TextField()),
                ("transfer_basis", models.TextField()),
                ("language", models.TextField()),
                ("entries", models.IntegerField()),
                ("files", models.IntegerField()),
                ("fields_left_out", models.IntegerField()),
                ("exported_by", models.TextField()),
            ],
            options={"db_table": "dossiers_exported"},
        ),
        migrations.CreateModel(
            name="ReceiptIssuedRow",
            fields=[
                *_of_every_fact(),
                ("party_id", models.BigIntegerField(db_index=True)),
                ("about_entry_id", models.BigIntegerField()),
                ("receipt_sha256", models.TextField()),
                ("issued_by", models.TextField()),
            ],
            options={"db_table": "receipts_issued"},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
