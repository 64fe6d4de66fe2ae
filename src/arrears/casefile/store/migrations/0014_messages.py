"""Messages: facts about what was sent, the outbox that the workers share, and the pace of each provider."""

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


FACTS = {
    "MessageQueuedRow": ("messages_queued", [
        ("message_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(db_index=True)),
        *_all(models.TextField, "channel", "provider", "campaign", "purpose", "template", "locale", "collector", "recipient"), ("debts", _texts()),
        *_all(models.TextField, "point", "place"), ("marks", _texts()), ("amount_minor", _big(null=True)),
        *_all(models.BinaryField, "sealed_address", "sealed_subject", "sealed_text"), *_all(models.DateTimeField, "due_at", "good_until"),
    ], []),
    "MessageTriedRow": ("messages_tried", [
        ("message_id", _big()), ("party_id", _big(db_index=True)), ("attempt", models.IntegerField()), ("permit_id", _big(unique=True)),
        ("provider", models.TextField()), ("tried_at", models.DateTimeField()),
    ], [models.UniqueConstraint(fields=["message_id", "attempt"], name="messages_one_try_an_attempt")]),
    "MessageAnsweredRow": ("messages_answered", [
        ("message_id", _big(db_index=True)), ("party_id", _big(db_index=True)), ("attempt", models.IntegerField()), ("kind", models.TextField()),
        *_all(models.TextField, "reference", "code", "said_by"), ("answered_at", models.DateTimeField()),
    ], []),
    "MessageStoppedRow": ("messages_stopped", [
        ("message_id", _big(unique=True)), ("party_id", _big(db_index=True)), *_all(models.TextField, "reason", "detail"), ("stopped_at", models.DateTimeField()),
    ], []),
    "MessageReceiptRow": ("message_receipts", [
        ("message_id", _big(db_index=True)), ("party_id", _big(db_index=True)), *_all(models.TextField, "arrival", "code"), ("arrived_at", models.DateTimeField()),
        ("reference", models.TextField()),
    ], []),
    "SendingPausedRow": ("sending_paused", [
        *_all(models.TextField, "kind", "channel", "campaign", "reason", "said_by"), ("said_at", models.DateTimeField()),
    ], []),
}
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table, _, _ in FACTS.values()
) + "".join(protection.closed_to_other_institutions(table) for table in ("outbox", "provider_pace", "provider_references")) + protection.never_changed("provider_references")


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

    dependencies = [("store", "0013_experiments")]
    operations = [
        *[migrations.CreateModel(name=name, fields=[*_of_every_fact(), *own], options={"db_table": table, "constraints": constraints})
          for name, (table, own, constraints) in FACTS.items()],
        migrations.CreateModel(
            name="OutboxRow",
            fields=[
                ("message_id", models.BigIntegerField(primary_key=True, serialize=False)), *_all(_big, "institution_id", "party_id", "case_id"),
                *_all(models.TextField, "channel", "provider", "campaign"), *_all(models.DateTimeField, "due_at", "good_until"),
                ("state", models.TextField(default="waiting")), ("worker", _big(null=True)), ("attempts", models.IntegerField(default=0)),
                ("asked", models.IntegerField(default=0)),
            ],
            options={"db_table": "outbox", "indexes": [models.Index(fields=["institution_id", "provider", "state", "due_at"], name="outbox_next")]},
        ),
        migrations.CreateModel(
            name="ProviderPaceRow",
            fields=[("id", models.BigAutoField(primary_key=True, serialize=False)), ("institution_id", _big()), ("provider", models.TextField()), ("free_at", models.DateTimeField())],
            options={"db_table": "provider_pace", "constraints": [models.UniqueConstraint(fields=["institution_id", "provider"], name="provider_pace_one_each")]},
        ),
        migrations.CreateModel(
            name="ProviderReferenceRow",
            fields=[("id", models.BigAutoField(primary_key=True, serialize=False)), *_all(_big, "institution_id", "message_id"), *_all(models.TextField, "provider", "reference")],
            options={"db_table": "provider_references",
                     "indexes": [models.Index(fields=["institution_id", "provider", "reference"], name="provider_references_by_name")]},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
