"""Replies: facts about what people wrote and what it was taken for, and those that nobody has placed yet."""

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


def _once_by_source(name):
    return models.UniqueConstraint(fields=["institution_id", "provider", "source"], name=name)


FACTS = {
    "ReplyReceivedRow": ("replies_received", [
        ("reply_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(null=True)), *_all(models.TextField, "channel", "provider", "source"),
        ("answers_message", _big(null=True)), ("point", models.TextField()), *_all(models.BinaryField, "sealed_address", "sealed_text"),
        ("is_automatic", models.BooleanField()), ("placed_by", models.TextField()), ("received_at", models.DateTimeField()),
    ], [_once_by_source("replies_known_by_source")]),
    "ReplyUnderstoodRow": ("replies_understood", [
        ("reply_id", _big(db_index=True)), ("party_id", _big(db_index=True)), *_all(models.TextField, "kind", "main"), ("intents", _texts()),
        ("shares", models.JSONField()), ("is_sure", models.BooleanField()), ("sealed_spoke", models.BinaryField()), *_all(models.TextField, "version", "said_by"),
        ("understood_at", models.DateTimeField()),
    ], []),
    "ReplyHandledRow": ("replies_handled", [
        ("reply_id", _big(db_index=True)), ("party_id", _big(db_index=True)), ("sealed_note", models.BinaryField()), ("handled_by", models.TextField()),
        ("handled_at", models.DateTimeField()),
    ], []),
    "ReplySetAsideRow": ("replies_set_aside", [
        ("reply_id", _big(unique=True)), *_all(models.TextField, "provider", "source", "reason", "set_aside_by"), ("set_aside_at", models.DateTimeField()),
    ], [_once_by_source("replies_set_aside_by_source")]),
    "PromiseDraftedRow": ("promises_drafted", [
        ("reply_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(null=True)), ("amount_minor", _big(null=True)),
        ("sealed_words", models.BinaryField()), ("drafted_at", models.DateTimeField()),
    ], []),
}
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table, _, _ in FACTS.values()
) + protection.closed_to_other_institutions("replies_unplaced")


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

    dependencies = [("store", "0016_letters_and_codes")]
    operations = [
        *[migrations.CreateModel(name=name, fields=[*_of_every_fact(), *own], options={"db_table": table, "constraints": constraints})
          for name, (table, own, constraints) in FACTS.items()],
        migrations.CreateModel(
            name="UnplacedReplyRow",
            fields=[
                ("reply_id", models.BigIntegerField(primary_key=True, serialize=False)), ("institution_id", _big()), *_all(models.TextField, "provider", "channel", "source"),
                ("sealed_words", models.BinaryField()), ("is_automatic", models.BooleanField()), ("main", models.TextField()), ("intents", _texts()),
                ("received_at", models.DateTimeField()),
            ],
            options={"db_table": "replies_unplaced", "constraints": [_once_by_source("replies_unplaced_by_source")]},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
