"""Approvals by a second person, published policies, weighty decisions and the debtor's request that a human look again."""

import django.db.models.deletion
from django.db import migrations, models

from arrears.casefile.store import approval_functions, protection


def _big(**more):
    return models.BigIntegerField(**more)


TABLES = {
    "ApprovalRequestedRow": ("approvals_requested", [
        ("request_id", _big(unique=True)), ("kind", models.TextField()), ("digest", models.TextField()), ("title", models.TextField()),
        ("reason", models.TextField()), ("requested_by", models.TextField()), ("role", models.TextField()), ("requested_at", models.DateTimeField()),
        ("expires_at", models.DateTimeField()),
    ]),
    "ApprovalDecidedRow": ("approvals_decided", [
        ("request_id", _big(unique=True)), ("is_approved", models.BooleanField()), ("reason", models.TextField()),
        ("decided_by", models.TextField()), ("role", models.TextField()), ("decided_at", models.DateTimeField()),
    ]),
    "ApprovalWithdrawnRow": ("approvals_withdrawn", [
        ("request_id", _big(unique=True)), ("reason", models.TextField()), ("withdrawn_by", models.TextField()),
        ("withdrawn_at", models.DateTimeField()),
    ]),
    "PolicyPublishedRow": ("policies_published", [
        ("number", models.IntegerField()), ("name", models.TextField()), ("version", models.TextField()), ("digest", models.TextField()),
        ("reason", models.TextField()), ("request_id", _big(unique=True)), ("requested_by", models.TextField()), ("approved_by", models.TextField()),
        ("rolls_back", models.IntegerField(null=True)), ("published_at", models.DateTimeField()),
    ]),
    "DecisionProposedRow": ("decisions_proposed", [
        ("request_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(db_index=True)), ("kind", models.TextField()),
        ("treatment", models.TextField()), ("proposed_by", models.TextField()), ("run_id", _big()), ("rule", models.TextField()),
        ("policy_version", models.TextField()), ("sealed_reason", models.BinaryField()), ("proposed_at", models.DateTimeField()),
    ]),
    "DecisionTakenRow": ("decisions_taken", [
        ("request_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(db_index=True)), ("kind", models.TextField()),
        ("treatment", models.TextField()), ("is_taken", models.BooleanField()), ("sealed_reason", models.BinaryField()),
        ("taken_by", models.TextField()), ("role", models.TextField()), ("taken_at", models.DateTimeField()), ("valid_until", models.DateField()),
    ]),
    "DecisionOverriddenRow": ("decisions_overridden", [
        ("override_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(db_index=True)),
        ("treatment_before", models.TextField()), ("rule", models.TextField()), ("policy_version", models.TextField()),
        ("treatment", models.TextField()), ("sealed_reason", models.BinaryField()), ("overridden_by", models.TextField()),
        ("role", models.TextField()), ("overridden_at", models.DateTimeField()),
    ]),
    "HumanReviewRequestedRow": ("reviews_requested", [
        ("review_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(db_index=True)), ("treatment", models.TextField()),
        ("sealed_words", models.BinaryField()), ("received_by", models.TextField()), ("asked_at", models.DateTimeField()),
        ("due_on", models.DateField()),
    ]),
    "HumanReviewAnsweredRow": ("reviews_answered", [
        ("review_id", _big(unique=True)), ("party_id", _big(db_index=True)), ("case_id", _big(db_index=True)), ("outcome", models.TextField()),
        ("sealed_words", models.BinaryField()), ("answered_by", models.TextField()), ("role", models.TextField()),
        ("answered_at", models.DateTimeField()),
    ]),
}
SQL = "".join(
    protection.closed_to_other_institutions(table) + protection.never_changed(table) + protection.stands_on(table, "facts_have_entries") for table, _ in TABLES.values()
) + approval_functions.ONLY_WHAT_IS_OPEN


def _of_every_fact():
    return [
        ("fact_id", models.BigIntegerField(primary_key=True, serialize=False)),
        ("institution_id", models.BigIntegerField()),
        ("position", models.IntegerField()),
        ("recorded_at", models.DateTimeField()),
        ("entry", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="store.journalentry")),
    ]


class Migration(migrations.Migration):
    """The tables and what protects them; what is decided must be open, and decided by somebody else than who asked."""

    dependencies = [("store", "0011_protections")]
    operations = [
        *[migrations.CreateModel(name=name, fields=[*_of_every_fact(), *own], options={"db_table": table}) for name, (table, own) in TABLES.items()],
        migrations.AddConstraint("policypublishedrow", models.UniqueConstraint(fields=["institution_id", "number"], name="one_policy_a_number")),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
