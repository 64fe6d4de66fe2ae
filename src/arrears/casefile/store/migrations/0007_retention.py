"""Restriction, erasure, legal holds and what retention did: tables that only grow, closed to other institutions."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection


def _entry() -> tuple[str, models.Field]:
    return ("entry", models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.journalentry"))


def _head() -> list[tuple[str, models.Field]]:
    return [
        ("fact_id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("institution_id", models.BigIntegerField()),
        ("position", models.IntegerField()),
        ("recorded_at", models.DateTimeField()),
    ]


_PARTY = ("party_id", models.BigIntegerField(db_index=True))
_DAY = ("valid_on", models.DateField())
TABLES: dict[str, tuple[str, list[tuple[str, models.Field]]]] = {
    "PersonRestrictedRow": ("persons_restricted", [
        _PARTY, _DAY, ("until_on", models.DateField(null=True)), ("reason", models.TextField()), ("ground", models.TextField()),
        ("rule", models.TextField()),
        ("record_types", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
        ("sealed_letter_digests", models.BinaryField()),
    ]),
    "PersonReleasedRow": ("persons_released", [_PARTY, _DAY, ("sealed_note", models.BinaryField())]),
    "PersonErasedRow": ("persons_erased", [_PARTY, _DAY, ("reason", models.TextField())]),
    "LegalHoldPlacedRow": ("legal_holds_placed", [
        ("legal_hold_id", models.BigIntegerField(unique=True)), _PARTY, ("case_id", models.BigIntegerField(null=True)),
        ("sealed_matter", models.BinaryField()), ("sealed_reason", models.BinaryField()), _DAY,
    ]),
    "LegalHoldLiftedRow": ("legal_holds_lifted", [
        ("legal_hold_id", models.BigIntegerField(db_index=True)), _PARTY, ("sealed_reason", models.BinaryField()), _DAY,
    ]),
    "EvidenceDeletedRow": ("evidence_deleted", [
        ("evidence_id", models.BigIntegerField(db_index=True)), ("party_id", models.BigIntegerField()), ("rule", models.TextField()), _DAY,
    ]),
    "RetentionFigureConfirmedRow": ("retention_figures_confirmed", [
        ("figure", models.TextField()), ("value", models.BigIntegerField()), ("unit", models.TextField()), ("source", models.TextField()),
        ("confirmed_by", models.TextField()), _DAY,
    ]),
    "RetentionExecutedRow": ("retention_executed", [
        ("retention_run_id", models.BigIntegerField(unique=True)), _DAY, ("deleted", models.IntegerField()), ("kept", models.IntegerField()),
        ("held", models.IntegerField()), ("for_a_person", models.IntegerField()), ("report_digest", models.TextField()),
    ]),
}
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries")
    for table, _ in TABLES.values()
)


class Migration(migrations.Migration):
    """The tables and what protects them."""

    dependencies = [("store", "0006_privacy")]
    operations = [
        *(migrations.CreateModel(name=name, fields=[*_head(), *fields, _entry()], options={"db_table": table}) for name, (table, fields) in TABLES.items()),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
