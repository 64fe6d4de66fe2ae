"""Calls: what came of them, what is known of contact points, what went to a dialler, and the first contact."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection


def _big(**more):
    return models.BigIntegerField(**more)


def _texts():
    return django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)


def _all(kind, *names):
    return [(name, kind()) for name in names]


def _moment():
    return models.DateTimeField(null=True)


FACTS = {
    "CallWrappedUpRow": ("calls_wrapped_up", [
        ("wrap_up_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(db_index=True)), ("contact_id", _big(unique=True)),
        ("permit_id", _big(null=True, db_index=True)), *_all(models.TextField, "row_key", "action", "result", "codes"), ("flags", _texts()),
        *_all(models.TextField, "point", "agent"), ("started_at", models.DateTimeField()), ("ended_at", _moment()), ("callback_at", _moment()),
        ("promise_minor", _big(null=True)), *_all(models.TextField, "promise_currency", "promise_due_on"), ("followed", _texts()),
    ], [models.UniqueConstraint(fields=["institution_id", "row_key"], condition=~models.Q(row_key=""), name="calls_one_a_row")]),
    "ContactPointMarkedRow": ("contact_points_marked", [
        ("mark_id", _big(unique=True)), ("party_id", _big(db_index=True)), *_all(models.TextField, "channel", "point", "kind", "because"),
        ("contact_id", _big(null=True)), ("said_by", models.TextField()), ("marked_at", models.DateTimeField()), ("sealed_words", models.BinaryField()),
    ], []),
    "DiallerListExportedRow": ("dialler_lists", [
        ("list_id", _big(unique=True)), *_all(models.TextField, "book", "queue"), *_all(models.DateTimeField, "from_at", "until_at"),
        *_all(models.IntegerField, "numbers", "refused"), *_all(models.TextField, "digest", "exported_by"), ("exported_at", models.DateTimeField()),
    ], []),
    "DiallerFindingRow": ("dialler_findings", [
        ("finding_id", _big(unique=True)), *_all(models.TextField, "kind", "row_key", "digest"), ("row", models.IntegerField()),
        ("permit_id", _big(null=True)), ("case_id", _big(null=True)), ("detail", models.TextField()), ("found_at", models.DateTimeField()),
    ], [models.UniqueConstraint(fields=["institution_id", "row_key", "kind"], name="dialler_found_once")]),
    "FirstContactHeldRow": ("first_contacts", [
        ("first_contact_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(db_index=True)), ("contact_id", _big(null=True)),
        *_all(models.TextField, "way", "identity"), ("able_minor", _big(null=True)), ("currency", models.TextField()), ("payday", models.IntegerField(null=True)),
        *_all(models.TextField, "willingness", "channel", "opens", "closes", "language", "held_by"), ("held_at", models.DateTimeField()),
        *_all(models.BinaryField, "sealed_reasons", "sealed_needs", "sealed_words"),
    ], []),
}
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table, _, _ in FACTS.values()
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

    dependencies = [("store", "0017_inbound")]
    operations = [
        *[migrations.CreateModel(name=name, fields=[*_of_every_fact(), *own], options={"db_table": table, "constraints": constraints})
          for name, (table, own, constraints) in FACTS.items()],
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
