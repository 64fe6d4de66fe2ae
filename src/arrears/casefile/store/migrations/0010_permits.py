"""Permits and contacts: tables that only grow, closed to other institutions; permits are written by functions of the database alone."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import permit_functions, protection

TABLES = ("permits_issued", "permits_refused", "permits_used", "permits_voided", "contacts")
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table in TABLES
) + permit_functions.ISSUE + permit_functions.USE + permit_functions.VOID


def _texts():
    return django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)


def _of_every_fact():
    return [
        ("fact_id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("institution_id", models.BigIntegerField()),
        ("position", models.IntegerField()),
        ("recorded_at", models.DateTimeField()),
        ("entry", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.journalentry")),
    ]


def _asked():
    return [
        *_of_every_fact(),
        ("party_id", models.BigIntegerField()),
        ("case_id", models.BigIntegerField(null=True)),
        *((name, models.TextField()) for name in (
            "request_key", "collector", "purpose", "channel", "recipient", "recipient_reference")),
        ("debts", _texts()),
        ("point", models.TextField()),
        ("place", models.TextField()),
        ("mode", models.TextField()),
        ("marks", _texts()),
        ("rules", _texts()),
    ]


def _of_a_permit():
    return ("permit", models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.permitissuedrow", to_field="permit_id"))


class Migration(migrations.Migration):
    """The tables, what protects them, and the functions that write them."""

    dependencies = [("store", "0009_dossiers")]
    operations = [
        migrations.CreateModel(
            name="PermitIssuedRow",
            fields=[
                *_asked(), ("permit_id", models.BigIntegerField(unique=True)), ("issued_at", models.DateTimeField()), ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "permits_issued",
                "constraints": [models.UniqueConstraint(fields=("party_id", "request_key", "institution_id"), name="permits_one_a_request")],
            },
        ),
        migrations.CreateModel(
            name="PermitRefusedRow",
            fields=[
                *_asked(), ("refusal_id", models.BigIntegerField(unique=True)), ("asked_at", models.DateTimeField()), ("answer", models.TextField()),
                ("citations", _texts()), ("reason_en", models.TextField()), ("reason_zh", models.TextField()),
                ("next_permitted_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "permits_refused",
                "constraints": [models.UniqueConstraint(fields=("party_id", "request_key", "institution_id"), name="refusals_one_a_request")],
            },
        ),
        migrations.CreateModel(
            name="PermitUsedRow",
            fields=[*_of_every_fact(), _of_a_permit(), ("party_id", models.BigIntegerField(db_index=True)), ("used_at", models.DateTimeField())],
            options={"db_table": "permits_used"},
        ),
        migrations.CreateModel(
            name="PermitVoidedRow",
            fields=[
                *_of_every_fact(), _of_a_permit(), ("party_id", models.BigIntegerField(db_index=True)), ("voided_at", models.DateTimeField()),
                ("reason", models.TextField()),
            ],
            options={"db_table": "permits_voided"},
        ),
        migrations.CreateModel(
            name="ContactRow",
            fields=[
                *_of_every_fact(),
                ("contact_id", models.BigIntegerField(unique=True)),
                ("party_id", models.BigIntegerField(db_index=True)),
                ("case_id", models.BigIntegerField(null=True)),
                ("kind", models.TextField()),
                ("occurred_at", models.DateTimeField()),
                ("side", models.TextField()),
                ("collector", models.TextField()),
                ("purpose", models.TextField(null=True)),
                ("channel", models.TextField()),
                ("recipient", models.TextField()),
                ("recipient_reference", models.TextField()),
                ("debts", _texts()),
                ("point", models.TextField()),
                ("place", models.TextField(null=True)),
                ("mode", models.TextField(null=True)),
                ("outcome", models.TextField(null=True)),
                ("marks", _texts()),
                ("permit", models.OneToOneField(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.permitusedrow", to_field="permit_id")),
                ("sealed_note", models.BinaryField()),
            ],
            options={"db_table": "contacts"},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
