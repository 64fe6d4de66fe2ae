"""Letters: facts about what became of them; and the pace of the public pages."""

import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection


def _big(**more):
    return models.BigIntegerField(**more)


def _texts(*names):
    return [(name, models.TextField()) for name in names]


FACTS = {
    "LetterHandedOverRow": ("letters_handed_over", [
        ("message_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("batch", models.TextField(db_index=True)), ("handed_over_at", models.DateTimeField()),
    ], []),
    "LetterTakenOutRow": ("letters_taken_out", [
        ("message_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("batch", models.TextField(db_index=True)), *_texts("reason", "detail"),
        ("taken_out_at", models.DateTimeField()),
    ], []),
    "LetterPostedRow": ("letters_posted", [
        ("message_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("posted_on", models.DateField()), ("sealed_tracking", models.BinaryField()),
        *_texts("source"),
    ], []),
    "LetterArrivedRow": ("letters_arrived", [
        ("message_id", _big()), ("party_id", _big(db_index=True)), *_texts("kind"), ("arrived_on", models.DateField()),
        ("sealed_signed_by", models.BinaryField()), *_texts("reason", "source"),
    ], [models.UniqueConstraint(fields=["message_id", "kind", "arrived_on"], name="letters_arrived_once_a_day")]),
}
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table, _, _ in FACTS.values()
) + "ALTER TABLE public_pace SET UNLOGGED;"


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

    dependencies = [("store", "0014_messages")]
    operations = [
        *[migrations.CreateModel(name=name, fields=[*_of_every_fact(), *own], options={"db_table": table, "constraints": constraints})
          for name, (table, own, constraints) in FACTS.items()],
        migrations.CreateModel(
            name="PublicPaceRow",
            fields=[("bucket", models.TextField(primary_key=True, serialize=False)), ("free_at", models.DateTimeField())],
            options={"db_table": "public_pace", "indexes": [models.Index(fields=["free_at"], name="public_pace_oldest")]},
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
