"""What protects people: how far holds reach, consents, refusals, advisers; what of the law was confirmed; who is called in distress."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import protection

ROLES = [("administrator", "Administrator"), ("manager", "Manager"), ("collector", "Collector"), ("auditor", "Auditor"), ("compliance", "Compliance")]


def _big(**more):
    return models.BigIntegerField(**more)


def _list(of):
    return django.contrib.postgres.fields.ArrayField(base_field=of, size=None)


TABLES = {
    "HoldTermsRow": ("holds_terms", [
        ("hold_id", _big(db_index=True)), ("party_id", _big(db_index=True)), ("scope", models.TextField()),
        ("account_ids", _list(models.BigIntegerField())), ("channel", models.TextField()), ("sealed_point", models.BinaryField()),
        ("allows", _list(models.TextField())), ("owner", models.TextField()), ("review_on", models.DateField()), ("valid_on", models.DateField()),
    ]),
    "HoldReviewedRow": ("holds_reviewed", [
        ("hold_id", _big(db_index=True)), ("party_id", _big(db_index=True)), ("sealed_note", models.BinaryField()),
        ("reviewed_by", models.TextField()), ("next_review_on", models.DateField()), ("valid_on", models.DateField()),
    ]),
    "ConsentGivenRow": ("consents_given", [
        ("consent_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("subject", models.TextField()), ("recipient", models.TextField()),
        ("channel", models.TextField()), ("sealed_point", models.BinaryField()), ("account_id", _big(null=True)), ("opens", models.TextField()),
        ("closes", models.TextField()), ("given_at", models.DateTimeField()), ("until_on", models.DateField(null=True)),
        ("lateness", models.TextField()), ("is_direct", models.BooleanField()), ("is_complete", models.BooleanField()),
        ("is_revocable", models.BooleanField()), ("evidence_id", _big(null=True)), ("sealed_words", models.BinaryField()),
    ]),
    "ConsentWithdrawnRow": ("consents_withdrawn", [
        ("consent_id", _big(db_index=True)), ("party_id", _big(db_index=True)), ("withdrawn_at", models.DateTimeField()),
        ("evidence_id", _big(null=True)), ("sealed_words", models.BinaryField()),
    ]),
    "ContactRuledOutRow": ("contact_ruled_out", [
        ("request_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("what", models.TextField()), ("channel", models.TextField()),
        ("sealed_point", models.BinaryField()), ("place", models.TextField()), ("account_id", _big(null=True)), ("opens", models.TextField()),
        ("closes", models.TextField()), ("only_inside", models.BooleanField()), ("is_written", models.BooleanField()),
        ("asked_at", models.DateTimeField()), ("evidence_id", _big(null=True)), ("sealed_words", models.BinaryField()),
    ]),
    "ContactOpenedAgainRow": ("contact_opened_again", [
        ("request_id", _big(db_index=True)), ("party_id", _big(db_index=True)), ("opened_at", models.DateTimeField()),
        ("evidence_id", _big(null=True)), ("sealed_words", models.BinaryField()),
    ]),
    "AdviserNamedRow": ("advisers_named", [
        ("adviser_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("kind", models.TextField()), ("sealed_full_name", models.BinaryField()),
        ("sealed_contact", models.BinaryField()), ("account_id", _big(null=True)), ("named_by", models.TextField()),
        ("named_at", models.DateTimeField()), ("evidence_id", _big(null=True)), ("sealed_words", models.BinaryField()),
    ]),
    "AuthorityCheckedRow": ("advisers_checked", [
        ("adviser_id", _big(db_index=True)), ("party_id", _big(db_index=True)), ("finding", models.TextField()),
        ("checked_by", models.TextField()), ("checked_at", models.DateTimeField()), ("evidence_id", _big(null=True)),
        ("sealed_words", models.BinaryField()),
    ]),
    "AdviserEndedRow": ("advisers_ended", [
        ("adviser_id", _big(db_index=True)), ("party_id", _big(db_index=True)), ("ended_at", models.DateTimeField()),
        ("evidence_id", _big(null=True)), ("sealed_words", models.BinaryField()),
    ]),
    "RuleConfirmedRow": ("rules_confirmed", [
        ("confirmation_id", _big(unique=True)), ("subject", models.TextField()), ("value", models.TextField()), ("source", models.TextField()),
        ("confirmed_by", models.TextField()), ("role", models.TextField()), ("valid_on", models.DateField()),
    ]),
    "RuleConfirmationRevokedRow": ("rule_confirmations_revoked", [
        ("confirmation_id", _big(db_index=True)), ("reason", models.TextField()), ("revoked_by", models.TextField()),
        ("valid_on", models.DateField()),
    ]),
    "ColleagueCalledRow": ("colleagues_called", [
        ("username", models.TextField()), ("is_called", models.BooleanField()), ("named_by", models.TextField()), ("valid_on", models.DateField()),
    ]),
}
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table, _ in TABLES.values()
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
    """The tables and what protects them; the role compliance; who is called in distress."""

    dependencies = [("store", "0010_permits")]
    operations = [
        *[migrations.CreateModel(name=name, fields=[*_of_every_fact(), *own], options={"db_table": table}) for name, (table, own) in TABLES.items()],
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
        migrations.AlterField("user", "role", models.CharField(choices=ROLES, default="auditor", max_length=20)),
    ]
